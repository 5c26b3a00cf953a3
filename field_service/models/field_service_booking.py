import re

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_datetime

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
        comodel_name="field.service.visit", required=True, index=True, ondelete="cascade"
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
        try:
            with self.env.cr.savepoint():
                self.create([values for booking, values in wanted if not booking])
                for booking, values in wanted:
                    if booking:
                        booking.write(booking._get_changes(values))
                self.flush_model()
        except psycopg2.errors.ExclusionViolation as error:
            raise ValidationError(self._get_conflict_message(error.diag)) from error

    def _get_changes(self, values):
        """Return those of ``values`` that differ from the booking."""
        current = self._read_format(list(values), load=None)[0]
        return {name: value for name, value in values.items() if current[name] != value}

    @api.model
    def _get_conflict_message(self, diagnostics):
        """Turn PostgreSQL's answer into a sentence that names the conflict."""
        found = CONFLICT.search((diagnostics and diagnostics.message_detail) or "")
        if not found:
            return self.env._("A technician is booked already at that time.")
        start = fields.Datetime.to_datetime(found["start"])
        stop = fields.Datetime.to_datetime(found["stop"])
        # The dispatcher is told who is busy even where he may not read the person.
        resource = self.env["resource.resource"].sudo().browse(int(found["resource"]))
        visit = self._find_conflict(resource, start, stop)
        period = {
            "name": resource.name,
            "start": format_datetime(self.env, start, dt_format="short"),
            "stop": format_datetime(self.env, stop, dt_format="short"),
        }
        if visit:
            return self.env._(
                "%(name)s is already booked from %(start)s to %(stop)s on %(visit)s. "
                "Choose another time or another technician.",
                visit=visit.name,
                **period,
            )
        # Booked by somebody else a moment ago: not visible to this transaction yet.
        return self.env._(
            "%(name)s has just been booked from %(start)s to %(stop)s. "
            "Choose another time or another technician.",
            **period,
        )

    @api.model
    def _find_conflict(self, resource, start, stop):
        """Return the visit that blocks exactly this time of a resource."""
        # As above: the message names the visit, and nothing else of it.
        booking = self.sudo().search(
            [
                ("resource_id", "=", resource.id),
                ("start", "=", start),
                ("stop", "=", stop),
            ],
            limit=1,
        )
        return booking.visit_id
