from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError

BASELINE_FIELDS = {
    "baseline_hours",
    "baseline_revenue",
    "baseline_cost",
    "baseline_margin",
    "baseline_date",
    "baseline_detail",
}


class PlannedCost(NamedTuple):
    """What one kind of cost of an order is expected to be, in company currency."""

    kind: str
    amount: float
    name: str
    # Hours, or units of the product in its own unit of measure.
    quantity: float = 0.0
    product_id: int | None = None


class PlannedRevenue(NamedTuple):
    """What one thing on the invoice is expected to bring, in company currency.

    ``value`` is that of the whole quantity, ``amount`` what the customer pays of it.
    """

    kind: str
    value: float
    amount: float
    quantity: float = 1.0
    product_id: int | None = None


class FieldServiceOrderBaseline(models.AbstractModel):
    """What was expected when the order was released; later edits do not touch it.

    An order that goes back to new and is released again gets a new baseline.
    """

    _name = "field.service.order.baseline"
    _description = "Baseline of Work Orders"

    # The company's; the order says so.
    currency_id = fields.Many2one(comodel_name="res.currency")
    baseline_date = fields.Datetime(
        readonly=True,
        copy=False,
        groups="field_service.group_cost",
        help="When the order was released, and what was expected was frozen.",
    )
    baseline_hours = fields.Float(
        readonly=True, copy=False, groups="field_service.group_cost"
    )
    baseline_revenue = fields.Monetary(
        readonly=True, copy=False, groups="field_service.group_cost"
    )
    baseline_cost = fields.Monetary(
        readonly=True, copy=False, groups="field_service.group_cost"
    )
    baseline_margin = fields.Monetary(
        readonly=True, copy=False, groups="field_service.group_cost"
    )
    baseline_detail = fields.Json(
        readonly=True,
        copy=False,
        groups="field_service.group_cost",
        help="Hours, parts and prices the baseline was made of.",
    )

    # ----------------------------------------------------------------------- hooks
    def _get_planned_labour_hours(self):
        """Return the hours of work of everybody the order is planned to take."""
        self.ensure_one()
        return self.planned_hours

    def _get_planned_revenue(self):
        """Return what the order is expected to bring, in company currency."""
        self.ensure_one()
        return 0.0

    def _get_planned_cost_lines(self):
        """Return what the order is expected to cost, as ``PlannedCost``.

        Extend with ``super() + [...]``.
        """
        self.ensure_one()
        return []

    def _get_planned_revenue_lines(self):
        """Return what the revenue is made of, as ``PlannedRevenue``.

        The sum of the amounts is ``_get_planned_revenue``. Extend with
        ``super() + [...]``.
        """
        self.ensure_one()
        return []

    # ---------------------------------------------------------------------- freeze
    def _after_transition(self, target, previous):
        if target == "released":
            self.filtered(
                lambda order: previous.get(order) == "draft"
            )._freeze_baseline()
        return super()._after_transition(target, previous)

    def _freeze_baseline(self):
        """Keep what is expected of the orders now."""
        # Whoever releases an order need not see what it costs and brings.
        for order in self.sudo():
            revenue = order._get_plan_to_freeze("revenue", order._get_planned_revenue)
            cost = order._get_plan_to_freeze("cost", order._get_planned_cost)
            order.write(
                {
                    "planned_revenue": revenue,
                    "planned_cost": cost,
                    "baseline_date": fields.Datetime.now(),
                    "baseline_hours": order.planned_hours,
                    "baseline_revenue": revenue,
                    "baseline_cost": cost,
                    "baseline_margin": revenue - cost,
                    "baseline_detail": order._prepare_baseline_detail(),
                }
            )

    def _prepare_baseline_detail(self):
        """Return what the figures are made of; what differs was entered by hand."""
        return {
            "costs": [
                {
                    "kind": line.kind,
                    "quantity": line.quantity,
                    "product_id": line.product_id,
                    "amount": line.amount,
                }
                for line in self._get_planned_cost_lines()
            ],
            "revenue": [line._asdict() for line in self._get_planned_revenue_lines()],
        }

    def _get_planned_cost(self):
        """Return the sum of what the order is expected to cost."""
        return sum(line.amount for line in self._get_planned_cost_lines())

    def _get_plan_to_freeze(self, name, propose):
        """Return the figure somebody has entered, else what follows from the plan.

        A figure that is still the one of an earlier baseline was not entered.
        """
        entered = self[f"planned_{name}"]
        if self.currency_id.compare_amounts(entered, self[f"baseline_{name}"]):
            return entered
        return self.currency_id.round(propose())

    def write(self, vals):
        if BASELINE_FIELDS & vals.keys() and not self.env.su:
            raise UserError(
                self.env._("The baseline is frozen at the release: it is not edited.")
            )
        return super().write(vals)
