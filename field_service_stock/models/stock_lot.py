from odoo import fields, models


class StockLot(models.Model):
    _inherit = "stock.lot"

    service_asset_ids = fields.One2many(
        comodel_name="field.service.asset",
        inverse_name="lot_id",
        string="Equipment",
        groups="field_service.group_technician,field_service.group_cost",
    )

    def action_view_service_asset(self):
        """Open the equipment the serial number is."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Equipment"),
            "res_model": "field.service.asset",
            "views": [(False, "list"), (False, "form")],
            "domain": [("lot_id", "=", self.id)],
        }
