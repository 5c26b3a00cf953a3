from odoo import models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _eligible_for_stock_account(self):
        """Cost of goods sold is posted once: at use, or at invoicing, never twice."""
        return (
            super()._eligible_for_stock_account() and not self._is_service_consumption()
        )

    def _is_service_consumption(self):
        """Tell whether the goods of this line cost a work order when they are used.

        True for a customer document line whose stock moves are all a work order's;
        without any move, for a line distributed on a work order that plans or has used
        the product. A credit note mirrors the document it reverses. Billing extends
        this for lines it made itself.
        """
        self.ensure_one()
        if not self.move_id.is_sale_document(include_receipts=True):
            return False
        if self._has_reversed_cogs():
            return False
        ours, others = self._get_delivering_moves()
        if ours or others:
            return not others
        orders = self._get_service_orders()
        return bool(orders) and self._is_part_of(orders)

    def _get_delivering_moves(self):
        """Return the moves of work orders that deliver this line, and the others."""
        # Whoever posts an invoice need not see stock moves or parts.
        moves = self.sudo()._get_stock_moves()
        moves = moves.filtered(lambda move: move.state != "cancel") or moves
        ours = moves.filtered("service_order_id")
        return ours, moves - ours

    def _get_cogs_value(self):
        """What work orders have used is a cost already: sell the rest of the line.

        Of a line that is delivered partly by a work order and partly by ordinary
        transfers, the goods of the transfers are invoiced first.
        """
        ours, others = self._get_delivering_moves()
        if not (ours and others) or self._has_reversed_cogs():
            return super()._get_cogs_value()
        quantity = min(self._get_cogs_qty(), self._get_ordinary_quantity(others))
        done = others.filtered(lambda move: move.state == "done")
        if done:
            price = done._get_cogs_price_unit(quantity)
        elif self.product_id.cost_method == "fifo" and quantity:
            price = self.product_id._run_fifo(quantity) / quantity
        else:
            price = self.product_id.standard_price
        return (price * quantity - self._get_posted_cogs_value()) / self.quantity

    def _get_ordinary_quantity(self, moves):
        """Return what moves deliver and do not take back, in the unit of the line."""
        quantity = sum(
            (move._get_valued_qty() if move.state == "done" else move.product_qty)
            * (1 if move.location_dest_id.usage == "customer" else -1)
            for move in moves
        )
        return self.product_id.uom_id._compute_quantity(
            max(quantity, 0.0), self.product_uom_id, round=False
        )

    def _has_reversed_cogs(self):
        """Tell whether this line credits one whose cost of goods core has posted."""
        return any(
            line.display_type == "cogs" and line.product_id == self.product_id
            for line in self.move_id.reversed_entry_id.line_ids
        )

    def _get_service_orders(self):
        """Return the work orders this line is distributed on."""
        return self._get_orders_on(self.analytic_distribution or {})

    def _get_orders_on(self, distribution):
        """Return the work orders in an analytic distribution."""
        accounts = self._get_service_distribution(distribution)
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

    # ----------------------------------------------------------------- purchases
    def _take_stocked_parts_off_orders(self):
        """Take the work orders off purchased parts that go through stock, and say so.

        Their cost is on the order when they are used. With periodic valuation the bill
        is an expense too, so that the order would bear it twice.
        """
        for line in self.filtered("analytic_distribution"):
            orders = line._get_doubled_orders(line._get_service_orders())
            if not orders:
                continue
            line.analytic_distribution = line._get_distribution_without(
                line.analytic_distribution, orders.analytic_account_id.ids
            )
            line.move_id._message_log(
                body=self.env._(
                    "%(product)s goes through stock and costs %(orders)s when it is "
                    "used: the bill is not on the work order too.",
                    product=line.product_id.display_name,
                    orders=", ".join(orders.mapped("name")),
                )
            )

    def _get_doubled_orders(self, orders):
        """Return which of the orders bear the goods of this line when used."""
        self.ensure_one()
        if not orders or not self._is_bought_into_stock():
            return orders.browse()
        if self.product_id.is_storable:
            return orders
        # What is not stored is used with or without a part.
        return orders.filtered(self._is_part_of)

    def _is_bought_into_stock(self):
        """Tell whether a purchase brings the goods of this line to a place of ours.

        Purchases are those of ``purchase_stock``, on which the suite does not depend.
        A bill without one is an expense of whoever enters it.
        """
        self.ensure_one()
        if self.product_id.type != "consu" or "purchase_line_id" not in self._fields:
            return False
        # Whoever posts a bill need not see purchases or stock moves.
        purchase_line = self.sudo().purchase_line_id
        if "move_ids" not in purchase_line._fields:
            return False
        places = purchase_line.move_ids.location_dest_id
        if not places:
            places = purchase_line.order_id.picking_type_id.default_location_dest_id
        return any(place.usage in ("internal", "transit") for place in places)

    def _check_service_distribution(self, distribution):
        """Refuse to put a posted purchase of stocked parts on a work order."""
        result = super()._check_service_distribution(distribution)
        posted = self.filtered(lambda line: line.parent_state == "posted")
        named = posted and posted._get_orders_on(distribution)
        for line in posted if named else ():
            orders = line._get_doubled_orders(named)
            if orders:
                raise UserError(
                    self.env._(
                        "%(product)s goes through stock and costs %(orders)s when it "
                        "is used: on the bill, too, it would be there twice.",
                        product=line.product_id.display_name,
                        orders=", ".join(orders.mapped("name")),
                    )
                )
        return result
