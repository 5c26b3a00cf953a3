from odoo import api, fields, models


class ProductValue(models.Model):
    """What somebody enters as a cost is what parts cost that have yet to come."""

    _inherit = "product.value"

    @api.model_create_multi
    def create(self, vals_list):
        values = super().create(vals_list)
        costs = values.filtered(lambda value: value.product_id and not value.move_id)
        for company, entered in costs.grouped("company_id").items():
            entered._settle_service_costs(company)
        return values

    def _settle_service_costs(self, company):
        """Post what the costs change for parts that were used before they came."""
        products = self.product_id._filter_service_used(company)
        if not products:
            return
        on_hand = products._get_service_on_hand(company)
        missing = {
            product_id for (product_id, _lot), there in on_hand.items() if there < 0.0
        }
        for product in products.filtered(lambda product: product.id in missing):
            changed = product._revalue_service_uses({}, {}, self)
            changed._post_service_values(fields.Date.context_today(self))
