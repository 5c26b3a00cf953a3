from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from .fee_common import FeeCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 08:00:00")
class TestAgreementPrice(FeeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.index = cls.env["field.service.price.index"].create(
            {
                "name": "CPI",
                "value_ids": [
                    Command.create({"date": date(2025, 2, 10), "value": 110.0}),
                    Command.create({"date": date(2026, 2, 1), "value": 112.3}),
                ],
            }
        )

    def _create_indexed(self, **values):
        return self._create_fee_agreement(
            **{
                "indexation": "index",
                "price_index_id": self.index.id,
                "index_base_date": date(2025, 2, 1),
                "indexation_month": "4",
                **values,
            }
        )

    def _get_new(self, agreement, *args, **kwargs):
        changes = agreement._get_price_changes(*args, **kwargs)
        return [(change["price_unit"], change["issue"]) for change in changes]

    def test_a_fixed_percentage(self):
        agreement = self._create_fee_agreement(
            indexation="fixed", indexation_percent=2.5, indexation_month="4"
        )
        self.assertEqual(agreement.indexation_date, date(2026, 4, 1))
        agreement._apply_price_changes(agreement._get_price_changes())
        fee = agreement.fee_ids
        # 100.00 x 1.025 = 102.50, from April on; March stays.
        self.assertEqual(fee._get_price(date(2026, 3, 31)), 100.0)
        self.assertEqual(fee._get_price(date(2026, 4, 1)), 102.5)
        self.assertEqual(agreement.indexation_date, date(2027, 4, 1))
        invoice = self._bill_until(agreement, date(2026, 4, 1))
        self.assertEqual(
            invoice.invoice_line_ids.mapped("price_unit"), [100.0, 100.0, 100.0, 102.5]
        )

    def test_by_index_with_history_and_message(self):
        agreement = self._create_indexed()
        # 100.00 x 112.3 / 110.0 = 102.0909 = 102.09; April follows February.
        self.assertEqual(self._get_new(agreement), [(102.09, False)])
        agreement._apply_price_changes(agreement._get_price_changes())
        [row] = agreement.price_history_ids
        self.assertEqual((row.old_price, row.price_unit), (100.0, 102.09))
        self.assertEqual(row.date, date(2026, 4, 1))
        self.assertIn("112.3 / 110 (CPI 2026-02 / 2025-02)", row.formula)
        self.assertIn("100.00 → 102.09", agreement.message_ids[0].body)
        self.assertEqual(agreement.index_base_date, date(2026, 2, 1))
        # The next one stands on the new base: February 2027 is missing.
        [(_price, issue)] = self._get_new(agreement)
        self.assertIn("no value for 2027-02", issue)

    def test_never_twice_for_one_date(self):
        agreement = self._create_indexed()
        changes = agreement._get_price_changes()
        agreement._apply_price_changes(changes)
        [(_price, issue)] = self._get_new(agreement, date(2026, 4, 1), 5.0)
        self.assertIn("already", issue)
        with self.assertRaisesRegex(UserError, "already"):
            agreement._apply_price_changes(
                agreement._get_price_changes(date(2026, 4, 1), 5.0)
            )
        self.assertEqual(len(agreement.price_history_ids), 1)

    def test_cap_floor_and_rounding(self):
        agreement = self._create_indexed(indexation_cap=1.5, indexation_rounding=0.05)
        # 100.00 x 1.015 = 101.50.
        self.assertEqual(self._get_new(agreement), [(101.5, False)])
        # 2.0909 % rounded to 0.05: 102.10.
        agreement.indexation_cap = 0.0
        self.assertEqual(self._get_new(agreement), [(102.1, False)])
        self.index.value_ids.filtered(lambda value: value.value > 111).value = 99.0
        # The index fell by 10 %: prices stay, unless falling was agreed.
        self.assertEqual(self._get_new(agreement), [(100.0, False)])
        agreement.indexation_floor = -100.0
        self.assertEqual(self._get_new(agreement), [(90.0, False)])

    def test_notice_and_billed_periods_are_in_the_way(self):
        agreement = self._create_indexed(indexation_notice_days=30)
        [(_price, issue)] = self._get_new(agreement)
        self.assertIn("30 days before", issue)  # 10 March + 30 days = 9 April
        agreement.indexation_notice_days = 0
        self._bill_until(agreement, date(2026, 4, 1))
        [(_price, issue)] = self._get_new(agreement)
        self.assertIn("billed to", issue)
        with self.assertRaisesRegex(UserError, "old price"):
            agreement._apply_price_changes(agreement._get_price_changes())

    def test_rules_that_are_not_complete(self):
        agreement = self._create_indexed(price_index_id=False)
        self.assertIn("Choose an index", self._get_new(agreement)[0][1])
        agreement.write({"price_index_id": self.index.id, "index_lag_months": 3})
        self.assertIn("no value for 2026-01", self._get_new(agreement)[0][1])
        agreement.indexation = "none"
        self.assertIn("no rule", self._get_new(agreement)[0][1])

    def test_the_clerk_adjusts_by_wizard(self):
        agreement = self._create_indexed()
        action = agreement.with_user(self.clerk).action_adjust_prices()
        wizards = self.env["field.service.indexation.wizard"].with_user(self.clerk)
        wizard = Form(wizards.with_context(**action["context"])).save()
        self.assertEqual(wizard.line_ids.price_unit, 102.09)
        self.assertTrue(wizard.line_ids.is_selected)
        wizard.action_apply()
        self.assertEqual(agreement.fee_ids._get_price(date(2026, 4, 1)), 102.09)
        with self.assertRaises(UserError):
            wizard.action_apply()
        with self.assertRaises(AccessError):
            agreement.price_history_ids.with_user(self.clerk).price_unit = 1.0

    def test_a_price_that_is_billed_stays(self):
        agreement = self._create_indexed()
        agreement._apply_price_changes(agreement._get_price_changes())
        row = agreement.price_history_ids
        draft = self._bill_until(agreement, date(2026, 4, 1))
        with self.assertRaisesRegex(UserError, "billed at this price"):
            row.unlink()
        draft.unlink()
        row.unlink()
        self.assertEqual(agreement.fee_ids._get_price(date(2026, 4, 1)), 100.0)

    def test_the_responsible_is_reminded_once(self):
        agreement = self._create_indexed(user_id=self.manager.id)
        with freeze_time("2026-03-20 08:00:00"):
            due = self.env[agreement._name].with_company(self.company)
            due = due._get_indexation_due()
            self.assertIn(agreement, due)
            agreement._remind_of_prices()
            agreement._remind_of_prices()
        self.assertEqual(len(agreement.activity_ids), 1)
        agreement._apply_price_changes(agreement._get_price_changes())
        self.assertFalse(agreement.activity_ids)
