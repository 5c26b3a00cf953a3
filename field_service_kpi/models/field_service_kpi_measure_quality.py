from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..measure import LEVELS, Measure
from .field_service_kpi_measure_order import PERSONAL, REPORT

STEPS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
}


class FieldServiceKpiMeasureQuality(models.AbstractModel):
    """Sums about how good the work was, by the completion of the original order."""

    _name = "field.service.kpi.measure.quality"
    _description = "Measures of Quality"

    @api.model
    def _get_measures(self):
        measures = {**super()._get_measures()}
        for name, label in self._get_quality_labels().items():
            measures[f"job.{name}"] = Measure(
                label,
                REPORT,
                f"{name}:sum",
                date="completed_on",
                basis="completion",
                technician_model=PERSONAL,
            )
        label = self.env._("Days of equipment in operation")
        measures["asset.days"] = Measure(
            label,
            REPORT,
            date="completed_on",
            basis="completion",
            # What is opened: the failures.
            domain=(("failures", "=", 1),),
            method="_get_asset_days",
            levels=("company", "customer", "site", "asset"),
        )
        return measures

    @api.model
    def _get_quality_labels(self):
        """Names of what is counted of completed orders."""
        return {
            "fix_due": self.env._("Orders whose callback window has passed"),
            "first_fix": self.env._("Orders fixed the first time"),
            "fix_open": self.env._("Orders whose callback window is open"),
            "first_fix_open": self.env._("Of them fixed the first time until now"),
            "callback_orders": self.env._("Orders with a callback window"),
            "callbacks": self.env._("Callbacks within the window"),
            "visited_orders": self.env._("Completed orders somebody came to"),
            "return_visit": self.env._("Orders with a return visit"),
            "return_part": self.env._("Orders with a return visit for a part"),
            "return_skill": self.env._("Orders with a return visit for a skill"),
            "return_diagnosis": self.env._("Orders wrongly diagnosed at first"),
            "return_access": self.env._("Orders nobody could get access for"),
            "return_time": self.env._("Orders there was too little time for"),
            "documented": self.env._("Orders with mandatory questions"),
            "questions": self.env._("Mandatory questions"),
            "answers": self.env._("Mandatory questions answered"),
            "reviewed": self.env._("Reviewed orders"),
            "review_passed": self.env._("Reviewed orders that passed"),
            "overrides": self.env._("Orders completed all the same"),
            "failures": self.env._("Failures of equipment"),
        }

    # -------------------------------------------------------------------- operation
    @api.model
    def _get_asset_days(self, scope):
        """Sum the days on which equipment stood at a customer's.

        From the installation, or since it has been known, until it was removed; not
        beyond today.
        """
        spans = self._get_spans(scope)
        if not spans:
            return {}
        query = self.env["field.service.asset"]._search(
            Domain("company_id", "in", scope.companies.ids)
            & Domain.AND(
                Domain(self._get_asset_column(level), "=", record_id)
                for level, record_id in scope.filters
            )
            & (Domain("active", "=", True) | Domain("removed_on", "!=", False)),
            active_test=False,
        )
        table = SQL.identifier("field_service_asset")
        record = SQL("NULL::integer")
        if scope.level:
            column = SQL.identifier(self._get_asset_column(scope.level))
            record = SQL("%s.%s", table, column)
        rows = self.env.execute_query(
            SQL(
                """SELECT company_id, record_id, start, SUM(stop - begin)
                     FROM (SELECT %(table)s.company_id, %(record)s AS record_id,
                                  span.start,
                                  LEAST(span.stop, %(table)s.removed_on) AS stop,
                                  GREATEST(span.begin,
                                           COALESCE(%(table)s.installed_on,
                                                    %(table)s.create_date::date))
                                  AS begin
                             FROM %(tables)s
                             CROSS JOIN (VALUES %(spans)s) span (start, begin, stop)
                            WHERE %(where)s) stay
                    WHERE stop > begin
                    GROUP BY company_id, record_id, start""",
                table=table,
                record=record,
                tables=query.from_clause,
                where=query.where_clause or SQL("TRUE"),
                spans=SQL(", ").join(
                    SQL("(%s::date, %s::date, %s::date)", *span) for span in spans
                ),
            )
        )
        return {
            (company_id, record_id or False, start): days
            for company_id, record_id, start, days in rows
        }

    def _get_asset_column(self, level):
        column = LEVELS[level]
        return "id" if column == "asset_id" else column

    def _get_spans(self, scope):
        """Return (interval, first day, day after the last) of what is past."""
        stop = min(scope.date_to, fields.Date.context_today(self)) + timedelta(days=1)
        begin, spans = scope.date_from, []
        while begin < stop:
            start, end = self._get_interval_start(begin, scope), stop
            if start:
                end = min(start + STEPS[scope.interval], stop)
            spans.append((start, begin, end))
            begin = end
        return spans
