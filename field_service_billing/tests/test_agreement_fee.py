from datetime import date
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .fee_common import FeeCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 08:00:00")
class TestAgreementFee(FeeCommon):
    # ------------------------------------------------------------------- periods
    def test_fees_in_advance_are_billed_once_per_period(self):
        agreement = self._create_fee_agreement()
        invoice = self._bill_until(agreement, date(2026, 3, 10))
        self.assertEqual(
            self._get_billed(agreement),
            [
                ("2026-01-01", "2026-01-31", 100.0),
                ("2026-02-01", "2026-02-28", 100.0),
                ("2026-03-01", "2026-03-31", 100.0),
            ],
        )
        self.assertEqual((invoice.state, invoice.amount_untaxed), ("draft", 300.0))
        self.assertEqual(agreement.next_fee_date, date(2026, 4, 1))
        self.assertFalse(self._bill_until(agreement, date(2026, 3, 10)))
        self.assertFalse(self._bill_until(agreement, date(2026, 3, 31)))
        self.assertEqual(len(agreement.fee_period_ids), 3)

    def test_lines_carry_the_account_of_the_agreement_and_of_no_order(self):
        agreement = self._create_fee_agreement(fee_posting="post")
        invoice = self._bill_until(agreement, date(2026, 1, 1))
        self.assertEqual(invoice.state, "posted")
        line = invoice.invoice_line_ids
        account = agreement.sudo().analytic_account_id
        self.assertEqual(line.analytic_distribution, {str(account.id): 100.0})
        # Even when a distribution model would like to say something else.
        line.analytic_line_ids.ensure_one()
        self.assertEqual(line.analytic_line_ids.amount, 100.0)
        self.assertFalse(invoice.service_order_ids)

    def test_arrears_are_billed_after_the_period(self):
        agreement = self._create_fee_agreement(
            {"timing": "arrears", "interval": "quarter"}
        )
        self.assertEqual(agreement.next_fee_date, date(2026, 4, 1))
        self.assertFalse(self._bill_until(agreement, date(2026, 3, 31)))
        self._bill_until(agreement, date(2026, 4, 1))
        self.assertEqual(
            self._get_billed(agreement), [("2026-01-01", "2026-03-31", 100.0)]
        )

    def test_calendar_periods_first_and_last_by_days(self):
        agreement = self._create_fee_agreement(
            {"first_period": "prorata"},
            date_start=date(2026, 1, 15),
            date_end=date(2026, 3, 10),
        )
        self._bill_until(agreement, date(2026, 12, 31))
        # 17 of 31 days: 54.8387 = 54.84; 10 of 31 days: 32.2581 = 32.26.
        self.assertEqual(
            self._get_billed(agreement),
            [
                ("2026-01-15", "2026-01-31", 54.84),
                ("2026-02-01", "2026-02-28", 100.0),
                ("2026-03-01", "2026-03-10", 32.26),
            ],
        )
        self.assertFalse(agreement.next_fee_date)
        # Renewed: the rest of March is billed too, 21 of 31 days: 67.7419 = 67.74.
        agreement.date_end = date(2026, 4, 30)
        self._bill_until(agreement, date(2026, 12, 31))
        self.assertEqual(
            self._get_billed(agreement)[3:],
            [
                ("2026-03-11", "2026-03-31", 67.74),
                ("2026-04-01", "2026-04-30", 100.0),
            ],
        )

    def test_first_calendar_period_in_full(self):
        agreement = self._create_fee_agreement(
            {"first_period": "full", "interval": "half_year", "price_unit": 600.0},
            date_start=date(2026, 2, 15),
        )
        self._bill_until(agreement, date(2026, 7, 1))
        self.assertEqual(
            self._get_billed(agreement),
            [
                ("2026-02-15", "2026-06-30", 600.0),
                ("2026-07-01", "2026-12-31", 600.0),
            ],
        )

    def test_the_31st_stays_the_31st(self):
        agreement = self._create_fee_agreement(date_start=date(2025, 12, 31))
        self._bill_until(agreement, date(2026, 3, 10))
        self.assertEqual(
            [period[:2] for period in self._get_billed(agreement)],
            [
                ("2025-12-31", "2026-01-30"),
                ("2026-01-31", "2026-02-27"),
                ("2026-02-28", "2026-03-30"),
            ],
        )
        self.assertEqual(agreement.fee_ids.next_start, date(2026, 3, 31))

    def test_billed_ahead(self):
        agreement = self._create_fee_agreement(fee_lead_days=10)
        self._bill_until(agreement, date(2026, 3, 10))
        self.assertEqual(agreement.next_fee_date, date(2026, 3, 22))

    # --------------------------------------------------------------------- freeing
    def test_a_period_is_free_again_without_its_invoice(self):
        agreement = self._create_fee_agreement(date_end=date(2026, 1, 31))
        fee = agreement.fee_ids
        draft = self._bill_until(agreement, date(2026, 1, 1))
        draft.unlink()
        self.assertEqual(fee.next_date, date(2026, 1, 1), "deleted")
        cancelled = self._bill_until(agreement, date(2026, 1, 1))
        cancelled.button_cancel()
        self.assertEqual(fee.next_date, date(2026, 1, 1), "cancelled")
        invoice = self._bill_until(agreement, date(2026, 1, 1))
        self._post(invoice)
        self.assertFalse(fee.next_date)
        credit = self._create_credit(invoice)
        self.assertFalse(fee.next_date, "a draft credits nothing")
        credit.action_post()
        self.assertEqual(fee.next_date, date(2026, 1, 1), "credited")
        again = self._bill_until(agreement, date(2026, 1, 1))
        self.assertEqual(
            self._get_billed(agreement), [("2026-01-01", "2026-01-31", 100.0)]
        )
        # The credit note may not be taken back any more: it would be billed twice.
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(Exception) as caught,
            self.env.cr.savepoint(),
        ):
            credit.button_draft()
            credit.button_cancel()
            self.env.flush_all()
        self.assertIn("billed_once", str(caught.exception))
        self.assertTrue(again.exists())

    def test_a_credit_in_part_leaves_the_period_billed(self):
        agreement = self._create_fee_agreement(date_end=date(2026, 1, 31))
        invoice = self._post(self._bill_until(agreement, date(2026, 1, 1)))
        credit = self._create_credit(invoice)
        credit.invoice_line_ids.price_unit = 30.0
        credit.action_post()
        self.assertEqual(
            self._get_billed(agreement), [("2026-01-01", "2026-01-31", 70.0)]
        )
        self.assertFalse(agreement.next_fee_date)

    def test_a_copied_invoice_is_about_no_period(self):
        agreement = self._create_fee_agreement(date_end=date(2026, 1, 31))
        copy = self._bill_until(agreement, date(2026, 1, 1)).copy()
        self.assertFalse(copy.invoice_line_ids.service_fee_period_id)

    def test_a_waived_period_is_not_billed(self):
        agreement = self._create_fee_agreement(date_end=date(2026, 2, 28))
        draft = self._bill_until(agreement, date(2026, 1, 1))
        period = agreement.fee_period_ids
        with self.assertRaisesRegex(UserError, "on an invoice"):
            period.waive_reason = "A gift"
        draft.unlink()
        period.with_user(self.clerk).waive_reason = "A gift"
        self._bill_until(agreement, date(2026, 3, 10))
        self.assertEqual(
            self._get_billed(agreement),
            [("2026-01-01", "2026-01-31", 0.0), ("2026-02-01", "2026-02-28", 100.0)],
        )

    def test_nothing_is_billed_for_a_suspension(self):
        agreement = self._create_fee_agreement()
        self._bill_until(agreement, date(2026, 3, 10))
        agreement.action_suspend()
        with self.assertRaisesRegex(UserError, "Suspended"):
            self._bill_until(agreement, date(2026, 4, 1))
        with freeze_time("2026-06-10 08:00:00"):
            agreement.with_user(self.dispatcher).action_activate()
            self._bill_until(agreement, date(2026, 6, 10))
        # April and May passed while it was suspended; June is paid for.
        self.assertEqual(
            [amount for _start, _stop, amount in self._get_billed(agreement)],
            [100.0, 100.0, 100.0, 0.0, 0.0, 100.0],
        )

    def test_two_periods_never_overlap_in_the_database(self):
        agreement = self._create_fee_agreement()
        self._bill_until(agreement, date(2026, 1, 1))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(Exception, "billed_once"),
            self.env.cr.savepoint(),
        ):
            self.env["field.service.fee.period"].create(
                {
                    "fee_id": agreement.fee_ids.id,
                    "date_from": date(2026, 1, 31),
                    "date_to": date(2026, 2, 27),
                    "waive_reason": "By hand",
                }
            )
            self.env.flush_all()

    # ------------------------------------------------------------------------ cron
    def test_one_failure_stops_nobody_and_is_told(self):
        bad = self._create_fee_agreement(user_id=self.manager.id)
        good = self._create_fee_agreement()
        bad.fee_ids.price_unit = 0.0
        crash = self._create_fee_agreement()
        model = type(bad)
        original = model._prepare_fee_invoice_values

        def prepare(agreement, dues, periods):
            if agreement == crash:
                raise KeyError("unexpected")
            return original(agreement, dues, periods)

        cron = self.env["field.service.agreement"].search(
            [("id", "in", (bad | good | crash).ids)]
        )
        with (
            patch.object(model, "_prepare_fee_invoice_values", prepare),
            patch.object(model, "search", lambda *args, **kwargs: cron),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: 1.0
            ),
            mute_logger(
                "odoo.addons.field_service.models.field_service_agreement_generation"
            ),
        ):
            self.env["field.service.agreement"]._cron_fees()
        self.assertEqual(len(self._get_billed(good)), 3)
        self.assertFalse(bad.fee_period_ids | crash.fee_period_ids)
        self.assertIn("has no price", bad.fee_error)
        self.assertIn("unexpected", crash.fee_error)
        self.assertFalse(good.fee_error)
        self.assertEqual(bad.activity_ids.user_id, self.manager)
        # All is well again: the error and the activity go.
        bad.fee_ids.price_unit = 10.0
        bad._bill_and_tell()
        self.assertFalse(bad.fee_error or bad.activity_ids)
        self.assertEqual(len(self._get_billed(bad)), 3)

    # ------------------------------------------------------------------- bad input
    def _assert_refused(self, agreement, words):
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            self._bill_until(agreement, date(2026, 3, 10))
        self.assertFalse(agreement.fee_period_ids)

    def test_what_is_missing_is_said_before_anything_is_made(self):
        agreement = self._create_fee_agreement(fee_posting="post")
        self.partner.write({"street": False, "city": False})
        self._assert_refused(agreement, "no address")
        self.partner.city = "Perth"
        self.company.service_billing_tax_required = True
        self._assert_refused(agreement, "has no tax")
        agreement.fee_ids.tax_ids = self.env["account.tax"].search(
            [("company_id", "=", self.company.id), ("type_tax_use", "=", "sale")],
            limit=1,
        )
        self.company.hard_lock_date = date(2026, 3, 31)
        self._assert_refused(agreement, "locked")

    def test_no_income_account_no_rate_no_journal(self):
        agreement = self._create_fee_agreement()
        journals = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "sale")]
        )
        journals.default_account_id = False
        self.company.income_account_id = False
        self.fee_product.categ_id.with_company(
            self.company
        ).property_account_income_categ_id = False
        self._assert_refused(agreement, "no income account")
        currency = self.env["res.currency"].create({"name": "XFS", "symbol": "x"})
        agreement.currency_id = currency
        self._assert_refused(agreement, "no rate of XFS")
        journals.active = False
        self._assert_refused(agreement, "no sales journal")

    def test_dates_are_checked(self):
        with self.assertRaisesRegex(ValidationError, "begins before"):
            self._create_fee_agreement({"date_from": date(2025, 12, 31)})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(CheckViolation, "end_after_start"),
            self.env.cr.savepoint(),
        ):
            self._create_fee_agreement(
                {"date_from": date(2026, 2, 1), "date_to": date(2026, 1, 1)}
            )

    def test_what_was_billed_is_settled(self):
        agreement = self._create_fee_agreement()
        fee = agreement.fee_ids
        fee.price_unit = 110.0
        self._bill_until(agreement, date(2026, 1, 1))
        with self.assertRaisesRegex(UserError, "Adjust Prices"):
            fee.price_unit = 120.0
        with self.assertRaisesRegex(UserError, "has been billed"):
            fee.unlink()
        fee.date_to = date(2026, 1, 31)
        self.assertFalse(fee.next_date)

    def test_the_end_says_what_is_to_be_credited(self):
        agreement = self._create_fee_agreement({"interval": "year"})
        self._bill_until(agreement, date(2026, 1, 1))
        agreement.with_user(self.dispatcher).action_end()
        self.assertIn("to be credited", agreement.message_ids[0].body)

    # ------------------------------------------------------ currency, tax, companies
    def test_foreign_currency(self):
        euro = self.env.ref("base.EUR")
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": date(2026, 1, 1),
                "rate": 0.8,
            }
        )
        agreement = self._create_fee_agreement(
            currency_id=euro.id, fee_posting="post", date_end=date(2026, 1, 31)
        )
        invoice = self._bill_until(agreement, date(2026, 1, 1))
        self.assertEqual((invoice.currency_id, invoice.amount_untaxed), (euro, 100.0))
        # 100 EUR / 0.8 = 125 USD.
        self.assertEqual(invoice.invoice_line_ids.balance, -125.0)
        self.assertEqual(invoice.invoice_line_ids.analytic_line_ids.amount, 125.0)

    def test_taxes_follow_the_fiscal_position(self):
        tax = self.env["account.tax"].create(
            {"name": "T10", "amount": 10.0, "company_id": self.company.id}
        )
        position = self.env["account.fiscal.position"].create(
            {"name": "Abroad", "company_id": self.company.id}
        )
        abroad = self.env["account.tax"].create(
            {
                "name": "T0",
                "amount": 0.0,
                "company_id": self.company.id,
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.link(tax.id)],
            }
        )
        self.fee_product.taxes_id = tax
        agreement = self._create_fee_agreement()
        invoice = self._bill_until(agreement, date(2026, 1, 1))
        self.assertEqual(invoice.invoice_line_ids.tax_ids, tax)
        self.assertEqual(invoice.amount_total, 110.0)
        self.partner.with_company(self.company).property_account_position_id = position
        invoice = self._bill_until(agreement, date(2026, 2, 1))
        self.assertEqual(invoice.invoice_line_ids.tax_ids, abroad)

    def test_two_companies(self):
        agreement = self._create_fee_agreement()
        other = self._create_fee_agreement(company_id=self.company_b.id)
        invoice = self._bill_until(other, date(2026, 1, 1))
        self.assertEqual(invoice.company_id, self.company_b)
        self.assertEqual(invoice.journal_id.company_id, self.company_b)
        seen = self.env["field.service.agreement.fee"].with_user(self.clerk).search([])
        self.assertIn(agreement.fee_ids, seen)
        self.assertNotIn(other.fee_ids, seen)

    # ---------------------------------------------------------------------- wizard
    def test_the_clerk_sees_the_preview_and_bills(self):
        agreement = self._create_fee_agreement({}, {"price_unit": 50.0})
        broken = self._create_fee_agreement()
        broken.fee_ids.price_unit = 0.0
        action = (agreement | broken).with_user(self.clerk).action_bill_fees()
        form = Form(
            self.env["field.service.fee.wizard"]
            .with_user(self.clerk)
            .with_context(**action["context"])
        )
        form.date = date(2026, 1, 31)
        wizard = form.save()
        self.assertEqual(
            [(line.amount, line.is_selected) for line in wizard.line_ids],
            [(100.0, True), (50.0, True), (0.0, False)],
        )
        self.assertIn("no price", wizard.line_ids[2].issue)
        wizard.line_ids[1].is_selected = False
        action = wizard.action_bill()
        invoice = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(invoice.amount_untaxed, 100.0)
        self.assertEqual(agreement.fee_ids[1].next_date, date(2026, 1, 1))
        # The same wizard again: what it shows is billed already.
        with self.assertRaises(UserError):
            wizard.action_bill()

    # ---------------------------------------------------------------------- access
    def test_who_sees_and_who_changes(self):
        agreement = self._create_fee_agreement()
        fee = agreement.fee_ids
        for user in self.user_technician, self.dispatcher:
            names = self.env[agreement._name].with_user(user).fields_get()
            self.assertNotIn("fee_ids", names)
            self.assertNotIn("indexation_percent", names)
            with self.assertRaises(AccessError):
                fee.with_user(user).read(["price_unit"])
        copy = agreement.with_user(self.dispatcher).copy()
        self.assertFalse(copy.sudo().fee_ids)
        copy = agreement.with_user(self.manager).copy({"date_start": date(2026, 5, 1)})
        self.assertEqual(copy.fee_ids.price_unit, 100.0)
        self.assertEqual(copy.fee_ids.date_from, date(2026, 5, 1))
        salesman = self._create_user("salesman", "sales_team.group_sale_salesman")
        self.assertEqual(fee.with_user(salesman).price_unit, 100.0)
        with self.assertRaises(AccessError):
            fee.with_user(salesman).quantity = 2.0
        fee.with_user(self.clerk).quantity = 2.0
        fee.with_user(self.manager).quantity = 3.0
        invoice = self._bill_until(agreement.with_user(self.clerk), date(2026, 1, 1))
        self.assertEqual(invoice.amount_untaxed, 300.0)

    def test_forms_open(self):
        agreement = self._create_fee_agreement()
        for user in self.clerk, self.manager, self.dispatcher:
            Form(agreement.with_user(user))
