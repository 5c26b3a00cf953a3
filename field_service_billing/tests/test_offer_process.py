from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common_offer import FieldServiceOfferCommon


@tagged("post_install", "-at_install")
class TestOfferProcess(FieldServiceOfferCommon):
    def _count(self, orders):
        """Return how many queries a step after an event takes."""
        self.env.flush_all()
        orders.mapped("visit_ids.state")
        before = self.cr.sql_log_count
        orders._process_offers()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    # --------------------------------------------------------------------- queries
    def test_an_event_costs_nothing_once_it_is_known(self):
        self.assertEqual(self.order.offers_checked_on, fields.Date.today())
        self.assertEqual(self._count(self.order), 0)

    def test_a_company_without_rules_pays_nothing(self):
        self.rule.active = False
        self.order.offers_checked_on = False
        self.env["field.service.offer.rule"]._get_active_kinds(self.company.id)
        self.assertEqual(self._count(self.order), 0)

    def test_each_order_costs_the_same(self):
        """Twelve orders: no more than twelve times what one more costs."""
        self._create_rule("no_agreement")
        start = fields.Datetime.now() + timedelta(days=2)

        def count(number):
            orders = self.env["field.service.order"]
            for position in range(number):
                order = self._create_boiler_order()
                self._create_visit(order, start + timedelta(hours=3 * position))
                orders |= order
            orders.offer_ids.unlink()
            orders.offers_checked_on = False
            found = self._count(orders)
            self.assertEqual(len(orders.offer_ids), 2 * number)
            return found

        count(1)
        start += timedelta(days=1)
        one = count(1)
        start += timedelta(days=1)
        # Rules, history and prices are read once for all.
        self.assertLess(count(12), 12 * one)
        self.assertLess(one, 60)

    def test_the_phone_asks_no_more_for_more_visits(self):
        """Two visits with recommendations, or eight: the same number of queries."""
        my_day = self.env["field.service.my.day"].with_user(self.user_technician)
        # The phone says its time zone; see the same test of its page.
        my_day = my_day.with_context(tz="UTC")

        def count(day, visits):
            start = fields.Datetime.to_datetime(day) + timedelta(hours=6)
            for position in range(visits):
                order = self._create_boiler_order()
                self._create_visit(order, start + timedelta(hours=2 * position))
            my_day.get_my_day(str(self.today + timedelta(days=20)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            pages = my_day.get_my_day(str(day))["visits"]
            self.assertEqual([len(page["offers"]) for page in pages], [1] * visits)
            return self.cr.sql_log_count - before

        count(self.today + timedelta(days=2), 1)
        few = count(self.today + timedelta(days=3), 2)
        self.assertEqual(count(self.today + timedelta(days=4), 8), few)

    # ------------------------------------------------------------------------ when
    def test_who_is_visited_next_month_is_looked_at_later(self):
        order = self._create_boiler_order()
        visit = self._create_visit(order, fields.Datetime.now() + timedelta(days=30))
        self.assertFalse(order.offer_ids)
        self._run_cron()
        self.assertFalse(order.offer_ids)
        visit.start = fields.Datetime.now() + timedelta(days=3)
        self._run_cron()
        self.assertEqual(order.offer_ids.rule_id, self.rule)

    def test_the_next_day_looks_anew(self):
        offer = self.order.offer_ids
        self.boiler.installed_on = self.today
        self.order._process()
        self.assertEqual(offer.state, "draft")
        self.order.offers_checked_on = self.today - timedelta(days=1)
        self.order._process()
        self.assertEqual(offer.state, "expired")

    def test_another_subject_is_looked_at_at_once(self):
        offer = self.order.offer_ids
        young = self._create_asset(
            "Young", site_id=self.site.id, installed_on=self.today
        )
        self.order.with_user(self.dispatcher).asset_ids = young
        self.assertEqual(offer.state, "expired")
        self.order.with_user(self.dispatcher).asset_ids = self.boiler
        self.assertEqual(offer.state, "draft")

    def test_an_archived_rule_recommends_nothing(self):
        offer = self.order.offer_ids
        self.rule.with_user(self.manager).active = False
        self.assertEqual(offer.state, "expired")
        self.assertEqual(self._get_page()["offers"], [])
        self.rule.with_user(self.manager).active = True
        self.order.with_user(self.dispatcher).action_find_offers()
        self.assertEqual(offer.state, "draft")

    # -------------------------------------------------------------------- reminder
    def test_the_dispatcher_is_reminded_on_the_day(self):
        self.order.team_id = self.env["field.service.team"].create(
            {
                "name": "North",
                "leader_id": self.dispatcher.id,
                "company_id": self.company.id,
            }
        )
        offer = self.order.offer_ids
        day = self.today + timedelta(days=30)
        self._send(offer, "later", date=str(day))
        activity = offer.activity_ids
        self.assertEqual(
            (activity.user_id, activity.date_deadline), (self.dispatcher, day)
        )
        offer.with_user(self.dispatcher).write(
            {"decline_note": "Not any more", "state": "declined"}
        )
        self.assertFalse(offer.activity_ids)
