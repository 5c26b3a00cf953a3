import base64
import json
from datetime import timedelta
from uuid import uuid4

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common_documents import DocumentsCommon, picture

LOGGER = "odoo.addons.field_service.models.field_service_my_day_action"


class MyDayCommon(DocumentsCommon):
    """A technician, his phone, and a visit that begins an hour ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now().replace(microsecond=0)
        cls.start = cls.now - timedelta(hours=1)
        cls.order = cls._create_order()
        cls.visit = cls._create_visit(cls.order, start=cls.start)
        cls.pause_reason = cls.env.ref("field_service.field_service_reason_pause_break")

    def _my_day(self, user=None):
        return self.env["field.service.my.day"].with_user(user or self.user_technician)

    def _action(self, kind, visit=None, minutes=0, **payload):
        return {
            "key": str(uuid4()),
            "kind": kind,
            "visit_id": (visit or self.visit).id,
            "device_time": fields.Datetime.to_string(
                self.start + timedelta(minutes=minutes)
            ),
            "payload": payload,
        }

    def _event(self, event_type, minutes=0, visit=None, **payload):
        return self._action(
            "event", visit=visit, minutes=minutes, type=event_type, **payload
        )

    def _send(self, *actions, user=None, **values):
        answer = self._my_day(user).apply_actions(list(actions), **values)
        # What the phone gets must survive the way to it.
        return json.loads(json.dumps(answer))

    def _statuses(self, answer):
        return [result["status"] for result in answer["results"]]

    def _assert_refused(self, action, message, **values):
        (result,) = self._send(action, **values)["results"]
        self.assertEqual(result["status"], "refused")
        self.assertRegex(result["message"], message)


@tagged("post_install", "-at_install")
class TestMyDayPage(MyDayCommon):
    def _ids(self, date, user=None):
        answer = self._my_day(user).get_my_day(date)
        return [page["id"] for page in answer["visits"]]

    def test_a_day_in_the_time_zone_of_the_technician(self):
        """22:30 UTC on the 9th is the 10th in Auckland (UTC+13 in January)."""
        order = self._create_order()
        night = fields.Datetime.to_datetime("2026-01-09 22:30:00")
        visit = self._create_visit(order, start=night)
        my_day = self._my_day().with_context(tz="Pacific/Auckland")
        for date, expected in (
            ("2026-01-09", []),
            ("2026-01-10", visit.ids),
            ("2026-01-11", []),
        ):
            answer = my_day.get_my_day(date)
            self.assertEqual([page["id"] for page in answer["visits"]], expected, date)
        self.assertEqual(self._ids("2026-01-09"), visit.ids, "the user's zone is UTC")

    def test_in_order_with_crew_visits_and_without_declined_ones(self):
        tom = self._create_technician("Tom")
        day = fields.Datetime.to_datetime("2026-05-05 14:00:00")
        later = self._create_visit(self._create_order(), start=day)
        crewed = self._create_visit(
            self._create_order(),
            start=day - timedelta(hours=4),
            technician_id=tom.id,
            crew_ids=self.technician.ids,
        )
        declined = self._create_visit(
            self._create_order(), start=day - timedelta(hours=9)
        )
        declined.write(
            {
                "decline_reason_id": self.env.ref(
                    "field_service.field_service_reason_decline_ill"
                ).id,
                "state": "declined",
            }
        )
        foreign = self._create_visit(
            self._create_order(), start=day, technician_id=tom.id
        )
        self.assertEqual(self._ids("2026-05-05"), (crewed + later).ids)
        page = self._my_day().get_visit_page(crewed.id)["visits"][0]
        self.assertEqual(page["crew"], ["Tom"])
        with self.assertRaisesRegex(UserError, "not yours"):
            self._my_day().get_visit_page(foreign.id)

    def test_what_runs_since_yesterday_is_todays_business(self):
        yesterday = self._create_visit(
            self._create_order(), start=self.now - timedelta(days=2)
        )
        today = fields.Date.to_string(self.now)
        self.assertNotIn(yesterday.id, self._ids(today))
        yesterday.register_event("travel_start", self.now - timedelta(days=2))
        self.assertIn(yesterday.id, self._ids(today))
        tomorrow = fields.Date.to_string(self.now + timedelta(days=1))
        self.assertNotIn(yesterday.id, self._ids(tomorrow))

    def test_a_day_that_is_none(self):
        for date in ("tomorrow", False, "2026-13-01"):
            with self.assertRaisesRegex(UserError, "is not a day"):
                self._my_day().get_my_day(date)

    def test_a_page_shows_what_is_needed_and_no_money(self):
        self.order.write(
            {
                "description": "Leaks",
                "tag_ids": [Command.create({"name": "Crane needed"})],
            }
        )
        self.partner.write(
            {
                "street": "1 Quarry Road",
                "zip": "6430",
                "city": "Kalgoorlie",
                "phone": "+61 8 1234",
                "partner_latitude": -30.75,
                "partner_longitude": 121.47,
                "service_access_note": "Gate code 4711",
                "service_safety_note": "Blasting at noon",
                "comment": "Pays late",
            }
        )
        earlier = self._create_visit(
            self._create_order(), start=self.start - timedelta(days=30)
        )
        self._work(earlier, hours=1.0)
        earlier.note = "Seal replaced"
        page = self._my_day().get_visit_page(self.visit.id)["visits"][0]
        for name, value in {
            "customer": "Customer",
            "address": "1 Quarry Road\n6430 Kalgoorlie",
            "phone": "+61 8 1234",
            "latitude": -30.75,
            "longitude": 121.47,
            "access_notes": "Gate code 4711",
            "safety_note": "Blasting at noon",
            "description": "Leaks",
            "editable": True,
        }.items():
            self.assertEqual(page[name], value, name)
        self.assertEqual(page["tags"][0]["name"], "Crane needed")
        self.assertEqual(page["assets"][0]["name"], "Excavator")
        self.assertEqual(len(page["answers"]), 8)
        self.assertEqual(page["previous"][0]["summary"], "Seal replaced")
        for name in page:
            self.assertNotRegex(name, "cost|price|margin|revenue|amount")
        self.assertNotIn("Pays late", str(page))

    def test_what_is_missing_is_what_the_gate_says(self):
        self.job_type.write({"require_signature": True, "require_photos": True})
        order = self._create_order()
        visit = self._create_visit(order, start=self.now + timedelta(hours=3))
        visit.register_event("work_start", self.now)

        def missing():
            page = self._my_day().get_visit_page(visit.id)["visits"][0]
            return [(line["code"], line["text"]) for line in page["missing"]]

        self.assertEqual(
            [code for code, __ in missing()],
            ["answers", "photos", "photos", "signature"],
        )
        self.assertIn("Stop works", missing()[0][1])
        self.assertNotIn("finish or cancel", str(missing()))
        visit.signature = picture()
        self._photo(order_id=order.id, tag="before")
        self.assertEqual([code for code, __ in missing()], ["answers", "photos"])
        self._photo(order_id=order.id, tag="after")
        self._answer_all(order)
        self.assertEqual(missing(), [])
        visit.register_event("work_end", self.now, result="solved")
        self.assertEqual(order.state, "done")

    def test_the_number_of_queries_does_not_grow(self):
        site = self._create_partner("Site")
        # As the phone calls it: with its time zone, which is not looked up then. An
        # environment keeps it only until Python collects it.
        my_day = self._my_day().with_context(tz="UTC")

        def count(date, visits):
            start = fields.Datetime.to_datetime(f"{date} 06:00:00")
            for position in range(visits):
                order = self._create_order(site_id=site.id)
                visit = self._create_visit(
                    order, start=start + timedelta(hours=2 * position)
                )
                self._photo(visit_id=visit.id)
                self._answer_of(order, "Pressure").value_input = "9"
            # Who the user is was forgotten or not, whatever the number of visits.
            my_day.get_my_day("2026-05-31")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            pages = my_day.get_my_day(date)["visits"]
            self.assertEqual(len(pages), visits)
            return self.cr.sql_log_count - before

        count("2026-06-01", 1)
        few, many = count("2026-06-02", 2), count("2026-06-03", 8)
        self.assertEqual(few, many)
        self.assertLess(many, 60)

    def test_the_form_lets_technicians_report_and_not_plan(self):
        form = Form(self.visit.with_user(self.user_technician))
        for name in ("start", "stop", "duration", "technician_id"):
            with self.assertRaisesRegex(AssertionError, "readonly"):
                setattr(form, name, getattr(form, name))
        form.note = "Done"
        form.save()
        form = Form(self.visit.with_user(self.dispatcher))
        form.start = self.start + timedelta(hours=1)
        form.save()
        self.assertEqual(self.visit.start, self.start + timedelta(hours=1))

    def test_customers_have_no_day(self):
        portal = new_test_user(self.env, "fs_portal", groups="base.group_portal")
        with self.assertRaises(AccessError):
            self._my_day(portal).get_my_day("2026-05-05")
        with self.assertRaises(AccessError):
            self._send(self._event("arrived"), user=portal)
        self.assertEqual(self.visit.state, "planned")


@tagged("post_install", "-at_install")
class TestMyDayActions(MyDayCommon):
    def test_a_visit_from_on_my_way_to_finish(self):
        self.company.service_track_position = True
        travel = {
            **self._event("travel_start"),
            "latitude": -30.75,
            "longitude": 121.47,
            "accuracy": 12.0,
        }
        answer = self._send(
            travel,
            self._event("arrived", 10),
            self._event("work_start", 15),
            self._event("pause", 25, reason_id=self.pause_reason.id),
            self._event("resume", 30),
            self._event("work_end", 45, result="solved"),
        )
        self.assertEqual(self._statuses(answer), ["done"] * 6)
        events = self.visit.event_ids.sorted("id")
        self.assertEqual(
            events.mapped("type"),
            ["travel_start", "arrived", "work_start", "pause", "resume", "work_end"],
        )
        self.assertEqual(set(events.mapped("source")), {"mobile"})
        self.assertEqual(events.employee_id, self.technician)
        self.assertEqual(events[0].latitude, -30.75)
        self.assertEqual(events[3].reason, "Break")
        # 10 min on the way, 5 min waiting, 10 + 15 min of work, 5 min pause.
        self.assertAlmostEqual(self.visit.travel_hours, 10 / 60)
        self.assertAlmostEqual(self.visit.work_hours, 25 / 60)
        self.assertAlmostEqual(self.visit.pause_hours, 5 / 60)
        self.assertEqual(answer["visits"][0]["state"], "completed")
        self.assertEqual(answer["visits"][0]["result"], "solved")

    def test_position_is_kept_only_where_the_company_wants_it(self):
        action = {**self._event("arrived"), "latitude": 1.0, "longitude": 2.0}
        self._send(action)
        self.assertFalse(self.visit.event_ids.latitude)

    def test_a_replay_changes_nothing(self):
        answer = self._answer_of(self.order, "Pressure")
        actions = [
            self._event("work_start"),
            self._action("answer", answer_id=answer.id, value="9"),
            self._action("photo", image=picture().decode(), tag="before"),
            self._action("finding", name="Hose worn"),
            self._action("note", note="Changed the hose"),
            self._action("signature", signature=picture().decode(), signed_by="Cy"),
        ]
        self.assertEqual(self._statuses(self._send(*actions)), ["done"] * 6)
        self.assertEqual(self._statuses(self._send(*actions)), ["duplicate"] * 6)
        # Half of it had arrived, the phone sends all, and one of them twice.
        new = self._action("note", note="And the seal")
        self.assertEqual(
            self._statuses(self._send(actions[0], new, new)),
            ["duplicate", "done", "duplicate"],
        )
        self.assertEqual(len(self.visit.event_ids), 1)
        self.assertEqual(len(self.order.photo_ids), 1)
        self.assertEqual(self.order.photo_ids.taken_by_id, self.user_technician)
        # The one from the answer out of range, and the one reported.
        self.assertEqual(
            sorted(self.order.finding_ids.mapped("name")), ["Hose worn", "Pressure"]
        )
        self.assertEqual(self.visit.note, "And the seal")
        self.assertEqual(self.visit.signed_by, "Cy")
        self.assertEqual(self.visit.signed_on, self.start)
        self.assertEqual(answer.answered_on, self.start)

    def test_every_type_of_answer(self):
        answers = {
            "Stop works": "yes",
            "Pressure": "3.5",
            "Remarks": "Fine",
            "Hoses": self.good.id,
            "Next check": "2027-01-01",
            "Hours": "1200",
            "Serial": "SN-1",
        }
        actions = [
            self._action(
                "answer", answer_id=self._answer_of(self.order, name).id, value=value
            )
            for name, value in answers.items()
        ]
        plate = self._answer_of(self.order, "Plate")
        actions.append(
            self._action("photo", image=picture().decode(), answer_id=plate.id)
        )
        answer = self._send(*actions)
        self.assertEqual(self._statuses(answer), ["done"] * 8)
        self.assertEqual(self.order.documentation, 100.0)
        self.assertEqual(plate.photo_ids.tag, "nameplate")
        self.assertEqual(self.asset.reading_ids.date, self.start)
        shown = {line["name"]: line["value"] for line in answer["visits"][0]["answers"]}
        for name, value in answers.items():
            self.assertEqual(shown[name], value, name)

    def test_what_an_answer_makes_obsolete_is_not_asked(self):
        stop, remarks = self.checklist.line_ids[0], self.checklist.line_ids[2]
        remarks.write({"condition_line_id": stop.id, "condition": "no"})
        order = self._create_order()
        visit = self._create_visit(order, start=self.now + timedelta(hours=3))
        answer = self._answer_of(order, "Stop works")
        for value, asked in (("yes", False), ("no", True)):
            page = self._send(
                self._action("answer", visit=visit, answer_id=answer.id, value=value)
            )["visits"][0]
            line = next(line for line in page["answers"] if line["name"] == "Remarks")
            self.assertEqual(line["condition_answer_id"], answer.id)
            self.assertEqual(line["is_asked"], asked)

    def test_answers_that_are_none(self):
        pressure = self._answer_of(self.order, "Pressure")
        other = self._create_order().answer_ids[0]
        self._assert_refused(
            self._action("answer", answer_id=pressure.id, value="much"),
            "“much” is not a number",
        )
        self._assert_refused(
            self._action("answer", answer_id=other.id, value="yes"), "not asked"
        )
        with mute_logger(LOGGER):
            for name, value in (("Stop works", "maybe"), ("Next check", "soon")):
                answer = self._answer_of(self.order, name)
                self._assert_refused(
                    self._action("answer", answer_id=answer.id, value=value),
                    "could not be understood",
                )
        self.assertFalse(any(self.order.answer_ids.mapped("is_answered")))

    def test_a_later_answer_of_a_colleague_stays(self):
        answer = self._answer_of(self.order, "Remarks")
        answer.with_user(self.dispatcher).value_text = "Seen at the office"
        self._assert_refused(
            self._action("answer", answer_id=answer.id, value="Old"),
            "has answered “Remarks” after you: Seen at the office",
        )
        self.assertEqual(answer.value_text, "Seen at the office")

    def test_two_technicians_on_one_visit(self):
        user = self._create_user("tom", "field_service.group_technician")
        tom = self._create_technician("Tom", user_id=user.id)
        self.visit.crew_ids = tom
        start = self._event("work_start", 5)
        again = self._event("work_start", 6)
        self.assertEqual(self._statuses(self._send(start)), ["done"])
        (result,) = self._send(again, user=user)["results"]
        self.assertEqual(result["status"], "done")
        self.assertIn("“Working” already", result["message"])
        self.assertEqual(len(self.visit.event_ids), 1)
        # The same key on another phone is another report.
        note = {**self._action("note", note="Tom's"), "key": start["key"]}
        self.assertEqual(self._statuses(self._send(note, user=user)), ["done"])
        self.assertEqual(self.visit.note, "Tom's")

    def test_a_foreign_visit_is_refused_and_others_go_on(self):
        tom = self._create_technician("Tom")
        foreign = self._create_visit(
            self._create_order(), start=self.start, technician_id=tom.id
        )
        mine = self._create_visit(
            self._create_order(), start=self.start + timedelta(hours=3)
        )
        answer = self._send(
            self._event("work_start", visit=self.visit),
            self._event("travel_start", visit=foreign),
            self._action("note", visit=foreign, note="Not mine"),
            self._event("arrived", visit=mine),
        )
        self.assertEqual(self._statuses(answer), ["done", "refused", "refused", "done"])
        self.assertIn("not yours", answer["results"][1]["message"])
        self.assertEqual(
            [page["id"] for page in answer["visits"]], (self.visit + mine).ids
        )
        self.assertEqual(foreign.state, "planned")
        self.assertFalse(foreign.note)
        self.assertEqual(mine.state, "on_site")

    def test_after_a_refused_event_the_rest_of_the_story_waits(self):
        """Otherwise half of it would be told, and the other half never could be."""
        tom = self._create_technician("Tom")
        self.visit.write({"technician_id": False, "crew_ids": self.technician.ids})
        start, note, end = (
            self._event("work_start", 5),
            self._action("note", note="Done"),
            self._event("work_end", 30, result="solved"),
        )
        answer = self._send(start, note, end)
        self.assertEqual(self._statuses(answer), ["refused", "done", "waiting"])
        self.assertIn("no technician", answer["results"][0]["message"])
        self.visit.technician_id = tom
        answer = self._send(start, note, end)
        self.assertEqual(self._statuses(answer), ["done", "duplicate", "done"])
        self.assertAlmostEqual(self.visit.work_hours, 25 / 60)

    def test_out_of_order(self):
        self.visit.register_event("arrived", self.start + timedelta(minutes=30))
        self._assert_refused(
            self._event("work_start", 10), "Work started .* cannot be before Arrived"
        )
        self._assert_refused(
            self._event("pause", 35, reason_id=self.pause_reason.id),
            "cannot go from On site to Paused",
        )
        self.assertEqual(
            self._statuses(self._send(self._event("work_start", 40))), ["done"]
        )

    def test_gone_before_the_office_sent_him(self):
        self.visit.register_event("dispatched", self.start + timedelta(minutes=30))
        self.assertEqual(
            self._statuses(self._send(self._event("travel_start", 10))), ["done"]
        )

    def test_a_declined_visit_says_why(self):
        self.visit.action_dispatch()
        reason = self.env.ref("field_service.field_service_reason_decline_ill")
        action = self._event("declined", 50, reason_id=reason.id, note="Flu")
        self.assertEqual(self._statuses(self._send(action)), ["done"])
        self.assertEqual(self.visit.decline_reason_id, reason)
        event = self.visit.event_ids.filtered(lambda event: event.type == "declined")
        self.assertEqual(event.reason, f"{reason.name} – Flu")

    def test_what_has_changed_is_on_the_page(self):
        self.visit.action_dispatch()
        self.assertEqual(
            self._send(self._event("acknowledged", 61))["visits"][0]["changes"], ""
        )
        self.visit.start += timedelta(hours=2)
        page = self._my_day().get_visit_page(self.visit.id)["visits"][0]
        self.assertTrue(page["changes"])
        self.assertEqual((page["state"], page["may_answer"]), ("dispatched", True))

    def test_reasons(self):
        self._assert_refused(self._event("declined"), "Say why")
        self._assert_refused(
            self._event("declined", reason_id=self.pause_reason.id), "take another"
        )
        self._send(self._event("work_start"))
        self._assert_refused(
            self._event("work_end", 5, result="return_needed"), "why another visit"
        )
        self._assert_refused(
            self._event("work_end", 5, result="return_needed", return_reason_id=-1),
            "take another",
        )
        self._assert_refused(self._event("work_end", 5), "say what came of it")
        self._assert_refused(self._action("signature"), "Say why the customer")
        self._assert_refused(self._action("finding", name=" "), "what you have found")
        self._send(self._action("signature", refusal_reason="Nobody there"))
        self.assertTrue(self.visit.signature_refused)

    def test_clocks(self):
        future = self._event("arrived", 60 + 30)
        self._assert_refused(future, "in the future")
        old = self._event("arrived", -8 * 24 * 60)
        self._assert_refused(old, "more than 7 days ago")
        for time in (None, "soon"):
            self._assert_refused(
                {**self._event("arrived"), "device_time": time}, "did not say when"
            )
        # A clock that is a year ahead: what it shows now says by how much.
        ahead = timedelta(days=365)
        action = {
            **self._event("arrived"),
            "device_time": fields.Datetime.to_string(self.start + ahead),
        }
        self._send(
            action, device_now=fields.Datetime.to_string(fields.Datetime.now() + ahead)
        )
        difference = self.visit.event_ids.device_time - self.start
        self.assertLess(abs(difference), timedelta(seconds=2))

    def test_seconds_on_the_way_are_no_wrong_clock(self):
        shown = fields.Datetime.now() - timedelta(minutes=4)
        self._send(self._event("arrived"), device_now=fields.Datetime.to_string(shown))
        self.assertEqual(self.visit.event_ids.device_time, self.start)

    def test_photos_that_are_none(self):
        large = base64.b64encode(b"\xff" * (40 * 1024 * 1024)).decode()
        after = self._action("note", note="Goes on")
        answer = self._send(
            self._action("photo", image=large),
            self._action("photo", image=base64.b64encode(b"text").decode()),
            self._action("photo", image="%%%"),
            after,
        )
        self.assertEqual(self._statuses(answer), ["refused"] * 3 + ["done"])
        messages = [result["message"] for result in answer["results"]]
        self.assertIn("larger than 20 MB", messages[0])
        self.assertIn("not a picture", messages[1])
        self.assertIn("not a picture", messages[2])
        self.assertFalse(self.order.photo_ids)

    @mute_logger(LOGGER)
    def test_nonsense_stops_nobody(self):
        good = self._action("note", note="Good")
        broken = [
            None,
            [],
            {},
            {"key": "a"},
            {**good, "key": "b", "kind": "sudo"},
            {**good, "key": 5},
            {**good, "key": "c", "payload": "x"},
            {**good, "key": "d", "payload": {}},
            {**good, "key": "e", "visit_id": "1"},
            self._event("cancelled"),
            self._action("photo"),
        ]
        answer = self._send(*broken, good)
        self.assertEqual(self._statuses(answer), ["refused"] * len(broken) + ["done"])
        self.assertTrue(all(result["message"] for result in answer["results"][:-1]))
        self.assertEqual(self.visit.state, "planned")
        self.assertEqual(self.visit.note, "Good")

    def test_a_done_order_keeps_its_documents(self):
        self.job_type.checklist_id = False
        order = self._create_order()
        visit = self._create_visit(order, start=self.now - timedelta(hours=30))
        self._work(visit, hours=1.0)
        self.assertEqual(order.state, "done")
        self._assert_refused(
            self._action("photo", visit=visit, image=picture().decode()), "no longer"
        )

    def test_companies(self):
        foreign = self._create_visit(
            self._create_order(company_id=self.company_b.id, asset_ids=[]),
            start=self.start,
        )
        self._assert_refused(self._event("arrived", visit=foreign), "not yours")
        # A technician of both companies has one day, whatever is switched on.
        user = self.user_technician
        user.company_ids = [Command.link(self.company_b.id)]
        self.technician_b.user_id = user
        my_day = self._my_day().with_context(allowed_company_ids=self.company.ids)
        pages = my_day.get_my_day(fields.Date.to_string(self.start))["visits"]
        self.assertEqual({page["id"] for page in pages}, {self.visit.id, foreign.id})
        answer = my_day.apply_actions([self._event("arrived", visit=foreign)])
        self.assertEqual(self._statuses(answer), ["done"])
        self.assertEqual(foreign.state, "on_site")

    def test_roles(self):
        """Whoever reads everything still reports nothing; a dispatcher may."""
        accountant = self._create_user("accountant", "account.group_account_user")
        self._assert_refused(
            self._action("note", note="x"), "not allowed", user=accountant
        )
        answer = self._send(self._action("note", note="By phone"), user=self.dispatcher)
        self.assertEqual(self._statuses(answer), ["done"])
        with self.assertRaises(AccessError):
            self.env["field.service.phone.action"].with_user(
                self.user_technician
            ).search([])

    def test_keys_are_forgotten_in_the_end(self):
        self._send(self._action("note", note="x"))
        actions = self.env["field.service.phone.action"]
        kept = actions.search([("visit_id", "=", self.visit.id)])
        actions._gc_phone_actions()
        self.assertTrue(kept.exists())
        self.cr.execute(
            "UPDATE field_service_phone_action SET create_date = %s WHERE id = %s",
            (self.now - timedelta(days=61), kept.id),
        )
        self.env.invalidate_all()
        actions._gc_phone_actions()
        self.assertFalse(kept.exists())
