import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.travel import is_point
from .field_service_visit_gate import TOLD_STATES

ADDRESS_FIELDS = ("street", "street2", "zip", "city", "state_id", "country_id")
LOCATION_FIELDS = {"service_latitude", "service_longitude"}
LOCATE_BATCH = 20

_logger = logging.getLogger(__name__)


class ResPartner(models.Model):
    """Customers and sites, and where a site is.

    The geolocation of base_geolocalize is set to 0 whenever an address is edited; the
    site keeps the last good coordinates, marked as stale, until there are better ones.
    """

    _name = "res.partner"
    _inherit = ["res.partner", "field.service.site"]

    service_latitude = fields.Float(
        string="Site Latitude",
        digits=(10, 7),
        compute="_compute_service_location",
        store=True,
        readonly=False,
        copy=False,
    )
    service_longitude = fields.Float(
        string="Site Longitude",
        digits=(10, 7),
        compute="_compute_service_location",
        store=True,
        readonly=False,
        copy=False,
    )
    service_location_source = fields.Selection(
        selection=[("geocoded", "From the address"), ("manual", "Set by hand")],
        string="Location Source",
        compute="_compute_service_location",
        store=True,
        copy=False,
    )
    service_location_stale = fields.Boolean(
        string="Location Outdated",
        copy=False,
        help="The address has changed since; the last good location is still used.",
    )
    # When the address was last looked up without result, so that nobody asks daily.
    service_location_failed = fields.Date(
        string="Not Found on", readonly=True, copy=False
    )

    @api.depends("partner_latitude", "partner_longitude")
    def _compute_service_location(self):
        for partner in self:
            if is_point(partner.partner_latitude, partner.partner_longitude):
                partner.service_latitude = partner.partner_latitude
                partner.service_longitude = partner.partner_longitude
                partner.service_location_source = "geocoded"
                partner.service_location_stale = False
            else:
                partner.service_latitude = partner.service_latitude
                partner.service_longitude = partner.service_longitude
                partner.service_location_source = partner.service_location_source

    @api.constrains("service_latitude", "service_longitude")
    def _check_service_location(self):
        for partner in self:
            latitude, longitude = partner.service_latitude, partner.service_longitude
            if abs(latitude) > 90 or abs(longitude) > 180:
                raise ValidationError(
                    self.env._(
                        "%(latitude)s, %(longitude)s is no place on earth: latitude "
                        "lies between -90 and 90, longitude between -180 and 180.",
                        latitude=latitude,
                        longitude=longitude,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._complete_location(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._complete_location(vals)
        moved = self.browse()
        if not LOCATION_FIELDS & vals.keys():
            moved = self.filtered(lambda partner: partner._is_moved_by(vals))
        expected = moved._get_expected_visits()
        told = expected._get_told()
        result = super().write(vals)
        expected._follow_changes(told)
        if moved:
            # Whoever may edit the address makes the location stale by it.
            moved = moved.sudo()
            moved.service_location_failed = False
            moved.filtered(
                lambda partner: not is_point(
                    partner.partner_latitude, partner.partner_longitude
                )
                and is_point(partner.service_latitude, partner.service_longitude)
            ).service_location_stale = True
        return result

    @api.model
    def _complete_location(self, vals):
        """Return values in which coordinates set by hand say so."""
        if not LOCATION_FIELDS & vals.keys():
            return vals
        return {
            "service_location_source": "manual",
            "service_location_stale": False,
            **vals,
        }

    def _get_service_family(self):
        """Return the partner and those above it, nearest first."""
        family = self
        while family[-1:].parent_id and family[-1:].parent_id not in family:
            family += family[-1:].parent_id
        return family

    def _get_expected_visits(self):
        """Return the visits whose technicians have been told to go there."""
        # Whoever mends an address need not know who is about to drive there.
        visits = self.env["field.service.visit"].sudo()
        if not self:
            return visits
        return visits.search(
            [("order_id.site_id", "in", self.ids), ("state", "in", TOLD_STATES)]
        )

    def _is_moved_by(self, vals):
        """Tell whether ``vals`` change the address."""
        names = [name for name in ADDRESS_FIELDS if name in vals]
        return any(
            self._fields[name].convert_to_cache(vals[name], self)
            != self._fields[name].convert_to_cache(self[name], self)
            for name in names
        )

    def _is_located(self):
        """Tell whether planners know where the partner is."""
        self.ensure_one()
        return bool(self.env["field.service.travel"]._get_coordinates(self))

    def action_service_locate(self):
        """Look the sites up from their addresses.

        :raises UserError: naming the sites that were not found
        """
        self.check_access("read")
        if self.env.user.has_group("field_service.group_dispatcher"):
            # Whoever plans may say where a site is, though not what its address is.
            self = self.sudo()
        missing = self.browse().union(
            *(partner for partner in self if not partner._locate_service_site())
        )
        if missing:
            raise UserError(
                self.env._(
                    "Nothing was found at the address of %(sites)s. Correct the "
                    "address, or enter latitude and longitude by hand.",
                    sites=", ".join(missing.mapped("display_name")),
                )
            )
        return True

    def _locate_service_site(self):
        """Look one site up and keep what was found. Returns whether it was."""
        self.ensure_one()
        if not any(self[name] for name in ("street", "zip", "city")):
            return False
        self.geo_localize()
        if not is_point(self.partner_latitude, self.partner_longitude):
            self.service_location_failed = fields.Date.today()
            return False
        self.write(
            {
                "service_latitude": self.partner_latitude,
                "service_longitude": self.partner_longitude,
                "service_location_source": "geocoded",
                "service_location_failed": False,
            }
        )
        return True

    # ---------------------------------------------------------------------- cron
    @api.model
    def _cron_locate_service_sites(self, limit=LOCATE_BATCH):
        """Locate sites of work orders, a few at a time; one that fails stops nobody.

        Off by default: addresses are sent to the geolocation service of the settings.
        """
        sites = self.search(self._get_locate_domain(), limit=limit, order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(sites))
        for site in sites:
            site._attempt_to_locate()
            if not cron._commit_progress(1):
                break

    @api.model
    def _get_locate_domain(self):
        """Return which sites are looked up: new and outdated ones, once each."""
        # Dispatchers' orders of all companies; the cron is nobody in particular.
        orders = self.env["field.service.order"].sudo()
        open_sites = orders._search(
            [("state", "not in", ("closed", "cancelled")), ("site_id", "!=", False)]
        ).subselect("site_id")
        return (
            Domain("id", "in", open_sites)
            & Domain("service_location_failed", "=", False)
            & (
                Domain("service_location_stale", "=", True)
                | (
                    Domain("service_latitude", "in", (0, False))
                    & Domain("service_longitude", "in", (0, False))
                )
            )
        )

    def _attempt_to_locate(self):
        """Locate one site; whatever goes wrong is logged and noted on the site."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                return self._locate_service_site()
        except Exception as error:
            _logger.warning("Site %s was not located: %s", self.id, error)
            self.service_location_failed = fields.Date.today()
            return False
