from odoo import fields
from odoo.tests import HttpCase, tagged

from .common_offer import FieldServiceOfferCommon


@tagged("post_install", "-at_install")
class TestOfferTour(FieldServiceOfferCommon, HttpCase):
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

    def test_two_answers_on_the_phone(self):
        """One becomes a quotation; the other is declined with a reason."""
        other = self._create_rule("no_agreement")
        self.visit.start = fields.Datetime.now().replace(hour=12, minute=0, second=0)
        self.order._refresh_offers()
        self.start_tour(
            "/odoo/my-day",
            "field_service_offers",
            login=self.user_technician.login,
            timeout=120,
        )
        offers = {offer.rule_id: offer for offer in self.order.offer_ids}
        accepted, declined = offers[self.rule], offers[other]
        self.assertEqual((accepted.state, declined.state), ("accepted", "declined"))
        self.assertEqual(accepted.sale_order_ids.order_line.product_id, self.large)
        self.assertEqual(
            declined.decline_reason_id,
            self.env.ref("field_service_billing.reason_offer_price"),
        )
        self.assertEqual(declined.presented_by_id, self.user_technician)
