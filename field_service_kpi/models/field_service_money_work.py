from odoo import api, models
from odoo.fields import Domain

from ..money import Found, Row
from .field_service_order_bridge import SETTLED_STATES

CHARGES = "field.service.charge.report"
ORDERS = "field.service.order.money.report"
KINDS = "field.service.ledger.kind.report"
MISSING = "field.service.missing.part"
PRICES = "field.service.price.proposal"


class FieldServiceMoneyWork(models.AbstractModel):
    """What work costs that brings nothing, or too little."""

    _name = "field.service.money.work"
    _description = "Money on the Table: Work"

    @api.model
    def _get_sources(self):
        """Return the sources of rows in the order of their kinds.

        :return: {kind: (name, method)}; the method takes a ``Scope`` of one company
            and returns a ``Found``. Extend with ``{**super()._get_sources(), ...}``.
        """
        return {
            "leakage": (self.env._("Work not billed"), self._find_leakage),
            "rework": (self.env._("Callbacks"), self._find_rework),
            "missing": (self.env._("Missing parts"), self._find_missing_parts),
            "loss": (self.env._("Work at a loss"), self._find_losses),
            "price": (self.env._("Prices below the target margin"), self._find_prices),
        }

    def _get_period_domain(self, scope, date="date"):
        """Rows of a report of the scope's company and days."""
        return (
            Domain("company_id", "in", scope.companies.ids)
            & Domain(date, ">=", scope.date_from)
            & Domain(date, "<=", scope.date_to)
        )

    def _read_row(self, model, domain, *aggregates):
        """Return the aggregates of all rows of a domain, empty ones as 0."""
        [values] = self.env[model]._read_group(domain, [], list(aggregates))
        return [value or 0 for value in values]

    # --------------------------------------------------------------------- leakage
    def _find_leakage(self, scope):
        domain = self._get_period_domain(scope) & Domain("leakage", "!=", 0)
        groups = self.env[CHARGES]._read_group(
            domain, ["leakage_reason_id"], ["leakage:sum", "__count"]
        )
        rows = [
            self._make_leakage(domain, reason, amount, n)
            for reason, amount, n in groups
            if amount > 0
        ]
        return Found(
            tuple(rows), self.env._("Everything that could be billed was billed.")
        )

    def _make_leakage(self, domain, reason, amount, n):
        name = reason.display_name or self.env._("no reason given")
        return Row(
            key=f"leakage:{reason.id or 0}",
            label=self.env._("Not billed: %(reason)s", reason=name),
            formula=self.env._(
                "Value at the price without discount less what is billed, of completed "
                "orders. What a warranty or an agreement covers is not counted."
            ),
            base=amount,
            amount=amount,
            n=n,
            model=CHARGES,
            domain=tuple(domain & Domain("leakage_reason_id", "=", reason.id)),
            basis="completion",
            kpi="P14",
        )

    # ---------------------------------------------------------------------- rework
    def _find_rework(self, scope):
        domain = self._get_period_domain(scope)
        domain &= Domain("order_id.callback_of_id", "!=", False)
        domain &= Domain("cost_kind", "!=", "revenue")
        cost, orders = self._read_row(
            KINDS, domain, "cost:sum", "order_id:count_distinct"
        )
        row = Row(
            key="rework",
            label=self.env._("Callbacks"),
            formula=self.env._("Posted costs of orders that are callbacks of others."),
            base=cost,
            amount=cost,
            n=orders,
            model=KINDS,
            domain=tuple(domain),
            basis="accounting",
            kpi="Q2",
        )
        reason = self.env._("No costs were posted on callbacks.")
        return Found((row,) if cost > 0 else (), reason)

    # --------------------------------------------------------------- missing parts
    def _find_missing_parts(self, scope):
        domain = self._get_period_domain(scope)
        cost, visits = self._read_row(
            MISSING, domain, "cost:sum", "visit_id:count_distinct"
        )
        row = Row(
            key="missing",
            label=self.env._("Coming again for a missing part"),
            formula=self.env._(
                "Posted labour and travel of the first visit after one that ended for "
                "want of a part."
            ),
            base=cost,
            amount=cost,
            n=visits,
            model=MISSING,
            domain=tuple(domain),
            basis="accounting",
            kpi="Q7",
        )
        reason = self.env._("No visit had to be repeated for a part.")
        return Found((row,) if cost > 0 else (), reason)

    # ---------------------------------------------------------------------- losses
    def _find_losses(self, scope):
        domain = self._get_period_domain(scope) & Domain("loss_orders", "=", 1)
        # What waits for its invoice has cost something and brought nothing yet.
        domain &= Domain("order_id.billing_state", "in", SETTLED_STATES)
        margin, orders = self._read_row(ORDERS, domain, "margin:sum", "__count")
        row = Row(
            key="loss",
            label=self.env._("Orders at a loss"),
            formula=self.env._(
                "Posted costs less revenue, life to date, of completed and invoiced "
                "orders that the customer pays for and that cost more than they "
                "brought."
            ),
            base=margin,
            amount=-margin,
            n=orders,
            model=ORDERS,
            domain=tuple(domain),
            basis="completion",
            kpi="P21",
        )
        reason = self.env._("No completed order that a customer pays for lost money.")
        return Found((row,) if margin < 0 else (), reason)

    # ---------------------------------------------------------------------- prices
    def _find_prices(self, scope):
        domain = Domain("company_id", "in", scope.companies.ids)
        domain &= Domain("state", "=", "proposed") & Domain("yearly_effect", ">", 0)
        effect, n = self._read_row(PRICES, domain, "yearly_effect:sum", "__count")
        row = Row(
            key="price",
            label=self.env._("Fixed prices below the target margin"),
            formula=self.env._(
                "(Proposed price - current price) x uses in a year, of the open price "
                "proposals."
            ),
            base=effect,
            amount=effect,
            n=n,
            model=PRICES,
            domain=tuple(domain),
            basis="status",
            yearly=True,
            kpi="P2",
            tool="field_service_kpi.field_service_price_proposal_action",
        )
        reason = self.env._("There is no open price proposal.")
        return Found((row,) if effect > 0 else (), reason)
