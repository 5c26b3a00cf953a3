from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestInvoiceCorrections(FieldServiceBillingCommon):
    def _create_invoiced_order(self):
        """2.0 h x 80 + 2 x 25 = 210.00."""
        order = self._create_order()
        self._use_part(order, quantity=2.0)
        self._work(self._create_visit(order), 2.0)
        return order, self._bill(order)

    def test_credit_note(self):
        """Same orders, opposite sign (peer 18), and no cost of goods sold."""
        order, invoice = self._create_invoiced_order()
        credit = self._credit(invoice)
        self.assertEqual(credit.amount_total, 210.0)
        self._assert_one_order(credit)
        self._assert_income({order: 0.0})
        self._assert_no_cogs(invoice | credit)
        self.assertEqual(order.invoice_ids, invoice | credit)
        # The customer has to be billed anew, once.
        self.assertEqual(order.billing_state, "ready")
        again = self._bill(order)
        self.assertEqual(again.amount_total, 210.0)
        self._assert_income({order: 210.0})

    def test_credited_in_part(self):
        """One filter is credited as a concession: it is not billed again."""
        order, invoice = self._create_invoiced_order()
        credit = self._create_credit(invoice)
        labour = credit.invoice_line_ids.filtered(
            lambda line: line.product_id == self.labour_product
        )
        labour.unlink()
        credit.invoice_line_ids.quantity = 1.0
        self._post(credit)
        self._assert_income({order: 185.0})
        self.assertEqual(order.billing_state, "invoiced")
        self._correct_end(order.visit_ids, 1.0)
        self.assertEqual(self._bill(order).amount_total, 80.0)
        self._assert_income({order: 265.0})
        self._assert_no_cogs(invoice | credit)

    def test_credited_at_a_part_of_the_price(self):
        """100.00 off a fixed price of 500.00, as a credit note of one piece."""
        order = self._create_worked_order(
            2.0, pricing_method="fixed", fixed_price=500.0
        )
        credit = self._create_credit(self._bill(order))
        credit.invoice_line_ids.price_unit = 100.0
        self._post(credit)
        self._assert_income({order: 400.0})
        self.assertEqual(order.billing_state, "invoiced")
        self.assertEqual(order.charge_ids.state, "invoiced")
        with self.assertRaises(UserError):
            self._bill(order)
        rest = self._create_credit(order.invoice_ids - credit)
        rest.invoice_line_ids.price_unit = 400.0
        self._post(rest)
        self.assertEqual(order.billing_state, "ready")
        self._bill(order)
        self._assert_income({order: 500.0})

    def test_credited_and_given_away(self):
        order, invoice = self._create_invoiced_order()
        self._credit(invoice)
        order.coverage = "goodwill"
        self.assertEqual(order.charge_amount, 0.0)
        self._assert_income({order: 0.0})

    def test_reset_to_draft_and_post_again(self):
        order, invoice = self._create_invoiced_order()
        invoice.button_draft()
        self._assert_income({order: 0.0})
        self.assertEqual(order.billing_state, "drafted")
        invoice.invoice_line_ids[0].price_unit = 90.0
        invoice.action_post()
        first = invoice.invoice_line_ids[0].price_subtotal
        rest = invoice.invoice_line_ids[1].price_subtotal
        self._assert_income({order: first + rest})
        self._assert_no_cogs(invoice)
        self._assert_one_order(invoice)

    def _create_cost_centre_model(self):
        """A distribution model that puts the customer on a cost centre."""
        plan = self.env["account.analytic.plan"].create({"name": "Cost centres"})
        centre = self.env["account.analytic.account"].create(
            {"name": "North", "plan_id": plan.id, "company_id": self.company.id}
        )
        self.env["account.analytic.distribution.model"].create(
            {
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "analytic_distribution": {str(centre.id): 100},
            }
        )
        return centre

    def test_model_does_not_drop_the_order(self):
        """Account, product or partner of a draft change: the order stays."""
        order = self._create_worked_order(2.0)
        centre = self._create_cost_centre_model()
        invoice = self._bill(order, post=False)
        expected = {**order._get_analytic_distribution(), str(centre.id): 100}
        line = invoice.invoice_line_ids
        self.assertEqual(line.analytic_distribution, expected)
        line.account_id = self._get_account("income_other")
        self.assertEqual(line.analytic_distribution, expected)
        line.product_id = self.fixed_product
        self.assertEqual(line.analytic_distribution, expected)
        line.account_id = self._get_account("income")
        invoice.partner_id = self._create_partner("Somebody else")
        line.write({"price_unit": 80.0, "quantity": 2.0})
        self.assertEqual(
            line._get_service_distribution(line.analytic_distribution),
            order._get_analytic_distribution(),
        )
        self._post(invoice)
        self._assert_income({order: 160.0})

    def test_sale_line_keeps_its_order(self):
        order = self._create_worked_order(2.0)
        line = order._create_sale_orders().order_line
        line.analytic_distribution = False
        invoice = self._bill(order)
        self._assert_one_order(invoice)
        self._assert_income({order: 160.0})

    def test_cogs_of_a_normal_delivery_stay(self):
        """Goods sold without a work order keep Odoo's cost of goods sold."""
        sale_order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.filter.id, "product_uom_qty": 1.0}
                    )
                ],
            }
        )
        sale_order.action_confirm()
        self.filter.invoice_policy = "order"
        invoice = self._post(sale_order._create_invoices())
        cogs = invoice.line_ids.filtered(lambda line: line.display_type == "cogs")
        self.assertEqual(sorted(cogs.mapped("balance")), [-10.0, 10.0])

    def test_periodic_company(self):
        """No cost of goods sold there either; the parts cost what they cost."""
        product = self._create_part_product(
            "Filter B", company=self.company_b, lst_price=25.0
        )
        self._receive(product, 5.0, 7.0)
        order = self._create_order(company_id=self.company_b.id)
        part = self._use_part(order, product, 2.0)
        self._work(self._create_visit(order), 1.0)
        invoice = self._bill(order)
        self._assert_no_cogs(invoice)
        self.assertEqual(self._get_income(order), 130.0)
        cost = self._get_part_items(part).filtered("service_order_id")
        self.assertEqual(cost.mapped("balance"), [14.0])

    def test_deleted_draft_invoice(self):
        order = self._create_worked_order(2.0)
        invoice = self._bill(order, post=False)
        self.assertEqual(order.charge_ids.state, "invoiced")
        invoice.unlink()
        self.assertEqual(order.charge_ids.state, "ordered")
        self._bill(order)
        self._assert_income({order: 160.0})
