from odoo import fields, models
from odoo.tools import SQL


class FieldServiceOrderTechnicianReport(models.Model):
    """The same by technician: an order counts for the lead of its last visit.

    Whose figures these are may see them, and his managers; nobody else.
    """

    _name = "field.service.order.technician.report"
    _inherit = ["field.service.order.report"]
    _description = "Work Order Analysis by Technician"
    _auto = False
    _rec_name = "order_id"
    _order = "completed_on desc, id desc"

    technician_id = fields.Many2one(
        "hr.employee",
        readonly=True,
        help="Who leads the last completed visit, and answers for the work.",
    )

    _depends = {"field.service.visit": ["order_id", "start", "state", "technician_id"]}

    def _select_fields(self):
        return {
            **super()._select_fields(),
            "technician_id": SQL("lead.technician_id"),
        }

    def _from(self):
        return SQL(
            """%s JOIN LATERAL (
                SELECT visit.technician_id FROM field_service_visit visit
                 WHERE visit.order_id = work.id AND visit.state = 'completed'
                 ORDER BY visit.start DESC, visit.id DESC LIMIT 1
            ) lead ON lead.technician_id IS NOT NULL""",
            super()._from(),
        )
