from odoo.tests import HttpCase, tagged

from .billing_common import BillingRunCommon


@tagged("post_install", "-at_install")
class TestBillingQueueTour(BillingRunCommon, HttpCase):
    def test_clerk_bills_what_is_ready(self):
        """80.00 at the quay and 160.00 at the yard on one invoice; one waits."""
        # As in the other tours: packages of Odoo leave this file out.
        self.env["ir.asset"].create(
            {
                "name": "No background blur",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )
        sites = [
            self._create_partner(name, parent_id=self.partner.id, type="delivery")
            for name in ("Quay", "Yard")
        ]
        orders = self._create_hours(
            1.0, 2.0, 3.0, site_id=[sites[0].id, sites[1].id, sites[0].id]
        )
        orders[2].charge_ids.price_unit = 0.0
        self.company.service_billing_policy_id = self._create_policy(
            grouping="customer"
        )
        self.start_tour(
            "/odoo/work-orders-to-bill",
            "field_service_queue",
            login=self.clerk.login,
            timeout=120,
        )
        invoice = orders[0].invoice_ids
        self.assertEqual(invoice, orders[1].invoice_ids)
        self.assertEqual((invoice.state, invoice.amount_untaxed), ("draft", 240.0))
        self.assertFalse(orders[2].invoice_ids)
