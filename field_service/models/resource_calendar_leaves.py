from odoo import api, fields, models
from odoo.fields import Domain

from .field_service_visit_gate import OPEN_STATES


class ResourceCalendarLeaves(models.Model):
    """A leave lies on visits that were planned before, a holiday moves deadlines too.

    Dispatchers are told of the visits, and deadlines follow the clock that is stopped.
    """

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._get_service_orders()._outdate_sla()
        leaves._get_service_visits()._tell_absences()
        return leaves

    def write(self, vals):
        orders, visits = self._get_service_orders(), self._get_service_visits()
        result = super().write(vals)
        (orders | self._get_service_orders())._outdate_sla()
        (visits | self._get_service_visits())._tell_absences()
        return result

    def unlink(self):
        orders, visits = self._get_service_orders(), self._get_service_visits()
        result = super().unlink()
        orders._outdate_sla()
        visits._tell_absences()
        return result

    def _get_service_visits(self):
        """Return the visits to come that somebody's leave or a holiday may lie on."""
        # Whoever approves a leave need not see visits.
        bookings = self.env["field.service.booking"].sudo()
        domains = [
            leave._get_booking_domain()
            for leave in self
            if leave.time_type == "leave" and leave.date_from and leave.date_to
        ]
        if not domains:
            return bookings.visit_id
        return bookings.search(
            Domain.OR(domains)
            & Domain("stop", ">", fields.Datetime.now())
            & Domain("visit_id.state", "in", OPEN_STATES)
        ).visit_id

    def _get_booking_domain(self):
        """Return which bookings lie in the time of one leave."""
        period = Domain("start", "<", self.date_to) & Domain(
            "stop", ">", self.date_from
        )
        if self.resource_id:
            return period & Domain("resource_id", "=", self.resource_id.id)
        # A public holiday: of one company or of all, of one calendar or of all.
        if self.company_id:
            period &= Domain(
                "resource_id.company_id", "in", [self.company_id.id, False]
            )
        if self.calendar_id:
            period &= Domain("resource_id.calendar_id", "=", self.calendar_id.id)
        return period

    def _get_service_orders(self):
        """Return the open orders whose clock the public holidays among self stop."""
        # Whoever keeps the holidays need not see work orders.
        orders = self.env["field.service.order"].sudo()
        holidays = self.filtered(lambda leave: not leave.resource_id)
        if not holidays:
            return orders
        any_company = any(not leave.company_id for leave in holidays)
        any_calendar = any(not leave.calendar_id for leave in holidays)
        return orders.search(
            orders._get_sla_open_domain(
                None if any_company else holidays.company_id,
                None if any_calendar else holidays.calendar_id,
            )
        )
