from odoo import fields, models


class FieldServiceOrderLadderRevenue(models.AbstractModel):
    """Revenue on the ladder: offered, earned and not invoiced, still to come."""

    _name = "field.service.order.ladder.revenue"
    _description = "Revenue on the Margin Ladder"

    def _get_ladder_items(self):
        items = super()._get_ladder_items()
        prices = self._get_prices_to_come()
        for order in self:
            items += order._get_quoted_items()
            items += order._get_charge_items()
            items += order._get_sold_items()
            if order._is_work_open():
                items += order._get_revenue_to_come(prices)
        return items

    # --------------------------------------------------------------------- quoted
    def _get_quoted_items(self):
        """Return what was offered or accepted; lines made from the work are not."""
        return [
            item
            for line in self.sale_line_ids
            if line.state != "cancel"
            and not line.display_type
            and not line.is_downpayment
            and not line.is_service_charge
            for item in self._prepare_ladder_item(
                "quoted",
                "revenue",
                self._to_company(line, line.price_subtotal),
                (line.name or "").split("\n")[0],
                line.product_uom_qty,
                line,
            )
        ]

    def _to_company(self, line, amount):
        """Convert an amount of a sales order line at the rate of its sales order."""
        return amount / (line.order_id.currency_rate or 1.0)

    # -------------------------------------------------------------------- charges
    def _get_charge_items(self):
        """Return what the work is charged, less what posted invoices have of it."""
        items = []
        invoiced = {}
        for charge in self.charge_ids:
            line = charge.sale_line_id
            amount = charge._get_ladder_amount()
            if line and line._is_settled_by_invoice():
                continue
            if line:
                # Invoices are of the line: taken off the first charges on it.
                left = invoiced.setdefault(line, line.untaxed_amount_invoiced)
                taken = min(left, amount) if amount > 0 else max(left, amount)
                if amount * left <= 0:
                    taken = 0.0
                invoiced[line] = left - taken
                amount = self._to_company(line, amount - taken)
            else:
                amount = charge.currency_id._convert(
                    amount,
                    self.currency_id,
                    self.company_id,
                    fields.Date.context_today(self),
                )
            items += self._prepare_ladder_item(
                "accrued" if charge._is_earned() else "committed",
                "revenue",
                amount,
                (charge.name or "").split("\n")[0],
                charge.quantity,
                charge,
            )
        return items

    def _get_sold_items(self):
        """Return what is sold beside the charges, or beyond them, and not invoiced.

        What a down payment has put on revenue is part of that work, not more of it.
        """
        items = []
        for line in self.sale_line_ids:
            if line.state != "sale" or line.display_type or line.is_service_charge:
                continue
            if line.is_downpayment:
                if self.company_id.downpayment_account_id:
                    continue
                amount = -line.untaxed_amount_invoiced
            else:
                charged = sum(
                    charge._get_ladder_amount() for charge in line.service_charge_ids
                )
                sold = line.price_subtotal
                if not self._is_work_open():
                    sold = 0.0 if line._is_sold_work() else sold
                amount = max(sold - max(charged, line.untaxed_amount_invoiced), 0.0)
            items += self._prepare_ladder_item(
                "committed",
                "revenue",
                self._to_company(line, amount),
                (line.name or "").split("\n")[0],
                line.product_uom_qty,
                line,
            )
        return items

    # -------------------------------------------------------------------- to come
    def _get_prices_to_come(self):
        """Return {(order's pricelist, company): {product: price of a unit}}.

        One question per pricelist, whatever the number of orders; prices that depend on
        a quantity are those of one unit.
        """
        wanted = {}
        for order in self.filtered(lambda order: order._is_charged_by_work()):
            company = order.company_id
            products = wanted.setdefault(
                (order.pricelist_id, company), self.env["product.product"]
            )
            products |= company.service_labour_product_id
            products |= company.service_travel_product_id
            products |= order.part_ids.product_id
            wanted[order.pricelist_id, company] = products
        today = fields.Date.context_today(self)
        return {
            (pricelist, company): pricelist._get_products_price(
                products.with_company(company),
                1.0,
                currency=company.currency_id,
                date=today,
            )
            for (pricelist, company), products in wanted.items()
        }

    def _is_charged_by_work(self):
        """Tell whether each hour and part to come will be charged."""
        return (
            self._is_work_open()
            and self.pricing_method == "time_material"
            and not self._get_sold_lines()
        )

    def _get_revenue_to_come(self, prices):
        """Return what the work that is planned will be charged."""
        if self._get_sold_lines():
            return []
        if self.pricing_method != "time_material":
            # Once charged, the price is among the charges.
            if self.charge_ids.filtered(lambda charge: charge.price_origin == "fixed"):
                return []
            return self._prepare_ladder_item(
                "committed",
                "revenue",
                self._get_planned_charges(),
                self.env._("Agreed price"),
                1.0,
                self,
            )
        known = prices[self.pricelist_id, self.company_id]
        return self._get_hours_revenue(known) + self._get_parts_revenue(known)

    def _get_hours_revenue(self, prices):
        """Return hours and ways at the customer's price: going on, and to come."""
        live = self._get_live_visits()
        vendors = self._get_vendor_hours_to_come(live)
        working = sum(
            hours * len(visit._get_people()) for visit, (hours, __) in live.items()
        )
        way = sum(travel for __, travel in live.values())
        ways = self._get_travel_hours_to_come(live)
        labels = self._get_ladder_labels()
        items = []
        for rung, kind, hours in (
            ("accrued", "labour", working),
            ("accrued", "travel", way),
            ("committed", "labour", self._get_hours_to_come(live) + vendors),
            ("committed", "travel", ways),
        ):
            product = self.company_id[f"service_{kind}_product_id"]
            if not product or not hours:
                continue
            units = self._convert_hours(hours, product.uom_id)
            share = self._get_planned_share(kind, product)
            items += self._prepare_ladder_item(
                rung,
                "revenue",
                units * prices[product.id] * share,
                labels[kind],
                units,
                self,
            )
        return items

    def _get_parts_revenue(self, prices):
        items = []
        for part, quantity in self._get_parts_to_come():
            product = part.product_id
            price = product.uom_id._compute_price(prices[product.id], part.uom_id)
            items += self._prepare_ladder_item(
                "committed",
                "revenue",
                quantity * price * self._get_planned_share("part", product),
                part.display_name,
                quantity,
                part,
            )
        return items


class FieldServiceCharge(models.Model):
    _inherit = "field.service.charge"

    def _get_ladder_amount(self):
        """Return the charge before tax, in its currency."""
        if self.product_id and any(self.product_id.taxes_id.mapped("price_include")):
            return self._get_net_amount(self.quantity)
        return self.amount

    def _is_earned(self):
        """Tell whether what is charged was done: prices for the whole, at the end."""
        if self.part_id or self.kind == "external":
            return True
        if self.visit_id and self.kind not in ("quoted", "flat"):
            return True
        return self.order_id._is_finished_work()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _is_settled_by_invoice(self):
        """Tell whether nothing more will be invoiced of what was.

        What was credited in part is a concession; a draft is still to come.
        """
        items = self.invoice_lines.filtered(lambda item: item.parent_state != "cancel")
        return bool(
            items
            and set(items.mapped("parent_state")) == {"posted"}
            and self.product_uom_id.is_zero(self.qty_to_invoice)
        )
