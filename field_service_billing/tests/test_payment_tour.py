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
        # It is noon where he is, whenever the tests run: the morning's work is over and
        # of today. The sign is that of POSIX: Etc/GMT+5 is five hours behind.
        now = fields.Datetime.now().replace(second=0)
        cls.user_technician.tz = f"Etc/GMT{now.hour - 12:+d}"
        cls.morning = now - timedelta(hours=3)

    def _start(self, name):
        self.start_tour(
            "/odoo/my-day", name, login=self.user_technician.login, timeout=120
        )

    def test_finish_invoice_cash(self):
        """A fixed price of 160.00 + 20 %: 192.00, 200.00 are given."""
        self.fixed_product.taxes_id = self.tax
        order = self._create_order(pricing_method="fixed", fixed_price=160.0)
        self._create_visit(order, start=self.morning)
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
        order = self._create_invoiced_order(start=self.morning)
        self._start("field_service_payment_refused")
        self.assertEqual(order.invoice_ids.amount_residual, 92.0)
        self.assertEqual(self.box._get_service_cash_balance(), 100.0)
