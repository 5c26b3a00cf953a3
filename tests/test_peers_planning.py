"""Weaknesses of other systems that ours must not have: planning, status, access.

The figures of money, parts and equipment are in ``test_peers_money.py``; which test is
about which weakness is said in ``docs/quality.md``.
"""

import ast
import re
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.field_service.tests.common import MONDAY
from odoo.addons.field_service_billing.tests.common import FieldServiceBillingCommon

TUESDAY = MONDAY + timedelta(days=1)


@tagged("post_install", "-at_install")
class TestPeersPlanning(FieldServiceBillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tom = cls._create_technician("Tom")

    def _plan_two(self):
        """Plan visits of two technicians at the same hour: two hours and five."""
        order = self._create_order()
        return self._create_visit(order) + self._create_visit(
            order, technician_id=self.tom.id, duration=5.0
        )

    def test_start_end_and_length_agree_after_any_write(self):
        """A new start alone put the end where the start was, or left a length of 0."""
        visits = self._plan_two().with_user(self.dispatcher)
        for values, stops in (
            ({"start": TUESDAY}, (10, 13)),
            ({"start": TUESDAY, "duration": 1.5}, (9.5, 9.5)),
            ({"duration": 3.0}, (11, 11)),
            ({"stop": TUESDAY + timedelta(hours=4)}, (12, 12)),
            ({"start": TUESDAY, "stop": TUESDAY + timedelta(hours=3)}, (11, 11)),
        ):
            visits.write(values)
            visits.flush_recordset()
            midnight = TUESDAY.replace(hour=0)
            for visit, hour in zip(visits, stops, strict=True):
                self.assertEqual(visit.stop, midnight + timedelta(hours=hour), values)
                length = (visit.stop - visit.start).total_seconds() / 3600
                self.assertAlmostEqual(visit.duration, length)
                self.assertEqual(visit.booking_ids.stop, visit.stop)

    def test_a_new_planned_end_leaves_what_happened_alone(self):
        """The form overwrote the actual start when the planned end was changed."""
        visit = self._create_visit(self._create_order())
        visit.register_event("work_start", MONDAY + timedelta(minutes=10))
        visit.register_event(
            "work_end", MONDAY + timedelta(minutes=70), result="solved"
        )
        before = visit.event_ids.mapped("device_time")
        visit.with_user(self.dispatcher).stop = MONDAY + timedelta(hours=6)
        self.assertEqual(visit.event_ids.mapped("device_time"), before)
        self.assertEqual((visit.work_hours, visit.duration), (1.0, 6.0))

    def test_many_are_rescheduled_at_once(self):
        """Writing dates on more than one record failed ("expected singleton")."""
        visits = self._plan_two().with_user(self.dispatcher)
        orders = visits.order_id + self._create_order()
        orders = orders.with_user(self.dispatcher)
        visits.write({"start": TUESDAY, "travel_before_minutes": 15, "lock": "time"})
        orders.write({"promised_start": MONDAY, "promised_stop": TUESDAY})
        self.assertEqual(visits.mapped("start"), [TUESDAY] * 2)
        self.assertEqual(visits.booking_ids.mapped("start"), [TUESDAY] * 2)
        self.assertEqual(orders.mapped("promised_stop"), [TUESDAY] * 2)

    def test_three_orders_make_one_day(self):
        """Three orders of one technician on one day made three day plans, or none."""
        user = self.dispatcher
        visits = self.env["field.service.visit"].with_user(user)
        for hours in (0, 3, 6):
            visits += self._create_visit(
                self._create_order(), start=MONDAY + timedelta(hours=hours)
            )
        found = self.env["field.service.availability"].with_user(user)
        resource = self.technician.sudo().resource_id
        day = MONDAY.replace(hour=0)
        busy = found._get_bookings(resource, day, day + timedelta(days=1))
        self.assertEqual([period.record_id for period in busy[resource.id]], visits.ids)

    def test_a_cancelled_order_leaves_every_calendar(self):
        """The appointment of a cancelled order stayed in the calendars."""
        visit = self._create_visit(self._create_order())
        visit.order_id.with_user(self.dispatcher).action_cancel()
        self.assertFalse(visit.booking_ids)
        again = self._create_visit(self._create_order())
        self.assertTrue(again.booking_ids, "the technician's time is free again")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.field_service_visit_action"
        )
        shown = ast.literal_eval(action["context"])
        self.assertTrue(shown.get("search_default_not_cancelled"))
        view = self.env["field.service.visit"].get_view(view_type="search")
        self.assertIn('name="not_cancelled"', view["arch"])

    def test_priorities_are_in_their_order(self):
        """ "Normal" ranked below "Low", and lists began with what could wait."""
        orders = self.env["field.service.order"]
        for priority in ("0", "3", "1", "2"):
            orders += self._create_order(priority=priority)
        found = orders.with_user(self.dispatcher).search([("id", "in", orders.ids)])
        labels = dict(orders._fields["priority"]._description_selection(self.env))
        self.assertEqual(
            [labels[order.priority] for order in found],
            ["Emergency", "High", "Normal", "Low"],
        )

    def test_one_change_of_the_crew_keeps_the_technician(self):
        """Removing an attendee emptied the technician: their order decided."""
        visit = self._plan_two()[0].with_user(self.dispatcher)
        jim, ann = self._create_technician("Jim"), self._create_technician("Ann")
        visit.crew_ids = [Command.set((jim + ann).ids)]
        visit.crew_ids = [Command.unlink(jim.id)]
        self.assertEqual(
            (visit.technician_id, visit.crew_ids.id), (self.technician, ann.id)
        )
        self.assertEqual(len(visit.booking_ids), 2)


