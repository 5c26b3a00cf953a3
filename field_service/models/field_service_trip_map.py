from odoo import api, fields, models
from odoo.tools.misc import format_time

# Unplanned orders beyond this number would only hide one another on the map.
MAX_ORDERS = 200


class FieldServiceTripMap(models.AbstractModel):
    """What maps show: places and plain texts, nothing the reader may not read."""

    _name = "field.service.trip.map"
    _description = "Map of Trips"

    def get_map_data(self):
        """Return the stops of the trip in sequence, where the day begins, the tiles.

        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        visits = self._get_visits()
        coordinates = self.env["field.service.travel"]._get_coordinates(visits.site_id)
        legs = {leg.visit_id: leg for leg in self.leg_ids}
        stops = [
            {
                **self._prepare_map_visit(visit, self._get_zone().zone),
                **self._prepare_map_point(coordinates.get(visit.site_id.id)),
                "number": number,
                "minutes": legs[visit].minutes if visit in legs else 0,
                "km": round(legs[visit].km, 1) if visit in legs else 0,
            }
            for number, visit in enumerate(visits, start=1)
        ]
        return {
            "stops": stops,
            "base": self._prepare_map_base(),
            "tiles": self._get_tiles(self.company_id),
            "stale": self.is_stale,
        }

    @api.model
    def get_day_map(self, date):
        """Return all visits of a day and the released orders without one.

        The day is the user's own, that is what dispatchers look at.

        :param str date: ISO date
        :rtype: dict
        """
        day = self.env["field.service.my.day"]._parse_day(date)
        visits = self._get_day_visits(day)
        orders = self._get_unplanned_orders()
        travel = self.env["field.service.travel"]
        coordinates = travel._get_coordinates(visits.site_id | orders.site_id)
        zone = self.env.tz.zone
        people, counters = {}, {}
        for person in visits.technician_id.sorted("name"):
            people[person.id] = {"id": person.id, "name": person.name}
        stops = []
        for visit in visits:
            person = visit.technician_id.id
            counters[person] = counters.get(person, 0) + 1
            stops.append(
                {
                    **self._prepare_map_visit(visit, zone),
                    **self._prepare_map_point(coordinates.get(visit.site_id.id)),
                    "number": counters[person],
                }
            )
        return {
            "technicians": list(people.values()),
            "stops": stops,
            "orders": [
                {
                    **self._prepare_map_order(order),
                    **self._prepare_map_point(coordinates.get(order.site_id.id)),
                }
                for order in orders
            ],
            "tiles": self._get_tiles(self.env.company),
        }

    @api.model
    def _get_day_visits(self, date):
        """Return the visits that begin on a day of the user's own time zone."""
        start, stop = (
            self.env["field.service.travel"]._get_midnight(day, self.env.tz)
            for day in (date, fields.Date.add(date, days=1))
        )
        visits = self.env["field.service.visit"]
        return visits.search(
            [
                ("start", ">=", start),
                ("start", "<", stop),
                ("state", "in", [*visits._get_open_states(), "completed"]),
            ],
            order="start, id",
        )

    @api.model
    def _get_unplanned_orders(self):
        """Return the released orders that wait for somebody to go."""
        return self.env["field.service.order"].search(
            [("state", "=", "released")], limit=MAX_ORDERS
        )

    @api.model
    def _prepare_map_visit(self, visit, zone):
        """Return what the card of a visit says."""
        # Whoever works on the visit may be told who the customer is.
        customer = visit.partner_id.sudo()
        return {
            "id": visit.id,
            "title": customer.display_name or visit.name,
            "subtitle": visit.name,
            "address": visit.site_id.sudo().contact_address_inline or "",
            "time": self._get_map_time(visit, zone),
            "state": visit._get_state_label(visit.state),
            "technician_id": visit.technician_id.id,
            "technician": visit.technician_id.name or "",
        }

    @api.model
    def _get_map_time(self, visit, zone):
        """Return when the visit takes place, naming a time zone not the reader's."""
        text = " – ".join(
            format_time(self.env, moment, tz=zone, time_format="short")
            for moment in (visit.start, visit.stop)
        )
        return text if zone == self.env.tz.zone else f"{text} ({zone})"

    @api.model
    def _prepare_map_order(self, order):
        """Return what the card of an order says that nobody has planned."""
        return {
            "id": order.id,
            "title": order.partner_id.display_name or order.name,
            "subtitle": order.name,
            "address": order.site_id.contact_address_inline or "",
            "job_type": order.job_type_id.name or "",
        }

    @api.model
    def _prepare_map_point(self, point):
        return {"latitude": point[0], "longitude": point[1]} if point else {}

    def _prepare_map_base(self):
        """Return where the day begins, unless it is somebody else's home."""
        # The kind of place is told to all; a home is shown to him and to HR alone.
        technician = self.technician_id.sudo()
        private = technician._get_service_home() and not (
            technician.user_id == self.env.user
            or self.env.user.has_group("hr.group_hr_user")
        )
        bases = self.env["field.service.travel"]._get_bases(technician)
        point = bases.get(technician.id)
        if private or not point:
            return False
        return {"name": self._get_start_place() or "", **self._prepare_map_point(point)}

    @api.model
    def _get_tiles(self, company):
        """Return where the background of maps comes from, if from anywhere."""
        # Settings of the company, not data of the user who looks at the map.
        company = company.sudo()
        return {
            "url": company.service_tile_url or "",
            "attribution": company.service_tile_attribution or "",
        }
