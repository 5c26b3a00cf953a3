from odoo import fields, models

from .field_service_share import share_amount


class FieldServiceAccrualPurchase(models.AbstractModel):
    """Unbilled receipts of a period: what vendors did for orders and have not billed.

    Purchases are those of ``purchase``, on which the suite does not depend. What comes
    into stock costs its order when it is used, so that only services and goods that go
    straight to the site are here.
    """

    _name = "field.service.accrual.purchase"
    _description = "Unbilled Receipts of a Period"

    def _get_purchase_lines(self):
        """Return the values of the lines of unbilled receipts, left out ones too."""
        if "purchase.order.line" not in self.env:
            return []
        lines = self._find_purchase_lines()
        accounts = self._get_order_accounts(lines)
        values = []
        for line in lines:
            values += self._prepare_purchase_lines(line, accounts)
        return values

    def _find_purchase_lines(self):
        """Return what vendors may not have billed at the end of the period."""
        later = [
            "|",
            ("move_id.date", ">", self.date),
            ("parent_state", "!=", "posted"),
        ]
        lines = self.env["purchase.order.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("order_id.state", "=", "purchase"),
                ("display_type", "=", False),
                ("product_id", "!=", False),
                "|",
                ("qty_to_invoice", "!=", 0.0),
                ("invoice_lines", "any", later),
            ],
            order="order_id, id",
        )
        return lines.filtered("analytic_distribution")

    def _get_order_accounts(self, lines):
        """Return {id of an analytic account: work order} of these distributions."""
        ids = {
            int(part)
            for line in lines
            for key in line.analytic_distribution
            for part in key.split(",")
            if part.strip().isdigit()
        }
        orders = self.env["field.service.order"].search(
            [("analytic_account_id", "in", list(ids))]
        )
        return {str(order.analytic_account_id.id): order for order in orders}

    def _prepare_purchase_lines(self, line, accounts):
        """Return one line per work order of a purchase order line."""
        shares = self._get_order_shares(line, accounts)
        ordered = line.order_id.date_approve
        if not shares or (ordered and self._get_local_date(ordered) > self.date):
            return []
        received = self._get_received(line)
        quantity = received - self._get_billed(line)
        if line.product_uom_id.compare(quantity, 0.0) <= 0:
            return []
        reason = self._get_purchase_exclusion(line, [one[0] for one in shares])
        common = {
            "kind": "purchase",
            "name": f"{line.order_id.name}: {line.name}".split("\n")[0],
            "source_model": "purchase.order",
            "source_id": line.order_id.id,
            "quantity": quantity,
            "currency_id": line.currency_id.id,
        }
        if not reason:
            service = line.product_id.type == "service"
            common["cost_type"] = "subcontract" if service else "parts"
            common["account_id"] = self._get_expense_account(line).id
        return [
            {
                **common,
                "order_id": order.id,
                "amount_currency": in_currency,
                **(
                    {"value": amount, "reason": reason}
                    if reason
                    else {"amount": amount, "distribution": distribution}
                ),
            }
            for order, distribution, in_currency, amount in self._share_purchase(
                line, quantity, shares
            )
        ]

    def _share_purchase(self, line, quantity, shares):
        """Return (order, distribution, in currency, amount), to the cent together."""
        cost = self._get_purchase_cost(line, quantity)
        percents = [percent for __, __, percent in shares]
        currency = line.currency_id
        converted = self._convert(currency, cost)
        whole = self.currency_id.round(converted * sum(percents) / 100.0)
        amounts = share_amount(self.currency_id, whole, percents)
        return [
            (order, distribution, currency.round(cost * percent / 100.0), amount)
            for (order, distribution, percent), amount in zip(
                shares, amounts, strict=True
            )
        ]

    def _get_order_shares(self, line, accounts):
        """Return (work order, distribution of its journal item, percent) of a line.

        What is on other plans under keys of its own goes along in proportion.
        """
        shares, others = [], {}
        for key, percent in line.analytic_distribution.items():
            orders = [accounts[part] for part in key.split(",") if part in accounts]
            if orders:
                shares.append((orders[0], {key: 100.0}, percent))
            else:
                others[key] = percent
        return [
            (order, {**distribution, **others}, percent)
            for order, distribution, percent in shares
        ]

    # ----------------------------------------------------------------- quantities
    def _get_received(self, line):
        """Return what was received by the end of the period, as Odoo knows it."""
        dated = line.with_context(accrual_entry_date=fields.Date.to_string(self.date))
        return dated.qty_received_at_date

    def _get_billed(self, line):
        """Return what posted bills of the period and before it have billed."""
        total = 0.0
        for item in line.invoice_lines:
            if item.parent_state != "posted" or item.move_id.date > self.date:
                continue
            sign = -1.0 if item.move_id.move_type == "in_refund" else 1.0
            unit = item.product_uom_id
            total += sign * unit._compute_quantity(item.quantity, line.product_uom_id)
        return total

    def _get_local_date(self, moment):
        """Return the day of a moment, by the company's clock."""
        return self.env["field.service.order"]._get_company_day(self.company_id, moment)

    def _get_purchase_exclusion(self, line, orders):
        """Say why a receipt is not accrued. Extend with ``or super()``.

        :return: a sentence, or an empty string
        """
        orders = self.env["field.service.order"].union(*orders)
        # Asked of a bill line that would be made: it answers as the bill will.
        item = self.env["account.move.line"].new(
            {"product_id": line.product_id.id, "purchase_line_id": line.id}
        )
        if item._get_doubled_orders(orders):
            return self.env._(
                "It comes into stock and costs the order when it is used."
            )
        if self._is_expected_later(line):
            return self.env._(
                "Received by hand, without a date, and expected after the period."
            )
        return ""

    def _is_expected_later(self, line):
        """Tell whether what was received by hand is not known to be of the period."""
        return (
            self.date < fields.Date.context_today(self)
            and line.qty_received_method == "manual"
            and line.date_planned
            and self._get_local_date(line.date_planned) > self.date
        )

    # -------------------------------------------------------------------- amounts
    def _get_purchase_cost(self, line, quantity):
        """Return what the bill will cost: without taxes that are given back."""
        return line.tax_ids.compute_all(
            line.price_unit * (1.0 - line.discount / 100.0),
            currency=line.currency_id,
            quantity=quantity,
            product=line.product_id,
            partner=line.order_id.partner_id,
        )["total_void"]

    def _get_expense_account(self, line):
        """Return the account that the vendor's bill will debit."""
        product = line.product_id.with_company(self.company_id).product_tmpl_id
        accounts = product.get_product_accounts(
            fiscal_pos=line.order_id.fiscal_position_id
        )
        journals = self.env["account.journal"]
        domain = [("company_id", "=", self.company_id.id), ("type", "=", "purchase")]
        return (
            accounts["expense"] or journals.search(domain, limit=1).default_account_id
        )
