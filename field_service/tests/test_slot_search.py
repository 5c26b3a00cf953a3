import random
from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time

from .common import MONDAY
from .common_slots import HERE, MIDNIGHT, NOW, SlotCommon

HOUR = timedelta(hours=1)


@freeze_time(NOW)
class TestSlotSearch(SlotCommon):
    def setUp(self):
        super().setUp()
        self.order = self._create_order(site_id=self.site.id)

    def _leave(self, technician, start, stop):
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": technician.resource_id.id,
                "calendar_id": technician.resource_calendar_id.id,
                "date_from": start,
                "date_to": stop,
            }
        )

    # ---------------------------------------------------------------- the result
    def test_best_slots_with_reasons(self):
        slots = self._find(self.order)
        self.assertEqual(len(slots), 5)
        self.assertEqual(slots, sorted(slots, key=lambda slot: -slot.score))
        self.assertEqual(
            {slot.technician for slot in slots[:2]}, {self.technician, self.tom}
        )
        self.assertEqual(slots[0].start, MONDAY)
        self.assertEqual(slots[0].stop, MONDAY + 2 * HOUR)
        # 8-12 is free and two hours are needed: he may arrive until 10.
        self.assertEqual(slots[0].arrival_stop, MONDAY + 2 * HOUR)
        self.assertEqual(
            [term.code for term in slots[0].terms],
            ["travel", "promise", "balance", "overtime"],
        )
        self.assertIn("0 % of the working time is taken.", slots[0].reasons)
        self.assertFalse(slots[0].crew)

    def test_nothing_in_the_past(self):
        with freeze_time(self._at(14, 20)):
            starts = {slot.start for slot in self._find(self.order, days=1)}
        self.assertEqual(starts, {self._at(14, 30)})

    def test_bad_periods(self):
        with self.assertRaisesRegex(UserError, "end after it starts"):
            self._find(self.order, days=-1)
        with self.assertRaisesRegex(UserError, "92 days"):
            self._find(self.order, days=93)

    def test_travel_from_one_visit_to_the_next(self):
        # 0.09 degrees of latitude are 10.0 km: x 1.3 at 50 km/h 15.6 minutes, rounded
        # up to 20, and 5 to park.
        far = self._create_site("Far", HERE[0] + 0.09, HERE[1])
        other = self._create_order(site_id=far.id)
        self._create_visit(other, MONDAY, technician_id=self.technician.id)
        slots = self._find(self.order, days=1, technicians=self.technician, limit=9)
        self.assertEqual([slot.start for slot in slots], [self._at(13)])
        self.assertEqual(slots[0].travel_before, 25)
        found = self._find(
            self.order,
            days=1,
            technicians=self.technician,
            windows=[(self._at(10), self._at(12))],
        )
        self.assertFalse(found, "two hours do not fit between 10:25 and 12")
        self.order.planned_hours = 1.5
        (slot,) = self._find(
            self.order,
            days=1,
            technicians=self.technician,
            windows=[(self._at(10), self._at(12))],
        )
        self.assertEqual(slot.start, self._at(10, 30))

    def test_address_not_located(self):
        self.company.service_travel_unknown = 30
        order = self._create_order(site_id=self._create_partner("Nowhere").id)
        slot = self._find(order)[0]
        self.assertIn("Address not located", slot.reasons[0])
        self.assertEqual((slot.travel_before, slot.travel_after), (30, 30))

    # ------------------------------------------------------------------ hard rules
    def test_windows_of_the_customer(self):
        self.order.write(
            {"requested_start": self._at(13), "requested_stop": self._at(14)}
        )
        self.assertEqual(
            {slot.start for slot in self._find(self.order, limit=9)}, {self._at(13)}
        )
        # What was agreed later counts.
        self.order.write(
            {
                "promised_start": self._at(9, day=2),
                "promised_stop": self._at(10, day=2),
            }
        )
        for slot in self._find(self.order, limit=9):
            self.assertLessEqual(self._at(9, day=2), slot.start)
            self.assertLessEqual(slot.start, self._at(10, day=2))
        (reason,) = self._explain(self.order, days=1)
        self.assertIn("agreed with the customer", reason)

    def test_missing_skill(self):
        self._ask_for(self.burners, self.fitter)
        order = self._create_order()
        self.assertEqual(
            self._explain(order),
            ["Without skill Burners (Fitter): 2 of 2 technicians (Tina, Tom)"],
        )
        self._teach(self.technician, self.burners, self.helper)
        self.assertEqual(len(self._explain(order)), 1, "the level is too low")
        self._teach(self.tom, self.burners, self.master)
        slots = self._find(order)
        self.assertEqual({slot.technician for slot in slots}, {self.tom})
        # Master is 40 above fitter.
        self.assertIn("Skills differ by 40 % from what is needed.", slots[0].reasons)

    def test_optional_skill_is_an_advantage(self):
        self._ask_for(self.burners, self.fitter)
        self.job_type.skill_line_ids.mandatory = False
        self._teach(self.tom, self.burners, self.fitter)
        slots = self._find(self._create_order(), days=1)
        self.assertEqual(slots[0].technician, self.tom)
        self.assertEqual({slot.technician for slot in slots}, self._both())

    def _both(self):
        return {self.technician, self.tom}

    def test_certificate_expires_in_the_period(self):
        self._ask_for(self.burners, self.fitter)
        order = self._create_order()
        self.tom.tz = "America/New_York"
        self._teach(self.tom, self.burners, self.fitter, valid_to="2026-03-03")
        days = {slot.start.date() for slot in self._find(order, limit=9)}
        self.assertEqual(
            {day.isoformat() for day in days}, {"2026-03-02", "2026-03-03"}
        )
        reasons = self._explain(order, start=self._at(0, day=3))
        self.assertIn("Burners (Fitter) not valid in this period", reasons[1])
        # A new certificate from Thursday on leaves Wednesday out.
        self._teach(self.tom, self.burners, self.fitter, valid_from="2026-03-05")
        days = {slot.start.date() for slot in self._find(order, limit=9)}
        self.assertNotIn("2026-03-04", {day.isoformat() for day in days})
        self.assertEqual(len(days), 4)

    def test_team(self):
        team = self.env["field.service.team"].create(
            {
                "name": "South",
                "company_id": self.company.id,
                "member_ids": [Command.set(self.tom.ids)],
            }
        )
        self.order.team_id = team
        slots = self._find(self.order)
        self.assertEqual({slot.technician for slot in slots}, {self.tom})
        refused = self._explain(self.order, technicians=self.technician)
        self.assertEqual(refused, ["Not in team “South”: 1 of 1 technicians (Tina)"])
        # The dispatcher may look beyond it.
        slots = self._find(self.order, technicians=self.technician, team=team.browse())
        self.assertTrue(slots)

    def test_other_company(self):
        refused = self._explain(self.order, technicians=self.technician_b)
        self.assertEqual(refused, ["Of another company: 1 of 1 technicians (Boris)"])
        for slot in self._find(self.order, limit=20):
            self.assertEqual(slot.technician.company_id, self.company)
        order = self._create_order(company_id=self.company_b.id)
        slots = order._find_slots(MIDNIGHT, MIDNIGHT + timedelta(days=2))
        self.assertEqual({slot.technician for slot in slots}, {self.technician_b})

    def test_archived_technician(self):
        self.tom.active = False
        technicians = {slot.technician for slot in self._find(self.order)}
        self.assertEqual(technicians, {self.technician})
        refused = self._explain(self.order, technicians=self.tom)
        self.assertIn("Archived", refused[0])

    def test_leave_meeting_and_booking(self):
        self._leave(self.tom, MIDNIGHT, MIDNIGHT + timedelta(days=3))
        self.env["calendar.event"].with_context(no_mail_to_attendees=True).create(
            {
                "name": "Training",
                "user_id": self.user_technician.id,
                "partner_ids": [Command.set(self.user_technician.partner_id.ids)],
                "start": self._at(8),
                "stop": self._at(12),
            }
        )
        other = self._create_order()
        self._create_visit(other, self._at(13), stop=self._at(16))
        refused = self._explain(self.order, days=1)
        self.assertEqual(
            refused,
            [
                "No working time in this period: 1 of 2 technicians (Tom)",
                "Not free for 2 h 0 min in one piece, with travel: 1 of 2 technicians "
                "(Tina)",
            ],
        )

    def test_earliest_start_of_upper_modules(self):
        finder = type(self.env["field.service.slot.finder"])
        self.patch(
            finder, "_get_earliest_start", lambda model, order: self._at(10, 5, day=1)
        )
        self.assertGreaterEqual(
            min(slot.start for slot in self._find(self.order)), self._at(10, 15, day=1)
        )
        (reason,) = self._explain(self.order, days=1)
        self.assertIn("cannot begin before", reason)

    # --------------------------------------------------------------------- score
    def test_deadline_first(self):
        # Tom could come at once, but the deadline is the score.
        sla = self.env["field.service.sla"].create(
            {
                "name": "Day",
                "company_id": self.company.id,
                "response_hours": 8.0,
                "resolution_hours": 30.0,
            }
        )
        order = self._create_order(site_id=self.site.id, sla_id=sla.id, received_on=NOW)
        self.assertEqual(order.response_deadline, self._at(14))
        slots = self._find(order, limit=9)
        kept = [slot.start <= self._at(14) for slot in slots]
        self.assertEqual(kept, sorted(kept, reverse=True))
        self.assertIn("6 h 0 min", slots[0].reasons[1])
        self.assertIn("Misses the response deadline", slots[-1].reasons[1])

    def test_same_technician_as_before(self):
        earlier = self._create_order(site_id=self.site.id)
        visit = self._create_visit(
            earlier, MONDAY - timedelta(days=7), technician_id=self.tom.id
        )
        self._work(visit, 1.0)
        slots = self._find(self.order)
        self.assertEqual(slots[0].technician, self.tom)
        self.assertIn("Was there last time.", slots[0].reasons)
        self.order.preferred_technician_id = self.technician
        slots = self._find(self.order)
        self.assertEqual(slots[0].technician, self.technician)
        self.assertIn("Preferred technician.", slots[0].reasons)

    def test_work_is_balanced(self):
        self._create_visit(self._create_order(site_id=self.site.id), self._at(8, day=1))
        self.assertEqual(self._find(self.order)[0].technician, self.tom)

    def test_margin_hook(self):
        finder = type(self.env["field.service.slot.finder"])
        self.patch(
            finder,
            "_get_slot_margin_terms",
            lambda model, order, people: {self.tom.id: (100.0, "Earns most.")},
        )
        slot = self._find(self.order)[0]
        self.assertEqual(slot.technician, self.tom)
        self.assertEqual(slot.terms[-1].code, "margin")
        self.assertEqual(slot.reasons[-1], "Earns most.")

    def test_weights_are_settings(self):
        self.tom.tz = "UTC"
        near = self._create_order(site_id=self.site.id)
        self._create_visit(near, self._at(9, day=1), technician_id=self.tom.id)
        self.company.write(
            {
                f"service_slot_weight_{name}": 0
                for name in self.company._get_slot_terms()
            }
        )
        self.company.service_slot_weight_balance = 1
        for slot in self._find(self.order, limit=9):
            balance = next(term for term in slot.terms if term.code == "balance")
            self.assertEqual(slot.score, round(balance.points, 1))

    # ---------------------------------------------------------------------- crew
    def test_crew_is_proposed(self):
        self.job_type.crew_size = 2
        self._ask_for(self.burners, self.fitter)
        self._teach(self.tom, self.burners, self.fitter)
        order = self._create_order(site_id=self.site.id)
        self.assertEqual(order.crew_size, 2)
        self._create_visit(self.order, MONDAY, stop=self._at(11))
        slots = self._find(order, days=1)
        self.assertTrue(slots)
        for slot in slots:
            self.assertEqual((slot.technician, slot.crew), (self.tom, self.technician))
            self.assertGreaterEqual(slot.start, self._at(13))
        visit = order.with_user(self.dispatcher)._book_slot(slots[0])
        self.assertEqual(len(visit.sudo().booking_ids), 2)

    def test_crew_too_small(self):
        self.order.crew_size = 3
        (reason,) = self._explain(self.order)
        self.assertIn("Not 3 people free at the same time for 2 h 0 min", reason)

    def test_job_type_and_order(self):
        self._ask_for(self.burners, self.fitter)
        order = self._create_order()
        self.assertEqual(order.skill_line_ids.skill_id, self.burners)
        order.skill_line_ids = [Command.clear()]
        self.assertTrue(self._find(order), "the order has its own list")
        self.assertEqual(self.job_type.skill_line_ids.skill_id, self.burners)
        with self.assertRaisesRegex(ValidationError, "belong together"):
            self.job_type.skill_line_ids.level_id = self.env["hr.skill.level"].create(
                {
                    "name": "A1",
                    "level_progress": 10,
                    "skill_type_id": self.env["hr.skill.type"]
                    .create(
                        {
                            "name": "Talk",
                            "skill_ids": [(0, 0, {"name": "Greek"})],
                            "skill_level_ids": [(0, 0, {"name": "B"})],
                        }
                    )
                    .id,
                }
            )

    # ---------------------------------------------------------------- time zones
    def test_clocks_change(self):
        # New York goes to summer time on 8 March 2026, Berlin on 29 March.
        self.technician.tz, self.tom.tz = "Europe/Berlin", "America/New_York"
        friday, monday = self._at(0, day=4), self._at(0, day=7)
        expected = {
            (self.technician, friday): 7,
            (self.technician, monday): 7,
            (self.tom, friday): 13,
            (self.tom, monday): 12,
        }
        for (technician, day), hour in expected.items():
            slots = self._find(
                self.order,
                start=day,
                days=1,
                technicians=technician,
                windows=[(day, day + timedelta(days=1))],
            )
            first = min(slot.start for slot in slots)
            self.assertEqual(first.hour, hour, (technician.name, day))

    def test_technician_without_user(self):
        self.assertFalse(self.tom.user_id)
        self.assertTrue(self._find(self.order, technicians=self.tom))

    # ---------------------------------------------------------------- properties
    def test_no_slot_in_the_way_of_anything(self):
        """Random plans: slots lie in working time, beside bookings and meetings."""
        dice = random.Random(19)
        people = (
            self.technician | self.tom | self._create_technician("Uma", tz="Asia/Tokyo")
        )
        self.tom.tz = "America/New_York"
        for day in range(5):
            for person in people:
                order = self._create_order(
                    site_id=self._create_site("S", 50 + dice.random() / 5, 8).id
                )
                self._create_visit(
                    order,
                    self._at(dice.randint(0, 22), dice.choice((0, 20)), day=day),
                    technician_id=person.id,
                    duration=dice.choice((0.5, 2.0)),
                )
        self._leave(self.tom, self._at(0, day=1), self._at(0, day=2))
        slots = self._find(self.order, limit=40)
        self.assertGreater(len(slots), 8)
        availability = self.env["field.service.availability"]
        for slot in slots:
            resource = slot.technician.sudo().resource_id
            work = availability._get_work(resource, slot.start, slot.stop)
            self.assertEqual(work[resource.id], [(slot.start, slot.stop)])
            around = (slot.start - 2 * HOUR, slot.stop + 2 * HOUR)
            busy = availability._get_bookings(resource, *around)[resource.id]
            for task in busy:
                before = timedelta(minutes=slot.travel_before)
                after = timedelta(minutes=slot.travel_after)
                self.assertTrue(
                    task.stop + before <= slot.start or task.start - after >= slot.stop
                )

    def test_queries_do_not_depend_on_the_number_of_technicians(self):
        self._ask_for(self.burners, self.fitter)

        def count(number):
            people = self.env["hr.employee"].browse()
            for index in range(number):
                person = self._create_technician(f"T{index}")
                self._teach(person, self.burners, self.fitter)
                site = self._create_site("S", 50 + index / 100, 8)
                self._create_visit(
                    self._create_order(site_id=site.id),
                    MONDAY,
                    technician_id=person.id,
                )
                people |= person
            order = self._create_order(site_id=self.site.id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            slots = order._find_slots(MIDNIGHT, MIDNIGHT + timedelta(days=5), people)
            self.assertEqual(len(slots), 5)
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(3), count(12))
