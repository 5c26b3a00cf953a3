from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.field_service.tests.common import MONDAY
from odoo.addons.field_service_billing.tests.common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestMissingPart(FieldServiceBillingCommon):
    """Tina costs 37.50 an hour, and 20.00 on the road."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["field.service.missing.part"]
        cls.missing = cls.env.ref(
            "field_service.field_service_reason_return_missing_part"
        )
        cls.missing.missing_part = True
        cls.other = cls.env.ref(
            "field_service.field_service_reason_return_wrong_diagnosis"
        )

    def _lack(self, reason=None, product=None, order=None, start=MONDAY):
        """A visit that ends without the part."""
        order = order or self._create_order()
        visit = self._create_visit(order, start=start)
        reason = reason or self.missing
        self._work(visit, 1.0, result="return_needed", return_reason_id=reason.id)
        if product:
            visit.missing_product_id = product
        return visit

    def _come_again(self, first, hours=2.0, travel=0.5, days=2, **values):
        visit = self._create_visit(
            first.order_id, start=first.start + timedelta(days=days)
        )
        self._work(visit, hours, travel, **values)
        return visit

    def _rows(self, order):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.report.search([("order_id", "=", order.id)])

    # ---------------------------------------------------------------------- cost
    def test_cost_of_the_return_visit(self):
        first = self._lack(product=self.filter)
        self.assertFalse(self._rows(first.order_id), "nobody came again yet")
        again = self._come_again(first)
        rows = self._rows(first.order_id)
        # 2 h x 37.50 and 0.5 h x 20.00; the first visit's hour is not the part's fault.
        self.assertEqual(sorted(rows.mapped("cost")), [10.0, 75.0])
        self.assertEqual(
            (sum(rows.mapped("labour")), sum(rows.mapped("travel"))), (75.0, 10.0)
        )
        self.assertEqual(rows.product_id, self.filter)
        self.assertEqual((rows.visit_id, rows.cause_id), (again, first))
        self.assertEqual(rows.technician_id, self.technician)
        self.assertEqual(rows.company_id, self.company)

    def test_each_figure_is_the_sum_of_its_items(self):
        first = self._lack(product=self.filter)
        again = self._come_again(first)
        end = again.event_ids.filtered(lambda event: event.type == "work_end")
        self.env["field.service.event"].create(
            {
                "visit_id": again.id,
                "type": "work_end",
                "device_time": end.device_time + timedelta(hours=1),
                "correction_of_id": end.id,
                "reason": "Forgot to stop",
            }
        )
        again.order_id._process()
        rows = self._rows(first.order_id)
        # One hour more
        self.assertEqual(sum(rows.mapped("cost")), 122.5)
        items = self.env["account.move.line"].search(rows.action_open_items()["domain"])
        self.assertEqual(items, rows.move_line_id)
        self.assertEqual(sum(items.mapped("balance")), 122.5)
        self.assertEqual(set(items.mapped("parent_state")), {"posted"})
        self.assertEqual(items.service_order_id, first.order_id)

    def test_only_the_next_visit_counts(self):
        first = self._lack(product=self.filter)
        second = self._come_again(
            first, 1.0, 0.0, result="return_needed", return_reason_id=self.other.id
        )
        self._come_again(second, 4.0)
        rows = self._rows(first.order_id)
        self.assertEqual((rows.visit_id, sum(rows.mapped("cost"))), (second, 37.5))

    def test_missing_twice_counts_twice(self):
        seal = self._create_part_product("Seal")
        first = self._lack(product=self.filter)
        second = self._come_again(
            first, 1.0, 0.0, result="return_needed", return_reason_id=self.missing.id
        )
        second.missing_product_id = seal
        self._come_again(second, 2.0, 0.0)
        rows = self._rows(first.order_id)
        costs = {row.product_id: row.cost for row in rows}
        self.assertEqual(costs, {self.filter: 37.5, seal: 75.0})

    def test_other_reasons_and_visits_that_never_were(self):
        first = self._lack(reason=self.other)
        self._come_again(first)
        self.assertFalse(self._rows(first.order_id))
        first = self._lack(product=self.filter, start=MONDAY + timedelta(days=10))
        planned = self._create_visit(
            first.order_id, start=first.start + timedelta(days=1)
        )
        planned.action_cancel()
        again = self._come_again(first)
        self.assertEqual(self._rows(first.order_id).visit_id, again)

    def test_ranking(self):
        seal = self._create_part_product("Seal")
        self._come_again(self._lack(product=seal), 1.0, 0.0)
        for days in (7, 14):
            start = MONDAY + timedelta(days=days)
            self._come_again(self._lack(product=self.filter, start=start), 1.0, 0.0)
        self.env.flush_all()
        groups = self.report._read_group(
            [("company_id", "=", self.company.id)],
            ["product_id"],
            ["visit_id:count_distinct", "cost:sum"],
            order="cost:sum DESC",
        )
        self.assertEqual(groups, [(self.filter, 2, 75.0), (seal, 1, 37.5)])

    # ----------------------------------------------------------- which part it was
    def test_only_open_part_is_proposed(self):
        seal = self._create_part_product("Seal")
        order = self._create_order()
        self._create_part(order, seal, mandatory=True)
        self._create_part(order, self.filter, probability=0.2)
        visit = self._lack(order=order)
        self.assertEqual(visit.missing_product_id, seal)
        visit.missing_product_id = self.filter
        visit.note = "Was the filter"
        self.assertEqual(visit.missing_product_id, self.filter)
        visit.return_reason_id = self.other
        self.assertFalse(visit.missing_product_id)

    def test_several_parts_are_for_somebody_to_choose(self):
        order = self._create_order()
        self._create_part(order, self._create_part_product("Seal"), mandatory=True)
        self._create_part(order, self.filter, mandatory=True)
        visit = self._lack(order=order)
        self.assertFalse(visit.missing_product_id)
        visit.with_user(self.user_technician).missing_product_id = self.filter
        self.assertEqual(visit.missing_product_id, self.filter)

    # --------------------------------------------------------------------- rights
    def test_access(self):
        self._come_again(self._lack(product=self.filter))
        self.env.flush_all()
        domain = [("company_id", "=", self.company.id)]
        for user in (self.dispatcher, self.user_technician):
            with self.assertRaises(AccessError):
                self.report.with_user(user).search(domain)
        self.assertEqual(len(self.report.with_user(self.manager).search(domain)), 2)
        accountant = self._create_user("reader", "account.group_account_readonly")
        self.assertEqual(len(self.report.with_user(accountant).search(domain)), 2)
        other = new_test_user(
            self.env,
            login="fs_manager_b",
            groups="field_service.group_manager",
            company_id=self.company_b.id,
            company_ids=[(6, 0, self.company_b.ids)],
        )
        self.assertFalse(self.report.with_user(other).search([]))
