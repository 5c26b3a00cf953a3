import re

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

from ..tools.bookings import find_clashes

CONFLICT = re.compile(
    r"existing key .*=\(\[(?P<resource>\d+),\d+\), "
    r'\["(?P<start>[^"]+)","(?P<stop>[^"]+)"\)\)'
)


class FieldServiceBooking(models.Model):
    """One resource's blocked time: the work itself of one visit.

    PostgreSQL refuses an overlap, whoever writes and however many at once.
    """

    _name = "field.service.booking"
    _description = "Booking"
    _order = "start, id"
    _check_company_auto = True

    resource_id = fields.Many2one(
        comodel_name="resource.resource", required=True, index=True, ondelete="cascade"
    )
    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="visit_id.company_id", store=True, index=True, precompute=True
    )
    start = fields.Datetime(required=True, index=True)
    stop = fields.Datetime(required=True)
    allow_overlap = fields.Boolean()

    _stop_after_start = models.Constraint(
        "CHECK(stop > start)", "A booking must end after it starts."
    )
    # int4range needs no extension, unlike "resource_id WITH =". Deferrable, so that
    # two visits can be swapped in one flush; never initially deferred, because then
    # it would fail at commit, where nobody turns it into a message.
    _no_double_booking = models.Constraint(
        "EXCLUDE USING gist (int4range(resource_id, resource_id, '[]') WITH =, "
        "tsrange(start, stop, '[)') WITH &&) WHERE (allow_overlap IS NOT TRUE) "
        "DEFERRABLE INITIALLY IMMEDIATE",
        lambda env, diagnostics: env["field.service.booking"]._get_conflict_message(
            diagnostics
        ),
    )

    def _book(self, wanted):
        """Create or change bookings.

        :param list wanted: pairs (booking or none, values)
        :raises ValidationError: naming the conflict; nothing is changed then
        """
        if not wanted:
            return
        refusals = self._get_refusals(wanted)
        if refusals:
            raise ValidationError("\n".join(refusals))
        moving = len([booking for booking, __ in wanted if booking]) > 1
        try:
            # Somebody may book the same time at this moment: the database decides.
            with self.env.cr.savepoint():
                if moving:
                    self._defer_check(True)
                self.create([values for booking, values in wanted if not booking])
                for booking, values in wanted:
                    if booking:
                        booking.write(booking._get_changes(values))
                self.flush_model()
                if moving:
                    self._defer_check(False)
        except psycopg2.errors.ExclusionViolation as error:
            raise ValidationError(self._get_conflict_message(error.diag)) from error

    @api.model
    def _defer_check(self, deferred):
        """Let several bookings change places before PostgreSQL looks at them.

        Back to immediate it looks at once, and not at commit, where nobody would turn
        its refusal into a message.
        """
        self.env.cr.execute(
            SQL(
                "SET CONSTRAINTS field_service_booking_no_double_booking %s",
                SQL("DEFERRED") if deferred else SQL("IMMEDIATE"),
            )
        )

    @api.model
    def _get_refusals(self, wanted):
        """Return a sentence for each thing that stands in the way of the wanted ones.

        Where several visits are booked together, each sentence names the visit.
        """
        several = len({values["visit_id"] for __, values in wanted}) > 1
        visits = self.env["field.service.visit"]
        refusals = []
        for visit_id, booking in self._find_conflicts(wanted):
            sentence = booking._get_conflict_sentence()
            if several:
                sentence = f"{visits.browse(visit_id).name}: {sentence}"
            refusals.append(sentence)
        for first, second in find_clashes([values for __, values in wanted]):
            refusals.append(
                self.env._(
                    "%(name)s cannot be on %(first)s and on %(second)s at once.",
                    name=self.resource_id.browse(first["resource_id"]).name,
                    first=visits.browse(first["visit_id"]).name,
                    second=visits.browse(second["visit_id"]).name,
                )
            )
        return refusals

    def _get_changes(self, values):
        """Return those of ``values`` that differ from the booking."""
        current = self._read_format(list(values), load=None)[0]
        return {name: value for name, value in values.items() if current[name] != value}

    def _find_conflicts(self, wanted):
        """Return which bookings stand in the way of the wanted ones, as far as seen.

        Bookings that are changed themselves are left to the constraint: they may be
        about to make room.

        :return: pairs (id of the visit that is refused, booking in its way)
        """
        rows = [
            SQL(
                "(%s, %s, %s::timestamp, %s::timestamp)",
                values["visit_id"],
                values["resource_id"],
                values["start"],
                values["stop"],
            )
            for __, values in wanted
            if not values["allow_overlap"]
        ]
        if not rows:
            return []
        self.flush_model()
        changed = [booking.id for booking, __ in wanted if booking]
        found = self.env.execute_query(
            SQL(
                """SELECT wanted.visit_id, booking.id
                     FROM field_service_booking booking
                     JOIN (VALUES %s) AS wanted(visit_id, resource_id, start, stop)
                       ON wanted.resource_id = booking.resource_id
                      AND wanted.start < booking.stop AND booking.start < wanted.stop
                    WHERE booking.allow_overlap IS NOT TRUE
                      AND NOT booking.id = ANY(%s)
                    ORDER BY wanted.start, booking.start, booking.id""",
                SQL(", ").join(rows),
                changed,
            )
        )
        return [(visit_id, self.browse(id_)) for visit_id, id_ in found]

    @api.model
    def _get_conflict_message(self, diagnostics):
        """Turn PostgreSQL's refusal into a sentence that names the conflict."""
        found = CONFLICT.search((diagnostics and diagnostics.message_detail) or "")
        if not found:
            return self.env._("Somebody or something is booked already at that time.")
        values = {
            "resource_id": int(found["resource"]),
            "start": fields.Datetime.to_datetime(found["start"]),
            "stop": fields.Datetime.to_datetime(found["stop"]),
        }
        # The dispatcher is told who is busy even where he may not read the booking;
        # one made a moment ago is not visible to this transaction yet.
        bookings = self.sudo()
        visible = bookings.search([(key, "=", value) for key, value in values.items()])
        return (visible[:1] or bookings.new(values))._get_conflict_sentence()

    def _get_conflict_sentence(self):
        """Say who or what is booked, when, and on what if that is known."""
        self.ensure_one()
        period = {
            "name": self.resource_id.name,
            "start": format_datetime(self.env, self.start, dt_format="short"),
            "stop": format_datetime(self.env, self.stop, dt_format="short"),
            "advice": self._get_conflict_advice(),
        }
        if not self.visit_id:
            return self.env._(
                "%(name)s has just been booked from %(start)s to %(stop)s. %(advice)s",
                **period,
            )
        return self.env._(
            "%(name)s is already booked from %(start)s to %(stop)s on %(visit)s. "
            "%(advice)s",
            visit=self.visit_id.name,
            **period,
        )

    def _get_conflict_advice(self):
        if self.resource_id.resource_type == "material":
            return self.env._("Choose another time, tool or vehicle.")
        return self.env._("Choose another time or another technician.")
