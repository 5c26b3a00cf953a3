from odoo import fields, models
from odoo.tools import SQL


class FieldServiceTechnicianDay(models.Model):
    """Who was on a visit on which day: one row per completed visit and technician.

    ``technician_day`` numbers the pairs of technician and day; how many different
    numbers there are is how many days somebody was out, however many visits he made.
    """

    _name = "field.service.technician.day"
    _description = "Technician Days"
    _inherit = "field.service.order.dimension"
    _auto = False
    _rec_name = "visit_id"
    _order = "work_date desc, id desc"

    visit_id = fields.Many2one("field.service.visit", readonly=True)
    # A person's figures are his own and his manager's.
    technician_id = fields.Many2one(
        "hr.employee", readonly=True, groups="field_service.group_manager"
    )
    work_date = fields.Date(string="Day of the Visit", readonly=True)
    attended = fields.Integer(
        string="Visits of Technicians",
        readonly=True,
        help="A visit of two people counts for both.",
    )
    technician_day = fields.Integer(
        string="Technician Days", aggregator="count_distinct", readonly=True
    )

    _depends = {
        "field.service.order": [
            "agreement_id",
            "coverage",
            "is_historic",
            "job_type_id",
            "partner_id",
            "site_id",
            "team_id",
        ],
        "field.service.visit": [
            "crew_ids",
            "order_id",
            "start",
            "state",
            "technician_id",
            "work_date",
        ],
        "res.company": ["currency_id", "partner_id", "resource_calendar_id"],
        "res.partner": ["commercial_partner_id"],
        "resource.calendar": ["tz"],
    }

    def _select_fields(self):
        day = SQL(
            "COALESCE(visit.work_date, %s)", self._get_day_sql(SQL("visit.start"))
        )
        return {
            **super()._select_fields(),
            "id": SQL("visit.id * 64::bigint + who.number"),
            "visit_id": SQL("visit.id"),
            "technician_id": SQL("who.employee_id"),
            "work_date": day,
            "attended": SQL("1"),
            "technician_day": SQL(
                "who.employee_id * 100000::bigint + (%s - DATE '2000-01-01')", day
            ),
        }

    def _from(self):
        crew = self.env["field.service.visit"]._fields["crew_ids"]
        return SQL(
            """field_service_visit visit
            JOIN field_service_order service_order ON service_order.id = visit.order_id
            %(dimensions)s
            JOIN LATERAL (
                SELECT visit.technician_id AS employee_id, 0 AS number
                 UNION ALL
                SELECT crew.%(employee)s, ROW_NUMBER() OVER (ORDER BY crew.%(employee)s)
                  FROM %(crew)s crew
                 WHERE crew.%(visit)s = visit.id
                   AND crew.%(employee)s != visit.technician_id) who
              ON who.employee_id IS NOT NULL""",
            dimensions=self._get_dimension_joins(),
            crew=SQL.identifier(crew.relation),
            visit=SQL.identifier(crew.column1),
            employee=SQL.identifier(crew.column2),
        )

    def _where(self):
        # As in the reports on visits: done before this system, or for ourselves.
        return SQL(
            """visit.state = 'completed'
               AND NOT COALESCE(service_order.is_historic, FALSE)
               AND NOT EXISTS (
                   SELECT 1 FROM res_partner customer
                    WHERE customer.id = service_order.partner_id
                      AND customer.commercial_partner_id = company.partner_id)"""
        )
