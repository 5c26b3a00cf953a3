from odoo import Command, fields, models
from odoo.exceptions import UserError

# What a line is about; the quantity is all that is edited.
KEY = ("part_id", "product_id", "lot_id", "location_id", "location_dest_id")


class FieldServiceUnloadLine(models.TransientModel):
    _name = "field.service.unload.line"
    _description = "Line of Unloading a Van"

    wizard_id = fields.Many2one(
        comodel_name="field.service.unload", required=True, ondelete="cascade"
    )
    technician_id = fields.Many2one(comodel_name="hr.employee", readonly=True)
    location_id = fields.Many2one(
        comodel_name="stock.location", string="Van", readonly=True
    )
    location_dest_id = fields.Many2one(
        comodel_name="stock.location", string="To", readonly=True
    )
    part_id = fields.Many2one(comodel_name="field.service.part", readonly=True)
    product_id = fields.Many2one(comodel_name="product.product", readonly=True)
    lot_id = fields.Many2one(
        comodel_name="stock.lot", string="Lot/Serial Number", readonly=True
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    proposed = fields.Float(digits="Product Unit", readonly=True)
    quantity = fields.Float(string="Take Out", digits="Product Unit")
    reason = fields.Char(readonly=True)

    def _check_quantities(self):
        """Take out no more than was proposed: the rest is needed, or not there."""
        proposals = self.env["field.service.unload.proposal"]
        fresh = {}
        for technician, van in {(one.technician_id, one.location_id) for one in self}:
            lines = proposals.with_company(van.company_id)._get_unload_lines(
                technician, van
            )
            fresh.update({self._get_key(line): line["quantity"] for line in lines})
        for line in self:
            key = {name: line[name].id for name in KEY}
            there = fresh.get(self._get_key(key), 0.0)
            if line.uom_id.compare(line.quantity, there) > 0:
                raise UserError(
                    self.env._(
                        "%(part)s: only %(there)s can be taken out of %(van)s, the "
                        "rest is needed there or is not there any more.",
                        part=line.product_id.display_name,
                        there=f"{there:g}",
                        van=line.location_id.display_name,
                    )
                )

    def _get_key(self, values):
        return tuple(values[name] for name in KEY)

    def _create_picking(self, van, destination):
        """Make one transfer of these lines, reserved with their lots."""
        company = van.company_id
        self = self.with_company(company)
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self._get_picking_type(destination).id,
                "location_id": van.id,
                "location_dest_id": destination.id,
                "company_id": company.id,
                "origin": ", ".join(dict.fromkeys(self.mapped("reason")))[:250],
                "move_ids": [
                    Command.create(line._prepare_move_values()) for line in self
                ],
            }
        )
        # Each line keeps its own part: what was unloaded is not proposed again.
        picking.move_ids._action_confirm(merge=False)
        loads = self.env["field.service.load"]
        for line, move in zip(self, picking.move_ids, strict=True):
            if line.lot_id:
                move.move_line_ids.unlink()
                loads._take_lot(move, line.lot_id, line.quantity)
            else:
                move._action_assign()
        return picking

    def _get_picking_type(self, destination):
        """Return the operation type of the warehouse that takes it back."""
        warehouse = destination.warehouse_id
        # The type of internal transfers is archived where nobody uses them.
        warehouse._get_van_routes()
        internal = warehouse.int_type_id
        return internal if internal.active else warehouse.service_load_type_id

    def _prepare_move_values(self):
        """Return the values of the move that takes a line out of the van."""
        self.ensure_one()
        return {
            "product_id": self.product_id.id,
            "product_uom": self.uom_id.id,
            "product_uom_qty": self.quantity,
            "location_id": self.location_id.id,
            "location_dest_id": self.location_dest_id.id,
            "company_id": self.location_id.company_id.id,
            "service_part_id": self.part_id.id,
        }
