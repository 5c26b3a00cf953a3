from odoo import fields, models


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["field.service.bill.line", "account.move.line"]

    service_accrual_line_id = fields.Many2one(
        comodel_name="field.service.accrual.line",
        string="Accrued for",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="restrict",
    )

    def _related_analytic_distribution(self):
        """An invoice line belongs to the one work order of its sale line.

        Unless somebody has put it on a work order by hand already.
        """
        related = super()._related_analytic_distribution()
        orders = self.sale_line_ids.service_order_id
        if len(orders) != 1 or self._get_service_distribution(
            self.analytic_distribution or {}
        ):
            return related
        return orders._merge_analytic_distribution(related)

    def _is_charged_on(self):
        """Tell whether a vendor's bill line is charged to the customer of its order.

        What is delivered to the customer by the vendor is sold by its own sale line.
        Purchases are those of other modules, on which the suite does not depend.
        """
        self.ensure_one()
        if "purchase_line_id" not in self._fields:
            return True
        bought = self.purchase_line_id
        return "sale_line_id" not in bought._fields or not bought.sale_line_id

    def _is_service_consumption(self):
        # Our sale lines bill parts whose cost was posted when they were used, also
        # on a credit note and when the moves were taken off the line.
        return super()._is_service_consumption() or any(
            line._is_from_work() for line in self.sudo().sale_line_ids
        )
