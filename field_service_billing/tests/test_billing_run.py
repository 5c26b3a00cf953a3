from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from .billing_common import BillingRunCommon

RUN = "odoo.addons.field_service_billing.models.field_service_order_billing_run"


@tagged("post_install", "-at_install")
class TestBillingRun(BillingRunCommon):
    def _get_amounts(self, invoices):
        return sorted(invoices.mapped("amount_untaxed"))

    def _run(self, orders, **policy):
        self.company.service_billing_policy_id = self._create_policy(**policy)
        return orders._run_billing()

    # -------------------------------------------------------------------- grouping
    def _create_grouped(self):
        """Three orders of a customer (two at one site), one of another."""
        sites = [
            self._create_partner(name, parent_id=self.partner.id, type="delivery")
            for name in ("Quay", "Yard")
        ]
        return self._create_hours(
            1.0,
            2.0,
            3.0,
            4.0,
            site_id=[sites[0].id, sites[0].id, sites[1].id, self.other.id],
            partner_id=[self.partner.id] * 3 + [self.other.id],
        )

    def test_one_invoice_per_order(self):
        result = self._run(self._create_grouped(), grouping="order")
        self.assertEqual(self._get_amounts(result.invoices), [80, 160, 240, 320])
        self.assertFalse(result.left_out)

    def test_one_invoice_per_site(self):
        """80 + 160 at the quay."""
        orders = self._create_grouped()
        result = self._run(orders, grouping="site")
        self.assertEqual(self._get_amounts(result.invoices), [240, 240, 320])
        self.assertEqual(len(orders[:2].invoice_ids), 1)

    def test_one_invoice_per_customer(self):
        """80 + 160 + 240, from two sites; each line stays with its own order."""
        orders = self._create_grouped()
        result = self._run(orders, grouping="customer")
        self.assertEqual(self._get_amounts(result.invoices), [320, 480])
        self._assert_sites(orders)
        for invoice in result.invoices:
            self._assert_one_order(invoice)
        self._post(result.invoices)
        self._assert_income(dict(zip(orders, (80.0, 160.0, 240.0, 320.0), strict=True)))

    def _assert_sites(self, orders):
        """Each line says where, on screen and on paper; one site needs no words."""
        sites = [order.site_id.name for order in orders]
        several, one = orders[0].invoice_ids, orders[3].invoice_ids
        lines = several.with_user(self.clerk).invoice_line_ids
        self.assertEqual(lines.service_site_id, orders[:3].site_id)
        self.assertEqual(set(lines.mapped("service_site_name")), {"Quay", "Yard"})
        self.assertEqual(
            [several.service_is_multisite, one.service_is_multisite], [True, False]
        )
        self.env.user.group_ids += self.env.ref(
            "account.group_delivery_invoice_address"
        )
        papers = [self._print(invoice) for invoice in (several, one)]
        self.assertEqual(papers[0].count("Site: "), 3)
        for number, site in enumerate(sites[:3], start=1):
            self.assertIn(site, papers[0], number)
        self.assertNotIn("Shipping Address", papers[0])
        self.assertNotIn("Site: ", papers[1])

    def _print(self, invoice):
        """Return the words of the printed invoice."""
        content, __ = self.env["ir.actions.report"]._render_qweb_html(
            "account.account_invoices", invoice.ids
        )
        return " ".join(html2plaintext(content.decode()).split())

    def test_one_invoice_per_customer_order_number(self):
        """Two orders of number 7; what has none has an invoice of its own."""
        orders = self._create_hours(1.0, 2.0, 3.0, 4.0)
        for order, number in zip(orders, ("7", " 7 ", False, False), strict=True):
            order._create_sale_orders().client_order_ref = number
        result = self._run(orders, grouping="reference")
        self.assertEqual(self._get_amounts(result.invoices), [240, 240, 320])
        self.assertEqual(orders[0].invoice_ids, orders[1].invoice_ids)

    def test_number_of_the_work_order(self):
        """Known before there is any sales order."""
        orders = self._create_hours(1.0, 2.0, 3.0)
        for order, number in zip(orders, ("7", "8", "7"), strict=True):
            order.customer_reference = number
        result = self._run(orders, grouping="reference")
        self.assertEqual(self._get_amounts(result.invoices), [160, 320])
        self.assertEqual(set(result.invoices.mapped("ref")), {"7", "8"})

    def test_sales_orders_of_their_own_on_one_invoice(self):
        """Quoted one by one, billed together."""
        orders = self._create_hours(1.0, 2.0)
        for order in orders:
            order._create_sale_orders()
        result = self._run(orders, grouping="customer")
        self.assertEqual(self._get_amounts(result.invoices), [240])
        self.assertEqual(len(orders.sale_order_ids), 2)

    def test_one_sales_order_on_several_invoices(self):
        orders = self._create_hours(1.0, 2.0)
        orders._create_sale_orders(grouped=True)
        result = self._run(orders, grouping="order")
        self.assertEqual(self._get_amounts(result.invoices), [80, 160])
        self.assertEqual(len(orders.sale_order_ids), 1)
        for order in orders:
            self.assertEqual(len(order.invoice_ids), 1)

    def test_unfinished_order_on_the_same_sales_order(self):
        """What is worked but not finished is not billed with the neighbour's."""
        order = self._create_hours(1.0)
        started = self._create_order()
        visit = self._create_visit(started, start=self.slot)
        self._create_visit(started, start=self.slot + timedelta(hours=8))
        self._work(visit, 2.0)
        self.assertEqual(started.state, "scheduled")
        (order | started)._create_sale_orders(grouped=True)
        result = self._run(order | started, grouping="customer")
        self.assertEqual(self._get_amounts(result.invoices), [80])
        self.assertEqual(list(result.left_out), [started])
        self.assertFalse(started.invoice_ids)

    def test_currencies_do_not_mix(self):
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
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        orders = self._create_hours(1.0, 1.0, pricelist_id=[False, pricelist.id])
        self.company.service_billing_policy_id = self._create_policy(
            grouping="customer"
        )
        wizard = self.env["field.service.billing.wizard"]._create_for(orders)
        # 80.00 USD at 0.8 EUR per USD are 64.00 EUR.
        self.assertEqual(
            sorted((line.currency_id.name, line.amount) for line in wizard.line_ids),
            [("EUR", 64.0), ("USD", 80.0)],
        )
        self.assertIn("+", wizard.total)
        result = orders._run_billing()
        self.assertEqual(self._get_amounts(result.invoices), [64.0, 80.0])
        self._post(result.invoices)
        self._assert_income(dict.fromkeys(orders, 80.0))

    # ------------------------------------------------------------------ how far
    def test_draft_post_and_send(self):
        orders = self._create_hours(
            1.0, 2.0, partner_id=[self.partner.id, self.other.id]
        )
        self.partner.service_billing_policy_id = self._create_policy(
            is_posted=True, is_sent=True
        )
        invoices = orders._run_billing().invoices
        posted = orders[0].invoice_ids
        self.assertEqual(posted.state, "posted")
        self.assertEqual(posted.invoice_date, self.company._get_billing_day())
        self.assertTrue(posted.sending_data, "Odoo's own job sends it")
        draft = invoices - posted
        self.assertEqual((draft.state, draft.sending_data), ("draft", False))
        self.assertEqual(orders.mapped("billing_state"), ["invoiced", "drafted"])

    def test_the_mail_leaves(self):
        """Odoo's own job takes it from there: the customer gets the invoice."""
        self.partner.email = "books@customer.example"
        order = self._create_hours(1.0)
        self.company.service_billing_policy_id = self._create_policy(
            is_posted=True, is_sent=True
        )
        # As the nightly job does it, for a clerk who may start no job by hand.
        invoice = order.with_user(self.clerk)._run_billing().invoices.sudo()
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.env.ref("account.ir_cron_account_move_send").id)]
        )
        self.assertTrue(trigger)
        self._run_cron(self.env["account.move"]._cron_account_move_send)
        self.assertFalse(invoice.sending_data)
        self.assertTrue(invoice.is_move_sent)
        sent = invoice.message_ids.filtered(
            lambda message: self.partner in message.notified_partner_ids
        )
        self.assertEqual(len(sent), 1)
        self.assertIn(invoice.name.replace("/", "_"), sent.attachment_ids.name)

    def test_negative_rest_is_a_credit_note(self):
        """Billed 2 h, then corrected to 1 h: 80.00 go back."""
        order = self._create_hours(2.0)
        self._run(order, is_posted=True)
        self._correct_end(order.visit_ids, -1.0)
        self.assertEqual(order.billing_amount, -80.0)
        credit = order._run_billing().invoices
        self.assertEqual((credit.move_type, credit.amount_total), ("out_refund", 80.0))
        self._assert_income({order: 80.0})

    # ----------------------------------------------------------------- idempotent
    def test_nothing_is_billed_twice(self):
        orders = self._create_hours(1.0, 2.0)
        self.assertEqual(len(self._run(orders).invoices), 2)
        again = orders._run_billing()
        self.assertFalse(again.invoices)
        self.assertEqual(set(again.left_out), set(orders))
        self._post(orders.invoice_ids)
        again = orders._run_billing()
        self.assertFalse(again.invoices)
        self._assert_income(dict(zip(orders, (80.0, 160.0), strict=True)))

    def test_one_failure_stops_nobody(self):
        """The other customer is billed; nothing of the failing one is left behind."""
        orders = self._create_hours(
            1.0, 2.0, 3.0, partner_id=[self.partner.id, self.other.id, self.partner.id]
        )
        first, good, second = orders
        self.company.service_billing_policy_id = self._create_policy()
        original, error = type(orders)._invoice_wave, "The printer is on fire"

        def fail(records, wave):
            invoices = original(records, wave)
            if first.invoice_ids:
                raise UserError(error)
            return invoices

        with patch.object(type(orders), "_invoice_wave", fail):
            result = orders._run_billing()
        self.assertEqual(result.invoices, good.invoice_ids)
        self.assertEqual(set(result.left_out), {first, second})
        self.assertIn("on fire", result.left_out[first][0])
        self.assertEqual(orders.mapped("billing_state"), ["ready", "drafted", "ready"])
        self.assertFalse((first | second).sale_order_ids)
        self.assertEqual(len(orders._run_billing().invoices), 2)

    def test_failure_nobody_foresaw(self):
        orders = self._create_hours(
            1.0, 2.0, partner_id=[self.partner.id, self.other.id]
        )
        original = type(orders)._finish_invoices

        def fail(records, groups, invoices):
            if orders[0] in [order for group in groups for order in group.orders]:
                raise ValueError("Division of labour")
            return original(records, groups, invoices)

        self.company.service_billing_policy_id = self._create_policy(is_posted=True)
        with patch.object(type(orders), "_finish_invoices", fail), mute_logger(RUN):
            result = orders._run_billing()
        self.assertEqual(result.invoices, orders[1].invoice_ids)
        self.assertEqual(orders.mapped("billing_state"), ["ready", "invoiced"])

    # ------------------------------------------------------------------------ cron
    def test_cron_bills_what_is_due(self):
        """At completion: now. Monthly: on its day. By hand: never."""
        now, later, never = self._create_hours(
            1.0,
            2.0,
            3.0,
            partner_id=[
                self.partner.id,
                self.other.id,
                self._create_partner("Third", city="Ghent").id,
            ],
        )
        orders = now | later | never
        self.partner.service_billing_policy_id = self._create_policy(
            timing="completion", is_posted=True
        )
        self.other.service_billing_policy_id = self._create_policy(timing="monthly")
        self._run_cron(orders._cron_bill)
        self.assertEqual(orders.mapped("billing_state"), ["invoiced", "ready", "ready"])
        ready = fields.Datetime.now() - timedelta(days=32)
        (later | never).billing_ready_on = ready
        self.assertFalse(never.billing_due_on)
        self._run_cron(orders._cron_bill)
        self.assertEqual(
            orders.mapped("billing_state"), ["invoiced", "drafted", "ready"]
        )
        self.assertEqual(len(orders.invoice_ids), 2)

    def test_cron_tells_what_it_cannot_bill(self):
        self.company.service_billing_user_id = self.clerk
        bad, good = self._create_hours(
            1.0, 2.0, partner_id=[self.partner.id, self.other.id]
        )
        self.company.service_billing_policy_id = self._create_policy(
            timing="completion", is_posted=True
        )
        self.partner.write({"street": False, "city": False})
        for __ in range(2):
            self._run_cron(bad._cron_bill)
        self.assertEqual(good.billing_state, "invoiced")
        activity = bad._get_billing_activities()
        self.assertEqual((len(activity), activity.user_id), (1, self.clerk))
        self.assertIn("no address", activity.note)

    def test_cron_of_two_companies(self):
        mine = self._create_hours(1.0)
        theirs = self._create_hours(2.0, company_id=[self.company_b.id])
        for company in self.company, self.company_b:
            company.service_billing_policy_id = self._create_policy(
                company_id=company.id, timing="completion", is_posted=True
            )
        self._run_cron(mine._cron_bill)
        self.assertEqual(mine.invoice_ids.company_id, self.company)
        self.assertEqual(theirs.invoice_ids.company_id, self.company_b)
        self.assertEqual(
            (mine | theirs).mapped("billing_state"), ["invoiced", "invoiced"]
        )

    # ---------------------------------------------------------------------- wizard
    def test_preview_and_run(self):
        """What was shown is what is made; what is missing is said."""
        orders = self._create_hours(
            1.0, 2.0, 3.0, partner_id=[self.partner.id, self.partner.id, self.other.id]
        )
        orders[1].charge_ids.write({"price_unit": 0.0})
        self.company.service_billing_policy_id = self._create_policy(
            grouping="customer"
        )
        action = orders.with_user(self.clerk).action_open_billing()
        wizard = (
            self.env["field.service.billing.wizard"]
            .with_user(self.clerk)
            .browse(action["res_id"])
        )
        self.assertEqual(sorted(wizard.line_ids.mapped("amount")), [80.0, 240.0])
        self.assertEqual(wizard.invoice_count, 2)
        self.assertIn("320.00", wizard.total)
        self.assertEqual(wizard.left_out_ids.order_id, orders[1])
        self.assertIn("no price", wizard.left_out_ids.reason)
        self.assertFalse(orders.invoice_ids)
        wizard.action_bill()
        self.assertEqual(wizard.state, "done")
        self.assertEqual(self._get_amounts(orders.invoice_ids), [80.0, 240.0])
        self.assertEqual(wizard.left_out_ids.order_id, orders[1])
        shown = wizard.action_view_invoices()["domain"][0][2]
        self.assertEqual(set(shown), set(orders.invoice_ids.ids))

    def test_run_without_anything_left_out_opens_the_invoices(self):
        order = self._create_hours(1.0)
        wizard = self.env["field.service.billing.wizard"]._create_for(order)
        action = wizard.with_user(self.clerk).action_bill()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("account.move", order.invoice_ids.id),
        )

    def test_due_from_the_menu(self):
        orders = self._create_hours(
            1.0, 2.0, partner_id=[self.partner.id, self.other.id]
        )
        self.partner.service_billing_policy_id = self._create_policy(
            timing="completion"
        )
        action = self.env["field.service.billing.wizard"].action_open_due()
        wizard = self.env["field.service.billing.wizard"].browse(action["res_id"])
        self.assertEqual(wizard.order_ids, orders[0])

    def test_who_may_bill(self):
        order = self._create_hours(1.0)
        for user in self.user_technician, self.dispatcher, self.manager:
            with self.assertRaises(AccessError):
                order.with_user(user).action_open_billing()
