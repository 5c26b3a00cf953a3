from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _eligible_for_stock_account(self):
        """Cost of goods sold is posted once: at use, or at invoicing, never twice."""
        return (
            super()._eligible_for_stock_account() and not self._is_service_consumption()
        )

    def _is_service_consumption(self):
        """Tell whether the goods of this line cost a work order when they are used.

        True for a customer document line whose stock moves are a work order's; without
        any move, for a line distributed on a work order that plans or has used the
        product. A credit note mirrors the document it reverses. Billing extends this
        for lines it made itself.
        """
        self.ensure_one()
        if not self.move_id.is_sale_document(include_receipts=True):
            return False
        if self._has_reversed_cogs():
            return False
        # Whoever posts an invoice need not see stock moves or parts.
        moves = self.sudo()._get_stock_moves()
        if moves:
            return bool(moves.service_order_id)
        orders = self._get_service_orders()
        return bool(orders) and self._is_part_of(orders)

    def _has_reversed_cogs(self):
        """Tell whether this line credits one whose cost of goods core has posted."""
        return any(
            line.display_type == "cogs" and line.product_id == self.product_id
            for line in self.move_id.reversed_entry_id.line_ids
        )

    def _get_service_orders(self):
        """Return the work orders this line is distributed on."""
        accounts = self._get_service_distribution(self.analytic_distribution or {})
        # Whoever posts an invoice need not see every work order.
        orders = self.env["field.service.order"].sudo()
        if not accounts:
            return orders
        return orders.search(
            [("analytic_account_id", "in", [int(a) for a in accounts])]
        )

    def _is_part_of(self, orders):
        """Tell whether the product of this line is, or was, a part of the orders."""
        domain = [
            ("order_id", "in", orders.ids),
            ("product_id", "=", self.product_id.id),
            ("state", "!=", "cancelled"),
        ]
        parts = self.env["field.service.part"].sudo()  # as above
        if parts.search_count(domain, limit=1):
            return True
        return any(
            move.product_id == self.product_id
            and move.state == "done"
            and move._is_service_consumption()
            for move in orders.service_move_ids
        )
