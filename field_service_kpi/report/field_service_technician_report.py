from odoo import fields, models
from odoo.tools import SQL

from .field_service_visit_report import LEAD_FIGURES


class FieldServiceTechnicianReport(models.Model):
    """One row per visit and person: the hours of each, the rest of who leads it.

    Whose figures these are may see them, and his managers; nobody else.
    """

    _name = "field.service.technician.report"
    _inherit = ["field.service.visit.report"]
    _description = "Technician Analysis"
    _auto = False
    _rec_name = "visit_id"
    _order = "date desc, id desc"

    technician_id = fields.Many2one("hr.employee", readonly=True)
    is_lead = fields.Boolean(
        string="Leads the Visit",
        readonly=True,
        help="Figures of the visit itself are on the row of the person who leads it.",
    )

    attended = fields.Integer(
        string="Visits Taken Part in",
        readonly=True,
        help="Completed visits, whether or not he leads them.",
    )
    technician_day = fields.Char(
        string="Technician Days",
        readonly=True,
        aggregator="count_distinct",
        help="Counts the days on which somebody was on a completed visit.",
    )

    # Employees of one company are fewer than this: ids stay unique.
    _PEOPLE = 1_000_000

    def _select_fields(self):
        columns = super()._select_fields()
        own = SQL("CASE WHEN person.is_own THEN 1 ELSE 0 END")
        lead = {
            name: SQL("CASE WHEN person.is_lead THEN %s END", columns[name])
            for name in LEAD_FIGURES
        }
        return {
            **columns,
            **lead,
            **self._get_people_figures(own),
            "id": SQL("visit.id::bigint * %s + person.id", self._PEOPLE),
            "technician_id": SQL("person.id"),
            "is_lead": SQL("person.is_lead"),
            "attended": SQL("CASE WHEN %s THEN 1 END", self._get_done_sql()),
            "technician_day": SQL(
                """CASE WHEN %s THEN CONCAT(person.id, ':', visit.work_date) END""",
                self._get_done_sql(),
            ),
        }

    def _from(self):
        crew = self.env["field.service.visit"]._fields["crew_ids"]
        return SQL(
            """%(tables)s CROSS JOIN LATERAL (
                SELECT visit.technician_id AS id, TRUE AS is_lead,
                       visit.vendor_id IS NULL AS is_own
                 UNION ALL
                SELECT link.%(person)s, FALSE, colleague.service_vendor_id IS NULL
                  FROM %(crew)s link
                  JOIN hr_employee colleague ON colleague.id = link.%(person)s
                 WHERE link.%(visit)s = visit.id
                   AND colleague.id IS DISTINCT FROM visit.technician_id
            ) person""",
            tables=super()._from(),
            crew=SQL.identifier(crew.relation),
            person=SQL.identifier(crew.column2),
            visit=SQL.identifier(crew.column1),
        )

    def _where(self):
        return SQL("person.id IS NOT NULL")

    def _get_billable_sql(self, people):
        # What is billed of the visit is shared by the people we pay.
        return SQL(
            "%s / NULLIF(%s, 0) * %s",
            super()._get_billable_sql(self._get_own_people_sql()),
            self._get_own_people_sql(),
            people,
        )

    def _get_overtime_sql(self):
        return SQL(
            """(SELECT SUM(rate.overtime_hours + rate.rest_hours)
                  FROM field_service_visit_rate rate
                 WHERE rate.visit_id = visit.id AND rate.employee_id = person.id)"""
        )
