from odoo import fields, models
from odoo.tools import SQL

# What belongs to the visit, and of several people to the one who leads it.
LEAD_FIGURES = (
    "visits",
    "work_hours",
    "travel_hours",
    "wait_hours",
    "pause_hours",
    "travel_visits",
    "travel_known_hours",
    "travel_day_hours",
    "km",
    "km_visits",
    "appointments",
    "late_changes",
    "arrivals",
    "on_time",
    "late",
    "dispatches",
    "kit_ready",
    "dispatch_overrides",
    "parts_needed",
    "parts_there",
    "acknowledgements",
    "acknowledgement_minutes",
)


class FieldServiceVisitReport(models.Model):
    """One row per visit: how long it took, whether it was in time and equipped.

    There is no technician here: what one person does is for him and his manager, see
    ``field.service.technician.report``.
    """

    _name = "field.service.visit.report"
    _inherit = ["field.service.operations.mixin"]
    _description = "Visit Analysis"
    _auto = False
    _rec_name = "visit_id"
    _order = "date desc, id desc"

    visit_id = fields.Many2one("field.service.visit", readonly=True)
    return_reason_id = fields.Many2one("field.service.reason", readonly=True)
    state = fields.Selection(
        selection=lambda self: self.env["field.service.visit"]
        ._fields["state"]
        ._description_selection(self.env),
        readonly=True,
    )
    result = fields.Selection(
        selection=lambda self: self.env["field.service.visit"]
        ._fields["result"]
        ._description_selection(self.env),
        readonly=True,
    )
    date = fields.Date(
        string="Planned Day",
        readonly=True,
        help="Day of the planned start by the clock of the company.",
    )
    work_date = fields.Date(
        string="Day of the Work",
        readonly=True,
        help="Day on which the work began by the clock of the technician; all hours of "
        "the visit count on it.",
    )
    # Hours of the completed visit, whoever came along
    visits = fields.Integer(string="Completed Visits", readonly=True)
    work_hours = fields.Float(readonly=True)
    travel_hours = fields.Float(readonly=True)
    wait_hours = fields.Float(readonly=True)
    pause_hours = fields.Float(readonly=True)
    travel_visits = fields.Integer(
        string="Visits with a Recorded Way",
        readonly=True,
        help="Completed visits with time on the way. What nobody has recorded is not "
        "taken for a way of no length.",
    )
    travel_known_hours = fields.Float(string="Recorded Way (hours)", readonly=True)
    travel_day_hours = fields.Float(
        string="Way, Work and Waiting (hours)",
        readonly=True,
        help="Of visits with a recorded way.",
    )
    km = fields.Float(string="Way (km)", readonly=True)
    km_visits = fields.Integer(string="Visits with km", readonly=True)

    # Hours of all people whom we pay
    paid_work_hours = fields.Float(
        string="Work, All People (hours)",
        readonly=True,
        help="Times everybody on the visit, subcontractors' people left out.",
    )
    paid_travel_hours = fields.Float(string="Way, All People (hours)", readonly=True)
    paid_wait_hours = fields.Float(string="Waiting, All People (hours)", readonly=True)
    productive_hours = fields.Float(
        string="Work and Way, All People (hours)", readonly=True
    )
    present_hours = fields.Float(
        string="Work, Way and Waiting, All People (hours)", readonly=True
    )
    billable_hours = fields.Float(
        string="Hours to Bill",
        readonly=True,
        help="Labour to be billed; of chargeable work at a fixed price or flat rate "
        "all hours worked.",
    )
    overtime_hours = fields.Float(
        string="Overtime (hours)",
        readonly=True,
        help="Work outside the working time of each person, as its cost was worked "
        "out.",
    )

    # Kept promises
    appointments = fields.Integer(
        readonly=True, help="Visits that were planned for a day, the cancelled too."
    )
    late_changes = fields.Integer(
        string="Changed at Short Notice",
        readonly=True,
        help="Cancelled or moved by us less than 24 hours before.",
    )
    arrivals = fields.Integer(
        readonly=True, help="Visits with a planned time at which somebody arrived."
    )
    on_time = fields.Integer(
        readonly=True,
        help="Arrived within 15 minutes of the planned start, or in the promised "
        "window.",
    )
    late = fields.Integer(
        string="Late Arrivals",
        readonly=True,
        help="Arrived after the promised window, or without one more than 15 minutes "
        "after the planned start.",
    )
    dispatches = fields.Integer(
        string="Dispatched Visits", readonly=True, help="Visits that were sent out."
    )
    kit_ready = fields.Integer(
        string="Completely Equipped",
        readonly=True,
        help="Dispatched with all mandatory parts and valid tools.",
    )
    dispatch_overrides = fields.Integer(
        string="Sent All the Same",
        readonly=True,
        help="Dispatched because somebody decided that it goes without something.",
    )
    parts_needed = fields.Integer(
        string="Part Lines Needed", readonly=True, help="Counted when work began."
    )
    parts_there = fields.Integer(string="Part Lines There", readonly=True)
    acknowledgements = fields.Integer(readonly=True)
    acknowledgement_minutes = fields.Float(
        string="Minutes until Acknowledged", readonly=True
    )

    _depends = {
        "field.service.charge": ["kind", "quantity", "visit_id"],
        "field.service.order": [
            "coverage",
            "pricing_method",
            "promised_start",
            "promised_stop",
            "responded_on",
        ],
        "field.service.visit": [
            *("acknowledged_on", "arrived_on", "crew_ids", "dispatched_on"),
            *("dispatched_without_parts", "dispatched_without_tools"),
            *("late_cancellation", "late_moves", "order_id", "parts_needed"),
            *("parts_override_reason_id", "parts_there", "pause_hours", "result"),
            *("return_reason_id", "start", "state", "technician_id", "travel_hours"),
            *("tools_override_reason_id", "travel_km", "vendor_id", "wait_hours"),
            *("work_date", "work_hours"),
        ],
        "field.service.visit.rate": [
            "employee_id",
            "overtime_hours",
            "rest_hours",
            "visit_id",
        ],
        "hr.employee": ["service_vendor_id"],
    }

    # ------------------------------------------------------------------------ parts
    def _select_fields(self):
        names = ("return_reason_id", "state", "result", "work_date")
        return {
            **super()._select_fields(),
            "id": SQL("visit.id"),
            "visit_id": SQL("visit.id"),
            **{name: SQL.identifier("visit", name) for name in names},
            "date": self._get_day_sql(SQL("visit.start")),
            **self._get_lead_figures(),
            **self._get_people_figures(self._get_own_people_sql()),
        }

    def _from(self):
        return SQL(
            "%s JOIN field_service_visit visit ON visit.order_id = work.id",
            super()._from(),
        )

    def _get_done_sql(self):
        """Whether the visit took place, and figures count it."""
        return SQL("(visit.state = 'completed' AND %s)", self._get_counting_sql())

    # ---------------------------------------------------------------------- figures
    def _get_lead_figures(self) -> dict[str, SQL]:
        """Figures of the visit itself, counted once however many people came."""
        return {
            **self._get_hour_figures(),
            **self._get_promise_figures(),
            **self._get_dispatch_figures(),
        }

    def _get_hour_figures(self):
        done = self._get_done_sql()
        known = SQL("%s AND visit.travel_hours > 0", done)
        driven = SQL("%s AND visit.travel_km > 0", done)
        names = ("work_hours", "travel_hours", "wait_hours", "pause_hours")
        return {
            "visits": SQL("CASE WHEN %s THEN 1 END", done),
            **{
                name: SQL(
                    "CASE WHEN %s THEN %s END", done, SQL.identifier("visit", name)
                )
                for name in names
            },
            "travel_visits": SQL("CASE WHEN %s THEN 1 END", known),
            "travel_known_hours": SQL(
                "CASE WHEN %s THEN visit.travel_hours END", known
            ),
            "travel_day_hours": SQL(
                """CASE WHEN %s THEN visit.travel_hours + visit.work_hours
                                     + visit.wait_hours END""",
                known,
            ),
            "km": SQL("CASE WHEN %s THEN visit.travel_km END", driven),
            "km_visits": SQL("CASE WHEN %s THEN 1 END", driven),
        }

    def _get_promise_figures(self):
        counting = self._get_counting_sql()
        planned = SQL("%s AND visit.start IS NOT NULL", counting)
        arrived = SQL("%s AND visit.arrived_on IS NOT NULL", planned)
        # What was promised on the order is kept or not by whoever comes first.
        promised = SQL(
            "work.promised_stop IS NOT NULL AND visit.arrived_on = work.responded_on"
        )
        return {
            "appointments": SQL("CASE WHEN %s THEN 1 END", planned),
            "late_changes": self._get_flag_sql(
                planned,
                SQL("visit.late_moves > 0 OR COALESCE(visit.late_cancellation, FALSE)"),
            ),
            "arrivals": SQL("CASE WHEN %s THEN 1 END", arrived),
            "on_time": self._get_flag_sql(
                arrived,
                SQL(
                    """visit.arrived_on BETWEEN visit.start - INTERVAL '15 minutes'
                                            AND visit.start + INTERVAL '15 minutes'
                       OR (%s AND visit.arrived_on
                           BETWEEN work.promised_start AND work.promised_stop)""",
                    promised,
                ),
            ),
            "late": self._get_flag_sql(
                arrived,
                SQL(
                    """visit.arrived_on > CASE WHEN %s THEN work.promised_stop
                       ELSE visit.start + INTERVAL '15 minutes' END""",
                    promised,
                ),
            ),
        }

    def _get_dispatch_figures(self):
        counting = self._get_counting_sql()
        sent = SQL("%s AND visit.dispatched_on IS NOT NULL", counting)
        without = SQL(
            """(COALESCE(visit.dispatched_without_parts, FALSE)
                OR COALESCE(visit.dispatched_without_tools, FALSE))"""
        )
        answered = SQL("%s AND visit.acknowledged_on IS NOT NULL", sent)
        needed = SQL("%s AND visit.parts_needed > 0", counting)
        return {
            "dispatches": SQL("CASE WHEN %s THEN 1 END", sent),
            "kit_ready": self._get_flag_sql(sent, SQL("NOT %s", without)),
            "dispatch_overrides": self._get_flag_sql(
                sent,
                SQL(
                    """visit.parts_override_reason_id IS NOT NULL
                       OR visit.tools_override_reason_id IS NOT NULL"""
                ),
            ),
            "parts_needed": SQL("CASE WHEN %s THEN visit.parts_needed END", needed),
            "parts_there": SQL("CASE WHEN %s THEN visit.parts_there END", needed),
            "acknowledgements": SQL("CASE WHEN %s THEN 1 END", answered),
            "acknowledgement_minutes": SQL(
                "CASE WHEN %s THEN %s * 60 END",
                answered,
                self._get_hours_sql(
                    SQL("visit.dispatched_on"), SQL("visit.acknowledged_on")
                ),
            ),
        }

    def _get_people_figures(self, people) -> dict[str, SQL]:
        """Figures of people whom we pay.

        :param SQL people: how many of them the row stands for
        """
        done = self._get_done_sql()

        def times(*names):
            total = SQL(" + ").join(SQL.identifier("visit", name) for name in names)
            return SQL("CASE WHEN %s THEN (%s) * %s END", done, total, people)

        return {
            "paid_work_hours": times("work_hours"),
            "paid_travel_hours": times("travel_hours"),
            "paid_wait_hours": times("wait_hours"),
            "productive_hours": times("work_hours", "travel_hours"),
            "present_hours": times("work_hours", "travel_hours", "wait_hours"),
            "billable_hours": SQL(
                "CASE WHEN %s THEN %s END", done, self._get_billable_sql(people)
            ),
            "overtime_hours": SQL(
                "CASE WHEN %s THEN %s END", done, self._get_overtime_sql()
            ),
        }

    def _get_own_people_sql(self) -> SQL:
        """How many of our own people were on the visit."""
        crew = self.env["field.service.visit"]._fields["crew_ids"]
        return SQL(
            """(CASE WHEN visit.technician_id IS NOT NULL AND visit.vendor_id IS NULL
                     THEN 1 ELSE 0 END
                + (SELECT COUNT(*) FROM %(crew)s link
                     JOIN hr_employee person ON person.id = link.%(person)s
                    WHERE link.%(visit)s = visit.id
                      AND person.service_vendor_id IS NULL
                      AND person.id IS DISTINCT FROM visit.technician_id))""",
            crew=SQL.identifier(crew.relation),
            person=SQL.identifier(crew.column2),
            visit=SQL.identifier(crew.column1),
        )

    def _get_billable_sql(self, people) -> SQL:
        # A price for the whole work sells all of its hours.
        return SQL(
            """CASE WHEN work.coverage = 'chargeable'
                         AND work.pricing_method <> 'time_material'
                    THEN visit.work_hours * %s
                    ELSE COALESCE((SELECT SUM(charge.quantity)
                                     FROM field_service_charge charge
                                    WHERE charge.visit_id = visit.id
                                      AND charge.kind = 'labour'), 0) END""",
            people,
        )

    def _get_overtime_sql(self) -> SQL:
        return SQL(
            """(SELECT SUM(rate.overtime_hours + rate.rest_hours)
                  FROM field_service_visit_rate rate
                 WHERE rate.visit_id = visit.id)"""
        )

    # ------------------------------------------------------------------------- open
    def action_open_visit(self):
        """Open the visit of a row."""
        self.ensure_one()
        return self._open_record(self.visit_id)
