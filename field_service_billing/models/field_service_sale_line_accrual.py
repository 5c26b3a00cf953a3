from odoo import models


class FieldServiceSaleLineAccrual(models.AbstractModel):
    """What of a sales order line was invoiced in the books by the end of a day."""

    _name = "field.service.sale.line.accrual"
    _description = "Sales Order Lines at the End of a Period"

    def _get_unbilled_at(self, worked, day):
        """Return what of the worked quantity was not invoiced by a day.

        As with ``qty_to_invoice``: what was credited in full is to be billed anew, a
        credit note over part of it is a concession and is not.

        :param float worked: in the unit of the line, negative for what goes back
        """
        self.ensure_one()
        items = self.invoice_lines.filtered(
            lambda item: item.parent_state == "posted" and item.move_id.date <= day
        )
        net = sum(items.mapped("balance"))
        if not items or self.company_id.currency_id.is_zero(net):
            return worked
        moved = [
            item.product_uom_id._compute_quantity(item.quantity, self.product_uom_id)
            * (-1.0 if item.move_id.move_type == "out_refund" else 1.0)
            for item in items
        ]
        if worked < 0:
            return min(worked - sum(part for part in moved if part < 0), 0.0)
        return max(worked - sum(part for part in moved if part > 0), 0.0)

    def _get_net_of(self, quantity):
        """Return the value of a quantity before tax, taxes in the price taken off."""
        self.ensure_one()
        return self.tax_ids.compute_all(
            self.price_unit * (1.0 - self.discount / 100.0),
            currency=self.currency_id,
            quantity=quantity,
            product=self.product_id,
            partner=self.order_id.partner_shipping_id,
        )["total_excluded"]
