from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models

from ..tools.periods import unite
from ..tools.recurrence import to_utc


class FieldServiceOrderSlots(models.AbstractModel):
    """Finding a time for a work order, for the dispatcher and for the customer."""

    _name = "field.service.order.slots"
    _description = "Slots of Work Orders"

    def _find_slots(
        self, date_from, date_to, technicians=None, limit=5, step=15, **options
    ):
        """Return the best slots to do the work in a period, best first.

        :param datetime date_from: naive UTC, like ``date_to``
        :param technicians: only these (hr.employee); default: all who do field work
        :param int step: minutes between possible starts
        :param options: ``visit`` to be moved, ``windows`` for its start, ``team``
        :rtype: list[Slot]
        """
        return self._search_slots(
            date_from, date_to, technicians, limit=limit, step=step, **options
        ).slots

    def _search_slots(self, date_from, date_to, technicians=None, **options):
        """Return the best slots together with whom the rules kept out.

        :rtype: SlotResult
        """
        self.ensure_one()
        return self.env["field.service.slot.finder"]._search_slots(
            self, date_from, date_to, technicians, **options
        )

    def _find_slot_at(self, start, technician, crew=None, visit=None, step=15):
        """Return the slot of one technician at one moment, if it is (still) free."""
        self.ensure_one()
        slots = self._find_slots(
            start,
            start + timedelta(days=2),
            technician | (crew or technician),
            limit=2,
            step=step,
            visit=visit,
            windows=[(start, start)],
            team=self.team_id.browse(),
        )
        return next((slot for slot in slots if slot.technician == technician), None)

    def _book_slot(self, slot, visit=None):
        """Plan a visit in a slot: move ``visit``, or make one.

        :raises ValidationError: when somebody has been booked in between
        """
        self.ensure_one()
        values = self._prepare_slot_values(slot)
        if visit:
            visit.write(values)
            return visit
        return self.env["field.service.visit"].create({"order_id": self.id, **values})

    def _prepare_slot_values(self, slot):
        """Return the values of a visit in a slot."""
        return {
            "technician_id": slot.technician.id,
            "crew_ids": [fields.Command.set(slot.crew.ids)],
            "start": slot.start,
            "stop": slot.stop,
            "travel_before_minutes": slot.travel_before,
            "travel_after_minutes": slot.travel_after,
        }

    # ------------------------------------------------------------ for the customer
    def _get_offered_windows(self, date_from, date_to, visit=None):
        """Return arrival windows that can be offered to the customer.

        They are as long as the company says, on whole hours of the site's clock; in
        each at least one technician, with his crew, can begin. What was promised or
        requested before does not matter: the customer chooses anew.

        :rtype: list[tuple[datetime, datetime]]
        """
        self.ensure_one()
        starts = self.env["field.service.slot.finder"]._get_possible_starts(
            self, date_from, date_to, visit=visit
        )
        ranges, position, offered = unite(starts), 0, []
        for start, stop in self._get_window_grid(date_from, date_to):
            while position < len(ranges) and ranges[position][1] < start:
                position += 1
            if position < len(ranges) and ranges[position][0] < stop:
                offered.append((start, stop))
        return offered

    def _get_window_grid(self, date_from, date_to):
        """Return all windows of a period, whole days in the site's time zone."""
        zone = pytz.timezone(self._get_site_tz())
        # The length is a setting, not data of the user who plans.
        hours = self.company_id.sudo().service_window_hours
        first = pytz.utc.localize(date_from).astimezone(zone).date()
        last = pytz.utc.localize(date_to).astimezone(zone).date()
        windows = []
        for number in range((last - first).days + 1):
            midnight = datetime.combine(first + timedelta(days=number), time.min)
            for position in range(int(24 // hours)):
                start = midnight + timedelta(hours=position * hours)
                stop = start + timedelta(hours=hours)
                start, stop = to_utc(start, zone.zone), to_utc(stop, zone.zone)
                # The hour that a change of the clock leaves out is no window.
                if start < stop and date_from <= start and stop <= date_to:
                    windows.append((start, stop))
        return windows

    def _get_site_tz(self):
        """Return the name of the time zone in which the customer reads the clock."""
        self.ensure_one()
        # Needed to write times, whoever asks. Nobody's own clock counts: every page
        # and every document must say the same.
        order = self.sudo()
        return (
            order.site_id.tz
            or order.partner_id.tz
            or order.company_id.partner_id.tz
            or order.company_id.resource_calendar_id.tz
            or "UTC"
        )

    def action_find_slot(self):
        """Open the slot search for the order's next visit."""
        self.ensure_one()
        visit = self._get_open_visits().filtered(lambda visit: visit._can_move())[:1]
        return self.env["field.service.slot.wizard"]._open(self, visit)
