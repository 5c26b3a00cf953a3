from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import MONDAY, FieldServiceCommon

DAY = MONDAY.date()


def at(hour, minute=0):
    """Return a moment of the Monday."""
    return MONDAY.replace(hour=hour, minute=minute)


@tagged("post_install", "-at_install")
class TestTrip(FieldServiceCommon):
    """A straight road to the north: 0.1 degrees are 14.46 km, 20 minutes and 5 to park.

    0.2 degrees: 28.9 km, 34.7 minutes, 40. 0.3: 43.4 km, 52 minutes, 60. 0.4: 57.8 km,
    69.4 minutes, 75. The depot is at 50.0.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-01 06:00:00"))
        cls.depot = cls._create_site("Depot", 50.0)
        cls.team = cls.env["field.service.team"].create(
            {
                "name": "North",
                "company_id": cls.company.id,
                "depot_id": cls.depot.id,
                "member_ids": cls.technician.ids,
            }
        )
        cls.technician.resource_calendar_id = cls.env["resource.calendar"].create(
            {
                "name": "07-17",
                "tz": "UTC",
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": 7,
                            "hour_to": 17,
                            "day_period": "full_day",
                        }
                    )
                    for day in range(5)
                ],
            }
        )

    @classmethod
    def _create_site(cls, name, latitude=None, longitude=10.0):
        site = cls._create_partner(name)
        if latitude:
            site.write({"service_latitude": latitude, "service_longitude": longitude})
        return site

    @classmethod
    def _plan(cls, latitude, start, hours=1.0, **values):
        """Plan a visit at a place on the road."""
        order = cls._create_order(
            site_id=cls._create_site(f"Site {latitude}", latitude).id,
            **{name: values.pop(name) for name in list(values) if "promised" in name},
        )
        return cls._create_visit(
            order, start, stop=start + timedelta(hours=hours), **values
        )

    def _make_trip(self, **values):
        return self.env["field.service.trip"].create(
            {"technician_id": self.technician.id, "date": DAY, **values}
        )

    def _propose(self, trip, move_sent=False):
        return self.env["field.service.trip.proposal"].create(
            {"trip_id": trip.id, "move_sent": move_sent}
        )

    # ---------------------------------------------------------------------- legs
    def test_legs(self):
        near = self._plan(50.1, at(8))
        far = self._plan(50.2, at(10))
        trip = self._make_trip()
        legs = trip.leg_ids
        self.assertEqual(legs.mapped("visit_id"), near + far)
        self.assertEqual(legs.mapped("minutes"), [25, 25, 40])
        self.assertEqual([round(leg.km, 1) for leg in legs], [14.5, 14.5, 28.9])
        self.assertEqual(legs.mapped("departure"), [at(7, 35), at(9), at(11)])
        self.assertEqual(legs.mapped("arrival"), [at(8), at(9, 25), at(11, 40)])
        # There at 9:25, planned at 10.
        self.assertEqual(legs.mapped("idle_minutes"), [0, 35, 0])
        self.assertEqual((trip.minutes, round(trip.km, 1)), (90, 57.8))
        self.assertEqual((trip.late_minutes, trip.overtime_minutes), (0, 0))
        self.assertEqual((trip.start_place, trip.visit_count), ("Depot", 2))
        self.assertFalse(trip.note)
        # The visits are told the way to them, the last one the way home.
        self.assertEqual(
            (near.travel_before_minutes, near.travel_after_minutes), (25, 0)
        )
        self.assertEqual(
            (far.travel_before_minutes, far.travel_after_minutes), (25, 40)
        )

    def test_late_and_overtime(self):
        self._plan(50.2, at(7), promised_stop=at(6, 50))
        self._plan(50.1, at(8, 10), hours=8.5)
        trip = self._make_trip()
        # Reached 8:25 instead of 8:10, and 7:00 was promised for 6:50.
        self.assertEqual(trip.late_minutes, 15 + 10)
        # Off at 6:20 instead of 7:00; home at 16:40 + 25 = 17:05 instead of 17:00.
        self.assertEqual(trip.overtime_minutes, 40 + 5)

    def test_unlocated_site(self):
        lost = self._plan(None, at(8))
        self._plan(50.1, at(10))
        trip = self._make_trip()
        self.assertEqual(trip.leg_ids.mapped("minutes"), [15, 15, 25])
        self.assertEqual(trip.leg_ids.mapped("is_assumed"), [True, False, False])
        self.assertEqual(trip.note, "Not located, 15 minutes are assumed: Site None.")
        data = trip.get_map_data()
        self.assertEqual(data["stops"][0]["id"], lost.id)
        self.assertNotIn("latitude", data["stops"][0])

    def test_nobody_knows_where_the_day_begins(self):
        self.team.depot_id = False
        self.technician.address_id = False
        self._plan(50.1, at(8))
        trip = self._make_trip()
        self.assertEqual(trip.leg_ids.mapped("minutes"), [0, 0])
        self.assertIn("Where the day begins is not known", trip.note)

    def test_only_the_technicians_own_day(self):
        visit = self._plan(50.1, at(8))
        self._plan(50.1, at(8) + timedelta(days=1))
        other = self._create_technician("Other")
        self._plan(50.1, at(8), technician_id=other.id)
        cancelled = self._plan(50.1, at(12))
        cancelled.action_cancel()
        crew = self._plan(50.2, at(14), technician_id=other.id)
        crew.crew_ids = self.technician
        trip = self._make_trip()
        self.assertEqual(trip.leg_ids.visit_id, visit | crew)
        # The way of the crew is not the way of the visit's own technician.
        self.assertEqual(crew.travel_before_minutes, 0)

    def test_one_trip_per_technician_and_day(self):
        self._make_trip()
        with self.assertRaises(Exception) as caught, self.env.cr.savepoint():
            self._make_trip()
        self.assertIn("field_service_trip_technician_day_uniq", str(caught.exception))

    def test_a_trip_stays_what_it_is(self):
        trip = self._make_trip()
        with self.assertRaisesRegex(UserError, "plan another"):
            trip.date = DAY + timedelta(days=1)

    def test_what_really_happened(self):
        visit = self._plan(50.1, at(8))
        trip = self._make_trip()
        with freeze_time("2026-03-02 18:00:00"):
            visit.register_event(
                "travel_start", at(7, 30), latitude=50.0, longitude=10.0
            )
            visit.register_event("arrived", at(8, 6), latitude=50.2, longitude=10.0)
            visit.register_event("work_start", at(8, 10))
            visit.register_event("work_end", at(9), result="solved")
        self.assertEqual(trip.leg_ids.mapped("minutes_actual"), [36, 0])
        self.assertEqual(round(trip.km_actual, 1), 28.9)
        self.assertEqual(trip.minutes_actual, 36)

    # ----------------------------------------------------------------- time zones
    def test_day_in_another_time_zone(self):
        """Monday 23:30 UTC is Tuesday in Auckland, Sunday 20:00 is Monday."""
        self.technician.tz = "Pacific/Auckland"
        sunday = self._plan(50.1, MONDAY.replace(day=1, hour=20))
        self._plan(50.1, at(23, 30))
        trip = self._make_trip()
        self.assertEqual(trip.leg_ids.visit_id, sunday)
        # 20:00 UTC is 9:00 in Auckland in March.
        self.assertEqual(trip._get_period()[0], datetime(2026, 3, 1, 11, 0))
        self.assertIn("9:00", trip.get_map_data()["stops"][0]["time"])

    def test_days_of_23_and_25_hours(self):
        self.technician.tz = "Europe/Berlin"
        for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
            start, stop = self._make_trip(date=day)._get_period()
            self.assertEqual(stop - start, timedelta(hours=hours))

    def test_visits_of_a_day_when_clocks_change(self):
        """Sunday 29 March: 07:00 in Berlin is 05:00 UTC, and it is still one day."""
        self.technician.tz = "Europe/Berlin"
        first = self._plan(50.1, datetime(2026, 3, 28, 23, 30))
        last = self._plan(50.1, datetime(2026, 3, 29, 21, 0))
        self._plan(50.1, datetime(2026, 3, 29, 22, 30))
        trip = self._make_trip(date=date(2026, 3, 29))
        self.assertEqual(trip.leg_ids.visit_id, first | last)

    # --------------------------------------------------------------------- stale
    def test_changes_make_it_stale(self):
        visit = self._plan(50.1, at(8))
        trip = self._make_trip()
        other_day = self._make_trip(date=DAY + timedelta(days=1))
        for change in (
            lambda: visit.write({"start": at(9)}),
            lambda: visit.write({"technician_id": False}),
            lambda: visit.write({"technician_id": self.technician.id}),
            lambda: self._plan(50.2, at(14)),
            visit.action_cancel,
        ):
            change()
            self.assertTrue(trip.is_stale)
            trip.action_refresh()
            self.assertFalse(trip.is_stale)
        visit.note = "Nothing to do with it"
        self.assertFalse(trip.is_stale)
        self.assertFalse(other_day.is_stale)
        trip.leg_ids.visit_id[:1].start = at(9) + timedelta(days=1)
        self.assertTrue(trip.is_stale and other_day.is_stale)
        trip.action_refresh()
        self.assertFalse(trip.leg_ids)

    def test_a_technician_who_declines_makes_it_stale(self):
        visit = self._plan(50.1, at(8))
        trip = self._make_trip()
        visit.action_dispatch()
        trip.action_refresh()
        visit.with_user(self.user_technician).register_event(
            "declined", reason="Flat tyre"
        )
        self.assertTrue(trip.is_stale)

    # ------------------------------------------------------------------ proposal
    def _plan_zigzag(self, **values):
        """Far, near, far, near: there and back is less."""
        return (
            self._plan(50.3, at(8), **values)
            + self._plan(50.1, at(10), **values)
            + self._plan(50.4, at(12), **values)
            + self._plan(50.2, at(14, 30), **values)
        )

    def test_proposal(self):
        visits = self._plan_zigzag()
        trip = self._make_trip()
        proposal = self._propose(trip)
        # 60 to 50.3, 40 back to 50.1, 60 to 50.4, 40 to 50.2, 40 home.
        self.assertEqual(proposal.minutes_before, 60 + 40 + 60 + 40 + 40)
        # 25 to 50.1, 40 to 50.3, 25 to 50.4, 40 back to 50.2, 40 home.
        self.assertEqual(proposal.minutes_after, 25 + 40 + 25 + 40 + 40)
        self.assertEqual(proposal.minutes_gain, 240 - 170)
        # 0.3 + 0.2 + 0.3 + 0.2 + 0.2 degrees are 173.5 km, 0.8 degrees 115.6.
        self.assertEqual(round(proposal.km_gain, 1), 57.9)
        self.assertTrue(proposal.is_better)
        order = proposal.line_ids.visit_id
        a, b, c, d = visits
        self.assertIn(order, (b + a + c + d, d + c + a + b))
        self.assertEqual(visits.mapped("start"), [at(8), at(10), at(12), at(14, 30)])

    def test_apply_and_undo(self):
        visits = self._plan_zigzag()
        before = visits.mapped("start")
        trip = self._make_trip()
        proposal = self._propose(trip.with_user(self.dispatcher))
        planned = {line.visit_id: line.start_after for line in proposal.line_ids}
        proposal.with_user(self.dispatcher).action_apply()
        for visit in visits:
            self.assertEqual(visit.start, planned[visit])
            self.assertEqual(visit.duration, 1.0)
            self.assertEqual(visit.booking_ids.start, visit.start)
        self.assertFalse(trip.is_stale)
        self.assertEqual(trip.minutes, 170)
        self.assertEqual(trip.late_minutes, 0)
        legs = trip.leg_ids.filtered("visit_id")
        self.assertEqual(
            legs.visit_id.mapped("travel_before_minutes"), legs.mapped("minutes")
        )
        self.assertEqual(
            legs.visit_id.mapped("travel_after_minutes"),
            [0, 0, 0, trip.leg_ids.filtered("is_return").minutes],
        )
        self.assertTrue(trip.can_undo)
        trip.with_user(self.dispatcher).action_undo()
        self.assertEqual(visits.mapped("start"), before)
        self.assertEqual(trip.minutes, 240)
        self.assertFalse(trip.can_undo)

    def test_undo_after_a_change(self):
        visits = self._plan_zigzag()
        trip = self._make_trip()
        self._propose(trip).action_apply()
        visits[0].start += timedelta(minutes=5)
        starts = visits.mapped("start")
        with self.assertRaisesRegex(UserError, "changed since"):
            trip.action_undo()
        self.assertEqual(visits.mapped("start"), starts)

    def test_all_or_nothing(self):
        """Somebody else needs one of the new times: nothing moves."""
        visits = self._plan_zigzag()
        before = visits.mapped("start")
        trip = self._make_trip()
        proposal = self._propose(trip)
        helper = self._create_technician("Helper")
        moved = proposal.line_ids.filtered("is_moved")[-1:]
        moved.visit_id.crew_ids = helper
        self._plan(50.1, moved.start_after, technician_id=helper.id)
        with self.assertRaisesRegex(UserError, "propose again"):
            proposal.action_apply()
        starts = {line.visit_id: line.start_after for line in proposal.line_ids}
        with self.assertRaisesRegex(ValidationError, "Helper"), self.env.cr.savepoint():
            trip._apply_starts(starts)
        visits.invalidate_recordset()
        self.assertEqual(visits.mapped("start"), before)

    def test_a_day_that_changed_meanwhile(self):
        self._plan_zigzag()
        trip = self._make_trip()
        proposal = self._propose(trip)
        self._plan(50.1, at(16))
        with self.assertRaisesRegex(UserError, "propose again"):
            proposal.action_apply()

    def test_what_stays(self):
        a, b, c, d = self._plan_zigzag()
        a.lock = "time"
        b.action_dispatch()
        c.crew_ids = self._create_technician("Helper")
        d.lock = "technician"
        trip = self._make_trip()
        proposal = self._propose(trip)
        reasons = {line.visit_id: line.reason for line in proposal.line_ids}
        self.assertEqual(
            reasons,
            {a: "Locked", b: "The technician knows it", c: "Done by several", d: False},
        )
        for line in proposal.line_ids.filtered("reason"):
            self.assertEqual(line.start_after, line.start_before)
        proposal.action_rebuild()
        self.assertTrue(proposal.move_sent)
        reasons = {line.visit_id: line.reason for line in proposal.line_ids}
        self.assertFalse(reasons[b])
        self.assertEqual(reasons[a], "Locked")

    def test_promises_are_kept(self):
        window = {"promised_start": at(8), "promised_stop": at(8, 30)}
        a = self._plan(50.3, at(8), **window)
        self._plan(50.1, at(10))
        self._plan(50.4, at(12))
        self._plan(50.2, at(14, 30))
        proposal = self._propose(self._make_trip())
        line = proposal.line_ids.filtered(lambda line: line.visit_id == a)
        self.assertTrue(at(8) <= line.start_after <= at(8, 30))
        self.assertTrue(proposal.is_better)

    def test_meetings_are_kept_free(self):
        self._plan_zigzag()
        self.env["calendar.event"].create(
            {
                "name": "Training",
                "start": at(9),
                "stop": at(11),
                "partner_ids": self.user_technician.partner_id.ids,
            }
        )
        proposal = self._propose(self._make_trip())
        self.assertTrue(proposal.is_broken)
        self.assertTrue(proposal.is_better)
        for line in proposal.line_ids:
            stop = line.start_after + timedelta(hours=1)
            self.assertTrue(stop <= at(9) or line.start_after >= at(11))

    def test_the_past_is_not_moved(self):
        visits = self._plan_zigzag()
        trip = self._make_trip()
        with freeze_time("2026-03-02 11:00:00"):
            proposal = self._propose(trip)
            for line in proposal.line_ids:
                if line.visit_id in visits[:2]:
                    self.assertEqual(line.reason, "Begun or past")
                    self.assertEqual(line.start_after, line.start_before)
                else:
                    self.assertGreaterEqual(line.start_after, at(11))

    def test_a_good_day_is_left_alone(self):
        self._plan(50.1, at(8))
        self._plan(50.2, at(12))
        proposal = self._propose(self._make_trip())
        self.assertFalse(proposal.is_better)
        self.assertFalse(proposal.line_ids.filtered("is_moved"))

    # -------------------------------------------------------------------- wizard
    def test_plan_day(self):
        self._plan(50.1, at(8))
        wizard = self.env["field.service.trip.day"].with_user(self.dispatcher)
        action = wizard.create({"date": DAY}).action_plan()
        trip = self.env["field.service.trip"].browse(action["res_id"])
        self.assertEqual(trip.technician_id, self.technician)
        visit = self._plan(50.2, at(14))
        self.assertTrue(trip.is_stale)
        wizard.create({"date": DAY}).action_plan()
        self.assertIn(visit, trip.leg_ids.visit_id)
        with self.assertRaisesRegex(UserError, "Nobody"):
            wizard.create({"date": DAY + timedelta(days=3)}).action_plan()

    # -------------------------------------------------------------------- rights
    def test_technicians_see_their_own(self):
        self._plan(50.1, at(8))
        mine = self._make_trip()
        other = self._make_trip(technician_id=self._create_technician("Other").id)
        trips = self.env["field.service.trip"].with_user(self.user_technician)
        self.assertEqual(trips.search([]), mine)
        self.assertEqual(mine.with_user(self.user_technician).leg_ids, mine.leg_ids)
        self.assertEqual(
            len(mine.with_user(self.user_technician).get_map_data()["stops"]), 1
        )
        with self.assertRaises(AccessError):
            other.with_user(self.user_technician).get_map_data()
        for call in ("action_refresh", "action_undo", "action_propose"):
            with self.assertRaises(AccessError):
                getattr(mine.with_user(self.user_technician), call)()
        with self.assertRaises(AccessError):
            trips.create({"technician_id": self.technician.id, "date": "2026-05-01"})

    def test_two_companies(self):
        trip = self.env["field.service.trip"].create(
            {"technician_id": self.technician_b.id, "date": DAY}
        )
        self.assertEqual(trip.company_id, self.company_b)
        trips = self.env["field.service.trip"].with_user(self.dispatcher)
        self.assertFalse(trips.search([("id", "=", trip.id)]))
        with self.assertRaises(AccessError):
            trip.with_user(self.dispatcher).get_map_data()

    def test_portal_sees_nothing(self):
        user = self._create_user("portal", "base.group_portal")
        trip = self._make_trip()
        with self.assertRaises(AccessError):
            trip.with_user(user).get_map_data()
        with self.assertRaises(AccessError):
            self.env["field.service.trip"].with_user(user).get_day_map("2026-03-02")

    def test_home_is_shown_to_its_owner_alone(self):
        self.technician.write(
            {
                "service_start_from": "home",
                "service_home_latitude": 50.5,
                "service_home_longitude": 10.0,
            }
        )
        self._plan(50.1, at(8))
        trip = self._make_trip()
        # 0.4 degrees from home.
        self.assertEqual(trip.leg_ids.mapped("minutes"), [75, 75])
        self.assertEqual(trip.start_place, "Home")
        self.assertFalse(trip.with_user(self.dispatcher).get_map_data()["base"])
        mine = trip.with_user(self.user_technician).get_map_data()["base"]
        self.assertEqual((mine["latitude"], mine["name"]), (50.5, "Home"))
