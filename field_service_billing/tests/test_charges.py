from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestCharges(FieldServiceBillingCommon):
    def test_hours_travel_and_parts(self):
        order = self._create_order()
        visit = self._create_visit(order)
        part = self._use_part(order, quantity=3.0)
        part.action_return(1.0)
        self._work(visit, 2.0, travel=0.5)
        self.assertEqual(
            sorted(self._get_charge_figures(order)),
            [
                ("labour", 2.0, 2.0, 80.0, "open"),
                ("part", 2.0, 2.0, 25.0, "open"),
                ("travel", 0.5, 0.5, 50.0, "open"),
            ],
        )
        # 160.00 + 50.00 + 25.00
        self.assertEqual(order.charge_amount, 235.0)

    def test_idempotent(self):
        order = self._create_worked_order(2.0)
        before = order.charge_ids
        order._process()
        order._process_charges()
        self.assertEqual(order.charge_ids, before)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_second_proposal(self):
        charge = self._create_worked_order(2.0).charge_ids
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            charge.copy()
            self.env.flush_all()

    def test_open_charge_follows_the_work(self):
        order = self._create_worked_order(2.0)
        self._correct_end(order.visit_ids, 1.0)
        self.assertEqual(
            self._get_charge_figures(order), [("labour", 3.0, 3.0, 80.0, "open")]
        )

    def test_person_hours(self):
        tom = self._create_technician("Tom")
        self._create_rate(tom, 20.0)
        order = self._create_order()
        visit = self._create_visit(order, crew_ids=[(4, tom.id)])
        self._work(visit, 2.0, travel=1.0)
        self.assertEqual(
            sorted(self._get_charge_figures(order)),
            [
                ("labour", 4.0, 4.0, 80.0, "open"),
                ("travel", 1.0, 1.0, 50.0, "open"),
            ],
        )

    def test_labour_sold_in_days(self):
        """A product counted in days of 8 hours."""
        day = self.env.ref("uom.product_uom_day")
        self.company.service_labour_product_id = self._create_service(
            "Day", 640.0, uom=False, uom_id=day.id
        )
        order = self._create_worked_order(2.0)
        self.assertEqual(order.charge_ids.quantity, 0.25)
        self.assertEqual(order.charge_amount, 160.0)

    def test_pricelist(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Key account",
                "currency_id": self.company.currency_id.id,
                "company_id": self.company.id,
                "item_ids": [
                    (0, 0, {"compute_price": "percentage", "percent_price": 10.0})
                ],
            }
        )
        order = self._create_order(pricelist_id=pricelist.id)
        self._work(self._create_visit(order), 2.0)
        self.assertEqual(order.charge_ids.price_unit, 72.0)
        self.assertEqual(order.charge_ids.price_origin, "pricelist")

    def test_price_by_hand_stays(self):
        order = self._create_worked_order(2.0)
        order.charge_ids.price_unit = 75.0
        self.assertEqual(order.charge_ids.price_origin, "manual")
        self._correct_end(order.visit_ids, 1.0)
        self.assertEqual(
            self._get_charge_figures(order), [("labour", 3.0, 3.0, 75.0, "open")]
        )

    def test_less_needs_a_reason(self):
        charge = self._create_worked_order(3.0).charge_ids
        with self.assertRaisesRegex(ValidationError, "why less is billed"):
            charge.quantity = 2.0
        reason = self.env.ref("field_service.field_service_reason_leakage_goodwill")
        charge.write({"quantity": 2.0, "leakage_reason_id": reason.id})
        self.assertEqual((charge.amount, charge.unbilled_amount), (160.0, 80.0))

    def test_covered_work_is_not_billed(self):
        order = self._create_worked_order(2.0, coverage="warranty")
        self.assertEqual(
            self._get_charge_figures(order),
            [("labour", 2.0, 0.0, 80.0, "not_billable")],
        )
        self.assertEqual(order.charge_ids.unbilled_amount, 160.0)
        self.assertEqual(order.billing_state, "not_billable")
        order.coverage = "chargeable"
        self.assertEqual(order.charge_amount, 160.0)

    def test_covered_charge_has_nothing_to_bill(self):
        order = self._create_worked_order(2.0, coverage="warranty")
        with self.assertRaisesRegex(ValidationError, "is covered"):
            order.charge_ids.quantity = 1.0

    def test_fixed_price(self):
        order = self._create_order(pricing_method="fixed")
        self.assertEqual(order.fixed_price, 1200.0)
        order.fixed_price = 1000.0
        self._use_part(order)
        self._work(self._create_visit(order), 9.0)
        self.assertEqual(
            self._get_charge_figures(order), [("fixed", 1.0, 1.0, 1000.0, "open")]
        )

    def test_fixed_price_from_job_type(self):
        product = self._create_service("Commissioning", 450.0, uom=False)
        job_type = self.env["field.service.job.type"].create(
            {
                "name": "Commissioning",
                "pricing_method": "fixed",
                "fixed_product_id": product.id,
                "coverage": "contract",
            }
        )
        order = self._create_order(job_type_id=job_type.id)
        self.assertEqual(
            (order.pricing_method, order.coverage, order.fixed_price),
            ("fixed", "contract", 450.0),
        )

    def test_method_changed(self):
        order = self._create_worked_order(2.0)
        order.write({"pricing_method": "fixed", "fixed_price": 500.0})
        self.assertEqual(
            self._get_charge_figures(order), [("fixed", 1.0, 1.0, 500.0, "open")]
        )

    def test_change_after_the_invoice_is_a_new_charge(self):
        order = self._create_worked_order(2.0)
        invoice = self._bill(order)
        self._correct_end(order.visit_ids, 0.5)
        self.assertEqual(
            self._get_charge_figures(order),
            [
                ("labour", 2.0, 2.0, 80.0, "invoiced"),
                ("labour", 0.5, 0.5, 80.0, "open"),
            ],
        )
        self.assertEqual(order.billing_state, "ready")
        second = self._bill(order)
        self.assertEqual((invoice | second).mapped("amount_total"), [160.0, 40.0])
        self._assert_income({order: 200.0})

    def test_less_work_after_the_invoice_is_credited(self):
        order = self._create_worked_order(2.0)
        self._bill(order)
        self._correct_end(order.visit_ids, -0.5)
        credit = self._bill(order)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(credit.amount_total, 40.0)
        self._assert_income({order: 120.0})

    def test_invoiced_charge_is_not_rewritten(self):
        order = self._create_worked_order(2.0)
        self._bill(order)
        with self.assertRaisesRegex(UserError, "on an invoice"):
            order.charge_ids.price_unit = 10.0
        with self.assertRaisesRegex(UserError, "on sales order"):
            order.charge_ids.unlink()
        with self.assertRaisesRegex(UserError, "on sales order"):
            order.charge_ids.with_context(service_release_charges=True).unlink()
        with self.assertRaisesRegex(ValidationError, "Credit the invoice"):
            order.coverage = "goodwill"

    def test_part_returned_after_the_invoice(self):
        order = self._create_order()
        part = self._use_part(order, quantity=2.0)
        self._work(self._create_visit(order), 1.0)
        invoice = self._bill(order)
        # 80.00 + 2 x 25.00
        self.assertEqual(invoice.amount_total, 130.0)
        part.action_return(1.0)
        credit = self._bill(order)
        self.assertEqual(credit.amount_total_signed, -25.0)
        self._assert_income({order: 105.0})
        self.assertEqual(sum(self._get_part_items(part).mapped("balance")), 0.0)
        self._assert_no_cogs(invoice | credit)

    def test_fixed_price_changed_after_the_invoice(self):
        order = self._create_order(pricing_method="fixed")
        self._work(self._create_visit(order), 1.0)
        self._bill(order)
        order.fixed_price = 1300.0
        self._bill(order)
        self._assert_income({order: 1300.0})

    def test_manual_charge(self):
        order = self._create_worked_order(1.0)
        self.env["field.service.charge"].create(
            {
                "order_id": order.id,
                "kind": "fee",
                "product_id": self.fixed_product.id,
                "name": "Call-out",
                "worked_qty": 1.0,
                "price_unit": 35.0,
                "price_origin": "manual",
            }
        )
        order._process()
        self.assertEqual(order.charge_amount, 115.0)
        self._bill(order)
        self._assert_income({order: 115.0})

    def test_cancelled_order_charges_nothing(self):
        order = self._create_order(pricing_method="fixed")
        order._process()
        self.assertEqual(order.charge_amount, 1200.0)
        order.action_cancel()
        self.assertFalse(order.charge_ids)

    def test_a_charge_stays_on_its_order(self):
        order = self._create_worked_order(2.0)
        with self.assertRaisesRegex(UserError, "belongs to its work order"):
            order.charge_ids.order_id = self._create_order()

    def test_a_duplicate_and_a_callback_start_neutral(self):
        """Who pays and what it costs was decided for one order, not for the next."""
        order = self._create_worked_order(
            1.0,
            coverage="goodwill",
            coverage_reason="Promised on the phone",
            pricing_method="fixed",
            fixed_price=250.0,
        )
        callback = order.browse(order.action_create_callback()["res_id"])
        for other in (order.copy(), callback):
            self.assertEqual(other.coverage, self.job_type.coverage)
            self.assertEqual(other.pricing_method, self.job_type.pricing_method)
            self.assertNotEqual(other.coverage, "goodwill")
            self.assertEqual(other.coverage_rule, "job_type")
            self.assertNotIn("phone", other.coverage_reason)
            self.assertFalse(other.fixed_price)
            self.assertFalse(other.charge_ids)
