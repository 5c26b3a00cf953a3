import pytz

from odoo import api, models

from .field_service_visit_gate import OPEN_STATES


class FieldServiceVisitTrip(models.AbstractModel):
    """What a change of visits means for the trips of their technicians."""

    _name = "field.service.visit.trip"
    _description = "Trips of Visits"

    @api.model
    def _get_open_states(self):
        """Return the states of visits that are still to come or going on."""
        return list(OPEN_STATES)

    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        visits._outdate_trips(visits._get_trip_days())
        return visits

    def write(self, vals):
        if not self._get_booking_fields() & vals.keys():
            return super().write(vals)
        before = self._get_trip_days()
        result = super().write(vals)
        self._outdate_trips(before | self._get_trip_days())
        return result

    def unlink(self):
        days = self._get_trip_days()
        result = super().unlink()
        self._outdate_trips(days)
        return result

    def _get_trip_days(self):
        """Return {(technician id, local day)} that the visits belong to."""
        days = set()
        for visit in self.filtered("start"):
            # Colleagues' time zones are not readable for every technician.
            for person in (visit.technician_id | visit.crew_ids).sudo():
                days.add((person.id, visit._get_local_day(person)))
        return days

    def _get_local_day(self, technician):
        """Return the day on which the visit begins where the technician is."""
        # Colleagues' time zones are not readable for every technician.
        zone = pytz.timezone(technician.sudo().tz or "UTC")
        return pytz.utc.localize(self.start).astimezone(zone).date()

    @api.model
    def _outdate_trips(self, days):
        """Say of the trips of some days that they are out of date."""
        if not days:
            return
        # Whoever changes a visit changes the trip, whether or not he may see it.
        trips = self.env["field.service.trip"].sudo()
        trips = trips.search(
            [
                ("technician_id", "in", [person for person, __ in days]),
                ("date", "in", [day for __, day in days]),
                ("is_stale", "=", False),
            ]
        )
        trips.filtered(
            lambda trip: (trip.technician_id.id, trip.date) in days
        ).is_stale = True
