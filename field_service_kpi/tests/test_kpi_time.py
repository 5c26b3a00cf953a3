from datetime import date, datetime, timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .operations_common import OperationsCommon


@tagged("post_install", "-at_install")
class TestKpiTime(OperationsCommon):
    """Productivity, with the arithmetic beside each figure. March 2026 has 22 working
    days of 8 hours: 176.

    Tina (team North) leads two visits, Tom (South) helps in one and leads another:

    =====  =====  =====================  ====  ====  ======
    visit  lead   when                   way   work  people
    =====  =====  =====================  ====  ====  ======
    one    Tina   2 March 8:00           0.5   2.0   1
    two    Tina   2 March 13:00          none  3.0   2 (Tom)
    three  Tom    3 March 22:00 - 2:00   1.0   4.0   1
    =====  =====  =====================  ====  ====  ======
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_month()

    def test_visit_hours(self):
        # Tina 176; Tom 176 - 8 on leave + 4 in the night (2 after the last working hour
        # of 3 March, 2 before the first of 4 March) = 172. Together 348.
        paid = 176.0 + 172.0
        # (0.5 + 2) + 3 x 2 people + (1 + 4)
        self.assertKpi("t1", 13.5 / paid, cases=3)
        # 2 + 3 x 2 + 4 are charged by the hour or sold at a fixed price
        self.assertKpi("t2", 12.0 / paid, cases=3)
        self.assertKpi("t3", 12.0 / paid, cases=3)
        # Nobody has waited.
        self.assertKpi("t6", 1.0 - 13.5 / paid, cases=3)
        self.assertKpi("t9", 4.0 / paid, cases=3)

    def test_margin_per_paid_hour(self):
        # Nothing is billed yet. Tina's 2 h at 37.50 and half an hour on the road at
        # 20.00; 3 h of her and of Tom at 20.00; his 4 h and an hour on the road.
        cost = 2 * 37.5 + 0.5 * 20 + 3 * (37.5 + 20) + 4 * 20 + 1 * 20
        self.assertKpi("p12", -cost / (176.0 + 172.0), cases=3)
        self.assertEqual(self.kpi("p12").unit, "money_per_hour")

    def test_way(self):
        # One and three: (0.5 + 1) / (0.5 + 2 + 1 + 4); nobody knows the way of two.
        self.assertKpi("t4", 1.5 / 7.5, cases=2)
        # 1.5 h x 60 / 2 visits
        self.assertKpi("t5", 45.0, cases=2)
        # (12 + 30) / 2
        self.assertKpi("t5k", 21.0, cases=2)

    def test_planned_and_actual(self):
        # 2 hours planned for each of three orders, 2 + 3 + 4 worked.
        self.assertKpi("t7", 6.0 / 9.0, cases=3)

    def test_technician_days(self):
        # Tina is on one and two, both on 2 March; Tom on two and three, on two days.
        self.assertKpi("t8", 4 / 3, cases=4)
        values = self._values("t8", level="technician")
        tina = values[self.company.id, self.technician.id, None]
        tom = values[self.company.id, self.tom.id, None]
        self.assertEqual((tina.value, tom.value), (2.0, 1.0))
        # One measure, whoever asks: who may see teams sees it, and each his own.
        dispatcher = self._values("t8", level="team", user=self.dispatcher)
        self.assertEqual(dispatcher[self.company.id, self.south.id, None].value, 1.0)
        mine = self._values("t8", level="technician", user=self.user_technician)
        self.assertEqual(set(mine), {(self.company.id, self.technician.id, None)})

    def test_by_team(self):
        # North: (0.5 + 2) + 3 x 2 of Tina's 176; South: 5 of Tom's 172.
        values = self._values("t1", level="team")
        company = self.company.id
        self.assertAlmostEqual(values[company, self.north.id, None].value, 8.5 / 176)
        self.assertAlmostEqual(values[company, self.south.id, None].value, 5.0 / 172)

    def test_by_technician(self):
        # Tina 2.5 + 3 of 176, Tom 3 + 5 of 172; the visit counts for who leads it.
        values = self._values("t1", level="technician")
        tina = values[self.company.id, self.technician.id, None]
        tom = values[self.company.id, self.tom.id, None]
        self.assertAlmostEqual(tina.value, 5.5 / 176)
        self.assertAlmostEqual(tom.value, 8.0 / 172)
        self.assertEqual((tina.cases, tom.cases), (2, 1))
        # To bill: Tina 2 + half of the 6 of visit two, Tom the other half + 4.
        billable = self._values("t2", level="technician")
        self.assertAlmostEqual(
            billable[self.company.id, self.technician.id, None].value, 5.0 / 176
        )
        self.assertAlmostEqual(
            billable[self.company.id, self.tom.id, None].value, 7.0 / 172
        )

    def test_by_month(self):
        # Three hours in April, which has 22 working days, too: 176 for each of two.
        order = self._create_order(team_id=self.north.id)
        self._work(self._create_visit(order, datetime(2026, 4, 1, 8)), 3.0)
        values = self._values("t3", interval="month", date_to=date(2026, 4, 30))
        company = self.company.id
        march = values[company, False, date(2026, 3, 1)]
        april = values[company, False, date(2026, 4, 1)]
        self.assertAlmostEqual(march.value, 12.0 / 348)
        self.assertAlmostEqual(april.value, 3.0 / 352)

    def test_companies_stay_apart(self):
        # Boris works 1 hour of his 176 in company B.
        values = self._values("t3", companies=self.company | self.company_b)
        self.assertAlmostEqual(
            values[self.company_b.id, False, None].value, 1.0 / 176.0
        )
        self.assertAlmostEqual(values[self.company.id, False, None].value, 12.0 / 348)

    def test_no_data(self):
        february = (date(2026, 2, 1), date(2026, 2, 28))
        # 20 working days of two people and no visit: nothing is done of their time.
        value = self._value("t1", *february)
        self.assertEqual((value.value, value.denominator, value.cases), (0, 320.0, 0))
        self.assertTrue(self.kpi("t1")._is_too_small(value))
        for code in ("t4", "t5", "t5k", "t7", "t8"):
            self.assertFalse(self._values(code, *february), code)
        # Without a cost of labour nobody knows overtime: no value, not 0 %.
        self.company.service_absorb_labour = False
        self.assertFalse(self._values("t9", *february))

    def test_daylight_saving(self):
        # Sundays from 0:00 to 8:00 in Berlin: 1, 8, 15 and 22 March have 8 hours, the
        # 29th has 7, because the clock goes from 2:00 to 3:00.
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Sunday nights",
                "tz": "Europe/Berlin",
                "company_id": self.company.id,
                "attendance_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "name": "Night",
                            "dayofweek": "6",
                            "hour_from": 0,
                            "hour_to": 8,
                        }
                    ),
                ],
            }
        )
        nora = self._create_technician("Nora", tz="Europe/Berlin")
        nora.resource_calendar_id = calendar
        self.south.member_ids = [Command.link(nora.id)]
        sums = self._sums("hours.paid", level="technician")
        self.assertEqual(sums[self.company.id, nora.id, None], 39.0)

    def test_subcontractor_is_not_paid(self):
        vendor = self._create_partner("Vendor")
        guest = self._create_technician("Guest", service_vendor_id=vendor.id)
        order = self._create_order(team_id=self.north.id)
        visit = self._create_visit(
            order, datetime(2026, 3, 5, 8), technician_id=guest.id
        )
        self._work(visit, 5.0)
        self.assertKpi("t3", 12.0 / 348.0, cases=4)

    def test_capacity(self):
        # Two people with 5 working days of 8 hours in any 7 days: 80. Booked are 2 + 2
        # hours, and 1 of the 2 that begin one hour before the last midnight.
        today = fields.Date.context_today(self.env.user)
        first = datetime.combine(today + timedelta(days=1), datetime.min.time())
        for start in (
            first + timedelta(hours=9),
            first + timedelta(days=3, hours=9),
            first + timedelta(days=6, hours=23),
            first + timedelta(days=7, hours=9),
        ):
            self._create_visit(self._create_order(), start)
        scope = {"date_from": today - timedelta(days=30), "date_to": today}
        value = self._value("t10", **scope)
        self.assertEqual((value.numerator, value.denominator), (5.0, 80.0))
        self.assertEqual((value.value, value.cases), (5.0 / 80.0, 2))
        # What was free after some day of the past is known no more.
        self.assertFalse(self._values("t10"))

    def test_unabsorbed(self):
        account = self._get_account("expense")
        self.company.service_payroll_account_ids = account
        bank = self._get_account("asset_cash")
        self._create_entry([(account, 1000.0, False), (bank, -1000.0, False)])
        # Labour: 2 x 37.50 + 3 x (37.50 + 20) + 4 x 20 = 327.50; way: 1.5 x 20 = 30.
        self.assertKpi("t11", 1000.0 - 327.5 - 30.0, cases=1)

    def test_ours_does_not_count(self):
        order = self._create_order(partner_id=self.company.partner_id.id)
        self._work(self._create_visit(order, datetime(2026, 3, 6, 8)), 5.0)
        self.assertKpi("t3", 12.0 / 348.0, cases=3)
        rows = self.env["field.service.visit.report"].search(
            [("order_id", "=", order.id)]
        )
        self.assertTrue(rows.is_internal)

    def test_day_of_the_company(self):
        # 16:00 UTC of the last of March is the first of April in Tokyo.
        self.company.partner_id.tz = "Asia/Tokyo"
        visit = self._create_visit(self._create_order(), datetime(2026, 3, 31, 16))
        row = self.env["field.service.visit.report"].search(
            [("visit_id", "=", visit.id)]
        )
        self.assertEqual(row.date, date(2026, 4, 1))

    def test_opens_what_it_is_the_sum_of(self):
        action = self.kpi("t4").action_open_cases(self._scope())
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sum(rows.mapped("travel_known_hours")), 1.5)
        today = fields.Date.context_today(self.env.user)
        visit = self._create_visit(
            self._create_order(), datetime.combine(today, datetime.max.time())
        )
        visit.start = datetime.combine(
            today + timedelta(days=2), datetime.min.time()
        ) + timedelta(hours=9)
        scope = self._scope(date_from=today, date_to=today)
        action = self.kpi("t10").action_open_cases(scope)
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), visit)
