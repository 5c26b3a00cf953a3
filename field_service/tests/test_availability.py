from datetime import date, datetime, timedelta

from odoo import Command

from .common import MONDAY, FieldServiceCommon

DAY = timedelta(days=1)
MIDNIGHT = MONDAY.replace(hour=0)


class TestAvailability(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.availability = cls.env["field.service.availability"].with_user(
            cls.dispatcher
        )
        cls.resource = cls.technician.sudo().resource_id
        cls.resource.tz = "Europe/Lisbon"

    def _get_meetings(self, **values):
        self.env["calendar.event"].with_context(no_mail_to_attendees=True).create(
            {
                "name": "Dentist",
                "user_id": self.user_technician.id,
                "partner_ids": [Command.set(self.user_technician.partner_id.ids)],
                "show_as": "busy",
                "start": MONDAY,
                "stop": MONDAY + timedelta(hours=1),
                **values,
            }
        )
        return self.availability._get_meetings(
            self.resource, MIDNIGHT, MIDNIGHT + DAY
        ).get(self.resource.id, [])

    def _get_work(self, start, days=1):
        return self.availability._get_work(
            self.resource, start, start + timedelta(days=days)
        )[self.resource.id]

    def test_work_follows_the_clock_of_the_technician(self):
        # Lisbon is on UTC in winter and one hour ahead from 29 March 2026.
        winter = self._get_work(datetime(2026, 3, 27))
        summer = self._get_work(datetime(2026, 3, 30))
        self.assertEqual(winter[0][0].hour - summer[0][0].hour, 1)
        self.assertFalse(self._get_work(datetime(2026, 3, 29)), "a Sunday")

    def test_leave_is_no_working_time(self):
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": self.resource.id,
                "calendar_id": self.resource.calendar_id.id,
                "date_from": MIDNIGHT,
                "date_to": MIDNIGHT + DAY,
            }
        )
        self.assertFalse(self._get_work(MIDNIGHT))
        self.assertTrue(self._get_work(MIDNIGHT + DAY))

    def test_bookings_name_the_visit(self):
        visit = self._create_visit(self._create_order())
        found = self.availability._get_bookings(
            self.resource, MONDAY, MONDAY + timedelta(hours=1)
        )[self.resource.id]
        self.assertEqual(
            [tuple(busy) for busy in found],
            [(visit.start, visit.stop, visit.id, visit.name, self.partner.id)],
        )

    def test_bookings_that_end_before_are_left_out(self):
        visit = self._create_visit(self._create_order())
        self.assertFalse(
            self.availability._get_bookings(self.resource, visit.stop, visit.stop + DAY)
        )

    def test_meeting_that_others_may_see(self):
        found = self._get_meetings(privacy="public")
        self.assertEqual([busy.name for busy in found], ["Dentist"])

    def test_private_meeting_blocks_without_its_name(self):
        found = self._get_meetings(privacy="private")
        self.assertEqual([busy.name for busy in found], ["Busy"])
        self.assertEqual(found[0].start, MONDAY)

    def test_free_meeting_blocks_nothing(self):
        self.assertFalse(self._get_meetings(show_as="free"))

    def test_all_day_meeting_lasts_the_owners_day(self):
        self.resource.tz = "Asia/Tokyo"
        found = self._get_meetings(
            allday=True, start_date=date(2026, 3, 2), stop_date=date(2026, 3, 2)
        )
        self.assertEqual(found[0].start, datetime(2026, 3, 1, 15))
        self.assertEqual(found[0].stop, datetime(2026, 3, 2, 15))

    def test_queries_do_not_grow_with_resources(self):
        resources = self.resource
        for number in range(5):
            resources |= self._create_technician(f"T{number}").sudo().resource_id
        with self.assertQueryCount(__system__=1):
            self.availability._get_bookings(resources, MIDNIGHT, MIDNIGHT + DAY)
