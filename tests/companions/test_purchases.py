"""Parts that are bought with ``purchase_stock``, which the suite does not need."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .. import story
from .common import CompanionCommon


@tagged("standard", "post_install", "-at_install")
class TestPurchases(CompanionCommon):
    def test_shortage_is_bought_and_dated(self):
        """Of three, one is in the warehouse: one transfer, one purchase of two."""
        seal = self._create_bought(self.aurora)
        self._receive(self.aurora, seal, 1.0)
        received = self._get_purchase_line(seal)
        order, part = self._demand(self.aurora, seal, 3.0)
        line = self._get_purchase_line(seal) - received
        self.assertEqual(line.product_qty, 2.0)
        self.assertEqual(line.order_id.origin, order.name)
        self.assertFalse(line.analytic_distribution)
        self.assertEqual((part.readiness, order.readiness), ("purchase", "purchase"))
        self.assertEqual(order.readiness_date, line.date_planned)
        later = line.date_planned + timedelta(days=2)
        line.date_planned = later
        self.assertEqual(order.readiness_date, later)
        line.order_id.button_confirm()
        self.assertEqual(order.readiness, "purchase")
        self._validate(line.order_id.picking_ids)
        self.assertEqual(order.readiness, "transfer")

    def test_cancelled_purchase_leaves_the_part_missing(self):
        seal = self._create_bought(self.aurora)
        order, part = self._demand(self.aurora, seal, 2.0)
        self.assertEqual(order.readiness, "purchase")
        self._get_purchase_line(seal).order_id.button_cancel()
        self.assertEqual((part.readiness, order.readiness), ("missing", "missing"))

    def test_from_the_vendor_to_the_van_to_the_order(self):
        """Two at 12.00 each are bought, loaded and used: 24.00, in both valuations."""
        for setting in self.settings:
            with self.subTest(company=setting.company.name):
                seal = self._create_bought(setting)
                order, part = self._demand(setting, seal, 2.0)
                purchase = self._get_purchase_line(seal).order_id
                purchase.button_confirm()
                self.assertEqual(self._do_all_steps(seal), ["incoming", "internal"])
                self.assertEqual((part.state, part.readiness), ("reserved", "ready"))
                self.assertEqual(order.readiness, "ready")
                self._bill(purchase.with_company(setting.company))
                self._assert_figures(order)
                part.action_use()
                self._assert_figures(order, parts=24)
                part.action_return(1.0)
                self._assert_figures(order, parts=12)
                self._check_books()

    # ----------------------------------------------------- the order on the bill
    def test_a_stocked_part_costs_the_order_once(self):
        """Bought "for the order" and used on it: 2 x 12.00 when used, not when billed.

        With periodic valuation the bill is an expense, so it would be there twice.
        """
        for setting in self.settings:
            with self.subTest(company=setting.company.name):
                seal = self._create_bought(setting)
                stock = self._get_warehouse(setting).lot_stock_id
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
                bill = self._bill(purchase)
                self.assertFalse(bill.invoice_line_ids.analytic_distribution)
                self.assertIn(order.name, bill.message_ids[0].body)
                self._assert_figures(order)
                with self.assertRaisesRegex(UserError, "twice"):
                    bill.invoice_line_ids.analytic_distribution = story.share(
                        order, 100.0
                    )
                part = setting.env["field.service.part"].create(
                    {
                        "order_id": order.id,
                        "product_id": seal.id,
                        "quantity": 2.0,
                        "location_id": stock.id,
                    }
                )
                part.action_use()
                self._assert_figures(order, parts=24)
                self._check_books()

    def test_what_else_the_bill_says_stays(self):
        """Half on the order, half on another plan: only the order is taken off."""
        plan = self.env["account.analytic.plan"].create({"name": "Cost centres"})
        centre = self.env["account.analytic.account"].create(
            {"name": "Depot", "plan_id": plan.id}
        )
        seal = self._create_bought(self.aurora)
        order = story.create_order(self.aurora, "Bought")
        account = order._get_analytic_account()
        purchase = self._create_purchase(
            self.aurora,
            seal,
            2.0,
            12.0,
            analytic_distribution={
                f"{account.id},{centre.id}": 50.0,
                str(centre.id): 50.0,
            },
        )
        purchase.button_confirm()
        self._validate(purchase.picking_ids)
        bill = self._bill(purchase)
        self.assertEqual(
            bill.invoice_line_ids.analytic_distribution, {str(centre.id): 100.0}
        )
        self._check_books()

    def test_a_service_and_a_bill_without_purchase_stay_on_the_order(self):
        """A subcontractor's 100.00 and a part bought at a shop for 7.50."""
        order = story.create_order(self.boreal, "Bought")
        crane = story.create_service(self.boreal, "Crane", 0.0)
        crane.purchase_method = "purchase"
        purchase = self._create_purchase(
            self.boreal,
            crane,
            1.0,
            100.0,
            analytic_distribution=story.share(order, 100.0),
        )
        purchase.button_confirm()
        self._bill(purchase)
        seal = self._create_part(self.boreal)
        bill = self.boreal.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "company_id": self.boreal.company.id,
                "partner_id": self.vendor.id,
                "invoice_date": story.first_day().date(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": seal.id,
                            "price_unit": 7.5,
                            "tax_ids": [Command.clear()],
                            "analytic_distribution": story.share(order, 100.0),
                        }
                    )
                ],
            }
        )
        bill.action_post()
        self._assert_figures(order, subcontract=100, parts="7.5")
        self._check_books()
