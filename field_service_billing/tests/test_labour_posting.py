from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from .common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestLabourPosting(FieldServiceBillingCommon):
    def test_labour_and_travel(self):
        """2.0 h at 37.50 and 0.5 h on the road at 20.00."""
        order = self._create_order()
        visit = self._create_visit(order)
        self._work(visit, 2.0, travel=0.5)
        self._assert_posted(visit, "labour", [75.0])
        self._assert_posted(visit, "travel", [10.0])
        move = self._get_posted_items(visit).move_id
        self.assertEqual(move.date, date(2026, 3, 2))
        figures = {line.account_id: line.balance for line in move.line_ids}
        self.assertEqual(
            figures,
            {
                self.company.service_labour_account_id: 75.0,
                self.company.service_labour_contra_account_id: -75.0,
                self.company.service_travel_account_id: 10.0,
                self.company.service_travel_contra_account_id: -10.0,
            },
        )

    def test_correction_posts_the_delta(self):
        """2.0 h become 2.5 h: 18.75 more, at the frozen rate, not at the new one."""
        order = self._create_order()
        visit = self._create_visit(order)
        self._work(visit, 2.0)
        self._create_rate(self.technician, 99.0, date(2026, 2, 1))
        order._process()
        self._assert_posted(visit, "labour", [75.0])
        self._correct_end(visit, 0.5)
        self.assertEqual(visit.work_hours, 2.5)
        self._assert_posted(visit, "labour", [75.0, 18.75])
        self.assertEqual(visit.labour_rate, 37.5)

    def test_correction_down_and_second_call(self):
        order = self._create_order()
        visit = self._create_visit(order)
        self._work(visit, 2.0)
        self._correct_end(visit, -1.0)
        self._assert_posted(visit, "labour", [75.0, -37.5])
        order._process()
        visit._sync_posting()
        self._assert_posted(visit, "labour", [75.0, -37.5])

    def test_voided_work_is_taken_back(self):
        """The work did not happen: what was posted is reversed to zero."""
        order = self._create_order()
        visit = self._create_visit(order)
        self._work(visit, 2.0, travel=1.0)
        for event in visit.event_ids.filtered(
            lambda event: event.type in ("travel_start", "work_start", "work_end")
        ):
            event.action_correct(False, "Entered on the wrong visit")
        self.assertEqual(visit.work_hours, 0.0)
        self._assert_posted(visit, "labour", [75.0, -75.0])
        self._assert_posted(visit, "travel", [20.0, -20.0])

    def test_missed_visit_costs_nothing(self):
        order = self._create_order()
        visit = self._create_visit(order)
        visit.register_event("travel_start", MONDAY)
        visit.register_event("missed", MONDAY + timedelta(hours=1))
        self.assertFalse(self._get_posted_items(visit))

    def test_crew_at_their_own_rates(self):
        """1.5 h x (37.50 + 28.33): 56.25 + 42.50 (42.495 rounded) = 98.75."""
        tom = self._create_technician("Tom")
        self._create_rate(tom, 28.33)
        order = self._create_order()
        visit = self._create_visit(order, crew_ids=[(4, tom.id)])
        self._work(visit, 1.5)
        self._assert_posted(visit, "labour", [98.75])
        self.assertEqual(visit.labour_rate, 65.83)

    def test_missing_rate_is_not_lost(self):
        tom = self._create_technician("Tom")
        order = self._create_order()
        visit = self._create_visit(order, technician_id=tom.id)
        self._work(visit, 2.0)
        self.assertFalse(self._get_posted_items(visit))
        with self.assertRaisesRegex(ValidationError, "labour rate for Tom"):
            order.action_close()
        self._create_rate(tom, 20.0)
        self._assert_posted(visit, "labour", [40.0])
        self._bill(order)
        order.action_close()

    def test_hourly_cost_entered_late(self):
        tom = self._create_technician("Tom")
        visit = self._create_worked_order(2.0).visit_ids
        visit.crew_ids = tom
        self._assert_posted(visit, "labour", [75.0])
        tom.hourly_cost = 15.0
        self._assert_posted(visit, "labour", [75.0, 30.0])
        tom.hourly_cost = 99.0
        self._assert_posted(visit, "labour", [75.0, 30.0])

    def test_a_rate_of_zero_is_a_rate(self):
        """The owner's son helps for nothing: that is no reason to keep it open."""
        son = self._create_technician("Son")
        self._create_rate(son, 0.0)
        order = self._create_order(coverage="goodwill")
        self._work(self._create_visit(order, technician_id=son.id), 2.0)
        self.assertFalse(self._get_posted_items(order.visit_ids))
        order.action_close()

    def test_another_technician_than_recorded(self):
        """2 h at 20.00 instead of 37.50, and nobody has to ask for it."""
        tom = self._create_technician("Tom")
        self._create_rate(tom, 20.0)
        order = self._create_worked_order(2.0)
        order.visit_ids.technician_id = tom
        self._assert_posted(order.visit_ids, "labour", [75.0, -35.0])
        order.visit_ids.crew_ids = self.technician
        self._assert_posted(order.visit_ids, "labour", [75.0, -35.0, 75.0])
        self.assertEqual(order.charge_ids.worked_qty, 4.0)

    def test_who_has_left_keeps_his_cost_on_the_order(self):
        """3 h instead of 2 h: 37.50 and 20.00 more, although Tom is archived."""
        tom = self._create_technician("Tom")
        self._create_rate(tom, 20.0)
        order = self._create_order()
        visit = self._create_visit(order, crew_ids=tom.ids)
        self._work(visit, 2.0)
        tom.active = False
        self.env.flush_all()
        self.env.invalidate_all()
        self._correct_end(visit, 1.0)
        self._assert_posted(visit, "labour", [115.0, 57.5])
        self.assertEqual(order.charge_ids.worked_qty, 6.0)

    def test_travel_rate_is_frozen_even_at_zero(self):
        self.company.service_travel_rate = 0.0
        order = self._create_order()
        visit = self._create_visit(order)
        self._work(visit, 2.0, travel=1.0)
        self.company.service_travel_rate = 20.0
        self._correct_end(visit, 1.0)
        self._assert_posted(visit, "travel", [])
        self._assert_posted(visit, "labour", [75.0, 37.5])

    def test_company_without_absorption(self):
        self.company.service_absorb_labour = False
        order = self._create_order()
        visit = self._create_visit(order)
        self._work(visit, 2.0)
        self.assertFalse(self._get_posted_items(visit))

    def test_switching_absorption_off_keeps_what_is_posted(self):
        order = self._create_order()
        visit = self._create_visit(order)
        self._work(visit, 2.0)
        self.company.service_absorb_labour = False
        self._correct_end(visit, 1.0)
        self._assert_posted(visit, "labour", [75.0, 37.5])

    def test_release_needs_the_accounts(self):
        self.company.service_labour_account_id = False
        order = self._create_order(release=False)
        with self.assertRaisesRegex(ValidationError, "Field Labour"):
            order.action_release()
        self.company.service_absorb_labour = False
        order.action_release()
        self.assertEqual(order.state, "released")

    def test_travel_accounts_only_with_a_rate(self):
        self.company.service_travel_account_id = False
        order = self._create_order(release=False)
        with self.assertRaisesRegex(ValidationError, "Field Travel"):
            order.action_release()
        self.company.service_travel_rate = 0.0
        order.action_release()

    @freeze_time("2026-04-15 10:00:00")
    def test_locked_period(self):
        """Corrections of locked time land on today."""
        order = self._create_order()
        visit = self._create_visit(order)
        self._work(visit, 2.0)
        self.company.fiscalyear_lock_date = date(2026, 3, 31)
        self._correct_end(visit, 0.5)
        items = self._get_posted_items(visit)
        self.assertEqual(
            items.mapped(lambda item: (item.date, item.balance)),
            [(date(2026, 3, 2), 75.0), (date(2026, 4, 15), 18.75)],
        )

    def test_technician_without_accounting_rights(self):
        order = self._create_order()
        visit = self._create_visit(order)
        self._work(visit.with_user(self.user_technician), 2.0)
        self._assert_posted(visit, "labour", [75.0])

    def test_two_companies_at_once(self):
        """One entry per company, in its own currency and accounts."""
        order_a = self._create_order()
        order_b = self._create_order(company_id=self.company_b.id)
        visits = self._create_visit(order_a) | self._create_visit(order_b)
        (self.company | self.company_b).service_absorb_labour = False
        for visit in visits:
            self._work(visit, 2.0)
        (self.company | self.company_b).service_absorb_labour = True
        (order_a | order_b)._process()
        self._assert_posted(visits[0], "labour", [75.0])
        self._assert_posted(visits[1], "labour", [60.0])
        moves = self._get_posted_items(visits).move_id
        self.assertEqual(moves.company_id, self.company | self.company_b)
        self.assertEqual(len(moves), 2)

    def test_one_entry_per_company_and_day(self):
        self.company.service_absorb_labour = False
        orders = self.env["field.service.order"]
        for hour in range(3):
            start = MONDAY + timedelta(hours=2 * hour)
            orders |= self._create_worked_order(1.0, start=start)
        self.company.service_absorb_labour = True
        orders._process()
        moves = self._get_posted_items(orders.visit_ids).move_id
        self.assertEqual(len(moves), 1)
        contra = moves.line_ids.filtered(lambda line: not line.service_order_id)
        self.assertEqual(contra.mapped("balance"), [-112.5])

    def test_copy_carries_no_cost(self):
        visit = self._create_worked_order(2.0).visit_ids
        twin = visit.copy()
        self.assertFalse(twin.rate_ids or twin.cost_frozen_on or twin.travel_rate)
