from datetime import datetime

from freezegun import freeze_time

from odoo.tests import tagged

from .scorecard_common import TODAY, ScorecardCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestOrderEvaluation(ScorecardCommon):
    def _get_verdicts(self, order, user=None):
        order = order.with_user(user or self.env.user)
        # Reports keep what they have read until the end of the transaction.
        self.env.invalidate_all()
        return {one["key"]: one for one in order.evaluation or []}

    def test_by_hand(self):
        """Planned are 2 hours; 1 was worked and invoiced at 80.00, at a cost of 37.50.

        The baseline says 160.00 - 75.00 = 85.00, 53 %; 42.50 of 80.00 is as good. Tom's
        first repair took 3 hours and a callback.
        """
        mine, other = self.orders["Tina"][0], self.orders["Tom"][0]
        mine.write({"baseline_revenue": 160.0, "baseline_margin": 85.0})
        self._bill(mine)
        verdicts = self._get_verdicts(mine)
        self.assertIn("42.50", verdicts["margin"]["actual"])
        self.assertIn("85.00", verdicts["margin"]["planned"])
        self.assertEqual(verdicts["margin"]["status"], "good")
        self.assertEqual(verdicts["hours"]["actual"], "1.00")
        self.assertEqual(verdicts["hours"]["planned"], "2.00")
        self.assertEqual(verdicts["hours"]["status"], "good")
        self.assertEqual(verdicts["fix"]["status"], "good")
        mine.baseline_margin = 93.0
        # 58 % were planned: 5 points less is amber, 6 are bad.
        self.assertEqual(self._get_verdicts(mine)["margin"]["status"], "amber")
        # What was not measured is not there.
        self.assertFalse({"documents", "response", "rating"} & set(verdicts))
        verdicts = self._get_verdicts(other)
        # 2 by 3 is less than 0.8.
        self.assertEqual(verdicts["hours"]["status"], "bad")
        self.assertEqual(verdicts["fix"]["status"], "bad")

    def test_promises_documents_and_ratings(self):
        order = self.orders["Tina"][0]
        order.write(
            {
                "response_deadline": datetime(2026, 3, 2, 7),
                "resolution_deadline": datetime(2026, 3, 3, 8),
            }
        )
        self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id(order._name),
                "res_id": order.id,
                "rating": 3,
                "consumed": True,
            }
        )
        verdicts = self._get_verdicts(order)
        self.assertEqual(verdicts["response"]["status"], "bad")
        self.assertEqual(verdicts["resolution"]["status"], "good")
        self.assertEqual(verdicts["rating"]["status"], "amber")
        self.assertNotIn("rating", self._get_verdicts(order, self.dispatcher))

    def test_before_and_for_whom(self):
        order = self._create_order()
        self.assertFalse(order.evaluation)
        done = self.orders["Tina"][0]
        self.assertNotIn("margin", self._get_verdicts(done, self.dispatcher))
        self.assertIn("hours", self._get_verdicts(done, self.dispatcher))
        self.assertNotIn(
            "evaluation", done.with_user(self.user_technician).fields_get()
        )
        both = self.orders["Tina"] | order
        self.assertEqual(len(list(filter(None, both.mapped("evaluation")))), 5)
