from odoo import fields, models


class FieldServicePricingZone(models.Model):
    """A flat price for the way to sites up to a distance."""

    _name = "field.service.pricing.zone"
    _description = "Travel Zone"
    _order = "pricing_id, sequence, id"
    _check_company_auto = True

    pricing_id = fields.Many2one(
        comodel_name="field.service.pricing",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="pricing_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    km_to = fields.Float(
        string="Up to (km)",
        digits=(8, 1),
        help="Distance of the site. 0: everything that is farther.",
    )
    price = fields.Monetary(
        string="Price per Visit", required=True, help="In the company's currency."
    )

    _not_negative = models.Constraint(
        "CHECK(km_to >= 0 AND price >= 0)",
        "The distance and the price of a zone cannot be less than nothing.",
    )
    _distance_uniq = models.Constraint(
        "UNIQUE(pricing_id, km_to)", "Two zones end at the same distance."
    )
