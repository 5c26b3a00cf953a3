from odoo import models


class FieldServiceChargeNet(models.AbstractModel):
    """What an invoice of a charge would put on income, and on which account."""

    _name = "field.service.charge.net"
    _description = "Revenue of Charges"

    def _get_fiscal_position(self):
        """Return the fiscal position an invoice of the charge would have."""
        sale = self.sale_line_id.order_id
        if sale:
            return sale.fiscal_position_id
        order = self.order_id
        positions = self.env["account.fiscal.position"].with_company(self.company_id)
        return positions._get_fiscal_position(
            order.partner_id, delivery=order.site_id or order.partner_id
        )

    def _get_income_account(self):
        """Return the income account that an invoice of the charge would credit."""
        self.ensure_one()
        product = self.product_id.with_company(self.company_id)
        accounts = product.product_tmpl_id.get_product_accounts(
            fiscal_pos=self._get_fiscal_position()
        )
        return accounts["income"] or self._get_sale_journal().default_account_id

    def _get_sale_journal(self):
        """Return the journal of the company's customer invoices."""
        return self.env["account.journal"].search(
            [("company_id", "=", self.company_id.id), ("type", "=", "sale")], limit=1
        )

    def _get_net_amount(self, quantity):
        """Return the value of a quantity before tax, taxes in the price taken off."""
        self.ensure_one()
        product = self.product_id.with_company(self.company_id)
        own = product.taxes_id._filter_taxes_by_company(self.company_id)
        position = self._get_fiscal_position()
        price = product._get_tax_included_unit_price_from_price(
            self.price_unit, product_taxes=own, fiscal_position=position
        )
        taxes = position.map_tax(own)
        return taxes.compute_all(
            price * (1.0 - self.discount / 100.0),
            currency=self.currency_id,
            quantity=quantity,
            product=product,
            partner=self.order_id.partner_id,
        )["total_excluded"]
