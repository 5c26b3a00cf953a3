from datetime import date

from odoo import Command

from .common import FieldServiceBillingCommon

YEAR_START = date(2026, 1, 1)


class CoverageCommon(FieldServiceBillingCommon):
    """A boiler of the customer, and agreements that pay for work on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boiler = cls._create_asset("BOILER-7")
        cls.reason = cls.env.ref(
            "field_service_billing.field_service_reason_coverage_agreed"
        )

    @classmethod
    def _create_agreement(cls, activate=True, **values):
        """Create an agreement that covers something; ``coverage``: of its line."""
        coverage = {"name": "Full service", "labour_scope": "all"}
        coverage |= values.pop("coverage", {})
        agreement = cls.env["field.service.agreement"].create(
            {
                "partner_id": cls.partner.id,
                "company_id": cls.company.id,
                "date_start": YEAR_START,
                "coverage_ids": [Command.create(coverage)],
                **values,
            }
        )
        if activate:
            agreement.action_activate()
        return agreement

    def _assert_decision(self, order, coverage, rule, words=""):
        """Check who pays, which rule says so, and its evidence."""
        self.assertEqual((order.coverage, order.coverage_rule), (coverage, rule))
        self.assertIn(words, order.coverage_reason or "")

    def _assert_shares(self, order, expected):
        """Check {kind: (worked, covered, to bill, amount)} and that nothing is lost."""
        found = {
            charge.kind: (
                charge.worked_qty,
                charge.covered_qty,
                charge.quantity,
                charge.amount,
            )
            for charge in order.charge_ids
        }
        self.assertEqual(found, expected)
        for charge in order.charge_ids:
            reasons = (
                charge.covered_amount + charge.discount_amount + charge.left_out_amount
            )
            self.assertAlmostEqual(charge.unbilled_amount, reasons, 6)
            self.assertAlmostEqual(
                charge.amount + reasons, charge.worked_qty * charge.price_unit, 2
            )
