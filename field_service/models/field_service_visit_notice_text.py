import pytz

from odoo import api, fields, models
from odoo.tools import format_date, get_lang


class FieldServiceVisitNoticeText(models.AbstractModel):
    """What notices say: words for technicians and the office, fields for templates.

    The fields are meant for e-mail and SMS templates: times are those of the site,
    written in the language of the context.
    """

    _name = "field.service.visit.notice.text"
    _description = "Texts of Notices"

    notice_window = fields.Char(
        string="Window for the Customer", compute="_compute_notice_texts"
    )
    notice_technician = fields.Char(
        string="Technician for the Customer", compute="_compute_notice_texts"
    )
    notice_arrival = fields.Char(
        string="Arrival for the Customer", compute="_compute_notice_texts"
    )
    notice_url = fields.Char(string="Portal Page", compute="_compute_notice_url")

    @api.depends(
        "start",
        "stop",
        "technician_id",
        "expected_arrival",
        "order_id.promised_start",
        "order_id.promised_stop",
        "site_id.tz",
    )
    @api.depends_context("lang")
    def _compute_notice_texts(self):
        for visit in self:
            # A customer may know who comes, though not everybody reads employees.
            technician = visit.sudo().technician_id
            order = visit.order_id
            window = (visit.start, visit.stop)
            promised = (order.promised_start, order.promised_stop)
            known = visit.start and all(promised)
            if known and promised[0] <= visit.start <= promised[1]:
                window = promised
            visit.notice_technician = technician.name
            visit.notice_window = visit._format_window(*window)
            visit.notice_arrival = visit._format_clock(visit.expected_arrival)

    def _compute_notice_url(self):
        for visit in self:
            order = visit.order_id
            # The page is made by the customer portal, where there is one.
            has_page = hasattr(order, "get_portal_url") and order.access_url != "#"
            visit.notice_url = has_page and order.get_base_url() + (
                order.get_portal_url()
            )

    def _get_site_tz(self):
        """Return the time zone of the place where the work is done."""
        self.ensure_one()
        # Needed to write times, whoever asks.
        return self.sudo().order_id._get_site_tz()

    def _get_notice_tz(self, partner):
        """Return the time zone in which somebody is told about the visit."""
        people = (self.technician_id | self.crew_ids).filtered(
            lambda person: partner
            in (person.user_id.partner_id, person.work_contact_id)
        )
        return partner.tz or people[:1].tz or self._get_site_tz()

    def _to_site(self, moment):
        zone = pytz.timezone(self._get_site_tz())
        return pytz.utc.localize(moment).astimezone(zone)

    def _format_clock(self, moment):
        if not moment:
            return False
        pattern = get_lang(self.env).time_format.replace(":%S", "")
        return self._to_site(moment).strftime(pattern)

    def _format_window(self, start, stop):
        """Return a day and a window, by the clock of the site."""
        if not start:
            return False
        day = format_date(
            self.env, self._to_site(start).date(), date_format="EEEE, d MMMM"
        )
        clocks = [self._format_clock(moment) for moment in (start, stop) if moment]
        return f"{day}, {'–'.join(clocks)}"

    # ------------------------------------------------------- words for colleagues
    def _get_notice_text(self, trigger):
        """Return what a colleague is told: a title, and what there is to know.

        Written in the language and for the clock of the context.
        """
        self.ensure_one()
        title = self._get_notice_titles().get(trigger, self.name)
        lines = self._get_dispatch_details()
        if trigger == "changed":
            known = self.told_snapshot or self.dispatch_snapshot
            lines = (known and self._get_dispatch_changes(known)) or lines
        if trigger == "declined":
            lines = [self._get_decline_text(), *lines]
        if trigger == "late" and self.expected_arrival:
            arrival = self._format_clock(self.expected_arrival)
            text = self.env._("Expected arrival: %(time)s", time=arrival)
            lines = [text, *lines]
        return title, lines

    def _get_decline_text(self):
        events = self.event_ids.filtered(lambda event: event.type == "declined")
        return self.env._(
            "Reason: %(reason)s",
            reason=events.sorted("id")[-1:].reason
            or self.decline_reason_id.name
            or "–",
        )

    def _get_notice_titles(self):
        """Return the title of a message about each thing that may happen."""
        technician = self.sudo().technician_id.name  # read for whoever is told
        changed = self.env._("Visit changed: please acknowledge it again")
        if self._is_busy():
            changed = self.env._("Visit changed")
        return {
            "booked": self.env._("Visit planned"),
            "dispatched": self.env._("New visit: please acknowledge it"),
            "changed": changed,
            "withdrawn": self.env._("Visit taken back: you need not go"),
            "declined": self.env._("Declined by %(name)s", name=technician),
            "not_acknowledged": self.env._(
                "Not acknowledged by %(name)s", name=technician
            ),
            "reminder": self.env._("Visit to come"),
            "not_started": self.env._("Not started by %(name)s", name=technician),
            "moved": self.env._("Visit moved"),
            "cancelled": self.env._("Visit cancelled: you need not go"),
            "on_the_way": self.env._("%(name)s is on the way", name=technician),
            "late": self.env._("%(name)s will be late", name=technician),
            "arrived": self.env._("%(name)s has arrived", name=technician),
            "completed": self.env._("Completed by %(name)s", name=technician),
        }
