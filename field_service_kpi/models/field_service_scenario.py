from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..measure import Scope
from ..tools.what_if import LEVERS, Baseline

# KPIs that a lever moves by as many points; leakage and prices are said otherwise.
MOVED_KPIS = {
    "utilization": "T1",
    "travel_share": "T4",
    "first_time_fix": "Q1",
    "parts_margin": "P7",
}


class FieldServiceScenario(models.Model):
    """A what-if that somebody wants to keep, with the baseline it was made on."""

    _name = "field.service.scenario"
    _description = "What-If Scenario"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    as_of = fields.Datetime(required=True, readonly=True)
    baseline = fields.Json(readonly=True)
    levers = fields.Json(readonly=True)
    margin_before = fields.Monetary(readonly=True, aggregator=None)
    margin_after = fields.Monetary(readonly=True, aggregator=None)
    effect = fields.Monetary(
        readonly=True, aggregator=None, help="Margin with the scenario less without."
    )

    @api.model
    def save_scenario(self, name, levers):
        """Keep a scenario of the current company, on the baseline as it is now.

        :raises UserError: without a name, or when no lever is moved
        """
        name = (name or "").strip()
        if not name:
            raise UserError(self.env._("Give the scenario a name."))
        what_if = self.env["field.service.what.if"]
        scope = what_if._get_last_year()
        base = what_if._get_baseline(scope)
        result = what_if._compute(base, levers)
        moved = {key: value for key, value in result["levers"].items() if value}
        if not moved:
            raise UserError(self.env._("Move at least one slider before saving."))
        self.create(
            {
                "name": name,
                "company_id": scope.companies.id,
                "date_from": scope.date_from,
                "date_to": scope.date_to,
                "as_of": fields.Datetime.now(),
                "baseline": base._asdict(),
                "levers": moved,
                "margin_before": result["before"]["margin"],
                "margin_after": result["after"]["margin"],
                "effect": result["total"]["margin"],
            }
        )
        return self._get_saved()

    @api.model
    @api.readonly
    def _get_saved(self):
        """Return the scenarios of the current company, for the screen."""
        what_if = self.env["field.service.what.if"]
        found = self.search([("company_id", "=", self.env.company.id)], limit=20)
        return [
            {
                "id": one.id,
                "name": one.name,
                "levers": {key: one.levers.get(key, 0.0) for key in LEVERS},
                "result": what_if._compute(Baseline(**one.baseline), one.levers),
                "start": fields.Date.to_string(one.date_from),
                "stop": fields.Date.to_string(one.date_to),
            }
            for one in found
        ]

    def remove_scenario(self):
        """Throw a scenario away and return what is left."""
        self.unlink()
        return self._get_saved()

    # -------------------------------------------------------------------- targets
    def action_make_targets(self):
        """Open the proposal of targets that this scenario would reach.

        Nothing counts before it is applied there; the limit is what was reached.
        """
        self.ensure_one()
        proposal = self.env["field.service.kpi.proposal"].create(
            {
                "company_id": self.company_id.id,
                "line_ids": [Command.clear()],
            }
        )
        proposal.line_ids = [
            Command.clear(),
            *map(Command.create, self._prepare_target_lines(proposal)),
        ]
        if not proposal.line_ids:
            raise UserError(
                self.env._("No KPI of this scenario has enough data for a target.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Targets of %(scenario)s", scenario=self.name),
            "res_model": proposal._name,
            "res_id": proposal.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _prepare_target_lines(self, proposal):
        """Return the values of one line for each KPI that the scenario moves."""
        scope = Scope(self.company_id, self.date_from, self.date_to)
        goals = self._get_goals()
        kpis = self.env["field.service.kpi"].search([("code", "in", list(goals))])
        values = kpis._get_values(scope)
        targets = self.env["field.service.kpi.target"]._get_targets(
            kpis, scope._replace(date_to=proposal.date_from)
        )
        lines = []
        for kpi in kpis:
            value = values[kpi].get((self.company_id.id, False, None))
            if value is None or value.value is None:
                continue
            current = targets.get((kpi, self.company_id.id, False))
            target = proposal._round(kpi, goals[kpi.code](value.value))
            lines.append(
                {
                    "kpi_id": kpi.id,
                    "selected": True,
                    "current_id": current.id if current else False,
                    "reached": value.value,
                    "cases": value.cases,
                    "target": target,
                    "limit_value": value.value,
                }
            )
        return lines

    def _get_goals(self):
        """Return {KPI code: function from what was reached to the target}."""
        levers = self.levers
        goals = {
            MOVED_KPIS[key]: lambda value, key=key: value + levers[key]
            for key in levers
            if key in MOVED_KPIS
        }
        if levers.get("leakage"):
            goals["P14"] = lambda value: value * (1.0 - levers["leakage"])
        what_if = self.env["field.service.what.if"]
        after = what_if._compute(Baseline(**self.baseline), levers)["after"]
        if after["revenue"]:
            goals["P2"] = lambda _value: after["margin"] / after["revenue"]
        return goals
