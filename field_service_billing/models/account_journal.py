from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class AccountJournal(models.Model):
    _inherit = "account.journal"

    service_cash_revision = fields.Integer(
        readonly=True,
        copy=False,
        help="Counts receipts and counts of a technician's cash, so that they queue.",
    )

    # --------------------------------------------------------------- preparation
    def _prepare_service_cash(self):
        """Let what is paid into the journal arrive on its own account at once.

        Nothing else confirms cash: there is no bank statement to wait for.
        """
        for journal in self:
            account = journal.default_account_id
            journal._get_service_cash_methods().payment_account_id = account

    def _get_service_cash_methods(self):
        return (
            self.inbound_payment_method_line_ids | self.outbound_payment_method_line_ids
        )

    def _get_service_cash_issues(self):
        """Say why this journal cannot carry a technician's cash.

        :rtype: list[str]
        """
        self.ensure_one()
        account, company = self.default_account_id, self.company_id
        others = self.search(
            [("default_account_id", "=", account.id), ("id", "!=", self.id)], limit=1
        )
        checks = [
            (not account, self.env._("It has no cash account.")),
            (
                account and others,
                self.env._(
                    "Its account also belongs to %(other)s.", other=others.display_name
                ),
            ),
            (
                any(
                    method.payment_account_id != account
                    for method in self._get_service_cash_methods()
                ),
                self.env._("Its payment methods do not pay into its own account."),
            ),
            (
                not self.profit_account_id or not self.loss_account_id,
                self.env._("It has no accounts for what is too much or missing."),
            ),
            (
                not company.transfer_account_id,
                self.env._("The company has no account for internal transfers."),
            ),
        ]
        return [text for failed, text in checks if failed]

    def _check_service_cash(self):
        """Refuse in words, before any money is taken or counted."""
        for journal in self:
            issues = journal._get_service_cash_issues()
            if issues:
                raise UserError(
                    self.env._(
                        "Cash journal %(journal)s is not ready: %(issues)s The "
                        "accountant presses “Create Cash Journals” for the technician, "
                        "or completes the journal.",
                        journal=journal.display_name,
                        issues=" ".join(issues),
                    )
                )

    # -------------------------------------------------------------------- figures
    def _get_service_cash_currency(self):
        return self.currency_id or self.company_id.currency_id

    def _get_service_cash_balance(self):
        """Return what should be in the box, in its currency: what the ledger says."""
        self.ensure_one()
        foreign = self.currency_id and self.currency_id != self.company_id.currency_id
        [(total,)] = self.env["account.move.line"]._read_group(
            [
                ("account_id", "=", self.default_account_id.id),
                ("company_id", "=", self.company_id.id),
                ("parent_state", "=", "posted"),
            ],
            aggregates=["amount_currency:sum" if foreign else "balance:sum"],
        )
        return self._get_service_cash_currency().round(total or 0.0)

    def _lock_service_cash(self):
        """Let receipts and counts of one box wait for each other.

        As for postings of an order: an update makes PostgreSQL refuse the later of two
        transactions, and Odoo runs it again with what the first one has left.
        """
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE account_journal
                      SET service_cash_revision = COALESCE(service_cash_revision, 0) + 1
                    WHERE id IN %s""",
                self._ids,
            )
        )
        self.invalidate_recordset(["service_cash_revision"])
