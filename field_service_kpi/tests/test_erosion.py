from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from odoo.addons.field_service.tests.common import MONDAY
from odoo.addons.field_service_billing.tests.common import FieldServiceBillingCommon

ACTIVITY = "field_service_kpi.mail_activity_type_erosion"


@tagged("post_install", "-at_install")
class TestErosion(FieldServiceBillingCommon):
    """A fixed price of 300.00 for 2 h at 37.50 and 3 filters at 10.00.

    Expected: 300.00 - 75.00 - 30.00 = 195.00, which is 65 %.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.service_erosion_points = 10.0
        cls.leader = cls._create_user("leader", "field_service.group_manager")
        cls.team = cls.env["field.service.team"].create(
            {
                "name": "North",
                "leader_id": cls.leader.id,
                "company_id": cls.company.id,
                "member_ids": [Command.set(cls.technician.ids)],
            }
        )
        cls.order = cls._create_order(
            release=False,
            team_id=cls.team.id,
            pricing_method="fixed",
            fixed_price=300.0,
        )
        cls.part = cls._create_part(cls.order, cls.filter, 3.0)
        cls.order.action_release()
        cls.visit = cls._create_visit(cls.order)

    def _get_told(self, user=None):
        user = user or self.leader
        return self.env["mail.message"].search(
            [
                ("partner_ids", "in", user.partner_id.ids),
                ("message_type", "=", "user_notification"),
                ("subject", "like", self.order.name),
            ],
            order="id",
        )

    def _get_activities(self):
        return self.order.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(ACTIVITY)
        )

    def _run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("field_service_kpi.cron_watch_margins").method_direct_trigger()
        self.env.invalidate_all()

    def _start(self):
        with freeze_time(MONDAY):
            self.visit.register_event("work_start", MONDAY)

    # ----------------------------------------------------------------- what is told
    def test_before_the_technician_leaves(self):
        """2.5 h longer at 37.50 are 93.75: 101.25 of 300.00, 33.75 % instead of 65."""
        self._start()
        with freeze_time(MONDAY + timedelta(hours=2)):
            self._run_cron()
            self.assertFalse(self.order.erosion_since)
            self.assertFalse(self._get_told())
        with freeze_time(MONDAY + timedelta(hours=4.5)):
            self._run_cron()
        self.assertEqual(self.order.erosion_since, MONDAY + timedelta(hours=4.5))
        self.assertAlmostEqual(self.order.erosion_rate, 0.3375)
        self.assertEqual(self.order.erosion_causes, "hours +2.5 h")
        body = self._get_told().body
        self.assertIn("33.8 % instead of 65.0 %: hours +2.5 h", body)
        activity = self._get_activities()
        self.assertEqual(activity.user_id, self.leader)
        # Whoever reads the order reads its activities: no figures there.
        self.assertNotIn("33", activity.summary + (activity.note or ""))

    def test_each_worsening_once(self):
        self._start()
        with freeze_time(MONDAY + timedelta(hours=4)):
            # 2 h more are 75.00: 40 %.
            self._run_cron()
            self._run_cron()
        with freeze_time(MONDAY + timedelta(hours=4.5)):
            # 33.75 % is not ten points less.
            self._run_cron()
        self.assertEqual(len(self._get_told()), 1)
        with freeze_time(MONDAY + timedelta(hours=5)):
            # 3 h more are 112.50: 27.5 %.
            self._run_cron()
            self._run_cron()
        self.assertEqual(len(self._get_told()), 2)
        self.assertEqual(len(self._get_activities()), 1)
        self.assertEqual(self.order.erosion_since, MONDAY + timedelta(hours=4))
        self.assertEqual(self.order.erosion_causes, "hours +3.0 h")

    def test_parts_and_repair(self):
        """8 filters more cost 80.00: 115.00 of 300.00. Not needed after all."""
        extra = self._create_part(self.order, self.filter, 8.0)
        self.order._process()
        self.assertEqual(self.order.erosion_causes, "Filter +80.00")
        self.assertAlmostEqual(self.order.erosion_rate, 115.0 / 300.0)
        self.assertTrue(self._get_activities())
        extra.cancelled = True
        self.order._process()
        self.assertFalse(self.order.erosion_since)
        self.assertFalse(self.order.erosion_causes)
        self.assertFalse(self._get_activities())
        # When it comes back, it is news.
        extra.cancelled = False
        self.order._process()
        self.assertEqual(len(self._get_told()), 2)

    def test_event_tells_at_once(self):
        """A way of 2 h, on the way for 5: 3 x 20.00 and more; no cron is needed."""
        self.company.service_travel_rate = 20.0
        start = MONDAY - timedelta(hours=5)
        with freeze_time(start):
            self.visit.register_event("travel_start", start)
        with freeze_time(MONDAY):
            self.visit.register_event("work_start", MONDAY)
        # 100.00 on the road: 95.00 of 300.00.
        self.assertEqual(self.order.erosion_causes, "travel +100.00")
        self.assertEqual(len(self._get_told()), 1)

    def test_price(self):
        """10 % less: 270.00 - 105.00 = 165.00, 61.1 %; 40 % less: 41.7 %."""
        self.order.fixed_price = 270.0
        self.order._process()
        self.assertFalse(self.order.erosion_since)
        self.order.fixed_price = 180.0
        self.order._process()
        self.assertEqual(self.order.erosion_causes, "price -40 %")

    def test_floor(self):
        """5 filters more: 145.00 of 300.00, 48.3 %."""
        self.company.write(
            {"service_erosion_points": 0.0, "service_erosion_floor": 50.0}
        )
        self._create_part(self.order, self.filter, 4.0)
        self.order._process()
        self.assertFalse(self.order.erosion_since)
        self._create_part(self.order, self.filter, 1.0)
        self.order._process()
        self.assertTrue(self.order.erosion_since)

    def test_several_causes(self):
        """The dearest first: 100.00 of filters, 75.00 of hours."""
        self._create_part(self.order, self.filter, 10.0)
        self.order.planned_hours = 4.0
        self.order._process()
        self.assertEqual(self.order.erosion_causes, "Filter +100.00, hours +2.0 h")

    # -------------------------------------------------------------- what is not told
    def test_off_by_default(self):
        company = self._create_company("Service C", "base.USD")
        self.assertEqual(company.service_erosion_points, 0.0)
        self.company.service_erosion_points = 0.0
        self._create_part(self.order, self.filter, 9.0)
        self.order._process()
        self._run_cron()
        self.assertFalse(self.order.erosion_since)

    def test_nobody_pays(self):
        order = self._create_order(pricing_method="fixed", fixed_price=0.0)
        self._create_part(order, self.filter, 9.0)
        order._process()
        self.assertFalse(order.erosion_since)

    def test_closed_with_the_work(self):
        self._create_part(self.order, self.filter, 8.0)
        self.order._process()
        self.assertTrue(self._get_activities())
        self.order.action_cancel()
        self.assertFalse(self.order.erosion_since)
        self.assertFalse(self._get_activities())

    def test_one_failure_stops_nobody(self):
        """The cron looks at both companies; figures of one are not the other's."""
        self.company_b.service_erosion_points = 10.0
        order = self._create_order(
            company_id=self.company_b.id,
            pricing_method="fixed",
            fixed_price=300.0,
        )
        order.planned_hours = 8.0
        self._create_part(self.order, self.filter, 8.0)
        self._run_cron()
        # 6 h more at 30.00.
        self.assertEqual(order.erosion_causes, "hours +6.0 h")
        self.assertEqual(self.order.erosion_causes, "Filter +80.00")

    # ------------------------------------------------------------------------ access
    def test_who_is_told_and_who_sees(self):
        self.team.leader_id = self.dispatcher
        self._create_part(self.order, self.filter, 8.0)
        self.order._process()
        self.assertFalse(self._get_told(self.dispatcher))
        self.assertTrue(self._get_told(self.manager))
        message = self._get_told(self.manager)
        with self.assertRaises(AccessError):
            message.with_user(self.dispatcher).read(["body"])
        with self.assertRaises(AccessError):
            self.order.with_user(self.dispatcher).read(["erosion_causes"])
        self.assertTrue(self.order.with_user(self.manager).erosion_causes)

    def test_attention(self):
        self._create_part(self.order, self.filter, 8.0)
        self.order._process()
        self.env.flush_all()
        self.visit.sudo().write({"start": MONDAY + timedelta(days=3650)})
        line = self.env["field.service.attention"].search(
            [("order_id", "=", self.order.id), ("reason", "=", "margin")]
        )
        self.assertEqual(line.owner_id, self.leader)
        self.assertIn("margin", line.next_action)
        found = self.env["field.service.order"].search([("erosion_since", "!=", False)])
        self.assertIn(self.order, found)
