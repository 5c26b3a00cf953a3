from odoo import models

from .stock_move_valuation import VALUING


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "field.service.product.valuation"]

    def _with_valuation_context(self):
        """Let core value the stock of one company, whoever has made it do so.

        It does that with the rights of the user, who may only be a technician.
        """
        product = super()._with_valuation_context()
        if self.env.context.get("service_valuing") is not VALUING:
            return product
        # See above.
        locations = self.env["stock.location"].sudo()
        own = locations.search(
            [
                ("is_valued_internal", "=", True),
                ("company_id", "=", self.env.company.id),
            ]
        )
        return product.sudo().with_context(location=own.ids)

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
