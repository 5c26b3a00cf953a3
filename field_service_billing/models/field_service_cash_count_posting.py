from odoo import Command, fields, models
from odoo.exceptions import UserError


class FieldServiceCashCountPosting(models.AbstractModel):
    """What a count brings to the books: a difference, and what is handed over.

    A cash difference is nobody's job: it never carries a work order.
    """

    _name = "field.service.cash.count.posting"
    _description = "Entries of Cash Counts"

    def _get_posting_date(self):
        """Return the day of the count, or today when the books are locked then."""
        journal, company = self.journal_id, self.company_id
        if company._is_service_locked(self.date, journal):
            return fields.Date.context_today(self)
        return self.date

    # ----------------------------------------------------------------- difference
    def _post_difference(self):
        """Bring the journal to what was counted."""
        self.ensure_one()
        if self.currency_id.is_zero(self.difference):
            return self.env["account.move"]
        move = self.env["account.move"].create(self._prepare_difference())
        move.action_post()
        return move

    def _prepare_difference(self):
        journal, amount = self.journal_id, self.difference
        contra = journal.profit_account_id if amount > 0 else journal.loss_account_id
        label = f"{self.name}: {self.explanation.strip()}"
        common = {"name": label, "currency_id": self.currency_id.id}
        lines = [
            {
                **common,
                "account_id": journal.default_account_id.id,
                "amount_currency": amount,
            },
            {
                **common,
                "account_id": contra.id,
                "amount_currency": -amount,
                # Forced empty: a distribution model may not give it a work order.
                "analytic_distribution": False,
                "tax_ids": [Command.clear()],
            },
        ]
        return {
            "move_type": "entry",
            "journal_id": journal.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "date": self._get_posting_date(),
            "ref": label,
            "line_ids": [Command.create(line) for line in lines],
        }

    # ------------------------------------------------------------------ hand-over
    def _post_handover(self):
        """Move what is handed over, as Odoo does: two payments over transfers."""
        self.ensure_one()
        payments = self.env["account.payment"]
        if self.currency_id.is_zero(self.handover_amount):
            return payments
        payments = payments.create(
            [
                self._prepare_handover(self.journal_id, "outbound"),
                self._prepare_handover(self.handover_journal_id, "inbound"),
            ]
        )
        payments.action_post()
        out, arrived = payments
        out.paired_internal_transfer_payment_id = arrived
        arrived.paired_internal_transfer_payment_id = out
        account = self.company_id.transfer_account_id
        transfers = payments.move_id.line_ids.filtered(
            lambda line: line.account_id == account
        )
        transfers.reconcile()
        return payments

    def _prepare_handover(self, journal, payment_type):
        methods = journal._get_available_payment_method_lines(payment_type)
        method = methods.filtered(lambda line: line.code == "manual")[:1] or methods[:1]
        if not method:
            raise UserError(
                self.env._(
                    "Journal %(journal)s has no payment method for it.",
                    journal=journal.display_name,
                )
            )
        values = {
            "payment_type": payment_type,
            "partner_type": "customer",
            "partner_id": self.company_id.partner_id.id,
            "journal_id": journal.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "payment_method_line_id": method.id,
            "amount": self.handover_amount,
            "date": self._get_posting_date(),
            "memo": self.env._(
                "%(count)s: cash of %(technician)s handed over",
                count=self.name,
                technician=self.employee_id.name,
            ),
            "destination_account_id": self.company_id.transfer_account_id.id,
            "service_cash_count_id": self.id,
        }
        if journal == self.journal_id:
            # It leaves the box now; no statement confirms it.
            values["outstanding_account_id"] = journal.default_account_id.id
        return values
