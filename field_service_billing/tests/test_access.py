from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import FieldServiceBillingCommon

HIDDEN = {
    "field.service.order": (
        "charge_ids",
        "charge_amount",
        "fixed_price",
        "pricelist_id",
        "sale_line_ids",
        "sale_order_ids",
        "invoice_ids",
        "billing_issues",
        "planned_cost",
    ),
    "field.service.visit": ("rate_ids", "labour_rate", "travel_rate"),
    "res.company": ("service_travel_rate",),
}


@tagged("post_install", "-at_install")
class TestAccess(FieldServiceBillingCommon):
    def setUp(self):
        super().setUp()
        self.order = self._create_worked_order(2.0, travel=0.5)

    def test_technician_sees_no_price_and_no_cost(self):
        for model, names in HIDDEN.items():
            visible = self.env[model].with_user(self.user_technician).fields_get()
            self.assertFalse(set(names) & visible.keys(), model)
        order = self.order.with_user(self.user_technician)
        self.assertEqual(order.billing_state, "ready")
        self.assertEqual(order.coverage, "chargeable")
        for model in (
            "field.service.charge",
            "field.service.labour.rate",
            "field.service.visit.rate",
        ):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.user_technician).search([])

    def test_technician_opens_the_forms(self):
        for model in ("field.service.order", "field.service.visit"):
            records = self.env[model].with_user(self.user_technician)
            view = records.get_view(view_type="form")
            for name in HIDDEN[model]:
                self.assertNotIn(f'name="{name}"', view["arch"])

    def test_dispatcher_copies_without_seeing_prices(self):
        self.order.write({"pricing_method": "fixed", "fixed_price": 777.0})
        order = self.order.with_user(self.dispatcher)
        copy = order.copy()
        self.assertEqual(copy.partner_id, order.partner_id)
        self.assertNotEqual(copy.sudo().fixed_price, 777.0)
        self.assertEqual(
            copy.sudo().pricelist_id,
            order.partner_id.sudo().property_product_pricelist,
        )
        order.action_done()
        callback = order.browse(order.action_create_callback()["res_id"])
        self.assertEqual(callback.callback_of_id, order)

    def test_nobody_copies_what_he_may_not_read(self):
        stranger = self._create_user("stranger", "field_service.group_technician")
        with self.assertRaises(AccessError):
            self.order.with_user(stranger).copy_data()

    def test_forms_open_for_every_role(self):
        users = (self.user_technician, self.dispatcher, self.manager, self.clerk)
        for user in users:
            for record in (self.order, self.order.visit_ids):
                with self.subTest(user=user.login, model=record._name):
                    Form(record.with_user(user))
        sale_order = self.order._create_sale_orders()
        invoice = self._bill(self.order)
        Form(sale_order.with_user(self.clerk))
        Form(invoice.with_user(self.clerk))

    def test_clerk_enters_a_charge(self):
        with Form(self.order.with_user(self.clerk)) as form:
            with form.charge_ids.new() as line:
                line.product_id = self.fixed_product
                line.worked_qty = 0.5
        # 2.0 h x 80 + 0.5 h x 50 + 0.5 x 1200
        self.assertEqual(self.order.charge_amount, 785.0)

    def test_dispatcher_decides_coverage_without_seeing_prices(self):
        order = self.order.with_user(self.dispatcher)
        reason = self.env.ref(
            "field_service_billing.field_service_reason_coverage_own_fault"
        )
        order.write({"coverage": "goodwill", "coverage_reason_id": reason.id})
        self.assertEqual(self.order.charge_amount, 0.0)
        self.assertNotIn("charge_ids", order.fields_get())
        with self.assertRaises(AccessError):
            self.env["field.service.charge"].with_user(self.dispatcher).search([])

    def test_dispatcher_works_through_an_order(self):
        order = self._create_order(release=False).with_user(self.dispatcher)
        order.action_release()
        self._create_visit(order.sudo(), start=self.order.visit_ids.stop)
        order.action_cancel()
        self.assertEqual(order.state, "cancelled")

    def test_clerk_bills(self):
        orders = self.env["field.service.order"].with_user(self.clerk)
        order = orders.browse(self.order.id)
        order.charge_ids.filtered(lambda c: c.kind == "labour").price_unit = 90.0
        action = order.action_create_invoice()
        invoice = (
            self.env["account.move"].with_user(self.clerk).browse(action["res_id"])
        )
        self.assertEqual(invoice.amount_total, 205.0)
        invoice.invoice_date = "2026-03-10"
        invoice.action_post()
        self.assertEqual(order.billing_state, "invoiced")
        self.assertEqual(invoice.service_order_ids, order)
        self.assertTrue(order.action_view_sale_orders())
        self.assertTrue(order.action_view_invoices())

    def test_clerk_cannot_change_rates(self):
        rates = self.env["field.service.labour.rate"].with_user(self.clerk)
        self.assertTrue(rates.search([("employee_id", "=", self.technician.id)]))
        with self.assertRaises(AccessError):
            rates.search([], limit=1).rate = 1.0

    def test_manager_reads_charges(self):
        charges = self.env["field.service.charge"].with_user(self.manager)
        self.assertTrue(charges.search([("order_id", "=", self.order.id)]))
        with self.assertRaises(AccessError):
            charges.search([], limit=1).price_unit = 1.0

    def test_salesperson_without_field_service(self):
        seller = self._create_user("seller", "sales_team.group_sale_salesman_all_leads")
        sale_order = self.order._create_sale_orders().with_user(seller)
        lines = sale_order.order_line
        self.assertTrue(lines.read(["name", "qty_delivered", "service_order_id"]))
        sale_order.get_view(view_type="form")
        sale_order._action_cancel()
        self.assertEqual(self.order.billing_state, "ready")
        sale_order.action_draft()

    def test_other_company_is_out_of_sight(self):
        order = self._create_worked_order(1.0, company_id=self.company_b.id)
        charges = self.env["field.service.charge"].with_user(self.clerk)
        self.assertFalse(charges.search([("order_id", "=", order.id)]))
        with self.assertRaises(AccessError):
            charges.browse(order.charge_ids.ids).read(["amount"])
