from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common_attribution import AttributionCommon


@tagged("post_install", "-at_install")
class TestSignoff(AttributionCommon):
    def _draft(self, start="2024-03-01", end="2024-03-31", **values):
        return (
            self.env["field.service.signoff"]
            .with_user(self.accountant)
            .create(
                {
                    "company_id": self.company.id,
                    "date_from": start,
                    "date_to": end,
                    **values,
                }
            )
        )

    def _signed(self, *period, **values):
        signoff = self._draft(*period, **values)
        signoff.action_sign()
        return signoff

    def _late(self, signoff):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["field.service.late.cost"].search(
            [("signoff_id", "=", signoff.id)]
        )

    def _execute(self, query, *args):
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *args))
        self.env.invalidate_all()

    # -------------------------------------------------------------------- figures
    def test_figures_are_frozen(self):
        """100.00 - 60.00 on one order, -25.00 on another, -40.00 on none."""
        share = self._share((self.order, 100))
        self._create_entry([(self.income, -100.0, share), (self.expense, 60.0, share)])
        self._post(25.0, self._share((self.other_order, 100)))
        self._post(40.0)
        self._post(999.0, share, date="2024-04-01")
        draft = self._draft()
        draft.action_check()
        self.assertEqual((draft.state, draft.on_orders), ("draft", 15.0))
        draft.action_sign()
        self.assertEqual(
            (draft.profit_and_loss, draft.on_orders, draft.off_orders),
            (-25.0, 15.0, -40.0),
        )
        self.assertEqual((draft.split_rest, draft.difference), (0.0, 0.0))
        self.assertEqual((draft.item_count, draft.open_count), (4, 1))
        self.assertEqual(draft.open_amount, -40.0)
        self.assertEqual(
            {
                (line.order_name, line.account_id, line.cost_kind, line.amount)
                for line in draft.line_ids
            },
            {
                (self.order.name, self.income, "revenue", 100.0),
                (self.order.name, self.expense, "other", -60.0),
                (self.other_order.name, self.expense, "other", -25.0),
                (False, self.expense, "none", -40.0),
            },
        )
        self.assertEqual(draft.signed_by_id, self.accountant)
        self.assertTrue(draft.signed_on and draft.definition_version)
        self.assertRegex(draft.content_hash, r"^[0-9a-f]{64}$")
        self.assertEqual(draft.action_verify()["params"]["type"], "success")
        self.assertFalse(self._late(draft))

    def test_a_quarter_of_a_fiscal_year_from_july(self):
        self.company.write({"fiscalyear_last_month": "6", "fiscalyear_last_day": 30})
        for month in ("2023-06-30", "2023-07-01", "2023-09-30", "2023-10-01"):
            self._post(1.0, self._share((self.order, 100)), date=month)
        signoff = self._signed("2023-07-01", "2023-09-30")
        self.assertEqual(signoff.on_orders, -2.0)
        self.assertEqual(signoff.name, "2023-07–2023-09")

    def test_bad_periods(self):
        for period in (
            ("2024-03-31", "2024-03-01"),
            ("2024-03-02", "2024-03-31"),
            ("2024-03-01", "2024-03-30"),
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError) as error:
                self._draft(*period)
            # What the user is told.
            constraint = error.exception.diag.constraint_name
            message = self.env["field.service.signoff"]._sql_error_to_message(
                error.exception
            )
            self.assertRegex(message, "ends before it starts|Whole months", constraint)
        today = fields.Date.today()
        with self.assertRaisesRegex(UserError, "not over yet"):
            self._signed(today.replace(day=1), fields.Date.end_of(today, "month"))

    def test_without_postings_there_is_nothing_to_sign(self):
        draft = self._draft()
        draft.action_check()
        self.assertEqual(draft.item_count, 0)
        with self.assertRaisesRegex(UserError, "nothing to sign"):
            draft.action_sign()

    def test_what_is_wrong_needs_a_reason(self):
        item = self._post(100.0, self._share((self.order, 100)))
        self._execute(
            "DELETE FROM account_analytic_line WHERE move_line_id = %s", item.id
        )
        draft = self._draft()
        with self.assertRaisesRegex(UserError, "findings that say profit is wrong: 1"):
            draft.action_sign()
        draft.exception_reason = "The auditor knows"
        draft.action_sign()
        self.assertEqual((draft.state, draft.error_count), ("signed", 1))

    # ------------------------------------------------------------------ immutable
    def test_a_signed_period_never_changes(self):
        self._post(10.0, self._share((self.order, 100)))
        signoff = self._signed()
        for vals in ({"date_to": "2024-04-30"}, {"exception_reason": "x"}):
            with self.assertRaisesRegex(UserError, "is signed"):
                signoff.write(vals)
            with self.assertRaisesRegex(UserError, "is signed"):
                signoff.sudo().write(vals)
        with self.assertRaisesRegex(UserError, "was signed"):
            signoff.sudo().unlink()
        with self.assertRaisesRegex(UserError, "signed already"):
            signoff.action_sign()
        for record in (
            signoff.line_ids,
            self.env["field.service.signoff.item"].search([]),
        ):
            for change in (
                lambda record=record: record.with_user(self.accountant).unlink(),
                lambda record=record: record.sudo().write({"amount": 1.0}),
                lambda record=record: record.sudo().unlink(),
                lambda record=record: record.sudo().create({}),
            ):
                with self.assertRaises(UserError):
                    change()

    def test_figures_of_a_preview_are_not_written_by_hand(self):
        draft = self._draft()
        for vals in ({"on_orders": 1.0}, {"state": "signed"}):
            with self.assertRaisesRegex(UserError, "by hand"):
                draft.write(vals)
            with self.assertRaisesRegex(UserError, "by hand"):
                self._draft(**vals)
        draft.unlink()

    def test_the_hash_sees_what_was_changed_in_the_database(self):
        self._post(10.0, self._share((self.order, 100)))
        signoff = self._signed()
        for query in (
            "UPDATE field_service_signoff_line SET amount = amount + 1",
            "UPDATE field_service_signoff_item SET amount = amount + 1",
            "UPDATE field_service_signoff SET on_orders = on_orders + 1",
            "DELETE FROM field_service_signoff_item",
        ):
            with self.env.cr.savepoint() as savepoint:
                self._execute(query)
                self.assertEqual(signoff.action_verify()["params"]["type"], "danger")
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(signoff.action_verify()["params"]["type"], "success")

    def test_a_merged_account_leaves_the_signature_intact(self):
        other = self.expense.copy({"code": "620910", "name": "Crane"})
        self._create_entry([(other, 10.0, self._share((self.order, 100)))])
        signoff = self._signed()
        # What merging accounts does: references move, one account is gone.
        for table in (
            *("account_move_line", "field_service_signoff_line"),
            "field_service_signoff_item",
        ):
            self._execute(
                f"UPDATE {table} SET account_id = %s WHERE account_id = %s",
                self.expense.id,
                other.id,
            )
        self.assertTrue(signoff._is_intact())
        self.assertEqual(signoff.line_ids.account_code, "620910")
        self.assertFalse(self._late(signoff))

    def test_no_overlap(self):
        self._post(10.0, self._share((self.order, 100)))
        self._signed()
        quarter = self._draft("2024-01-01", "2024-03-31")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            quarter.action_sign()
            self.env.flush_all()

    # ------------------------------------------------------------------- re-opening
    def test_a_new_revision(self):
        self._post(10.0, self._share((self.order, 100)))
        first = self._signed()
        digest = first.content_hash
        item = self._post(5.0)
        with self.assertRaisesRegex(UserError, "locked or signed"):
            self._assign(item, self.order)
        with self.assertRaisesRegex(UserError, "locked period"):
            item.analytic_distribution = self._share((self.order, 100))
        wizard = self.env["field.service.signoff.reopen"].with_user(self.accountant)
        wizard = wizard.create({"signoff_id": first.id, "reason": "A bill was late"})
        action = wizard.action_reopen()
        second = first.browse(action["res_id"])
        self.assertEqual((second.revision, second.previous_id), (2, first))
        self.assertEqual(first.state, "reopened")
        self.assertEqual(first.reopen_reason, "A bill was late")
        self.assertEqual(first.reopened_by_id, self.accountant)
        self._assign(item, self.order)
        second.action_sign()
        self.assertEqual((first.on_orders, second.on_orders), (-10.0, -15.0))
        self.assertEqual(first.content_hash, digest)
        self.assertTrue(first._is_intact() and second._is_intact())
        with self.assertRaisesRegex(UserError, "stays as it was"):
            first.sudo().write({"exception_reason": "x"})
        with self.assertRaisesRegex(UserError, "not signed"):
            first._reopen("again")
        with self.assertRaisesRegex(UserError, "Say why"):
            second._reopen(" ")

    # ------------------------------------------------------------------ late costs
    def test_late_items_in_the_signed_period(self):
        share = self._share((self.order, 100))
        gone = self._post(7.0, share)
        changed = self._post(20.0, share)
        self._post(10.0, share)
        signoff = self._signed()
        late = self._post(30.0, share)
        gone.move_id.button_draft()
        changed.move_id.button_draft()
        changed.move_id.line_ids = [
            Command.update(line.id, {"balance": line.balance * 1.25})
            for line in changed.move_id.line_ids
        ]
        changed.move_id.action_post()
        rows = self._late(signoff)
        self.assertEqual(
            {
                (row.move_line_id, row.source, row.signed_amount, row.current_amount)
                for row in rows
            },
            {
                (late, "restated", 0.0, -30.0),
                (gone, "restated", -7.0, 0.0),
                (changed, "restated", -20.0, -25.0),
            },
        )
        self.assertEqual(set(rows.mapped("order_id")), {self.order})
        # 30.00 + 5.00 more, 7.00 less
        self.assertEqual(sum(rows.mapped("late_cost")), 28.0)
        self.assertEqual((signoff.late_count, signoff.late_cost), (3, 28.0))
        self.assertEqual(
            self.env["field.service.late.cost"].search_count(
                signoff.action_open_late()["domain"]
            ),
            3,
        )
        gone.move_id.unlink()
        row = self._late(signoff).filtered(lambda row: not row.move_line_id)
        self.assertEqual((row.signed_amount, row.change), (-7.0, 7.0))
        with self.assertRaisesRegex(UserError, "not there any more"):
            row.action_open_move()

    def test_late_revenue_is_no_late_cost(self):
        share = self._share((self.order, 100))
        self._post(10.0, share)
        signoff = self._signed()
        self._create_entry([(self.income, -80.0, share)])
        row = self._late(signoff)
        self.assertEqual((row.late_cost, row.late_revenue, row.change), (0, 80, 80))

    def test_later_items_on_orders_closed_in_the_month(self):
        closed = self._share((self.order, 100))
        self._post(10.0, closed)
        self._execute(
            """INSERT INTO field_service_order_state_log
                      (order_id, company_id, state, entered_on)
               VALUES (%s, %s, 'closed', '2024-03-20 10:00:00')""",
            self._close(self.order),
            self.company.id,
        )
        signoff = self._signed()
        self._post(55.0, closed, date="2024-04-10")
        self._post(66.0, self._share((self.other_order, 100)), date="2024-04-10")
        row = self._late(signoff)
        self.assertEqual(
            (row.order_id, row.source, row.late_cost), (self.order, "after_close", 55.0)
        )

    def _close(self, order):
        self._execute(
            """UPDATE field_service_order_state_log SET left_on = entered_on
                WHERE order_id = %s""",
            order.id,
        )
        return order.id

    # ------------------------------------------------------------ companies, rights
    def test_two_companies_and_two_users(self):
        order = self._create_order(company_id=self.company_2.id)
        expense = self.company_data_2["default_account_expense"]
        self._create_entry(
            [(expense, 70.0, self._share((order, 100)))], company=self.company_2
        )
        self._post(10.0, self._share((self.order, 100)))
        other = self._user("b", "account.group_account_manager", self.company_2)
        first = self._signed()
        second = (
            self.env["field.service.signoff"]
            .with_user(other)
            .create(
                {
                    "company_id": self.company_2.id,
                    "date_from": "2024-03-01",
                    "date_to": "2024-03-31",
                }
            )
        )
        second.action_sign()
        self.assertEqual((first.on_orders, second.on_orders), (-10.0, -70.0))
        self.assertEqual(second.search([]), second)
        self.assertEqual(second.line_ids.search([]).company_id, self.company_2)
        self.assertEqual(second.signed_by_id, other)

    def test_who_may_sign(self):
        self._post(10.0, self._share((self.order, 100)))
        draft = self._draft()
        with self.assertRaises(AccessError):
            draft.with_user(self.reader).action_sign()
        for user in (self.clerk, self.service_manager):
            with self.assertRaises(AccessError):
                draft.with_user(user).read(["on_orders"])
        draft.action_sign()
        self.assertTrue(draft.with_user(self.reader).line_ids)
        self.assertEqual(
            draft.with_user(self.reader).action_verify()["params"]["type"], "success"
        )
        with self.assertRaises(AccessError):
            draft.with_user(self.reader)._reopen("x")

    # ----------------------------------------------------------------- performance
    def test_statements_do_not_grow_with_orders_and_items(self):
        def count(number, start, end):
            orders = [self._create_order() for _index in range(number)]
            self._create_entry(
                [(self.expense, 3.0, self._share((order, 100))) for order in orders],
                date=start,
            )
            draft = self._draft(start, end)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            draft.action_sign()
            self.assertEqual(len(draft.line_ids), number)
            return self.env.cr.sql_log_count - before

        # The smaller of two: whatever filled the caches before, one of them finds them
        # as they are in daily work.
        few = min(
            count(2, "2024-01-01", "2024-01-31"), count(2, "2024-02-01", "2024-02-29")
        )
        many = min(
            count(40, "2024-03-01", "2024-03-31"), count(40, "2024-04-01", "2024-04-30")
        )
        self.assertLessEqual(many, few + 1)
        self.assertLessEqual(many, 40)
