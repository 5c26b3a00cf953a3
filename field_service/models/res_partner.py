from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_service_family(self):
        """Return the partner and those above it, nearest first."""
        family = self
        while family[-1:].parent_id and family[-1:].parent_id not in family:
            family += family[-1:].parent_id
        return family
