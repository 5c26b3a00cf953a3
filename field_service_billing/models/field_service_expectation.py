from odoo import fields, models

from odoo.addons.field_service.models.field_service_order_baseline import (
    PlannedCost,
    PlannedRevenue,
)


class FieldServiceExpectation(models.AbstractModel):
    """What the work of an order is expected to cost and to bring, at today's rates."""

    _name = "field.service.expectation"
    _description = "Expected Cost and Revenue of Work Orders"

    # ------------------------------------------------------------------------ cost
    def _get_planned_labour_lines(self):
        """Return the hours at what they will cost, where the ledger will carry them."""
        hours = self._get_planned_labour_hours()
        if not hours or not self.company_id.service_absorb_labour:
            return []
        amount = hours * self._get_planned_rate()
        return [PlannedCost("labour", amount, self.env._("Labour"), hours)]

    def _get_planned_rate(self):
        """Return what an hour is expected to cost.

        The rate of who is planned or preferred; as long as nobody is, the average of
        the team, and without a team that of the company's technicians.
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        rates = self.env["field.service.labour.rate"]
        for people in self._get_planned_people():
            known = [
                rate
                for rate in rates._get_rates(
                    self.company_id, {(person, today) for person in people}
                ).values()
                if rate is not None
            ]
            if known:
                return sum(known) / len(known)
        return 0.0

    def _get_planned_people(self):
        """Yield who may do the work, the surest first."""
        yield self._get_open_visits()._get_people()
        yield self.preferred_technician_id
        yield self.team_id.member_ids
        company = [("company_id", "=", self.company_id.id)]
        yield self.env["field.service.team"].search(company).member_ids
        yield self.env["field.service.labour.rate"].search(company).employee_id

    # --------------------------------------------------------------------- revenue
    def _get_planned_charges(self):
        """Return what the customer is expected to pay, priced as charges are."""
        return getattr(self, f"_get_planned_revenue_{self.pricing_method}", float)()

    def _get_planned_revenue_fixed(self):
        """Return the agreed price, in company currency."""
        return self.billing_currency_id._convert(
            self.fixed_price * self._get_planned_share("fixed"),
            self.company_id.currency_id,
            self.company_id,
            fields.Date.context_today(self),
        )

    def _get_planned_revenue_time_material(self):
        """Return the planned hours and parts at the customer's prices."""
        return sum(line.amount for line in self._get_planned_lines_time_material())

    # -------------------------------------------------------------- in its parts
    def _get_planned_charge_lines(self):
        """Return what the expected charges are, as ``PlannedRevenue``."""
        known = getattr(self, f"_get_planned_lines_{self.pricing_method}", None)
        if known:
            return known()
        amount = self._get_planned_charges()
        return [PlannedRevenue(self.pricing_method, amount, amount)] if amount else []

    def _get_planned_lines_time_material(self):
        """Return the planned hours and parts at the customer's prices."""
        product = self.company_id.service_labour_product_id
        lines = []
        if product:
            hours = self._get_planned_labour_hours()
            quantity = self._convert_hours(hours, product.uom_id)
            price = self._get_planned_price(product, quantity, product.uom_id)
            lines.append(
                self._prepare_planned_revenue("labour", product, quantity, price)
            )
        for part, quantity in self._get_planned_parts():
            price = self._get_planned_price(part.product_id, part.quantity, part.uom_id)
            lines.append(
                self._prepare_planned_revenue(
                    "part", part.product_id, quantity, price, part.uom_id
                )
            )
        return lines

    def _get_planned_lines_fixed(self):
        """Return the agreed price as one line, with what is covered of it."""
        return self._get_planned_whole_lines(
            "fixed", self._get_fixed_product(), self.fixed_price
        )

    def _get_planned_whole_lines(self, kind, product, price, quantity=1.0):
        """Return a line with a price of its own, agreed in the billing currency."""
        company = self.company_id
        value = self.billing_currency_id._convert(
            price, company.currency_id, company, fields.Date.context_today(self)
        )
        return [self._prepare_planned_revenue(kind, product, quantity, value)]

    def _prepare_planned_revenue(self, kind, product, quantity, price, uom=None):
        """Return a line; quantities are kept in the product's own unit."""
        share = self._get_planned_share(kind, product)
        value = quantity * price
        if uom and product:
            quantity = uom._compute_quantity(quantity, product.uom_id, round=False)
        return PlannedRevenue(kind, value, value * share, quantity, product.id or None)

    def _get_planned_share(self, kind, product=None):
        """Return which share of a charge the customer is expected to pay.

        What an agreement includes counts as covered, however much of it is left.
        """
        charge = self.env["field.service.charge"].new(
            {"order_id": self.id, "kind": kind, "product_id": product and product.id}
        )
        coverage = self._get_charge_coverage(charge)
        if coverage.coverage != "chargeable":
            return 0.0
        return 1.0 - coverage.discount / 100.0

    def _get_planned_price(self, product, quantity, uom):
        """Return today's price of a unit in the customer's pricelist."""
        return self.pricelist_id._get_product_price(
            product.with_company(self.company_id).with_context(
                lang=self.partner_id.lang
            ),
            quantity or 1.0,
            currency=self.company_id.currency_id,
            uom=uom,
            date=fields.Date.context_today(self),
        )
