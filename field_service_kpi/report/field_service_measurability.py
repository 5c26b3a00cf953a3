from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .field_service_kpi_fact import JOB_TYPE, REPORT

# How far back it is looked.
DAYS = 90
# Rows are told apart by company, job type, fact and KPI, in this order.
TYPES, FACTS, KPIS = 100_000, 100, 100_000


class FieldServiceMeasurability(models.Model):
    """Which KPI cannot be computed for which job type, and what is not recorded.

    One row per company, job type, KPI and fact that orders completed in the last 90
    days lack. Nothing is stored: what is put right is gone.
    """

    _name = "field.service.measurability"
    _description = "Measurability of KPIs"
    _auto = False
    _rec_name = "kpi_id"
    _order = "job_type_id, fact, kpi_id, id"

    company_id = fields.Many2one("res.company", readonly=True)
    job_type_id = fields.Many2one("field.service.job.type", readonly=True)
    kpi_id = fields.Many2one("field.service.kpi", string="KPI", readonly=True)
    fact = fields.Selection(
        selection="_get_fact_selection",
        string="Not Recorded",
        readonly=True,
        help="What the orders lack.",
    )
    state = fields.Selection(
        selection=[("none", "Not measurable"), ("partly", "Partly measurable")],
        string="Measurability",
        readonly=True,
    )
    # Each KPI of a fact has the same orders: groups must not add them up.
    orders = fields.Integer(
        aggregator="max",
        readonly=True,
        help="Orders completed in the last 90 days that could have it.",
    )
    missing = fields.Integer(
        string="Without It", aggregator="max", readonly=True, help="Orders without it."
    )
    measurable = fields.Float(
        aggregator="min",
        readonly=True,
        help="Share of the orders from which the KPI can be computed.",
    )
    message = fields.Char(string="What Is Wrong", compute="_compute_message")
    remedy = fields.Char(string="What to Do", compute="_compute_message")

    _depends = {
        "account.move.line": [
            *("parent_state", "service_cost_type", "service_source_id"),
            "service_source_model",
        ],
        "field.service.charge": ["order_id"],
        "field.service.checklist.answer": ["mandatory", "order_id"],
        "field.service.job.type": [
            *("callback_days", "is_warranty_work", "review_percentage")
        ],
        "field.service.order": [
            *("asset_ids", "baseline_hours", "baseline_revenue", "completed_on"),
            *("coverage", "is_historic", "job_type_id", "planned_hours"),
            *("rating_requested_on", "resolution_deadline", "response_deadline"),
            *("state", "work_hours"),
        ],
        "field.service.part": ["order_id"],
        "field.service.reason": ["return_cause"],
        "field.service.review": ["order_id", "state"],
        "field.service.visit": [
            *("acknowledged_on", "arrived_on", "dispatched_on", "order_id"),
            *("parts_needed", "result", "return_reason_id", "state", "technician_id"),
            *("travel_hours", "travel_km", "vendor_id", "work_hours"),
        ],
        "res.company": ["service_payroll_account_ids", "service_review_percentage"],
    }

    def _get_facts(self):
        return self.env["field.service.kpi.fact"]._get_facts()

    def _get_fact_selection(self):
        labels = self.env["field.service.kpi.fact"]._get_fact_labels()
        return [(code, label[:1].upper() + label[1:]) for code, label in labels.items()]

    def _compute_message(self):
        registry = self.env["field.service.kpi.fact"]
        labels, remedies = registry._get_fact_labels(), registry._get_fact_remedies()
        for row in self:
            row.remedy = remedies[row.fact]
            row.message = self.env._(
                "%(kpi)s: not for %(missing)s of %(orders)s orders of type "
                "%(job_type)s, without %(fact)s.",
                kpi=row.kpi_id.name,
                missing=row.missing,
                orders=row.orders,
                job_type=row.job_type_id.name or "–",
                fact=labels[row.fact],
            )

    # ------------------------------------------------------------------------- rows
    @property
    def _table_query(self):
        facts = self._get_facts()
        needs = self._get_needs(facts)
        if not needs:
            needs = [(-1, 0)]
        return SQL(
            """SELECT ((row.company_id::bigint * %(types)s
                        + COALESCE(row.job_type_id, 0)) * %(facts)s + row.number)
                      * %(kpis)s + need.kpi_id AS id,
                      row.company_id, row.job_type_id, need.kpi_id,
                      (ARRAY[%(codes)s])[row.number + 1] AS fact,
                      row.orders, row.missing,
                      1.0 - row.missing::float / row.orders AS measurable,
                      CASE WHEN row.missing = row.orders THEN 'none'
                           ELSE 'partly' END AS state
                 FROM (%(rows)s) row
                 JOIN (VALUES %(needs)s) need (number, kpi_id)
                   ON need.number = row.number""",
            types=TYPES,
            facts=FACTS,
            kpis=KPIS,
            codes=SQL(", ").join(SQL("%s", code) for code in facts),
            rows=self._get_rows_sql(facts),
            needs=SQL(", ").join(SQL("(%s, %s)", *need) for need in needs),
        )

    def _get_needs(self, facts):
        """Return (number of the fact, id of the KPI): what each KPI needs."""
        kpis = self.env["field.service.kpi"].search([("active", "=", True)])
        codes = {kpi.id: kpi._get_measure_codes() for kpi in kpis}
        needs = self.env["field.service.kpi.fact"]._get_fact_needs()
        return [
            (number, kpi_id)
            for number, fact in enumerate(facts)
            for kpi_id, used in codes.items()
            if used.intersection(needs[fact])
        ]

    def _get_rows_sql(self, facts):
        """How many orders of a job type lack each fact."""
        checks = SQL(", ").join(
            SQL("(%s, %s, %s)", number, fact.applies, fact.captured)
            for number, fact in enumerate(facts.values())
        )
        return SQL(
            """SELECT work.company_id, work.job_type_id, fact.number,
                      COUNT(*) AS orders,
                      COUNT(*) FILTER (WHERE fact.captured IS NOT TRUE) AS missing
                 FROM %s
                 CROSS JOIN LATERAL (VALUES %s) fact (number, applies, captured)
                WHERE %s AND fact.applies
                GROUP BY work.company_id, work.job_type_id, fact.number
               HAVING COUNT(*) FILTER (WHERE fact.captured IS NOT TRUE) > 0""",
            self.env[REPORT]._from(),
            checks,
            self._get_period_sql(),
        )

    def _get_period_sql(self):
        """Which orders are looked at."""
        return SQL(
            """%s AND work.completed_on
                      >= (NOW() AT TIME ZONE 'UTC') - make_interval(days => %s)""",
            self.env[REPORT]._get_done_sql(),
            DAYS,
        )

    # ------------------------------------------------------------------------- open
    def action_open_orders(self):
        """Open the orders that lack what the row says."""
        self.ensure_one()
        fact = self._get_facts()[self.fact]
        rows = self.env.execute_query(
            SQL(
                """SELECT work.id FROM %s
                    WHERE %s AND work.company_id = %s
                      AND work.job_type_id IS NOT DISTINCT FROM %s
                      AND %s AND %s IS NOT TRUE""",
                self.env[REPORT]._from(),
                self._get_period_sql(),
                self.company_id.id,
                self.job_type_id.id or None,
                fact.applies,
                fact.captured,
            )
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(job_type)s without %(fact)s",
                job_type=self.job_type_id.name or "–",
                fact=self.env["field.service.kpi.fact"]._get_fact_labels()[self.fact],
            ),
            "res_model": "field.service.order",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", [order_id for (order_id,) in rows])],
            "context": {"create": False},
        }

    def action_open_setting(self):
        """Open what has to be changed so that the KPI can be computed."""
        self.ensure_one()
        setting = self._get_facts()[self.fact].setting
        if setting == JOB_TYPE and self.job_type_id:
            return {
                "type": "ir.actions.act_window",
                "res_model": JOB_TYPE,
                "res_id": self.job_type_id.id,
                "views": [(False, "form")],
            }
        action = self._get_settings_action()
        if setting == JOB_TYPE:
            setting = "field_service.field_service_job_type_action"
        if setting != "settings":
            action = self.env["ir.actions.act_window"]._for_xml_id(setting)
        if not self.env[action["res_model"]].has_access("write"):
            raise UserError(
                self.env._(
                    "Ask somebody who may change it, as an administrator: %(remedy)s",
                    remedy=self.remedy,
                )
            )
        return action

    def _get_settings_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Settings"),
            "res_model": "res.config.settings",
            "views": [(False, "form")],
            "context": {"module": "field_service"},
        }
