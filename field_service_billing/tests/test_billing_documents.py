from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from .billing_common import BillingRunCommon


@tagged("post_install", "-at_install")
class TestConsolidatedInvoice(BillingRunCommon):
    """One invoice for several orders, with everything that is done to invoices.

    Two installations of 1200.00 and 800.00 at a fixed price.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.service_billing_policy_id = cls._create_policy(
            grouping="customer", is_posted=True
        )
        cls.orders = cls.env["field.service.order"]
        for price in (1200.0, 800.0):
            cls.orders |= cls._create_order(pricing_method="fixed", fixed_price=price)
        cls.first, cls.second = cls.orders

    def _finish(self):
        for number, order in enumerate(self.orders):
            start = MONDAY + timedelta(hours=4 * number)
            self._work(self._create_visit(order, start=start), 1.0)

    def _discount(self, sale_order, **values):
        self.env["sale.order.discount"].create(
            {"sale_order_id": sale_order.id, **values}
        ).action_apply_discount()

    def _pay_down(self, sale_order, **values):
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_ids=sale_order.ids, active_id=sale_order.id)
            .create(values)
        )
        return self._post(wizard._create_invoices(sale_order))

    def _run(self):
        result = self.orders._run_billing()
        self.assertFalse(result.left_out)
        self.assertEqual(len(result.invoices), 1)
        self._assert_one_order(result.invoices)
        return result.invoices

    def test_global_discount_and_down_payment(self):
        """10 % off 2000.00 are 1800.00; 25 % of it paid before, 1350.00 in the end.

        1080.00 and 720.00 on the orders, after each step where they belong.
        """
        sale_order = self.orders._create_sale_orders(grouped=True)
        self._discount(sale_order, discount_type="so_discount", discount_percentage=0.1)
        down = self._pay_down(
            sale_order, advance_payment_method="percentage", amount=25.0
        )
        self._assert_one_order(down)
        self._assert_income({self.first: 270.0, self.second: 180.0})
        self._finish()
        self.assertEqual(self.orders.mapped("billing_amount"), [810.0, 540.0])
        final = self._run()
        self.assertEqual(final.amount_untaxed, 1350.0)
        self._assert_income({self.first: 1080.0, self.second: 720.0})

    def test_down_payment_kept_out_of_profit_and_loss(self):
        """A down payment account: revenue comes with the final invoice, not before."""
        self.company.downpayment_account_id = self._get_account("liability_current")
        sale_order = self.orders._create_sale_orders(grouped=True)
        down = self._pay_down(
            sale_order, advance_payment_method="fixed", fixed_amount=500.0
        )
        self.assertEqual(down.amount_untaxed, 500.0)
        self._assert_income({self.first: 0.0, self.second: 0.0})
        self._finish()
        self.assertEqual(self._run().amount_untaxed, 1500.0)
        self._assert_income({self.first: 1200.0, self.second: 800.0})

    def test_awkward_discount(self):
        """33.33 off 2000.00: shared 20.00 and 13.33, to the cent."""
        sale_order = self.orders._create_sale_orders(grouped=True)
        self._discount(sale_order, discount_type="amount", discount_amount=33.33)
        self._finish()
        self.assertEqual(self._run().amount_untaxed, 1966.67)
        incomes = [self._get_income(order) for order in self.orders]
        self.assertEqual(round(sum(incomes), 2), 1966.67)
        self.assertAlmostEqual(incomes[0], 1180.0, delta=0.01)
        self.assertAlmostEqual(incomes[1], 786.67, delta=0.01)

    def test_credit_note_over_a_consolidated_invoice(self):
        """All of it back, then one line; each order by its own line."""
        self._finish()
        invoice = self._run()
        self._assert_income({self.first: 1200.0, self.second: 800.0})
        credit = self._credit(invoice)
        self._assert_one_order(credit)
        self._assert_income({self.first: 0.0, self.second: 0.0})
        self.assertEqual(self.orders.mapped("billing_state"), ["ready", "ready"])
        again = self._run()
        self.assertEqual(again.amount_untaxed, 2000.0)
        self._assert_income({self.first: 1200.0, self.second: 800.0})

    def test_credit_note_over_one_order_of_it(self):
        """The second order is billed anew, the first is not touched."""
        self._finish()
        invoice = self._run()
        credit = self._create_credit(invoice)
        credit.invoice_line_ids.filtered(
            lambda line: line.sale_line_ids.service_order_id == self.first
        ).unlink()
        self._post(credit)
        self._assert_income({self.first: 1200.0, self.second: 0.0})
        self.assertEqual(self.orders.mapped("billing_state"), ["invoiced", "ready"])
        result = self.orders._run_billing()
        self.assertEqual(result.invoices.amount_untaxed, 800.0)
        self.assertEqual(list(result.left_out), [self.first])
        self._assert_income({self.first: 1200.0, self.second: 800.0})

    def _pay_early(self, taxes):
        """2 % off within 10 days, paid on the day of the invoice."""
        self.fixed_product.taxes_id = taxes
        self.partner.property_payment_term_id = self.env["account.payment.term"].create(
            {
                "name": "2 % in 10 days",
                "early_discount": True,
                "discount_percentage": 2.0,
                "discount_days": 10,
                "early_pay_discount_computation": "included",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100.0, "nb_days": 30}
                    )
                ],
            }
        )
        account = self._get_account("expense")
        self.company.account_journal_early_pay_discount_loss_account_id = account
        self._finish()
        invoice = self._run()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": invoice.invoice_date})._create_payments()
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        column = self.first._get_plan_column()
        return {
            order: round(
                sum(
                    self.env["account.analytic.line"]
                    .search([(column, "=", order._get_analytic_account().id)])
                    .filtered(lambda line: line.general_account_id == account)
                    .mapped("amount")
                ),
                2,
            )
            for order in self.orders
        }

    def test_cash_discount_with_tax_is_on_the_orders(self):
        """2 % of 1200.00 and 800.00 before tax are 24.00 and 16.00."""
        lost = self._pay_early(self.company.account_sale_tax_id)
        self.assertEqual(lost, {self.first: -24.0, self.second: -16.0})

    def test_cash_discount_without_tax_stays_off(self):
        """As in Odoo, and as the README says: it is the customer's, not the job's."""
        lost = self._pay_early(self.env["account.tax"])
        self.assertEqual(lost, {self.first: 0.0, self.second: 0.0})

    def test_foreign_currency(self):
        """2000.00 EUR at 0.8 EUR per USD: 1500.00 and 1000.00 USD on the orders."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 0.8,
            }
        )
        self.orders.pricelist_id = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        for order, price in zip(self.orders, (1200.0, 800.0), strict=True):
            order.fixed_price = price
        self._finish()
        invoice = self._run()
        self.assertEqual((invoice.currency_id, invoice.amount_untaxed), (euro, 2000.0))
        self._assert_income({self.first: 1500.0, self.second: 1000.0})
        self._credit(invoice)
        self._assert_income({self.first: 0.0, self.second: 0.0})

    # ---------------------------------------------------------- distribution models
    def _create_model(self, **values):
        """A model that puts what matches on a cost centre."""
        plan = self.env["account.analytic.plan"].create({"name": "Cost centres"})
        centre = self.env["account.analytic.account"].create(
            {"name": "North", "plan_id": plan.id, "company_id": self.company.id}
        )
        self.env["account.analytic.distribution.model"].create(
            {
                "company_id": self.company.id,
                "analytic_distribution": {str(centre.id): 100},
                **values,
            }
        )
        return centre

    def _assert_centre(self, invoice, centre):
        for line in invoice.invoice_line_ids.filtered("sale_line_ids"):
            order = line.sale_line_ids.service_order_id
            self.assertEqual(
                line.analytic_distribution,
                {str(centre.id): 100, **order._get_analytic_distribution()},
            )

    def test_models_do_not_drop_the_orders(self):
        """By customer, product or account prefix: each line keeps its own order."""
        income = self._get_account("income")
        for values in (
            {"partner_id": self.partner.id},
            {"product_id": self.fixed_product.id},
            {"account_prefix": income.code[:2]},
        ):
            with self.subTest(values), self.env.cr.savepoint() as savepoint:
                centre = self._create_model(**values)
                self._finish()
                invoice = self._run()
                self._assert_one_order(invoice)
                self._assert_centre(invoice, centre)
                self._assert_income({self.first: 1200.0, self.second: 800.0})
                savepoint.rollback()
                self.env.invalidate_all()

    def test_model_of_the_orders_own_plan(self):
        """A model that names another work order does not take the line over."""
        stranger = self._create_order()
        self.env["account.analytic.distribution.model"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.partner.id,
                "analytic_distribution": stranger._get_analytic_distribution(),
            }
        )
        self._finish()
        self._assert_one_order(self._run())
        self._assert_income({self.first: 1200.0, self.second: 800.0, stranger: 0.0})
