from datetime import datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..models.field_service_board_listener import CHANNEL
from .common import MONDAY, FieldServiceCommon

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MIDNIGHT = MONDAY.replace(hour=0)
WEEK = (
    fields.Datetime.to_string(MIDNIGHT),
    fields.Datetime.to_string(MIDNIGHT + 7 * DAY),
)


def to_ms(moment):
    return int((moment - datetime(1970, 1, 1)).total_seconds() * 1000)


@tagged("post_install", "-at_install")
class TestBoardCommon(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "UTC"
        cls.tom = cls._create_technician("Tom")
        cls.team = cls.env["field.service.team"].create(
            {
                "name": "North",
                "company_id": cls.company.id,
                "member_ids": [Command.set((cls.technician | cls.tom).ids)],
            }
        )
        cls.board = cls.env["field.service.board"].with_user(cls.dispatcher)

    def _get_board(self, **values):
        return self.board.get_board_data(*WEEK, **values)

    def _get_row(self, technician, **values):
        rows = self._get_board(**values)["technicians"]
        return next(row for row in rows if row["id"] == technician.id)

    def _get_card(self, visit, **values):
        cards = self._get_board(**values)["visits"]
        return next(card for card in cards if card["id"] == visit.id)


@tagged("post_install", "-at_install")
class TestBoard(TestBoardCommon):
    def test_rows_are_all_technicians_idle_ones_too(self):
        names = [row["name"] for row in self._get_board()["technicians"]]
        self.assertEqual(names, ["Tina", "Tom"])

    def test_a_team_shows_its_members_and_whoever_does_its_work(self):
        south = self.team.copy({"name": "South", "member_ids": [Command.clear()]})
        self.assertEqual(self._get_board(team_id=south.id)["technicians"], [])
        self._create_visit(self._create_order(team_id=south.id))
        rows = self._get_board(team_id=south.id)["technicians"]
        self.assertEqual([row["name"] for row in rows], ["Tina"])

    def test_a_team_of_another_company_filters_nothing(self):
        other = self.env["field.service.team"].create(
            {"name": "Far", "company_id": self.company_b.id}
        )
        self.assertEqual(len(self._get_board(team_id=other.id)["technicians"]), 2)

    def test_hours_of_a_technician(self):
        """40 hours a week; two are booked, and a meeting takes one more."""
        self._create_visit(self._create_order())
        self.env["calendar.event"].create(
            {
                "name": "Review",
                "start": MONDAY + DAY,
                "stop": MONDAY + DAY + HOUR,
                "partner_ids": [Command.set(self.user_technician.partner_id.ids)],
            }
        )
        row = self._get_row(self.technician)
        self.assertEqual(
            (row["work_hours"], row["booked_hours"], row["free_hours"]), (40, 2, 37)
        )
        self.assertEqual(
            row["meetings"],
            [[to_ms(MONDAY + DAY), to_ms(MONDAY + DAY + HOUR), "Review"]],
        )

    def test_a_private_meeting_is_busy_and_nothing_else(self):
        self.env["calendar.event"].create(
            {
                "name": "Doctor",
                "privacy": "private",
                "start": MONDAY,
                "stop": MONDAY + HOUR,
                "user_id": self.user_technician.id,
                "partner_ids": [Command.set(self.user_technician.partner_id.ids)],
            }
        )
        self.assertEqual(self._get_row(self.technician)["meetings"][0][2], "Busy")

    def test_leave_and_holiday(self):
        """Why somebody is away is his business; a holiday has a name."""
        leaves = self.env["resource.calendar.leaves"]
        leaves.create(
            {
                "name": "Surgery",
                "resource_id": self.tom.resource_id.id,
                "calendar_id": self.tom.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": MIDNIGHT + DAY,
                "date_to": MIDNIGHT + 2 * DAY,
            }
        )
        leaves.create(
            {
                "name": "Founders' day",
                "company_id": self.company.id,
                "date_from": MIDNIGHT + 2 * DAY,
                "date_to": MIDNIGHT + 3 * DAY,
            }
        )
        self.assertEqual(
            [leave[2] for leave in self._get_row(self.tom)["leaves"]],
            ["Away", "Founders' day"],
        )
        self.assertEqual(self._get_row(self.tom)["work_hours"], 24)
        self.assertEqual(
            [leave[2] for leave in self._get_row(self.technician)["leaves"]],
            ["Founders' day"],
        )

    def test_a_card_says_what_is_wrong(self):
        """Monday 8 to 10 is fine, across lunch too; Sunday and an evening are not."""
        visit = self._create_visit(self._create_order())
        self.assertEqual(self._get_card(visit)["issues"], {})
        visit.write({"start": MONDAY + 3 * HOUR, "stop": MONDAY + 6 * HOUR})
        self.assertEqual(self._get_card(visit)["issues"], {})
        visit.write({"start": MONDAY + 10 * HOUR})
        self.assertEqual(
            self._get_card(visit)["issues"], {self.technician.id: ["off_hours"]}
        )

    def test_an_allowed_overlap_is_shown_on_both(self):
        first = self._create_visit(self._create_order())
        second = self._create_visit(
            self._create_order(), allow_overlap=True, overlap_reason="Hands over"
        )
        for visit in first | second:
            self.assertEqual(
                self._get_card(visit)["issues"], {self.technician.id: ["overlap"]}
            )

    def test_crew_members_have_the_visit_in_their_rows(self):
        visit = self._create_visit(
            self._create_order(), crew_ids=[Command.set(self.tom.ids)]
        )
        self.assertEqual(self._get_card(visit)["crew_ids"], self.tom.ids)
        self.assertEqual(self._get_row(self.tom)["booked_hours"], 2)

    def test_what_is_filtered_out_takes_time_all_the_same(self):
        self._create_visit(self._create_order())
        domain = [("state", "=", "dispatched")]
        self.assertEqual(self._get_board(domain=domain)["visits"], [])
        self.assertEqual(
            self._get_row(self.technician, domain=domain)["others"],
            [[to_ms(MONDAY), to_ms(MONDAY + 2 * HOUR)]],
        )

    def test_cancelled_visits_are_not_shown(self):
        visit = self._create_visit(self._create_order())
        visit.action_cancel()
        self.assertEqual(self._get_board()["visits"], [])

    def test_the_number_of_queries_does_not_grow(self):
        def fill(count):
            people = self.env["hr.employee"].create(
                [
                    {"name": f"T{i}", "company_id": self.company.id, "tz": "UTC"}
                    for i in range(count)
                ]
            )
            self.team.member_ids = [Command.set(people.ids)]
            for person in people:
                self._create_visit(
                    self._create_order(partner_id=self._create_partner(person.name).id),
                    technician_id=person.id,
                )
            self.env.flush_all()

        def count_queries():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            data = self._get_board(team_id=self.team.id)
            return len(data["visits"]), self.env.cr.sql_log_count - before

        fill(5)
        count_queries()
        few = count_queries()
        fill(50)
        many = count_queries()
        self.assertEqual((few[0], many[0]), (5, 50))
        self.assertLessEqual(many[1], few[1])

    def test_a_period_is_needed_and_not_too_long(self):
        for start, stop in (
            (WEEK[1], WEEK[0]),
            (WEEK[0], WEEK[0]),
            ("soon", WEEK[1]),
            (False, WEEK[1]),
            ("2026-01-01 00:00:00", "2026-12-31 00:00:00"),
        ):
            with self.assertRaises(UserError):
                self.board.get_board_data(start, stop)

    def test_the_board_is_for_dispatchers(self):
        board = self.board.with_user(self.user_technician)
        visit = self._create_visit(self._create_order())
        for call in (
            lambda: board.get_board_data(*WEEK),
            lambda: board.get_orders_to_plan(),
            lambda: board.get_visit_card(visit.id),
            lambda: board.plan_order(visit.order_id.id, self.tom.id, WEEK[0]),
            lambda: board.move_visit(visit.id, {"technician_id": self.tom.id}),
            lambda: board.undo({"visit_id": visit.id}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_the_calendar_shows_a_technician_his_own_hours_only(self):
        data = self.board.with_user(self.user_technician).get_calendar_data(*WEEK)
        self.assertFalse(data["can_plan"])
        self.assertEqual((data["technicians"], data["teams"]), ([], []))
        self.assertTrue(data["work"])

    def test_the_calendar_is_for_users_of_field_service(self):
        user = self._create_user("stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self.board.with_user(user).get_calendar_data(*WEEK)

    def test_the_calendar_shades_what_nobody_shown_works(self):
        self.tom.resource_calendar_id = self.tom.resource_calendar_id.copy(
            {"tz": "UTC", "attendance_ids": [Command.clear()]}
        )
        both = self.board.get_calendar_data(*WEEK)
        self.assertEqual([one["name"] for one in both["technicians"]], ["Tina", "Tom"])
        self.assertEqual(both["work"][0], [to_ms(MONDAY), to_ms(MONDAY + 4 * HOUR)])
        only_tom = self.board.get_calendar_data(*WEEK, False, [self.technician.id])
        self.assertEqual(only_tom["work"], [])

    def test_other_companies_are_not_on_the_board(self):
        order = self._create_order(company_id=self.company_b.id)
        self._create_visit(order)
        other = self._create_order(company_id=self.company_b.id)
        data = self._get_board()
        self.assertEqual(data["visits"], [])
        self.assertNotIn("Boris", [row["name"] for row in data["technicians"]])
        listed = self.board.get_orders_to_plan(limit=100)["records"]
        self.assertNotIn(other.id, [one["id"] for one in listed])
        with self.assertRaises(AccessError):
            self.board.plan_order(other.id, self.technician.id, WEEK[0])


@tagged("post_install", "-at_install")
class TestOrdersToPlan(TestBoardCommon):
    def _get_names(self, **values):
        records = self.board.get_orders_to_plan(**values)["records"]
        return [one["id"] for one in records]

    def test_urgent_ones_first_then_by_deadline(self):
        later, sooner, urgent = (
            self._create_order(priority=priority) for priority in "113"
        )
        self.env.flush_all()
        for order, deadline in ((later, MONDAY + 2 * DAY), (sooner, MONDAY)):
            # Deadlines follow from policies, which are tested elsewhere.
            self.env.cr.execute(
                "UPDATE field_service_order SET sla_breach_on = %s WHERE id = %s",
                (deadline, order.id),
            )
        self.env.invalidate_all()
        self.assertEqual(self._get_names(), [urgent.id, sooner.id, later.id])

    def test_what_is_planned_held_or_not_released_is_not_listed(self):
        planned = self._create_order()
        self._create_visit(planned)
        self._create_order(release=False)
        held = self._create_order()
        reason = self.env.ref(
            "field_service.field_service_reason_hold_waiting_customer"
        )
        held.write({"state": "on_hold", "hold_reason_id": reason.id})
        waiting = self._create_order()
        self.assertEqual(self._get_names(), [waiting.id])
        planned.visit_ids.action_cancel()
        self.assertEqual(self._get_names(), [planned.id, waiting.id])

    def test_a_visit_without_a_time_has_to_be_planned(self):
        order = self._create_order()
        visit = self._create_visit(order, start=False)
        self.assertEqual(self._get_names(), [order.id])
        answer = self.board.plan_order(order.id, self.tom.id, WEEK[0])
        self.assertEqual(answer["visit_id"], visit.id)
        self.assertEqual(visit.technician_id, self.tom)
        self.board.undo(answer["undo"])
        self.assertEqual((visit.start, visit.technician_id), (False, self.technician))

    def test_search_and_pages(self):
        site = self._create_partner("Depot", city="Narvik")
        found = self._create_order(site_id=site.id)
        rest = [self._create_order() for _number in range(3)]
        self.assertEqual(self._get_names(search="narv"), [found.id])
        self.assertEqual(self._get_names(search="nowhere"), [])
        page = self.board.get_orders_to_plan(offset=1, limit=2)
        self.assertEqual(page["length"], 4)
        self.assertEqual(
            [one["id"] for one in page["records"]], [rest[0].id, rest[1].id]
        )


@tagged("post_install", "-at_install")
class TestMoves(TestBoardCommon):
    def test_plan_and_undo(self):
        order = self._create_order()
        answer = self.board.plan_order(order.id, self.tom.id, MONDAY)
        visit = order.visit_ids
        self.assertEqual(answer["visit_id"], visit.id)
        self.assertEqual(answer["warnings"], [])
        self.assertEqual(visit.technician_id, self.tom)
        self.assertEqual((visit.start, visit.stop), (MONDAY, MONDAY + 2 * HOUR))
        self.assertEqual(order.state, "scheduled")
        self.board.undo(answer["undo"])
        self.assertFalse(order.visit_ids)
        self.assertEqual(order.state, "released")

    def test_what_somebody_else_has_planned_is_not_planned_twice(self):
        order = self._create_order()
        self.board.plan_order(order.id, self.tom.id, MONDAY)
        with self.assertRaisesRegex(UserError, "planned already: Tom"):
            self.board.plan_order(order.id, self.technician.id, MONDAY)

    def test_an_order_on_hold_is_not_planned(self):
        order = self._create_order(release=False)
        with self.assertRaisesRegex(UserError, "release it first"):
            self.board.plan_order(order.id, self.tom.id, MONDAY)
        with self.assertRaisesRegex(UserError, "does not exist"):
            self.board.plan_order(order.id + 10**6, self.tom.id, MONDAY)

    def test_move_and_undo(self):
        visit = self._create_visit(self._create_order())
        answer = self.board.move_visit(
            visit.id, {"start": MONDAY + DAY, "technician_id": self.tom.id}
        )
        self.assertEqual(visit.technician_id, self.tom)
        # The length is kept.
        self.assertEqual(visit.stop, MONDAY + DAY + 2 * HOUR)
        self.board.undo(answer["undo"])
        self.assertEqual(visit.technician_id, self.technician)
        self.assertEqual((visit.start, visit.stop), (MONDAY, MONDAY + 2 * HOUR))

    def test_nothing_but_time_and_technician_is_moved(self):
        visit = self._create_visit(self._create_order())
        self.board.move_visit(visit.id, {"allow_overlap": True, "state": "completed"})
        self.assertFalse(visit.allow_overlap)
        self.assertEqual(visit.state, "planned")

    def test_a_change_by_somebody_else_is_not_undone(self):
        visit = self._create_visit(self._create_order())
        answer = self.board.move_visit(visit.id, {"start": MONDAY + DAY})
        visit.technician_id = self.tom
        with self.assertRaisesRegex(UserError, "Somebody has changed"):
            self.board.undo(answer["undo"])
        self.assertEqual(visit.start, MONDAY + DAY)

    def test_what_has_been_sent_is_cancelled_not_undone(self):
        order = self._create_order()
        answer = self.board.plan_order(order.id, self.tom.id, MONDAY)
        order.visit_ids.action_dispatch()
        with self.assertRaisesRegex(UserError, "cancel it instead"):
            self.board.undo(answer["undo"])

    def test_a_double_booking_is_refused_with_names(self):
        self._create_visit(self._create_order(), technician_id=self.tom.id)
        visit = self._create_visit(self._create_order())
        with self.assertRaisesRegex(ValidationError, "Tom is already booked"):
            self.board.move_visit(visit.id, {"technician_id": self.tom.id})

    def test_a_crew_member_is_replaced_the_lead_stays(self):
        third = self._create_technician("Uwe")
        visit = self._create_visit(
            self._create_order(), crew_ids=[Command.set(self.tom.ids)]
        )
        answer = self.board.move_visit(
            visit.id, {"technician_id": third.id}, person_id=self.tom.id
        )
        self.assertEqual(visit.technician_id, self.technician)
        self.assertEqual(visit.crew_ids, third)
        self.board.undo(answer["undo"])
        self.assertEqual(visit.crew_ids, self.tom)

    def test_what_has_begun_is_not_moved(self):
        visit = self._create_visit(self._create_order())
        visit.action_start()
        with self.assertRaisesRegex(UserError, "has begun is not moved"):
            self.board.move_visit(visit.id, {"start": MONDAY + DAY})

    def test_a_declined_visit_is_planned_anew_by_moving_it(self):
        visit = self._create_visit(self._create_order())
        visit.register_event("declined", reason="Flat tyre")
        answer = self.board.move_visit(visit.id, {"technician_id": self.tom.id})
        self.assertEqual((visit.state, visit.technician_id), ("planned", self.tom))
        self.assertFalse(answer["undo"])

    def test_a_technician_of_another_company_is_refused(self):
        order = self._create_order()
        with self.assertRaises(UserError):
            self.board.plan_order(order.id, self.technician_b.id, MONDAY)

    def test_warnings_are_sentences(self):
        order = self._create_order()
        answer = self.board.plan_order(order.id, self.tom.id, MONDAY - DAY)
        self.assertEqual(answer["warnings"], ["Tom does not work on 03/01/2026."])


@tagged("post_install", "-at_install")
class TestBoardRefresh(TestBoardCommon):
    def _get_messages(self, work):
        self.env.cr.precommit.run()
        messages = self.env["bus.bus"].search([]).ids
        work()
        self.env.flush_all()
        self.env.cr.precommit.run()
        return self.env["bus.bus"].search(
            [("id", "not in", messages), ("message", "like", CHANNEL)]
        )

    def test_few_messages_however_much_is_planned(self):
        """One for the visits and one for what becomes of their orders."""
        orders = [self._create_order() for _number in range(5)]

        def work():
            self.env["field.service.visit"].create(
                [
                    {
                        "order_id": order.id,
                        "technician_id": self.tom.id,
                        "start": MONDAY + number * DAY,
                    }
                    for number, order in enumerate(orders)
                ]
            )

        messages = self._get_messages(work)
        self.assertIn(len(messages), (1, 2))
        for message in messages.mapped("message"):
            self.assertIn(f'"company_id":{self.company.id}', message)

    def test_what_is_not_on_the_board_is_not_told(self):
        visit = self._create_visit(self._create_order())
        self.assertFalse(self._get_messages(lambda: visit.write({"note": "Done"})))

    def test_a_deleted_visit_is_told(self):
        visit = self._create_visit(self._create_order())
        self.assertTrue(self._get_messages(visit.unlink))

    def test_dispatchers_of_the_company_hear_it_and_nobody_else(self):
        websocket = self.env["ir.websocket"]

        def get_channels(user):
            request = SimpleNamespace(session=SimpleNamespace(uid=user.id))
            with patch("odoo.addons.bus.models.ir_websocket.wsrequest", new=request):
                channels = websocket.with_user(user)._build_bus_channel_list([CHANNEL])
            # Not under its name alone, which anybody could guess.
            self.assertFalse([one for one in channels if isinstance(one, str)][1:])
            return [
                one[0]
                for one in channels
                if isinstance(one, tuple) and one[1:] == (CHANNEL,)
            ]

        self.assertEqual(get_channels(self.dispatcher), [self.company])
        self.assertEqual(get_channels(self.user_technician), [])
