from odoo import fields, models


class StockWarehouse(models.Model):
    _name = "stock.warehouse"
    _inherit = ["field.service.warehouse.van", "stock.warehouse"]

    service_type_id = fields.Many2one(
        comodel_name="stock.picking.type",
        string="Work Order Parts Type",
        index="btree_not_null",
        check_company=True,
        copy=False,
    )

    def _get_service_type(self):
        """Return the operation type that takes parts to the customer."""
        self._ensure_service_types()
        return self.service_type_id

    def _get_sequence_values(self, name=False, code=False):
        values = super()._get_sequence_values(name=name, code=code)
        prefix = self.service_type_id.sequence_code or "WO"
        values["service_type_id"] = {
            "name": self.env._(
                "%(warehouse)s Sequence work order parts", warehouse=name or self.name
            ),
            "prefix": f"{code or self.code}/{prefix}/",
            "padding": 5,
            "company_id": self.company_id.id,
        }
        return values

    def _get_picking_type_create_values(self, max_sequence):
        data, next_sequence = super()._get_picking_type_create_values(max_sequence)
        customers, _suppliers = self._get_partner_locations()
        data["service_type_id"] = {
            "name": self.env._("Work Order Parts"),
            "code": "outgoing",
            "default_location_src_id": self.lot_stock_id.id,
            "default_location_dest_id": customers.id,
            "use_create_lots": False,
            "use_existing_lots": True,
            "sequence": next_sequence + 1,
            "sequence_code": "WO",
            "company_id": self.company_id.id,
        }
        return data, next_sequence + 2

    def _get_picking_type_update_values(self):
        values = super()._get_picking_type_update_values()
        if self.service_type_id or self._makes_service_types():
            values["service_type_id"] = {
                "active": self.active,
                "barcode": self.code.replace(" ", "").upper() + "WO",
            }
        return values

    def _create_or_update_sequences_and_picking_types(self):
        """Let Odoo's return wizard find the operation type of our returns."""
        data = super()._create_or_update_sequences_and_picking_types()
        if data.get("service_type_id"):
            service_type = self.env["stock.picking.type"].browse(
                data["service_type_id"]
            )
            service_type.return_picking_type_id = (
                data.get("in_type_id") or self.in_type_id
            )
        return data

    def _update_name_and_code(self, name=False, code=False):
        result = super()._update_name_and_code(name, code)
        for warehouse in self:
            values = warehouse._get_sequence_values(name=name, code=code)
            for name_of_type in ("service_type_id", "service_load_type_id"):
                # Sequences belong to the system: as core does for its own types.
                sequence = warehouse.sudo()[name_of_type].sequence_id
                sequence.write(values[name_of_type])
        return result
