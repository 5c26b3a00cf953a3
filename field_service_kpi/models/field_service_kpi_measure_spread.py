from odoo import api, models
from odoo.tools import SQL

from ..measure import LEVELS

ORDERS = "field.service.order.money.report"


class FieldServiceKpiMeasureSpread(models.AbstractModel):
    """How far technicians lie apart in what their work of one kind earns.

    Within a job type, the margin % of a technician is the ratio of the sums of the
    completed orders that he finished; their spread is P90 − P10, interpolated as
    PostgreSQL's ``percentile_cont`` does: with n sorted rates, P lies at the place
    1 + P × (n − 1). One technician has no spread. Above the job type, spreads are
    weighted by revenue: Σ spread × revenue ÷ Σ revenue.
    """

    _name = "field.service.kpi.measure.spread"
    _description = "Measures of Margin Spread"

    @api.model
    def _sum_spread(self, scope):
        """Σ of spread × revenue of job types."""
        return self._get_spread_sums(scope, SQL("SUM(spread * revenue)"))

    @api.model
    def _sum_spread_revenue(self, scope):
        """Σ of the revenue of the job types that have a spread."""
        return self._get_spread_sums(scope, SQL("SUM(revenue)"))

    @api.model
    def _count_spread_technicians(self, scope):
        """How many technicians were compared; once for each job type."""
        return self._get_spread_sums(scope, SQL("SUM(technicians)"))

    def _get_spread_sums(self, scope, figure):
        report = self.env[ORDERS]
        query = report._search(self._get_scope_domain("date", (), scope))
        # How far people lie apart says nothing about any one of them.
        table = report.sudo()
        company, technician, job_type, revenue, margin = (
            table._field_to_sql(table._table, name, query)
            for name in (
                *("company_id", "technician_id", "job_type_id"),
                *("revenue", "margin"),
            )
        )
        record, start = SQL("NULL::integer"), SQL("NULL::date")
        if scope.level:
            name = LEVELS[scope.level]
            record = report._field_to_sql(report._table, name, query)
        if scope.interval:
            group = f"date:{scope.interval}"
            start = report._read_group_groupby(report._table, group, query)
        people = SQL(
            """SELECT %s AS company_id, %s AS record_id, %s AS start, %s AS job_type_id,
                      SUM(%s) AS revenue, SUM(%s) AS margin
                 FROM %s WHERE %s
                GROUP BY 1, 2, 3, 4, %s HAVING SUM(%s) > 0""",
            *(company, record, start, job_type, revenue, margin),
            *(query.from_clause, query.where_clause or SQL("TRUE")),
            *(technician, revenue),
        )
        rows = self.env.execute_query(
            SQL(
                """SELECT company_id, record_id, start, %s
                     FROM (SELECT company_id, record_id, start, COUNT(*) AS technicians,
                                  SUM(revenue) AS revenue,
                                  percentile_cont(0.9) WITHIN GROUP (ORDER BY rate)
                                  - percentile_cont(0.1) WITHIN GROUP (ORDER BY rate)
                                  AS spread
                             FROM (SELECT *, (margin / revenue)::float AS rate
                                     FROM (%s) person) person
                            GROUP BY company_id, record_id, start, job_type_id
                           HAVING COUNT(*) > 1) job_type
                    GROUP BY company_id, record_id, start""",
                figure,
                people,
            )
        )
        return {
            (company_id, record_id or False, start): float(value)
            for company_id, record_id, start, value in rows
        }
