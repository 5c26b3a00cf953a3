from odoo import models


class FieldServiceSaleAccrual(models.AbstractModel):
    """What a sales order still takes off the work at the end of a period."""

    _name = "field.service.sale.accrual"
    _description = "Sales Orders at the End of a Period"

    def _get_unbilled_discount(self, order_id, amount, day):
        """Return the global discount on some of a work order's unbilled amount.

        :param int order_id: the work order
        :param float amount: what of it is accrued, in the currency of the sales order
        :return: negative; in proportion to all of the work order that is unbilled
        """
        self.ensure_one()
        lines = self.order_line.filtered(
            lambda line: line.service_order_id.id == order_id
            and not line.display_type
            and not line.is_downpayment
        )
        discounts = lines.filtered(lambda line: line._is_global_discount())
        unbilled = sum(
            line._get_net_of(line._get_unbilled_at(line.product_uom_qty, day))
            for line in lines - discounts
        )
        rest = sum(
            line._get_net_of(line._get_unbilled_at(line.product_uom_qty, day))
            for line in discounts
        )
        if not discounts or self.currency_id.is_zero(unbilled):
            return 0.0
        return self.currency_id.round(rest * min(amount / unbilled, 1.0))
