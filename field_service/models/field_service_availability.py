from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.intervals import invert_intervals

from ..tools.periods import is_near


class Busy(NamedTuple):
    """A time in which somebody is not free: naive UTC, and what he is busy with.

    ``site_id`` is the partner where that is, where it is known.
    """

    start: datetime
    stop: datetime
    record_id: int
    name: str
    site_id: int | None = None


class FieldServiceAvailability(models.AbstractModel):
    """When resources work and what already takes their time, for many at once.

    Slot search, calendar and board ask here, so that all of them see the same. Each
    question costs a number of queries that does not depend on how many are asked for.
    All times are naive UTC.
    """

    _name = "field.service.availability"
    _description = "Availability of Resources"

    @api.model
    def _check_days(self, *days):
        """Refuse days and moments that nobody means.

        :raises ValidationError: naming the first one
        """
        for day in filter(None, days):
            if not is_near(day):
                raise ValidationError(
                    self.env._(
                        "%(day)s is too far away: check the year.",
                        day=fields.Date.to_string(day),
                    )
                )

    @api.model
    def _get_work(self, resources, start, stop):
        """Return when the resources work: calendars minus leaves and public holidays.

        Each resource's own time zone counts, daylight saving included.

        :return: {resource id: [(start, stop), ...]}, sorted, without overlaps
        :rtype: dict[int, list[tuple[datetime, datetime]]]
        """
        # Planning needs everybody's working time; colleagues' leaves are hidden from
        # users, and only "away" is told of them.
        resources = resources.sudo()
        self._fetch_calendars(resources)
        intervals, __ = resources._get_valid_work_intervals(
            start.replace(tzinfo=UTC), stop.replace(tzinfo=UTC)
        )
        # Colleagues on the same calendar share the very moments: each is put into UTC
        # once. They are told apart by identity, which lasts as long as ``intervals``.
        work, known = {}, {}
        for resource_id in resources.ids:
            work[resource_id] = periods = []
            for begin, end, __ in intervals.get(resource_id, ()):
                key = (id(begin), id(end))
                if key not in known:
                    known[key] = (_to_utc(begin), _to_utc(end))
                periods.append(known[key])
        return work

    @api.model
    def _fetch_calendars(self, resources):
        """Read at once what the calendars of people depend on, and not whole files.

        Where they work comes along: whoever plans asks for it next.
        """
        people = resources.employee_id
        people.fetch(["resource_id", "company_id", "current_version_id"])
        people.version_ids.fetch(
            [
                *("employee_id", "active", "date_version", "resource_calendar_id"),
                *("contract_date_start", "contract_date_end", "address_id"),
            ]
        )

    @api.model
    def _get_bookings(self, resources, start, stop):
        """Return the visits that block the resources in a period.

        :return: {resource id: [Busy, ...]} by start; the record is the visit
        :rtype: dict[int, list[Busy]]
        """
        self._flush_bookings()
        rows = self.env.execute_query(
            SQL(
                """SELECT booking.resource_id, booking.start, booking.stop,
                          visit.id, visit.name, work_order.site_id
                     FROM field_service_booking booking
                     JOIN field_service_visit visit ON visit.id = booking.visit_id
                     JOIN field_service_order work_order
                       ON work_order.id = visit.order_id
                    WHERE booking.resource_id = ANY(%s)
                      AND booking.start < %s AND booking.stop > %s
                    ORDER BY booking.start, booking.id""",
                resources.ids,
                stop,
                start,
            )
        )
        busy = defaultdict(list)
        for resource_id, *values in rows:
            busy[resource_id].append(Busy(*values))
        return busy

    @api.model
    def _get_booked_sites(self, resources, start, stop, visit=None):
        """Return the same for the slot search: thousands of rows, and only its columns.

        Plans use few moments again and again: each is read once, for all who share it.

        :param visit: one whose bookings do not count
        :return: {resource id: [(start, stop, site id), ...]}, in no order
        :rtype: dict[int, list[tuple]]
        """
        self._flush_bookings()
        rows = self.env.execute_query(
            SQL(
                """SELECT booking.start, booking.stop,
                          array_agg(booking.resource_id), array_agg(work_order.site_id)
                     FROM field_service_booking booking
                     JOIN field_service_visit visit ON visit.id = booking.visit_id
                     JOIN field_service_order work_order
                       ON work_order.id = visit.order_id
                    WHERE booking.resource_id = ANY(%s)
                      AND booking.start < %s AND booking.stop > %s
                      AND booking.visit_id <> %s
                    GROUP BY booking.start, booking.stop""",
                resources.ids,
                stop,
                start,
                (visit and visit.id) or 0,
            )
        )
        booked = defaultdict(list)
        for begin, end, resource_ids, site_ids in rows:
            for resource_id, site_id in zip(resource_ids, site_ids, strict=True):
                booked[resource_id].append((begin, end, site_id))
        return booked

    @api.model
    def _flush_bookings(self):
        self.env["field.service.booking"].flush_model()
        self.env["field.service.visit"].flush_model(["name", "order_id"])
        self.env["field.service.order"].flush_model(["site_id"])

    @api.model
    def _get_absences(self, resources, start, stop):
        """Return leaves of the resources and public holidays in a period.

        Only holidays have a name: why somebody is away is his own affair. A leave
        counts whatever calendar it was taken in: the person is away all the same.

        :return: {resource id: [Busy, ...]} by start; the record is the leave
        :rtype: dict[int, list[Busy]]
        """
        # Colleagues' leaves are hidden from users: only "away" is told of them.
        leaves = self.env["resource.calendar.leaves"].sudo()
        found = leaves.search(
            Domain("time_type", "=", "leave")
            & Domain("resource_id", "in", [False, *resources.ids])
            & Domain("date_from", "<", stop)
            & Domain("date_to", ">", start),
            order="date_from, id",
        )
        # Which holidays are somebody's depends on his calendar, not on who asks.
        resources = resources.sudo()
        absences = defaultdict(list)
        for leave in found:
            for resource in leave.resource_id or resources.filtered(
                lambda resource, leave=leave: self._is_closed_for(leave, resource)
            ):
                name = "" if leave.resource_id else leave.name or ""
                absences[resource.id].append(
                    Busy(leave.date_from, leave.date_to, leave.id, name)
                )
        return absences

    @api.model
    def _is_closed_for(self, holiday, resource):
        """Tell whether a public holiday is one for the resource."""
        companies = (resource.company_id, self.env["res.company"])
        calendar = resource.calendar_id or resource.company_id.resource_calendar_id
        return holiday.company_id in companies and holiday.calendar_id in (
            calendar,
            self.env["resource.calendar"],
        )

    @api.model
    def _get_uncontracted(self, resources, start, stop):
        """Return when the resources have no contract, though they have had one.

        Who never had one is expected to work as his calendar says.

        :rtype: dict[int, list[tuple[datetime, datetime]]]
        """
        # Only that there is no contract is told, and nothing of what is in one.
        resources = resources.sudo()
        contracted = resources - resources._get_resource_without_contract()
        if not contracted:
            return {}
        begin, end = start.replace(tzinfo=UTC), stop.replace(tzinfo=UTC)
        periods = contracted._get_contracts_valid_periods(begin, end)
        gaps = {}
        for resource in contracted:
            covered = [
                (first, last)
                for intervals in periods[resource.id].values()
                for first, last, __ in intervals
            ]
            gaps[resource.id] = [
                (_to_utc(first), _to_utc(last))
                for first, last in invert_intervals(covered, begin, end)
            ]
        return gaps

    @api.model
    def _get_meetings(self, resources, start, stop):
        """Return the busy meetings in the calendars of the resources' users.

        Nobody is told the name of a private meeting of somebody else.

        :return: {resource id: [Busy, ...]} by start; the record is the calendar event
        :rtype: dict[int, list[Busy]]
        """
        owners = defaultdict(list)
        # Whose user somebody is, is no secret of planning.
        for resource in resources.sudo():
            if resource.user_id:
                owners[resource.user_id.partner_id.id].append(resource)
        if not owners:
            return {}
        # Whoever plans must see that somebody is busy, whatever his calendar's rights.
        events = self.env["calendar.event"].sudo()
        day = timedelta(days=1)
        events = events.search(
            self._get_meeting_domain()
            & Domain("partner_ids", "in", list(owners))
            # An all-day event is stored in UTC, but lasts the owner's own day.
            & Domain("start", "<", stop + day)
            & Domain("stop", ">", start - day),
            order="start, id",
        )
        busy = defaultdict(list)
        for event in events:
            for partner in event.partner_ids:
                for resource in owners.get(partner.id, ()):
                    begin, end = self._get_meeting_period(event, resource.tz)
                    if begin < stop and end > start:
                        busy[resource.id].append(
                            Busy(begin, end, event.id, self._get_meeting_name(event))
                        )
        return busy

    @api.model
    def _get_meeting_domain(self):
        """Return which calendar events keep somebody from work."""
        # A leave's own event says nothing that the working time does not say, and a
        # visit's nothing that its booking does not say.
        return (
            Domain("show_as", "=", "busy")
            & Domain("active", "=", True)
            & Domain("res_model", "!=", "hr.leave")
            & Domain("service_visit_ids", "=", False)
        )

    @api.model
    def _get_meeting_period(self, event, tz):
        if not event.allday:
            return event.start, event.stop
        zone = pytz.timezone(tz or "UTC")
        first = zone.localize(datetime.combine(event.start_date, time.min))
        last = zone.localize(
            datetime.combine(event.stop_date + timedelta(days=1), time.min)
        )
        return _to_utc(first), _to_utc(last)

    @api.model
    def _get_meeting_name(self, event):
        mine = self.env.user.partner_id in event.partner_ids
        if event.effective_privacy == "private" and not mine:
            return self.env._("Busy")
        return event.name or self.env._("Busy")


def _to_utc(moment):
    # The same as astimezone(UTC), in half the time: it runs for each working period.
    return moment.replace(tzinfo=None) - moment.utcoffset()
