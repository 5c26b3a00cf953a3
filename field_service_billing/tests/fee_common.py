from datetime import date

from odoo import Command

from .coverage_common import CoverageCommon


class FeeCommon(CoverageCommon):
    """An agreement of a customer with an address, and a fee without tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.write({"street": "1 Main Street", "city": "Perth"})
        cls.fee_product = cls._create_service("Maintenance fee", 100.0, uom=False)

    @classmethod
    def _create_fee_agreement(cls, *fees, activate=True, **values):
        """Create an agreement with fees: 100.00 a month in advance unless said."""
        usual = {"product_id": cls.fee_product.id, "price_unit": 100.0}
        agreement = cls.env["field.service.agreement"].create(
            {
                "partner_id": cls.partner.id,
                "company_id": cls.company.id,
                "date_start": date(2026, 1, 1),
                "fee_ids": [Command.create({**usual, **fee}) for fee in fees or [{}]],
                **values,
            }
        )
        if activate:
            agreement.action_activate()
        return agreement

    @classmethod
    def _bill_until(cls, agreement, day):
        return agreement.with_company(agreement.company_id)._bill_fees(day)

    @classmethod
    def _create_credit(cls, invoice):
        """Make the draft of a full credit note, of the same day."""
        values = {"invoice_date": invoice.invoice_date, "date": invoice.date}
        return invoice._reverse_moves([values])

    def _get_billed(self, agreement):
        """Return (first day, last day, amount) of the periods that are billed."""
        periods = agreement.fee_period_ids.filtered(lambda period: not period.is_free)
        return [
            (str(period.date_from), str(period.date_to), period.amount)
            for period in periods.sorted("date_from")
        ]
