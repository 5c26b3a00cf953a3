import logging

from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import Command, api, fields, models
from odoo.tools import plaintext2html

_logger = logging.getLogger(__name__)

QUEUED = "field_service.calendar_queued"
# A visit is no invitation: nobody gets a mail, and nothing is logged or tracked.
QUIET = {
    "service_calendar_push": True,
    "no_mail_to_attendees": True,
    "skip_attendee_notification": True,
    "skip_contact_description": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


class FieldServiceVisitCalendar(models.AbstractModel):
    """One event in the technician's own calendar for each visit, and one way only.

    The request that plans a visit sets a flag; a job started at its commit writes the
    events. With a remote calendar each event is a call over the network: planning a
    hundred visits must neither wait for a hundred calls nor fail with one of them.
    """

    _name = "field.service.visit.calendar"
    _description = "Visits in Personal Calendars"

    calendar_event_id = fields.Many2one(
        comodel_name="calendar.event",
        index="btree_not_null",
        readonly=True,
        copy=False,
        help="The visit in the technician's own calendar. It follows the visit; moving "
        "it there does not move the visit.",
    )
    calendar_outdated = fields.Boolean(copy=False)
    calendar_error = fields.Char(string="Not in Calendar", readonly=True, copy=False)

    _calendar_outdated_idx = models.Index("(id) WHERE calendar_outdated")

    # -------------------------------------------------------------------- queue
    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [
            {**vals, "calendar_outdated": True}
            if vals.get("start") and vals.get("technician_id")
            else vals
            for vals in vals_list
        ]
        if any(vals.get("calendar_outdated") for vals in vals_list):
            self._queue_calendar()
        return super().create(vals_list)

    def write(self, vals):
        if self._is_calendar_changed(vals):
            vals = {**vals, "calendar_outdated": True}
            self._queue_calendar()
        return super().write(vals)

    def unlink(self):
        self._withdraw_events()
        return super().unlink()

    @api.model
    def _is_calendar_changed(self, vals):
        """Tell whether writing ``vals`` changes what the calendar shows."""
        if vals.get("state") in ("planned", "declined", "missed", "cancelled"):
            return True
        return bool({"technician_id", "start", "stop", "duration"} & vals.keys())

    def _outdate_calendar(self):
        """Have the events of the visits written anew."""
        visits = self.filtered(lambda visit: visit.calendar_event_id or visit.start)
        if visits:
            # Flags of ours: whoever changes an address need not be a dispatcher.
            visits.sudo().write({"calendar_outdated": True})
            self._queue_calendar()

    @api.model
    def _queue_calendar(self):
        """Start the job at the commit of this transaction, once for all visits.

        A part of the transaction may be rolled back, and the trigger with it.
        """
        transaction, trigger = self.env.cr.cache.get(QUEUED, (None, None))
        if transaction == self.env.cr.now() and trigger.exists():
            return
        job = self.env.ref("field_service.cron_push_calendar", raise_if_not_found=False)
        if job:
            # Anybody's change may start the job.
            self.env.cr.cache[QUEUED] = (self.env.cr.now(), job.sudo()._trigger())

    @api.model
    def _cron_push_calendar(self):
        """Bring personal calendars up to date, each visit on its own."""
        visits = self.search([("calendar_outdated", "=", True)], order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(visits))
        for visit in visits:
            # Others may have moved or deleted the visit since the last commit.
            self.env.invalidate_all()
            if visit.exists():
                visit._attempt_push()
            if not cron._commit_progress(1):
                break

    def _attempt_push(self):
        """Write the event of one visit; what goes wrong stops no other."""
        try:
            with self.env.cr.savepoint():
                self._push_calendar()
        except OperationalError:
            _logger.info("Visit %s is being changed: its event waits.", self.id)
        except Exception as error:
            _logger.info("Event of visit %s: %s", self.id, error, exc_info=True)
            self.write({"calendar_outdated": False, "calendar_error": str(error)})

    # -------------------------------------------------------------------- event
    def _push_calendar(self):
        """Make the technician's event what the visit says."""
        self.ensure_one()
        event, user = self.calendar_event_id, self._get_calendar_user()
        if event and event.user_id != user:
            # Remote calendars cannot hand an event over: it ends in one and begins
            # in the other.
            event._with_quiet_organizer().write({"active": False})
            event = event.browse() if user else event
        if user:
            values = self._prepare_event_values(user)
            if event:
                event._with_quiet_organizer()._write_changes(values)
            else:
                event = event._with_quiet_organizer(user, self.company_id).create(
                    {**values, "user_id": user.id}
                )
        self.write(
            {
                "calendar_event_id": event.id,
                "calendar_outdated": False,
                "calendar_error": False,
            }
        )

    def _get_calendar_user(self):
        """Return whose calendar shows the visit, if it takes anybody's time."""
        if not self.company_id.service_push_calendar or not self._is_blocking():
            return self.env["res.users"]
        # Runs in a job; a technician without a user has no calendar.
        return self.technician_id.sudo().user_id.filtered("active")

    def _prepare_event_values(self, user):
        """Return what the technician's calendar shows. The customer is no attendee."""
        address = (
            self.site_id._display_address(without_company=True) if self.site_id else ""
        )
        lines = [line.strip() for line in address.splitlines() if line.strip()]
        return {
            "name": self.name,
            "active": True,
            "allday": False,
            "start": self.start,
            "stop": self.stop,
            "partner_ids": [Command.set(user.partner_id.ids)],
            "show_as": "busy",
            "location": ", ".join(lines),
            "description": self.with_context(lang=user.lang)._get_event_description(),
        }

    def _get_event_description(self):
        link = Markup('<p><a href="%s">%s</a></p>') % (
            f"{self.get_base_url()}/odoo/visits/{self.id}",
            self.env._("Open the visit"),
        )
        problem = plaintext2html(self.description) if self.description else ""
        return problem + link

    def _withdraw_events(self):
        """Take the events out of the calendars, because their visits go away."""
        # Whoever may delete a visit takes it out of the technician's calendar.
        for event in self.sudo().calendar_event_id:
            event._with_quiet_organizer().write({"active": False})
