from datetime import date

from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestLabourRate(FieldServiceBillingCommon):
    def test_rate_of_the_day(self):
        rates = self.env["field.service.labour.rate"]
        self._create_rate(self.technician, 40.0, date(2026, 3, 1))
        self.assertEqual(rates._get_rate(self.technician, date(2026, 2, 28)), 37.5)
        self.assertEqual(rates._get_rate(self.technician, date(2026, 3, 1)), 40.0)
        self.assertEqual(rates._get_rate(self.technician, date(2027, 3, 1)), 40.0)

    def test_default_is_the_hourly_cost(self):
        rates = self.env["field.service.labour.rate"]
        tom = self._create_technician("Tom", hourly_cost=31.25)
        self.assertEqual(rates._get_rate(tom, date(2026, 3, 2)), 31.25)
        # Before the first rate the hourly cost holds.
        self._create_rate(tom, 33.0, date(2026, 3, 1))
        self.assertEqual(rates._get_rate(tom, date(2026, 2, 1)), 31.25)

    def test_rate_of_the_company(self):
        rates = self.env["field.service.labour.rate"]
        day = date(2026, 3, 2)
        self.assertEqual(rates._get_rate(self.technician, day, self.company), 37.5)
        # No rate and no hourly cost in company B.
        self.assertEqual(rates._get_rate(self.technician, day, self.company_b), 0.0)

    def test_one_query_for_many(self):
        rates = self.env["field.service.labour.rate"]
        team = self.env["hr.employee"]
        for number in range(20):
            employee = self._create_technician(f"T{number}")
            self._create_rate(employee, 10.0 + number)
            team |= employee
        wanted = {(employee, date(2026, 3, 2)) for employee in team}
        self.env.invalidate_all()
        with self.assertQueryCount(3):
            found = rates._get_rates(self.company, wanted)
        self.assertEqual(sorted(found.values()), [10.0 + n for n in range(20)])

    @mute_logger("odoo.sql_db")
    def test_one_rate_per_day(self):
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self._create_rate(self.technician, 50.0)
