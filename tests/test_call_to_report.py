"""One job in a real browser, from the call to the signed report and the books."""

import hashlib
from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.field_service.tests.common_tour import TourCase

from . import story

PHONE = "390x844"
EVENTS = [
    "dispatched",
    "acknowledged",
    "travel_start",
    "arrived",
    "work_start",
    "work_end",
]


@tagged("standard", "post_install", "-at_install")
class TestCallToReport(TourCase):
    """A dispatcher, a technician and a customer, one after the other.

    What the story of ``story.py`` prepares for company A is there: 40.00 per hour of
    work and 20.00 per hour of travel; the customer pays 80.00 and 50.00.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={
                **cls.env.context,
                "tracking_disable": True,
                "no_reset_password": True,
            }
        )
        cls.aurora = story.prepare_company(cls.env, story.COMPANY_A)
        story.prepare_aurora(cls.aurora)
        cls.company = cls.aurora.company
        cls.aurora.job_type.write(
            {
                "planned_hours": 2.0,
                "require_signature": True,
                "checklist_id": cls._create_checklist().id,
            }
        )
        cls.dispatcher = cls._create_user("dora", "field_service.group_dispatcher")
        cls.user_technician = cls._create_user("tina", "field_service.group_technician")
        cls.aurora.technician.write(
            {
                "user_id": cls.user_technician.id,
                "resource_calendar_id": cls._create_calendar().id,
            }
        )
        cls.aurora.customer.write({"is_company": True, "tz": "UTC"})
        person = cls.env["res.partner"].create(
            {"name": "Carla", "parent_id": cls.aurora.customer.id}
        )
        cls._create_user("carla", "base.group_portal", partner_id=person.id)

    @classmethod
    def _create_user(cls, login, groups, **values):
        return new_test_user(
            cls.env,
            login=f"path_{login}",
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            tz="UTC",
            **values,
        )

    @classmethod
    def _create_checklist(cls):
        questions = [
            {"name": "Stop works", "expected": "yes"},
            {"name": "Pressure", "type": "number", "unit": "bar"},
            {"name": "Plate", "type": "photo", "photo_tag": "nameplate"},
        ]
        return cls.env["field.service.checklist"].create(
            {
                "name": "Service",
                "line_ids": [Command.create(question) for question in questions],
            }
        )

    @classmethod
    def _create_calendar(cls):
        """Always at work, so that a slot is found whenever the test runs."""
        return cls.env["resource.calendar"].create(
            {
                "name": "Day and night",
                "company_id": cls.company.id,
                "tz": "UTC",
                "attendance_ids": [
                    Command.create(
                        {
                            "name": f"Day {day}",
                            "dayofweek": str(day),
                            "hour_from": 0.0,
                            "hour_to": 24.0,
                            "day_period": "full_day",
                        }
                    )
                    for day in range(7)
                ],
            }
        )

    def _watch(self, tour, url, login, size="1366x768"):
        """Let somebody go his part of the way in a browser of his own."""
        self.browser_size = size
        self.touch_enabled = size == PHONE
        self.start_tour(url, tour, login=f"path_{login}", timeout=90)
        self.env.invalidate_all()

    def test_from_the_call_to_the_signed_report(self):
        order = self._take_the_call()
        self._visit_the_customer(order)
        self._correct_the_times(order)
        report = self._make_the_report(order)
        self._give_it_to_the_customer(order, report)
        self._look_into_the_books(order)

    def _take_the_call(self):
        self._watch("field_service_path_call", "/odoo/work-orders", "dora")
        order = self.env["field.service.order"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(len(order), 1)
        self.assertEqual(order.state, "scheduled")
        self.assertEqual(order.create_uid, self.dispatcher)
        visit = order.visit_ids
        self.assertEqual((len(visit), visit.state), (1, "dispatched"))
        self.assertEqual(visit.technician_id, self.aurora.technician)
        self.assertEqual(visit.stop - visit.start, timedelta(hours=2))
        booking = visit.booking_ids
        self.assertEqual(booking.resource_id, visit.technician_id.resource_id)
        self.assertEqual((booking.start, booking.stop), (visit.start, visit.stop))
        return order

    def _visit_the_customer(self, order):
        self._watch("field_service_path_visit", "/odoo/my-day", "tina", PHONE)
        visit = order.visit_ids
        events = visit.event_ids.sorted("id")
        self.assertEqual(events.mapped("type"), EVENTS)
        self.assertEqual(set(events[1:].mapped("source")), {"mobile"})
        self.assertEqual(set(events[1:].create_uid), {self.user_technician})
        self.assertEqual(
            [answer.display_value for answer in order.answer_ids[:2]], ["Yes", "3 bar"]
        )
        self.assertEqual(len(order.answer_ids[2].photo_ids), 1)
        self.assertEqual(
            (visit.note, visit.signed_by), ("Seal replaced", "Cy Customer")
        )
        self.assertTrue(visit.signature)
        self.assertEqual((visit.state, order.state), ("completed", "done"))
        self.assertTrue(order.report_due_on)

    def _correct_the_times(self, order):
        """The phone was in the pocket: half an hour of travel, 1.5 hours of work."""
        events = {event.type: event for event in order.visit_ids.event_ids}
        end = events["work_end"].device_time
        for kind, hours in (
            ("travel_start", 2.0),
            ("arrived", 1.5),
            ("work_start", 1.5),
        ):
            event = events[kind].with_user(self.dispatcher)
            event.action_correct(end - timedelta(hours=hours), "Pressed late")
        visit = order.visit_ids
        self.assertEqual((visit.travel_hours, visit.work_hours), (0.5, 1.5))

    def _make_the_report(self, order):
        """Run the job that makes what is due; a second run makes nothing."""
        self.assertFalse(order.report_ids)
        orders = self.env["field.service.order"].with_context(
            force_report_rendering=True
        )
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 1
        ):
            orders._cron_make_reports()
            orders._cron_make_reports()
        self.assertFalse(order.activity_ids.mapped("note"))
        report = order.report_ids
        self.assertEqual(report.mapped("revision"), [1])
        content = report.attachment_id.raw
        self.assertTrue(content.startswith(b"%PDF"))
        self.assertEqual(report.sha256, hashlib.sha256(content).hexdigest())
        return report

    def _give_it_to_the_customer(self, order, report):
        self._watch("field_service_path_customer", "/my/work-orders", "carla")
        self.authenticate("path_carla", "path_carla")
        answer = self.url_open(f"/my/work-orders/{order.id}/report")
        self.assertEqual(hashlib.sha256(answer.content).hexdigest(), report.sha256)
        self.assertIn("attachment", answer.headers["Content-Disposition"])

    def _look_into_the_books(self, order):
        """Billed, it has earned 145.00 - 70.00, and all books agree.

        1.5 h x 80 + 0.5 h x 50 = 145; 1.5 h x 40 = 60; 0.5 h x 20 = 10.
        """
        story.bill(order)
        figures = order._get_posted_profit()[order]
        self.assertEqual(
            {name: figures[name] for name in ("revenue", "labour", "travel", "margin")},
            {"revenue": 145.0, "labour": 60.0, "travel": 10.0, "margin": 75.0},
        )
        totals = self.env["field.service.reconciliation"]._get_totals(self.company)
        self.assertEqual(totals["unexplained"], 0.0)
        self.assertFalse(
            self.env["field.service.integrity"].search(
                [("company_id", "=", self.company.id)]
            )
        )
