"""Flat rates: one price for a piece of work, and what it took beside it."""

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .pricing_common import PricingCommon


@tagged("post_install", "-at_install")
class TestFlatRate(PricingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.descale = cls._create_flat_rate("Descale", 200.0, standard_hours=2.0)
        cls.valve = cls._create_flat_rate("Valve", 55.0, standard_hours=0.5)

    @classmethod
    def _create_flat_rate(cls, name, price, **values):
        product = cls._create_service(name, price, uom=False)
        return cls.env["field.service.flat.rate"].create(
            {"product_id": product.id, **values}
        )

    def _create_flat_order(self, *lines, **values):
        return self._create_order(
            pricing_method="flat",
            flat_line_ids=[
                Command.create({"flat_rate_id": rate.id, "quantity": quantity})
                for rate, quantity in lines
            ],
            **values,
        )

    def test_several_flat_rates(self):
        """200.00 + 3 x 55.00 for 4 h of 80.00: 45.00 more than by the hour."""
        order = self._create_flat_order((self.descale, 1.0), (self.valve, 3.0))
        self.assertEqual(sum(order.flat_line_ids.mapped("standard_hours")), 3.5)
        self._work(self._create_visit(order), 4.0)
        labour = self._get_charge(order, "labour")
        self.assertEqual((labour.worked_qty, labour.quantity), (4.0, 0.0))
        self.assertEqual(labour.state, "not_billable")
        flat = self._get_charge(order, "flat").sorted("amount")
        self.assertEqual(flat.mapped("quantity"), [3.0, 1.0])
        self.assertEqual(flat.mapped("amount"), [165.0, 200.0])
        # Worked 320.00 = billed 365.00 and 45.00 less than nothing leaked.
        self.assertEqual(self._get_leakage(order), {"flat_rate": -45.0})
        self._assert_balanced(order)
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_total, 365.0)
        self._assert_one_order(invoice)
        self._assert_income({order: 365.0})
        self.assertEqual(order.billing_state, "invoiced")

    def test_longer_than_the_flat_rate(self):
        """3 h of 80.00 for 200.00: 40.00 are lost."""
        order = self._create_flat_order((self.descale, 1.0))
        self._work(self._create_visit(order), 3.0)
        self.assertEqual(self._get_leakage(order), {"flat_rate": 40.0})

    def test_parts_and_travel(self):
        """Parts are charged, unless all flat rates include them; the way as well."""
        full = self._create_flat_rate(
            "Exchange", 300.0, includes_parts=True, includes_travel=True
        )
        for rates, expected in (
            ([(self.descale, 1.0)], 200.0 + 50.0 + 25.0),
            ([(full, 1.0)], 300.0),
            ([(full, 1.0), (self.valve, 1.0)], 355.0 + 50.0 + 25.0),
        ):
            with self.subTest(expected):
                order = self._create_flat_order(*rates)
                self._use_part(order, quantity=2.0)
                visit = self._create_visit(order)
                self._work(visit, 1.0, travel=0.5)
                self.assertEqual(order.charge_amount, expected)
                self._assert_balanced(order)
                visit.booking_ids.unlink()

    def test_no_rounding_beside_a_flat_rate(self):
        self._create_terms(time_step=60, minimum_hours=4.0, callout="order")
        order = self._create_flat_order((self.descale, 1.0))
        self._work(self._create_visit(order), 1.1)
        labour = self._get_charge(order, "labour")
        self.assertEqual((labour.uplift_qty, labour.quantity), (-1.1, 0.0))
        self.assertEqual(order.charge_amount, 245.0)

    def test_warranty(self):
        """Of no value to the warranty is the time, but the flat rate."""
        order = self._create_flat_order((self.descale, 1.0), coverage="warranty")
        self._work(self._create_visit(order), 3.0)
        self.assertEqual(order.charge_amount, 0.0)
        self.assertEqual(
            self._get_leakage(order), {"warranty": 200.0, "flat_rate": 40.0}
        )
        self._assert_balanced(order)

    def test_price_agreed_and_changed_after_the_invoice(self):
        order = self._create_flat_order((self.descale, 2.0))
        order.flat_line_ids.price_unit = 180.0
        self._work(self._create_visit(order), 3.0)
        self._bill(order)
        self._assert_income({order: 360.0})
        order.flat_line_ids.quantity = 1.0
        credit = self._bill(order)
        self.assertEqual((credit.move_type, credit.amount_total), ("out_refund", 180.0))
        self._assert_income({order: 180.0})
        self._assert_balanced(order)

    def test_method_changed(self):
        order = self._create_flat_order((self.descale, 1.0))
        self._work(self._create_visit(order), 3.0)
        order.pricing_method = "time_material"
        self._assert_charges(order, {"labour": (3.0, 0.0, 3.0, 240.0)})

    def test_flat_rate_after_the_invoice(self):
        """3 h for 240.00 are billed; it was a flat rate of 200.00: 40.00 go back."""
        order = self._create_worked_order(3.0)
        self._bill(order)
        line = Command.create({"flat_rate_id": self.descale.id})
        order.write({"pricing_method": "flat", "flat_line_ids": [line]})
        credit = self._bill(order)
        self.assertEqual((credit.move_type, credit.amount_total), ("out_refund", 40.0))
        self._assert_income({order: 200.0})
        self._assert_balanced(order)

    def test_proposed_by_the_job_type(self):
        self.job_type.write({"pricing_method": "flat", "flat_rate_id": self.valve.id})
        order = self._create_order()
        self.assertEqual(order.flat_line_ids.flat_rate_id, self.valve)
        self.assertEqual(order.flat_line_ids.price_unit, 55.0)
        # Planned: 55.00, frozen at the release.
        self.assertEqual(order.planned_revenue, 55.0)

    def test_pricelist(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Key account",
                "currency_id": self.company.currency_id.id,
                "company_id": self.company.id,
                "item_ids": [
                    Command.create(
                        {"compute_price": "percentage", "percent_price": 10.0}
                    )
                ],
            }
        )
        order = self._create_flat_order((self.descale, 1.0), pricelist_id=pricelist.id)
        self.assertEqual(order.flat_line_ids.price_unit, 180.0)

    def test_without_any_flat_rate(self):
        order = self._create_flat_order()
        self._work(self._create_visit(order), 3.0)
        self.assertEqual(order.charge_amount, 0.0)
        self.assertEqual(order.billing_state, "incomplete")
        self.assertIn("Choose the flat rates", order.billing_issues)
        order.write(
            {"flat_line_ids": [Command.create({"flat_rate_id": self.descale.id})]}
        )
        self.assertEqual((order.charge_amount, order.billing_state), (200.0, "ready"))

    @mute_logger("odoo.sql_db")
    def test_bad_quantity(self):
        order = self._create_flat_order((self.descale, 1.0))
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            order.flat_line_ids.quantity = 0.0
            self.env.flush_all()

    def test_who_may_enter_them(self):
        order = self._create_flat_order((self.descale, 1.0))
        line = order.flat_line_ids
        line.with_user(self.dispatcher).quantity = 2.0
        self.assertEqual(line.with_user(self.user_technician).standard_hours, 4.0)
        with self.assertRaises(AccessError):
            line.with_user(self.dispatcher).price_unit = 1.0
        with self.assertRaises(AccessError):
            line.with_user(self.user_technician).quantity = 3.0
        line.with_user(self.clerk).price_unit = 150.0
        self.assertEqual(line.price_unit, 150.0)
