from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .common_offer import FieldServiceOfferCommon


@tagged("post_install", "-at_install")
class TestOfferBlockers(FieldServiceOfferCommon):
    def _assert_blocked(self, sentence, order=None):
        offer = self._find(order=order)
        self.assertTrue(offer.is_blocked)
        self.assertIn(sentence, offer.blockers)
        return offer

    def _assert_free(self, order=None):
        offer = self._find(order=order)
        self.assertFalse(offer.blockers)
        self.assertFalse(offer.is_blocked)
        return offer

    # ---------------------------------------------------------------------- rating
    def test_bad_rating(self):
        earlier = self._create_boiler_order()
        token = earlier._rating_get_access_token()
        earlier.rating_apply(3, token=token)
        self._assert_free()
        token = earlier._rating_get_access_token()
        earlier.rating_apply(2, token=token)
        self._assert_blocked(f"not satisfied with {earlier.name}")
        rating = self.env["rating.rating"].search([("res_id", "=", earlier.id)])
        rating.filtered(lambda one: one.res_model == earlier._name).rated_on = (
            fields.Datetime.now() - timedelta(days=91)
        )
        self._assert_free()

    # ---------------------------------------------------------------------- overdue
    def _create_debt(self, amount, days=1, partner=None, company=None, post=True):
        company = company or self.company
        product = self.labour_product.with_company(company)
        due = self.today - timedelta(days=days)
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": (partner or self.partner).id,
                    "invoice_date": due,
                    "invoice_date_due": due,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "quantity": 1,
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
        if post:
            move.action_post()
        return move

    def test_overdue_debt(self):
        self._create_debt(100.0, days=-1)
        self._create_debt(100.0, post=False)
        self._create_debt(100.0, partner=self._create_partner("Somebody"))
        self._create_debt(100.0, company=self.company_b)
        self._assert_free()
        # A debt of a branch is the customer's, too.
        debt = self._create_debt(120.0, partner=self.site)
        self._assert_blocked("overdue invoices: $")
        self.assertIn("120.00", self._find().blockers)
        self.company.service_offer_overdue_amount = 120.0
        self._assert_free()
        self.company.service_offer_overdue_amount = 0.0
        self._assert_blocked("120.00")
        self._pay(debt)
        self._assert_free()

    # --------------------------------------------------------------------- answers
    def test_refusal(self):
        offer = self._find()
        offer.decline_note = "No money"
        offer.action_decline()
        later = self._create_boiler_order()
        self._assert_blocked("No money", later)
        # The neighbour of the boiler neither, but another site of the customer.
        pump = self._create_asset(
            "Pump", site_id=self.site.id, installed_on=self.boiler.installed_on
        )
        beside = self._create_boiler_order(asset_ids=pump.ids)
        self._assert_blocked("has declined it", beside)
        far = self._create_partner("Far", parent_id=self.partner.id)
        self._assert_free(self._create_boiler_order(asset_ids=pump.ids, site_id=far.id))
        offer.answered_on = fields.Datetime.now() - timedelta(days=181)
        self._assert_free(later)
        # What the customer has said stays.
        self.assertEqual(self._find().state, "declined")

    def test_another_rule_is_another_matter(self):
        other = self._create_rule("no_agreement")
        offer = self._find()
        offer.decline_note = "No money"
        offer.action_decline()
        self.assertFalse(self._find(other, self._create_boiler_order()).is_blocked)

    def test_an_answer_counts_on_open_orders_at_once(self):
        beside = self._assert_free(self._create_boiler_order())
        beside.order_id.action_release()
        offer = self.order.offer_ids
        offer.decline_note = "No money"
        offer.action_decline()
        self.assertTrue(beside.is_blocked)
        self.assertIn("No money", beside.blockers)

    def test_accepted_a_short_time_ago(self):
        offer = self._find()
        offer.package_id = self.rule.package_ids[0]
        offer.action_accept()
        self._assert_blocked("has accepted it", self._create_boiler_order())

    def test_later(self):
        offer = self._find()
        offer.later_on = self.today + timedelta(days=10)
        offer.action_later()
        later = self._create_boiler_order()
        self._assert_blocked("not earlier", later)
        offer.later_on = self.today
        self._assert_free(later)

    # -------------------------------------------------------------------- callback
    def test_open_callback_at_the_site(self):
        original = self._create_boiler_order()
        self._work(
            self._create_visit(original, fields.Datetime.now() - timedelta(days=3)), 1.0
        )
        self._assert_free()
        callback = self._create_boiler_order(callback_of_id=original.id)
        self._assert_blocked(f"{callback.name} is an open callback")
        callback.action_cancel()
        self._assert_free()

    def test_not_worth_disturbing(self):
        """One half x 500.00 = 250.00."""
        self.company.service_offer_disturbance = 250.0
        self._assert_free()
        self.company.service_offer_disturbance = 250.01
        self._assert_blocked("does not pay for disturbing")
        self.assertEqual(self._find().score, -0.01)

    def test_blocked_is_not_shown_to_the_technician(self):
        self._create_debt(120.0)
        offer = self._assert_blocked("120.00")
        self.assertEqual(self._get_page()["offers"], [])
        self.assertFalse(
            self.env["field.service.offer"]
            .with_user(self.user_technician)
            .search([("id", "=", offer.id)])
        )
        with self.assertRaisesRegex(Exception, "120.00"):
            offer.with_user(self.dispatcher).action_present()
