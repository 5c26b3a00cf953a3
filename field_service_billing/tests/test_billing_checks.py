from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .billing_common import BillingRunCommon


@tagged("post_install", "-at_install")
class TestBillingChecks(BillingRunCommon):
    """Bad input is told before anything is made, and stops nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.service_billing_policy_id = cls._create_policy(is_posted=True)
        cls.bad, cls.good = cls._create_hours(
            1.0, 2.0, partner_id=[cls.partner.id, cls.other.id]
        )

    def _assert_left_out(self, *words):
        """Check that the bad order is untouched, and the good one posted."""
        orders = self.bad | self.good
        wizard = self.env["field.service.billing.wizard"]._create_for(orders)
        self.assertEqual(wizard.left_out_ids.order_id, self.bad)
        result = orders._run_billing()
        self.assertEqual(list(result.left_out), [self.bad])
        message = "\n".join(result.left_out[self.bad])
        for word in words:
            self.assertIn(word, message)
        self._assert_button_refused(*words)
        self.assertFalse(self.bad.sale_order_ids)
        self.assertFalse(self.bad.invoice_ids)
        self.assertEqual(self.good.invoice_ids.state, "posted")
        self._assert_income({self.bad: 0.0, self.good: 160.0})

    def _assert_button_refused(self, *words):
        """Check that the button on the order says the same, and makes as little."""
        with self.assertRaises(UserError) as refusal:
            self.bad.with_user(self.clerk).action_create_invoice()
        for word in words:
            self.assertIn(word, str(refusal.exception))
        self.assertFalse(self.bad.invoice_ids)

    def test_no_price(self):
        self.bad.charge_ids.price_unit = 0.0
        self._assert_left_out("Labour", "has no price")

    def test_setting_that_comes_later(self):
        """The order is not told of the product; the next run finds it all the same."""
        self.bad.charge_ids.product_id = False
        self.bad.company_id.service_labour_product_id = False
        self.assertEqual(self.bad.billing_state, "incomplete")
        self.bad.company_id.service_labour_product_id = self.labour_product
        self.bad._process_charges()
        self.assertEqual(len(self.bad._run_billing().invoices), 1)

    def test_no_product(self):
        self.bad.charge_ids.product_id = False
        self._assert_left_out("Labour Product")

    def _charge_another_product(self, **values):
        product = self._create_service("Special", 80.0, **values)
        self.bad.charge_ids.write({"product_id": product.id, "price_unit": 80.0})
        return product

    def test_no_tax_where_one_is_demanded(self):
        self.company.service_billing_tax_required = True
        self.labour_product.taxes_id = self.company.account_sale_tax_id
        self._charge_another_product()
        self._assert_left_out("“Special” has no tax")

    def test_no_tax_where_none_is_demanded(self):
        self._charge_another_product()
        self.assertEqual(len(self.bad._run_billing().invoices), 1)

    def test_tax_of_another_company_is_none(self):
        self.company.service_billing_tax_required = True
        self.labour_product.taxes_id = self.company.account_sale_tax_id
        product = self._charge_another_product()
        product.taxes_id = self.company_b.account_sale_tax_id
        self._assert_left_out("“Special” has no tax")

    def test_no_income_account(self):
        category = self.env["product.category"].create({"name": "Special"})
        product = self._charge_another_product(categ_id=category.id)
        income = self._get_account("income")
        self.labour_product.with_company(
            self.company
        ).property_account_income_id = income
        category.with_company(self.company).property_account_income_categ_id = False
        self.company.income_account_id = False
        self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "sale")]
        ).default_account_id = False
        self.assertFalse(
            product.with_company(self.company)._get_product_accounts()["income"]
        )
        self._assert_left_out("“Special” has no income account")

    def test_customer_without_address(self):
        self.partner.write({"street": False, "city": False})
        self._assert_left_out(self.partner.name, "no address")

    def test_address_of_the_invoice_counts(self):
        self.partner.write({"street": False, "city": False})
        self._create_partner(
            "Accounts", parent_id=self.partner.id, type="invoice", city="Ghent"
        )
        self.assertEqual(self.bad._run_billing().invoices.state, "posted")

    def test_draft_needs_no_address(self):
        self.partner.write({"street": False, "city": False})
        self.partner.service_billing_policy_id = self._create_policy()
        self.assertEqual(self.bad._run_billing().invoices.state, "draft")

    def test_locked_period(self):
        """Drafts may be made; nothing is posted, and nobody is billed half."""
        self.partner.service_billing_policy_id = self._create_policy(is_posted=True)
        self.other.service_billing_policy_id = self._create_policy()
        self.company.hard_lock_date = self.company._get_billing_day()
        result = (self.bad | self.good)._run_billing()
        self.assertEqual(list(result.left_out), [self.bad])
        self.assertIn("locked", result.left_out[self.bad][0])
        self.assertEqual(self.good.invoice_ids.state, "draft")
        self.assertEqual(self.bad.billing_state, "ready")
        self._assert_button_refused("locked")
        self.assertFalse(self.bad.sale_order_ids)

    def test_currency_without_rate(self):
        currency = self.env["res.currency"].create({"name": "QQQ", "symbol": "Q"})
        self.bad.pricelist_id = self.env["product.pricelist"].create(
            {"name": "Q", "currency_id": currency.id}
        )
        self.bad.charge_ids.price_unit = 5.0
        self._assert_left_out("QQQ", "rate")
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "name": "2026-01-01",
                "rate": 0.5,
                "company_id": self.company.id,
            }
        )
        self.assertEqual(self.bad._run_billing().invoices.amount_total, 5.0)
        self._assert_income({self.bad: 10.0})

    def test_discount_above_100_percent(self):
        """A charge refuses it; typed into the sales order it is not billed."""
        line = self.bad._create_sale_orders().order_line
        line.discount = 120.0
        result = (self.bad | self.good)._run_billing()
        self.assertEqual(list(result.left_out), [self.bad])
        self.assertIn("120", result.left_out[self.bad][0])
        self._assert_button_refused("120")
        self.assertFalse(self.bad.invoice_ids)
        self.assertEqual(self.good.billing_state, "invoiced")

    def test_company_without_sales_journal(self):
        self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "sale")]
        ).active = False
        self.assertIn(
            "no sales journal", "\n".join(self.bad._get_document_issues()[self.bad])
        )

    def test_cancelled_after_billing(self):
        order = self._create_order(pricing_method="fixed")
        visit = self._create_visit(order, start=self.slot)
        self._work(visit, 1.0, result="no_access")
        self._create_visit(order, start=visit.stop)
        order.action_cannot_complete()
        order._run_billing()
        with self.assertRaisesRegex(ValidationError, "credit the invoice first"):
            order.action_cancel()
        self.assertEqual(order.billing_state, "invoiced")

    def test_cancelled_between_preview_and_run(self):
        orders = self.bad | self.good
        wizard = self.env["field.service.billing.wizard"]._create_for(orders)
        # Nothing but a correction takes the work off, and then it is cancelled.
        self.bad.coverage = "goodwill"
        wizard.action_bill()
        self.assertEqual(wizard.left_out_ids.order_id, self.bad)
        self.assertFalse(self.bad.invoice_ids)
        self.assertEqual(self.good.invoice_ids.state, "posted")

    def test_charge_edited_after_invoicing(self):
        self.bad._run_billing()
        charge = self.bad.charge_ids
        for values in ({"price_unit": 1.0}, {"worked_qty": 5.0}, {"discount": 50.0}):
            with self.assertRaisesRegex(UserError, "is on an invoice"):
                charge.write(values)
        self._assert_income({self.bad: 80.0})

    def test_several_issues_at_once(self):
        """Everything that is missing is said, not one thing after the other."""
        self.company.service_billing_tax_required = True
        self.partner.write({"street": False, "city": False})
        issues = self.bad._get_document_issues()[self.bad]
        self.assertEqual(len(issues), 2)
