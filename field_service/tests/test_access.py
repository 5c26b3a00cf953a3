from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MONDAY, FieldServiceCommon


@tagged("post_install", "-at_install")
class TestAccess(FieldServiceCommon):
    """Peer 14: "own documents" means own documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls._create_visit(cls._create_order())
        tom = cls._create_technician("Tom")
        cls.other = cls._create_visit(cls._create_order(), technician_id=tom.id)
        cls.crewed = cls._create_visit(
            cls._create_order(),
            start=MONDAY + timedelta(hours=4),
            technician_id=tom.id,
            crew_ids=cls.technician.ids,
        )

    def test_a_technician_sees_his_own_and_his_crews(self):
        visits = self.env["field.service.visit"].with_user(self.user_technician)
        self.assertEqual(visits.search([]), self.mine + self.crewed)
        orders = self.env["field.service.order"].with_user(self.user_technician)
        self.assertEqual(orders.search([]), (self.mine + self.crewed).order_id)
        with self.assertRaises(AccessError):
            self.other.with_user(self.user_technician).read(["start"])
        with self.assertRaises(AccessError):
            self.other.with_user(self.user_technician).action_start()

    def test_a_technician_does_his_visit_and_nothing_else(self):
        visit = self.mine.with_user(self.user_technician)
        self._work(visit, hours=1.0, travel=0.5)
        self.assertEqual(visit.state, "completed")
        self.assertEqual(visit.order_id.state, "done")
        self.assertEqual(visit.event_ids[0].employee_id, self.technician)
        with self.assertRaises(AccessError):
            visit.order_id.write({"description": "changed"})
        with self.assertRaises(AccessError):
            self.env["field.service.visit"].with_user(self.user_technician).create(
                {"order_id": self.mine.order_id.id}
            )

    def test_a_technician_does_not_plan(self):
        visit = self.mine.with_user(self.user_technician)
        for values in (
            {"start": MONDAY + timedelta(days=1)},
            {"duration": 8.0},
            {"technician_id": False},
            {"lock": "both"},
        ):
            with self.assertRaisesRegex(UserError, "Only a dispatcher"):
                visit.write(values)
        visit.write({"note": "Key is at the reception."})
        self.assertEqual(self.mine.start, MONDAY)

    def test_money_is_for_those_who_may_see_it(self):
        for user, allowed in (
            (self.user_technician, False),
            (self.dispatcher, False),
            (self.manager, True),
        ):
            order = self.mine.order_id.with_user(user)
            visible = "planned_cost" in order.fields_get()
            self.assertEqual(visible, allowed, user.login)
            if not allowed:
                with self.assertRaises(AccessError):
                    order.read(["planned_margin"])

    def test_an_accountant_reads_operations_and_changes_nothing(self):
        accountant = self._create_user("accountant", "account.group_account_user")
        order = self.other.order_id.with_user(accountant)
        self.assertEqual(order.planned_cost, 0.0)
        with self.assertRaises(AccessError):
            order.write({"description": "changed"})

    def test_a_stranger_sees_nothing(self):
        stranger = self._create_user("stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["field.service.order"].with_user(stranger).search([])

    def test_a_dispatcher_plans_but_does_not_configure(self):
        order = self._create_order().with_user(self.dispatcher)
        visit = (
            self.env["field.service.visit"]
            .with_user(self.dispatcher)
            .create(
                {
                    "order_id": order.id,
                    "technician_id": self.technician.id,
                    "start": MONDAY + timedelta(days=1),
                }
            )
        )
        self.assertEqual(order.state, "scheduled")
        visit.start = MONDAY + timedelta(days=2)
        with self.assertRaises(AccessError):
            self.job_type.with_user(self.dispatcher).name = "Other"

    def test_a_dispatcher_chooses_a_crew(self):
        visit = self.mine.with_user(self.dispatcher)
        jim = self._create_technician("Jim")
        visit.crew_ids = [Command.link(jim.id)]
        self.assertEqual(
            self.mine.booking_ids.resource_id, visit._get_booked_resources()
        )
        self.assertEqual(self.mine.crew_ids, jim)
