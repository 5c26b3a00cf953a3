import logging
from math import isfinite

from odoo import fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class FieldServiceOrderCash(models.AbstractModel):
    """Cash for an invoice of the work order, into the technician's own journal."""

    _name = "field.service.order.cash"
    _description = "Cash on Site"

    def _take_cash(self, invoice_id, amount, received, receipt, date):
        """Book what the customer has paid in cash, and return the receipt.

        To be called by whoever may read the order: the technician of its visit. A
        receipt that was booked before is returned as it is.

        :param float amount: what is paid of the invoice, in the currency of the box
        :param float received: what the customer gave, the change included
        :param str receipt: made by the phone, one for each receipt
        :param date: the day it was paid
        :raises UserError: in words, before anything is posted
        """
        self.ensure_one()
        self.check_access("read")
        journal = self._get_cash_journal_checked()
        self._lock_payment()
        journal._lock_service_cash()
        # A technician has no right on payments; the checks come first.
        order = self.sudo().with_company(self.company_id)
        known = order.env["account.payment"].search(
            [("service_receipt_key", "=", receipt)]
        )
        if known:
            return known
        invoice = order._get_cash_invoice(invoice_id)
        currency = journal._get_service_cash_currency()
        amount = order._check_cash_amount(amount, received, currency)
        invoice._check_cash_due(amount, currency, date)
        if order.company_id._is_service_locked(date, journal):
            date = fields.Date.context_today(self)
        payment = invoice._register_cash(journal, amount, date)
        payment.write({"service_order_id": order.id, "service_receipt_key": receipt})
        order._note_cash(payment, journal)
        return payment

    def _get_cash_journal_checked(self):
        """Return the user's cash journal, ready for use.

        :raises UserError: saying who has to do what
        """
        company = self.company_id
        journal = self.env["hr.employee"]._get_cash_journal(company)
        if not journal:
            raise UserError(
                self.env._(
                    "You have no cash journal in company %(company)s: take no cash, or "
                    "ask the office for one.",
                    company=company.name,
                )
            )
        journal._check_service_cash()
        return journal

    def _get_cash_invoice(self, invoice_id):
        """Return the invoice that is to be paid. To be called with full rights."""
        invoice = self._get_onsite_invoices().filtered(
            lambda move: move.id == invoice_id
        )
        if not invoice or self._get_onsite_mode() == "none":
            raise UserError(
                self.env._(
                    "This invoice is not paid on site, or not any longer: load the "
                    "page anew, or ask the office."
                )
            )
        return invoice

    def _check_cash_amount(self, amount, received, currency):
        """Return the amount; refuse what cannot be.

        :raises UserError: in words for the technician
        """
        for value in (amount, received):
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise UserError(self.env._("Enter the amount that was paid."))
        if not isfinite(amount) or currency.compare_amounts(amount, 0.0) <= 0:
            raise UserError(self.env._("Enter the amount that was paid."))
        if not isfinite(received) or currency.compare_amounts(received, amount) < 0:
            raise UserError(
                self.env._(
                    "%(received)s was received, which is less than %(amount)s.",
                    received=currency.format(received if isfinite(received) else 0.0),
                    amount=currency.format(amount),
                )
            )
        return currency.round(amount)

    def _note_cash(self, payment, journal):
        self.message_post(
            body=self.env._(
                "%(amount)s received in cash, receipt %(receipt)s (%(journal)s).",
                amount=payment.currency_id.format(payment.amount),
                receipt=payment.name,
                journal=journal.display_name,
            )
        )

    def _send_receipt(self, payment):
        """Queue the receipt for the customer.

        :return: what went wrong, in words; nothing when all is well
        """
        if not payment.partner_id.email:
            return self.env._(
                "The customer has no e-mail address: no receipt was sent."
            )
        template = self.env.ref("account.mail_template_data_payment_receipt", False)
        try:
            # The money is here, whatever becomes of the letter.
            with self.env.cr.savepoint():
                # Odoo's own letter; technicians have no right on payments.
                template.sudo().send_mail(payment.id)
        except Exception:
            _logger.warning("The receipt %s was not sent", payment.name, exc_info=True)
            return self.env._(
                "The payment is booked. The receipt could not be sent: the office will."
            )
        return ""
