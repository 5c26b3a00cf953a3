from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common_offer import FieldServiceOfferCommon


@tagged("post_install", "-at_install")
class TestOfferExpiry(FieldServiceOfferCommon):
    """Told today, 30 days to answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.service_offer_expiry_days = 30
        cls.offer = cls._sync().filtered(lambda offer: offer.rule_id == cls.rule)
        cls.offer.action_present()

    def _run(self, days):
        """Run the daily job some days from now."""
        with (
            freeze_time(fields.Datetime.now() + timedelta(days=days)),
            patch.object(self.env.cr, "commit", lambda: None),
        ):
            self.env["field.service.offer"]._cron_expire_presented()

    def test_no_answer_expires(self):
        self._run(29)
        self.assertEqual(self.offer.state, "presented")
        self._run(31)
        self.assertEqual(self.offer.state, "expired")
        self.assertTrue(self.offer.unanswered_on)

    def test_nobody_nags(self):
        """Not on the phone, not by the next look of the rule, not on another order."""
        self.offer.activity_schedule("mail.mail_activity_data_todo")
        self._run(31)
        self.assertFalse(self.offer.activity_ids)
        self.assertEqual(self._find().state, "expired")
        self.assertFalse(self._get_page()["offers"])
        self.company.service_offer_refusal_days = 180
        other = self._find(order=self._create_boiler_order())
        self.assertTrue(other.is_blocked)
        self.assertIn("has not answered", other.blockers)
        # He may be asked again when the answer would not count any more either.
        self.company.service_offer_refusal_days = 0
        self.assertFalse(self._find(order=other.order_id).is_blocked)

    def test_no_refusal(self):
        """3 of 4 answered; what expired changes no probability and no share."""
        self._create_history(self.rule, 3, 1)
        self._run(31)
        # m = (3 + 1) / (4 + 2); p = (3 + 10 m) / (4 + 10)
        self.assertAlmostEqual(self.rule._get_probability(), 0.690476, 6)
        self.env.flush_all()
        [(share, told)] = self.env["field.service.offer.report"]._read_group(
            [("rule_id", "=", self.rule.id)], [], ["acceptance:avg", "presented:sum"]
        )
        self.assertEqual((share, told), (0.75, 5))

    def test_accepted_after_all(self):
        self._run(31)
        self.offer.package_id = self.rule.package_ids[0]
        self.offer.action_accept()
        self.assertEqual(self.offer.state, "accepted")
        self.assertFalse(self.offer.unanswered_on)

    def test_asked_later_begins_anew(self):
        """Told today, later in 60 days, told again: not expired on day 61."""
        later = self.today + timedelta(days=60)
        self.offer.write({"state": "later", "later_on": later})
        with freeze_time(fields.Datetime.now() + timedelta(days=60)):
            self.offer.action_present()
        self._run(61)
        self.assertEqual(self.offer.state, "presented")
        self._run(92)
        self.assertEqual(self.offer.state, "expired")

    def test_each_company_as_it_likes(self):
        self.company.service_offer_expiry_days = 0
        self._run(400)
        self.assertEqual(self.offer.state, "presented")
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self.company.service_offer_expiry_days = -1
            self.env.flush_all()

    def test_one_failure_stops_nobody(self):
        order = self._create_boiler_order()
        other = self._find(order=order)
        other.write({"state": "presented"})
        model = type(self.offer)
        expire = model._expire_unanswered

        def fail(offer):
            if offer == self.offer:
                raise ValueError("Broken")
            return expire(offer)

        logger = "odoo.addons.field_service_billing.models.field_service_offer_expiry"
        with patch.object(model, "_expire_unanswered", fail), mute_logger(logger):
            self._run(31)
        self.assertEqual((self.offer.state, other.state), ("presented", "expired"))
