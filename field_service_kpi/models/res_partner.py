from odoo import models


class ResPartner(models.Model):
    """What is done for a customer, or at a site, on one screen."""

    _name = "res.partner"
    _inherit = ["res.partner", "field.service.scorecard.mixin"]

    def _get_scorecard_level(self):
        """Who pays is a customer; an address where others pay is a site."""
        self.ensure_one()
        orders = self.env["field.service.order"]
        if orders.search_count([("partner_id", "=", self.id)], limit=1):
            return "customer"
        is_site = orders.search_count([("site_id", "=", self.id)], limit=1)
        return "site" if is_site else "customer"
