from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class FieldServiceAccrualWork(models.AbstractModel):
    """Unbilled work of a period: earned by its end, less what is invoiced by then.

    What is invoiced goes by the accounting date of posted invoices: a draft and an
    invoice of the next period leave the work unbilled.
    """

    _name = "field.service.accrual.work"
    _description = "Unbilled Work of a Period"

    # ------------------------------------------------------------------- sources
    def _get_work_lines(self):
        """Return the values of the lines of unbilled work, left out ones too."""
        charges = self._find_charges()
        values = []
        for charge in charges.filtered(lambda charge: not charge.sale_line_id):
            values += self._prepare_charge_lines(charge)
        for line in charges.sale_line_id.sorted("id"):
            values += self._prepare_sale_line_lines(line)
        values += self._prepare_discount_lines(values)
        values += self._prepare_down_payment_lines(values)
        return values + self._prepare_unbilled_lines()

    def _find_charges(self):
        """Return the charges of which something may be unbilled at the end."""
        later = [
            "|",
            ("move_id.date", ">", self.date),
            ("parent_state", "!=", "posted"),
        ]
        return self.env["field.service.charge"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("order_id.state", "not in", ("draft", "cancelled")),
                "|",
                "|",
                ("state", "in", ("open", "ordered")),
                ("sale_line_id.qty_to_invoice", "!=", 0.0),
                ("sale_line_id.invoice_lines", "any", later),
            ],
            order="order_id, id",
        )

    def _prepare_charge_lines(self, charge):
        """Return the line of a charge that is on no sales order yet."""
        share = charge._get_accrual_share(self.date)
        if not share:
            return []
        amount = charge._get_net_amount(charge.quantity * share)
        return self._prepare_work_lines(charge, charge.quantity * share, amount)

    def _prepare_sale_line_lines(self, line):
        """Return the line of the charges on one sales order line, less invoices."""
        charges = line.service_charge_ids
        worked = sum(
            charge._to_sale_unit(charge.quantity * charge._get_accrual_share(self.date))
            for charge in charges
        )
        quantity = line._get_unbilled_at(worked, self.date)
        if line.product_uom_id.is_zero(quantity):
            return []
        return self._prepare_work_lines(charges, quantity, line._get_net_of(quantity))

    def _prepare_work_lines(self, charges, quantity, amount):
        """Return the line of unbilled charges, accrued or left out."""
        charge, order = charges[0], charges[0].order_id
        line = charges.sale_line_id
        currency = line.currency_id or charge.currency_id
        converted = self._convert(currency, amount)
        reason = charge._get_accrual_exclusion()
        if not reason and currency.is_zero(amount):
            return []
        values = {
            "kind": "work",
            "order_id": order.id,
            "name": (line.name or charge.name or "").split("\n")[0],
            "charge_ids": charges.ids,
            "quantity": quantity,
            "currency_id": currency.id,
            "amount_currency": amount,
        }
        if reason:
            return [{**values, "value": converted, "reason": reason}]
        distribution = order._merge_analytic_distribution(line.analytic_distribution)
        return [
            {
                **values,
                "amount": converted,
                "account_id": charge._get_income_account().id,
                "distribution": distribution,
            }
        ]

    def _prepare_unbilled_lines(self):
        """Return what of the period's work is never billed, and why."""
        charges = self.env["field.service.charge"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("order_id.state", "not in", ("draft", "cancelled")),
                "|",
                ("covered_amount", "!=", 0.0),
                ("left_out_amount", "!=", 0.0),
                "|",
                ("visit_id.work_date", ">=", self.date_from),
                "&",
                ("visit_id", "=", False),
                ("order_id.completed_on", ">=", self.date_from),
            ],
            order="order_id, id",
        )
        return [
            {
                "kind": "work",
                "order_id": charge.order_id.id,
                "name": (charge.name or "").split("\n")[0],
                "charge_ids": charge.ids,
                "quantity": charge._get_demand_qty() - charge.quantity,
                "value": self._convert(
                    charge.currency_id, charge.covered_amount + charge.left_out_amount
                ),
                "reason": charge._get_unbilled_reason() or self.env._("Not billed"),
            }
            for charge in charges
            if charge._get_accrual_share(self.date)
        ]

    # ------------------------------------------------ discounts and down payments
    def _prepare_discount_lines(self, values):
        """Return what global discounts will take off what is accrued, in proportion."""
        accrued = defaultdict(float)
        first = {}
        charges = self.env["field.service.charge"]
        for one in values:
            sale = charges.browse(one["charge_ids"]).sale_line_id.order_id
            if sale and not one.get("reason"):
                accrued[sale, one["order_id"]] += one["amount_currency"]
                first.setdefault((sale, one["order_id"]), one)
        lines = []
        for (sale, order_id), amount in accrued.items():
            discount = sale._get_unbilled_discount(order_id, amount, self.date)
            if not sale.currency_id.is_zero(discount):
                lines.append(
                    {
                        **first[sale, order_id],
                        "name": self.env._("Discount on %(sale)s", sale=sale.name),
                        "charge_ids": [],
                        "quantity": 1.0,
                        "amount_currency": discount,
                        "amount": self._convert(sale.currency_id, discount),
                    }
                )
        return lines

    def _prepare_down_payment_lines(self, values):
        """Return what down payments have put on income already, at most the work.

        A company with a down payment account has none: they are no revenue there.
        """
        totals = {}
        for line in values:
            if not line.get("reason"):
                key = line["order_id"]
                totals.setdefault(key, [0.0, line])[0] += line["amount"]
        lines = []
        for order_id, (total, line) in totals.items():
            order = self.env["field.service.order"].browse(order_id)
            paid = min(order._get_paid_income(self.date), total)
            if self.currency_id.compare_amounts(paid, 0.0) > 0:
                lines.append(
                    {
                        "kind": "work",
                        "order_id": order_id,
                        "name": self.env._("Down payments in revenue already"),
                        "amount": -paid,
                        "account_id": line["account_id"],
                        "distribution": line["distribution"],
                    }
                )
        return lines

    # -------------------------------------------------------------------- amounts
    def _convert(self, currency, amount):
        """Return an amount in the company's currency, at the end of the period.

        :raises UserError: when there is no rate; Odoo would take 1 to 1
        """
        company = self.company_id
        if currency != company.currency_id and not currency.is_zero(amount):
            self._check_rate(currency)
        return currency._convert(amount, company.currency_id, company, self.date)

    def _check_rate(self, currency):
        rates = self.env["res.currency.rate"]
        domain = [
            ("currency_id", "=", currency.id),
            ("name", "<=", self.date),
            ("company_id", "in", [False, self.company_id.root_id.id]),
        ]
        if not rates.search_count(domain, limit=1):
            raise UserError(
                self.env._(
                    "%(currency)s has no rate in %(company)s on %(date)s. Enter one "
                    "under Accounting > Configuration > Currencies.",
                    currency=currency.name,
                    company=self.company_id.name,
                    date=format_date(self.env, fields.Date.to_date(self.date)),
                )
            )
