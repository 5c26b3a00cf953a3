from odoo import fields, models

from .field_service_job_type import PRICE_GROUPS


class FieldServiceOrderExtra(models.AbstractModel):
    """Extra work on site: what it costs the customer, and where it is sold."""

    _name = "field.service.order.extra"
    _description = "Extra Work of Work Orders"

    extra_ids = fields.One2many(
        comodel_name="field.service.extra",
        inverse_name="order_id",
        string="Extra Work",
        groups=PRICE_GROUPS,
    )

    def _get_extra_price(self, product, quantity=1.0):
        """Return the price of a unit as a sales order has it, and the total with tax.

        :param product: what is sold on site
        :rtype: tuple[float, float]
        """
        self.ensure_one()
        company = self.company_id
        product = product.with_company(company)
        currency = self.billing_currency_id
        price = self.pricelist_id._get_product_price(
            product,
            quantity,
            currency=currency,
            uom=product.uom_id,
            date=fields.Date.context_today(self),
        )
        position = (
            self.env["account.fiscal.position"]
            .with_company(company)
            ._get_fiscal_position(self.partner_id, self.site_id)
        )
        taxes = product.taxes_id._filter_taxes_by_company(company)
        price = product._get_tax_included_unit_price_from_price(
            price, product_taxes=taxes, fiscal_position=position
        )
        totals = position.map_tax(taxes).compute_all(
            price,
            currency=currency,
            quantity=quantity,
            product=product,
            partner=self.site_id or self.partner_id,
        )
        return price, totals["total_included"]

    def _get_extra_basis(self, product):
        """Return what delivers extra work: parts their use, the rest its price.

        Hours are those that are worked, unless the work itself is not sold by hours:
        then the estimate the customer has signed is the price.
        """
        self.ensure_one()
        if product.type == "consu":
            return "part"
        hour = self._get_hour()
        by_hours = self.pricing_method == "time_material" and not any(
            line.service_basis == "finished" for line in self._get_sold_lines()
        )
        timed = product.uom_id._has_common_reference(hour)
        return "labour" if by_hours and timed else "fee"

    def _get_sale_for_extras(self):
        """Return the confirmed sales order that can take more, or a new one."""
        self.ensure_one()
        sales = self.sale_order_ids.filtered(
            lambda so: so.state == "sale"
            and not so.locked
            and so.partner_id == self.partner_id
            and so.currency_id == self.billing_currency_id
        )
        if sales:
            return sales[-1:].with_company(self.company_id)
        return (
            self.env["sale.order"]
            .with_company(self.company_id)
            .create(self._prepare_sale_order_values())
        )
