from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.event_hours import PHASES
from ..tools.periods import is_near
from .field_service_visit_gate import BUSY_STATES

REASON_KINDS = ("return", "pause", "decline", "symptom", "cause", "remedy")


class FieldServiceMyDay(models.AbstractModel):
    """What the technician's phone page shows, and what it reports back.

    The page is built for a bad network: one call brings a whole day, so that every
    visit of it can be opened, done and documented while there is no connection.
    Whoever asks sees what his rights let him see; costs and prices are not in it.
    """

    _name = "field.service.my.day"
    _inherit = ["field.service.my.day.page", "field.service.my.day.action"]
    _description = "Technician's Day"

    @api.model
    def get_my_day(self, date):
        """Return the user's visits of a day, with all that their pages show.

        :param str date: the day in the time zone of the context, ``YYYY-MM-DD``
        :return: ``date``, ``now`` (UTC), ``visits`` in order, ``setup``
        :rtype: dict
        """
        page = self._with_all_companies()
        day = self._parse_day(date)
        visits = page.env["field.service.visit"].search(
            page._get_day_domain(day), order="start, id"
        )
        return {
            "date": fields.Date.to_string(day),
            "now": fields.Datetime.to_string(fields.Datetime.now()),
            "visits": page._get_pages(visits),
            "setup": page._get_setup(),
        }

    @api.model
    def get_visit_page(self, visit_id):
        """Return all that the page of one visit shows.

        :param int visit_id: a visit the user may read
        :rtype: dict
        """
        page = self._with_all_companies()
        visit = page._find_visit(visit_id)
        return {
            "now": fields.Datetime.to_string(fields.Datetime.now()),
            "visits": page._get_pages(visit),
            "setup": page._get_setup(),
        }

    @api.model
    def _with_all_companies(self):
        """A phone has no company switcher: all companies of the user count."""
        return self.with_context(allowed_company_ids=self.env.user.company_ids.ids)

    @api.model
    def _parse_day(self, date):
        try:
            day = fields.Date.to_date(date)
        except (TypeError, ValueError):
            day = None
        if not day or not is_near(day):
            raise UserError(self.env._("“%(date)s” is not a day.", date=date))
        return day

    @api.model
    def _get_day_domain(self, day):
        """Return which visits belong to the user's day."""
        user = self.env.uid
        mine = Domain("technician_id.user_id", "=", user) | Domain(
            "crew_ids.user_id", "=", user
        )
        start = self._get_midnight(day)
        stop = self._get_midnight(day + timedelta(days=1))
        that_day = Domain("start", ">=", start) & Domain("start", "<", stop)
        if start <= fields.Datetime.now() < stop:
            # What is still running from yesterday is today's business.
            that_day |= Domain("state", "in", BUSY_STATES)
        return mine & that_day & Domain("state", "!=", "declined")

    @api.model
    def _get_midnight(self, day):
        """Return the beginning of a day in the user's time zone, in UTC."""
        local = self.env.tz.localize(datetime.combine(day, time.min))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _find_visit(self, visit_id):
        """Return a visit the user may see.

        :raises UserError: in words a technician understands
        """
        visits = self.env["field.service.visit"]
        visit = type(visit_id) is int and visits.search([("id", "=", visit_id)])
        if not visit:
            raise UserError(
                self.env._(
                    "This visit is not yours, or not any longer: ask the dispatcher."
                )
            )
        return visit

    @api.model
    def _get_setup(self):
        """Return what is the same on every page: labels, reasons, rules."""
        visits = self.env["field.service.visit"]
        return {
            "labels": {
                "state": self._get_labels("field.service.visit", "state"),
                "result": self._get_labels("field.service.visit", "result"),
                "tag": self._get_labels("field.service.photo", "tag"),
            },
            "reasons": self._get_reasons(),
            "event_states": visits._get_event_states(),
            "held_tools": self._get_held_tools(),
            "phases": PHASES,
            "track_position": any(
                self.env.user.company_ids.mapped("service_track_position")
            ),
        }

    @api.model
    def _get_labels(self, model, name):
        field = self.env[model]._fields[name]
        return dict(field._description_selection(self.env))

    @api.model
    def _get_reasons(self):
        """Return {kind: what can be chosen on the phone}."""
        reasons = self.env["field.service.reason"]
        reasons = reasons.search([("kind", "in", REASON_KINDS)])
        groups = reasons.grouped("kind")
        return {
            kind: [
                self._get_reason_values(reason)
                for reason in groups.get(kind, reasons.browse())
            ]
            for kind in REASON_KINDS
        }

    @api.model
    def _get_reason_values(self, reason):
        """Return what the phone knows of a reason."""
        return {"id": reason.id, "name": reason.name}
