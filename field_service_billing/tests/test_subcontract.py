from contextlib import contextmanager
from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.field_service.tests.common import MONDAY

from .common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestSubcontract(FieldServiceBillingCommon):
    """Cool Brothers take 55.00 an hour; Vito and Vera are their technicians."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls._create_partner("Cool Brothers", is_company=True)
        cls.vito = cls._create_technician("Vito", service_vendor_id=cls.vendor.id)
        cls.vera = cls._create_technician("Vera", service_vendor_id=cls.vendor.id)
        cls.expense = cls._get_account("expense")
        cls.service = cls._create_service(
            "Subcontracted work",
            0.0,
            property_account_expense_id=cls.expense.id,
            supplier_taxes_id=[Command.clear()],
        )
        cls.price = cls._create_price(55.0)

    # ------------------------------------------------------------------ factories
    @classmethod
    def _create_price(cls, price, method="hour", **values):
        return cls.env["field.service.subcontract.price"].create(
            {
                "vendor_id": cls.vendor.id,
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "date_from": date(2026, 1, 1),
                "method": method,
                "price": price,
                "product_id": cls.service.id,
                **values,
            }
        )

    @classmethod
    def _subcontract(cls, hours=2.0, order=None, start=MONDAY, technician=None, **v):
        """Have a visit done by a subcontractor; return what he is owed."""
        order = order or cls._create_order()
        technician = technician or cls.vito
        visit = cls._create_visit(order, start=start, technician_id=technician.id, **v)
        cls._work(visit, hours, travel=1.0)
        return visit.subcontract_ids

    @classmethod
    def _create_bill(cls, *lines, move_type="in_invoice", **values):
        """Enter a bill of (amount, work order or none) lines."""
        return cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": cls.vendor.id,
                "invoice_date": date(2026, 3, 10),
                "company_id": cls.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Work",
                            "price_unit": amount,
                            "account_id": cls.expense.id,
                            "tax_ids": [Command.clear()],
                            **({"service_bill_order_id": order.id} if order else {}),
                        }
                    )
                    for amount, order in lines
                ],
                **values,
            }
        )

    def _match(self, bill, user=None):
        """Match as the accountant does: with the button and all that is proposed."""
        bill = bill.with_user(user or self.env.user)
        action = bill.action_match_visits()
        wizard = bill.env[action["res_model"]].with_context(**action["context"])
        wizard = wizard.create({})
        wizard.action_match()
        return wizard

    @contextmanager
    def _refused(self, error, words):
        """Expect a refusal, and take back what came before it."""
        with self.assertRaisesRegex(error, words), self.env.cr.savepoint():
            yield

    def _get_cost(self, order):
        """Return what the ledger has on an order: posted expense with its account."""
        self.env.flush_all()
        account = order._get_analytic_account()
        items = self.env["account.analytic.line"].search(
            [
                ("move_line_id.parent_state", "=", "posted"),
                (order._get_plan_column(), "=", account.id),
            ]
        )
        return self.company.currency_id.round(-sum(items.mapped("amount")))

    # --------------------------------------------------------------------- labour
    def test_his_work_is_no_labour_of_ours(self):
        """2 h and 1 h on the road: nothing is absorbed, whatever his rate here."""
        self._create_rate(self.vito, 99.0)
        work = self._subcontract()
        self.assertFalse(self._get_posted_items(work.visit_id))
        self.assertFalse(work.visit_id._get_people_without_rate())
        self.assertEqual(
            (work.quantity, work.price, work.expected_amount, work.state),
            (2.0, 55.0, 110.0, "open"),
        )
        # The customer pays for the hours, whoever has worked them.
        labour = work.order_id.charge_ids.filtered(lambda c: c.kind == "labour")
        self.assertEqual(labour.worked_qty, 2.0)

    def test_mixed_crew(self):
        """Tina leads, Vito helps for 2 h: 75.00 of ours, 20.00 way, 110.00 of his."""
        visit = self._create_visit(self._create_order(), crew_ids=self.vito.ids)
        self._work(visit, 2.0, travel=1.0)
        self._assert_posted(visit, "labour", [75.0])
        self._assert_posted(visit, "travel", [20.0])
        self.assertEqual(visit.subcontract_ids.employee_id, self.vito)
        self.assertEqual(visit.subcontract_ids.expected_amount, 110.0)

    def test_who_changes_sides_does_not_change_what_is_done(self):
        own = self._create_worked_order(2.0).visit_ids
        work = self._subcontract(start=MONDAY + timedelta(days=1))
        self.technician.service_vendor_id = self.vendor
        self.vito.service_vendor_id = False
        self._create_rate(self.vito, 40.0)
        (own | work.visit_id).order_id._process()
        self._assert_posted(own, "labour", [75.0])
        self.assertFalse(own.subcontract_ids)
        self.assertFalse(self._get_posted_items(work.visit_id))
        self.assertEqual(work.exists().expected_amount, 110.0)

    def test_another_technician_than_recorded(self):
        """It was Tina: 75.00 labour, 20.00 way, and nothing is owed; and back."""
        work = self._subcontract()
        visit = work.visit_id
        visit.technician_id = self.technician
        self.assertFalse(work.exists())
        self._assert_posted(visit, "labour", [75.0])
        visit.technician_id = self.vito
        self._assert_posted(visit, "labour", [75.0, -75.0])
        self._assert_posted(visit, "travel", [20.0, -20.0])
        self.assertEqual(visit.subcontract_ids.expected_amount, 110.0)

    # --------------------------------------------------------------------- prices
    def test_hours_follow_the_log(self):
        work = self._subcontract()
        self._correct_end(work.visit_id, 0.5)
        self.assertEqual(work.expected_amount, 137.5)

    def test_prices_by_date_and_job_type(self):
        """The newest of the day counts, that of the job type before it."""
        self._create_price(70.0, date_from=date(2026, 3, 3))
        before = self._subcontract(1.0)
        after = self._subcontract(1.0, start=MONDAY + timedelta(days=1))
        self.assertEqual((before.price, after.price), (55.0, 70.0))
        self._create_price(80.0, method="visit", job_type_id=self.job_type.id)
        self.assertEqual((before | after).mapped("price"), [80.0, 80.0])
        self.assertEqual((before | after).mapped("method"), ["visit", "visit"])

    def test_price_agreed_late(self):
        self.price.unlink()
        work = self._subcontract()
        self.assertEqual((work.state, work.expected_amount), ("open", 0.0))
        self._create_price(60.0)
        self.assertEqual(work.expected_amount, 120.0)

    def test_per_visit_counts_once_for_two_people(self):
        self.price.write({"method": "visit", "price": 90.0})
        work = self._subcontract(crew_ids=self.vera.ids)
        self.assertEqual(sum(work.mapped("expected_amount")), 90.0)
        self.assertEqual(sorted(work.mapped("state")), ["nothing", "open"])

    def test_per_order_counts_once_for_two_visits(self):
        self.price.write({"method": "order", "price": 400.0})
        order = self._create_order()
        visits = [
            self._create_visit(
                order, MONDAY + timedelta(days=day), technician_id=self.vito.id
            )
            for day in (0, 1)
        ]
        for visit in visits:
            self._work(visit, 2.0)
        first, second = (visit.subcontract_ids for visit in visits)
        self.assertEqual((first.state, second.state), ("open", "nothing"))
        bill = self._create_bill()
        self._match(bill)
        self._post(bill)
        self.assertEqual(self._get_cost(order), 400.0)
        self._correct_end(visits[1], 1.0)
        self.assertEqual((first.state, second.state), ("billed", "nothing"))

    def test_negative_price_and_double_price(self):
        for values in ({"price": -1.0}, {"date_from": date(2026, 1, 1), "price": 1.0}):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._create_price(**values)
                self.env.flush_all()

    # --------------------------------------------------------------------- matching
    def test_proposed_and_added(self):
        """2 h and 3 h for two orders: 110.00 and 165.00, each on its own."""
        one = self._subcontract()
        two = self._subcontract(3.0, start=MONDAY + timedelta(days=1))
        bill = self._create_bill()
        self.assertEqual(bill.service_open_work_count, 2)
        self._match(bill, self.clerk)
        self.assertEqual((one.state, two.state), ("drafted", "drafted"))
        self.assertEqual(bill.amount_untaxed, 275.0)
        self.assertFalse(bill.service_open_work_count)
        self.assertEqual(self._get_cost(one.order_id), 0.0)
        self._post(bill)
        self.assertEqual((one.state, one.bill_id), ("billed", bill))
        self.assertEqual(self._get_cost(one.order_id), 110.0)
        self.assertEqual(self._get_cost(two.order_id), 165.0)

    def test_lines_that_were_entered_are_taken(self):
        """110.00 is the visit; 20.00 is something else; 165.00 is added."""
        one = self._subcontract()
        two = self._subcontract(3.0, start=MONDAY + timedelta(days=1))
        bill = self._create_bill((20.0, None), (110.0, None))
        wizard = self._match(bill)
        self.assertEqual(
            (wizard.expected_amount, len(bill.invoice_line_ids)), (275.0, 3)
        )
        self.assertEqual(
            bill.invoice_line_ids.mapped("service_subcontract_id"), one | two
        )
        self.assertEqual(bill.invoice_line_ids[1].service_subcontract_id, one)
        self.assertEqual(
            bill.invoice_line_ids[1].analytic_distribution,
            one.order_id._get_analytic_distribution(),
        )
        self.assertFalse(bill.invoice_line_ids[0].analytic_distribution)
        self.assertEqual(bill.amount_untaxed, 295.0)

    def test_difference_is_shown(self):
        work = self._subcontract()
        bill = self._create_bill()
        self._match(bill)
        bill.invoice_line_ids.price_unit = 60.0
        self.assertEqual(bill.service_bill_difference, 10.0)
        self._post(bill)
        self.assertEqual((work.billed_amount, work.difference), (120.0, 10.0))
        # Hours corrected after the bill: 1 h less is 55.00 less.
        self._correct_end(work.visit_id, -1.0)
        self.assertEqual((work.expected_amount, work.difference), (55.0, 65.0))

    def test_line_for_an_order_chosen_by_hand(self):
        """The order on the line is its distribution, also without account yet."""
        order = self._create_order()
        self.assertFalse(order.analytic_account_id)
        bill = self._create_bill((40.0, order), (5.0, None))
        self.assertEqual(
            bill.invoice_line_ids[0].analytic_distribution,
            order._get_analytic_distribution(),
        )
        self._post(bill)
        self.assertEqual(self._get_cost(order), 40.0)

    def test_customer_pays_the_hours_not_the_bill_as_well(self):
        """Matched 110.00 is no outside cost to charge on; the crane's 40.00 is."""
        work = self._subcontract()
        bill = self._create_bill((40.0, work.order_id))
        self._match(bill)
        self._post(bill)
        self.env.flush_all()
        costs = work.order_id._get_external_costs()[work.order_id]
        self.assertEqual([cost.amount for cost in costs], [40.0])
        self.assertEqual(self._get_cost(work.order_id), 150.0)

    def test_shared_line_stays_shared(self):
        """A form sends the empty order along: the shares stay."""
        orders = [self._create_order(), self._create_order()]
        shares = {str(order._get_analytic_account().id): 50.0 for order in orders}
        bill = self._create_bill((40.0, None))
        bill.invoice_line_ids.write(
            {"analytic_distribution": shares, "service_bill_order_id": False}
        )
        self.assertFalse(bill.invoice_line_ids.service_bill_order_id)
        self.assertEqual(bill.invoice_line_ids.analytic_distribution, shares)

    def test_form(self):
        """Choosing the work on a line fills the line."""
        work = self._subcontract()
        form = Form(
            self.env["account.move"].with_context(default_move_type="in_invoice")
        )
        form.partner_id = self.vendor
        form.invoice_date = date(2026, 3, 10)
        with form.invoice_line_ids.new() as line:
            line.service_subcontract_id = work
            self.assertEqual(line.price_unit, 55.0)
            self.assertEqual(line.quantity, 2.0)
        bill = form.save()
        self.assertEqual(bill.invoice_line_ids.service_bill_order_id, work.order_id)
        self.assertEqual(bill.amount_untaxed, 110.0)

    def test_bills_made_of_the_list(self):
        one = self._subcontract()
        two = self._subcontract(3.0, start=MONDAY + timedelta(days=1))
        (one | two).with_user(self.clerk).action_create_bill()
        self.assertEqual(one.bill_id, two.bill_id)
        self.assertEqual(one.bill_id.amount_untaxed, 275.0)
        with self._refused(ValidationError, "nothing to be billed"):
            (one | two).action_create_bill()

    # ------------------------------------------------------------------ never twice
    def test_never_on_two_bills(self):
        work = self._subcontract()
        first, second = self._create_bill(), self._create_bill((110.0, None))
        self._match(first)
        self._match(second)
        self.assertFalse(second.invoice_line_ids.service_subcontract_id)
        with self._refused(ValidationError, "already"):
            second.invoice_line_ids.service_subcontract_id = work
        self.assertEqual(work.bill_id, first)

    def test_copy_of_a_bill_is_for_no_visit(self):
        work = self._subcontract()
        bill = self._create_bill()
        self._match(bill)
        self.assertFalse(bill.copy().invoice_line_ids.service_subcontract_id)
        self.assertEqual(work.bill_id, bill)

    def test_cancelled_bill_frees_it(self):
        work = self._subcontract()
        first, second = self._create_bill(), self._create_bill()
        self._match(first)
        first.button_cancel()
        self.assertEqual(work.state, "open")
        self._match(second)
        self.assertEqual(work.bill_id, second)
        with self._refused(ValidationError, "already"):
            first.button_draft()

    def test_deleted_bill_frees_it(self):
        work = self._subcontract()
        bill = self._create_bill()
        self._match(bill)
        bill.unlink()
        self.assertEqual(work.state, "open")

    def test_credited_in_full(self):
        """The cost comes back, and the work can be billed again."""
        work = self._subcontract()
        bill = self._create_bill()
        self._match(bill)
        self._post(bill)
        credit = self._create_credit(bill)
        self.assertEqual(work.state, "billed")
        self._post(credit)
        self.assertEqual(self._get_cost(work.order_id), 0.0)
        self.assertEqual((work.state, work.billed_amount), ("open", 0.0))
        again = self._create_bill()
        self._match(again)
        self._post(again)
        self.assertEqual(work.bill_id, again)
        self.assertEqual(self._get_cost(work.order_id), 110.0)
        with self._refused(ValidationError, "already"):
            credit.button_draft()

    def test_credited_in_part(self):
        """10.00 back of 120.00: billed as agreed, and not free."""
        work = self._subcontract()
        bill = self._create_bill()
        self._match(bill)
        bill.invoice_line_ids.price_unit = 60.0
        self._post(bill)
        credit = self._create_credit(bill)
        credit.invoice_line_ids.write({"quantity": 1.0, "price_unit": 10.0})
        self._post(credit)
        self.assertEqual((work.state, work.difference), ("billed", 0.0))
        self.assertEqual(self._get_cost(work.order_id), 110.0)

    def test_what_he_has_billed_stays_when_it_was_somebody_else(self):
        """Billed 110.00 although Tina went: the difference is all of it."""
        work = self._subcontract()
        bill = self._create_bill()
        self._match(bill)
        self._post(bill)
        work.visit_id.technician_id = self.technician
        self.assertEqual((work.expected_amount, work.difference), (0.0, 110.0))

    def test_only_his_bill(self):
        work = self._subcontract()
        bill = self._create_bill((110.0, None), partner_id=self.partner.id)
        with self._refused(ValidationError, "Cool Brothers"):
            bill.invoice_line_ids.service_subcontract_id = work
        entry = self._create_bill((110.0, None), move_type="in_receipt")
        with self._refused(ValidationError, "only a bill"):
            entry.invoice_line_ids.service_subcontract_id = work
        self._match(posted := self._create_bill())
        self._post(posted)
        with self._refused(UserError, "draft"):
            posted.action_match_visits()

    # ------------------------------------------------------- currencies and companies
    def test_foreign_currency(self):
        """Agreed in euros at 1.25 dollars: 2 h x 40.00 EUR cost 100.00 dollars."""
        euro = self.company_b.currency_id
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": date(2026, 1, 1),
                "rate": 0.8,
            }
        )
        self.price.write({"price": 40.0, "currency_id": euro.id})
        work = self._subcontract()
        self.assertEqual(work.expected_amount, 80.0)
        work.action_create_bill()
        bill = work.bill_id
        bill.invoice_date = date(2026, 3, 10)
        self.assertEqual((bill.currency_id, bill.amount_untaxed), (euro, 80.0))
        self._post(bill)
        self.assertEqual(self._get_cost(work.order_id), 100.0)
        self.assertEqual((work.billed_amount, work.difference), (80.0, 0.0))
        other = self._subcontract(start=MONDAY + timedelta(days=1))
        in_dollars = self._create_bill()
        self._match(in_dollars)
        self.assertEqual(in_dollars.amount_untaxed, 100.0)
        self.assertEqual(other.difference, 0.0)

    def test_companies_do_not_mix(self):
        """The same vendor works for B for 30.00 an hour, in euros."""
        boris = self.technician_b
        boris.service_vendor_id = self.vendor
        self._create_price(
            30.0,
            company_id=self.company_b.id,
            currency_id=self.company_b.currency_id.id,
            product_id=False,
        )
        mine = self._subcontract()
        order = self._create_order(company_id=self.company_b.id)
        theirs = self._subcontract(order=order, technician=boris)
        self.assertEqual(theirs.expected_amount, 60.0)
        bill = self._create_bill()
        self._match(bill)
        self.assertEqual((mine.state, theirs.state), ("drafted", "open"))
        with self.assertRaises(UserError):
            self._create_bill((60.0, None)).invoice_line_ids.write(
                {"service_subcontract_id": theirs.id}
            )

    # -------------------------------------------------------------------------- access
    def test_access(self):
        work = self._subcontract()
        for user in self.user_technician, self.dispatcher:
            with self.assertRaises(AccessError):
                work.with_user(user).read(["price"])
            with self.assertRaises(AccessError):
                self.price.with_user(user).read(["price"])
        self.assertEqual(work.with_user(self.manager).expected_amount, 110.0)
        self.price.with_user(self.manager).price = 50.0
        self.assertEqual(work.expected_amount, 100.0)
        with self.assertRaises(AccessError):
            work.with_user(self.manager).write({"price": 1.0})
        stranger = self._create_user(
            "stranger",
            "field_service_billing.group_billing",
        )
        stranger.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        self.assertFalse(
            self.env["field.service.subcontract"].with_user(stranger).search([])
        )

    def test_technician_ends_a_mixed_visit(self):
        """He sees no price, and what is owed is there."""
        visit = self._create_visit(self._create_order(), crew_ids=self.vito.ids)
        visit.action_dispatch()
        self._work(visit.with_user(self.user_technician), 2.0)
        self.assertEqual(visit.subcontract_ids.expected_amount, 110.0)
