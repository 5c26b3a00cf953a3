from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from .coverage_common import CoverageCommon

VISITS = {"labour_scope": "visits", "included_visits": 1}


@tagged("post_install", "-at_install")
class TestEntitlement(CoverageCommon):
    def _later(self, days):
        return MONDAY + timedelta(days=days)

    # --------------------------------------------------------------------- visits
    def test_an_included_visit_up_to_some_hours(self):
        """3 h + 0.5 h travel: 2 h and the way are included, 1 h at 10 % less."""
        agreement = self._create_agreement(
            coverage={
                **VISITS,
                "hours_per_visit": 2.0,
                "includes_travel": True,
                "labour_discount": 10.0,
            }
        )
        order = self._create_worked_order(3.0, travel=0.5)
        self._assert_decision(order, "contract", "agreement", "0 of 1 visits")
        self._assert_shares(
            order,
            # 1 h x 80.00 less 10 %
            {"labour": (3.0, 2.0, 1.0, 72.0), "travel": (0.5, 0.5, 0.0, 0.0)},
        )
        labour = order.charge_ids.filtered(lambda charge: charge.kind == "labour")
        self.assertEqual((labour.covered_amount, labour.discount_amount), (160.0, 8.0))
        self.assertFalse(order.coverage_pending)
        self.assertEqual(agreement.coverage_ids.used_visits, 1)
        self.assertEqual(agreement.coverage_ids.used_hours, 2.0)
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 72.0)
        self.assertEqual(invoice.invoice_line_ids.discount, 10.0)
        self._assert_income({order: 72.0})
        # The cost stays on the order whoever pays: 3 h x 37.50
        self._assert_posted(order.visit_ids, "labour", [112.5])

    def test_used_up_before_the_entry(self):
        self._create_agreement(coverage={**VISITS, "labour_discount": 10.0})
        self._create_worked_order(1.0)
        order = self._create_worked_order(2.0, start=self._later(1))
        self._assert_decision(order, "chargeable", "agreement", "1 of 1 visits used")
        self._assert_shares(order, {"labour": (2.0, 0.0, 2.0, 144.0)})
        self.assertFalse(order.coverage_pending)
        self.assertFalse(order.is_coverage_changed)

    def test_parts_are_included_after_the_last_visit(self):
        self._create_agreement(coverage={**VISITS, "part_scope": "all"})
        first = self._create_worked_order(1.0)
        order = self._create_order(promised_start=self._later(1))
        self._assert_decision(order, "chargeable", "agreement")
        self._use_part(order, quantity=1.0)
        self._work(self._create_visit(order, start=self._later(1)), 1.0)
        shares = {"labour": (1.0, 0.0, 1.0, 80.0), "part": (1.0, 1.0, 0.0, 0.0)}
        self._assert_shares(order, shares)
        first.coverage = "goodwill"
        order._process()
        self._assert_shares(order, shares)

    def test_used_up_between_entry_and_completion(self):
        line = self._create_agreement(coverage=VISITS).coverage_ids
        first = self._create_order(promised_start=MONDAY)
        second = self._create_order(promised_start=self._later(1))
        for order in first, second:
            self._assert_decision(order, "contract", "agreement", "0 of 1 visits")
        visits = [
            self._create_visit(first),
            self._create_visit(second, start=self._later(1)),
        ]
        for hours, visit in enumerate(visits, start=1):
            self._work(visit, hours)
        self.assertFalse(first.coverage_pending)
        self.assertEqual(second.coverage, "contract")
        self.assertEqual(second.coverage_pending, "chargeable")
        self.assertEqual(line.used_visits, 1, "the last visit is taken once")
        with self.assertRaisesRegex(UserError, "not settled"):
            second._create_invoices()
        second.action_accept_coverage()
        self._assert_shares(second, {"labour": (2.0, 0.0, 2.0, 160.0)})
        self.assertTrue(second.is_coverage_changed)

    def test_kept_beyond_what_is_included(self):
        line = self._create_agreement(coverage=VISITS).coverage_ids
        orders = [
            self._create_order(promised_start=self._later(day)) for day in range(2)
        ]
        for visit in [
            self._create_visit(order, start=self._later(day))
            for day, order in enumerate(orders)
        ]:
            self._work(visit, 1.0)
        orders[1].with_user(self.dispatcher).write(
            {"coverage": "contract", "coverage_reason_id": self.reason.id}
        )
        self._assert_shares(orders[1], {"labour": (1.0, 1.0, 0.0, 0.0)})
        self.assertEqual(line.used_visits, 2)
        self.assertEqual(line.use_summary, "2 of 1 visits")

    def test_a_cancelled_use_is_free_again(self):
        line = self._create_agreement(coverage=VISITS).coverage_ids
        order = self._create_worked_order(1.0)
        order.with_user(self.dispatcher).write(
            {"coverage": "goodwill", "coverage_reason_id": self.reason.id}
        )
        self.assertEqual(line.used_visits, 0)
        self._assert_shares(order, {"labour": (1.0, 1.0, 0.0, 0.0)})

    def test_two_visits_of_one_order(self):
        self._create_agreement(coverage=VISITS)
        order = self._create_order(promised_start=MONDAY)
        reason = self.env.ref("field_service.field_service_reason_return_more_time")
        visit = self._create_visit(order)
        self._work(visit, 1.0, result="return_needed", return_reason_id=reason.id)
        self._work(self._create_visit(order, start=self._later(1)), 2.0)
        figures = order.charge_ids.sorted("id").mapped(
            lambda charge: (charge.covered_qty, charge.quantity)
        )
        self.assertEqual(figures, [(1.0, 0.0), (0.0, 2.0)])
        self.assertFalse(order.coverage_pending, "the order itself took the visit")

    def test_fixed_price_takes_a_visit(self):
        line = self._create_agreement(coverage=VISITS).coverage_ids
        order = self._create_worked_order(5.0, pricing_method="fixed")
        self._assert_shares(order, {"fixed": (1.0, 1.0, 0.0, 0.0)})
        self.assertEqual(line.used_visits, 1)

    # -------------------------------------------------------------------- periods
    def test_periods(self):
        agreement = self._create_agreement(
            date_start=date(2024, 2, 29), date_end=date(2027, 8, 31)
        )
        line = agreement.coverage_ids
        expected = {
            "agreement_year": (date(2025, 2, 28), date(2026, 2, 27)),
            "year": (date(2026, 1, 1), date(2026, 12, 31)),
            "quarter": (date(2026, 1, 1), date(2026, 3, 31)),
            "month": (date(2026, 2, 1), date(2026, 2, 28)),
            "term": (date(2024, 2, 29), date(2027, 8, 31)),
        }
        for period, days in expected.items():
            line.period = period
            self.assertEqual(line._get_period(date(2026, 2, 27)), days, period)
        line.period = "agreement_year"
        self.assertEqual(
            line._get_period(date(2027, 3, 1)), (date(2027, 2, 28), date(2027, 8, 31))
        )
        self.assertEqual(line._get_period(date(2024, 2, 29))[0], date(2024, 2, 29))

    def test_what_is_included_begins_anew(self):
        self._create_agreement(coverage={**VISITS, "period": "month"})
        for days, covered in ((0, 1.0), (1, 0.0), (29, 0.0), (30, 1.0)):
            order = self._create_worked_order(1.0, start=self._later(days))
            self.assertEqual(order.charge_ids.covered_qty, covered, days)

    # ---------------------------------------------------------------------- hours
    def test_hours(self):
        line = self._create_agreement(
            coverage={
                "labour_scope": "hours",
                "included_hours": 2.5,
                "travel_discount": 50.0,
            }
        ).coverage_ids
        first = self._create_worked_order(2.0)
        self._assert_shares(first, {"labour": (2.0, 2.0, 0.0, 0.0)})
        second = self._create_worked_order(2.0, travel=1.0, start=self._later(1))
        self._assert_shares(
            second,
            {"labour": (2.0, 0.5, 1.5, 120.0), "travel": (1.0, 0.0, 1.0, 25.0)},
        )
        self.assertEqual(line.used_hours, 2.5)
        self.assertEqual(line.use_summary, "2.50 of 2.50 hours")
        # Less work was done than was said: the hours are there for others again.
        self._correct_end(first.visit_ids, -1.0)
        self.assertEqual(line.used_hours, 1.5)
        second._process()
        self._assert_shares(
            second,
            {"labour": (2.0, 1.5, 0.5, 40.0), "travel": (1.0, 0.0, 1.0, 25.0)},
        )

    def test_labour_sold_in_days(self):
        """4 h are half a day; an hour of it is included."""
        day = self.env.ref("uom.product_uom_day")
        self.company.service_labour_product_id = self._create_service(
            "Day", 640.0, uom=False, uom_id=day.id
        )
        line = self._create_agreement(
            coverage={"labour_scope": "hours", "included_hours": 2.0}
        ).coverage_ids
        order = self._create_worked_order(4.0)
        self._assert_shares(order, {"labour": (0.5, 0.25, 0.25, 160.0)})
        self.assertEqual(line.used_hours, 2.0)

    def test_more_and_less_after_the_invoice(self):
        """2 h are included: 3 h bill 1 h; 3.5 h bill half an hour more; 1.5 h none."""
        self._create_agreement(coverage={**VISITS, "hours_per_visit": 2.0})
        order = self._create_worked_order(3.0)
        self._bill(order)
        self._assert_income({order: 80.0})
        self._correct_end(order.visit_ids, 0.5)
        self._bill(order)
        self._assert_income({order: 120.0})
        event = self._get_event(order.visit_ids, "work_end")
        event.action_correct(MONDAY + timedelta(hours=1.5), "Clock was wrong")
        self._bill(order)
        self._assert_income({order: 0.0})
        worked = sum(order.charge_ids.mapped("worked_qty"))
        covered = sum(order.charge_ids.mapped("covered_qty"))
        self.assertEqual((worked, covered), (1.5, 1.5))

    # ---------------------------------------------------------------------- parts
    def test_parts_by_quantity_and_category(self):
        belt = self._create_part_product("Belt", lst_price=10.0)
        self._receive(belt, 5.0, 4.0)
        line = self._create_agreement(
            coverage={
                "labour_scope": "none",
                "part_scope": "quantity",
                "included_part_qty": 3.0,
                "product_category_ids": [Command.link(self.filter.categ_id.id)],
                "part_discount": 20.0,
            }
        ).coverage_ids
        order = self._create_order(promised_start=MONDAY)
        self._assert_decision(order, "contract", "agreement", "0 of 3 parts")
        self._use_part(order, quantity=4.0)
        self._work(self._create_visit(order), 1.0)
        self._assert_shares(
            order,
            # 1 filter x 25.00 less 20 %; labour is not in the agreement
            {"labour": (1.0, 0.0, 1.0, 80.0), "part": (4.0, 3.0, 1.0, 20.0)},
        )
        self.assertEqual(line.used_part_qty, 3.0)
        other = self._create_order(promised_start=self._later(1))
        self._use_part(other, belt, 2.0)
        self._work(self._create_visit(other, start=self._later(1)), 1.0)
        part = other.charge_ids.filtered("part_id")
        self.assertEqual((part.covered_qty, part.amount), (0.0, 20.0), "not in scope")

    def test_parts_by_value_in_the_agreement_s_currency(self):
        """30.00 EUR at 0.8 are 37.50 USD: 1.5 of 2 filters at 25.00 USD."""
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "currency_id": self.env.ref("base.EUR").id,
                "company_id": self.company.id,
                "rate": 0.8,
            }
        )
        line = self._create_agreement(
            currency_id=self.env.ref("base.EUR").id,
            coverage={
                "labour_scope": "all",
                "part_scope": "value",
                "included_part_value": 30.0,
            },
        ).coverage_ids
        order = self._create_order(promised_start=MONDAY)
        self._use_part(order, quantity=2.0)
        self._work(self._create_visit(order), 1.0)
        self._assert_shares(
            order,
            {"labour": (1.0, 1.0, 0.0, 0.0), "part": (2.0, 1.5, 0.5, 12.5)},
        )
        self.assertEqual(line.used_part_value, 30.0)
        self.assertNotIn("30", order.coverage_reason, "a technician reads it")
        self._assert_income({order: 0.0})
        self._bill(order)
        self._assert_income({order: 12.5})

    # ------------------------------------------------------- one order, two payers
    def test_warranty_on_parts_only(self):
        self.boiler.write(
            {"warranty_until": date(2030, 1, 1), "warranty_scope": "parts"}
        )
        order = self._create_order(asset_ids=self.boiler.ids)
        self._assert_decision(order, "warranty", "warranty", "parts only")
        self._use_part(order, quantity=1.0)
        self._work(self._create_visit(order), 2.0)
        self._assert_shares(
            order,
            {"labour": (2.0, 0.0, 2.0, 160.0), "part": (1.0, 1.0, 0.0, 0.0)},
        )
        self.assertEqual(self._bill(order).amount_total, 160.0)
        # 1 filter at 10.00 and 2 h x 37.50 are on the order all the same.
        self._assert_posted(order.visit_ids, "labour", [75.0])
        items = self._get_part_items(order.part_ids)
        self.assertEqual(max(items.mapped("balance")), 10.0)

    def test_warranty_on_parts_and_an_agreement_for_the_rest(self):
        self.boiler.write(
            {"warranty_until": date(2030, 1, 1), "warranty_scope": "parts"}
        )
        self._create_agreement(coverage={**VISITS, "hours_per_visit": 0.5})
        order = self._create_order(asset_ids=self.boiler.ids, promised_start=MONDAY)
        self._use_part(order, quantity=1.0)
        self._work(self._create_visit(order), 2.0)
        self._assert_shares(
            order,
            {"labour": (2.0, 0.5, 1.5, 120.0), "part": (1.0, 1.0, 0.0, 0.0)},
        )
        self.assertEqual(
            order.charge_ids.sorted("kind").mapped("coverage"), ["contract", "warranty"]
        )

    def test_clerk_decides_for_one_charge(self):
        order = self._create_worked_order(2.0, travel=0.5, coverage="warranty")
        travel = order.charge_ids.filtered(lambda charge: charge.kind == "travel")
        travel.with_user(self.clerk).coverage = "chargeable"
        order._process()
        self._assert_shares(
            order,
            {"labour": (2.0, 2.0, 0.0, 0.0), "travel": (0.5, 0.0, 0.5, 25.0)},
        )

    # -------------------------------------------------------------------- leakage
    def test_every_reason_has_its_value(self):
        """3 h x 80.00: 1 h is included, half an hour is left out, 7.5 % on the rest."""
        self._create_agreement(
            coverage={**VISITS, "hours_per_visit": 1.0, "labour_discount": 7.5}
        )
        order = self._create_worked_order(3.0)
        forgotten = self.env.ref("field_service.field_service_reason_leakage_forgotten")
        order.charge_ids.write({"quantity": 1.5, "leakage_reason_id": forgotten.id})
        self._assert_shares(order, {"labour": (3.0, 1.0, 1.5, 111.0)})
        lines = self.env["field.service.leakage"].search([("order_id", "=", order.id)])
        self.assertEqual(
            {line.reason: (line.quantity, line.amount) for line in lines},
            {"contract": (1.0, 80.0), "discount": (0.0, 9.0), "left_out": (0.5, 40.0)},
        )
        left_out = lines.filtered(lambda line: line.reason == "left_out")
        self.assertEqual(left_out.leakage_reason_id, forgotten)
        self.assertEqual(
            lines.with_user(self.manager).search([("order_id", "=", order.id)]), lines
        )

    def test_cents(self):
        """A third of an hour at 79.99, 12.5 % off: the parts add up all the same."""
        self.labour_product.lst_price = 79.99
        self._create_agreement(
            coverage={
                "labour_scope": "hours",
                "included_hours": 0.11,
                "labour_discount": 12.5,
            }
        )
        order = self._create_worked_order(1 / 3)
        charge = order.charge_ids
        # 0.33 h = 26.40; 0.22 h = 17.60, less 12.5 % = 15.40
        self.assertEqual(charge.amount, 15.4)
        self.assertEqual(charge.discount_amount, 2.2)
        self.assertEqual(charge.covered_amount, 8.8)
        self.assertEqual(self._bill(order).amount_total, 15.4)
