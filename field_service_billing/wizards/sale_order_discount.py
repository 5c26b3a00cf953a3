from odoo import models


class SaleOrderDiscount(models.TransientModel):
    _inherit = "sale.order.discount"

    def _prepare_global_discount_so_lines(self, base_lines):
        """Put each part of a global discount on the work order it reduces.

        Core leaves the analytic distribution of the discounted lines out.
        """
        values_list = super()._prepare_global_discount_so_lines(base_lines)
        for values, base_line in zip(values_list, base_lines, strict=True):
            values["analytic_distribution"] = base_line["analytic_distribution"]
            if order := base_line.get("_service_order_id"):
                values["service_order_id"] = order
        return values_list
