from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_attribution import AttributionCommon


@tagged("post_install", "-at_install")
class TestUnassigned(AttributionCommon):
    def _new(self, model, user=None):
        return self.env[model].with_user(user or self.accountant)

    # ----------------------------------------------------------------- the list
    def test_what_is_on_no_order(self):
        """Whole items and rests: -60.00, and 40 % of -100.00."""
        whole = self._post(60.0)
        rest = self._post(100.0, self._share((self.order, 60)))
        self._post(7.0, self._share((self.order, 100)))
        over = self._post(10.0, self._share((self.order, 120)))
        rows = self._open()
        self.assertEqual(
            {(row.move_line_id, row.amount, row.state) for row in rows},
            {(whole, -60.0, "open"), (rest, -40.0, "open"), (over, 2.0, "over")},
        )
        totals = self.assertReconciled(off_orders=-60.0, split_rest=-38.0)
        self.assertEqual(
            sum(rows.mapped("amount")), totals["off_orders"] + totals["split_rest"]
        )

    def test_from_a_row_of_the_reconciliation(self):
        item = self._post(60.0)
        self._post(70.0, date="2024-04-01")
        row = self.env["field.service.reconciliation"].search(
            [("company_id", "=", self.company.id), ("period", "=", "2024-03-01")]
        )
        domain = row.action_open_unassigned()["domain"]
        found = self.env["field.service.unassigned"].with_user(self.accountant)
        self.assertEqual(found.search(domain).move_line_id, item)

    def test_service_accounts_restrict_it(self):
        rent = self.expense.copy({"code": "620900", "name": "Rent"})
        self._create_entry([(rent, 500.0, False), (self.expense, 5.0, False)])
        self.assertEqual(len(self._open(in_scope=True)), 2)
        self.company.service_scope_account_ids = self.expense
        self.assertEqual(self._open(in_scope=True).account_id, self.expense)
        self.assertEqual(self._open(in_scope=False).account_id, rent)

    def test_fees_of_agreements_are_where_they_belong(self):
        agreement = self.env["field.service.agreement"].create(
            {"partner_id": self.partner.id, "company_id": self.company.id}
        )
        share = agreement._get_analytic_distribution()
        self._create_entry([(self.income, -50.0, share)])
        self.assertFalse(self._open())

    def test_own_contra_items_are_not_to_be_assigned(self):
        contra = self.expense.copy({"code": "620902", "name": "Charged to orders"})
        move = self._create_entry(
            [
                (self.expense, 80.0, self._share((self.order, 100))),
                (contra, -80.0, False),
            ]
        )
        item = move.line_ids.filtered(lambda line: line.account_id == self.expense)
        item.sudo().write(
            {
                "service_order_id": self.order.id,
                "service_cost_type": "labour",
                "service_contra_account_id": contra.id,
            }
        )
        row = self._open()
        self.assertEqual((row.amount, row.state), (80.0, "contra"))
        with self.assertRaisesRegex(UserError, "contra items"):
            row.action_assign()

    def test_companies_and_roles(self):
        self._post(5.0)
        other = self._user("b", "account.group_account_manager", self.company_2)
        self.assertFalse(self._open(user=other))
        self.assertTrue(self._open(user=self.reader))
        for user in (self.clerk, self.service_manager):
            with self.assertRaises(AccessError):
                self._open(user=user)

    def test_a_company_without_postings(self):
        self.assertFalse(self._open(self.company_2))

    # --------------------------------------------------------------- assignment
    def test_one_click(self):
        order = self._create_order()
        item = self._post(60.0, ref=f"Crane for {order.name}, thanks")
        row = self._open(user=self.accountant)
        self.assertEqual(row.proposed_order_id, order)
        self.assertIn(order.name, row.proposal_reason)
        row.action_accept_proposal()
        self.assertFalse(self._open())
        self.assertProfit(order, other=60.0)
        self.assertReconciled(on_orders=-60.0, off_orders=0.0)
        log = self._new("field.service.assignment.log").search([])
        self.assertEqual(
            (log.action, log.move_line_id, log.order_id, log.amount, log.create_uid),
            ("assign", item, order, -60.0, self.accountant),
        )
        for record in (item.move_id, order):
            message = record.message_ids[:1]
            self.assertIn(item.move_id.name, message.body)
            self.assertEqual(message.author_id, self.accountant.partner_id)

    def test_undo(self):
        centre_plan = self.env["account.analytic.plan"].create({"name": "Centres"})
        centre = self.env["account.analytic.account"].create(
            {"name": "North", "plan_id": centre_plan.id}
        )
        before = {str(centre.id): 100.0}
        item = self._post(60.0, before)
        log = self._assign(item, self.order)
        self.assertProfit(self.order, other=60.0)
        self.assertEqual(item.analytic_distribution[str(centre.id)], 100.0)
        log.with_user(self.accountant).action_undo()
        self.assertEqual(item.analytic_distribution, before)
        self.assertProfit(self.order)
        self.assertEqual(log.state, "undone")
        with self.assertRaisesRegex(UserError, "in force"):
            log.with_user(self.accountant).action_undo()

    def test_undo_after_somebody_else_has_changed_it(self):
        item = self._post(60.0)
        log = self._assign(item, self.order)
        item.analytic_distribution = self._share((self.other_order, 100))
        with self.assertRaisesRegex(UserError, "changed after"):
            log.with_user(self.accountant).action_undo()
        self.assertProfit(self.other_order, other=60.0)

    def test_the_rest_of_a_split(self):
        """33.33 + 33.33 of 100.00 leave 33.34, to the cent."""
        third = self._create_order()
        item = self._post(
            100.0, self._share((self.order, 33.33), (self.other_order, 33.33))
        )
        self._assign(item, third)
        self.assertProfit(third, other=33.34)
        self.assertReconciled(on_orders=-100.0, split_rest=0.0)
        self.assertFalse(self._findings())
        with self.assertRaisesRegex(UserError, "100 %"):
            self._assign(item, third)

    def test_an_account_nobody_has_gives_way(self):
        plan = self.env.ref("field_service.analytic_plan_work_orders")
        stray = self.env["account.analytic.account"].create(
            {"name": "By hand", "plan_id": plan.id}
        )
        item = self._post(10.0, {str(stray.id): 100.0})
        self._assign(item, self.order)
        self.assertEqual(item.analytic_distribution, self._share((self.order, 100)))
        self.assertFalse(self._findings())

    def test_an_order_without_an_account_gets_one(self):
        order = self.env["field.service.order"].create(
            {"partner_id": self.partner_a.id}
        )
        self.assertFalse(order.analytic_account_id)
        self._assign(self._post(5.0), order)
        self.assertProfit(order, other=5.0)

    def test_locked_periods(self):
        item = self._post(60.0)
        log = self._assign(self._post(5.0), self.order)
        for field in ("fiscalyear_lock_date", "hard_lock_date"):
            self.company[field] = "2024-03-31"
            with self.assertRaisesRegex(UserError, "locked or signed period"):
                self._assign(item, self.order)
            with self.assertRaisesRegex(UserError, "locked or signed period"):
                log.with_user(self.accountant).action_undo()
            self.assertFalse(item.analytic_distribution)
            self.assertFalse(self._assign(item, self.order, strict=False))
            if field == "fiscalyear_lock_date":
                self.company[field] = False

    def test_a_hashed_entry_keeps_its_hash(self):
        item = self._post(60.0)
        journal = item.journal_id
        journal.restrict_mode_hash_table = True
        item.move_id.button_hash()
        digest = item.move_id.inalterable_hash
        self.assertTrue(digest)
        self._assign(item, self.order)
        self.assertProfit(self.order, other=60.0)
        self.assertEqual(item.move_id.inalterable_hash, digest)
        [result] = [
            line
            for line in self.company._check_hash_integrity()["results"]
            if line["journal_name"].startswith(journal.name)
        ]
        self.assertEqual(result["status"], "verified")

    def test_only_accountants(self):
        item = self._post(60.0)
        for user in (self.clerk, self.service_manager, self.reader):
            with self.assertRaises(AccessError):
                self._assign(item, self.order, user)
        for model in ("field.service.assignment.log", "field.service.attribution"):
            self.assertIn(model, self.env)
        log = self._assign(item, self.order).with_user(self.accountant)
        with self.assertRaises(AccessError):
            log.write({"state": "undone"})
        with self.assertRaisesRegex(UserError, "not changed"):
            log.sudo().write({"reason": "other"})

    def test_orders_of_another_company(self):
        self.accountant.company_ids |= self.company_2
        order = self._create_order(company_id=self.company_2.id)
        with self.assertRaisesRegex(UserError, self.company_2.name):
            self._assign(self._post(60.0), order)

    def test_drafts_are_not_for_it(self):
        move = self._create_entry([(self.expense, 5.0, False)], post=False)
        item = move.line_ids.filtered(lambda line: line.account_id == self.expense)
        with self.assertRaisesRegex(UserError, "Not posted"):
            self._assign(item, self.order)

    # ------------------------------------------------------------------- wizard
    def _wizard(self, rows):
        action = rows.action_assign()
        return self._new(action["res_model"]).browse(action["res_id"])

    def test_many_at_once(self):
        order = self._create_order()
        self._post(10.0, ref=order.name)
        self._post(20.0)
        wizard = self._wizard(self._open())
        by_amount = {line.amount: line for line in wizard.line_ids}
        self.assertEqual(by_amount[-10.0].order_id, order)
        self.assertFalse(by_amount[-20.0].order_id)
        wizard.action_assign()
        self.assertProfit(order, other=10.0)
        self.assertEqual(self._open().mapped("amount"), [-20.0])
        wizard = self._wizard(self._open())
        with self.assertRaisesRegex(UserError, "at least one"):
            wizard.action_assign()
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_exclude()
        wizard.reason = "Rent"
        wizard.action_exclude()
        self.assertFalse(self._open(state="open"))
        self.assertEqual(self._open(state="purpose").amount, -20.0)
        self.assertReconciled(on_orders=-10.0, off_orders=-20.0)

    def test_a_decision_is_about_an_amount(self):
        """What was left on no order was 40.00; of 90.00 nobody has decided."""
        item = self._post(100.0, self._share((self.order, 60)))
        self.assertEqual(self._findings().kind, "under_split")
        wizard = self._wizard(self._open())
        wizard.reason = "The other half is marketing"
        wizard.action_exclude()
        self.assertEqual(self._open().state, "purpose")
        self.assertFalse(self._findings())
        item.analytic_distribution = self._share((self.order, 10))
        self.assertEqual((self._open().state, self._open().amount), ("open", -90.0))
        self.assertEqual(self._findings().kind, "under_split")

    def test_queries_do_not_grow_with_the_items(self):
        orders = [self._create_order() for _index in range(12)]
        items = [self._post(5.0, ref=order.name) for order in orders]

        def count(number):
            group = self.env["account.move.line"].union(*items[:number])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = self.env["field.service.assignment.proposal"]._propose(group)
            self.assertEqual(len(found), number)
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertLessEqual(count(12), count(2) + 2)
