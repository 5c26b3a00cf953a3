"""Twelve dispatchers fill one week of twenty technicians, all at the same time."""

import random
import threading
import time
from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.service.model import execute_cr
from odoo.tests import tagged
from odoo.tools import mute_logger

from .races import RaceCase

MONDAY = datetime(2026, 3, 2)
DISPATCHERS = 12
TECHNICIANS = 20
REQUESTS = 500
ORDERS = 8 * DISPATCHERS
SLOTS = [
    MONDAY + timedelta(days=day, minutes=30 * half)
    for day in range(5)
    for half in range(16, 34)
]


@tagged("standard", "post_install", "-at_install")
class TestParallelDispatchers(RaceCase):
    """Every request is booked or refused with a sentence, and nobody is in two places.

    The requests go through the function that XML-RPC and JSON-RPC call, each with a
    connection of its own, as the user who asks. Each request knows what it wants, so
    that about a third of them want what somebody else wants too.
    """

    @classmethod
    def _prepare(cls, env):
        ids = super()._prepare(env)
        company = env["res.company"].browse(ids["company"])
        env = env["base"].with_company(company).env
        group = env.ref("field_service.group_dispatcher")
        users = env["res.users"].with_context(no_reset_password=True)
        ids["users"] = users.create(
            [
                {
                    "name": f"Dispatcher {number}",
                    "login": f"race_{cls.mark}_{number}",
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                    "group_ids": [Command.set(group.ids)],
                }
                for number in range(DISPATCHERS)
            ]
        ).ids
        ids["technicians"] = (
            env["hr.employee"]
            .create(
                [
                    {"name": f"T{number} {cls.mark}", "company_id": company.id}
                    for number in range(TECHNICIANS)
                ]
            )
            .ids
        )
        ids["van"] = (
            env["resource.resource"]
            .create(
                {
                    "name": f"Crane {cls.mark}",
                    "resource_type": "material",
                    "company_id": company.id,
                }
            )
            .id
        )
        ids["orders"] = (
            env["field.service.order"]
            .create(
                [
                    {
                        "company_id": company.id,
                        "partner_id": ids["partner"],
                        "job_type_id": ids["job_type"],
                        "state": "released",
                    }
                    for __ in range(ORDERS)
                ]
            )
            .ids
        )
        return ids

    @classmethod
    def _clean(cls, env):
        env["res.users"].browse(cls.ids["users"]).active = False
        super()._clean(env)
        env["hr.employee"].browse(cls.ids["technicians"]).unlink()
        env["resource.resource"].browse(cls.ids["van"]).unlink()

    def _prepare_requests(self):
        """Return what each dispatcher asks for; the same on each run."""
        chance = random.Random(20260302)
        requests = [
            {
                # Each dispatcher plans orders of his own, five visits on each.
                "order_id": self.ids["orders"][i % ORDERS],
                "technician_id": chance.choice(self.ids["technicians"]),
                "start": f"{chance.choice(SLOTS)}",
                "duration": chance.choice((0.5, 1.0, 1.5, 2.0)),
                # One crane for all: every tenth visit needs it.
                "resource_ids": [Command.set([self.ids["van"]] if not i % 10 else [])],
            }
            for i in range(REQUESTS)
        ]
        return [requests[number::DISPATCHERS] for number in range(DISPATCHERS)]

    def _dispatch(self, number, requests, barrier, outcomes):
        barrier.wait(timeout=60)
        for values in requests:
            try:
                with self.registry.cursor() as cr:
                    outcome = execute_cr(
                        cr,
                        self.ids["users"][number],
                        "field.service.visit",
                        "create",
                        [values],
                        {},
                    )
                    cr.commit()
            except Exception as error:
                outcome = error
            outcomes.append((values, outcome))

    def test_five_hundred_bookings_of_one_week(self):
        barrier = threading.Barrier(DISPATCHERS)
        outcomes = []
        threads = [
            threading.Thread(
                target=self._dispatch, args=(number, requests, barrier, outcomes)
            )
            for number, requests in enumerate(self._prepare_requests())
        ]
        began = time.monotonic()
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=300)
        self.assertLess(time.monotonic() - began, 120)
        self.assertEqual(len(outcomes), REQUESTS, "no request is lost")
        booked = [outcome for __, outcome in outcomes if isinstance(outcome, int)]
        refused = [outcome for __, outcome in outcomes if not isinstance(outcome, int)]
        self._assert_readable(refused)
        self.assertGreater(len(booked), REQUESTS / 3)
        self.assertGreater(len(refused), REQUESTS / 10)
        self._assert_no_overlap(booked)

    def _assert_readable(self, refused):
        pattern = rf"(T\d+|Crane) {self.mark} (is already|has just been) booked from"
        for error in refused:
            self.assertIsInstance(error, (UserError, ValidationError), repr(error))
            self.assertRegex(str(error), pattern)
            self.assertRegex(str(error), "Choose another time")

    def _assert_no_overlap(self, booked):
        with self.registry.cursor() as cr:
            company = self.ids["company"]
            cr.execute(
                """SELECT count(*)
                     FROM field_service_booking one
                     JOIN field_service_booking two
                       ON one.id < two.id AND one.resource_id = two.resource_id
                      AND one.start < two.stop AND two.start < one.stop
                    WHERE one.company_id = %s""",
                [company],
            )
            self.assertEqual(cr.fetchone()[0], 0)
            cr.execute(
                """SELECT count(*), count(DISTINCT visit.id),
                          count(*) FILTER (WHERE resource_id = %s)
                     FROM field_service_booking booking
                     JOIN field_service_visit visit ON visit.id = booking.visit_id
                    WHERE booking.company_id = %s""",
                [self.ids["van"], company],
            )
            bookings, visits, crane = cr.fetchone()
        self.assertEqual(visits, len(booked), "what was confirmed is in the table")
        self.assertEqual(bookings, visits + crane)
        self.assertGreater(crane, 0)
