from odoo import fields, models
from odoo.exceptions import UserError

QUOTABLE_STATES = ("draft", "released", "scheduled", "on_hold")
# A part that is needed less often than this is not quoted.
LIKELY = 0.5


class FieldServiceOrderQuote(models.AbstractModel):
    """A quotation of work that is planned: hours, parts and fees, priced.

    A pricing method has a method ``_prepare_quote_lines_<method>``; one without is
    quoted as one price for the whole.
    """

    _name = "field.service.order.quote"
    _description = "Quotation of Work Orders"

    def action_quote(self):
        """Open the quotation of this order; make it when there is none."""
        return self._get_quotation()._get_records_action()

    def _get_quotation(self):
        """Return what was offered and is not decided yet, or a new quotation."""
        self.ensure_one()
        self.check_access("read")
        self.env["sale.order"].check_access("create")
        # Prices are not the business of everybody who may sell.
        known = self.sudo().sale_order_ids
        offers = known.filtered(lambda so: so._is_service_offer())
        if offers:
            return offers[-1:].sudo(False)
        self._check_quotable()
        order = self.sudo().with_company(self.company_id)
        sale_order = (
            self.env["sale.order"]
            .with_company(self.company_id)
            .create(order._prepare_sale_order_values())
        )
        lines = order._prepare_quote_lines(sale_order)
        if not lines:
            raise UserError(
                self.env._(
                    "%(order)s: there is nothing to quote. Plan hours or parts that "
                    "the customer pays for, or agree on a price.",
                    order=self.name,
                )
            )
        sale_order.order_line.create(lines)
        return sale_order

    def _check_quotable(self):
        """Refuse, in words, what cannot be quoted."""
        sold = self._get_sold_lines()
        if sold:
            raise UserError(
                self.env._(
                    "%(order)s is sold already with %(sales)s: sell more there, or add "
                    "a line about it to another sales order.",
                    order=self.name,
                    sales=", ".join(sold.order_id.mapped("name")),
                )
            )
        if self.state not in QUOTABLE_STATES:
            raise UserError(
                self.env._(
                    "%(order)s: a quotation is made before the work begins.",
                    order=self.name,
                )
            )
        if not self.partner_id:
            raise UserError(
                self.env._("%(order)s: say first who pays.", order=self.name)
            )

    # ------------------------------------------------------------------------ lines
    def _prepare_quote_lines(self, sale_order):
        """Return the values of the lines of a quotation. Extend with super()."""
        method = f"_prepare_quote_lines_{self.pricing_method}"
        lines = getattr(self, method, self._prepare_quote_lines_whole)(sale_order)
        return lines + self._prepare_quote_fees(sale_order)

    def _prepare_quote_line(self, sale_order, product, quantity, basis, **values):
        """Return the values of one line, with the share the customer pays."""
        line = {
            "order_id": sale_order.id,
            "service_order_id": self.id,
            "service_basis": basis,
            "product_id": product.id,
            "product_uom_qty": quantity,
            **values,
        }
        kind = {"finished": "fixed"}.get(basis, basis)
        share = self._get_planned_share(kind, product)
        if share < 1.0:
            line["discount"] = (1.0 - share) * 100.0
        return [line] if share else []

    def _prepare_quote_lines_fixed(self, sale_order):
        """Offer the agreed price."""
        return self._prepare_quote_whole(sale_order, self.fixed_price)

    def _prepare_quote_lines_whole(self, sale_order):
        """Offer one price for all that is planned."""
        price = self.company_id.currency_id._convert(
            self._get_planned_revenue(),
            sale_order.currency_id,
            self.company_id,
            fields.Date.context_today(self),
        )
        return self._prepare_quote_whole(sale_order, price)

    def _prepare_quote_whole(self, sale_order, price):
        product = self._get_fixed_product()
        if not product:
            raise UserError(
                self.company_id._get_missing_setting_message("service_fixed_product_id")
            )
        values = {}
        if price:
            company = self.company_id
            values["price_unit"] = product._get_tax_included_unit_price_from_price(
                price,
                product_taxes=product.taxes_id._filter_taxes_by_company(company),
                fiscal_position=sale_order.fiscal_position_id,
            )
        return self._prepare_quote_line(sale_order, product, 1.0, "finished", **values)

    def _prepare_quote_lines_time_material(self, sale_order):
        """Offer the planned hours, the way and the parts at the customer's prices."""
        return (
            self._prepare_quote_hours(
                sale_order, "labour", self._get_planned_labour_hours()
            )
            + self._prepare_quote_hours(
                sale_order, "travel", self._get_planned_travel_hours()
            )
            + [
                values
                for part, __ in self._get_planned_parts()
                if part.probability >= LIKELY and part.quantity
                for values in self._prepare_quote_line(
                    sale_order,
                    part.product_id,
                    part.quantity,
                    "part",
                    product_uom_id=part.uom_id.id,
                )
            ]
        )

    def _prepare_quote_hours(self, sale_order, kind, hours):
        product = self.company_id[f"service_{kind}_product_id"]
        if not product and kind == "labour":
            raise UserError(
                self.company_id._get_missing_setting_message(
                    "service_labour_product_id"
                )
            )
        if not product or hours <= 0:
            return []
        quantity = self._convert_hours(hours, product.uom_id)
        return self._prepare_quote_line(sale_order, product, quantity, kind)

    def _get_planned_travel_hours(self):
        """Return the hours on the way to the visits that are planned."""
        minutes = self._get_open_visits().mapped("travel_before_minutes")
        return sum(minutes) / 60.0

    def _prepare_quote_fees(self, sale_order):
        """Offer the fees that were entered; they are not charged once more."""
        return [
            values
            for charge in self.charge_ids
            if charge.kind in ("fee", "manual")
            and charge.state == "open"
            and charge.product_id
            for values in self._prepare_quote_line(
                sale_order,
                charge.product_id,
                charge.quantity,
                "fee",
                product_uom_id=charge.product_uom_id.id,
                price_unit=charge._get_sale_price(sale_order),
                name=charge.name,
            )
        ]
