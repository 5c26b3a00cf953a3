from odoo import models


class StockWarehouseOrderpoint(models.Model):
    _inherit = "stock.warehouse.orderpoint"

    def _get_default_route(self):
        """Show which route fills a van when nobody has chosen one."""
        route = super()._get_default_route()
        if not route and self.location_id.service_van:
            route = self._get_default_rule().route_id
        return route
