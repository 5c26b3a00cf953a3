from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def copy_data(self, default=None):
        """A return or a rest of used parts is billed by a charge of its own."""
        vals_list = super().copy_data(default=default)
        for move, values in zip(self, vals_list, strict=True):
            if move.service_order_id:
                values["sale_line_id"] = False
        return vals_list

    def _action_synch_order(self):
        """Used parts reach a sales order by their charge, not by their transfer."""
        others = self.filtered(lambda move: not move.service_order_id)
        return super(StockMove, others)._action_synch_order()
