"""Whatever is worked, changed, billed, credited and reset: billed once, nothing lost.

The property keeps its own account of what was worked, in dollars: 80.00 an hour and
25.00 a filter. Against it, at every step: what is on invoices, open, or left out.
"""

import os
from contextlib import contextmanager
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.field_service.tests.common import MONDAY
from odoo.addons.field_service_billing.tests.common import FieldServiceBillingCommon

# FIELD_SERVICE_EXPLORE=200 tries that many new sequences.
EXPLORE = int(os.environ.get("FIELD_SERVICE_EXPLORE", "0"))


class Job:
    """One order, what was worked on it, and everything that may happen to it."""

    def __init__(self, case):
        self.case = case
        self.env = case.env
        self.order = case._create_order()
        self.reason = self.env.ref(
            "field_service.field_service_reason_leakage_goodwill"
        )
        self.day = MONDAY
        self.hours, self.filters, self.fees = 0.0, 0.0, 0.0
        self.conceded = 0.0
        self.touched = self.env["account.move"]
        self.played = set()

    @property
    def invoices(self):
        """What the customer has been sent, and what is being prepared."""
        lines = self.order.with_context(active_test=False).sale_line_ids.invoice_lines
        return lines.move_id.filtered(lambda move: move.state != "cancel").sorted("id")

    def pick(self, records, number):
        """Return one of some records, none of none."""
        return records[number % len(records)] if records else records

    def pick_invoice(self, number, state):
        """Return an invoice that no credit note stands against."""
        return self.pick(
            self.invoices.filtered(
                lambda move: move.move_type == "out_invoice"
                and move.state == state
                and move not in self.touched
            ),
            number,
        )

    # -------------------------------------------------------------------------- work
    def visit(self, number, filters=0):
        """Work a quarter of an hour to two hours more."""
        hours = (number % 8 + 1) / 4
        if self.order.state == "done":
            # Somebody in the office takes it up again.
            self.order.action_reopen()
        visit = self.case._create_visit(self.order, start=self.day)
        visit.register_event("work_start", self.day)
        if filters:
            self.case._use_part(self.order, quantity=filters)
            self.filters += filters
        end = self.day + timedelta(hours=hours)
        visit.register_event("work_end", end, result="solved")
        self.day += timedelta(days=1)
        self.hours += hours

    def correct(self, number):
        """Correct the end of a visit by a quarter of an hour, either way."""
        visits = self.order.visit_ids.filtered(lambda visit: visit.state == "completed")
        visit = self.pick(visits, number)
        if visit:
            change = 0.25 if number % 2 or visit.work_hours <= 0.25 else -0.25
            ends = visit.event_ids.filtered(lambda event: event.type == "work_end")
            end = ends.sorted("id")[-1]
            end.action_correct(end.device_time + timedelta(hours=change), "Slip")
            self.hours += change

    def use(self, number):
        """Come again for a quarter of an hour, and use one to three filters."""
        self.visit(0, filters=number % 3 + 1)

    def give_back(self, number):
        """Return a filter."""
        part = self.pick(self.order.part_ids.filtered("consumed_qty"), number)
        if part:
            part.action_return(1)
            self.filters -= 1

    # ----------------------------------------------------------------------- charges
    def leave_out(self, number):
        """Give a charge away, or half of it."""
        charge = self.pick(self.order.charge_ids, number)
        share = 0.5 if number % 2 else 0.0
        if charge:
            charge.write(
                {
                    "leakage_reason_id": self.reason.id,
                    "quantity": charge.worked_qty * share,
                }
            )

    def charge_all(self, number):
        """Charge after all what was left out."""
        charge = self.pick(self.order.charge_ids.filtered("leakage_reason_id"), number)
        if charge:
            charge.write({"leakage_reason_id": False, "quantity": charge.worked_qty})

    def fee(self, number):
        """Add a fee."""
        price = 10.0 + number % 5
        self.env["field.service.charge"].create(
            {
                "order_id": self.order.id,
                "kind": "fee",
                "product_id": self.case.fixed_product.id,
                "worked_qty": 1.0,
                "price_unit": price,
                "price_origin": "manual",
            }
        )
        self.fees += price

    def cover(self, number):
        """Let nobody pay, or the customer after all."""
        self.order.coverage = "goodwill" if number % 2 else "chargeable"

    # ---------------------------------------------------------------------- invoices
    def bill(self, number):
        """Bill what is open; every other time as a draft."""
        self.case._bill(self.order, post=bool(number % 2))

    def post(self, number):
        """Post a draft."""
        invoice = self.pick_invoice(number, "draft")
        if invoice:
            self.case._post(invoice)

    def reset(self, number):
        """Take a posted invoice back to draft."""
        self.pick_invoice(number, "posted").button_draft()

    def drop(self, number):
        """Cancel a draft, or delete it."""
        invoice = self.pick_invoice(number, "draft")
        if number % 2 and not invoice.posted_before:
            invoice.unlink()
        else:
            invoice.button_cancel()

    def credit(self, number):
        """Credit an invoice in full."""
        invoice = self.pick_invoice(number, "posted")
        if invoice:
            self.touched |= invoice | self.case._credit(invoice)

    def concede(self, number):
        """Credit a tenth of an invoice: that is not billed again."""
        invoice = self.pick_invoice(number, "posted")
        if invoice:
            credit = self.case._create_credit(invoice)
            for line in credit.invoice_line_ids:
                line.price_unit /= 10.0
            credit.action_post()
            self.touched |= invoice | credit
            self.conceded += credit.amount_untaxed

    # -------------------------------------------------------------------------- play
    def play(self, operation, number):
        """Do it, or be told why not: then nothing has changed."""
        kept = dict(vars(self))
        try:
            with self.env.cr.savepoint():
                getattr(self, operation)(number)
                self.env.flush_all()
            self.played.add(operation)
        except UserError:
            played = self.played
            vars(self).update(kept)
            self.played = played
            self.env.invalidate_all()


