from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _is_service_perpetual(self):
        """Tell whether using the product credits its stock valuation account.

        Only storable products of a company (``with_company``) with perpetual valuation
        stand in that account: everything else was an expense when it was bought.
        """
        self.ensure_one()
        return self.is_storable and self.valuation == "real_time"

    def _get_missing_valuation_message(self):
        return self.env._(
            "%(product)s is valued perpetually, but company %(company)s has no stock "
            "valuation account for it. Set it on the product category.",
            product=self.display_name,
            company=self.env.company.name,
        )
