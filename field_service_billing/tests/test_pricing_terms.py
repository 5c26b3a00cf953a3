"""Which terms hold, who keeps them, what they ask for; costs from outside."""

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.field_service.tests.common import MONDAY

from .pricing_common import PricingCommon


@tagged("post_install", "-at_install")
class TestPricingTerms(PricingCommon):
    # ----------------------------------------------------------------- which hold
    def test_the_narrowest_terms_hold(self):
        """Company, then job type, then customer, then agreement."""
        company = self._create_terms("Company")
        order = self._create_order()
        self.assertEqual(order.pricing_id, company)
        job = self._create_terms("Job type", default=False)
        self.job_type.with_company(self.company).service_pricing_id = job
        self.assertEqual(self._create_order().pricing_id, job)
        customer = self._create_terms("Customer", default=False)
        self.partner.with_company(self.company).service_pricing_id = customer
        contact = self._create_partner("Site", parent_id=self.partner.id)
        order = self._create_order(partner_id=contact.id)
        self.assertEqual(order.pricing_id, customer)
        agreed = self._create_terms("Agreement", default=False)
        agreement = self.env["field.service.agreement"].create(
            {
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "date_start": "2026-01-01",
                "pricing_id": agreed.id,
            }
        )
        order = self._create_order(agreement_id=agreement.id)
        self.assertEqual(order.pricing_id, agreed)

    def test_another_company_has_its_own(self):
        """Terms of A neither reach B, nor can B's order have them."""
        terms = self._create_terms(time_step=15)
        self.partner.with_company(self.company).service_pricing_id = terms
        order_b = self._create_order(company_id=self.company_b.id)
        self.assertFalse(order_b.pricing_id)
        with self.assertRaises(UserError):
            order_b.pricing_id = terms

    def test_archived_terms_do_not_hold(self):
        terms = self._create_terms()
        terms.active = False
        self.assertFalse(self._create_order().pricing_id)

    def test_another_customer_has_other_terms(self):
        self._create_terms(time_step=15)
        special = self._create_terms("Special", default=False, time_step=60)
        other = self._create_partner("Other")
        other.with_company(self.company).service_pricing_id = special
        order = self._create_worked_order(1.1)
        self.assertEqual(order.charge_ids.quantity, 1.25)
        order.partner_id = other
        self.assertEqual(order.pricing_id, special)
        self.assertEqual(order.charge_ids.quantity, 2.0)

    # ------------------------------------------------------------------- changes
    def test_open_charges_follow_the_terms(self):
        terms = self._create_terms(time_step=15)
        order = self._create_worked_order(1.1, travel=0.5)
        terms.write({"time_step": 60, "travel_method": "km"})
        self.assertEqual(self._get_charge(order, "labour").quantity, 2.0)
        self.assertFalse(self._get_charge(order, "travel"))

    def test_a_price_by_hand_stays(self):
        terms = self._create_terms(time_step=15)
        order = self._create_worked_order(1.1)
        order.charge_ids.price_unit = 70.0
        terms.time_step = 60
        self._assert_charges(order, {"labour": (1.1, 0.9, 2.0, 140.0)})

    def test_what_was_billed_stays_explained(self):
        terms = self._create_terms(time_step=15)
        order = self._create_worked_order(1.1)
        self._bill(order)
        with self.assertRaisesRegex(UserError, "Make a new version"):
            terms.time_step = 30
        # What is no figure may change.
        terms.name = "Other name"
        with self.assertRaisesRegex(UserError, "its terms stay"):
            order.pricing_id = self._create_terms("Other", default=False)

    def test_new_version(self):
        """Two orders: the billed one keeps its terms, the open one has the new."""
        terms = self._create_terms(time_step=15)
        self.partner.with_company(self.company).service_pricing_id = terms
        billed = self._create_worked_order(1.1)
        self._bill(billed)
        start = MONDAY.replace(hour=12)
        fresh = self._create_worked_order(1.1, start=start)
        action = terms.with_user(self.clerk).action_new_version()
        version = self.env["field.service.pricing"].browse(action["res_id"])
        version.time_step = 60
        self.assertEqual((billed.pricing_id, fresh.pricing_id), (terms, version))
        self.assertEqual(fresh.charge_ids.quantity, 2.0)
        self.assertEqual(self.company.service_pricing_id, version)
        self.assertEqual(
            self.partner.with_company(self.company).service_pricing_id, version
        )
        self._correct_end(billed.visit_ids, 0.5)
        self.assertEqual(sum(billed.charge_ids.mapped("quantity")), 1.75)

    # ------------------------------------------------------------------- bad input
    def test_incomplete_terms(self):
        terms = self._create_terms()
        cases = [
            ({"callout": "order", "callout_product_id": False}, "call-out fee"),
            ({"travel_method": "zone"}, "at least one zone"),
            ({"travel_method": "km", "travel_product_id": False}, "sells the way"),
            (
                {"minimum_amount": 50.0, "adjustment_product_id": False},
                "adjustment product",
            ),
            (
                {"is_external_billed": True, "external_product_id": False},
                "outside costs",
            ),
        ]
        for values, message in cases:
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                terms.write(values)

    @mute_logger("odoo.sql_db")
    def test_figures_below_zero(self):
        terms = self._create_terms()
        for values in (
            {"minimum_amount": -1.0},
            {"minimum_hours": -1.0},
            {"time_step": -5},
            {"external_markup": -1.0},
            {"overtime_multiplier": 0.5},
            {"limit_warning": 120.0},
        ):
            with (
                self.subTest(values),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                terms.write(values)
                terms.flush_recordset()

    def test_limit_without_adjustment_product(self):
        order = self._create_order()
        with self.assertRaisesRegex(ValidationError, "adjustment product"):
            order.limit_amount = 100.0

    # ------------------------------------------------------- customer's order number
    def test_customers_order_number(self):
        self._create_terms(is_reference_required=True)
        order = self._create_worked_order(1.0)
        self.assertEqual(order.billing_state, "incomplete")
        with self.assertRaisesRegex(UserError, "order number is missing"):
            self._bill(order)
        order.customer_reference = "PO-77"
        self.assertEqual(order.billing_state, "ready")
        invoice = self._bill(order)
        self.assertEqual(order.sale_order_ids.client_order_ref, "PO-77")
        self.assertEqual(invoice.ref, "PO-77")

    def test_one_sales_order_per_number(self):
        orders = self.env["field.service.order"]
        for hour, number in ((8, "PO-1"), (10, "PO-2"), (12, "PO-1")):
            orders |= self._create_worked_order(
                1.0, start=MONDAY.replace(hour=hour), customer_reference=number
            )
        orders.action_create_grouped_sale_order()
        first, second, third = (order.sale_order_ids for order in orders)
        self.assertEqual(first, third)
        self.assertNotEqual(first, second)

    # --------------------------------------------------------------------- access
    def test_who_keeps_terms(self):
        terms = self._create_terms(time_step=15)
        order = self._create_worked_order(1.1)
        terms.with_user(self.clerk).time_step = 30
        self.assertEqual(order.charge_ids.quantity, 1.5)
        terms.with_user(self.manager).time_step = 15
        for user in self.user_technician, self.dispatcher:
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    terms.with_user(user).read(["minimum_amount"])
                with self.assertRaises(AccessError):
                    order.with_user(user).read(["pricing_id"])
                with self.assertRaises(AccessError):
                    order.with_user(user).read(["limit_amount"])
                # How far a limit is used is for those who do the work.
                order.with_user(user).read(["limit_used", "limit_state"])

    def test_other_company_sees_no_terms(self):
        terms = self._create_terms()
        stranger = self._create_user("stranger", "field_service_billing.group_billing")
        stranger.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        with self.assertRaises(AccessError):
            terms.with_user(stranger).read(["name"])

    def test_technician_works_under_terms(self):
        """He finishes his visit; rounding, call-out and limit follow by themselves."""
        self._create_terms(time_step=15, callout="order", limit_amount=120.0)
        order = self._create_order()
        visit = self._create_visit(order)
        self._work(visit.with_user(self.user_technician), 1.1)
        # 1.25 x 80.00 + 45.00, and 25.00 beyond the limit
        self.assertEqual(order.charge_amount, 120.0)

    def test_clerk_bills_under_terms(self):
        self._create_terms(time_step=15, minimum_amount=150.0)
        order = self._create_worked_order(1.1)
        order.with_user(self.clerk).action_create_invoice()
        self.assertEqual(order.invoice_ids.amount_total, 150.0)

    # ------------------------------------------------------------------ from outside
    def _create_bill(self, shares, post=True, move_type="in_invoice", price=100.0):
        """Create a vendor bill of one line on orders: {order: percent}."""
        bill = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self._create_partner("Crane hire").id,
                "invoice_date": "2026-03-02",
                "company_id": self.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Crane",
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                            "analytic_distribution": {
                                str(order._get_analytic_account().id): share
                                for order, share in shares.items()
                            },
                        }
                    )
                ],
            }
        )
        if post:
            bill.action_post()
        return bill

    def test_outside_cost_with_markup(self):
        """100.00 and 15 %: charged when posted, gone when it is not."""
        self._create_terms(is_external_billed=True, external_markup=15.0)
        order = self._create_worked_order(1.0)
        bill = self._create_bill({order: 100.0}, post=False)
        self.assertFalse(self._get_charge(order, "external"))
        bill.action_post()
        charge = self._get_charge(order, "external")
        self.assertEqual((charge.quantity, charge.amount), (1.0, 115.0))
        self.assertIn("Crane", charge.name)
        order._process()
        self.assertEqual(self._get_charge(order, "external"), charge)
        bill.button_draft()
        self.assertFalse(self._get_charge(order, "external"))

    def test_outside_cost_of_two_orders(self):
        """100.01 at 33.33 % and 66.67 %: what each bears, to the cent, at cost."""
        self._create_terms(is_external_billed=True)
        first = self._create_worked_order(1.0)
        second = self._create_worked_order(1.0, start=MONDAY.replace(hour=12))
        self._create_bill({first: 33.33, second: 66.67}, price=100.01)
        amounts = [
            self._get_charge(order, "external").amount for order in (first, second)
        ]
        self.assertEqual(amounts, [33.33, 66.68])

    def test_outside_cost_reversed_after_the_invoice(self):
        """Charged and billed; the bill goes back to draft: the customer is credited."""
        self._create_terms(is_external_billed=True, external_markup=10.0)
        order = self._create_worked_order(1.0)
        bill = self._create_bill({order: 100.0})
        self._bill(order)
        self._assert_income({order: 190.0})
        bill.button_draft()
        credit = self._bill(order)
        self.assertEqual((credit.move_type, credit.amount_total), ("out_refund", 110.0))
        self._assert_income({order: 80.0})

    def test_vendor_refund_and_other_terms(self):
        self._create_terms(is_external_billed=True)
        order = self._create_worked_order(1.0)
        self._create_bill({order: 100.0})
        self._create_bill({order: 100.0}, move_type="in_refund", price=30.0)
        self.assertEqual(sum(self._get_charge(order, "external").mapped("amount")), 70)
        order.pricing_method = "fixed"
        self.assertFalse(self._get_charge(order, "external"))

    def test_outside_costs_stay_ours_without_terms(self):
        order = self._create_worked_order(1.0)
        self._create_bill({order: 100.0})
        self._assert_charges(order, {"labour": (1.0, 0.0, 1.0, 80.0)})
