from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from .common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestPaymentOnsite(PaymentCommon):
    # ------------------------------------------------------------------- invoice
    def test_the_amount_is_known_before_the_invoice(self):
        """2 h x 80.00 + 20 % = 192.00; without any right on accounting."""
        order = self._create_worked_order(2.0)
        before = self.env["account.move"].search_count([])
        payment = self._get_payment(order)
        self.assertTrue(payment["ready"])
        self.assertEqual(payment["issues"], [])
        self.assertIn("192.00", payment["total"])
        self.assertEqual(payment["invoices"], [])
        self.assertEqual(self.env["account.move"].search_count([]), before)
        self.assertFalse(order.sale_order_ids, "nothing is made by looking")

    def test_one_tap_makes_the_invoice(self):
        order = self._create_worked_order(2.0)
        self.assertEqual(self._report(order, "invoice"), ("done", ""))
        invoice = order.invoice_ids
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.amount_total, 192.0)
        self.assertEqual(order.billing_state, "invoiced")
        self._assert_one_order(invoice)
        self._assert_income({order: 160.0})
        payment = self._get_payment(order)
        self.assertFalse(payment["ready"])
        self.assertEqual([one["state"] for one in payment["invoices"]], ["open"])

    def test_a_second_tap_makes_no_second_invoice(self):
        order = self._create_invoiced_order()
        status, message = self._report(order, "invoice")
        self.assertEqual(status, "done")
        self.assertIn("already", message)
        self.assertEqual(len(order.invoice_ids), 1)

    def test_two_orders_get_their_own_invoices(self):
        orders = self._create_invoiced_order() | self._create_invoiced_order(3.0)
        self.assertEqual(orders.invoice_ids.mapped("amount_total"), [192.0, 288.0])
        self._assert_income({orders[0]: 160.0, orders[1]: 240.0})

    def test_pro_forma_is_left_to_the_office(self):
        self.company.service_onsite_invoice = "draft"
        order = self._create_invoiced_order()
        self.assertEqual(order.invoice_ids.state, "draft")
        self.assertEqual(order.billing_state, "drafted")
        [values] = self._get_payment(order)["invoices"]
        self.assertEqual(values["state"], "draft")
        self.assertIn("192.00", values["total"])
        status, message = self._pay_cash(order, 192.0)
        self.assertEqual(status, "refused")
        self.assertIn("office", message)

    def test_not_where_the_company_or_the_job_type_says_no(self):
        order = self._create_worked_order(2.0)
        for change in (
            lambda: order.company_id.write({"service_onsite_invoice": "none"}),
            lambda: (
                order.company_id.write({"service_onsite_invoice": "post"}),
                order.job_type_id.write({"invoice_on_site": False}),
            ),
        ):
            change()
            self.assertFalse(self._get_payment(order))
            status, message = self._report(order, "invoice")
            self.assertEqual(status, "refused")
            self.assertIn("office", message)
        self.assertFalse(order.invoice_ids)

    def test_whoever_is_billed_by_the_month_has_no_invoice_on_site(self):
        policy = self.env["field.service.billing.policy"].create(
            {"name": "Monthly", "timing": "monthly", "company_id": self.company.id}
        )
        customer = self.partner.with_company(self.company)
        customer.service_billing_policy_id = policy
        order = self._create_worked_order(2.0)
        status, message = self._report(order, "invoice")
        self.assertEqual(status, "refused")
        self.assertIn("The office makes the invoice", message)
        self.assertFalse(order.invoice_ids)
        policy.timing = "completion"
        self.assertEqual(self._report(order, "invoice"), ("done", ""))

    def test_what_is_missing_is_said(self):
        self.company.service_labour_product_id = False
        order = self._create_worked_order(2.0)
        payment = self._get_payment(order)
        self.assertFalse(payment["ready"])
        self.assertIn("Labour Product", " ".join(payment["issues"]))
        status, message = self._report(order, "invoice")
        self.assertEqual(status, "refused")
        self.assertIn("Labour Product", message)
        self.assertFalse(order.sale_order_ids)

    def test_work_that_goes_on_is_not_invoiced(self):
        order = self._create_order()
        self._create_visit(order)
        self.assertFalse(self._get_payment(order))
        status, message = self._report(order, "invoice")
        self.assertEqual(status, "refused")
        self.assertIn("not finished", message)

    def test_covered_work_costs_the_customer_nothing(self):
        order = self._create_worked_order(2.0, coverage="warranty")
        self.assertFalse(self._get_payment(order))
        status, message = self._report(order, "invoice")
        self.assertEqual(status, "refused")
        self.assertIn("nothing to pay", message)

    def test_the_total_is_what_the_invoice_says(self):
        """Parts, a discount, an included tax mapped by a fiscal position."""
        included = self.tax.copy(
            {"name": "VAT incl", "price_include_override": "tax_included"}
        )
        position = self.env["account.fiscal.position"].create(
            {"name": "Abroad", "company_id": self.company.id}
        )
        reduced = self.tax.copy(
            {
                "name": "VAT 7",
                "amount": 7.0,
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.tax.ids)],
            }
        )
        self.assertTrue(reduced)
        self.filter.taxes_id = [Command.set(included.ids)]
        for abroad, labour in ((False, 168.0), (True, 149.8)):
            partner = self._create_partner("Customer")
            if abroad:
                partner.with_company(
                    self.company
                ).property_account_position_id = position
            order = self._create_order(partner_id=partner.id)
            start = MONDAY + timedelta(days=abroad)
            visit = self._create_visit(order, start=start)
            self._use_part(order, quantity=1.0)
            self._work(visit, 2.0)
            order.charge_ids.filtered(
                lambda charge: charge.kind == "labour"
            ).price_unit = 70.0
            total = order.sudo()._get_onsite_total()
            self._report(order, "invoice")
            self.assertEqual(order.invoice_ids.amount_total, total)
            # 2 x 70.00 + 20 % = 168.00, with 7 % 149.80; the filter 25.00 with its tax.
            self.assertAlmostEqual(total, labour + 25.0)

    def test_a_down_payment_is_deducted(self):
        order = self._create_order()
        visit = self._create_visit(order)
        self._work(visit, 2.0)
        sale_order = order._create_sale_orders()
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(sale_order.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": 60.0,
            }
        )
        self._post(wizard._create_invoices(sale_order))
        self.assertEqual(order.sudo()._get_onsite_total(), 132.0)
        status, message = self._report(order, "invoice")
        self.assertEqual((status, message), ("done", ""))
        final = order.invoice_ids.sorted("id")[-1]
        self.assertEqual(final.amount_total, 132.0)

    # --------------------------------------------------------------------- rights
    def test_whose_visit_it_is_not(self):
        order = self._create_worked_order(2.0)
        stranger = self._create_user("stranger", "field_service.group_technician")
        phone = self.phone.with_user(stranger)
        for kind in ("invoice", "cash"):
            status, message = self._report(order, kind, phone=phone)
            self.assertEqual(status, "refused", message)
            self.assertIn("not yours", message)
        self.assertFalse(order.invoice_ids)

    def test_the_portal_shows_it_to_whoever_pays(self):
        order = self._create_invoiced_order()
        tenant = self._create_partner("Tenant")
        for partner, expected in (
            (order.partner_id, order.invoice_ids),
            (tenant, order.invoice_ids.browse()),
        ):
            user = self._create_user(f"portal{partner.id}", "base.group_portal")
            user.partner_id = partner
            self.assertEqual(order.with_user(user)._get_portal_invoices(), expected)


