from odoo import models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    def _prepare_picking_default_values_based_on(self, picking):
        """Returned parts stay on their work order and go back where they came from."""
        values = super()._prepare_picking_default_values_based_on(picking)
        if picking.service_order_id:
            values["service_order_id"] = picking.service_order_id.id
            if picking.location_id.usage == "internal":
                values["location_dest_id"] = picking.location_id.id
        return values

    def _get_proc_values(self, line):
        return {
            **super()._get_proc_values(line),
            "service_part_id": line.move_id.service_part_id.id,
        }
