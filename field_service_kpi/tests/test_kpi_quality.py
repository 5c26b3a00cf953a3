from datetime import datetime, time, timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .operations_common import OperationsCommon

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestKpiQuality(OperationsCommon):
    """Quality, with the arithmetic beside each figure.

    Windows have passed or not by today's clock, so that all days are counted back
    from today. A callback window of the job type is 30 days.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.job_type.write({"callback_days": 30, "is_warranty_work": True})

    def _reason(self, name):
        return self.env.ref(f"field_service.field_service_reason_{name}")

    def _at(self, days, hour=8):
        return datetime.combine(self.today - days * DAY, time(hour))

    def _do(self, days, tries=(), done=True, **values):
        """Work off an order so many days ago, after visits that solved nothing.

        :param tries: values of the end of each visit before the last
        """
        received = self._at(days, 0)
        order = self._create_order(**{"received_on": received, **values})
        for number, result in enumerate(tries):
            visit = self._create_visit(order, self._at(days, 1 + 3 * number))
            self._work(visit, 1.0, **{"result": "return_needed", **result})
        self._work(self._create_visit(order, self._at(days, 12)), 1.0)
        if done:
            order.completed_on = self._at(days, 13)
        return order

    def _call_back(self, original, days, **values):
        """Somebody calls so many days ago because an order did not last."""
        received = self._at(days)
        return self._create_order(
            callback_of_id=original.id, received_on=received, **values
        )

    def _period(self):
        return {"date_from": self.today - 200 * DAY, "date_to": self.today}

    def _figure(self, code, **scope):
        return self._value(code, **{**self._period(), **scope})

    def assertFigure(self, code, top, bottom, **scope):
        """Check both sums of a KPI, and that n is the second one."""
        value = self._figure(code, **scope)
        self.assertEqual((value.numerator, value.denominator), (top, bottom), code)
        self.assertAlmostEqual(value.value, top / bottom, 9, code)
        self.assertEqual(value.cases, bottom, code)

    # ------------------------------------------------------------------ did it last
    def test_first_time_fix(self):
        self._do(100)
        self._do(99, tries=[{"return_reason_id": self._reason("return_more_time").id}])
        lasted_not = self._do(98)
        self._call_back(lasted_not, 80)
        # Too late to be the fault of the work: 58 days later.
        late = self._do(97)
        self._call_back(late, 39)
        cancelled = self._do(96)
        self._call_back(cancelled, 90).action_cancel()
        # Of five whose window has passed, the second and the third were not fixed.
        self.assertFigure("q1", 3, 5)
        # One callback within the window.
        self.assertFigure("q2", 1, 5)
        self.assertFalse(self._values("q1_p", **self._period()))

    def test_provisional_until_the_window_has_passed(self):
        self._do(40)
        self._do(20)
        broken = self._do(10)
        self._call_back(broken, 5)
        self._do(5, job_type_id=self._create_type(callback_days=3).id)
        self.assertFigure("q1", 2, 2)
        self.assertFigure("q1_p", 1, 2)
        # Callbacks count at once: recent months still grow.
        self.assertFigure("q2", 1, 4)

    def _create_type(self, **values):
        return self.env["field.service.job.type"].create({"name": "Other", **values})

    def test_without_a_window_nothing_can_be_said(self):
        self._do(100, job_type_id=self._create_type(callback_days=0).id)
        for code in ("q1", "q1_p", "q2"):
            self.assertFalse(self._values(code, **self._period()), code)

    def test_cost_of_rework(self):
        original = self._do(100)
        self._do(99)
        again = self._call_back(original, 80)
        # Two hours of Tina at 37.50.
        self._work(self._create_visit(again, self._at(79)), 2.0)
        value = self._figure("q3")
        self.assertEqual((value.value, value.cases), (75.0, 1))
        # By the completion of what did not last.
        recent = {"date_from": self.today - 90 * DAY, "date_to": self.today}
        self.assertFalse(self._values("q3", **recent))

    def test_worth_of_a_callback(self):
        original = self._do(100)
        for _number in range(3):
            self._do(99 - _number)
        again = self._call_back(original, 80)
        self._work(self._create_visit(again, self._at(79)), 2.0)
        kpi = self.kpi("q2")
        scope = self._scope(**self._period())
        value = kpi._get_values(scope)[kpi][self.company.id, False, None]
        # The callback is an order of its own: 1 of 5. None at all saves its 75.00.
        self.assertEqual((value.numerator, value.denominator), (1, 5))
        self.assertAlmostEqual(kpi._get_effect(value, 0.0, scope), 75.0)

    # ---------------------------------------------------------------- return visits
    def test_return_visits_by_cause(self):
        again = "return_reason_id"
        part, skill = self._reason("return_wrong_part"), "return_wrong_skill"
        self._do(60)
        self._do(59, tries=[{again: part.id}])
        self._do(58, tries=[{again: part.id}, {again: self._reason(skill).id}])
        self._do(57, tries=[{"result": "no_access"}])
        self._do(56, tries=[{again: self._reason("return_wrong_diagnosis").id}])
        self.assertFigure("q4", 4, 5)
        self.assertFigure("q4_p", 2, 5)
        self.assertFigure("q4_s", 1, 5)
        self.assertFigure("q4_d", 1, 5)
        self.assertFigure("q4_a", 1, 5)
        self.assertFigure("q4_t", 0, 5)

    def test_a_reason_says_what_it_counts_as(self):
        reasons = self.env["field.service.reason"]
        own = reasons.create({"name": "Van broke down", "kind": "return"})
        self.assertFalse(own.return_cause)
        missing = {"name": "Sold out", "kind": "return", "missing_part": True}
        missing = reasons.create(missing)
        self.assertEqual(missing.return_cause, "part")
        missing.return_cause = "time"
        missing.name = "Still sold out"
        self.assertEqual(missing.return_cause, "time")
        # What somebody has chosen stays when the module is updated.
        wrong = self._reason("return_wrong_part")
        wrong.return_cause = "diagnosis"
        reasons._set_return_causes({"field_service_reason_return_wrong_part": "part"})
        self.assertEqual(wrong.return_cause, "diagnosis")
        reasons._set_return_causes({"field_service_reason_gone": "part"})

    # ------------------------------------------------------------------ documents
    def _create_documented(self):
        lines = [
            {"name": f"Question {number}", "type": "text", "mandatory": number < 4}
            for number in range(5)
        ]
        return self.env["field.service.checklist"].create(
            {
                "name": "Four that must be answered, one that may",
                "company_id": self.company.id,
                "line_ids": [Command.create(line) for line in lines],
            }
        )

    def test_documentation_and_overrides(self):
        checklist = self._create_documented()
        full = self._do(60, done=False, checklist_id=checklist.id)
        for answer in full.answer_ids.filtered("mandatory"):
            answer.value_text = "Yes"
        self.assertEqual(full.state, "done")
        half = self._do(59, done=False, checklist_id=checklist.id)
        for answer in half.answer_ids[:1]:
            answer.value_text = "Yes"
        half.with_user(self.manager)._override_done(
            self.env["field.service.reason"].search([("kind", "=", "override")])[0]
        )
        nothing_asked = self._do(58)
        for order in full | half | nothing_asked:
            order.completed_on = self._at(50)
        value = self._figure("q5")
        # 4 of 4 and 1 of 4, in two orders.
        self.assertEqual((value.numerator, value.denominator), (5, 8))
        self.assertEqual(value.cases, 2)
        self.assertFigure("q10", 1, 3)

    def test_reviews(self):
        self.env["field.service.review.criterion"].search([]).active = False
        self.env["field.service.review.criterion"].create({"name": "Work"})
        orders = [self._do(60 - number) for number in range(4)]
        for order, scores in zip(orders, (["4"], ["5", "3"], ["2"]), strict=False):
            for score in scores:
                action = order.with_user(self.manager).action_review()
                review = self.env["field.service.review"].browse(action["res_id"])
                review.line_ids.score = score
                review.action_done()
        # Asked for, not done: no review yet.
        orders[3].with_user(self.manager).action_review()
        # The last review of the second order says 3.
        self.assertFigure("q6", 1, 3)
        self.assertFigure("q6_c", 3, 4)

    # ---------------------------------------------------------------------- visits
    def test_equipment_of_visits(self):
        for needed, there, without in ((4, 3, True), (2, 2, False), (0, 0, False)):
            start = self._at(20 - needed)
            visit = self._create_visit(self._create_order(), start)
            visit.register_event("dispatched", self._at(21))
            reason = self._reason("override_urgent") if without else None
            visit.write(
                {
                    "parts_needed": needed,
                    "parts_there": there,
                    "dispatched_without_parts": without,
                    "parts_override_reason_id": reason and reason.id,
                }
            )
        # (3 + 2) / (4 + 2); the third needed nothing.
        self.assertFigure("q7", 5, 6)
        self.assertFigure("q8", 2, 3)
        self.assertFigure("q10_d", 1, 3)

    # -------------------------------------------------------------------- equipment
    def test_time_between_failures(self):
        boiler = self._create_asset("Boiler", installed_on=self.today - 400 * DAY)
        pump = self._create_asset("Pump", installed_on=self.today - 49 * DAY)
        gone = self._create_asset("Gone", installed_on=self.today - 400 * DAY)
        gone.removed_on = self.today - 90 * DAY
        for days, asset in ((80, boiler), (60, boiler), (30, pump)):
            first = self._do(days, asset_ids=[Command.set(asset.ids)])
        again = self._call_back(first, 20, asset_ids=[Command.set(pump.ids)])
        self._work(self._create_visit(again, self._at(19)), 1.0)
        again.completed_on = self._at(19)
        maintenance = self._create_type(is_warranty_work=False)
        self._do(25, asset_ids=[Command.set(boiler.ids)], job_type_id=maintenance.id)
        self._do(24)
        period = {"date_from": self.today - 99 * DAY, "date_to": self.today}
        # 100 days, 50, and 9 until it was removed; three failures: neither the
        # callback nor the maintenance is one.
        before = self._sums("asset.days", **period)[self.company.id, False, None]
        value = self._value("q9", **period, filters=(("customer", self.partner.id),))
        self.assertEqual((value.numerator, value.denominator), (159, 3))
        self.assertEqual((value.value, value.cases), (53.0, 3))
        self.assertGreaterEqual(before, 159)
        values = self._values("q9", level="asset", **period)
        self.assertEqual(values[self.company.id, boiler.id, None].value, 50.0)
        self.assertEqual(values[self.company.id, pump.id, None].value, 50.0)
        # It has not failed: there is no time between failures.
        self.assertIsNone(values[self.company.id, gone.id, None].value)

    def test_days_of_equipment_add_up(self):
        self._create_asset("Boiler", installed_on=self.today - 400 * DAY)
        for interval in ("week", "month", "quarter", "year"):
            days = self._sums("asset.days", **self._period(), interval=interval)
            whole = self._sums("asset.days", **self._period())
            self.assertEqual(
                sum(days.values()), whole[self.company.id, False, None], interval
            )
        ahead = self._sums(
            "asset.days", date_from=self.today + DAY, date_to=self.today + 9 * DAY
        )
        self.assertFalse(ahead)

    # --------------------------------------------------------------------- readers
    def test_by_team_and_technician(self):
        self._do(60, team_id=self.north.id)
        reason = {"return_reason_id": self._reason("return_more_time").id}
        self._do(59, team_id=self.south.id, tries=[reason])
        by_team = self._values("q1", level="team", **self._period())
        company = self.company.id
        self.assertEqual(by_team[company, self.north.id, None].value, 1.0)
        self.assertEqual(by_team[company, self.south.id, None].value, 0.0)
        mine = self._values(
            "q1", level="technician", user=self.user_technician, **self._period()
        )
        self.assertEqual(set(mine), {(company, self.technician.id, None)})

    def test_figure_opens_its_cases(self):
        order = self._do(60)
        action = self.kpi("q1").action_open_cases(self._scope(**self._period()))
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.order_id, order)
        boiler = self._create_asset("Boiler", installed_on=self.today - 400 * DAY)
        broken = self._do(50, asset_ids=[Command.set(boiler.ids)])
        scope = self._scope(**self._period(), filters=(("asset", boiler.id),))
        action = self.kpi("q9").action_open_cases(scope)
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.order_id, broken)
