"""Unbilled receipts of work orders: purchases are those of ``purchase_stock``."""

from datetime import datetime

from dateutil.relativedelta import relativedelta

from odoo import Command, fields
from odoo.tests import tagged

from .. import story
from .common import CompanionCommon


@tagged("standard", "post_install", "-at_install")
class TestAccruals(CompanionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.end = story.first_day().date().replace(day=1) + relativedelta(
            months=1, days=-1
        )
        if cls.end >= fields.Date.today():
            cls.end -= relativedelta(day=1, days=1)
        for setting in cls.settings:
            setting.company.action_propose_service_accounts()

    def _preview(self, setting, day=None):
        wizard = setting.env["field.service.accrual.wizard"].create(
            {"company_id": setting.company.id, "date": day or self.end}
        )
        action = wizard.action_preview()
        return setting.env["field.service.accrual"].browse(action["res_id"])

    def _get_receipts(self, accrual):
        """Return {order: amount} of the receipts that are due."""
        lines = accrual.line_ids.filtered(lambda line: line.kind == "purchase")
        result = {}
        for line in lines:
            result[line.order_id] = result.get(line.order_id, 0.0) + line.amount
        return result

    def _buy_crane(self, setting, shares, price=100.0, quantity=1.0):
        """A subcontractor's service, approved and received in the period."""
        crane = story.create_service(setting, "Crane", 0.0)
        purchase = self._create_purchase(
            setting, crane, quantity, price, analytic_distribution=shares
        )
        purchase.button_confirm()
        day = datetime.combine(self.end, datetime.min.time())
        purchase.date_approve = day
        purchase.order_line.date_planned = day
        purchase.order_line.qty_received = 1.0
        return purchase

    def _subcontract(self, setting):
        """Have the vendor's technician work 2 h, at 55.00 an hour as agreed."""
        setting.env["field.service.subcontract.price"].create(
            {
                "vendor_id": self.vendor.id,
                "company_id": setting.company.id,
                "currency_id": setting.company.currency_id.id,
                "date_from": "2020-01-01",
                "price": 55.0,
            }
        )
        technician = setting.env["hr.employee"].create(
            {
                "name": "Vito",
                "company_id": setting.company.id,
                "service_vendor_id": self.vendor.id,
            }
        )
        order = story.create_order(setting, "Subcontracted", coverage="goodwill")
        visit = story.plan(setting, order, day=0, technician_id=technician.id)
        story.work(visit, 2.0)
        return order, visit.subcontract_ids

    def _bill_on(self, purchase, day):
        purchase.action_create_invoice()
        bill = purchase.invoice_ids[-1:]
        bill.invoice_date = day
        bill.date = day
        bill.action_post()
        return bill

    def _get_cost(self, order, until):
        column = order._get_plan_column()
        lines = self.env["account.analytic.line"].search(
            [
                (column, "=", order.analytic_account_id.id),
                ("move_line_id.parent_state", "=", "posted"),
                ("move_line_id.account_id.internal_group", "=", "expense"),
                ("move_line_id.date", "<=", until),
            ]
        )
        return -order.currency_id.round(sum(lines.mapped("amount")))

    def test_visit_on_a_purchase_order_is_accrued_once(self):
        """2 h at 55.00 are 110.00: as a visit, or as a receipt, and never as both."""
        for setting in self.settings:
            with self.subTest(company=setting.company.name):
                order, work = self._subcontract(setting)
                accrual = self._preview(setting)
                self.assertEqual(self._get_receipts(accrual), {order: 110.0})
                service = story.create_service(setting, "Subcontracted work", 0.0)
                share = story.share(order, 100.0)
                purchase = self._create_purchase(
                    setting, service, 2.0, 55.0, analytic_distribution=share
                )
                purchase.button_confirm()
                accrual.action_refresh()
                self.assertFalse(self._get_receipts(accrual))
                left_out = accrual.left_out_ids.filtered(
                    lambda line, one=order: line.order_id == one
                    and line.kind == "purchase"
                )
                self.assertIn(purchase.name, left_out.reason)
                self.assertEqual(left_out.source_id, work.id)
                day = datetime.combine(self.end, datetime.min.time())
                purchase.date_approve = day
                purchase.order_line.date_planned = day
                purchase.order_line.qty_received = 2.0
                accrual.action_refresh()
                self.assertEqual(self._get_receipts(accrual), {order: 110.0})

    def test_service_billed_in_the_next_period(self):
        """100.00 received, billed a week later: a cost of the period, once in all."""
        for setting in self.settings:
            with self.subTest(company=setting.company.name):
                order = story.create_order(setting, "Accrued")
                purchase = self._buy_crane(setting, story.share(order, 100.0))
                accrual = self._preview(setting)
                self.assertEqual(self._get_receipts(accrual), {order: 100.0})
                accrual.action_post()
                entry = accrual.move_ids.filtered(
                    lambda move: not move.reversed_entry_id
                )
                liability = entry.line_ids.filtered(
                    lambda item, one=accrual: item.account_id == one.cost_account_id
                )
                self.assertEqual(liability.balance, -100.0)
                self.assertEqual(self._get_cost(order, self.end), 100.0)
                later = self.end + relativedelta(days=7)
                bill = self._bill_on(purchase, later)
                cost = entry.line_ids - liability
                receipts = cost.filtered(
                    lambda item, one=order: item.service_order_id == one
                )
                self.assertEqual(receipts.account_id, bill.invoice_line_ids.account_id)
                self.assertEqual(self._get_cost(order, self.end), 100.0)
                self.assertEqual(self._get_cost(order, later), 100.0)
                self._assert_figures(order, subcontract=100)
                # Billed later: it is still a receipt of the period, posted already.
                again = self._preview(setting)
                self.assertEqual(self._get_receipts(again), {order: 0.0})
                self._check_books()

    def test_billed_in_the_period(self):
        order = story.create_order(self.aurora, "Accrued")
        purchase = self._buy_crane(self.aurora, story.share(order, 100.0))
        self._bill_on(purchase, self.end)
        self.assertFalse(self._get_receipts(self._preview(self.aurora)))

    def test_partly_received_and_split(self):
        """1 of 2 received at 100.01: 60 % and 40 % are 60.01 and 40.00."""
        first = story.create_order(self.aurora, "First")
        second = story.create_order(self.aurora, "Second")
        shares = {**story.share(first, 60.0), **story.share(second, 40.0)}
        self._buy_crane(self.aurora, shares, price=100.01, quantity=2.0)
        accrual = self._preview(self.aurora)
        self.assertEqual(self._get_receipts(accrual), {first: 60.01, second: 40.0})
        accrual.action_post()
        self._check_books()

    def test_discount_and_another_currency(self):
        """80.00 EUR less 10 % are 72.00 EUR; at 0.80 EUR per USD 90.00 USD."""
        order = story.create_order(self.aurora, "Accrued")
        euro = self.env.ref("base.EUR")
        crane = story.create_service(self.aurora, "Crane", 0.0)
        line = {
            "product_id": crane.id,
            "product_qty": 1.0,
            "price_unit": 80.0,
            "discount": 10.0,
            "tax_ids": [Command.clear()],
            "analytic_distribution": story.share(order, 100.0),
        }
        purchase = self.aurora.env["purchase.order"].create(
            {
                "partner_id": self.vendor.id,
                "company_id": self.aurora.company.id,
                "currency_id": euro.id,
                "order_line": [Command.create(line)],
            }
        )
        purchase.button_confirm()
        day = datetime.combine(self.end, datetime.min.time())
        purchase.date_approve = day
        purchase.order_line.date_planned = day
        purchase.order_line.qty_received = 1.0
        accrual = self._preview(self.aurora)
        self.assertEqual(self._get_receipts(accrual), {order: 90.0})

    def test_without_a_date_and_expected_later(self):
        """Received by hand, nobody knows when: it is left out, and said."""
        order = story.create_order(self.aurora, "Accrued")
        purchase = self._buy_crane(self.aurora, story.share(order, 100.0))
        purchase.order_line.date_planned += relativedelta(days=3)
        accrual = self._preview(self.aurora)
        self.assertFalse(self._get_receipts(accrual))
        left_out = accrual.left_out_ids.filtered(lambda line: line.order_id == order)
        self.assertIn("expected after the period", left_out.reason)
        self.assertEqual(left_out.value, 100.0)

    def test_parts_that_come_into_stock_are_no_cost_yet(self):
        """What is received into the warehouse costs the order when it is used."""
        for setting in self.settings:
            with self.subTest(company=setting.company.name):
                seal = self._create_bought(setting)
                order = story.create_order(setting, "Bought")
                purchase = self._create_purchase(
                    setting,
                    seal,
                    2.0,
                    12.0,
                    analytic_distribution=story.share(order, 100.0),
                )
                purchase.button_confirm()
                self._validate(purchase.picking_ids)
                self._put_back(purchase)
                accrual = self._preview(setting)
                self.assertFalse(self._get_receipts(accrual))
                left_out = accrual.left_out_ids.filtered(
                    lambda line, one=order: line.order_id == one
                )
                self.assertIn("comes into stock", left_out.reason)

    def test_goods_that_go_straight_to_the_site(self):
        """Two motors at 12.00, delivered by the vendor and billed later: 24.00."""
        route = self.env.ref("stock_dropshipping.route_drop_shipping")
        for setting in self.settings:
            with self.subTest(company=setting.company.name):
                order = story.create_order(setting, "Dropship")
                motor = self._create_bought(setting, "Motor", 12.0, route)
                line = {
                    "product_id": motor.id,
                    "product_uom_qty": 2.0,
                    "tax_ids": [Command.clear()],
                    "service_order_id": order.id,
                }
                sale = setting.env["sale.order"].create(
                    {
                        "partner_id": setting.customer.id,
                        "company_id": setting.company.id,
                        "order_line": [Command.create(line)],
                    }
                )
                sale.action_confirm()
                purchase = self._get_purchase_line(motor).order_id
                purchase = purchase.with_company(setting.company)
                purchase.button_confirm()
                self._validate(purchase.picking_ids)
                self._put_back(purchase)
                accrual = self._preview(setting)
                self.assertEqual(self._get_receipts(accrual), {order: 24.0})
                accrual.action_post()
                bill = self._bill_on(purchase, self.end + relativedelta(days=5))
                items = accrual.move_ids.line_ids
                costs = items.filtered(lambda item: item.service_cost_type == "parts")
                self.assertEqual(costs.account_id, bill.invoice_line_ids.account_id)
                self._assert_figures(order, parts=24)
                self._check_books()

    def _put_back(self, purchase):
        """As if it had been ordered and received on the last day of the period."""
        day = datetime.combine(self.end, datetime.min.time())
        purchase.date_approve = day
        purchase.picking_ids.move_ids.date = day
