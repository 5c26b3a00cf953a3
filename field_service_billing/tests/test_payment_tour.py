from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestPaymentInTheBrowser(PaymentCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As in the other tours: packages of Odoo leave this file out.
        cls.env["ir.asset"].create(
            {
                "name": "No background blur",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )
        cls.user_technician.tz = "UTC"
        cls.noon = fields.Datetime.now().replace(hour=12, minute=0, second=0)

    def _start(self, name):
        self.start_tour(
            "/odoo/my-day", name, login=self.user_technician.login, timeout=120
        )

    def test_finish_invoice_cash(self):
        """A fixed price of 160.00 + 20 %: 192.00, 200.00 are given."""
        self.fixed_product.taxes_id = self.tax
        order = self._create_order(pricing_method="fixed", fixed_price=160.0)
        self._create_visit(order, start=self.noon)
        self._start("field_service_payment")
        self.assertEqual(order.billing_state, "paid")
        self.assertEqual(order.invoice_ids.amount_total, 192.0)
        self.assertEqual(self.box._get_service_cash_balance(), 192.0)
        payment = self.env["account.payment"].search(
            [("service_order_id", "=", order.id)]
        )
        self.assertEqual(len(payment), 1)
        self.authenticate(self.user_technician.login, self.user_technician.login)
        answer = self.url_open(f"/field_service/receipt/{payment.id}")
        self.assertEqual(answer.status_code, 200)
        stranger = self._create_user("stranger", "field_service.group_technician")
        self.authenticate(stranger.login, stranger.login)
        answer = self.url_open(f"/field_service/receipt/{payment.id}")
        self.assertEqual(answer.status_code, 404)

    def test_part_of_it(self):
        """A fixed price of 160.00 + 20 %, of which 100.00 are given."""
        # Done a moment ago, and today: at any hour the tests run.
        self.fixed_product.taxes_id = self.tax
        now = fields.Datetime.now()
        start = max(now.replace(hour=0, minute=0, second=0), now - timedelta(minutes=5))
        order = self._create_invoiced_order(
            0.01, start=start, pricing_method="fixed", fixed_price=160.0
        )
        self._start("field_service_payment_refused")
        self.assertEqual(order.invoice_ids.amount_residual, 92.0)
        self.assertEqual(self.box._get_service_cash_balance(), 100.0)
