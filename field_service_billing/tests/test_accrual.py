from datetime import date, datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from .common_accrual import APRIL, MARCH, AccrualCommon

FEBRUARY = date(2026, 2, 28)
LAST_DAY = datetime(2026, 3, 31, 20, 0)


@tagged("post_install", "-at_install")
class TestAccrual(AccrualCommon):
    def test_worked_in_march_billed_in_april(self):
        """2.0 h x 80 = 160.00: revenue of March, and April nets to nothing."""
        order = self._create_worked_order(2.0)
        accrual = self._accrue()
        self.assertEqual(self._get_figures(accrual), {(order, "work"): 160.0})
        self.assertEqual(accrual.line_ids.charge_ids, order.charge_ids)
        entry, reversal = accrual.move_ids.sorted("date")
        self.assertEqual(
            [(move.date, move.state) for move in (entry, reversal)],
            [(MARCH, "posted"), (date(2026, 4, 1), "posted")],
        )
        self.assertEqual(reversal.reversed_entry_id, entry)
        asset = entry.line_ids.filtered(lambda item: item.balance > 0)
        self.assertEqual(asset.account_id, accrual.income_account_id)
        self.assertEqual((asset.balance, asset.analytic_distribution), (160.0, False))
        self._bill_on(order, date(2026, 4, 7))
        self.assertEqual(self._get_revenue(order, MARCH), 160.0)
        self.assertEqual(self._get_revenue(order, APRIL, date(2026, 4, 1)), 0.0)
        self.assertEqual(self._get_revenue(order, APRIL), 160.0)
        self._assert_reversed(accrual)

    def test_nothing_before_the_work(self):
        """Work of 31 March at 20:00 is March's, and not February's."""
        order = self._create_worked_order(1.5, start=LAST_DAY)
        self.assertFalse(self._create_accrual(FEBRUARY).line_ids)
        accrual = self._create_accrual()
        self.assertEqual(self._get_figures(accrual), {(order, "work"): 120.0})

    def test_invoiced_in_march_is_not_accrued(self):
        order = self._create_worked_order(2.0)
        self._bill_on(order, date(2026, 3, 10))
        accrual = self._create_accrual()
        self.assertFalse(accrual.line_ids)
        with self.assertRaisesRegex(UserError, "nothing to accrue"):
            accrual.action_post()

    def test_drafts_are_no_revenue(self):
        """On a draft invoice: 160.00 are still unbilled; posted in April, too."""
        order = self._create_worked_order(2.0)
        invoice = self._bill(order, post=False)
        self.assertEqual(
            self._get_figures(self._create_accrual()), {(order, "work"): 160.0}
        )
        invoice.invoice_date = date(2026, 4, 2)
        self._post(invoice)
        self.assertEqual(
            self._get_figures(self._create_accrual()), {(order, "work"): 160.0}
        )

    def test_partly_invoiced(self):
        """Two visits, 2.0 h and 1.0 h; the first is invoiced: 80.00 are left."""
        order = self._create_order()
        self._work(
            self._create_visit(order),
            2.0,
            result="return_needed",
            return_reason_id=self.env.ref(
                "field_service.field_service_reason_return_more_time"
            ).id,
        )
        sale_order = order._create_sale_orders()
        invoice = sale_order._create_invoices()
        invoice.invoice_date = date(2026, 3, 5)
        self._post(invoice)
        self._work(self._create_visit(order, start=MONDAY + timedelta(days=7)), 1.0)
        accrual = self._accrue()
        self.assertEqual(self._get_figures(accrual), {(order, "work"): 80.0})
        self.assertEqual(self._get_revenue(order, MARCH), 240.0)

    def test_half_of_a_quantity_is_invoiced(self):
        """The clerk invoices 0.5 of 2.0 h: 120.00 of 160.00 are left."""
        order = self._create_worked_order(2.0)
        invoice = self._bill(order, post=False)
        invoice.invoice_line_ids.quantity = 0.5
        invoice.invoice_date = date(2026, 3, 5)
        self._post(invoice)
        accrual = self._create_accrual()
        self.assertEqual(self._get_figures(accrual), {(order, "work"): 120.0})

    def test_a_concession_is_not_accrued_again(self):
        """A credit note over 16.00 in March: nothing is left to bill."""
        order = self._create_worked_order(2.0)
        invoice = self._bill_on(order, date(2026, 3, 5))
        credit = self._create_credit(invoice)
        credit.invoice_line_ids.price_unit = 8.0
        credit.action_post()
        self.assertFalse(self._create_accrual().line_ids)

    def test_credited_in_full_is_to_be_billed_anew(self):
        order = self._create_worked_order(2.0)
        self._credit(self._bill_on(order, date(2026, 3, 5)))
        self.assertEqual(
            self._get_figures(self._create_accrual()), {(order, "work"): 160.0}
        )

    def test_running_again_posts_the_difference(self):
        """160.00, then nothing, then 80.00 for a visit that was reported late."""
        order = self._create_worked_order(2.0)
        self._accrue()
        again = self._create_accrual()
        self.assertEqual(self._get_figures(again), {(order, "work"): 0.0})
        with self.assertRaisesRegex(UserError, "nothing to accrue"):
            again.action_post()
        other = self._create_worked_order(1.0, start=MONDAY + timedelta(days=1))
        again.action_refresh()
        again.action_post()
        self.assertEqual(self._get_revenue(order, MARCH), 160.0)
        self.assertEqual(self._get_revenue(other, MARCH), 80.0)
        # Invoiced after it was accrued: taken off the accrual, not doubled.
        self._bill_on(order, date(2026, 3, 30))
        self._accrue()
        self.assertEqual(self._get_revenue(order, MARCH), 160.0)
        self.assertEqual(self._get_revenue(order, APRIL), 160.0)

    def test_a_stale_preview_is_not_posted(self):
        order = self._create_worked_order(2.0)
        accrual = self._create_accrual()
        self._bill_on(order, date(2026, 3, 5))
        action = accrual.action_post()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertEqual((accrual.state, accrual.move_count), ("draft", 0))
        self.assertFalse(accrual.line_ids)

    def test_next_month_begins_anew(self):
        """Still unbilled in April: 160.00 at the end of each month, once in all."""
        order = self._create_worked_order(2.0)
        self._accrue()
        self._accrue(APRIL)
        self.assertEqual(self._get_revenue(order, MARCH), 160.0)
        self.assertEqual(self._get_revenue(order, APRIL), 160.0)
        self.assertEqual(self._get_revenue(order, date(2026, 5, 1)), 0.0)

    def test_fixed_price_when_done(self):
        """1200.00 in the month in which the work is finished, not before."""
        order = self._create_order(pricing_method="fixed")
        visit = self._create_visit(order)
        self.assertFalse(self._create_accrual().line_ids)
        self._work(visit, 1.0)
        order.completed_on = datetime(2026, 4, 1, 8, 0)
        self.assertFalse(self._create_accrual().line_ids)
        self.assertEqual(
            self._get_figures(self._create_accrual(APRIL)), {(order, "work"): 1200.0}
        )

    def test_down_payment_is_revenue_already(self):
        """300.00 of 1200.00 were paid down on income: 900.00 are accrued."""
        order = self._create_order(pricing_method="fixed")
        sale_order = order._create_sale_orders()
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_ids=sale_order.ids, active_id=sale_order.id)
            .create({"advance_payment_method": "percentage", "amount": 25.0})
        )
        down = wizard._create_invoices(sale_order)
        down.invoice_date = date(2026, 3, 3)
        self._post(down)
        self._work(self._create_visit(order), 1.0)
        order.completed_on = datetime(2026, 3, 20, 8, 0)
        accrual = self._accrue()
        self.assertEqual(self._get_figures(accrual), {(order, "work"): 900.0})
        self.assertEqual(self._get_revenue(order, MARCH), 1200.0)

    def test_discount_of_the_whole_sales_order(self):
        """10 % off 160.00: 144.00."""
        order = self._create_worked_order(2.0)
        sale_order = order._create_sale_orders()
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": sale_order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        ).action_apply_discount()
        self.assertEqual(
            self._get_figures(self._create_accrual()), {(order, "work"): 144.0}
        )
        self._bill_on(order, date(2026, 3, 5))
        self.assertFalse(self._create_accrual().line_ids)

    def test_parts_on_the_day_of_use(self):
        """2 filters x 25.00 in March, one more in April."""
        order = self._create_order()
        first = self._use_part(order, quantity=2.0)
        second = self._use_part(order, quantity=1.0)
        first.move_ids.date = datetime(2026, 3, 12, 9, 0)
        second.move_ids.date = datetime(2026, 4, 2, 9, 0)
        self.assertEqual(
            self._get_figures(self._create_accrual()), {(order, "work"): 50.0}
        )
        self.assertEqual(
            self._get_figures(self._create_accrual(APRIL)), {(order, "work"): 75.0}
        )

    def test_tax_in_the_price(self):
        """92.00 an hour with 15 % in it: 80.00 of revenue."""
        tax = self.company.account_sale_tax_id.copy(
            {"price_include_override": "tax_included", "amount": 15.0, "name": "In"}
        )
        self.labour_product.taxes_id = tax
        self.labour_product.lst_price = 92.0
        order = self._create_worked_order(2.0)
        self.assertEqual(
            self._get_figures(self._create_accrual()), {(order, "work"): 160.0}
        )
        order._create_sale_orders()
        self.assertEqual(
            self._get_figures(self._create_accrual()), {(order, "work"): 160.0}
        )

    def test_foreign_currency_at_the_end_of_the_period(self):
        """160.00 EUR: 0.80 EUR per USD at the end of March make 200.00 USD."""
        order = self._create_euro_order()
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": self.env.ref("base.EUR").id,
                    "company_id": self.company.id,
                    "name": day,
                    "rate": rate,
                }
                for day, rate in (
                    ("2026-01-01", 0.5),
                    ("2026-03-31", 0.8),
                    ("2026-04-01", 0.4),
                )
            ]
        )
        accrual = self._accrue()
        self.assertEqual(self._get_figures(accrual), {(order, "work"): 200.0})
        self.assertEqual(accrual.line_ids.amount_currency, 160.0)
        self._assert_reversed(accrual)

    def _create_euro_order(self):
        euro = self.env.ref("base.EUR")
        item = {
            "applied_on": "0_product_variant",
            "product_id": self.labour_product.id,
            "compute_price": "fixed",
            "fixed_price": 80.0,
        }
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Euro",
                "currency_id": euro.id,
                "item_ids": [Command.create(item)],
            }
        )
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        order = self._create_order(pricelist_id=pricelist.id)
        self._work(self._create_visit(order), 2.0)
        return order

    def test_currency_without_rate(self):
        self._create_euro_order()
        with self.assertRaisesRegex(UserError, "EUR has no rate in Service A"):
            self._create_accrual()

    def test_what_is_left_out_is_said(self):
        """Goodwill, and a filter without a price: nothing is accrued for them."""
        free = self._create_part_product("Gasket", lst_price=0.0)
        self._receive(free, 1.0, 1.0)
        order = self._create_worked_order(2.0, coverage="goodwill")
        part = self._use_part(self._create_order(), free, 1.0)
        part.move_ids.date = datetime(2026, 3, 12, 9, 0)
        accrual = self._create_accrual()
        self.assertFalse(accrual.line_ids)
        self.assertEqual(
            {line.order_id: (line.reason, line.value) for line in accrual.left_out_ids},
            {
                order: ("Goodwill", 160.0),
                part.order_id: ("The charge has no price.", 0.0),
            },
        )

    # ------------------------------------------------------------------- refusals
    def test_two_companies(self):
        """B's 2.0 h x 80 EUR are B's; a user of A cannot see them."""
        order_b = self._create_worked_order(2.0, company_id=self.company_b.id)
        order = self._create_worked_order(1.0)
        accrual = self._accrue()
        accrual_b = self._accrue(company=self.company_b)
        self.assertEqual(self._get_figures(accrual), {(order, "work"): 80.0})
        self.assertEqual(self._get_figures(accrual_b), {(order_b, "work"): 160.0})
        self.assertEqual(accrual_b.move_ids.company_id, self.company_b)
        with self.assertRaises(AccessError):
            accrual_b.with_user(self.accountant).read(["name"])

    def test_accountant_without_field_service(self):
        """He needs no right on orders; technician, dispatcher and clerk have none."""
        order = self._create_worked_order(2.0)
        accrual = self._create_accrual(user=self.accountant)
        accrual.action_post()
        self.assertEqual(self._get_revenue(order, MARCH), 160.0)
        for user in (self.user_technician, self.dispatcher, self.manager, self.clerk):
            with self.assertRaises(AccessError):
                self._create_accrual(user=user)
            with self.assertRaises(AccessError):
                accrual.with_user(user).action_cancel()

    def test_closed_books(self):
        """Neither the period nor the next one may be closed."""
        self._create_worked_order(2.0)
        accrual = self._create_accrual()
        self.company.fiscalyear_lock_date = date(2026, 3, 31)
        with self.assertRaisesRegex(UserError, "closed on 03/31/2026"):
            accrual.action_post()
        self.assertFalse(accrual.move_ids)
        self.company.fiscalyear_lock_date = date(2026, 4, 1)
        with self.assertRaisesRegex(UserError, "closed on 04/01/2026"):
            accrual.action_post()
        self.company.fiscalyear_lock_date = date(2026, 2, 28)
        accrual.action_post()
        self.company.fiscalyear_lock_date = MARCH
        with self.assertRaisesRegex(UserError, "closed on 03/31/2026"):
            accrual.action_cancel()
        self.assertEqual(accrual.state, "posted")

    def test_missing_account(self):
        self._create_worked_order(2.0)
        self.company.service_accrued_income_account_id = False
        accrual = self._create_accrual()
        with self.assertRaisesRegex(UserError, "no “Accrued Income”.*Propose Accounts"):
            accrual.action_post()
        wizard = self.env["field.service.accrual.wizard"].create({})
        wizard.with_user(self.accountant).action_propose_accounts()
        self.assertEqual(
            wizard.income_account_id, self.company.service_accrued_income_account_id
        )
        self.assertEqual(wizard.income_account_id.account_type, "asset_current")

    def test_period_that_is_not_over(self):
        with self.assertRaisesRegex(UserError, "not over"):
            self._create_accrual(date(2999, 12, 31))

    def test_cancelled(self):
        """All is taken back on its own day, also in a hashed journal."""
        order = self._create_worked_order(2.0)
        self.company.service_journal_id.restrict_mode_hash_table = True
        accrual = self._accrue()
        with self.assertRaisesRegex(UserError, "cancel the accrual"):
            accrual.move_ids[0].button_draft()
        with self.assertRaisesRegex(UserError, "in the books"):
            accrual.unlink()
        accrual.action_cancel()
        self.assertEqual(len(accrual.move_ids), 4)
        self.assertEqual(self._get_revenue(order, MARCH), 0.0)
        self._assert_reversed(accrual)
        # And it may be accrued once more.
        self._accrue()
        self.assertEqual(self._get_revenue(order, MARCH), 160.0)
