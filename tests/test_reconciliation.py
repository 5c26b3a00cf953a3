"""Whatever people do, in whatever order: the books and the orders agree to the cent."""

import os
from contextlib import contextmanager
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from . import operations, oracle

# The same sequences each time, so that a failure is the change's and not chance's.
# FIELD_SERVICE_EXPLORE=200 tries that many new ones.
EXPLORE = int(os.environ.get("FIELD_SERVICE_EXPLORE", "0"))
STEPS = st.lists(
    st.tuples(st.sampled_from(operations.OPERATIONS), st.integers(0, 10**6)),
    min_size=12,
    max_size=24,
)
# Order 2 is chargeable, time and material, in company A; order 0 has a fixed price.
SCRIPT = [
    (operations.create_order, 2),
    (operations.use_part, 2),
    (operations.correct_quantity, 5),
    (operations.return_part, 2),
    (operations.exchange_unit, 4),
    (operations.exchange_unit, 10),
    (operations.correct_part, 2),
    (operations.use_from_elsewhere, 2),
    (operations.release_part, 2),
    (operations.buy_dearer, 4),
    (operations.hand_over, 2),
    (operations.use_missing, 2),
    (operations.reprice_receipt, 2),
    (operations.choose_terms, 62),
    (operations.work_visit, 2),
    (operations.correct_hours, 65),
    (operations.accrue, 2),
    (operations.draft_invoice, 2),
    (operations.cancel_invoice, 0),
    (operations.bill_order, 2),
    (operations.reset_invoice, 3),
    (operations.foreign_invoice, 2),
    (operations.split_bill, 500),
    (operations.subcontract, 3),
    (operations.move_share, 0),
    (operations.credit_invoice, 0),
    (operations.agree_flat_rate, 2),
    (operations.run_billing, 2),
    (operations.bill_fee, 16),
    (operations.change_rate, 6),
    (operations.cancel_order, 1),
    (operations.sell_work, 2),
    (operations.cancel_sale, 3),
    (operations.accrue, 6),
    (operations.close_stock, 1),
    (operations.lock_books, 6),
    (operations.settle_again, 0),
]


@tagged("standard", "post_install", "-at_install")
class TestReconciliation(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = operations.World(cls.env)

    @settings(
        max_examples=EXPLORE or 12,
        derandomize=not EXPLORE,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(STEPS)
    @mute_logger("odoo.sql_db")
    def test_any_sequence(self, steps):
        with self._undone():
            self.world.start()
            for operation, number in steps:
                self.world.play(operation, number)
            self.env.flush_all()
            self._check_books()

    def test_every_operation_is_played(self):
        """No operation is a dead letter: all but the settling change something."""
        with self._undone():
            self.world.start()
            self.world.refused.clear()
            for operation, number in SCRIPT:
                before, invoices = self._take_stock(), len(self.world.invoices)
                self.world.play(operation, number)
                if operation in (operations.run_billing, operations.bill_fee):
                    # A policy or a fee alone would change something too.
                    self.assertGreater(len(self.world.invoices), invoices)
                settled = operation is operations.settle_again
                same = self._take_stock() == before
                self.assertEqual(same, settled, operation.__name__)
            self.assertFalse(self.world.refused)
            self.assertEqual(
                {operation for operation, __ in SCRIPT}, set(operations.OPERATIONS)
            )
            self._check_books()

    def _take_stock(self):
        """Return something that changes with whatever an operation may do."""
        self.env.flush_all()
        counts = [
            self.env[model].search_count([])
            for model in (
                "field.service.pricing",
                "field.service.order.flat.rate",
                "account.move",
                "field.service.order",
                "field.service.event",
                "stock.move",
            )
        ]
        orders = self.env["field.service.order"].union(*self.world.orders)
        invoices = self.env["account.move"].union(*self.world.invoices)
        rates = self.env["field.service.labour.rate"].search([])
        companies = [setting.company for setting in self.world.settings]
        return (
            counts,
            orders.mapped("state"),
            orders.mapped("posting_revision"),
            invoices.mapped("state"),
            invoices.line_ids.mapped("analytic_distribution"),
            rates.mapped("rate"),
            [company.fiscalyear_lock_date for company in companies],
        )

    @contextmanager
    def _undone(self):
        """Take back what happens within, so that sequences do not add up."""
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            yield
        finally:
            self.env.cr.flush()
            savepoint.close(rollback=True)
            self.env.invalidate_all()
            self.env.registry.clear_all_caches()

    def _check_books(self):
        """Difference 0.00, nothing for the integrity list, every margin confirmed."""
        for setting in self.world.settings:
            company = setting.company
            totals = self.env["field.service.reconciliation"]._get_totals(company)
            self.assertEqual(totals["unexplained"], 0.0)
            self.assertEqual(totals["rows_with_difference"], 0)
            findings = self.env["field.service.integrity"].search(
                [("company_id", "=", company.id)]
            )
            self.assertFalse(findings.mapped("kind"))
            independent = oracle.reconcile(self.env, company)
            self.assertEqual(independent["unexplained"], 0)
            self._check_margins(company)
            self._check_charges(company)

    def _check_charges(self, company):
        """What was worked is billed, or not billed for a reason, to the cent."""
        for charge in self.env["field.service.charge"].search(
            [("company_id", "=", company.id)]
        ):
            shares = (
                charge.amount,
                charge.covered_amount,
                charge.discount_amount,
                charge.left_out_amount,
            )
            worked = charge.currency_id.round(charge.worked_qty * charge.price_unit)
            worked += charge.uplift_amount
            self.assertAlmostEqual(sum(shares), worked, 6, charge.name)
            if not charge.leakage_reason_id:
                self.assertAlmostEqual(charge.left_out_amount, 0.0, 6, charge.name)

    def _check_margins(self, company):
        margins = oracle.margin_by_order(self.env, company)
        orders = self.env["field.service.order"].search(
            [("company_id", "=", company.id)]
        )
        for order, profit in orders._get_posted_profit().items():
            expected = margins.get(order, Decimal())
            self.assertEqual(Decimal(f"{profit['margin']:.2f}"), expected, order.name)
