from datetime import date
from itertools import product

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FieldServiceStockCommon

# Received: 4 at 10.00, then 4 at 14.00. Used 6, one of them returned, then 7 instead
# of 6 written on the done move. By hand:
#   standard (cost 10.00)  6 x 10 = 60        1 x 10 = 10           7 x 10 = 70
#   average  (cost 12.00)  6 x 12 = 72        1 x 12 = 12           7 x 12 = 84
#   fifo                   4x10 + 2x14 = 68   68 / 6 = 11.33        4x10 + 3x14 = 82
# The last of these makes the returned piece worth 82 / 7 = 11.71, which is 0.38 more.
FIGURES = {
    "standard": (60.0, -10.0, (10.0,)),
    "average": (72.0, -12.0, (12.0,)),
    "fifo": (68.0, -11.33, (14.0, -0.38)),
}


@tagged("post_install", "-at_install")
class TestPartsPosting(FieldServiceStockCommon):
    """Every cost method, perpetual and periodic: what is used is on the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = list(product([cls.company, cls.company_b], FIGURES))

    def _get_accounts(self, company):
        """Return the accounts of a use: the one that takes and the one that gives."""
        gives = (
            company.account_stock_valuation_id
            if company.inventory_valuation == "real_time"
            else company.service_parts_contra_account_id
        )
        return company.service_parts_account_id, gives

    def _prepare(self, company, cost_method):
        values = {"standard_price": 10.0} if cost_method == "standard" else {}
        seal = self._create_part_product(
            f"Seal {cost_method}", company, cost_method, **values
        )
        self._receive(seal, 4.0, 10.0)
        self._receive(seal, 4.0, 14.0)
        order = self._create_order(company_id=company.id)
        return order, self._create_part(order, seal, 6.0)

    def test_use_return_and_late_change(self):
        for company, cost_method in self.cases:
            with self.subTest(company=company.name, cost_method=cost_method):
                self._check_use_return_and_late_change(company, cost_method)

    def _check_use_return_and_late_change(self, company, cost_method):
        order, part = self._prepare(company, cost_method)
        takes, gives = self._get_accounts(company)
        used, returned, changed = FIGURES[cost_method]

        part.action_use()
        expected = [(takes, used, order), (gives, -used, None)]
        self._assert_items(self._get_part_items(part), expected)
        self.assertEqual(part.move_ids.value, used)

        part.action_return(1.0)
        expected += [(takes, returned, order), (gives, -returned, None)]
        self._assert_items(self._get_part_items(part), expected)
        self.assertEqual(part.consumed_qty, 5.0)

        part._get_done_moves().quantity = 7.0
        expected += [(takes, amount, order) for amount in changed]
        expected += [(gives, -sum(changed), None)]
        self._assert_items(self._get_part_items(part), expected)
        self.assertEqual(part.consumed_qty, 6.0)

    def test_a_second_run_posts_nothing(self):
        for company, cost_method in self.cases:
            with self.subTest(company=company.name, cost_method=cost_method):
                order, part = self._prepare(company, cost_method)
                part.action_use()
                self.assertFalse(part.move_ids._sync_posting())
                order._process()
                part.product_id.with_company(company).standard_price = 99.0
                order._process()
                self.assertEqual(len(self._get_part_items(part)), 2)

    def test_perpetual_closing_finds_nothing_of_ours(self):
        for cost_method in FIGURES:
            with self.subTest(cost_method=cost_method):
                _order, part = self._prepare(self.company, cost_method)
                self._close(self.company)
                part.action_use()
                part.action_return(1.0)
                with self.assertRaisesRegex(UserError, "correctly closed"):
                    self._close(self.company)

    def test_periodic_closing_works_as_always(self):
        """The use moves cost onto the order; the total is the closing's business."""
        for cost_method in FIGURES:
            with self.subTest(cost_method=cost_method):
                _order, part = self._prepare(self.company_b, cost_method)
                self._close(self.company_b)
                part.action_use()
                part.action_return(1.0)
                used, returned, _changed = FIGURES[cost_method]
                entry = self._close(self.company_b)
                stock = entry.line_ids.filtered(
                    lambda line: line.account_id
                    == self.company_b.account_stock_valuation_id
                )
                self.assertEqual(stock.balance, -(used + returned))
                own = self._get_part_items(part)
                self.assertEqual(sum(own.mapped("balance")), 0.0)
                self.assertEqual(
                    set(own.account_id.mapped("account_type")), {"expense_direct_cost"}
                )

    @mute_logger("odoo.models.unlink")
    def _close(self, company):
        action = company.with_company(company).action_close_stock_valuation(
            auto_post=True
        )
        return self.env["account.move"].browse(action["res_id"])

    def test_a_warranty_job_costs_what_it_used(self):
        """Never invoiced: the cost is there all the same."""
        order, part = self._prepare(self.company, "average")
        part.action_use(2.0)
        self._assert_posted(part.move_ids.filtered("is_out"), "parts", [24.0])
        self._assert_cost_on_order(order, part)

    def test_an_invoice_of_the_part_posts_no_second_cost(self):
        for cost_method in FIGURES:
            with self.subTest(cost_method=cost_method):
                order, part = self._prepare(self.company, cost_method)
                part.action_use(2.0)
                invoice = self._create_invoice(order, part.product_id, 2.0, 50.0)
                self.assertFalse(self._get_cogs(invoice))
                self._assert_cost_on_order(order, part)
                invoice.button_draft()
                invoice.action_post()
                self.assertFalse(self._get_cogs(invoice))

                credit = invoice._reverse_moves([{"date": date(2026, 3, 20)}])
                credit.action_post()
                self.assertFalse(self._get_cogs(credit))
                self._assert_cost_on_order(order, part)

    def _assert_cost_on_order(self, order, part):
        """All expense that carries the order is what the move was worth."""
        items = self.env["account.move.line"].search(
            [
                ("analytic_distribution", "in", order.analytic_account_id.ids),
                ("account_id.account_type", "=like", "expense%"),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(sum(items.mapped("balance")), part._get_done_moves().value)

    def _get_cogs(self, invoice):
        return invoice.line_ids.filtered(lambda line: line.display_type == "cogs")

    def test_invoicing_before_use_posts_no_cost_either(self):
        order, part = self._prepare(self.company, "average")
        invoice = self._create_invoice(order, part.product_id, 2.0, 50.0)
        self.assertFalse(self._get_cogs(invoice))
        part.action_use(2.0)
        self._assert_cost_on_order(order, part)

    def test_other_invoices_post_cost_of_goods_as_core_does(self):
        order, part = self._prepare(self.company, "average")
        part.action_use(2.0)
        without_order = self._create_invoice(
            order, part.product_id, 2.0, 50.0, distribute=False
        )
        self.assertEqual(len(self._get_cogs(without_order)), 2)
        other = self._create_part_product("Resold", standard_price=7.0)
        self._receive(other, 1.0, 7.0)
        resold = self._create_invoice(order, other, 1.0, 9.0)
        self.assertEqual(self._get_cogs(resold).mapped("balance"), [-7.0, 7.0])

    def test_a_credit_note_gives_back_what_its_invoice_posted(self):
        order = self._create_order()
        early = self._create_part_product("Early", standard_price=7.0)
        self._receive(early, 3.0, 7.0)
        invoice = self._create_invoice(order, early, 1.0, 9.0)
        self.assertEqual(len(self._get_cogs(invoice)), 2)
        self._create_part(order, early).action_use()
        credit = invoice._reverse_moves([{"date": date(2026, 3, 20)}])
        credit.action_post()
        self.assertEqual(sum(self._get_cogs(credit + invoice).mapped("balance")), 0.0)
        self.assertEqual(self._get_cogs(credit).mapped("balance"), [7.0, -7.0])

    def test_a_bill_line_of_the_order_is_not_touched(self):
        order, part = self._prepare(self.company, "average")
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "invoice_line_ids": [
                    fields.Command.create(
                        {
                            "product_id": part.product_id.id,
                            "price_unit": 12.0,
                            "analytic_distribution": order._get_analytic_distribution(),
                        }
                    )
                ],
            }
        )
        self.assertEqual(
            bill.invoice_line_ids.account_id, self.company.account_stock_valuation_id
        )

    def test_a_location_account_does_not_post_twice(self):
        """The customers location may have an account for other purposes."""
        _order, part = self._prepare(self.company, "average")
        customers = part._get_consumption_location()
        customers.valuation_account_id = self._get_account("expense")
        part.action_use(2.0)
        part.action_return(1.0)
        self.assertEqual(
            self._get_part_items(part).filtered("service_order_id").mapped("balance"),
            [24.0, -12.0],
        )
        self.assertFalse(part.move_ids.account_move_id)

    def test_no_analytic_line_without_journal_item(self):
        order, part = self._prepare(self.company, "average")
        part.action_use()
        lines = self.env["account.analytic.line"].search(
            [(order._get_plan_column(), "=", order.analytic_account_id.id)]
        )
        self.assertEqual(lines.mapped("amount"), [-72.0])
        self.assertTrue(all(lines.mapped("move_line_id")))
        self.assertFalse(part.move_ids.analytic_account_line_ids)

    def test_goods_that_are_not_stored_cost_too(self):
        """They were an expense when bought: the contra account gives the cost."""
        grease = self._create_part_product(
            "Grease", is_storable=False, standard_price=3.0
        )
        order = self._create_order()
        part = self._create_part(order, grease, 2.0)
        part.action_use()
        self._assert_items(
            self._get_part_items(part),
            [
                (self.company.service_parts_account_id, 6.0, order),
                (self.company.service_parts_contra_account_id, -6.0, None),
            ],
        )

    def test_a_transfer_planned_in_a_locked_period_can_be_used(self):
        order, part = self._prepare(self.company, "average")
        part.action_reserve()
        picking = order.service_picking_ids
        picking.scheduled_date = "2026-01-15 08:00:00"
        self.company.fiscalyear_lock_date = "2026-01-31"
        part.action_use(2.0)
        self.assertEqual(picking.state, "done")

    def test_a_change_of_locked_use_is_posted_today(self):
        _order, part = self._prepare(self.company, "average")
        self._get_receipts(part).date = "2026-01-15 08:00:00"
        part.action_use(2.0)
        move = part._get_done_moves()
        move.date = "2026-01-16 08:00:00"
        self.company.fiscalyear_lock_date = "2026-01-31"
        move.quantity = 3.0
        items = self._get_part_items(part).filtered("service_order_id")
        self.assertEqual(items.mapped("balance"), [24.0, 12.0])
        today = fields.Date.context_today(part)
        self.assertEqual(items.mapped("date"), [today, today])

    def test_a_change_of_open_use_is_posted_on_its_day(self):
        _order, part = self._prepare(self.company, "average")
        self._get_receipts(part).date = "2026-01-15 08:00:00"
        part.action_use(2.0)
        move = part._get_done_moves()
        move.date = "2026-01-16 08:00:00"
        move.quantity = 3.0
        items = self._get_part_items(part).filtered("service_order_id")
        self.assertEqual(items.mapped("balance"), [24.0, 12.0])
        self.assertEqual(items[-1].date, date(2026, 1, 16))

    def _get_receipts(self, part):
        return self.env["stock.move"].search(
            [("product_id", "=", part.product_id.id), ("is_in", "=", True)]
        )

    def test_a_forced_date_is_the_date_of_the_entry(self):
        _order, part = self._prepare(self.company, "average")
        part.with_context(force_period_date=date(2026, 2, 27)).action_use(2.0)
        self.assertEqual(
            set(self._get_part_items(part).mapped("date")), {date(2026, 2, 27)}
        )

    def test_corrected_to_nothing_and_back(self):
        _order, part = self._prepare(self.company, "average")
        part.action_use(2.0)
        move = part._get_done_moves()
        move.quantity = 0.0
        move.quantity = 1.0
        items = self._get_part_items(part).filtered("service_order_id")
        self.assertEqual(items.mapped("balance"), [24.0, -24.0, 12.0])

    def test_what_costs_nothing_needs_no_account(self):
        free = self._create_part_product("Sticker", is_storable=False)
        part = self._create_part(self._create_order(), free)
        self.company.service_parts_contra_account_id = False
        part.action_use()
        self.assertEqual(part.state, "used")
        self.assertFalse(self._get_part_items(part))

    def test_one_entry_for_all_parts_of_a_use(self):
        order, part = self._prepare(self.company, "average")
        other = self._create_part_product("Hose")
        self._receive(other, 1.0, 5.0)
        self._create_part(order, other)
        order.action_reserve_parts()
        order.action_use_parts()
        entry = self._get_part_items(part).move_id
        self.assertEqual(len(entry), 1)
        self._assert_items(
            entry.line_ids.sorted("id"),
            [
                (self.company.service_parts_account_id, 72.0, order),
                (self.company.service_parts_account_id, 5.0, order),
                (self.company.account_stock_valuation_id, -77.0, None),
            ],
        )
