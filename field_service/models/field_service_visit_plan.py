from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# More than a year day and night is a slip of the keyboard.
MAX_HOURS = 10_000


class FieldServiceVisitPlan(models.AbstractModel):
    """Who goes when, and the bookings that keep it true.

    ``start`` and ``stop`` are stored together, the duration is derived from them.
    """

    _name = "field.service.visit.plan"
    _description = "Plan of Visits"

    technician_id = fields.Many2one(
        comodel_name="hr.employee",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    crew_ids = fields.Many2many(
        comodel_name="hr.employee",
        string="Crew Members",
        check_company=True,
        # Who has left the company has still done the work.
        context={"active_test": False},
        help="Technicians who come along; booked for the same time.",
    )
    start = fields.Datetime(copy=False, index=True, tracking=True)
    stop = fields.Datetime(copy=False, tracking=True)
    duration = fields.Float(
        string="Duration (hours)",
        compute="_compute_duration",
        inverse="_inverse_duration",
        store=True,
    )
    travel_before_minutes = fields.Integer()
    travel_after_minutes = fields.Integer()
    allow_overlap = fields.Boolean(
        copy=False,
        tracking=True,
        help="Let the technician be booked twice. Only for those entitled.",
    )
    booking_ids = fields.One2many(
        comodel_name="field.service.booking", inverse_name="visit_id"
    )
    may_plan = fields.Boolean(compute="_compute_may_plan")

    _stop_after_start = models.Constraint(
        "CHECK(stop > start)", "A visit must end after it starts."
    )
    _whole_period = models.Constraint(
        "CHECK((start IS NULL) = (stop IS NULL))",
        "A visit needs both a start and an end, or neither.",
    )
    _travel_positive = models.Constraint(
        "CHECK(travel_before_minutes >= 0 AND travel_after_minutes >= 0)",
        "Travel minutes cannot be negative.",
    )

    @api.depends("start", "stop")
    def _compute_duration(self):
        for visit in self:
            visit.duration = visit._get_period().total_seconds() / 3600.0

    def _inverse_duration(self):
        for visit in self.filtered("start"):
            visit.stop = visit.start + visit._read_length(visit.duration)

    @api.onchange("start")
    def _onchange_start(self):
        # By now the duration follows the new start: the length is what it was before.
        hours = self._origin.duration or self.order_id.planned_hours or 1.0
        if self.start and self.start != self._origin.start:
            self.stop = self.start + timedelta(hours=hours)

    @api.depends_context("uid")
    def _compute_may_plan(self):
        self.may_plan = self._is_planner()

    @api.model
    def _is_planner(self):
        return self.env.su or self.env.user.has_group("field_service.group_dispatcher")

    def _get_period(self):
        """Return the planned length of the visit."""
        if self.start and self.stop:
            return self.stop - self.start
        return timedelta()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_may_overlap(vals)
        vals_list = [self._complete_period(vals) for vals in vals_list]
        for vals in vals_list:
            self._check_start_and_stop(
                *map(self._read_moment, (vals.get("start"), vals.get("stop")))
            )
        visits = super().create(vals_list)
        visits._sync_bookings()
        return visits

    def write(self, vals):
        self._check_may_overlap(vals)
        self._check_may_plan(vals)
        for name in ("start", "stop"):
            self._read_moment(vals.get(name))
        if vals.get("stop"):
            vals = {name: vals[name] for name in vals if name != "duration"}
        elif vals.get("start"):
            # A new start moves the visit, it does not stretch or destroy it.
            for visit in self:
                super(FieldServiceVisitPlan, visit).write(visit._complete_period(vals))
            self._sync_bookings()
            return True
        super().write(vals)
        if self._get_booking_fields() & vals.keys():
            self._sync_bookings()
        return True

    def _complete_period(self, vals):
        """Return values in which a start always comes with its stop."""
        vals = dict(vals)
        if not vals.get("start") or vals.get("stop"):
            if vals.get("stop"):
                vals.pop("duration", None)
            return vals
        start = self._read_moment(vals["start"])
        hours = vals.pop("duration", None)
        if not hours:
            order = self.order_id.browse(vals.get("order_id")) or self.order_id
            hours = self.duration or order.planned_hours or 1.0
        vals["stop"] = start + self._read_length(hours)
        return vals

    @api.model
    def _read_moment(self, value):
        """Return a moment that was given, in one of the forms Odoo takes.

        :raises ValidationError: when it is none, or not one to plan with
        """
        try:
            moment = fields.Datetime.to_datetime(value or False)
        except (TypeError, ValueError) as error:
            raise ValidationError(
                self.env._("“%(value)s” is no date and time.", value=value)
            ) from error
        self.env["field.service.availability"]._check_days(moment)
        return moment

    @api.model
    def _read_length(self, hours):
        """Return a number of hours as a length of time.

        :raises ValidationError: when no visit can be that long
        """
        # Not a number is not less than any, either.
        if not abs(hours) <= MAX_HOURS:
            raise ValidationError(
                self.env._(
                    "A visit takes %(hours)s hours at most: check its duration.",
                    hours=MAX_HOURS,
                )
            )
        return timedelta(hours=hours)

    def _check_may_overlap(self, vals):
        """Refuse a double booking asked for by somebody who may not allow it."""
        entitled = self.env.su or self.env.user.has_group("field_service.group_manager")
        if vals.get("allow_overlap") and not entitled:
            raise UserError(
                self.env._(
                    "Only a service manager may let a technician be booked twice."
                )
            )

    def _check_may_plan(self, vals):
        """Technicians report what happened; who goes when is the dispatcher's."""
        planned = self._get_plan_fields() & vals.keys()
        if planned and not self._is_planner():
            raise UserError(
                self.env._(
                    "Only a dispatcher changes who goes when. Ask him, or decline the "
                    "visit."
                )
            )

    @api.model
    def _get_plan_fields(self):
        """Return the names of the fields that only dispatchers may change."""
        return {
            *(self._get_booking_fields() - {"state"}),
            *("order_id", "lock", "travel_before_minutes", "travel_after_minutes"),
            "overlap_reason",
        }

    # ------------------------------------------------------------------ bookings
    @api.model
    def _get_booking_fields(self):
        """Return the names of the fields that bookings are made from."""
        return {
            "start",
            "stop",
            "duration",
            "technician_id",
            "crew_ids",
            "state",
            "allow_overlap",
        }

    def _get_booked_resources(self):
        """Return the resources this visit blocks: the technician and the crew."""
        self.ensure_one()
        # Resources are blocked by whoever may plan the visit.
        return (self.technician_id | self.crew_ids).sudo().resource_id

    def _sync_bookings(self):
        """Block the time of exactly the resources the visits need.

        :raises ValidationError: naming who is booked already, when and for what
        """
        # The plan is the visit; bookings have no other writer and no other right.
        bookings = self.env["field.service.booking"].sudo()
        wanted, obsolete = [], bookings
        for visit in self:
            existing = {
                booking.resource_id: booking for booking in visit.sudo().booking_ids
            }
            resources = visit._get_booked_resources() if visit._is_blocking() else ()
            for resource in resources:
                booking = existing.pop(resource, bookings)
                wanted.append((booking, visit._prepare_booking_values(resource)))
            obsolete = obsolete.union(*existing.values())
        obsolete.unlink()
        bookings._book(wanted)

    def _is_blocking(self):
        """Tell whether the visit keeps its resources busy."""
        return bool(self.start and self.stop) and (
            self._is_open() or self.state == "completed"
        )

    def _prepare_booking_values(self, resource):
        """Return the values of the booking of one resource."""
        return {
            "visit_id": self.id,
            "resource_id": resource.id,
            "start": self.start,
            "stop": self.stop,
            "allow_overlap": self.allow_overlap,
        }
