from datetime import UTC, datetime, time
from typing import NamedTuple

from odoo import api, models

from ..tools.osrm import RouteServerError, get_table, round_point
from ..tools.travel import Estimate, is_point, round_up


class Matrix(NamedTuple):
    """Travel from each point (row) to each point (column)."""

    minutes: list
    km: list
    notes: list


class FieldServiceTravel(models.AbstractModel):
    """Where things are and how long it takes to get there, asked by all who plan.

    Points are pairs (latitude, longitude). Without a provider of routes everything is
    estimated, and nothing leaves the server.
    """

    _name = "field.service.travel"
    _description = "Travel"

    # -------------------------------------------------------------------- places
    @api.model
    def _get_coordinates(self, partners):
        """Return where the partners are; whom nobody has located is absent.

        A contact without coordinates of its own is where its company is.

        :rtype: dict[int, tuple[float, float]]
        """
        # Whoever plans a visit may know where it takes place.
        partners = partners.sudo()
        # Thousands of sites: read what is needed of each, not the whole address.
        partners._origin.fetch(
            ["service_latitude", "service_longitude", "type", "parent_id"]
        )
        return {
            partner.id: point
            for partner in partners
            if (point := self._get_point(partner))
        }

    @api.model
    def _get_point(self, partner):
        seen = partner.browse()
        while partner and partner not in seen:
            if is_point(partner.service_latitude, partner.service_longitude):
                return (partner.service_latitude, partner.service_longitude)
            if partner.type != "contact":
                break
            seen |= partner
            partner = partner.parent_id
        return None

    @api.model
    def _get_bases(self, technicians):
        """Return where the technicians' days begin and end; unknown ones are absent.

        :rtype: dict[int, tuple[float, float]]
        """
        # Planners need the distance, not the address; who may see it is the view's.
        technicians = technicians.sudo()
        depots = technicians._get_service_depots()
        partners = self.env["res.partner"].union(*depots.values())
        coordinates = self._get_coordinates(partners)
        points = {}
        for person in technicians:
            point = person._get_service_home() or coordinates.get(depots[person.id].id)
            if point:
                points[person.id] = point
        return points

    @api.model
    def _get_midnight(self, day, zone):
        """Return when a day begins in a time zone, as naive UTC."""
        moment = zone.localize(datetime.combine(day, time.min))
        return moment.astimezone(UTC).replace(tzinfo=None)

    # -------------------------------------------------------------------- travel
    @api.model
    def _get_estimate(self, company):
        """Return the company's way to guess travel, as a value that needs no record.

        :rtype: Estimate
        """
        # Settings of the company, not data of the user who plans.
        company = company.sudo()
        return Estimate(
            detour=company.service_travel_detour,
            speed=company.service_travel_speed,
            parking=company.service_travel_parking,
            unknown=company.service_travel_unknown,
        )

    @api.model
    def _get_matrix(self, points, company):
        """Return (minutes, km) from each point to each: two lists of lists.

        Unlocated points (None) cost the assumed minutes and no kilometres.
        """
        matrix = self._compute_matrix(points, company)
        return matrix.minutes, matrix.km

    @api.model
    def _compute_matrix(self, points, company):
        """Return travel between all points with notes on where it is only guessed.

        :rtype: Matrix
        """
        estimate = self._get_estimate(company)
        minutes = [[estimate.minutes(a, b) for b in points] for a in points]
        km = [[estimate.km(a, b) for b in points] for a in points]
        for position in range(len(points)):
            # Staying where one is takes no time, even where nobody knows where it is.
            minutes[position][position] = 0
        matrix = Matrix(minutes, km, [])
        self._apply_routes(points, company, matrix)
        return matrix

    @api.model
    def _apply_routes(self, points, company, matrix):
        """Replace estimates in ``matrix`` by what a provider of routes knows.

        The hook for one: it changes the lists in place, leaves what it does not know
        and adds a sentence to ``matrix.notes`` when something went wrong.
        """
        # Only administrators see and set the address of the server.
        url = company.sudo().service_routing_url
        located = {
            position: round_point(point)
            for position, point in enumerate(points)
            if point is not None
        }
        if not url or len(located) < 2:
            return
        try:
            table = get_table(url, located.values())
        except RouteServerError as error:
            matrix.notes.append(
                self.env._(
                    "The route server did not answer (%(reason)s): travel is guessed.",
                    reason=str(error),
                )
            )
            return
        parking = self._get_estimate(company).parking
        lost = 0
        for row, a in located.items():
            for column, b in located.items():
                if a == b or not matrix.km[row][column]:
                    continue
                if table[a, b] is None:
                    lost += 1
                    continue
                seconds, metres = table[a, b]
                matrix.minutes[row][column] = round_up(seconds / 60, 1) + parking
                matrix.km[row][column] = metres / 1000
        if lost:
            matrix.notes.append(
                self.env._(
                    "The route server knows no way for %(count)s journeys: they are "
                    "estimated.",
                    count=lost,
                )
            )
