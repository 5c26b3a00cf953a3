from odoo import fields, models
from odoo.tools.date_utils import start_of

COSTS = ("parts", "labour", "travel", "subcontract", "other")
JOB_TYPES_SHOWN = 8


class FieldServiceKpiDashboardFigures(models.AbstractModel):
    """Figures of the dashboard.

    Sums that can be added up are read once, by day: the period, the one before and
    twelve months are then different ways of adding the same rows. Only what cannot be
    added (distinct orders, medians) is asked again for each of them.
    """

    _name = "field.service.kpi.dashboard.figures"
    _description = "Figures of the KPI Dashboard"

    def _get_figures(self, kpis, question):
        """Return tiles and graphs."""
        reader = self
        if question["level"] == "technician" and not question["record_id"]:
            return {"tiles": [], "graphs": {}, "has_data": False, "no_person": True}
        if self._get_role() == "technician":
            # The reports of visits are the dispatchers'. The filter is the user's own
            # employee and the KPIs are about productivity, without money.
            reader = self.sudo()
        ledger = reader._get_graph_codes(question)
        formulas = reader._get_formula_codes(kpis) | ledger
        sums = reader._get_bucket_sums(
            kpis.with_env(reader.env)._get_measure_codes() | ledger, formulas, question
        )
        targets = reader._get_targets(kpis, question)
        tiles = [self._get_tile(kpi, sums, targets, question) for kpi in kpis]
        return {
            "tiles": tiles,
            "graphs": reader._get_graphs(sums, ledger, question),
            "has_data": any(tile["value"] is not None for tile in tiles),
            "no_person": False,
        }

    @staticmethod
    def _get_formula_codes(kpis):
        """Codes of the measures that make the value, not only its n."""
        names = ("numerator", "denominator", "minus_numerator", "minus_denominator")
        return {kpi[name] for kpi in kpis for name in names if kpi[name]}

    # ------------------------------------------------------------------------- sums
    def _get_bucket_sums(self, codes, formulas, question):
        """Return sums by code and (company, False, bucket).

        A bucket is "current", "previous" or the first day of a month.

        :param formulas: codes that history is wanted of; others only count the cases
        """
        registry = self.env["field.service.kpi.measure"]
        additive = {
            code for code in codes if self._is_additive(registry._get_measure(code))
        }
        period, months = question["period"], question["period"].months
        scope = self._get_scope(question, interval="day")
        scope = scope._replace(date_from=min(months[0], period.previous_start))
        sums = {
            code: self._fold(values, period)
            for code, values in registry._get_sums(additive, scope).items()
        }
        others = set(codes) - additive
        for code, values in self._get_other_sums(others, formulas, question):
            sums.setdefault(code, {}).update(values)
        return {
            code: self._convert(code, values, scope, question)
            for code, values in sums.items()
        }

    @staticmethod
    def _is_additive(measure):
        return not measure.method and measure.aggregate.endswith(("__count", ":sum"))

    @staticmethod
    def _fold(values, period):
        """Add days up to the period, the one before and months."""
        result, first = {}, period.months[0]
        for (company_id, _record_id, day), value in values.items():
            buckets = [period.clip(day)]
            if first <= day <= period.stop:
                buckets.append(start_of(day, "month"))
            for bucket in filter(None, buckets):
                key = company_id, False, bucket
                result[key] = result.get(key, 0) + value
        return result

    def _get_other_sums(self, codes, formulas, question):
        """Give (code, sums) of what cannot be added up, one scope after the other."""
        registry = self.env["field.service.kpi.measure"]
        if not codes:
            return
        for part in ("current", "previous"):
            wanted = codes if part == "current" else codes & formulas
            answer = registry._get_sums(wanted, self._get_scope(question, part))
            for code, values in answer.items():
                yield code, {(key[0], False, part): one for key, one in values.items()}
        scope = self._get_scope(question, interval="month")
        scope = scope._replace(date_from=question["period"].months[0])
        for code, values in registry._get_sums(codes & formulas, scope).items():
            yield code, {(key[0], False, key[2]): one for key, one in values.items()}

    def _convert(self, code, values, scope, question):
        """Several companies become one group, in one currency."""
        if len(question["companies"]) < 2:
            return values
        return self.env["field.service.kpi"]._get_group_sums(
            code, values, scope, question["currency"]
        )

    # ------------------------------------------------------------------------ tiles
    def _get_tile(self, kpi, sums, targets, question):
        """One tile: what is shown, and why nothing is when nothing is."""
        values = kpi._combine(sums)
        company = False if len(question["companies"]) > 1 else question["company"].id
        current = values.get((company, False, "current"))
        previous = values.get((company, False, "previous"))
        months = question["period"].months
        value = current.value if current else None
        before = previous.value if previous else None
        return {
            "id": kpi.id,
            "code": kpi.code,
            "name": kpi.name,
            "family": kpi.family,
            "unit": kpi.unit,
            "decimals": kpi.decimals,
            "direction": kpi.direction,
            "formula": kpi.formula_text or "",
            "description": kpi.description or "",
            "basis": kpi.date_basis or "",
            "counter": kpi.counter_id.name or "",
            "is_asked": self._exists_at(kpi, question),
            "value": value,
            "previous": before,
            "cases": current.cases if current else 0,
            "min_sample": kpi.min_sample,
            "too_small": bool(current) and kpi._is_too_small(current),
            "series": [
                {
                    "month": fields.Date.to_string(month),
                    "value": one.value if one else None,
                }
                for month in months
                for one in [values.get((company, False, month))]
            ],
            "trend": self._get_trend(kpi, value, before),
            "can_open": self._can_open(kpi),
            **self._format_target(kpi, value, targets.get(kpi.id)),
        }

    def _exists_at(self, kpi, question):
        return not question["level"] or question["level"] in kpi._get_levels()

    def _can_open(self, kpi):
        """Whether the user may read the list behind a figure."""
        registry = self.env["field.service.kpi.measure"]
        return self.env[registry._get_measure(kpi.numerator).model].has_access("read")

    @staticmethod
    def _get_trend(kpi, value, before):
        """Whether a figure became better or worse than in the period before."""
        if value is None or before is None or kpi.direction == "none":
            return "none"
        if abs(value - before) < 1e-9:
            return "same"
        return "better" if (value > before) == (kpi.direction == "up") else "worse"

    def _get_targets(self, kpis, question):
        """Return (target, limit) by KPI id, as far as targets are set.

        Every company has its own; a group of companies has none.
        """
        if len(question["companies"]) > 1:
            return {}
        scope = self._get_scope(question, "current")
        found = self.env["field.service.kpi.target"]._get_targets(kpis, scope)
        return {
            kpi.id: target._get_goal(scope)
            for (kpi, _company_id, record_id), target in found.items()
            if not record_id
        }

    @staticmethod
    def _format_target(kpi, value, target):
        """Target and colour of a tile; no target, no colour."""
        if not target:
            return {"target": None, "limit": None, "status": "none"}
        good, limit = target
        status = "none"
        if value is not None:
            sign = -1 if kpi.direction == "down" else 1
            if sign * value >= sign * good:
                status = "good"
            elif limit is not None and sign * value >= sign * limit:
                status = "warning"
            else:
                status = "bad"
        return {"target": good, "limit": limit, "status": status}

    # ----------------------------------------------------------------------- graphs
    def _get_graph_codes(self, question):
        """Codes of the ledger's sums for the graphs; none without the right to see."""
        registry = self.env["field.service.kpi.measure"]
        report = self.env["field.service.ledger.report"]
        levels = {question["level"]} - {None}
        if not report.has_access("read") or self._get_role() == "technician":
            return set()
        if registry._get_report(registry._get_measure("ledger.margin"), levels) is None:
            return set()
        return {f"ledger.{name}" for name in ("revenue", "margin", *COSTS)}

    def _get_graphs(self, sums, codes, question):
        """Return what the graphs show; those without data are left out."""
        if not codes:
            return {}
        company = False if len(question["companies"]) > 1 else question["company"].id

        def get(figure, bucket):
            return sums[f"ledger.{figure}"].get((company, False, bucket))

        months = question["period"].months
        margin = [
            {
                "month": fields.Date.to_string(month),
                "revenue": get("revenue", month),
                "margin": get("margin", month),
            }
            for month in months
        ]
        costs = [{"kind": kind, "amount": get(kind, "current")} for kind in COSTS]
        graphs = {
            "margin": margin
            if any(one["margin"] is not None for one in margin)
            else [],
            "costs": costs if any(one["amount"] for one in costs) else [],
            "job_types": self._get_job_type_graph(question),
        }
        return {name: data for name, data in graphs.items() if data}

    def _get_job_type_graph(self, question):
        """Margin by job type in the period: the largest ones, the rest as one bar."""
        registry = self.env["field.service.kpi.measure"]
        scope = self._get_scope(question, level="job_type")
        sums = registry._get_sums({"ledger.margin", "ledger.revenue"}, scope)
        sums = {
            code: self._convert(code, values, scope, question)
            for code, values in sums.items()
        }
        totals = {}
        for code, values in sums.items():
            for (_company, record_id, _start), amount in values.items():
                row = totals.setdefault(record_id, {})
                row[code] = row.get(code, 0.0) + amount
        ordered = sorted(
            totals.items(), key=lambda one: -abs(one[1].get("ledger.margin") or 0.0)
        )
        types = self.env["field.service.job.type"].browse(
            [record_id for record_id, _row in ordered[:JOB_TYPES_SHOWN] if record_id]
        )
        names = {one.id: one.display_name for one in types}
        bars = [
            self._get_bar(record_id, names.get(record_id), [row])
            for record_id, row in ordered[:JOB_TYPES_SHOWN]
        ]
        rest = [row for _record_id, row in ordered[JOB_TYPES_SHOWN:]]
        if rest:
            bars.append(self._get_bar(None, self.env._("Others"), rest))
        return bars

    def _get_bar(self, record_id, name, rows):
        return {
            "id": record_id,
            "name": name or self.env._("Without job type"),
            "margin": sum(row.get("ledger.margin") or 0.0 for row in rows),
            "revenue": sum(row.get("ledger.revenue") or 0.0 for row in rows),
        }
