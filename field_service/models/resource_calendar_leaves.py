from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    """A public holiday moves the deadlines of the orders whose clock it stops."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._get_service_orders()._outdate_sla()
        return leaves

    def write(self, vals):
        orders = self._get_service_orders()
        result = super().write(vals)
        (orders | self._get_service_orders())._outdate_sla()
        return result

    def unlink(self):
        orders = self._get_service_orders()
        result = super().unlink()
        orders._outdate_sla()
        return result

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
