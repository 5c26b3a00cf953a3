from collections import defaultdict

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..measure import LEVELS


class Shared:
    """What measures that are methods have read for one question."""

    def __init__(self):
        self.answers = {}


class FieldServiceKpiMeasure(models.AbstractModel):
    """Registry of measures, and the one place where they are computed.

    Families of measures are mixins of their own; each extends ``_get_measures``.
    """

    _name = "field.service.kpi.measure"
    _inherit = [
        "field.service.kpi.measure.money",
        "field.service.kpi.measure.cash",
        "field.service.kpi.measure.growth",
        "field.service.kpi.measure.visit",
        "field.service.kpi.measure.quality",
        "field.service.kpi.measure.order",
        "field.service.kpi.measure.hours",
        "field.service.kpi.measure.ledger",
    ]
    _description = "Measures of KPIs"

    # --------------------------------------------------------------------- registry
    @api.model
    def _get_measure(self, code):
        """Return a measure by its code.

        :raises ValidationError: when no module offers it (any more)
        """
        measure = self._get_measures().get(code)
        if measure is None:
            raise ValidationError(
                self.env._(
                    "There is no measure “%(code)s”. Choose another one for the KPI.",
                    code=code,
                )
            )
        return measure

    @api.model
    def _get_measure_selection(self):
        """Measures as choices of a selection field, sorted by their label."""
        labels = [(code, one.label) for code, one in self._get_measures().items()]
        return sorted(labels, key=lambda choice: choice[1])

    @api.model
    def _get_measure_levels(self, code):
        """Return the levels at which a measure can be asked for."""
        measure = self._get_measure(code)
        if measure.method:
            return set(measure.levels)
        return {
            level
            for level in LEVELS
            # A model without records is a report all the same.
            if self._get_report(measure, {level}) is not None
        }

    @api.model
    def _get_report(self, measure, levels):
        """Return the report that knows all these levels, or None."""
        names = [measure.model]
        if "technician" in levels and measure.technician_model:
            names = [measure.technician_model]
        for name in names:
            report = self.env[name]
            if all(LEVELS[level] in report._fields for level in levels):
                return report
        return None

    # ------------------------------------------------------------------ computation
    @api.model
    def _get_sums(self, codes, scope):
        """Return the sums of many measures, by one grouped query per report.

        :param codes: iterable of codes of measures
        :param scope: a ``Scope``
        :return: by code a dictionary ``{(company id, record id or False, first day of
            the interval or None): sum}``; a measure that cannot be asked for at the
            scope's levels is missing, a group without rows too: no data is no zero
        """
        result, queries = {}, defaultdict(dict)
        shared = self.with_context(kpi_shared=Shared())
        for code in set(codes):
            measure = self._get_measure(code)
            if measure.method:
                if scope.levels <= set(measure.levels):
                    result[code] = getattr(shared, measure.method)(scope)
                continue
            report = self._get_report(measure, scope.levels)
            if report is not None:
                key = (report._name, measure.date, measure.domain)
                queries[key][code] = measure.aggregate
        for (model, date, domain), aggregates in queries.items():
            result.update(self._read_sums(model, date, domain, aggregates, scope))
        return result

    def _read_sums(self, model, date, domain, aggregates, scope):
        """One query: the sums of all measures of one report."""
        groupby = ["company_id"]
        if scope.level and scope.level != "company":
            groupby.append(LEVELS[scope.level])
        if scope.interval:
            groupby.append(f"{date}:{scope.interval}")
        rows = self.env[model]._read_group(
            self._get_scope_domain(date, domain, scope),
            groupby,
            list(dict.fromkeys(aggregates.values())),
        )
        names = list(dict.fromkeys(aggregates.values()))
        sums = {code: {} for code in aggregates}
        for row in rows:
            keys, values = (
                row[: len(groupby)],
                dict(zip(names, row[len(groupby) :], strict=True)),
            )
            key = self._get_sum_key(keys, scope)
            for code, aggregate in aggregates.items():
                # What a report leaves empty is not measured for these rows; a sum of
                # nothing comes as False, one that is 0 comes as 0.
                if values[aggregate] is not None and values[aggregate] is not False:
                    sums[code][key] = values[aggregate]
        return sums

    @api.model
    def _share(self, key, compute):
        """Return what ``compute()`` gives, once for all measures of one question.

        :param key: what it depends on, hashable
        """
        shared = self.env.context.get("kpi_shared")
        if shared is None:
            return compute()
        if key not in shared.answers:
            shared.answers[key] = compute()
        return shared.answers[key]

    @staticmethod
    def _get_sum_key(keys, scope):
        """Key of ``_get_sums`` for the groups of one row."""
        company, *others = keys
        record = company
        if scope.level and scope.level != "company":
            record = others.pop(0)
        start = others.pop(0) if scope.interval else None
        return company.id, record.id if scope.level else False, start

    @api.model
    def _get_scope_domain(self, date, domain, scope):
        """Domain on a report for the rows of a scope."""
        period = Domain.TRUE
        if date:
            period = Domain(date, ">=", scope.date_from)
            period &= Domain(date, "<=", scope.date_to)
        filters = [
            Domain(LEVELS[level], "=", record_id) for level, record_id in scope.filters
        ]
        companies = Domain("company_id", "in", scope.companies.ids)
        return Domain.AND([Domain(list(domain)), companies, period, *filters])