@tagged("post_install", "-at_install")
class TestCashOnsite(PaymentCommon):
    def test_cash_pays_the_invoice(self):
        """192.00, 200.00 given: Dr cash of Tina / Cr receivable, 8.00 change."""
        order = self._create_invoiced_order()
        [values] = self._get_payment(order)["invoices"]
        self.assertEqual(values["cash"]["due"], 192.0)
        self.assertEqual(self._pay_cash(order, 192.0, 200.0), ("done", ""))
        invoice = order.invoice_ids
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(order.billing_state, "paid")
        payment = self.env["account.payment"].search(
            [("service_order_id", "=", order.id)]
        )
        self.assertEqual((payment.amount, payment.journal_id), (192.0, self.box))
        receivable = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).account_id
        self._assert_entry(
            payment.move_id, {self.box.default_account_id: 192.0, receivable: -192.0}
        )
        self.assertIn(self.box.code, payment.name)
        payment_page = self._get_payment(order)
        self.assertEqual(payment_page["invoices"][0]["state"], "paid")
        self.assertEqual(payment_page["receipts"][0]["name"], payment.name)
        self._assert_income({order: 160.0})

    def test_part_of_it_and_the_rest(self):
        order = self._create_invoiced_order()
        self._pay_cash(order, 50.0)
        [values] = self._get_payment(order)["invoices"]
        self.assertTrue(values["partial"])
        self.assertEqual(values["cash"]["due"], 142.0)
        self.assertEqual(order.billing_state, "invoiced")
        self._pay_cash(order, 142.0)
        self.assertEqual(order.billing_state, "paid")

    def test_too_much_twice_or_nonsense_is_refused(self):
        order = self._create_invoiced_order()
        for amount, received, words in (
            (192.01, 200.0, "Only"),
            (192.0, 100.0, "less than"),
            (0.0, 0.0, "Enter the amount"),
            (-5.0, 5.0, "Enter the amount"),
            (float("nan"), 5.0, "Enter the amount"),
            (float("inf"), float("inf"), "Enter the amount"),
            ("192", 192.0, "Enter the amount"),
            (True, 192.0, "Enter the amount"),
            (None, None, "Enter the amount"),
        ):
            status, message = self._pay_cash(order, amount, received)
            self.assertEqual(status, "refused", amount)
            self.assertIn(words, message)
        self.assertFalse(
            self.env["account.payment"].search([("service_order_id", "=", order.id)])
        )
        self._pay_cash(order, 192.0)
        status, message = self._pay_cash(order, 192.0)
        self.assertEqual(status, "refused")
        self.assertIn("paid already", message)
        self.assertEqual(self.box._get_service_cash_balance(), 192.0)

    def test_the_same_receipt_is_one_payment(self):
        order = self._create_invoiced_order()
        for _tap in range(2):
            status, _message = self._pay_cash(order, 50.0, receipt="one")
            self.assertEqual(status, "done")
        self.assertEqual(self.box._get_service_cash_balance(), 50.0)
        status, _message = self._report(
            order,
            "cash",
            key="same",
            invoice_id=order.invoice_ids.id,
            amount=20.0,
            received=20.0,
            receipt="two",
        )
        self.assertEqual(status, "done")
        status, _message = self._report(order, "cash", key="same")
        self.assertEqual(status, "duplicate")
        self.assertEqual(self.box._get_service_cash_balance(), 70.0)

    def test_an_invoice_of_somebody_else_is_not_paid_here(self):
        order, other = self._create_invoiced_order(), self._create_invoiced_order()
        status, message = self._report(
            order,
            "cash",
            invoice_id=other.invoice_ids.id,
            amount=10.0,
            received=10.0,
            receipt="x",
        )
        self.assertEqual(status, "refused")
        self.assertIn("not paid on site", message)

    def test_without_a_cash_journal(self):
        order = self._create_invoiced_order()
        self.technician.service_cash_journal_id = False
        [values] = self._get_payment(order)["invoices"]
        self.assertFalse(values["cash"])
        status, message = self._pay_cash(order, 192.0)
        self.assertEqual(status, "refused")
        self.assertIn("no cash journal", message)

    def test_a_journal_that_is_not_ready_says_why(self):
        order = self._create_invoiced_order()
        self.box.inbound_payment_method_line_ids.payment_account_id = False
        status, message = self._pay_cash(order, 192.0)
        self.assertEqual(status, "refused")
        self.assertIn("own account", message)
        self.technician.action_create_cash_journals()
        self.assertEqual(self._pay_cash(order, 192.0)[0], "done")

    def test_one_journal_is_one_persons(self):
        other = self._create_technician("Otto")
        with self.assertRaisesRegex(UserError, "Tina"), self.cr.savepoint():
            other.service_cash_journal_id = self.box
        other.action_create_cash_journals()
        self.assertNotEqual(other.service_cash_journal_id, self.box)

    def test_who_may_make_journals(self):
        with self.assertRaises(UserError):
            self.technician.with_user(self.clerk).action_create_cash_journals()

    # --------------------------------------------------------------- books, money
    def test_locked_days_are_booked_today(self):
        today = fields.Date.context_today(self.env.user)
        order = self._create_invoiced_order()
        self.company.fiscalyear_lock_date = fields.Date.subtract(today, days=1)
        payment = order.with_user(self.user_technician)._take_cash(
            order.invoice_ids.id,
            192.0,
            192.0,
            "late",
            fields.Date.subtract(today, days=2),
        )
        self.assertEqual(payment.date, today)
        self.assertEqual(order.billing_state, "paid")

    def test_a_hashed_journal(self):
        self.box.restrict_mode_hash_table = True
        order = self._create_invoiced_order()
        self.assertEqual(self._pay_cash(order, 192.0)[0], "done")
        count = self._create_count(counted_amount=190.0, explanation="Two coins lost")
        count.action_confirm()
        self.assertTrue(count.sudo().difference_move_id.inalterable_hash)

    def test_a_foreign_invoice_in_company_cash(self):
        """80.00 x 2 + 20 % = 192.00 of a currency worth a half: 96.00 in cash."""
        foreign = self.env["res.currency"].create(
            {
                "name": "XQX",
                "symbol": "x",
                "rate_ids": [
                    Command.create(
                        {
                            "name": "2020-01-01",
                            "rate": 2.0,
                            "company_id": self.company.id,
                        }
                    )
                ],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Foreign",
                "currency_id": foreign.id,
                "company_id": self.company.id,
                "item_ids": [
                    Command.create(
                        {
                            "compute_price": "fixed",
                            "fixed_price": 80.0,
                            "applied_on": "3_global",
                        }
                    )
                ],
            }
        )
        order = self._create_order(pricelist_id=pricelist.id)
        self._work(self._create_visit(order), 2.0)
        self._report(order, "invoice")
        self.assertEqual(order.invoice_ids.currency_id, foreign)
        self.assertEqual(order.invoice_ids.amount_total, 192.0)
        [values] = self._get_payment(order)["invoices"]
        self.assertEqual(values["cash"]["due"], 96.0)
        self.assertEqual(self._pay_cash(order, 96.01)[0], "refused")
        self.assertEqual(self._pay_cash(order, 96.0), ("done", ""))
        self.assertEqual(order.invoice_ids.amount_residual, 0.0)
        self.assertEqual(order.billing_state, "paid")
        self.assertEqual(self.box._get_service_cash_balance(), 96.0)

    def test_an_early_payment_discount(self):
        """2 % of 192.00 within 10 days: 188.16 pays it all."""
        order = self._create_worked_order(2.0)
        order.partner_id.with_company(self.company).property_payment_term_id = self.env[
            "account.payment.term"
        ].create(
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
        self._report(order, "invoice")
        [values] = self._get_payment(order)["invoices"]
        self.assertEqual(values["cash"]["due"], 188.16)
        self.assertEqual(self._pay_cash(order, 188.16), ("done", ""))
        self.assertEqual(order.billing_state, "paid")
        self.assertEqual(self.box._get_service_cash_balance(), 188.16)

    def test_a_technician_of_another_company(self):
        """Boris has a box in B: it takes no money of A."""
        order = self._create_invoiced_order()
        self.user_technician.company_ids |= self.company_b
        self.technician.service_cash_journal_id = False
        self.technician_b.action_create_cash_journals()
        self.technician_b.user_id = self.user_technician
        status, message = self._pay_cash(order, 192.0)
        self.assertEqual(status, "refused")
        self.assertIn(self.company.name, message)

    def test_the_receipt_is_mailed(self):
        order = self._create_worked_order(2.0)
        order.partner_id.email = False
        self._report(order, "invoice")
        status, message = self._pay_cash(order, 92.0, email=True)
        self.assertEqual(status, "done")
        self.assertIn("no e-mail address", message)
        order.partner_id.email = "customer@example.com"
        mails = self.env["mail.mail"].search([])
        self.assertEqual(self._pay_cash(order, 100.0, email=True), ("done", ""))
        mail = self.env["mail.mail"].search([]) - mails
        self.assertIn("Receipt", mail.subject)
        self.assertTrue(mail.attachment_ids, "the numbered receipt")
