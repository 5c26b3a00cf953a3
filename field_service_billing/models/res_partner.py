from odoo import fields, models

from .field_service_job_type import PRICE_GROUPS


class ResPartner(models.Model):
    _inherit = "res.partner"

    service_pricing_id = fields.Many2one(
        comodel_name="field.service.pricing",
        string="Pricing Terms",
        company_dependent=True,
        check_company=True,
        groups=PRICE_GROUPS,
        help="Of this customer's work orders, unless their agreement has others. "
        "Contacts and sites have those of their company.",
    )
    service_distance_km = fields.Float(
        string="Distance for Travel Zones (km)",
        digits=(8, 1),
        groups=PRICE_GROUPS,
        help="Of the site. Empty: estimated from the company's address.",
    )

    service_billing_policy_id = fields.Many2one(
        comodel_name="field.service.billing.policy",
        string="Billing of Work Orders",
        company_dependent=True,
        check_company=True,
        groups=PRICE_GROUPS,
        help="When and on how many invoices the work is billed. Empty: as the company "
        "does.",
    )

    def _commercial_fields(self):
        return [*super()._commercial_fields(), "service_pricing_id"]

    def write(self, vals):
        """A distance that was missing prices the way of what is not billed yet."""
        result = super().write(vals)
        if "service_distance_km" in vals:
            # Whoever knows the site need not have any right on its orders.
            orders = self.env["field.service.order"].sudo()
            orders.search(
                [
                    "|",
                    ("site_id", "in", self.ids),
                    ("partner_id", "in", self.ids),
                    ("pricing_id.travel_method", "=", "zone"),
                    ("charge_ids.state", "=", "open"),
                ]
            )._process_charges()
        return result
