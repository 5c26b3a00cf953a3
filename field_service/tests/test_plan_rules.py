from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import MONDAY, FieldServiceCommon

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class PlanCommon(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tom = cls._create_technician("Tom")
        cls.camera = cls._create_tool("Thermal camera")

    @classmethod
    def _create_tool(cls, name, **values):
        return cls.env["resource.resource"].create(
            {
                "name": name,
                "resource_type": "material",
                "company_id": cls.company.id,
                "tz": "UTC",
                **values,
            }
        )

    @classmethod
    def _plan(cls, **values):
        """Plan a visit of an order of its own."""
        return cls._create_visit(cls._create_order(), **values)


@tagged("post_install", "-at_install")
class TestTools(PlanCommon):
    def test_tools_are_booked_like_people(self):
        first = self._plan(resource_ids=self.camera.ids)
        self.assertEqual(
            first.booking_ids.resource_id,
            self.camera + self.technician.sudo().resource_id,
        )
        with self.assertRaisesRegex(
            ValidationError, f"Thermal camera is already.*{first.order_id.name}.*tool"
        ):
            self._plan(technician_id=self.tom.id, resource_ids=self.camera.ids)
        first.resource_ids = False
        self.assertNotIn(self.camera, first.booking_ids.resource_id)
        self._plan(technician_id=self.tom.id, resource_ids=self.camera.ids)

    def test_tools_follow_the_job_type(self):
        crane = self._create_tool("Crane", company_id=self.company_b.id)
        anywhere = self._create_tool("Ladder", company_id=False)
        self.job_type.resource_ids = self.camera + crane + anywhere
        order = self._create_order()
        self.assertEqual(order.resource_ids, self.camera + anywhere, "no foreign one")
        visit = self._create_visit(order)
        self.assertEqual(visit.resource_ids, self.camera + anywhere)
        self.assertEqual(len(visit.booking_ids), 3)
        visit.resource_ids = anywhere
        order.description = "changed"
        self.assertEqual(visit.resource_ids, anywhere, "stays editable")

    def test_a_tool_of_another_company_is_refused(self):
        crane = self._create_tool("Crane", company_id=self.company_b.id)
        with self.assertRaisesRegex(UserError, "Crane"):
            self._plan(resource_ids=crane.ids)

    def test_two_companies_share_a_tool_of_both(self):
        shared = self._create_tool("Crane", company_id=False)
        self._plan(resource_ids=shared.ids)
        other = self._create_order(company_id=self.company_b.id)
        with self.assertRaisesRegex(ValidationError, "Crane"):
            self._create_visit(other, resource_ids=shared.ids)

    def test_a_scrapped_tool_was_used(self):
        visit = self._plan(resource_ids=self.camera.ids)
        self.camera.active = False
        self.env.invalidate_all()
        self.assertEqual(visit.resource_ids, self.camera)

    def test_who_keeps_tools(self):
        visit = self._plan()
        with self.assertRaisesRegex(UserError, "Only a dispatcher"):
            visit.with_user(self.user_technician).resource_ids = self.camera
        visit.with_user(self.dispatcher).resource_ids = self.camera
        tools = self.env["resource.resource"]
        values = {"name": "Van", "resource_type": "material"}
        with self.assertRaises(AccessError):
            tools.with_user(self.dispatcher).create(values)
        van = tools.with_user(self.manager).create(values)
        van.name = "Van 2"
        with self.assertRaises(AccessError):
            self.technician.sudo().resource_id.with_user(self.manager).name = "Other"
        officer = self._create_user(
            "officer", "field_service.group_manager,hr.group_hr_user"
        )
        self.technician.sudo().resource_id.with_user(officer).name = "Other"

    def test_the_technicians_form_shows_tools_and_keeps_them(self):
        visit = self._plan(resource_ids=self.camera.ids)
        with Form(visit.with_user(self.user_technician)) as form:
            with self.assertRaises(AssertionError):
                form.resource_ids.clear()


@tagged("post_install", "-at_install")
class TestLock(PlanCommon):
    def test_a_locked_time_stays(self):
        visit = self._plan(lock="time")
        for values in (
            {"start": MONDAY + DAY},
            {"stop": MONDAY + 5 * HOUR},
            {"duration": 5.0},
            {"start": False, "stop": False},
        ):
            with self.assertRaisesRegex(UserError, "locked .Time.: unlock it first"):
                visit.write(values)
        visit.write({"start": MONDAY, "duration": 2.0, "technician_id": self.tom.id})
        self.assertEqual(visit.technician_id, self.tom)

    def test_a_locked_technician_stays(self):
        visit = self._plan(lock="technician")
        with self.assertRaisesRegex(UserError, "unlock it first"):
            visit.technician_id = self.tom
        with self.assertRaisesRegex(UserError, "unlock it first"):
            visit.technician_id = False
        visit.write({"start": MONDAY + DAY, "crew_ids": self.tom.ids})
        self.assertEqual(visit.start, MONDAY + DAY)

    def test_unlocking_and_moving_in_one_write(self):
        visit = self._plan(lock="both")
        visit.write({"lock": "none", "start": MONDAY + DAY})
        visit.write({"lock": "both", "start": MONDAY})
        with self.assertRaisesRegex(UserError, "unlock it first"):
            visit.write({"lock": "both", "start": MONDAY + DAY})

    def test_every_locked_visit_is_named_and_none_moves(self):
        visits = self._plan(lock="time") + self._plan(
            technician_id=self.tom.id, lock="both"
        )
        free = self._plan(start=MONDAY + 3 * HOUR)
        with self.assertRaises(UserError) as caught:
            (visits + free).write({"start": MONDAY + DAY})
        for visit in visits:
            self.assertIn(visit.order_id.name, str(caught.exception))
        self.assertNotIn(free.order_id.name, str(caught.exception))
        self.assertEqual(free.start, MONDAY + 3 * HOUR)

    def test_a_locked_visit_is_done_declined_and_cancelled(self):
        visits = [self._plan(lock="both", start=MONDAY + i * DAY) for i in range(3)]
        self._work(visits[0], hours=1.0)
        visits[1].action_dispatch()
        visits[1].register_event("declined", reason="Flat tyre")
        visits[2].action_cancel()
        self.assertEqual(
            [visit.state for visit in visits], ["completed", "declined", "cancelled"]
        )

    def test_buttons_and_rights(self):
        visit = self._plan().with_user(self.dispatcher)
        visit.action_lock()
        self.assertEqual(visit.lock, "both")
        with self.assertRaisesRegex(UserError, "Only a dispatcher"):
            visit.with_user(self.user_technician).action_unlock()
        visit.action_unlock()
        visit.start = MONDAY + DAY


@tagged("post_install", "-at_install")
class TestOverlap(PlanCommon):
    def test_an_overlap_needs_a_reason(self):
        self._plan()
        with self.assertRaisesRegex(ValidationError, "say why"):
            self._plan(allow_overlap=True)
        with self.assertRaisesRegex(ValidationError, "say why"):
            self._plan(allow_overlap=True, overlap_reason="  ")
        second = self._plan(allow_overlap=True, overlap_reason="Next door")
        with self.assertRaisesRegex(ValidationError, "say why"):
            second.overlap_reason = False
        found = self.env["field.service.visit"].search([("allow_overlap", "=", True)])
        self.assertIn(second, found)

    def test_a_dispatcher_gives_no_reason_for_another(self):
        visit = self._plan()
        with self.assertRaisesRegex(UserError, "Only a dispatcher"):
            visit.with_user(self.user_technician).overlap_reason = "mine"

    def test_taking_the_permission_back_needs_room(self):
        self._plan()
        second = self._plan(allow_overlap=True, overlap_reason="Next door")
        with self.assertRaisesRegex(ValidationError, "Tina is already booked"):
            second.allow_overlap = False


@tagged("post_install", "-at_install")
class TestExchange(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._plan()
        cls.second = cls._plan(technician_id=cls.tom.id)

    def _swap(self, visits, user=None, **values):
        wizard = (
            self.env["field.service.visit.swap"]
            .with_user(user or self.dispatcher)
            .with_context(active_ids=visits.ids)
            .create(values)
        )
        wizard.action_swap()

    def _reassign(self, visits, technician, user=None, **values):
        self.env["field.service.visit.reassign"].with_user(
            user or self.dispatcher
        ).with_context(active_ids=visits.ids).create(
            {"technician_id": technician.id, **values}
        ).action_reassign()

    def test_technicians_of_one_hour_are_swapped(self):
        pair = self.first + self.second
        self._swap(pair, note="Tom knows the site")
        self.assertEqual(self.first.technician_id, self.tom)
        self.assertEqual(self.second.technician_id, self.technician)
        for visit in pair:
            self.assertEqual(
                visit.booking_ids.resource_id, visit.technician_id.sudo().resource_id
            )
            self.assertIn("Tom knows the site", visit.message_ids[0].body)
            self.assertIn((pair - visit).order_id.name, visit.message_ids[0].body)

    def test_times_of_one_technician_keep_their_span(self):
        # 8-10 and 11-14 become 8-11 and 12-14: lengths differ, the span stays.
        later = self._plan(start=MONDAY + 3 * HOUR, duration=3.0)
        self._swap(self.first + later, what="time")
        self.assertEqual((later.start, later.stop), (MONDAY, MONDAY + 3 * HOUR))
        self.assertEqual(self.first.start, MONDAY + 4 * HOUR)
        self.assertEqual(self.first.stop, MONDAY + 6 * HOUR)
        self.assertEqual(self.first.booking_ids.start, MONDAY + 4 * HOUR)

    def test_adjacent_times_of_different_lengths(self):
        later = self._plan(start=MONDAY + 2 * HOUR, duration=1.0)
        self._swap(later + self.first, what="time")
        self.assertEqual((later.start, later.stop), (MONDAY, MONDAY + HOUR))
        self.assertEqual(self.first.start, MONDAY + HOUR)
        self._swap(later + self.first, what="time")
        self.assertEqual(self.first.start, MONDAY)
        self.assertEqual(later.start, MONDAY + 2 * HOUR)

    def test_times_of_two_technicians_are_swapped_by_their_starts(self):
        self.second.write({"start": MONDAY + DAY, "duration": 3.0})
        self._swap(self.first + self.second, what="time")
        self.assertEqual(self.first.start, MONDAY + DAY)
        self.assertEqual(self.first.stop, MONDAY + DAY + 2 * HOUR)
        self.assertEqual(self.second.stop, MONDAY + 3 * HOUR)

    def test_a_swap_that_does_not_fit_changes_nothing(self):
        # Tom is on another visit while Tina is on the first.
        self.second.start = MONDAY + DAY
        third = self._plan(technician_id=self.tom.id, start=MONDAY + HOUR)
        with self.assertRaisesRegex(ValidationError, f"Tom.*{third.order_id.name}"):
            self._swap(self.first + self.second)
        self.env.invalidate_all()
        self.assertEqual(self.first.technician_id, self.technician)
        self.assertEqual(self.second.technician_id, self.tom)
        self.assertEqual(
            self.second.booking_ids.resource_id, self.tom.sudo().resource_id
        )

    def test_what_cannot_be_swapped_says_why(self):
        self.first.lock = "technician"
        self.second.action_start()
        with self.assertRaises(ValidationError) as caught:
            self._swap(self.first + self.second)
        message = str(caught.exception)
        self.assertRegex(message, f"{self.first.order_id.name}.*locked")
        self.assertRegex(message, f"{self.second.order_id.name}.*Working")
        with self.assertRaisesRegex(ValidationError, "two different visits"):
            self.first._swap(self.first)
        same = self._plan(start=MONDAY + DAY)
        with self.assertRaisesRegex(ValidationError, "same technician"):
            same._swap(self.first)
        unplanned = self._plan(start=False)
        with self.assertRaisesRegex(ValidationError, "no time yet"):
            same._swap(unplanned, "time")
        with self.assertRaisesRegex(UserError, "two visits"):
            self._swap(self.first + self.second + same)

    def test_many_are_reassigned_at_once(self):
        self.second.action_cancel()
        others = self._plan(start=MONDAY + 3 * HOUR) + self._plan(
            start=MONDAY + DAY, crew_ids=self.tom.ids
        )
        visits = self.first + others
        self._reassign(visits, self.tom, note="Tina is ill")
        self.assertEqual(visits.technician_id, self.tom)
        self.assertFalse(visits.crew_ids, "who leads is no crew")
        self.assertEqual(visits.booking_ids.resource_id, self.tom.sudo().resource_id)
        for visit in visits:
            self.assertIn("from Tina to Tom", visit.message_ids[0].body)
            self.assertIn("Tina is ill", visit.message_ids[0].body)

    def test_reassigning_names_every_refusal_and_changes_nothing(self):
        locked = self._plan(start=MONDAY + 4 * HOUR, lock="both")
        free = self._plan(start=MONDAY + DAY)
        later = self._plan(start=MONDAY + 2 * DAY)
        blocker = self._plan(technician_id=self.tom.id, start=MONDAY + 2 * DAY)
        visits = self.first + locked + free + later
        with self.assertRaises(ValidationError) as caught:
            self._reassign(visits, self.tom)
        message = str(caught.exception)
        for refused, word in (
            (self.first, self.second.order_id.name),
            (locked, "locked"),
            (later, blocker.order_id.name),
        ):
            self.assertRegex(message, f"{refused.order_id.name}.*{word}")
        self.assertNotIn(free.order_id.name, message)
        self.env.invalidate_all()
        self.assertEqual(visits.technician_id, self.technician)

    def test_two_visits_of_one_hour_do_not_fit_one_technician(self):
        jim = self._create_technician("Jim")
        with self.assertRaisesRegex(ValidationError, "Jim cannot be on .* and on"):
            self._reassign(self.first + self.second, jim)

    def test_a_technician_of_another_company(self):
        with self.assertRaisesRegex(ValidationError, "Boris works for Service B"):
            self.first._reassign(self.technician_b)
        self.assertEqual(self.first.technician_id, self.technician)

    def test_who_may(self):
        with self.assertRaises(AccessError):
            self._reassign(self.first, self.tom, user=self.user_technician)
        with self.assertRaisesRegex(UserError, "Only a dispatcher"):
            self.first.with_user(self.user_technician)._reassign(self.tom)