@tagged("post_install", "-at_install")
class TestPeersStatus(FieldServiceBillingCommon):
    def _stage(self, state, **values):
        return self.env["field.service.stage"].create(
            {"name": f"Our {state}", "state": state, "sequence": 900, **values}
        )

    def test_a_companys_own_stage_meets_the_same_gate(self):
        """Any closed stage but the shipped one got around what must be done first."""
        done = self._stage("done")
        orders = self._create_order() + self._create_order()
        for attempt in (orders, orders[0]):
            attempt = attempt.with_user(self.dispatcher)
            with self.assertRaisesRegex(ValidationError, "No visit is completed"):
                attempt.write({"stage_id": done.id})
        self._work(self._create_visit(orders[0]), 1.0)
        orders[0].with_user(self.dispatcher).stage_id = done
        self.assertEqual((orders[0].state, orders[0].stage_id), ("done", done))

    def test_no_new_record_begins_in_a_later_stage(self):
        """A record made or imported in a closed stage was never checked at all."""
        done, released = self._stage("done"), self._stage("released")
        orders = self.env["field.service.order"].with_user(self.dispatcher)
        values = {"partner_id": self.partner.id, "job_type_id": self.job_type.id}
        for attempt in (
            lambda: orders.create({**values, "stage_id": done.id}),
            lambda: orders.with_context(default_stage_id=done.id).create({**values}),
        ):
            with self.assertRaisesRegex(ValidationError, "from New to Done"):
                attempt()
        imported = orders.load(
            ["partner_id", "job_type_id", "stage_id"],
            [["Customer", "Repair", done.name]],
        )
        self.assertFalse(imported["ids"])
        order = orders.create({**values, "stage_id": released.id})
        self.assertEqual((order.state, order.stage_id), ("released", released))

    def test_a_stage_never_says_what_the_state_does_not(self):
        """The column an order stood in and what it could do were two things."""
        ours = self._stage("released")
        orders = self._create_order() + self._create_order()
        orders.write({"stage_id": ours.id})
        ours.with_user(self.manager).state = "on_hold"
        self.assertEqual(orders.stage_id.mapped("state"), ["released"])
        orders.write({"stage_id": ours.id, "state": "released"})
        self.assertEqual(orders.stage_id.mapped("state"), ["released"])
        orders.stage_id = False
        self.assertEqual(orders.stage_id.mapped("state"), ["released"])
        foreign = self._stage("released", company_id=self.company_b.id)
        with self.assertRaises(UserError):
            orders.stage_id = foreign

    def test_completed_is_chosen_in_the_form_and_in_the_list(self):
        """ "Completed" was refused in the form because of where it was clicked."""
        orders = self.env["field.service.order"]
        self.job_type.require_signature = True
        for hours in (0, 3):
            order = self._create_order()
            self._work(
                self._create_visit(order, start=MONDAY + timedelta(hours=hours)), 1.0
            )
            orders += order
        self.assertEqual(orders.mapped("state"), ["in_progress"] * 2)
        orders.require_signature = False
        orders[0].with_user(self.dispatcher).action_done()
        stage = orders[0].stage_id
        orders[1].with_user(self.dispatcher).write({"stage_id": stage.id})
        self.assertEqual(orders.mapped("state"), ["done"] * 2)

    def test_what_is_completed_is_not_cancelled_and_made_new(self):
        """Completed orders could be cancelled and then be taken back to new."""
        order = self._create_worked_order(1.0).with_user(self.manager)
        for state in ("cancelled", "draft", "released", "on_hold", "cannot_complete"):
            with self.assertRaisesRegex(ValidationError, "cannot go from Done"):
                order.state = state
        cancelled = self._create_order()
        self._create_visit(cancelled, start=TUESDAY).action_dispatch()
        cancelled.action_cancel()
        with self.assertRaisesRegex(ValidationError, "have a history"):
            cancelled.with_user(self.manager).action_draft()

    def test_what_is_set_by_hand_is_not_overwritten(self):
        """A template ran again at saving and turned six hours into one."""
        team = self.env["field.service.team"].create({"name": "North"})
        self.job_type.company_id = self.company
        self.job_type.team_id = team.copy({"name": "South"})
        with Form(self.env["field.service.order"].with_user(self.dispatcher)) as form:
            form.partner_id = self.partner
            form.job_type_id = self.job_type
            form.planned_hours = 6.0
            form.team_id = team
        order = form.save()
        self.assertEqual((order.planned_hours, order.team_id.id), (6.0, team.id))
        order.action_release()
        visit = self._create_visit(order, duration=4.0)
        self.assertEqual((order.planned_hours, visit.duration), (6.0, 4.0))

    def test_a_copy_takes_nothing_along_of_what_happened(self):
        """A duplicate kept the planned and actual dates and the text of the result."""
        order = self._create_order(promised_start=MONDAY, requested_start=MONDAY)
        visit = self._create_visit(order)
        self._use_part(order)
        self._work(visit, 1.0, travel=0.5)
        visit.note = "Seal replaced"
        self._bill(order)
        kept = order.with_user(self.dispatcher).copy().sudo()
        kept += kept.copy()
        for field in (
            "promised_start",
            "requested_start",
            "completed_on",
            "resolved_on",
        ):
            self.assertFalse(any(kept.mapped(field)), field)
        for field in ("visit_ids", "charge_ids", "sale_order_ids", "invoice_ids"):
            self.assertFalse(kept[field], field)
        self.assertFalse(sum(kept.part_ids.mapped("used_qty")))
        self.assertEqual(kept.mapped("state"), ["draft"] * 2)
        again = visit.copy()
        for field in ("start", "stop", "note", "result", "signature", "event_ids"):
            self.assertFalse(again[field], field)
        self.assertEqual((again.state, again.work_hours), ("planned", 0.0))


