"""Paying online with ``payment_demo``, which the suite does not need."""

import re
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .. import story
from .common import CompanionCommon


class OnlineCommon(CompanionCommon, HttpCase):
    """Aurora's technician makes invoices on the phone, and customers pay online."""

    browser_size = "390x844"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.aurora.company
        cls.company.service_onsite_invoice = "post"
        cls.env["ir.config_parameter"].set_param(
            "account_payment.enable_portal_payment", "True"
        )
        cls.provider = cls.env.ref("payment.payment_provider_demo").copy(
            {"company_id": cls.company.id, "state": "test", "is_published": True}
        )
        cls.provider.payment_method_ids.active = True
        cls.provider.journal_id = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.user = new_test_user(
            cls.env,
            login="tina_online",
            groups="field_service.group_technician",
            company_id=cls.company.id,
            company_ids=[fields.Command.set(cls.company.ids)],
        )
        cls.aurora.technician.user_id = cls.user
        cls.aurora.customer.write(
            {
                "name": "Customer",
                "email": "customer@example.com",
                "country_id": cls.env.ref("base.us").id,
            }
        )

    def _get_path(self, link):
        """Return the link without the server, which tests have at another port."""
        url = self.env["ir.config_parameter"].sudo().get_param("web.base.url")
        return "/" + link.removeprefix(url).lstrip("/")

    def _get_invoice(self, visit):
        phone = self.env["field.service.my.day"].with_user(self.user)
        [page] = phone.get_visit_page(visit.id)["visits"]
        [invoice] = page["payment"]["invoices"]
        return invoice


@tagged("standard", "post_install", "-at_install")
class TestPayment(OnlineCommon):
    """The customer pays by the code on the technician's phone; the phone shows it."""

    def _create_invoiced(self):
        """Work 2 h at 80.00, and make the invoice on the phone: 160.00."""
        order = story.create_order(self.aurora, "Online")
        visit = story.plan(self.aurora, order, 40.5)
        story.work(visit, 2.0)
        self.assertEqual(self._tap(visit, "invoice"), ("done", ""))
        return visit

    def _tap(self, visit, kind, **payload):
        action = {
            "key": f"{kind}{visit.id}{len(payload)}",
            "kind": kind,
            "visit_id": visit.id,
            "device_time": fields.Datetime.to_string(
                fields.Datetime.now() - timedelta(seconds=1)
            ),
            "payload": payload,
        }
        phone = self.env["field.service.my.day"].with_user(self.user)
        [result] = phone.apply_actions([action])["results"]
        return result["status"], result["message"]

    def _start_payment(self, shown):
        """Open the link as the customer does, and begin to pay with the provider."""
        page = self.url_open(self._get_path(shown["link"]))
        self.assertEqual(page.status_code, 200)
        self.assertIn(f'data-provider-id="{self.provider.id}"', page.text)
        token = re.search(r'data-access-token="([^"]+)"', page.text).group(1)
        amount = re.search(r'data-amount="([^"]+)"', page.text).group(1)
        return self.make_jsonrpc_request(
            f"/invoice/transaction/{shown['id']}",
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.provider.payment_method_ids[:1].id,
                "token_id": None,
                "amount": float(amount),
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/my/invoices",
                "access_token": token,
            },
        )

    def test_link_demo_provider_paid(self):
        visit = self._create_invoiced()
        shown = self._get_invoice(visit)
        self.assertEqual(shown["state"], "open")
        self.assertTrue(shown["qr"].startswith("data:image/png;base64,"))
        values = self._start_payment(shown)
        reference = values["reference"]
        transaction = self.env["payment.transaction"].search(
            [("reference", "=", reference)]
        )
        self.assertEqual(transaction.amount, 160.0)
        # The bank takes its time: nobody should pay in cash meanwhile.
        self._simulate(reference, "pending")
        self.assertEqual(self._get_invoice(visit)["state"], "pending")
        self.aurora.technician.action_create_cash_journals()
        status, message = self._tap(
            visit,
            "cash",
            invoice_id=shown["id"],
            amount=160.0,
            received=160.0,
            receipt="online",
        )
        self.assertEqual(status, "refused")
        self.assertIn("online at this moment", message)
        self._simulate(reference, "done")
        self.assertEqual(self._get_invoice(visit)["state"], "pending")
        transaction._post_process()
        self.assertEqual(self._get_invoice(visit)["state"], "paid")
        order = visit.order_id
        self.assertEqual(order.billing_state, "paid")
        self.assertEqual(order.invoice_ids.amount_residual, 0.0)
        self._check_books()

    def _simulate(self, reference, state):
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {
                "reference": reference,
                "payment_details": "4242",
                "simulated_state": state,
            },
        )

    def test_in_the_browser_of_the_customer(self):
        visit = self._create_invoiced()
        link = self._get_invoice(visit)["link"]
        self.start_tour(
            self._get_path(link),
            "field_service_pay_online",
            timeout=120,
        )
        transaction = visit.order_id.invoice_ids.transaction_ids
        self.assertEqual(transaction.mapped("state"), ["done"])
        if not transaction.is_post_processed:
            transaction._post_process()
        self.assertEqual(self._get_invoice(visit)["state"], "paid")
        self.assertEqual(visit.order_id.billing_state, "paid")

    def test_the_report_has_the_code(self):
        visit = self._create_invoiced()
        html = self.env["ir.actions.report"]._render_qweb_html(
            "field_service.service_report", visit.order_id.ids
        )[0]
        text = html.decode()
        self.assertIn('name="payment"', text)
        self.assertIn("data:image/png;base64", text)
        self.assertIn("160.00", text)
