from statistics import median

from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..measure import Scope

DAYS = 90


class FieldServiceKpiProposal(models.TransientModel):
    """Propose targets from what was reached lately, to be changed before they count.

    Proposed is the median of the weeks of the last 90 days that had enough cases,
    plus what somebody wants to improve; the limit is the median itself.
    """

    _name = "field.service.kpi.proposal"
    _description = "Propose KPI Targets"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    team_id = fields.Many2one(
        comodel_name="field.service.team",
        domain="[('company_id', '=', company_id)]",
        help="Empty: for the whole company.",
    )
    improvement = fields.Float(
        default=0.05, help="How much better than the last 90 days, as a share."
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: (
            fields.Date.context_today(self).replace(day=1) + relativedelta(months=1)
        ),
    )
    line_ids = fields.One2many(
        comodel_name="field.service.kpi.proposal.line",
        inverse_name="proposal_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.depends("company_id", "team_id", "improvement")
    def _compute_line_ids(self):
        for proposal in self:
            proposal.line_ids = [
                Command.clear(),
                *map(Command.create, proposal._prepare_lines()),
            ]

    def _prepare_lines(self):
        """One line for every KPI that had enough weeks and has no target yet."""
        self.ensure_one()
        scope = self._get_scope()
        kpis = self.env["field.service.kpi"].search(
            [
                ("company_id", "in", (False, self.company_id.id)),
                ("direction", "!=", "none"),
            ]
        )
        values = kpis._get_values(scope._replace(interval="week"))
        targets = self.env["field.service.kpi.target"]._get_targets(
            kpis, scope._replace(date_to=max(scope.date_to, self.date_from))
        )
        lines = []
        for kpi in kpis:
            weeks = [one for one in values[kpi].values() if one.value is not None]
            cases = sum(week.cases for week in weeks)
            if not weeks or cases < kpi.min_sample:
                continue
            middle = median(week.value for week in weeks)
            if not kpi.denominator:
                # The target of a sum is meant per month.
                middle *= 52 / 12
            sign = -1 if kpi.direction == "down" else 1
            current = targets.get((kpi, self.company_id.id, False))
            lines.append(
                {
                    "kpi_id": kpi.id,
                    "selected": not current,
                    "current_id": current.id if current else False,
                    "reached": middle,
                    "weeks": len(weeks),
                    "cases": cases,
                    "target": self._round(
                        kpi, middle + sign * abs(middle) * self.improvement
                    ),
                    "limit_value": self._round(kpi, middle),
                }
            )
        return lines

    def _get_scope(self):
        today = fields.Date.context_today(self)
        return Scope(
            self.company_id,
            today - relativedelta(days=DAYS),
            today - relativedelta(days=1),
            filters=(("team", self.team_id.id),) if self.team_id else (),
        )

    @staticmethod
    def _round(kpi, value):
        """A target is said with the KPI's decimals; a share with two more."""
        return round(value, kpi.decimals + (2 if kpi.unit == "percent" else 0))

    def action_apply(self):
        """Make the chosen targets; those that count now end the day before.

        :raises UserError: when nothing is chosen
        """
        self.ensure_one()
        lines = self.line_ids.filtered("selected")
        if not lines:
            raise UserError(self.env._("Choose at least one KPI to set a target for."))
        made = self.env["field.service.kpi.target"]
        for line in lines:
            made |= line._make_target()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Targets"),
            "res_model": made._name,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", made.ids)],
        }
