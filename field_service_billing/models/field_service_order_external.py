from collections import defaultdict
from typing import NamedTuple

from odoo import models
from odoo.fields import Domain

BILLS = ("in_invoice", "in_refund", "in_receipt")


class ExternalCost(NamedTuple):
    """What somebody outside has charged us for an order.

    ``amount`` is in the company's currency, before tax. ``source`` is the record that
    the cost comes from: it is charged once.
    """

    source: models.BaseModel
    amount: float
    product: models.BaseModel
    name: str
    date: object


class FieldServiceOrderExternal(models.AbstractModel):
    """Costs from outside are charged on, at cost plus the markup of the terms."""

    _name = "field.service.order.external"
    _description = "Outside Costs of Work Orders"

    def _get_charge_targets(self):
        """Charge what others have billed us, beside the work itself."""
        targets = super()._get_charge_targets()
        takers = self.filtered(lambda order: order._charges_external())
        for order, costs in takers._get_external_costs().items():
            targets += [
                order._prepare_external_target(cost, order.pricing_id)
                for cost in costs
                if not order.company_id.currency_id.is_zero(cost.amount)
            ]
        return targets

    def _charges_external(self):
        """Tell whether costs from outside are charged on; a fixed price has them."""
        return (
            self.pricing_id.is_external_billed
            and self.pricing_method != "fixed"
            and self.state not in ("draft", "cancelled")
            and not self.is_historic
        )

    def _prepare_external_target(self, cost, terms):
        sold = cost.product.sale_ok and cost.product
        product = sold or terms.external_product_id
        price = self._convert_terms(cost.amount, cost.date)
        return self._prepare_charge_target(
            "external",
            product,
            1.0,
            price=self.billing_currency_id.round(
                price * (1.0 + terms.external_markup / 100.0)
            ),
            source=(cost.source._name, cost.source.id),
            name=self._describe_charge(
                product,
                cost.name,
                "" if sold else cost.name,
                self._format_day(cost.date),
            ),
        )

    def _get_external_domain(self):
        """Return which analytic lines are costs from outside. Extend for more."""
        domain = Domain("move_line_id.move_id.move_type", "in", BILLS)
        # Expenses the company paid are no bills; hr_expense is no dependency.
        if "expense_id" in self.env["account.move.line"]._fields:
            domain |= Domain("move_line_id.expense_id", "!=", False)
        return domain

    def _get_external_costs(self):
        """Return what others have charged us for these orders. Extend with super().

        Here: posted vendor bills, refunds and expenses, with the share of each order.

        :rtype: dict[field.service.order, list[ExternalCost]]
        """
        by_account = self.filtered("analytic_account_id").grouped("analytic_account_id")
        if not by_account:
            return {}
        column = self._get_plan_column()
        domain = self._get_external_domain() & Domain(
            [
                (column, "in", [account.id for account in by_account]),
                ("move_line_id.parent_state", "=", "posted"),
                ("move_line_id.account_id.internal_group", "=", "expense"),
            ]
        )
        # Whoever bills an order need not see the books; analytic lines tell the share
        # of a line that several orders bear, to the cent.
        lines = self.env["account.analytic.line"].sudo()
        groups = lines._read_group(domain, [column, "move_line_id"], ["amount:sum"])
        costs = defaultdict(list)
        for account, item, amount in sorted(groups, key=lambda group: group[1].id):
            if item._is_charged_on():
                order = by_account[account]
                costs[order].append(order._prepare_external_cost(item, -amount))
        return costs

    def _prepare_external_cost(self, item, amount):
        """Return the cost of a journal item, as far as this order bears it."""
        return ExternalCost(
            source=item,
            amount=amount,
            product=item.product_id,
            name=item.name or "",
            date=item.date,
        )
