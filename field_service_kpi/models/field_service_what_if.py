from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..measure import Scope
from ..tools.what_if import LEVERS, Baseline, compute, get_shares, get_usable

# Sums of the KPI engine that the baseline is made of.
SUMS = {
    "revenue": "ledger.revenue",
    "labour": "ledger.labour",
    "parts": "ledger.parts",
    "travel": "ledger.travel",
    "subcontract": "ledger.subcontract",
    "other": "ledger.other",
    "labour_revenue": "kind.labour_revenue",
    "parts_revenue": "kind.parts_revenue",
    "leakage": "charge.leakage",
    "payroll": "payroll.payroll",
    "productive_hours": "visit.productive_hours",
    "paid_hours": "hours.paid",
    "travel_hours": "visit.travel_known_hours",
    "day_hours": "visit.travel_day_hours",
}


class FieldServiceWhatIf(models.AbstractModel):
    """The last twelve whole months of a company, and what they would have been.

    Read here, computed in ``tools/what_if.py``, which has every formula once.
    """

    _name = "field.service.what.if"
    _description = "What-If"

    @api.model
    @api.readonly
    def get_what_if(self):
        """Return the baseline, the levers and the saved scenarios, for the screen.

        :rtype: dict
        """
        scope = self._get_last_year()
        base = self._get_baseline(scope)
        return {
            "base": base._asdict(),
            "shares": get_shares(base),
            "levers": self._get_levers(base),
            "result": self._compute(base, {}),
            "scenarios": self.env["field.service.scenario"]._get_saved(),
            "period": {
                "start": fields.Date.to_string(scope.date_from),
                "stop": fields.Date.to_string(scope.date_to),
            },
            "company": scope.companies.name,
            "currency_id": scope.companies.currency_id.id,
            "as_of": fields.Datetime.to_string(fields.Datetime.now()),
        }

    @api.model
    @api.readonly
    def compute_what_if(self, base, levers):
        """Return what a baseline would have earned with other levers.

        :param dict base: baseline of ``get_what_if``; nothing is read again
        :param dict levers: {lever: change}
        """
        self._check_what_if_access()
        known = {name: base.get(name) or 0 for name in Baseline._fields}
        return self._compute(Baseline(**known), levers)

    # ------------------------------------------------------------------- baseline
    def _check_what_if_access(self):
        if not self.env.user.has_group("field_service.group_manager"):
            raise AccessError(
                self.env._("Costs and margins are for those who may see them.")
            )

    @api.model
    def _get_last_year(self):
        """Scope of the last twelve whole months of the current company."""
        self._check_what_if_access()
        start = fields.Date.context_today(self).replace(day=1)
        first = start - relativedelta(years=1)
        return Scope(self.env.company, first, start - relativedelta(days=1))

    @api.model
    def _get_baseline(self, scope):
        """Read the baseline, by one grouped query of each report."""
        registry = self.env["field.service.kpi.measure"]
        margin = "kind.parts_margin"
        sums = registry._get_sums({*SUMS.values(), margin}, scope)

        def read(code):
            return float(sum((sums.get(code) or {}).values()))

        values = {name: read(code) for name, code in SUMS.items()}
        values["parts_cost"] = values["parts_revenue"] - read(margin)
        return Baseline(**values, **self._read_visits(scope), **self._read_mix(scope))

    def _read_visits(self, scope):
        """Completed orders, those that took one visit, and their visits."""
        domain = Domain("company_id", "=", scope.companies.id)
        domain &= Domain("date", ">=", scope.date_from)
        domain &= Domain("date", "<=", scope.date_to) & Domain("visits", ">", 0)
        report = self.env["field.service.order.money.report"]
        [[orders, visits]] = report._read_group(domain, [], ["__count", "visits:sum"])
        fixed = report.search_count(domain & Domain("visits", "=", 1))
        return {"orders": orders, "visits": visits or 0, "fixed_orders": fixed}

    def _read_mix(self, scope):
        """Hours and margin of job types that earn less, and more, than all per hour."""
        registry = self.env["field.service.kpi.measure"]
        sums = registry._get_sums(
            ["ledger.margin", "visit.productive_hours"],
            scope._replace(level="job_type"),
        )
        margins, hours = sums["ledger.margin"], sums["visit.productive_hours"]
        rows = [
            (float(margins.get(key) or 0.0), worked)
            for key, worked in hours.items()
            if worked and key[1]
        ]
        worked = sum(one for _margin, one in rows)
        average = sum(margin for margin, _one in rows) / worked if worked else 0.0
        names = ("low_hours", "low_margin", "high_hours", "high_margin")
        result = dict.fromkeys(names, 0.0)
        for margin, one in rows:
            side = "high" if margin / one >= average else "low"
            result[f"{side}_hours"] += one
            result[f"{side}_margin"] += margin
        return result

    # --------------------------------------------------------------------- levers
    @api.model
    def _compute(self, base, levers):
        return compute(base, levers, self.env.company.currency_id.round)

    @api.model
    def _get_lever_labels(self):
        return {
            "price": self.env._("All prices"),
            "labour_price": self.env._("Price of an hour"),
            "wages": self.env._("Cost of an hour"),
            "utilization": self.env._("Utilization"),
            "travel_share": self.env._("Share of the way"),
            "first_time_fix": self.env._("Done in one visit"),
            "parts_margin": self.env._("Margin on parts"),
            "leakage": self.env._("Leakage billed"),
            "mix": self.env._("Hours moved to better work"),
        }

    @api.model
    def _get_lever_helps(self):
        """What moving each lever means, in words."""
        return {
            "price": self.env._("All that is sold, at the same volume."),
            "labour_price": self.env._("Hours billed by time and material."),
            "wages": self.env._("What an hour of work costs us, payroll included."),
            "utilization": self.env._(
                "Points of (work + way) / paid hours; more hours bring more of the "
                "same work."
            ),
            "travel_share": self.env._(
                "Points of way / (way + work + waiting), with the same work."
            ),
            "first_time_fix": self.env._(
                "Points of orders done in one visit; saves labour and travel of the "
                "other visits, at the average of all."
            ),
            "parts_margin": self.env._(
                "Points; parts cost the same and sell for more."
            ),
            "leakage": self.env._("Share of what is given away or forgotten today."),
            "mix": self.env._(
                "Share of the hours of job types below the average margin per hour "
                "that go to those above."
            ),
        }

    @api.model
    def _get_levers(self, base):
        """Return the sliders: limits, share it moves, and whether there is data."""
        labels, helps = self._get_lever_labels(), self._get_lever_helps()
        shares, usable = get_shares(base), get_usable(base)
        return [
            {
                "key": key,
                "label": labels[key],
                "help": helps[key],
                "low": low,
                "high": high,
                "share": shares.get(key),
                "usable": key in usable,
            }
            for key, (low, high) in LEVERS.items()
        ]
