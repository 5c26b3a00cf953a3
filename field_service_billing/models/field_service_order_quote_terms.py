from odoo import fields, models
from odoo.exceptions import UserError

from .field_service_charge_billing import TOTAL_KINDS


class FieldServiceOrderQuoteTerms(models.AbstractModel):
    """What the pricing terms add to a quotation, so that the bill says the same.

    Planned work is quoted as it would be charged: time of each visit rounded and at
    least the minimum, the way by the hour, km or zone, the call-out, and what brings
    the order to its minimum or its limit. After hours are not foreseen.
    """

    _name = "field.service.order.quote.terms"
    _description = "Pricing Terms in Quotations"

    def _get_quotation(self):
        sale_order = super()._get_quotation()
        if not sale_order.order_line.filtered(lambda line: self._is_quoted_total(line)):
            # As with the other lines: prices are not the seller's business.
            self.sudo().with_company(self.company_id)._add_quote_total(sale_order)
        return sale_order

    # ------------------------------------------------------------------------ time
    def _get_quoted_visits(self):
        """Return on how many visits the work is quoted: those planned, else one."""
        return len(self._get_open_visits()) or 1

    def _get_quoted_hours(self):
        """Return the person-hours that are quoted for what is planned."""
        self.ensure_one()
        hours, terms = self._get_planned_labour_hours(), self.pricing_id
        if not terms or hours <= 0:
            return hours
        visits, people = self._get_quoted_visits(), max(self.crew_size, 1)
        each = hours / visits / people
        stages = terms._get_time_stages("labour", each, people, 0.0)
        return stages["minimum_qty"] * visits

    def _get_quoted_travel_hours(self):
        """Return the hours on the way that are quoted, each way rounded."""
        terms = self.pricing_id
        ways = [
            minutes / 60.0
            for minutes in self._get_open_visits().mapped("travel_before_minutes")
        ]
        return sum(terms._round_hours(way) if terms else way for way in ways)

    def _prepare_quote_hours(self, sale_order, kind, hours):
        if kind == "labour":
            hours = self._get_quoted_hours()
            return super()._prepare_quote_hours(sale_order, kind, hours)
        method = self.pricing_id.travel_method or "hour"
        if method == "hour":
            hours = self._get_quoted_travel_hours()
            return super()._prepare_quote_hours(sale_order, kind, hours)
        if method == "none":
            return []
        return getattr(self, f"_prepare_quote_travel_{method}")(sale_order)

    # ---------------------------------------------------------------------- travel
    def _prepare_quote_travel_km(self, sale_order):
        """Offer the km to the site, for each visit; unknown they are not quoted."""
        site = self.site_id or self.partner_id
        distance = site.service_distance_km or self._estimate_distance(site)
        if not distance:
            return []
        quantity = distance * self._get_quoted_visits()
        product = self.pricing_id.travel_product_id
        return self._prepare_quote_line(sale_order, product, quantity, "travel")

    def _prepare_quote_travel_zone(self, sale_order):
        """Offer the way at the price of the site's zone, for each visit."""
        zone = self._get_travel_zone()
        if not zone:
            raise UserError(self._get_no_zone_message())
        price = self._convert_terms(zone.price, fields.Date.context_today(self))
        return self._prepare_quote_line(
            sale_order,
            self.pricing_id.travel_product_id,
            self._get_quoted_visits(),
            "travel",
            price_unit=self._get_quote_price(
                sale_order, self.pricing_id.travel_product_id, price
            ),
        )

    # ------------------------------------------------------------------------ fees
    def _prepare_quote_lines_time_material(self, sale_order):
        """Offer the call-out of the terms beside the work."""
        lines = super()._prepare_quote_lines_time_material(sale_order)
        terms = self.pricing_id
        if not lines or terms.callout in (False, "none"):
            return lines
        number = self._get_quoted_visits() if terms.callout == "visit" else 1
        product = terms.callout_product_id
        return lines + self._prepare_quote_line(sale_order, product, number, "callout")

    def _get_quote_price(self, sale_order, product, price):
        """Return a price without tax as the price of a line."""
        company = self.company_id
        return product._get_tax_included_unit_price_from_price(
            price,
            product_taxes=product.taxes_id._filter_taxes_by_company(company),
            fiscal_position=sale_order.fiscal_position_id,
        )

    # ---------------------------------------------------------------------- totals
    def _is_quoted_total(self, line):
        return line.service_basis in TOTAL_KINDS or line.service_basis == "finished"

    def _add_quote_total(self, sale_order):
        """Offer what brings the whole to the order's minimum, or to its limit."""
        lines = sale_order.order_line.filtered(
            lambda line: line.service_order_id == self
        )
        spent = sum(lines.mapped("price_subtotal"))
        terms, currency = self.pricing_id, sale_order.currency_id
        minimum, limit = 0.0, self.limit_amount
        if self.coverage == "chargeable":
            day = fields.Date.context_today(self)
            minimum = self._convert_terms(terms.minimum_amount, day)
            minimum = min(minimum, limit) if limit else minimum
        if spent <= 0 or sale_order.currency_id != self.billing_currency_id:
            return
        if currency.compare_amounts(minimum, spent) > 0:
            kind, price = "minimum", minimum - spent
        elif limit and currency.compare_amounts(spent, limit) > 0:
            kind, price = "limit", limit - spent
        else:
            return
        product = terms.adjustment_product_id
        price = self._get_quote_price(sale_order, product, currency.round(price))
        values = {"price_unit": price, "name": self._get_total_name(kind, product)}
        self.env["sale.order.line"].create(
            self._prepare_quote_line(sale_order, product, 1.0, kind, **values)
        )

    def _get_total_name(self, kind, product):
        """Return what the customer reads, in his language."""
        order = self.with_context(lang=self.partner_id.lang)
        names = {
            "minimum": order.env._("Minimum charge"),
            "limit": order.env._("Agreed limit"),
        }
        product = product.with_context(lang=self.partner_id.lang)
        return f"{product.get_product_multiline_description_sale()}\n{names[kind]}"

    def _attach_totals_to_sales(self):
        """Let the line with which a minimum or a limit was quoted carry it.

        What is lacking to the minimum is known when the work is finished: from then on
        the line is the charge's, so that neither more nor less than the terms say is
        billed.
        """
        for order in self:
            for line in order._get_sold_lines():
                if line.service_basis not in TOTAL_KINDS or line.order_id.locked:
                    continue
                charge = order.charge_ids.filtered(
                    lambda charge, line=line: charge.kind == line.service_basis
                    and not charge.sale_line_id
                )[:1]
                if charge and not line.service_charge_ids:
                    line.is_service_charge = True
                    charge.sale_line_id = line
                    charge._sync_sale_lines()
