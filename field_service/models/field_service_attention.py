from odoo import api, fields, models
from odoo.tools import SQL

from .field_service_visit_gate import BUSY_STATES, OPEN_STATES, WAITING_STATES


class FieldServiceAttention(models.Model):
    """Work orders that somebody must do something about: why, what, and who.

    One line per order: the most urgent reason. Read at the moment it is shown, so it
    is never out of date, and what has been dealt with is gone.
    """

    _name = "field.service.attention"
    _description = "Work Order That Needs Attention"
    _auto = False
    _rec_name = "order_id"
    _order = "urgency, since, id"
    _check_company_auto = True
    # What must be in the database before the rules are asked.
    _depends = {
        "field.service.order": [
            "company_id",
            "partner_id",
            "team_id",
            "priority",
            "state",
            "sla_clock",
            "sla_breach_on",
            "sla_risk_on",
            "received_on",
        ],
        "field.service.visit": [
            "order_id",
            "technician_id",
            "start",
            "stop",
            "state",
            "result",
            "resource_ids",
            "tools_override_reason_id",
        ],
        "resource.resource": [
            "service_needs_calibration",
            "service_valid_until",
        ],
        "field.service.event": ["visit_id", "type", "server_time"],
        "field.service.order.state.log": ["order_id", "entered_on", "left_on"],
        "field.service.team": ["leader_id"],
        "res.company": [
            "service_attention_minutes",
            "service_attention_hours",
            "service_attention_hold_days",
        ],
    }

    order_id = fields.Many2one("field.service.order", "Work Order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    team_id = fields.Many2one("field.service.team", readonly=True)
    priority = fields.Selection(related="order_id.priority")
    state = fields.Selection(related="order_id.state")
    visit_id = fields.Many2one("field.service.visit", readonly=True)
    technician_id = fields.Many2one("hr.employee", readonly=True)
    reason = fields.Selection(
        selection=[
            ("late", "Technician is late"),
            ("overrun", "Work takes longer than planned"),
            ("sla_breached", "SLA breached"),
            ("sla_risk", "SLA at risk"),
            ("declined", "Technician declined"),
            ("no_technician", "No technician"),
            ("tools_not_valid", "Tools not valid"),
            ("not_acknowledged", "Not acknowledged"),
            ("return_not_planned", "Return visit not planned"),
            ("unsolved", "Not solved"),
            ("incomplete", "Documents incomplete"),
            ("not_planned", "Not planned"),
            ("not_released", "Not released"),
            ("hold_too_long", "On hold for long"),
        ],
        readonly=True,
    )
    urgency = fields.Integer(
        readonly=True, aggregator="min", help="1 is the most urgent reason."
    )
    since = fields.Datetime(readonly=True)
    waiting_hours = fields.Float(readonly=True, aggregator="max")
    owner_id = fields.Many2one(
        "res.users",
        readonly=True,
        help="Who deals with it: the dispatcher of the team, or the technician.",
    )
    next_action = fields.Char(compute="_compute_next_action")

    @property
    def _table_query(self):
        now = fields.Datetime.now()
        rules = SQL(" UNION ALL ").join(
            SQL(
                "SELECT found.*, %s AS urgency, %s AS reason FROM (%s) AS found",
                urgency,
                reason,
                rule,
            )
            for urgency, (reason, rule) in enumerate(self._get_rules(now), start=1)
        )
        return SQL(
            """SELECT DISTINCT ON (found.order_id)
                      found.order_id AS id, found.order_id, found.visit_id,
                      found.reason, found.urgency, found.since,
                      GREATEST(EXTRACT(EPOCH FROM %s - found.since) / 3600, 0)::float8
                          AS waiting_hours,
                      visit.technician_id, service.company_id, service.partner_id,
                      service.team_id, %s AS owner_id
                 FROM (%s) AS found
                 JOIN field_service_order service ON service.id = found.order_id
                 LEFT JOIN field_service_visit visit ON visit.id = found.visit_id
                 LEFT JOIN hr_employee technician
                   ON technician.id = visit.technician_id
                 LEFT JOIN field_service_team team ON team.id = service.team_id
                ORDER BY found.order_id, found.urgency, found.since""",
            now,
            self._get_owner(),
            rules,
        )

    @api.model
    def _get_rules(self, now):
        """Return the rules, the most urgent first.

        :return: pairs (reason, query); each query has the columns order_id, visit_id
            and since, and may find an order more than once
        :rtype: list[tuple[str, SQL]]
        """
        return [
            ("late", self._get_visit_rule(WAITING_STATES, "start", now)),
            ("overrun", self._get_visit_rule(BUSY_STATES, "stop", now)),
            ("sla_breached", self._get_sla_rule("sla_breach_on", now)),
            ("sla_risk", self._get_sla_rule("sla_risk_on", now)),
            ("declined", self._get_last_visit_rule(SQL("last.state = 'declined'"))),
            ("no_technician", self._get_unassigned_rule()),
            ("tools_not_valid", self._get_tools_rule()),
            ("not_acknowledged", self._get_unacknowledged_rule(now)),
            (
                "return_not_planned",
                self._get_last_visit_rule(SQL("last.result = 'return_needed'")),
            ),
            (
                "unsolved",
                self._get_last_visit_rule(
                    SQL("last.result IN ('no_access', 'refused')")
                ),
            ),
            ("incomplete", self._get_last_visit_rule(SQL("last.result = 'solved'"))),
            ("not_planned", self._get_waiting_rule("released", now)),
            ("not_released", self._get_waiting_rule("draft", now)),
            ("hold_too_long", self._get_hold_rule(now)),
        ]

    @api.model
    def _get_owner(self):
        """Return who deals with an order: the one at whom it got stuck."""
        # 1 is the system: nobody would look for his work there.
        return SQL(
            """CASE WHEN found.reason = 'incomplete'
                    THEN COALESCE(technician.user_id, team.leader_id)
                    ELSE COALESCE(team.leader_id, NULLIF(service.create_uid, 1))
                END"""
        )

    # --------------------------------------------------------------------- rules
    def _get_visit_rule(self, states, moment, now):
        """Visits that should have got further by a planned moment."""
        return SQL(
            """SELECT visit.order_id, visit.id AS visit_id, visit.%(moment)s AS since
                 FROM field_service_visit visit
                 JOIN res_company company ON company.id = visit.company_id
                WHERE visit.state IN %(states)s
                  AND visit.%(moment)s + MAKE_INTERVAL(
                      mins => company.service_attention_minutes) < %(now)s""",
            moment=SQL.identifier(moment),
            states=states,
            now=now,
        )

    def _get_sla_rule(self, moment, now):
        return SQL(
            """SELECT id AS order_id, NULL::int AS visit_id, %(moment)s AS since
                 FROM field_service_order
                WHERE sla_clock = 'running' AND %(moment)s <= %(now)s""",
            moment=SQL.identifier(moment),
            now=now,
        )

    def _get_last_visit_rule(self, condition):
        """Orders on which nothing is planned, by what came of their last visit."""
        return SQL(
            """SELECT service.id AS order_id, last.id AS visit_id, last.stop AS since
                 FROM field_service_order service
                 JOIN LATERAL (
                      SELECT visit.*
                        FROM field_service_visit visit
                       WHERE visit.order_id = service.id
                         AND visit.state IN ('completed', 'declined')
                       ORDER BY visit.start DESC NULLS LAST, visit.id DESC
                       LIMIT 1) AS last ON %s
                WHERE service.state IN ('released', 'in_progress') AND %s""",
            condition,
            self._get_nothing_planned(),
        )

    def _get_nothing_planned(self):
        return SQL(
            """NOT EXISTS (SELECT FROM field_service_visit visit
                            WHERE visit.order_id = service.id AND visit.state IN %s)""",
            OPEN_STATES,
        )

    def _get_unassigned_rule(self):
        return SQL(
            """SELECT order_id, id AS visit_id, create_date AS since
                 FROM field_service_visit
                WHERE technician_id IS NULL AND state IN %s""",
            WAITING_STATES,
        )

    def _get_tools_rule(self):
        """Visits to come with a tool that has no calibration for their last day."""
        tools = self.env["field.service.visit"]._fields["resource_ids"]
        return SQL(
            """SELECT visit.order_id, visit.id AS visit_id, visit.create_date AS since
                 FROM field_service_visit visit
                 JOIN field_service_order service ON service.id = visit.order_id
                 JOIN res_company company ON company.id = visit.company_id
                 JOIN res_partner owner ON owner.id = company.partner_id
                 LEFT JOIN resource_calendar calendar
                   ON calendar.id = company.resource_calendar_id
                 LEFT JOIN res_partner site ON site.id = service.site_id
                 LEFT JOIN res_partner customer ON customer.id = service.partner_id
                 JOIN %(relation)s AS taken ON taken.%(visit)s = visit.id
                 JOIN resource_resource tool ON tool.id = taken.%(tool)s
                WHERE visit.state IN %(waiting)s
                  AND visit.stop IS NOT NULL
                  AND visit.tools_override_reason_id IS NULL
                  AND tool.service_needs_calibration
                  AND COALESCE(tool.service_valid_until < (
                      (visit.stop - INTERVAL '1 second') AT TIME ZONE 'UTC'
                      AT TIME ZONE COALESCE(site.tz, customer.tz, owner.tz,
                                            calendar.tz, 'UTC'))::date, TRUE)""",
            relation=SQL.identifier(tools.relation),
            visit=SQL.identifier(tools.column1),
            tool=SQL.identifier(tools.column2),
            waiting=WAITING_STATES,
        )

    def _get_unacknowledged_rule(self, now):
        return SQL(
            """SELECT visit.order_id, visit.id AS visit_id, sent.moment AS since
                 FROM field_service_visit visit
                 JOIN res_company company ON company.id = visit.company_id
                 JOIN LATERAL (
                      SELECT MAX(event.server_time) AS moment
                        FROM field_service_event event
                       WHERE event.visit_id = visit.id
                         AND event.type = 'dispatched') AS sent
                   ON sent.moment + MAKE_INTERVAL(
                      mins => company.service_attention_minutes) < %s
                WHERE visit.state = 'dispatched'""",
            now,
        )

    def _get_waiting_rule(self, state, now):
        """Orders that nobody has taken further for some time."""
        return SQL(
            """SELECT service.id AS order_id, NULL::int AS visit_id,
                      COALESCE(log.entered_on, service.received_on) AS since
                 FROM field_service_order service
                 JOIN res_company company ON company.id = service.company_id
                 LEFT JOIN field_service_order_state_log log
                   ON log.order_id = service.id AND log.left_on IS NULL
                WHERE service.state = %s AND %s
                  AND COALESCE(log.entered_on, service.received_on) + MAKE_INTERVAL(
                      hours => company.service_attention_hours) < %s""",
            state,
            self._get_nothing_planned(),
            now,
        )

    def _get_hold_rule(self, now):
        return SQL(
            """SELECT service.id AS order_id, NULL::int AS visit_id,
                      log.entered_on AS since
                 FROM field_service_order service
                 JOIN res_company company ON company.id = service.company_id
                 JOIN field_service_order_state_log log
                   ON log.order_id = service.id AND log.left_on IS NULL
                WHERE service.state = 'on_hold'
                  AND log.entered_on + MAKE_INTERVAL(
                      days => company.service_attention_hold_days) < %s""",
            now,
        )

    # ------------------------------------------------------------------- reading
    @api.depends("reason")
    def _compute_next_action(self):
        actions = self._get_next_actions()
        for line in self:
            line.next_action = actions.get(line.reason, "")

    @api.model
    def _get_next_actions(self):
        """Return what to do about each reason, as a sentence."""
        return {
            "late": self.env._(
                "Call the technician; move the visit or send somebody else."
            ),
            "overrun": self.env._(
                "Ask when it will be finished and move what comes after."
            ),
            "sla_breached": self.env._("Finish it first, and tell the customer when."),
            "sla_risk": self.env._("Plan an earlier visit."),
            "declined": self.env._("Send another technician."),
            "no_technician": self.env._("Choose who goes."),
            "tools_not_valid": self.env._(
                "Have the tool calibrated, take another one, or say why it goes."
            ),
            "not_acknowledged": self.env._("Call the technician."),
            "return_not_planned": self.env._("Plan the return visit."),
            "unsolved": self.env._("Plan another visit, or give the order up."),
            "incomplete": self.env._("Complete checklist, photos and signature."),
            "not_planned": self.env._("Plan a visit."),
            "not_released": self.env._("Complete the order and release it."),
            "hold_too_long": self.env._(
                "Find out what it waits for; resume or cancel it."
            ),
        }

    def action_attend(self):
        """Open the visit or the order that has to be dealt with."""
        self.ensure_one()
        record = self.visit_id if self._is_about_visit() else self.order_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def _is_about_visit(self):
        """Tell whether the visit is what has to be changed, not the order."""
        return self.reason in (
            *("late", "overrun", "no_technician", "tools_not_valid"),
            "not_acknowledged",
        )
