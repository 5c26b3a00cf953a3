from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.field_service_billing.models.field_service_order_coverage import (
    LOST_VISITS,
)

# More people than any company will have: row and technician make one number.
PEOPLE = 1 << 20


class FieldServiceTechnicianLedgerReport(models.Model):
    """Posted profit and loss items by work order and technician: a share each.

    The rows of the profit by work order, each split among those who did the work by
    their hours, travel included, on completed visits. As long as an order has no
    hours its planned technicians share equally; without any, nobody has the row.

    Shares are whole cents: each row ends where the rounded sum of the shares up to
    this technician ends, so that the technicians of an order add up to its figures
    exactly, row by row.
    """

    _name = "field.service.technician.ledger.report"
    _description = "Technician Profit"
    _inherit = "field.service.ledger.report"
    _auto = False
    _rec_name = "technician_id"
    _order = "date desc, id desc"

    technician_id = fields.Many2one("hr.employee", readonly=True)

    _depends = {
        "field.service.ledger.report": ["margin"],
        "field.service.visit": [
            "crew_ids",
            "order_id",
            "state",
            "technician_id",
            "travel_hours",
            "work_hours",
        ],
        "res.currency": ["decimal_places"],
    }

    def _select_fields(self):
        return {
            **super()._select_fields(),
            **self._get_figures_sql(self._get_cost_kind_sql(), self._get_share_sql()),
            "id": SQL(
                "share.id::bigint * %s + COALESCE(technician.employee_id, 0)", PEOPLE
            ),
            "technician_id": SQL("technician.employee_id"),
        }

    def _from(self):
        return SQL(
            """%s
            LEFT JOIN res_currency currency ON currency.id = item.company_currency_id
            LEFT JOIN LATERAL (%s) technician ON TRUE""",
            super()._from(),
            self._get_portion_query(),
        )

    def _get_share_sql(self):
        """Amount of one technician: up to him less up to the one before."""
        return SQL(
            """(ROUND(share.amount * COALESCE(technician.stop, 1),
                      currency.decimal_places)
              - ROUND(share.amount * COALESCE(technician.start, 0),
                      currency.decimal_places))"""
        )

    def _get_portion_query(self):
        """Technicians of one order, each with his span of the whole: start to stop."""
        return SQL(
            """SELECT weighed.employee_id,
                      (SUM(weighed.weight) OVER running - weighed.weight)
                          / SUM(weighed.weight) OVER () AS start,
                      SUM(weighed.weight) OVER running
                          / SUM(weighed.weight) OVER () AS stop
                 FROM (SELECT person.employee_id,
                              CASE WHEN SUM(SUM(person.hours)) OVER () > 0
                                   THEN SUM(person.hours) ELSE 1.0000 END AS weight
                         FROM (%s) person
                        GROUP BY person.employee_id) weighed
                WHERE weighed.weight > 0
               WINDOW running AS (ORDER BY weighed.employee_id)""",
            self._get_people_query(),
        )

    def _get_people_query(self):
        """Hours by visit and person; none on visits that are still to come.

        The scale is the same everywhere, so that equal sums are divided equally.
        """
        crew = self.env["field.service.visit"]._fields["crew_ids"]
        hours = SQL(
            """CASE WHEN visit.state = 'completed'
                    THEN (visit.work_hours + visit.travel_hours)::numeric(16, 4)
                    ELSE 0.0000 END AS hours"""
        )
        mine = SQL(
            "visit.order_id = service_order.id AND visit.state NOT IN %s", LOST_VISITS
        )
        # A union, not a sum: who leads a visit may be in its crew as well.
        return SQL(
            """SELECT visit.id, visit.technician_id AS employee_id, %(hours)s
                 FROM field_service_visit visit
                WHERE %(mine)s AND visit.technician_id IS NOT NULL
                UNION
               SELECT visit.id, crew.%(employee)s, %(hours)s
                 FROM field_service_visit visit
                 JOIN %(relation)s crew ON crew.%(visit)s = visit.id
                WHERE %(mine)s""",
            hours=hours,
            mine=mine,
            relation=SQL.identifier(crew.relation),
            visit=SQL.identifier(crew.column1),
            employee=SQL.identifier(crew.column2),
        )