OPERATIONS = [
    name
    for name, member in vars(Job).items()
    if callable(member) and name not in ("__init__", "pick", "pick_invoice", "play")
]
STEPS = st.lists(
    st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 999)), min_size=8, max_size=18
)


@tagged("standard", "post_install", "-at_install")
class TestBillingProperty(FieldServiceBillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._receive(cls.filter, 500.0, 10.0)

    @contextmanager
    def _undone(self):
        with self.cr.savepoint() as savepoint:
            yield
            savepoint.close(rollback=True)
        self.env.invalidate_all()

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
            job = Job(self)
            job.visit(3)
            for operation, number in steps:
                job.play(operation, number)
                self._check(job)

    @mute_logger("odoo.sql_db")
    def test_every_operation_is_possible(self):
        with self._undone():
            job = Job(self)
            for operation, number in (
                *(("visit", 3), ("use", 2), ("give_back", 0), ("correct", 1)),
                *(("fee", 2), ("leave_out", 1), ("charge_all", 0), ("cover", 1)),
                *(("cover", 0), ("bill", 0)),
                *(("drop", 1), ("bill", 0), ("post", 0), ("reset", 0), ("drop", 0)),
                *(("bill", 1), ("credit", 0), ("bill", 1), ("concede", 0)),
            ):
                job.play(operation, number)
                self._check(job)
            self.assertEqual(job.played, set(OPERATIONS))

    # -------------------------------------------------------------------- invariants
    def _check(self, job):
        self.env.flush_all()
        charges = job.order.charge_ids
        worked = 80.0 * job.hours + 25.0 * job.filters + job.fees
        self.assertAlmostEqual(
            sum(charge.worked_qty * charge.price_unit for charge in charges), worked, 2
        )
        for charge in charges:
            self._check_billed_once(charge)
        billed = sum(
            line.price_subtotal * (1 if line.move_id.move_type == "out_invoice" else -1)
            for line in job.invoices.invoice_line_ids
            if line.display_type == "product"
        )
        unbilled = charges.filtered(lambda charge: charge.state != "invoiced")
        left_out = sum(charges.mapped("unbilled_amount"))
        self.assertAlmostEqual(
            billed + job.conceded + sum(unbilled.mapped("amount")) + left_out, worked, 2
        )

    def _check_billed_once(self, charge):
        """What invoices say of a charge is what was to be billed, or nothing."""
        line = charge.sale_line_id
        self.assertEqual(
            line.service_charge_ids, charge if line else line.service_charge_ids
        )
        quantity = sum(
            item.quantity * (1 if item.move_id.move_type == "out_invoice" else -1)
            for item in line.invoice_lines
            if item.move_id.state != "cancel"
            and item.move_id not in self._get_concessions(line)
        )
        if charge.state == "invoiced":
            self.assertAlmostEqual(quantity, charge.quantity, 6)
        else:
            self.assertAlmostEqual(quantity, 0.0, 6)

    def _get_concessions(self, line):
        """Return the credit notes over a share of the price."""
        return line.invoice_lines.filtered(
            lambda item: item.move_id.move_type == "out_refund"
            and abs(item.price_unit) < abs(line.price_unit) / 2
        ).move_id
