"""From the quotation to the money, each in the browser of whoever does it."""

from odoo import fields
from odoo.tests import new_test_user, tagged

from .. import story
from .test_payment import OnlineCommon


@tagged("standard", "post_install", "-at_install")
class TestMoneyStory(OnlineCommon):
    """Customer, technician and clerk; 160.00 for the whole, whatever it takes."""

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
        cls.user.tz = "UTC"
        cls.clerk = new_test_user(
            cls.env,
            login="clerk_online",
            groups="field_service_billing.group_billing",
            company_id=cls.company.id,
            company_ids=[fields.Command.set(cls.company.ids)],
        )

    def test_quoted_done_billed_paid(self):
        order = story.create_order(
            self.aurora,
            "Story",
            partner_id=self.aurora.customer.id,
            pricing_method="fixed",
            fixed_price=160.0,
            require_signature=True,
        )
        # The customer accepts.
        quotation = order._get_quotation()
        self.assertEqual(quotation.amount_total, 160.0)
        quotation.require_signature = True
        quotation.action_quotation_sent()
        self.start_tour(quotation.get_portal_url(), "field_service_accept", timeout=120)
        self.assertEqual(quotation.state, "sale")
        self.assertEqual((order.quoted_amount, order.coverage), (160.0, "chargeable"))
        # The technician does it, has it signed, and makes the invoice.
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0)
        visit = story.plan(self.aurora, order, 0, start=noon)
        story.add_part(order, self._create_seal(), 1)
        self.start_tour(
            "/odoo/my-day", "field_service_money", login=self.user.login, timeout=180
        )
        self.assertEqual(order.state, "done")
        self.assertEqual(visit.signed_by, "Mrs. Grand")
        [invoice] = order.invoice_ids
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 160.0))
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids.order_id, quotation)
        # The customer pays.
        link = self._get_path(self._get_invoice(visit)["link"])
        self.start_tour(link, "field_service_pay_online", timeout=120)
        transaction = invoice.transaction_ids
        if not transaction.is_post_processed:
            transaction._post_process()
        # The clerk sees it.
        self.start_tour(
            f"/odoo/work-orders/{order.id}",
            "field_service_is_paid",
            login=self.clerk.login,
            timeout=120,
        )
        self.assertEqual(order.billing_state, "paid")
        # A seal of 7.00; the minutes of the tour cost what they cost.
        profit = order._get_posted_profit()[order]
        self.assertEqual((profit["revenue"], profit["parts"]), (160.0, 7.0))
        self._check_books()

    def _create_seal(self):
        seal = self._create_part(self.aurora)
        self._receive(self.aurora, seal, 1, 7.0, location=self._get_van(self.aurora))
        return seal
