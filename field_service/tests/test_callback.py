from datetime import datetime, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import MONDAY, FieldServiceCommon


@tagged("post_install", "-at_install")
class TestCallback(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job_type.callback_days = 30
        cls.asset = cls._create_asset("Pump")
        cls.other_asset = cls._create_asset("Fan")
        cls.cause = cls.env.ref(
            "field_service.field_service_reason_callback_workmanship"
        )

    @classmethod
    def _done(cls, start=MONDAY, days=0, **values):
        """Return an order that was completed ``days`` after Monday, at ten."""
        values.setdefault("asset_ids", cls.asset.ids)
        order = cls._create_order(**values)
        cls._work(cls._create_visit(order, start=start), hours=1.0)
        order.completed_on = datetime(2026, 3, 2, 10) + timedelta(days=days)
        return order

    def _new(self, days, **values):
        values.setdefault("asset_ids", self.asset.ids)
        received = datetime(2026, 3, 2, 10) + timedelta(days=days)
        return self._create_order(release=False, received_on=received, **values)

    def test_the_window_of_the_job_type_decides(self):
        """Completed on March 2, 10:00; thirty days later is April 1, 10:00."""
        earlier = self._done()
        self.assertEqual(self._new(30).callback_proposal_ids, earlier)
        self.assertFalse(self._new(31).callback_proposal_ids)
        self.assertFalse(self._new(-1).callback_proposal_ids)
        self.job_type.callback_days = 0
        self.assertFalse(self._new(1).callback_proposal_ids)

    def test_another_machine_is_another_matter(self):
        earlier = self._done()
        self.assertFalse(
            self._new(1, asset_ids=self.other_asset.ids).callback_proposal_id
        )
        # Nobody has said which machine it is: the same site will do.
        self.assertEqual(self._new(1, asset_ids=[]).callback_proposal_id, earlier)
        elsewhere = self._create_partner("Elsewhere")
        self.assertFalse(
            self._new(1, asset_ids=[], site_id=elsewhere.id).callback_proposal_id
        )
        self.assertEqual(
            self._new(1, site_id=elsewhere.id).callback_proposal_id, earlier
        )

    def test_the_latest_comes_first_and_only_what_is_done(self):
        first = self._done()
        last = self._done(start=MONDAY + timedelta(days=1), days=1)
        self._create_order(asset_ids=self.asset.ids)
        order = self._new(5)
        self.assertEqual(order.callback_proposal_ids, last + first)
        self.assertEqual(order.callback_proposal_id, last)

    def test_other_companies_are_other_companies(self):
        self._done(company_id=self.company_b.id, asset_ids=[])
        self.assertFalse(self._new(1, asset_ids=[]).callback_proposal_ids)

    def test_it_is_shown_before_saving(self):
        earlier = self._done()
        draft = self.env["field.service.order"].new(
            {
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "asset_ids": self.asset.ids,
                "received_on": datetime(2026, 3, 5),
            }
        )
        self.assertEqual(draft.callback_proposal_id._origin, earlier)

    def test_one_click_links(self):
        earlier, order = self._done(), self._new(3)
        order.with_user(self.dispatcher).action_link_callback()
        self.assertEqual(order.callback_of_id, earlier)
        self.assertTrue(order.is_callback)
        self.assertFalse(order.callback_proposal_ids)
        self.assertTrue(earlier.has_callback)
        self.assertEqual(earlier.callback_count, 1)
        action = earlier.action_view_callbacks()
        self.assertEqual(
            self.env["field.service.order"].search(action["domain"]), order
        )
        order.action_cancel()
        self.assertFalse(earlier.has_callback)

    def test_one_click_rejects(self):
        self._done()
        order = self._new(3)
        order.with_user(self.dispatcher).action_not_callback()
        self.assertFalse(order.callback_proposal_ids)
        self.assertFalse(order.is_callback)

    def test_what_can_be_counted_is_stored(self):
        earlier, plain = self._done(), self._new(40)
        order = self._new(3, callback_of_id=earlier.id)
        orders = self.env["field.service.order"]
        mine = [("id", "in", (earlier + plain + order).ids)]
        self.assertEqual(orders.search([*mine, ("is_callback", "=", True)]), order)
        self.assertEqual(orders.search([*mine, ("has_callback", "=", True)]), earlier)

    def test_a_callback_starts_neutral(self):
        site = self._create_partner("Mine")
        earlier = self._done(
            site_id=site.id,
            priority="2",
            description="Leaks",
            planned_hours=9.0,
            promised_start=MONDAY,
            planned_revenue=500,
        )
        action = earlier.with_user(self.dispatcher).action_create_callback()
        callback = self.env["field.service.order"].browse(action["res_id"])
        for name in ("partner_id", "site_id", "asset_ids", "job_type_id", "company_id"):
            self.assertEqual(callback[name], earlier[name], name)
        self.assertEqual((callback.priority, callback.description), ("2", "Leaks"))
        self.assertEqual((callback.state, callback.origin), ("draft", earlier.name))
        # Decided anew: what the job type says.
        self.assertEqual(callback.planned_hours, 2.0)
        self.assertFalse(callback.promised_start)
        self.assertEqual(callback.planned_revenue, 0)
        self.assertFalse(callback.callback_cause_id)
        self.assertFalse(callback.visit_ids)

    def test_a_duplicate_is_no_callback(self):
        earlier = self._done()
        order = self._new(3, callback_of_id=earlier.id, callback_cause_id=self.cause.id)
        copy = order.copy()
        self.assertFalse(copy.callback_of_id)
        self.assertFalse(copy.callback_cause_id)
        self.assertFalse(copy.is_callback)

    def test_bad_links_are_refused(self):
        earlier = self._done()
        order = self._new(3, callback_of_id=earlier.id)
        with self.assertRaisesRegex(ValidationError, "callback of itself"):
            earlier.callback_of_id = order
        with self.assertRaisesRegex(ValidationError, "not a cause"):
            order.callback_cause_id = self.env.ref(
                "field_service.field_service_reason_cause_wear"
            )
        foreign = self._create_order(company_id=self.company_b.id)
        with self.assertRaises(UserError):
            order.callback_of_id = foreign
