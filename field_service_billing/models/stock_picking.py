from odoo import models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def write(self, vals):
        if vals.get("service_order_id"):
            self._check_not_sold()
        return super().write(vals)

    def _check_not_sold(self):
        """What a sales order delivers is costed and billed there, not twice."""
        for picking in self:
            # Whoever moves goods need not see sales orders.
            lines = picking.sudo().move_ids.sale_line_id
            sold = lines.filtered(lambda line: not line._is_from_work())
            if sold:
                raise UserError(
                    self.env._(
                        "Transfer %(transfer)s delivers sales order %(sale)s, which "
                        "bills it and bears its cost. Set the work order on the lines "
                        "of the sales order instead.",
                        transfer=picking.name,
                        sale=sold[0].order_id.name,
                    )
                )