@tagged("post_install", "-at_install")
class TestPeersAccess(FieldServiceBillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._create_user(
            "accountant", "account.group_account_user,field_service.group_manager"
        )

    def _own_models(self):
        return [
            model
            for name, model in self.env.items()
            if name.startswith("field.service.")
            and not (model._abstract or model._transient)
        ]

    def test_own_documents_are_own_documents(self):
        """The group "own documents only" read and changed everybody's orders."""
        mine = self._create_visit(self._create_order())
        tom = self._create_technician("Tom")
        other = self._create_visit(self._create_order(), technician_id=tom.id)
        (mine + other).action_dispatch()
        parts = self._create_part(mine.order_id, self.filter)
        parts += self._create_part(other.order_id, self.filter)
        visits = mine + other
        for records, values, refusal in (
            (visits, {"note": "changed"}, AccessError),
            (visits.order_id, {"description": "changed"}, AccessError),
            (parts, {"quantity": 5.0}, AccessError),
            # Nobody at all rewrites what happened.
            (
                mine.event_ids[:1] + other.event_ids[:1],
                {"reason": "changed"},
                UserError,
            ),
        ):
            records = records.with_user(self.user_technician)
            self.assertEqual(records.search([("id", "in", records.ids)]), records[0])
            with self.assertRaises(AccessError):
                records[1].read(["id"])
            with self.assertRaises(refusal):
                records[1].write(values)

    def test_doing_visits_configures_nothing(self):
        """Everybody could change sites, workers and types of orders."""
        masters = [
            *(self.job_type, self.partner, self.technician, self.company),
            self._create_asset("Pump"),
            self.env["field.service.stage"].search([], limit=1),
            self.env["field.service.reason"].search([], limit=1),
            self.env["field.service.team"].create({"name": "North"}),
            self.env["field.service.tag"].create({"name": "Lift"}),
        ]
        for record in masters:
            record = record.with_user(self.user_technician)
            for operation in ("write", "unlink"):
                allowed = record.has_access(operation)
                self.assertFalse(allowed, f"{record._name} {operation}")
            self.assertFalse(record.browse().has_access("create"), record._name)

    def test_customers_read_nothing_but_their_pages(self):
        """Customers of the web site read all fields by RPC, internal ones as well."""
        portal = new_test_user(
            self.env, "fs_portal", "base.group_portal", partner_id=self.partner.id
        )
        order = self._create_order(description="Gate code 1234")
        self._create_visit(order, note="Difficult customer")
        models = self._own_models()
        self.assertGreater(len(models), 30)
        for model in models:
            model = model.with_user(portal)
            for operation in ("read", "write", "create", "unlink"):
                self.assertFalse(
                    model.has_access(operation), f"{model._name} {operation}"
                )
        with self.assertRaises(AccessError):
            order.with_user(portal).read(["description"])

    def test_every_group_by_has_its_field(self):
        """A list could be grouped by a field that did not exist."""
        views = self.env["ir.ui.view"].search(
            [("type", "=", "search"), ("model", "=like", "field.service.%")]
        )
        groups = {
            (view.model, group)
            for view in views
            for group in re.findall(r"'group_by': '([\w:]+)'", view.arch)
        }
        self.assertGreater(len(groups), 30)
        for model, group in sorted(groups):
            self.env[model].with_user(self.accountant)._read_group([], [group])
