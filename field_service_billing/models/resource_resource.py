from odoo import fields, models


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    service_currency_id = fields.Many2one(
        comodel_name="res.currency", compute="_compute_service_currency_id"
    )
    service_km_rate = fields.Monetary(
        string="Cost per km",
        currency_field="service_currency_id",
        groups="field_service.group_cost",
        help="What a km with this vehicle costs, in the currency of the company that "
        "drives. Zero: the company's rate.",
    )

    _service_km_rate_positive = models.Constraint(
        "CHECK(service_km_rate >= 0)", "The cost of a km cannot be negative."
    )

    def _compute_service_currency_id(self):
        for resource in self:
            company = resource.company_id or self.env.company
            resource.service_currency_id = company.currency_id
