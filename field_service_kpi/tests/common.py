from odoo import Command, fields

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class FieldServiceKpiCommon(AccountTestInvoicingCommon):
    """Two companies with accounts; entries are made by hand, order by order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.income = cls.company_data["default_account_revenue"]
        cls.expense = cls.company_data["default_account_expense"]
        cls.receivable = cls.company_data["default_account_receivable"]
        cls.off_balance = cls.env["account.account"].create(
            {"code": "OFF1", "name": "Off balance", "account_type": "off_balance"}
        )
        cls.column = cls.env["field.service.order"]._get_plan_column()
        cls.order = cls._create_order()
        cls.other_order = cls._create_order()

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref(
            "field_service.group_manager"
        )

    @classmethod
    def _create_order(cls, **values):
        order = cls.env["field.service.order"].create(
            {"partner_id": cls.partner_a.id, "site_id": cls.partner_a.id, **values}
        )
        order._ensure_analytic_accounts()
        return order

    @staticmethod
    def _share(*shares):
        """Distribution of (order, percentage) pairs."""
        return {
            str(order.sudo().analytic_account_id.id): percent
            for order, percent in shares
        }

    @classmethod
    def _create_entry(cls, lines, date="2024-03-15", company=None, post=True):
        """Post lines of (account, balance, distribution), balanced on receivable."""
        company = company or cls.company
        data = cls.company_data if company == cls.company else cls.company_data_2
        total = sum(balance for _account, balance, _distribution in lines)
        rest = [(data["default_account_receivable"], -total, False)] if total else []
        move = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "date": date,
                "company_id": company.id,
                "journal_id": data["default_journal_misc"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "balance": balance,
                            "analytic_distribution": distribution,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for account, balance, distribution in [*lines, *rest]
                ],
            }
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _create_invoice(cls, move_type, lines, date="2024-03-15", **values):
        """Post an invoice with lines of (amount, distribution, product or None)."""
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": cls.partner_a.id,
                "invoice_date": date,
                "date": date,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "line",
                            "price_unit": amount,
                            "quantity": 1,
                            "product_id": product.id if product else False,
                            "analytic_distribution": distribution,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for amount, distribution, product in lines
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def _profit(self, order=None, date_from=None, date_to=None):
        order = order or self.order
        return order._get_posted_profit(date_from, date_to)[order]

    def _rows(self, order=None):
        return self.env["field.service.ledger.report"].search(
            [("order_id", "=", (order or self.order).id)]
        )

    def _findings(self, company=None):
        company = company or self.company
        return self.env["field.service.integrity"].search(
            [("company_id", "=", company.id)]
        )

    def _totals(self, company=None, **dates):
        return self.env["field.service.reconciliation"]._get_totals(
            company or self.company, **dates
        )

    def assertProfit(self, order, **figures):
        """Check every figure of an order; those not given must be zero."""
        expected = {
            **dict.fromkeys(("revenue", "parts", "labour", "travel"), 0.0),
            **dict.fromkeys(("subcontract", "other"), 0.0),
            **figures,
        }
        profit = self._profit(order)
        self.assertEqual({name: profit[name] for name in expected}, expected)
        self.assertEqual(
            profit["margin"],
            self.company.currency_id.round(
                2 * expected["revenue"] - sum(expected.values())
            ),
        )
        # The report is another query and must say the same.
        [sums] = self.env["field.service.ledger.report"]._read_group(
            [("order_id", "=", order.id), ("company_id", "=", order.company_id.id)],
            [],
            [f"{name}:sum" for name in (*expected, "margin")],
        )
        self.assertEqual(
            [order.currency_id.round(amount or 0.0) for amount in sums],
            [*expected.values(), profit["margin"]],
        )

    def assertReconciled(self, company=None, **expected):
        totals = self._totals(company)
        self.assertEqual(totals["unexplained"], 0.0)
        self.assertEqual(totals["rows_with_difference"], 0)
        self.assertEqual(totals["on_orders"], totals["sum_of_margins"])
        for name, amount in expected.items():
            self.assertEqual(totals[name], amount, name)
        return totals

    @staticmethod
    def _date(value):
        return fields.Date.to_date(value)
