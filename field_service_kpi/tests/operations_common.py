from datetime import date, datetime

from odoo import Command

from odoo.addons.field_service_billing.tests.common import FieldServiceBillingCommon

from ..measure import Scope

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


class OperationsCommon(FieldServiceBillingCommon):
    """Two teams, two technicians and another company, and short words for KPIs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for company in cls.company, cls.company_b:
            company.partner_id.tz = company.resource_calendar_id.tz = "UTC"
        cls.tom = cls._create_technician("Tom")
        cls._create_rate(cls.tom, 20.0)
        cls.north, cls.south = cls.env["field.service.team"].create(
            [
                {
                    "name": name,
                    "company_id": cls.company.id,
                    "member_ids": [Command.set(person.ids)],
                }
                for name, person in (("North", cls.technician), ("South", cls.tom))
            ]
        )

    # ----------------------------------------------------------------- factories
    @classmethod
    def _create_month(cls):
        """Work off a month, see ``TestKpiTime``."""
        cls.one = cls._create_order(team_id=cls.north.id)
        cls.two = cls._create_order(team_id=cls.north.id)
        cls.three = cls._create_order(
            team_id=cls.south.id, pricing_method="fixed", fixed_price=500.0
        )
        visit_one = cls._create_visit(cls.one, datetime(2026, 3, 2, 8))
        visit_two = cls._create_visit(
            cls.two, datetime(2026, 3, 2, 13), crew_ids=[Command.set(cls.tom.ids)]
        )
        visit_three = cls._create_visit(
            cls.three, datetime(2026, 3, 3, 22), technician_id=cls.tom.id
        )
        cls._work(visit_one, 2.0, travel=0.5)
        cls._work(visit_two, 3.0)
        cls._work(visit_three, 4.0, travel=1.0)
        visit_one.travel_km, visit_three.travel_km = 12.0, 30.0
        other = cls._create_order(company_id=cls.company_b.id)
        cls._work(cls._create_visit(other, datetime(2026, 3, 4, 8)), 1.0)
        # Whoever works in the test completes today.
        for order, day in ((cls.one, 2), (cls.two, 2), (cls.three, 4), (other, 4)):
            cls._complete(order, datetime(2026, 3, day, 18))
        cls.env["resource.calendar.leaves"].create(
            {
                "name": "Away",
                "resource_id": cls.tom.resource_id.id,
                "date_from": datetime(2026, 3, 10),
                "date_to": datetime(2026, 3, 10, 23, 59),
            }
        )

    @classmethod
    def _complete(cls, order, moment, received=None):
        """Say when an order was completed, and received."""
        order.completed_on = moment
        order.received_on = received or moment.replace(hour=7)
        return order

    # -------------------------------------------------------------------- values
    @classmethod
    def kpi(cls, code):
        return cls.env.ref(f"field_service_kpi.kpi_{code}")

    def _scope(self, date_from=None, date_to=None, **scope):
        return Scope(
            **{
                "companies": self.company,
                "date_from": date_from or MARCH[0],
                "date_to": date_to or MARCH[1],
                **scope,
            }
        )

    def _values(self, code, *dates, user=None, **scope):
        kpi = self.kpi(code).with_user(user or self.env.user)
        return kpi._get_values(self._scope(*dates, **scope))[kpi]

    def _value(self, code, *dates, **scope):
        return self._values(code, *dates, **scope)[self.company.id, False, None]

    def _sums(self, code, **scope):
        registry = self.env["field.service.kpi.measure"]
        return registry._get_sums([code], self._scope(**scope))[code]

    def assertKpi(self, code, expected, cases, **scope):
        """Check a figure of March and from how many cases it was computed."""
        value = self._value(code, **scope)
        self.assertAlmostEqual(value.value, expected, 6, code)
        self.assertEqual(value.cases, cases, code)
