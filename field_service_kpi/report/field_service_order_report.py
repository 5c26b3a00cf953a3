from odoo import fields, models
from odoo.tools import SQL


class FieldServiceOrderReport(models.Model):
    """One row per work order: how well, how fast and how completely it was done.

    Figures are those of completed orders, but for the column of the cancelled ones.
    There is no technician here, see ``field.service.order.technician.report``.
    """

    _name = "field.service.order.report"
    _inherit = ["field.service.order.quality"]
    _description = "Work Order Analysis"
    _auto = False
    _rec_name = "order_id"
    _order = "completed_on desc, id desc"

    state = fields.Selection(
        selection=lambda self: self.env["field.service.order"]
        ._fields["state"]
        ._description_selection(self.env),
        readonly=True,
    )
    priority = fields.Selection(
        selection=lambda self: self.env["field.service.order"]
        ._fields["priority"]
        ._description_selection(self.env),
        readonly=True,
    )
    completed_on = fields.Date(
        readonly=True, help="Day of the completion by the clock of the company."
    )
    created_on = fields.Date(
        string="Received on",
        readonly=True,
        help="Day on which the customer asked, by the clock of the company.",
    )
    orders = fields.Integer(string="Completed Orders", readonly=True)
    cancelled = fields.Integer(string="Cancelled Orders", readonly=True)

    # Time
    work_hours = fields.Float(readonly=True)
    planned_hours = fields.Float(
        string="Planned Work (hours)",
        readonly=True,
        help="As expected at the release, of orders with planned and actual hours.",
    )
    actual_hours = fields.Float(
        string="Actual Work (hours)",
        readonly=True,
        help="Of orders with planned and actual hours.",
    )

    planned_orders = fields.Integer(
        readonly=True, help="Completed orders with planned and actual hours."
    )

    # Speed
    responses = fields.Integer(
        readonly=True, help="Completed orders to which somebody came."
    )
    response_hours = fields.Float(
        string="Hours until Arrival",
        readonly=True,
        help="In the hours of the SLA policy, without the times its clock stood still.",
    )
    response_due = fields.Integer(readonly=True)
    response_met = fields.Integer(readonly=True)
    resolution_due = fields.Integer(readonly=True)
    resolution_met = fields.Integer(readonly=True)
    schedules = fields.Integer(
        string="Scheduled Orders", readonly=True, help="Orders whose booking is known."
    )
    schedule_hours = fields.Float(
        string="Hours until Scheduled",
        readonly=True,
        help="From the request until the first visit was planned.",
    )
    completion_days = fields.Float(
        string="Days until Completed",
        readonly=True,
        help="From the request until the completion, day and night.",
    )

    _depends = {
        "field.service.order": [
            *("baseline_hours", "completed_on", "planned_hours", "priority"),
            *("received_on", "resolution_deadline", "resolved_on", "responded_on"),
            *("response_deadline", "response_time", "state", "work_hours"),
        ],
        "field.service.order.state.log": ["entered_on", "order_id", "state"],
    }

    # ------------------------------------------------------------------------ parts
    def _select_fields(self):
        received = SQL("COALESCE(work.received_on, work.create_date)")
        return {
            **super()._select_fields(),
            "id": SQL("work.id"),
            "state": SQL("work.state"),
            "priority": SQL("work.priority"),
            "completed_on": self._get_day_sql(SQL("work.completed_on")),
            "created_on": self._get_day_sql(received),
            "orders": SQL("CASE WHEN %s THEN 1 END", self._get_done_sql()),
            "cancelled": SQL(
                "CASE WHEN work.state = 'cancelled' AND %s THEN 1 END",
                self._get_counting_sql(),
            ),
            **self._get_time_figures(),
            **self._get_speed_figures(received),
        }

    # ---------------------------------------------------------------------- figures
    def _get_time_figures(self) -> dict[str, SQL]:
        planned = SQL("COALESCE(NULLIF(work.baseline_hours, 0), work.planned_hours)")
        known = SQL(
            "%s AND work.work_hours > 0 AND %s > 0", self._get_done_sql(), planned
        )
        return {
            "work_hours": SQL(
                "CASE WHEN %s THEN work.work_hours END", self._get_done_sql()
            ),
            "planned_orders": SQL("CASE WHEN %s THEN 1 END", known),
            "planned_hours": SQL("CASE WHEN %s THEN %s END", known, planned),
            "actual_hours": SQL("CASE WHEN %s THEN work.work_hours END", known),
        }

    def _get_speed_figures(self, received) -> dict[str, SQL]:
        """Figures of time that passed.

        :param SQL received: when the customer asked
        """
        done = self._get_done_sql()
        responded = SQL("%s AND work.responded_on IS NOT NULL", done)
        scheduled = self._get_scheduled_sql()
        figures = {
            "responses": SQL("CASE WHEN %s THEN 1 END", responded),
            "response_hours": SQL(
                "CASE WHEN %s THEN work.response_time END", responded
            ),
            "schedules": SQL(
                "CASE WHEN %s AND %s IS NOT NULL THEN 1 END", done, scheduled
            ),
            "schedule_hours": SQL(
                "CASE WHEN %s AND %s IS NOT NULL THEN %s END",
                done,
                scheduled,
                self._get_hours_sql(received, scheduled),
            ),
            "completion_days": SQL(
                "CASE WHEN %s THEN %s / 24.0 END",
                done,
                self._get_hours_sql(received, SQL("work.completed_on")),
            ),
        }
        for goal, reached in (
            ("response", SQL("work.responded_on")),
            ("resolution", SQL("COALESCE(work.resolved_on, work.completed_on)")),
        ):
            deadline = SQL.identifier("work", f"{goal}_deadline")
            due = SQL("%s AND %s IS NOT NULL", done, deadline)
            figures[f"{goal}_due"] = SQL("CASE WHEN %s THEN 1 END", due)
            figures[f"{goal}_met"] = self._get_flag_sql(
                due, SQL("%s <= %s", reached, deadline)
            )
        return figures

    def _get_scheduled_sql(self) -> SQL:
        """When a visit was planned first."""
        return SQL(
            """(SELECT MIN(log.entered_on) FROM field_service_order_state_log log
                 WHERE log.order_id = work.id
                   AND log.state IN ('scheduled', 'in_progress'))"""
        )
