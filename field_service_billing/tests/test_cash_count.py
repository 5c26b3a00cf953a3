from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestCashCount(PaymentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_invoiced_order()
        cls._pay_cash(cls.order, 192.0)

    def test_all_is_there_and_handed_over(self):
        count = self._create_count(counted_amount=192.0)
        self.assertEqual(count.expected_amount, 192.0)
        self.assertEqual(count.received_amount, 192.0)
        self.assertEqual(count.difference, 0.0)
        count.action_confirm()
        self.assertEqual(count.state, "confirmed")
        office = count.sudo()
        self.assertFalse(office.difference_move_id)
        self.assertEqual(self.box._get_service_cash_balance(), 0.0)
        out = office.payment_ids.filtered(lambda one: one.payment_type == "outbound")
        transfer = self.company.transfer_account_id
        self._assert_entry(
            out.move_id, {self.box.default_account_id: -192.0, transfer: 192.0}
        )
        arrived = out.paired_internal_transfer_payment_id
        self.assertEqual(arrived.journal_id, self.main_cash)
        items = (out | arrived).move_id.line_ids.filtered(
            lambda line: line.account_id == transfer
        )
        self.assertEqual(items.mapped("amount_residual"), [0.0, 0.0])
        receipt = self.env["account.payment"].search(
            [("service_order_id", "=", self.order.id)]
        )
        self.assertEqual(receipt.service_cash_count_id, count)

    def test_what_is_missing_is_a_loss_with_a_sentence(self):
        """185.00 of 192.00: 7.00 lost; 150.00 handed over, 35.00 stay."""
        count = self._create_count(counted_amount=185.0, handover_amount=150.0)
        self.assertEqual((count.difference, count.remaining_amount), (-7.0, 35.0))
        with self.assertRaisesRegex(UserError, "one sentence"):
            count.action_confirm()
        count.explanation = "   "
        with self.assertRaisesRegex(UserError, "one sentence"):
            count.action_confirm()
        count.explanation = "A note was torn"
        count.action_confirm()
        self._assert_entry(
            count.sudo().difference_move_id,
            {self.box.default_account_id: -7.0, self.box.loss_account_id: 7.0},
        )
        self.assertEqual(self.box._get_service_cash_balance(), 35.0)
        again = self._create_count()
        self.assertEqual((again.opening_amount, again.expected_amount), (35.0, 35.0))
        self.assertEqual((again.received_amount, again.other_amount), (0.0, 0.0))

    def test_what_is_too_much_is_a_gain(self):
        count = self._create_count(counted_amount=200.0, explanation="Kept the change")
        count.action_confirm()
        self._assert_entry(
            count.sudo().difference_move_id,
            {self.box.default_account_id: 8.0, self.box.profit_account_id: -8.0},
        )
        self.assertEqual(self.box._get_service_cash_balance(), 0.0)

    def test_a_distribution_model_gives_it_no_order(self):
        self.env["account.analytic.distribution.model"].create(
            {
                "account_prefix": self.box.loss_account_id.code[:3],
                "company_id": self.company.id,
                "analytic_distribution": self.order._get_analytic_distribution(),
            }
        )
        count = self._create_count(counted_amount=190.0, explanation="Two coins lost")
        count.action_confirm()
        lines = count.sudo().difference_move_id.line_ids
        self.assertFalse(any(lines.mapped("analytic_distribution")))
        self._assert_income({self.order: 160.0})

    def test_money_that_came_meanwhile_is_counted_again(self):
        count = self._create_count(counted_amount=192.0)
        other = self._create_invoiced_order()
        self._pay_cash(other, 192.0)
        with self.assertRaisesRegex(UserError, "Refresh"):
            count.action_confirm()
        count.action_refresh()
        self.assertEqual(count.expected_amount, 384.0)
        count.counted_amount = 384.0
        count.action_confirm()
        self.assertEqual(self.box._get_service_cash_balance(), 0.0)

    def test_money_booked_by_hand_is_other(self):
        """The accountant gives 50.00 change money into the box."""
        move = self.env["account.move"].create(
            {
                "journal_id": self.box.id,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": balance})
                    for account, balance in (
                        (self.box.default_account_id, 50.0),
                        (self.company.transfer_account_id, -50.0),
                    )
                ],
            }
        )
        move.action_post()
        count = self._create_count()
        self.assertEqual((count.other_amount, count.expected_amount), (50.0, 242.0))

    def test_nonsense_is_refused(self):
        count = self._create_count(counted_amount=192.0)
        count.handover_amount = 500.0
        with self.assertRaisesRegex(UserError, "more is handed over"):
            count.action_confirm()
        count.handover_amount = 192.0
        count.handover_journal_id = False
        with self.assertRaisesRegex(UserError, "handed over to"):
            count.action_confirm()
        self.assertEqual(self.box._get_service_cash_balance(), 192.0)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            count.counted_amount = -1.0
            count.flush_recordset()

    def test_one_count_at_a_time(self):
        self._create_count()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create_count()

    def test_confirmed_stays(self):
        count = self._create_count(counted_amount=192.0)
        count.action_confirm()
        with self.assertRaisesRegex(UserError, "confirmed already"):
            count.action_confirm()
        for user in (self.user_technician, self.clerk):
            with self.assertRaisesRegex(UserError, "stays as it is"):
                count.with_user(user).counted_amount = 1.0
            with self.assertRaisesRegex(UserError, "stays"):
                count.with_user(user).unlink()
        count.message_post(body="Thank you")

    def test_a_locked_day_is_booked_today(self):
        today = fields.Date.context_today(self.env.user)
        self.company.fiscalyear_lock_date = fields.Date.subtract(today, days=1)
        count = self._create_count(
            counted_amount=190.0,
            explanation="Two coins lost",
            date=fields.Date.subtract(today, days=3),
        )
        count.action_confirm()
        office = count.sudo()
        self.assertEqual(office.difference_move_id.date, today)
        self.assertEqual(set(office.payment_ids.mapped("date")), {today})

    # --------------------------------------------------------------------- rights
    def test_a_technician_counts_his_own(self):
        other = self._create_technician("Otto")
        other.action_create_cash_journals()
        with self.assertRaises(AccessError):
            self._create_count(employee_id=other.id)
        stranger = self._create_user("stranger", "field_service.group_technician")
        count = self._create_count()
        with self.assertRaises(AccessError):
            count.with_user(stranger).read(["expected_amount"])
        self.assertEqual(count.with_user(self.clerk).expected_amount, 192.0)
        manager = self._create_user("cashmanager", "field_service.group_manager")
        self.assertEqual(count.with_user(manager).expected_amount, 192.0)
        with self.assertRaises(AccessError):
            count.with_user(manager).counted_amount = 5.0

    def test_what_the_books_say_is_written_by_nobody(self):
        count = self._create_count()
        for values in ({"expected_amount": 0.0}, {"state": "confirmed"}):
            with self.assertRaisesRegex(UserError, "follows from the books"):
                count.with_user(self.user_technician).write(values)
        with self.assertRaisesRegex(UserError, "follows from the books"):
            self._create_count(state="confirmed")

    def test_another_company_sees_nothing(self):
        count = self._create_count()
        other = self._create_user("other", "field_service_billing.group_billing")
        other.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        found = self.env["field.service.cash.count"].with_user(other).search([])
        self.assertNotIn(count, found)

    def test_the_form_of_a_technician(self):
        counts = self.env["field.service.cash.count"].with_user(self.user_technician)
        with Form(counts.with_company(self.company)) as form:
            self.assertEqual(form.employee_id, self.technician)
            form.counted_amount = 192.0
        count = form.record
        self.assertEqual(count.handover_amount, 192.0)
        read = count.web_read({"handover_journal_id": {"fields": {"display_name": {}}}})
        self.assertEqual(
            read[0]["handover_journal_id"]["display_name"], self.main_cash.display_name
        )

    def test_without_a_journal(self):
        other = self._create_technician("Otto")
        with self.assertRaisesRegex(UserError, "no cash journal"):
            self._create_count(user=self.clerk, employee_id=other.id)
