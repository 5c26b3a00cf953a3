from odoo import fields, models

from .field_service_visit_calendar import QUIET

SHOWN = {
    "name",
    "active",
    "allday",
    "start",
    "stop",
    "start_date",
    "stop_date",
    "duration",
    "partner_ids",
    "show_as",
    "location",
    "description",
}


class CalendarEvent(models.Model):
    """The event of a visit says what the visit says: changed, it is put right again."""

    _inherit = "calendar.event"

    service_visit_ids = fields.One2many(
        comodel_name="field.service.visit",
        inverse_name="calendar_event_id",
        string="Visits",
        copy=False,
        groups="field_service.group_technician",
    )

    def write(self, vals):
        result = super().write(vals)
        if SHOWN & vals.keys():
            self._get_own_visits()._outdate_calendar()
        return result

    def unlink(self):
        visits = self._get_own_visits()
        result = super().unlink()
        visits._outdate_calendar()
        return result

    def _get_own_visits(self):
        """Return the visits these events stand for, unless the visits write them."""
        # Whose calendar it is need not be allowed to see the visit.
        visits = self.env["field.service.visit"].sudo()
        if self.env.context.get("service_calendar_push"):
            return visits
        return visits.search([("calendar_event_id", "in", self.ids)])

    def _with_quiet_organizer(self, user=None, company=None):
        """Return self as its organizer would write it, without any notice.

        Remote calendars want the organizer himself to write.
        """
        user = user or self.user_id
        # His rights do not matter: it is the dispatcher's plan.
        events = self.with_user(user or self.env.user).sudo().with_context(**QUIET)
        return events.with_company(company) if company else events

    def _write_changes(self, values):
        """Write those of ``values`` that differ: remote calendars are told of each."""
        self.ensure_one()
        values = dict(values)
        partners = values.pop("partner_ids")
        current = self._read_format(list(values), load=None)[0]
        changes = {
            name: value
            for name, value in values.items()
            if (current[name] or "") != (value or "")
        }
        if self.partner_ids.ids != partners[0][2]:
            changes["partner_ids"] = partners
        if changes:
            self.write(changes)
