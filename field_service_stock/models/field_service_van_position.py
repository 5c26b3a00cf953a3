from collections import defaultdict
from datetime import timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.field_service.models.field_service_visit_gate import BUSY_STATES

from .field_service_part_van import DEAD_VISITS


class FieldServiceVanPosition(models.AbstractModel):
    """Where vans probably are, and how far that is from who asks.

    Nobody is tracked: a van is at the visit of its technician that is nearest in time,
    among those of today. Kilometres are shown, places are not.
    """

    _name = "field.service.van.position"
    _description = "Position of Vans"

    @api.model
    def _get_distance_query(self):
        """Return a table: van, kilometres, whether it is the user's, and its team's."""
        # Distances are for all colleagues, the visits they follow from are not.
        vans = self.env["stock.location"].sudo()
        vans = vans.search(
            [
                ("service_van", "=", True),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        own = self._get_own_vans()
        near = vans.service_technician_ids & self._get_colleagues()
        distances = self._get_distances(vans, own)
        rows = [
            SQL(
                "(%s::int4, %s::float8, %s::boolean, %s::boolean)",
                van.id,
                distances.get(van),
                van in own,
                bool(van.service_technician_ids & near),
            )
            for van in vans
        ]
        return SQL(
            "SELECT * FROM (VALUES %s) AS near(van_id, km, is_own, is_team)",
            SQL(", ").join(
                rows or [SQL("(NULL::int4, NULL::float8, FALSE, FALSE)")],
            ),
        )

    @api.model
    def _get_own_vans(self):
        """Return the vans of the user himself, in any of his companies."""
        # His own record as an employee is private to HR even for himself.
        return self.env.user.sudo().employee_ids.service_location_id

    @api.model
    def _get_order_asked_for(self):
        """Return the order for which a part is looked for, if the user may see it."""
        order_id = self.env.context.get("service_van_order_id")
        orders = self.env["field.service.order"]
        return orders.search([("id", "=", order_id)]) if order_id else orders

    @api.model
    def _get_colleagues(self):
        """Return who is in the team of the order, else in the user's own teams."""
        teams = self._get_order_asked_for().team_id
        if not teams:
            # As in _get_own_vans.
            employees = self.env.user.sudo().employee_ids
            teams = self.env["field.service.team"].search(
                [("member_ids", "in", employees.ids)]
            )
        # Whoever shares a team may know who is in it.
        return teams.sudo().member_ids

    @api.model
    def _get_distances(self, vans, own):
        """Return {van: kilometres} where both places are known."""
        points = self._get_points(vans)
        here = self._get_here(own, points)
        if not here:
            return {}
        travel = self.env["field.service.travel"]
        return {
            van: travel._get_estimate(van.company_id).km(here, point)
            for van, point in points.items()
        }

    @api.model
    def _get_here(self, own, points):
        """Return where the part is needed: at the order's site, else where the user is.

        A technician with two vans is in the one that is on its way today.
        """
        site = self._get_order_asked_for().site_id
        travel = self.env["field.service.travel"]
        point = travel._get_coordinates(site).get(site.id)
        return point or next((points[van] for van in own if van in points), None)

    @api.model
    def _get_points(self, vans):
        """Return {van: where it probably is} by the visits of today."""
        visits = self._get_visits_of_today(vans)
        sites = {visit: visit.site_id or visit.partner_id for visit in visits}
        located = self.env["field.service.travel"]._get_coordinates(
            self.env["res.partner"].union(*sites.values())
        )
        now = fields.Datetime.now()
        candidates = defaultdict(list)
        for visit, site in sites.items():
            if site.id not in located:
                continue
            for van in self._get_vans_of(visit) & vans:
                away = max(visit.start - now, now - (visit.stop or visit.start))
                key = (visit.state not in BUSY_STATES, max(away, timedelta()), visit.id)
                candidates[van].append((key, located[site.id]))
        return {van: min(found)[1] for van, found in candidates.items()}

    @api.model
    def _get_visits_of_today(self, vans):
        """Return the visits of today, in the time zone of each technician."""
        now = fields.Datetime.now()
        # See _get_distance_query.
        visits = self.env["field.service.visit"].sudo()
        found = visits.search(
            [
                ("company_id", "in", vans.company_id.ids),
                ("state", "not in", DEAD_VISITS),
                # Wherever a technician lives, his day is one of these.
                ("start", ">", now - timedelta(hours=40)),
                ("start", "<", now + timedelta(hours=40)),
            ]
        )
        return found.filtered(lambda visit: self._is_today(visit, now))

    @api.model
    def _get_vans_of(self, visit):
        """Return the vans that are driven to a visit."""
        people = visit.technician_id | visit.crew_ids
        return visit.resource_ids.service_location_id | people.service_location_id

    @api.model
    def _is_today(self, visit, now):
        """Tell whether the visit is on its technician's present day."""
        zone = timezone(visit.technician_id.tz or self.env.user.tz or "UTC")

        def get_day(moment):
            return utc.localize(moment).astimezone(zone).date()

        return bool(visit.start) and get_day(visit.start) == get_day(now)
