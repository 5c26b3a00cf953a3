from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError

from .common import FieldServiceCommon


class TestAttention(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.team = cls.env["field.service.team"].create(
            {"name": "North", "leader_id": cls.dispatcher.id}
        )
        cls.order = cls._create_order(team_id=cls.team.id)

    def _visit(self, order=None, hours=24.0, **values):
        """Plan a visit that starts in some hours and lasts two."""
        return self._create_visit(
            order or self.order, start=self.now + timedelta(hours=hours), **values
        )

    def _line(self, order=None, user=None):
        lines = self.env["field.service.attention"].with_user(user or self.manager)
        return lines.search([("order_id", "=", (order or self.order).id)])

    def _age(self, order, hours):
        """Have the order been in its state for some hours."""
        log = order.sudo().state_log_ids.filtered(lambda line: not line.left_on)
        log.entered_on = self.now - timedelta(hours=hours)

    def _check(self, reason, owner=None, order=None):
        line = self._line(order)
        self.assertEqual(line.reason or False, reason)
        if reason:
            self.assertTrue(line.next_action)
            self.assertEqual(line.owner_id, owner or self.dispatcher)
        return line

    def test_what_is_on_its_way_needs_nobody(self):
        self._check(False)
        self._visit()
        self._check(False)

    def test_late(self):
        self._visit(hours=-0.5)
        line = self._check("late")
        self.assertEqual(line.since, line.visit_id.start)
        self.assertAlmostEqual(line.waiting_hours, 0.5, places=1)

    def test_late_only_after_the_company_s_minutes(self):
        self._visit(hours=-0.5)
        self.company.service_attention_minutes = 40
        self._check(False)

    def test_overrun(self):
        visit = self._visit(hours=-3)
        visit.register_event("work_start", self.now - timedelta(hours=3))
        self._check("overrun")

    def test_no_technician(self):
        self._visit(technician_id=False)
        self._check("no_technician")

    def test_not_acknowledged(self):
        visit = self._visit()
        visit.action_dispatch()
        self._check(False)
        self.company.service_attention_minutes = 0
        self.env.cr.execute(
            "UPDATE field_service_event SET server_time = %s WHERE visit_id = %s",
            (self.now - timedelta(minutes=1), visit.id),
        )
        visit.event_ids.invalidate_recordset()
        self._check("not_acknowledged")
        visit.action_acknowledge()
        self._check(False)

    def test_declined(self):
        visit = self._visit()
        visit.action_dispatch()
        visit.register_event("declined", reason="Ill")
        self._check("declined")
        self._visit()
        self._check(False)

    def test_return_not_planned(self):
        reason = self.env["field.service.reason"].search(
            [("kind", "=", "return")], limit=1
        )
        self._work(
            self._visit(hours=-5),
            1.0,
            result="return_needed",
            return_reason_id=reason.id,
        )
        self._check("return_not_planned")

    def test_unsolved(self):
        self._work(self._visit(hours=-5), 1.0, result="no_access")
        self._check("unsolved")

    def test_incomplete_is_the_technicians(self):
        self.order.require_photos = True
        self._work(self._visit(hours=-5), 1.0)
        self._check("incomplete", owner=self.user_technician)
        line = self._line(user=self.user_technician)
        self.assertEqual(line.reason, "incomplete")

    def test_waiting_orders(self):
        draft = self._create_order(release=False, team_id=self.team.id)
        self._age(draft, 23)
        self._age(self.order, 23)
        self._check(False)
        self._check(False, order=draft)
        self._age(draft, 25)
        self._age(self.order, 25)
        self._check("not_planned")
        self._check("not_released", order=draft)

    def test_hold_too_long(self):
        reason = self.env["field.service.reason"].search(
            [("kind", "in", ("hold", "pause"))], limit=1
        )
        self.order.write({"state": "on_hold", "hold_reason_id": reason.id})
        self._age(self.order, 6 * 24)
        self._check(False)
        self._age(self.order, 8 * 24)
        self._check("hold_too_long")

    def test_only_the_most_urgent_reason(self):
        self._visit(technician_id=False, hours=-1)
        self.assertEqual(len(self._check("late")), 1)

    def test_sla(self):
        self.env["field.service.sla"].create(
            {
                "name": "1 hour",
                "resolution_hours": 1,
                "company_id": self.company.id,
            }
        )
        order = self._create_order(team_id=self.team.id)
        order.received_on = self.now - timedelta(days=30)
        self._check("sla_breached", order=order)

    def test_owner_without_team_is_the_author(self):
        order = self.order.with_user(self.dispatcher).copy({"team_id": False})
        self._age(order, 25)
        self._check("not_released", order=order)

    def test_order_says_the_same(self):
        self._visit(hours=-0.5)
        other = self._create_order()
        orders = (self.order | other).with_user(self.dispatcher)
        self.assertEqual(orders.mapped("attention_reason"), ["late", False])
        self.assertTrue(orders[0].attention_action)
        domain = [("id", "in", orders.ids)]
        self.assertEqual(
            orders.search([*domain, ("attention_reason", "=", "late")]), orders[0]
        )
        self.assertEqual(
            orders.search([*domain, ("attention_reason", "=", False)]), orders[1]
        )
        self.assertEqual(
            orders.search([*domain, ("attention_reason", "!=", False)]), orders[0]
        )

    def test_action_opens_what_must_change(self):
        visit = self._visit(hours=-0.5)
        action = self._line(user=self.dispatcher).action_attend()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (visit._name, visit.id)
        )
        visit.action_cancel()
        self._age(self.order, 25)
        action = self._line(user=self.dispatcher).action_attend()
        self.assertEqual(action["res_id"], self.order.id)

    def test_technicians_see_only_their_own(self):
        self._visit(hours=-0.5)
        self.assertFalse(self._line(user=self.user_technician))
        with self.assertRaises(AccessError):
            self._line().with_user(self.user_technician).read(["reason"])

    def test_other_company(self):
        order = self._create_order(company_id=self.company_b.id)
        self._visit(order, hours=-0.5)
        self.assertFalse(self._line(order))
        self.manager.company_ids |= self.company_b
        lines = self.env["field.service.attention"].with_user(self.manager)
        lines = lines.with_context(allowed_company_ids=self.company_b.ids)
        self.assertEqual(lines.search([]).order_id, order)

    def test_queries_do_not_grow_with_orders(self):
        orders = self.order
        for __ in range(5):
            orders |= self._create_order()
        self._visit(hours=-0.5)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(__system__=4):
            orders.mapped("attention_reason")
