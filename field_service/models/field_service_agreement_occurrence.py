from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..tools import recurrence
from .field_service_order_gate import DEAD_STATES

# What people may write; the rest follows from the line and from the orders.
EDITABLE = {"planned_date", "skip_reason"}


class FieldServiceAgreementOccurrence(models.Model):
    """One time that something is owed, and what came of it.

    Its number and its original date come from the rule and never change; when it is
    moved, the new date is stored here and nowhere else.
    """

    _name = "field.service.agreement.occurrence"
    _description = "Agreement Occurrence"
    _order = "planned_date, id"
    _check_company_auto = True
    _rec_names_search = ["agreement_id.name", "agreement_id.partner_id.name"]

    line_id = fields.Many2one(
        comodel_name="field.service.agreement.line",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    agreement_id = fields.Many2one(
        related="line_id.agreement_id", store=True, index=True
    )
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="agreement_id.partner_id", store=True, index=True
    )
    job_type_id = fields.Many2one(related="line_id.job_type_id", store=True, index=True)
    site_id = fields.Many2one(related="line_id.site_id")
    number = fields.Integer(
        required=True, readonly=True, help="Counted from the anchor."
    )
    original_date = fields.Datetime(
        string="By the Rule", required=True, readonly=True, index=True
    )
    planned_date = fields.Datetime(
        string="Planned",
        required=True,
        index=True,
        help="Change it to move this occurrence; all others stay where they are.",
    )
    is_moved = fields.Boolean(
        string="Moved by Hand",
        readonly=True,
        help="Does not follow weekends and public holidays any more.",
    )
    skip_kind = fields.Selection(
        selection=[
            ("manual", "By hand"),
            ("day_off", "Day off"),
            ("suspended", "Agreement suspended"),
        ],
        string="Skipped",
        readonly=True,
    )
    skip_reason = fields.Char()
    order_ids = fields.One2many(
        comodel_name="field.service.order",
        inverse_name="agreement_occurrence_id",
        string="All Orders",
    )
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        compute="_compute_order_id",
        store=True,
        index="btree_not_null",
        help="The order that counts: the latest one that was not given up.",
    )
    order_state = fields.Selection(related="order_id.state", string="Order State")
    completed_on = fields.Datetime(related="order_id.completed_on")
    state = fields.Selection(
        selection=[
            ("owed", "Owed"),
            ("generated", "Order made"),
            ("done", "Done"),
            ("skipped", "Skipped"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        help="Follows from the work order. When that is cancelled, it is owed again.",
    )

    _number_uniq = models.Constraint(
        "UNIQUE(line_id, number)", "This occurrence of the line exists already."
    )
    _original_date_uniq = models.Constraint(
        "UNIQUE(line_id, original_date)", "This occurrence of the line exists already."
    )

    # ------------------------------------------------------------------ computes
    @api.depends("line_id.display_name", "number")
    def _compute_display_name(self):
        for occurrence in self:
            line = occurrence.line_id.display_name or ""
            occurrence.display_name = f"{line} #{occurrence.number}"

    @api.depends("order_ids.state")
    def _compute_order_id(self):
        for occurrence in self:
            orders = occurrence.order_ids.sorted("id")
            alive = orders.filtered(lambda order: order.state not in DEAD_STATES)
            occurrence.order_id = (alive or orders)[-1:]

    @api.depends("order_id.state", "skip_kind")
    def _compute_state(self):
        for occurrence in self:
            occurrence.state = occurrence._get_implied_state()

    def _get_implied_state(self):
        """Return the state that follows from the order."""
        if self.skip_kind:
            return "skipped"
        if not self.order_id or self.order_id.state in DEAD_STATES:
            return "owed"
        return "done" if self.order_id.state in ("done", "closed") else "generated"

    # ---------------------------------------------------------------------- CRUD
    def write(self, vals):
        if not self.env.su and vals.keys() - EDITABLE:
            raise UserError(
                self.env._(
                    "An occurrence follows from its line and its work order: only "
                    "its date and the reason to skip it can be changed."
                )
            )
        if "planned_date" not in vals or "is_moved" in vals:
            return super().write(vals)
        when = fields.Datetime.to_datetime(vals["planned_date"])
        moving = self.filtered(lambda record: when and record.planned_date != when)
        moving._check_may_move()
        before = {record: record.planned_date for record in moving}
        super().write(vals)
        # Moving is allowed; that it was done by hand is noted by the system.
        moving.sudo().write({"planned_date": when, "is_moved": True})
        moving._after_move(before)
        return True

    def _check_may_move(self):
        """Refuse to move what is done, skipped, or planned with a technician."""
        for occurrence in self:
            order = occurrence.order_id
            if occurrence.state in ("done", "skipped"):
                raise UserError(
                    self.env._(
                        "%(occurrence)s is “%(state)s” and cannot be moved.",
                        occurrence=occurrence.display_name,
                        state=occurrence._get_state_label(),
                    )
                )
            if occurrence.state == "generated" and order._get_open_visits():
                raise UserError(
                    self.env._(
                        "Visits are planned on work order %(order)s: move the visit "
                        "instead.",
                        order=order.name,
                    )
                )

    def _get_state_label(self):
        selection = self._fields["state"]._description_selection(self.env)
        return dict(selection)[self.state]

    def _after_move(self, before):
        """Tell the orders and the agreement about a new date."""
        for occurrence, earlier in before.items():
            if occurrence.state == "generated":
                occurrence.order_id.write(occurrence._prepare_window_values())
            agreement = occurrence.agreement_id
            agreement._message_log(
                body=self.env._(
                    "%(occurrence)s moved from %(before)s to %(after)s.",
                    occurrence=occurrence.display_name,
                    before=occurrence._format(earlier),
                    after=occurrence._format(occurrence.planned_date),
                )
            )

    def _format(self, when):
        """Return a time for people to read, as the clock at the site shows it."""
        return format_datetime(self.env, when, tz=self.line_id._get_tz())

    # --------------------------------------------------------------- follow a rule
    def _get_wall_date(self):
        """Return what the rule gives, as wall time."""
        return recurrence.to_wall(self.original_date, self.line_id._get_tz())

    @api.model
    def _get_following_domain(self):
        """Return which occurrences a new holiday still moves."""
        return [
            ("is_moved", "=", False),
            ("order_id", "=", False),
            ("skip_kind", "in", (False, "day_off")),
            ("original_date", ">", fields.Datetime.now()),
        ]

    def _follow(self, values):
        """Take over what the calendar says now, if that is news."""
        news = {name: value for name, value in values.items() if self[name] != value}
        if news:
            self.write({**news, "is_moved": False})

    def _is_obsolete(self, last=None):
        """Tell whether the occurrence lies beyond the end of its line.

        :param date last: another day after which nothing is owed
        """
        line = self.line_id
        if line.repeat_count and self.number > line.repeat_count:
            return True
        ends = [day for day in (line.agreement_id.date_end, line.until, last) if day]
        days = [
            recurrence.to_wall(when, line._get_tz()).date()
            for when in (self.original_date, self.planned_date)
        ]
        return bool(ends) and min(days) > min(ends)

    # -------------------------------------------------------------------- orders
    def _make_orders(self):
        """Make a work order for each occurrence and release those that may be."""
        self.line_id._check_can_generate()
        # The database lets a second order in once it knows that the first is dead.
        self.env["field.service.order"].flush_model(["state"])
        orders = self.env["field.service.order"].create(
            [occurrence._prepare_order_values() for occurrence in self]
        )
        reasons = {order: order._get_blocking_reasons("released") for order in orders}
        orders.filtered(lambda order: not reasons[order]).action_release()
        for order, missing in reasons.items():
            if missing:
                order._message_log(body=" ".join(missing))
        return orders

    def _prepare_order_values(self):
        """Return the values of the work order of one occurrence."""
        self.ensure_one()
        line = self.line_id
        agreement = line.agreement_id
        values = {
            "company_id": self.company_id.id,
            "agreement_id": agreement.id,
            "agreement_occurrence_id": self.id,
            "origin": agreement.name,
            "source": "agreement",
            "partner_id": agreement.partner_id.id,
            "site_id": line.site_id.id,
            "job_type_id": line.job_type_id.id,
            "asset_ids": line.asset_ids.ids,
            "planned_hours": line.planned_hours,
            "description": line.description,
            "preferred_technician_id": line.technician_id.id,
            **self._prepare_window_values(),
        }
        if agreement.team_id:
            values["team_id"] = agreement.team_id.id
        return values

    def _prepare_window_values(self):
        """Return when the customer expects the work."""
        return {
            "requested_start": self.planned_date,
            "requested_stop": self.planned_date
            + timedelta(hours=self.line_id.planned_hours),
        }

    def _skip(self, kind, reason):
        """Leave the occurrences out, with a reason.

        :raises UserError: when an order has been made and not been cancelled
        """
        for occurrence in self:
            if occurrence.state in ("generated", "done"):
                raise UserError(
                    self.env._(
                        "%(occurrence)s has work order %(order)s: cancel that first.",
                        occurrence=occurrence.display_name,
                        order=occurrence.order_id.name,
                    )
                )
        self.check_access("write")
        # Whoever may move an occurrence may skip it; the field is the system's.
        self.sudo().write({"skip_kind": kind, "skip_reason": reason})

    # ------------------------------------------------------------------- actions
    def action_skip(self):
        """Leave the occurrences out; the reason must be given before."""
        for occurrence in self:
            if not occurrence.skip_reason:
                raise UserError(
                    self.env._(
                        "Say why %(occurrence)s is skipped: fill in “Skip Reason”.",
                        occurrence=occurrence.display_name,
                    )
                )
            occurrence._skip("manual", occurrence.skip_reason)
        return True

    def action_owe(self):
        """Owe skipped occurrences again."""
        skipped = self.filtered("skip_kind")
        skipped.check_access("write")
        # Whoever may skip may take it back; the calendar does not skip it again.
        skipped.sudo().write(
            {"skip_kind": False, "skip_reason": False, "is_moved": True}
        )
        return True

    def action_generate(self):
        """Make the orders of the occurrences now, however far ahead they are."""
        for occurrence in self:
            if occurrence.state != "owed" or occurrence.agreement_id.state in (
                "draft",
                "cancelled",
            ):
                raise UserError(
                    self.env._(
                        "%(occurrence)s is “%(state)s”, its agreement “%(agreement)s”: "
                        "no order can be made.",
                        occurrence=occurrence.display_name,
                        state=occurrence._get_state_label(),
                        agreement=occurrence.agreement_id._get_state_label(
                            occurrence.agreement_id.state
                        ),
                    )
                )
            occurrence._make_orders()
        return True

    def action_view_order(self):
        """Open the work order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "field.service.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }
