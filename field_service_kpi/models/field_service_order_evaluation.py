from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import format_amount
from odoo.tools.misc import formatLang

DONE = ("done", "closed")
MANAGER = "field_service.group_manager"
# How far below its plan a job may be: on target, and near it. See P5 and T7.
MARGIN_POINTS = (-0.02, -0.05)
EFFICIENCY = (0.95, 0.8)
STARS = (4.0, 3.0)


class Verdict(NamedTuple):
    """One line of the evaluation of a job: what was, what was planned, how good."""

    key: str
    name: str
    actual: str
    planned: str
    status: str | None


class FieldServiceOrderEvaluation(models.AbstractModel):
    """How a completed job went: read from the reports that the KPIs are read from."""

    _name = "field.service.order.evaluation"
    _description = "Evaluation of a Work Order"

    evaluation = fields.Json(
        compute="_compute_evaluation",
        groups="field_service.group_dispatcher",
        help="Of completed work: margin and hours beside their plan, first-time fix, "
        "documents, promises kept and what was said about it.",
    )

    @api.depends("state")
    @api.depends_context("uid", "lang")
    def _compute_evaluation(self):
        self.evaluation = False
        done = self.filtered(lambda order: order.state in DONE)._origin
        figures = done._read_evaluation() if done else {}
        for order in self:
            if order._origin in figures:
                verdicts = order._get_verdicts(figures[order._origin])
                order.evaluation = [verdict._asdict() for verdict in verdicts]

    def _read_evaluation(self):
        """Return rows of reports by order and report, with one query for each."""
        names = ["field.service.order.report", "field.service.order.money.report"]
        if self.env.user.has_group(MANAGER):
            names.append("field.service.rating.report")
        result = {order: {} for order in self}
        for name in names:
            if not self.env[name].has_access("read"):
                continue
            for row in self.env[name].search([("order_id", "in", self.ids)]):
                result[row.order_id][name] = row
        return result

    def _get_verdicts(self, rows):
        """Return what can be said of one order; what was not measured is left out."""
        work = rows.get("field.service.order.report")
        money = rows.get("field.service.order.money.report")
        rating = rows.get("field.service.rating.report")
        verdicts = []
        if money:
            verdicts.append(self._judge_margin(money))
        if work:
            verdicts += [
                self._judge_hours(work),
                self._judge_fix(work),
                self._judge_documents(work),
                *self._judge_promises(work),
            ]
        if rating:
            verdicts.append(self._judge_rating(rating))
        return [verdict for verdict in verdicts if verdict]

    # --------------------------------------------------------------------- verdicts
    def _judge_margin(self, row):
        amounts = [
            format_amount(self.env, amount, self.currency_id)
            for amount in (row.net_margin, row.baseline_margin)
        ]
        status = None
        if row.compared_revenue > 0 and row.baseline_revenue > 0:
            planned = row.baseline_margin / row.baseline_revenue
            points = row.net_margin / row.compared_revenue - planned
            status = self._get_verdict_status(points, MARGIN_POINTS)
        return Verdict(
            "margin",
            self.env._("Margin after Callbacks"),
            amounts[0],
            amounts[1] if row.baseline_revenue > 0 else "",
            status,
        )

    def _judge_hours(self, row):
        if not row.planned_orders:
            return None
        efficiency = row.planned_hours / row.actual_hours
        return Verdict(
            "hours",
            self.env._("Hours Worked"),
            formatLang(self.env, row.actual_hours, digits=2),
            formatLang(self.env, row.planned_hours, digits=2),
            self._get_verdict_status(efficiency, EFFICIENCY),
        )

    def _judge_fix(self, row):
        if not (row.fix_due or row.fix_open):
            return None
        fixed = row.first_fix if row.fix_due else row.first_fix_open
        texts = {
            (True, True): self.env._("Yes"),
            (True, False): self.env._("Yes, until now"),
        }
        return Verdict(
            "fix",
            self.env._("Fixed the First Time"),
            texts.get((bool(fixed), bool(row.fix_due)), self.env._("No")),
            "",
            # Nobody knows before the callback window has passed.
            None if fixed and row.fix_open else "good" if fixed else "bad",
        )

    def _judge_documents(self, row):
        if not row.questions:
            return None
        return Verdict(
            "documents",
            self.env._("Mandatory Questions Answered"),
            str(row.answers),
            str(row.questions),
            "good" if row.answers >= row.questions else "bad",
        )

    def _judge_promises(self, row):
        names = {
            "response": self.env._("Response in Time"),
            "resolution": self.env._("Resolution in Time"),
        }
        for goal, name in names.items():
            if row[f"{goal}_due"]:
                met = bool(row[f"{goal}_met"])
                text = self.env._("Yes") if met else self.env._("No")
                yield Verdict(goal, name, text, "", "good" if met else "bad")

    def _judge_rating(self, row):
        return Verdict(
            "rating",
            self.env._("Rating of the Customer"),
            self.env._("%(stars)s of 5", stars=formatLang(self.env, row.stars, 1)),
            "",
            self._get_verdict_status(row.stars, STARS),
        )

    @staticmethod
    def _get_verdict_status(value, limits):
        """Return "good", "amber" or "bad"; a cent of rounding is forgiven."""
        good, amber = limits
        if value >= good - 1e-9:
            return "good"
        return "amber" if value >= amber - 1e-9 else "bad"
