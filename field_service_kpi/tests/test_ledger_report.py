from odoo import Command
from odoo.tests import tagged

from .common import FieldServiceKpiCommon


@tagged("post_install", "-at_install")
class TestLedgerReport(FieldServiceKpiCommon):
    def test_invoice_and_bill(self):
        share = self._share((self.order, 100))
        self._create_invoice("out_invoice", [(500.0, share, None)])
        self._create_invoice("in_invoice", [(120.05, share, None)])
        self._create_entry([(self.expense, 40.0, share)])
        self.assertProfit(self.order, revenue=500.0, subcontract=120.05, other=40.0)
        self.assertAlmostEqual(self._profit()["margin_rate"], 339.95 / 500)
        self.assertReconciled(profit_and_loss=339.95, on_orders=339.95)

    def test_bill_of_goods_is_parts(self):
        goods = self._create_product(name="Pump", type="consu")
        service = self._create_product(name="Crane", type="service")
        share = self._share((self.order, 100))
        self._create_invoice(
            "in_invoice", [(30.0, share, goods), (70.0, share, service)]
        )
        self._create_invoice("in_refund", [(10.0, share, service)])
        self.assertProfit(self.order, parts=30.0, subcontract=60.0)

    def test_own_entries_say_their_kind(self):
        share = self._share((self.order, 100))
        move = self._create_entry(
            [(self.expense, amount, share) for amount in (1, 2, 4)], post=False
        )
        kinds = iter(("parts", "labour", "travel"))
        for line in move.line_ids.filtered(lambda line: line.analytic_distribution):
            line.service_cost_type = next(kinds)
        move.action_post()
        self.assertProfit(self.order, parts=1, labour=2, travel=4)

    def test_income_with_negative_cost(self):
        share = self._share((self.order, 100))
        self._create_entry([(self.expense, -15.0, share)])
        self.assertProfit(self.order, other=-15.0)
        self.assertEqual(self._profit()["margin_rate"], 0.0)

    def test_split_is_exact(self):
        share = self._share((self.order, 33.33), (self.other_order, 66.67))
        self._create_invoice("out_invoice", [(100.01, share, None)])
        self.assertProfit(self.order, revenue=33.33)
        self.assertProfit(self.other_order, revenue=66.68)
        self.assertReconciled(on_orders=100.01, split_rest=0.0)
        self.assertFalse(self._findings())

    def test_one_order_on_two_cost_centres(self):
        plan = self.env["account.analytic.plan"].create({"name": "Cost centres"})
        centres = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("North", "South")]
        )
        account = self.order.analytic_account_id
        self._create_entry(
            [
                (
                    self.expense,
                    100.0,
                    {f"{account.id},{centre.id}": 50 for centre in centres},
                )
            ]
        )
        self.assertProfit(self.order, other=100.0)
        self.assertEqual(len(self._rows()), 2)
        self.assertReconciled(on_orders=-100.0)
        self.assertFalse(self._findings())

    def test_foreign_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 3.0)])
        share = self._share((self.order, 100))
        self._create_invoice(
            "out_invoice", [(1000.0, share, None)], currency_id=currency.id
        )
        self.assertProfit(self.order, revenue=333.33)
        self.assertEqual(self._rows().currency_id, self.company.currency_id)
        self.assertReconciled(on_orders=333.33)

    def test_credit_note_in_another_month(self):
        share = self._share((self.order, 100))
        invoice = self._create_invoice("out_invoice", [(200.0, share, None)])
        refund = invoice._reverse_moves(
            [{"date": "2024-04-02", "invoice_date": "2024-04-02"}]
        )
        refund.action_post()
        self.assertProfit(self.order, revenue=0.0)
        march = {"date_from": "2024-03-01", "date_to": "2024-03-31"}
        self.assertEqual(self._profit(**march)["revenue"], 200.0)
        self.assertEqual(self._profit(date_from="2024-04-01")["revenue"], -200.0)
        self.assertEqual(self._totals(**march)["on_orders"], 200.0)
        self.assertReconciled(on_orders=0.0)

    def test_reset_and_post_again(self):
        share = self._share((self.order, 100))
        invoice = self._create_invoice("out_invoice", [(500.0, share, None)])
        invoice.button_draft()
        self.assertProfit(self.order)
        invoice.invoice_line_ids = [
            Command.update(invoice.invoice_line_ids.id, {"price_unit": 520.0})
        ]
        invoice.action_post()
        self.assertProfit(self.order, revenue=520.0)
        self.assertReconciled(on_orders=520.0)

    def test_cancelled_and_draft_do_not_count(self):
        share = self._share((self.order, 100))
        cancelled = self._create_invoice("out_invoice", [(500.0, share, None)])
        cancelled.button_draft()
        cancelled.button_cancel()
        self._create_entry([(self.expense, 10.0, share)], post=False)
        self.assertProfit(self.order)
        self.assertFalse(self._rows())
        self.assertReconciled(profit_and_loss=0.0)

    def test_only_profit_and_loss_accounts(self):
        share = self._share((self.order, 100))
        self._create_entry(
            [(self.expense, 60.0, share), (self.receivable, -60.0, share)]
        )
        self._create_entry(
            [(self.off_balance, 7.0, share), (self.off_balance, -7.0, share)]
        )
        self.assertProfit(self.order, other=60.0)
        self.assertReconciled(on_orders=-60.0)

    def test_every_type_of_account(self):
        types = ("income_other", "expense_other", "expense_depreciation")
        accounts = self.env["account.account"].create(
            [
                {"code": f"TYP{index}", "name": kind, "account_type": kind}
                for index, kind in enumerate(types)
            ]
        )
        share = self._share((self.order, 100))
        self._create_entry(
            [
                (account, amount, share)
                for account, amount in zip(accounts, (-9, 2, 3), strict=True)
            ]
        )
        self.assertProfit(self.order, revenue=9, other=5)
        self.assertReconciled(on_orders=4.0)

    def test_analytic_line_without_item_is_ignored(self):
        self.env["account.analytic.line"].create(
            {
                "name": "timesheet",
                "amount": -80.0,
                self.column: self.order.analytic_account_id.id,
            }
        )
        self.assertProfit(self.order)
        self.assertReconciled(on_orders=0.0)

    def test_rate_of_a_group_is_a_ratio_of_sums(self):
        for order, revenue, cost in (
            (self.order, 100.0, 90.0),
            (self.other_order, 900.0, 0.0),
        ):
            share = self._share((order, 100))
            self._create_entry([(self.income, -revenue, share)])
            if cost:
                self._create_entry([(self.expense, cost, share)])
        report = self.env["field.service.ledger.report"]
        orders = [("order_id", "in", (self.order + self.other_order).ids)]
        [[rate]] = report._read_group(orders, [], ["margin_rate:avg"])
        self.assertAlmostEqual(rate, 0.91)
        rates = dict(report._read_group(orders, ["order_id"], ["margin_rate:avg"]))
        self.assertAlmostEqual(rates[self.order], 0.1)
        self.assertAlmostEqual(rates[self.other_order], 1.0)

    def test_first_equipment_of_several(self):
        assets = self.env["field.service.asset"].create(
            [{"name": name} for name in ("Boiler", "Pump")]
        )
        order = self._create_order(asset_ids=[Command.set(assets.ids)])
        self._create_entry([(self.expense, 5.0, self._share((order, 100)))])
        self.assertEqual(self._rows(order).asset_id, assets[0])
        groups = self.env["field.service.ledger.report"]._read_group(
            [("order_id", "=", order.id)], ["asset_id", "date:year"], ["margin:sum"]
        )
        self.assertEqual(groups, [(assets[0], self._date("2024-01-01"), -5.0)])

    def test_from_item_to_order_and_back(self):
        share = self._share((self.order, 50), (self.other_order, 50))
        move = self._create_entry([(self.expense, 8.0, share)])
        item = move.line_ids.filtered(lambda line: line.account_id == self.expense)
        self.assertEqual(item.service_order_ids, self.order + self.other_order)
        self.assertEqual(
            item.action_open_service_orders()["domain"],
            [("id", "in", (self.order + self.other_order).ids)],
        )
        action = self.order.action_open_posted_items()
        self.assertEqual(self.env["account.move.line"].search(action["domain"]), item)
        self.assertEqual(self._rows().action_open_move_line()["res_id"], move.id)
        items = self.env["account.move.line"]
        mine = [("move_id", "=", move.id)]
        self.assertEqual(
            items.search([*mine, ("service_order_ids", "=", False)]),
            move.line_ids - item,
        )
        self.assertEqual(
            items.search([*mine, ("service_order_ids", "!=", False)]), item
        )
        self.assertEqual(
            items.search([*mine, ("service_order_ids.name", "=", self.order.name)]),
            item,
        )

    def test_order_form_shows_the_same(self):
        share = self._share((self.order, 100))
        self._create_entry([(self.income, -10.0, share)])
        self._create_entry([(self.expense, 4.0, share)], date="2024-05-01")
        self.order.invalidate_recordset()
        self.assertEqual(self.order.posted_margin, 6.0)
        self.assertEqual(self.order.posted_margin_rate, 0.6)
        early = self.order.with_context(service_date_to="2024-03-31")
        self.assertEqual(early.posted_margin, 10.0)
        new = self.env["field.service.order"].new({})
        self.assertEqual(new.posted_margin, 0.0)
