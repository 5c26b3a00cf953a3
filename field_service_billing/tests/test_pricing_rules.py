"""Time, fees, travel, minimum and limit of the pricing terms; figures by hand."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from .pricing_common import PricingCommon

SATURDAY = MONDAY + timedelta(days=5)


@tagged("post_install", "-at_install")
class TestPricingTime(PricingCommon):
    def test_without_terms_nothing_changes(self):
        order = self._create_worked_order(1.1)
        self.assertFalse(order.pricing_id)
        self._assert_charges(order, {"labour": (1.1, 0.0, 1.1, 88.0)})
        self.assertFalse(self._get_leakage(order))

    def test_rounded_up(self):
        """1.10 h are 66 minutes, so 75 of them: 1.25 h at 80.00."""
        self._create_terms(time_step=15)
        order = self._create_worked_order(1.1)
        self._assert_charges(order, {"labour": (1.1, 0.15, 1.25, 100.0)})
        # Worked 88.00 = billed 100.00 and 12.00 less than nothing leaked.
        self.assertEqual(self._get_leakage(order), {"rounding": -12.0})
        self.assertEqual(order.charge_ids.unbilled_amount, -12.0)

    def test_a_full_step_is_not_rounded(self):
        self._create_terms(time_step=15)
        order = self._create_worked_order(1.25)
        self._assert_charges(order, {"labour": (1.25, 0.0, 1.25, 100.0)})

    def test_rounded_to_the_nearest(self):
        """66 minutes are nearer to 60: 0.10 h of 8.00 are lost."""
        self._create_terms(time_step=15, time_rounding="nearest")
        order = self._create_worked_order(1.1)
        self._assert_charges(order, {"labour": (1.1, -0.1, 1.0, 80.0)})
        self.assertEqual(self._get_leakage(order), {"rounding": 8.0})

    def test_minimum_of_each_person(self):
        """0.20 h of two: 0.40 worked; rounded to 0.25 each, then an hour each."""
        self._create_terms(time_step=15, minimum_hours=1.0)
        tom = self._create_technician("Tom")
        self._create_rate(tom, 20.0)
        order = self._create_order()
        self._work(self._create_visit(order, crew_ids=[Command.link(tom.id)]), 0.2)
        self._assert_charges(order, {"labour": (0.4, 1.6, 2.0, 160.0)})
        charge = order.charge_ids
        self.assertEqual((charge.rounding_qty, charge.minimum_qty), (0.1, 1.5))
        # 0.10 x 80.00 and 1.50 x 80.00
        self.assertEqual(
            self._get_leakage(order), {"rounding": -8.0, "minimum": -120.0}
        )

    def test_after_hours(self):
        """16 to 19 with work until 17: 2 h at one and a half, so 1 h more."""
        self._create_roster()
        self._create_terms(overtime_multiplier=1.5, rest_multiplier=2.0)
        order = self._create_worked_order(3.0, start=MONDAY.replace(hour=16))
        self._assert_charges(order, {"labour": (3.0, 1.0, 4.0, 320.0)})
        self.assertEqual(self._get_leakage(order), {"extra": -80.0})
        # The frozen rates say the same hours: processing again changes nothing.
        order._process()
        self._assert_charges(order, {"labour": (3.0, 1.0, 4.0, 320.0)})

    def test_day_off_without_labour_cost(self):
        """Saturday counts twice, although no cost of labour is kept."""
        self._create_roster()
        self.company.service_absorb_labour = False
        self._create_terms(rest_multiplier=2.0)
        order = self._create_worked_order(2.0, start=SATURDAY)
        self.assertFalse(order.visit_ids.rate_ids)
        self._assert_charges(order, {"labour": (2.0, 2.0, 4.0, 320.0)})

    def test_travel_by_the_hour_is_rounded(self):
        """0.60 h are 36 minutes: 0.75 h at 50.00; no minimum for the way."""
        self._create_terms(time_step=15, minimum_hours=1.0)
        order = self._create_worked_order(1.0, travel=0.6)
        self._assert_charges(
            order,
            {
                "labour": (1.0, 0.0, 1.0, 80.0),
                "travel": (0.6, 0.15, 0.75, 37.5),
            },
        )

    def test_shown_to_the_customer(self):
        self._create_terms(time_step=30)
        order = self._create_worked_order(1.1)
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 120.0)
        line = invoice.invoice_line_ids
        self.assertIn("Worked: 1.10 Hours, rounding: +0.40 Hours", line.name)

    def test_work_corrected_after_the_invoice(self):
        """1.10 h rounded to 1.25 are billed; 1.60 h are 1.75: half an hour more."""
        self._create_terms(time_step=15)
        order = self._create_worked_order(1.1)
        self._bill(order)
        self._correct_end(order.visit_ids, 0.5)
        first, second = order.charge_ids.sorted("id")
        self.assertEqual((first.quantity, second.quantity), (1.25, 0.5))
        self.assertEqual((second.worked_qty, second.rounding_qty), (0.5, 0.0))
        self._bill(order)
        self._assert_income({order: 140.0})
        self._assert_balanced(order)

    def test_correction_within_the_step(self):
        """1.10 h and 1.20 h are both 1.25: nothing is billed, the figures hold."""
        self._create_terms(time_step=15)
        order = self._create_worked_order(1.1)
        self._bill(order)
        self._correct_end(order.visit_ids, 0.1)
        second = order.charge_ids.sorted("id")[-1]
        self.assertEqual(
            (second.worked_qty, second.rounding_qty, second.quantity, second.state),
            (0.1, -0.1, 0.0, "not_billable"),
        )
        self.assertEqual(order.billing_state, "invoiced")

    def test_covered_as_it_would_be_billed(self):
        """The warranty takes the 1.25 h over, 0.15 of which nobody worked."""
        self._create_terms(time_step=15)
        order = self._create_worked_order(1.1, coverage="warranty")
        charge = order.charge_ids
        self.assertEqual((charge.covered_qty, charge.quantity), (1.25, 0.0))
        self.assertEqual(
            self._get_leakage(order), {"warranty": 100.0, "rounding": -12.0}
        )
        self._assert_balanced(order)

    def test_labour_sold_in_days(self):
        """66 minutes rounded up to 4 h are half a day of 640.00."""
        day = self.env.ref("uom.product_uom_day")
        self.company.service_labour_product_id = self._create_service(
            "Day", 640.0, uom=False, uom_id=day.id
        )
        self._create_terms(time_step=240)
        order = self._create_worked_order(1.1)
        self.assertEqual((order.charge_ids.quantity, order.charge_amount), (0.5, 320.0))
        self._assert_balanced(order)


@tagged("post_install", "-at_install")
class TestPricingFees(PricingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        reason = cls.env["field.service.reason"].create(
            {"kind": "return", "name": "Wrong part"}
        )
        cls.again = {"result": "return_needed", "return_reason_id": reason.id}

    def test_callout_once_per_order(self):
        self._create_terms(callout="order")
        order = self._create_order()
        self._work(self._create_visit(order), 1.0, **self.again)
        self._work(self._create_visit(order, start=MONDAY + timedelta(days=1)), 1.0)
        self.assertEqual(len(self._get_charge(order, "callout")), 1)
        # 80.00 + 80.00 + 45.00
        self.assertEqual(order.charge_amount, 205.0)

    def test_callout_for_each_visit(self):
        """Also for the visit on which nobody opened; a planned one is none."""
        self._create_terms(callout="visit")
        order = self._create_order()
        self._work(self._create_visit(order), 1.0, **self.again)
        visit = self._create_visit(order, start=MONDAY + timedelta(days=1))
        self.assertEqual(len(self._get_charge(order, "callout")), 1)
        self._work(visit, 0.0, result="no_access")
        self.assertEqual(len(self._get_charge(order, "callout")), 2)
        # 80.00 + 45.00 + 45.00
        self.assertEqual(order.charge_amount, 170.0)

    def test_callout_under_warranty(self):
        self._create_terms(callout="order")
        order = self._create_worked_order(1.0, coverage="warranty")
        self.assertEqual(order.charge_amount, 0.0)
        self.assertEqual(self._get_leakage(order), {"warranty": 125.0})

    def test_travel_by_km(self):
        """12.5 km at 0.90."""
        self._create_terms(travel_method="km")
        order = self._create_worked_order(1.0, travel=0.5)
        self.assertFalse(self._get_charge(order, "travel"))
        order.visit_ids.travel_km = 12.5
        self._assert_charges(
            order,
            {
                "labour": (1.0, 0.0, 1.0, 80.0),
                "travel": (12.5, 0.0, 12.5, 11.25),
            },
        )

    def test_travel_is_not_charged(self):
        self._create_terms(travel_method="none")
        order = self._create_worked_order(1.0, travel=0.5)
        self._assert_charges(order, {"labour": (1.0, 0.0, 1.0, 80.0)})

    def _create_zones(self):
        zones = [("City", 10.0, 25.0), ("Region", 30.0, 60.0), ("Far", 0.0, 110.0)]
        return self._create_terms(
            travel_method="zone",
            zone_ids=[
                Command.create({"name": name, "km_to": km, "price": price})
                for name, km, price in zones
            ],
        )

    def test_travel_by_zone_of_the_site(self):
        self._create_zones()
        zones = (10.0, 25.0), (10.1, 60.0), (31.0, 110.0)
        for week, (distance, price) in enumerate(zones):
            self.partner.service_distance_km = distance
            start = MONDAY + timedelta(weeks=week)
            order = self._create_order()
            visit = self._create_visit(order, start=start)
            self._work(visit, 1.0, travel=0.5, **self.again)
            self.assertEqual(self._get_charge(order, "travel").amount, price, distance)
            start += timedelta(days=1)
            self._work(self._create_visit(order, start=start), 1.0)
            # Two ways, and two hours at 80.00.
            self.assertEqual(order.charge_amount, 160.0 + 2 * price)

    def test_travel_zone_by_coordinates(self):
        """A tenth of a degree of latitude is 11.1 km, with detours below 30."""
        self._create_zones()
        self.company.partner_id.write(
            {"service_latitude": 50.0, "service_longitude": 8.0}
        )
        self.partner.write({"service_latitude": 50.1, "service_longitude": 8.0})
        order = self._create_worked_order(1.0)
        self.assertEqual(self._get_charge(order, "travel").amount, 60.0)

    def test_unknown_distance_is_said(self):
        self._create_zones()
        order = self._create_worked_order(1.0)
        self.assertEqual(order.billing_state, "incomplete")
        self.assertIn("No travel zone", order.billing_issues)
        with self.assertRaisesRegex(UserError, "enter its distance"):
            self._bill(order)
        self.partner.service_distance_km = 5.0
        self.assertEqual(self._bill(order).amount_total, 105.0)


@tagged("post_install", "-at_install")
class TestPricingTotals(PricingCommon):
    def test_minimum_of_the_order(self):
        """0.50 h for 40.00 and 60.00 more, when the work is finished."""
        self._create_terms(minimum_amount=100.0)
        order = self._create_worked_order(0.5)
        self._assert_charges(
            order,
            {
                "labour": (0.5, 0.0, 0.5, 40.0),
                "minimum": (0.0, 1.0, 1.0, 60.0),
            },
        )
        self.assertEqual(self._get_leakage(order), {"minimum": -60.0})
        order._process()
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 100.0)
        self._assert_one_order(invoice)
        self._assert_income({order: 100.0})

    def test_minimum_falls_away_with_more_work(self):
        """Billed 40.00 + 60.00; then 1.50 h for 120.00: 80.00 more, 60.00 back."""
        self._create_terms(minimum_amount=100.0)
        order = self._create_worked_order(0.5)
        self._bill(order)
        self._correct_end(order.visit_ids, 1.0)
        self._bill(order)
        self._assert_income({order: 120.0})
        self._assert_balanced(order)

    def test_nothing_to_bill_has_no_minimum(self):
        self._create_terms(minimum_amount=100.0)
        for day, coverage in enumerate(("warranty", "goodwill")):
            start = MONDAY + timedelta(days=day)
            order = self._create_worked_order(0.5, coverage=coverage, start=start)
            self.assertEqual(order.charge_amount, 0.0)

    def test_given_away_is_not_charged_as_a_minimum(self):
        """100.00 of work, 40.00 of it left out: no top-up of 20.00 to 80.00."""
        self._create_terms(minimum_amount=80.0)
        order = self._create_worked_order(1.25)
        reason = self.env.ref("field_service.field_service_reason_leakage_goodwill")
        order.charge_ids.write({"quantity": 0.75, "leakage_reason_id": reason.id})
        self.assertEqual(order.charge_amount, 60.0)

    def test_limit(self):
        """3 h for 240.00 and a limit of 200.00: 40.00 are not billed."""
        self._create_terms(limit_amount=200.0)
        order = self._create_worked_order(3.0)
        self.assertEqual(order.limit_amount, 200.0)
        self._assert_charges(
            order,
            {
                "labour": (3.0, 0.0, 3.0, 240.0),
                "limit": (0.0, 1.0, 1.0, -40.0),
            },
        )
        self.assertEqual(self._get_leakage(order), {"limit": 40.0})
        self.assertEqual((order.limit_used, order.limit_state), (120.0, "reached"))
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 200.0)
        self._assert_one_order(invoice)

    def test_limit_after_an_invoice(self):
        """160.00 are billed; with 3 h more it is 200.00, and a raise frees the rest."""
        self._create_terms(limit_amount=200.0)
        order = self._create_worked_order(2.0)
        self._bill(order)
        self._correct_end(order.visit_ids, 3.0)
        self._bill(order)
        self._assert_income({order: 200.0})
        order.limit_amount = 300.0
        self._bill(order)
        self._assert_income({order: 300.0})
        self._assert_balanced(order)

    def test_warned_before_the_limit(self):
        """160.00 of 200.00 are 80 %; the technician sees no amount."""
        self._create_terms(limit_amount=200.0)
        order = self._create_worked_order(1.9)
        self.assertFalse(order.limit_state)
        self._correct_end(order.visit_ids, 0.1)
        self.assertEqual((order.limit_used, order.limit_state), (80.0, "near"))
        page = self.env["field.service.my.day.page"].with_user(self.user_technician)
        visit = order.visit_ids.with_user(self.user_technician)
        reason = page._get_page_values(visit)["coverage"]["reason"]
        self.assertIn("80 % of the customer's limit is used", reason)
        self.assertNotIn("200", reason)

    def test_minimum_within_the_limit(self):
        """40.00 of work, at least 100.00, at most 90.00."""
        self._create_terms(minimum_amount=100.0, limit_amount=90.0)
        order = self._create_worked_order(0.5)
        self.assertEqual(order.charge_amount, 90.0)

    def test_foreign_currency(self):
        """0.8 EUR per USD: 100.00 USD at least are 80.00 EUR, 75.00 USD way 60.00."""
        euro = self.env.ref("base.EUR")
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "name": "2026-01-01",
                "rate": 0.8,
                "company_id": self.company.id,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "EUR",
                "currency_id": euro.id,
                "company_id": self.company.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": self.labour_product.id,
                            "compute_price": "fixed",
                            "fixed_price": 20.0,
                        }
                    )
                ],
            }
        )
        self._create_terms(
            minimum_amount=125.0,
            travel_method="zone",
            zone_ids=[Command.create({"name": "All", "km_to": 0.0, "price": 75.0})],
        )
        self.partner.service_distance_km = 5.0
        order = self._create_worked_order(1.0, pricelist_id=pricelist.id)
        # 20.00 + 60.00 EUR, and 20.00 up to 100.00 EUR
        self._assert_charges(
            order,
            {
                "labour": (1.0, 0.0, 1.0, 20.0),
                "travel": (1.0, 0.0, 1.0, 60.0),
                "minimum": (0.0, 1.0, 1.0, 20.0),
            },
        )
        self._bill(order)
        # 100.00 EUR / 0.8
        self._assert_income({order: 125.0})

    def test_currency_without_a_rate(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        yen.rate_ids.unlink()
        pricelist = self.env["product.pricelist"].create(
            {"name": "JPY", "currency_id": yen.id, "company_id": self.company.id}
        )
        order = self._create_worked_order(1.0, pricelist_id=pricelist.id)
        self.assertEqual(order.billing_state, "incomplete")
        with self.assertRaisesRegex(UserError, "JPY has no exchange rate"):
            self._bill(order)

    def test_price_included_taxes(self):
        """21 % in the price: 40.00 of work and 60.00 more are 100.00 to pay."""
        tax = self.env["account.tax"].create(
            {
                "name": "21 % incl.",
                "amount": 21.0,
                "price_include_override": "tax_included",
                "company_id": self.company.id,
                "country_id": self.company.account_fiscal_country_id.id,
            }
        )
        (self.labour_product | self.adjustment).taxes_id = tax
        self._create_terms(minimum_amount=100.0)
        order = self._create_worked_order(0.5)
        invoice = self._bill(order)
        # 100.00 / 1.21
        self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (82.64, 100.0))

    # -------------------------------------------------------------------- checks
    def test_more_than_was_worked_is_refused(self):
        self._create_terms(time_step=30)
        charge = self._create_worked_order(1.1).charge_ids
        # The rule lets 1.50 h be billed, and no more.
        self.assertEqual(charge.quantity, 1.5)
        with self.assertRaisesRegex(ValidationError, "(?s)1.50 Hours .* no more of it"):
            charge.quantity = 2.0
        with self.assertRaisesRegex(ValidationError, "why less"):
            charge.quantity = 1.1

    def test_left_out_follows_less_work(self):
        """1 of 3 h is left out; then only 1.50 h were worked: no more are billed."""
        order = self._create_worked_order(3.0)
        reason = self.env.ref("field_service.field_service_reason_leakage_goodwill")
        order.charge_ids.write({"quantity": 2.0, "leakage_reason_id": reason.id})
        self._correct_end(order.visit_ids, -1.5)
        self.assertEqual(order.charge_ids.quantity, 1.5)
