import base64

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.image import image_data_uri

from odoo.addons.field_service.tools.qr_code import make_qr_code


class AccountMoveOnsite(models.AbstractModel):
    """An invoice that is paid on site: by link, by QR code, or in cash.

    To be called with full rights: technicians have none on invoices.
    """

    _name = "field.service.move.onsite"
    _description = "Invoice Paid on Site"

    def _get_onsite_state(self):
        """Return how far the payment is: draft, open, pending or paid.

        :rtype: str
        """
        self.ensure_one()
        if self.state == "draft":
            return "draft"
        if self.payment_state in ("paid", "in_payment", "reversed"):
            return "paid"
        # A provider has the money, or soon will: nobody should pay again.
        if self._get_online_payments():
            return "pending"
        return "paid" if self.currency_id.is_zero(self.amount_residual) else "open"

    def _get_online_payments(self):
        """Return the online payments under way that the ledger does not know yet."""
        return self.transaction_ids.filtered(
            lambda payment: payment.provider_code not in ("none", "custom")
            and (
                payment.state in ("pending", "authorized")
                or (payment.state == "done" and not payment.is_post_processed)
            )
        )

    # ----------------------------------------------------------------------- link
    def _get_onsite_link(self):
        """Return the address where the customer pays, or nothing."""
        self.ensure_one()
        if self._get_onsite_state() != "open" or not self._has_to_be_paid():
            return ""
        return self._get_portal_payment_link() if self._has_provider() else ""

    def _has_provider(self):
        """Tell whether anything can be paid online with this company."""
        providers = self.env["payment.provider"]._get_compatible_providers(
            self.company_id.id,
            self.partner_id.id,
            self.amount_residual,
            currency_id=self.currency_id.id,
        )
        return bool(providers)

    def _get_onsite_qr(self):
        """Return the link as an image for ``src``, as on the labels of equipment."""
        link = self._get_onsite_link()
        if not link:
            return ""
        return image_data_uri(base64.b64encode(make_qr_code(link)))

    # ----------------------------------------------------------------------- cash
    def _get_cash_due(self, currency, date):
        """Return what is to pay in some currency on some day.

        An early payment discount is deducted while it is granted.
        """
        self.ensure_one()
        due = self.amount_residual
        if self._is_eligible_for_early_payment_discount(currency, date):
            terms = self.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            )
            due = abs(sum(terms.mapped("discount_amount_currency")))
        return self.currency_id._convert(due, currency, self.company_id, date)

    def _check_cash_due(self, amount, currency, date):
        """Refuse a payment that is not due, with the reason.

        :raises UserError: for the technician
        """
        self.ensure_one()
        state = self._get_onsite_state()
        reasons = {
            "draft": self.env._(
                "%(invoice)s is not posted yet: the office does that first.",
                invoice=self.display_name,
            ),
            "paid": self.env._(
                "%(invoice)s is paid already: take no money.", invoice=self.display_name
            ),
            "pending": self.env._(
                "The customer is paying %(invoice)s online at this moment: take no "
                "money, and refresh the page.",
                invoice=self.display_name,
            ),
        }
        if state in reasons:
            raise UserError(reasons[state])
        due = self._get_cash_due(currency, date)
        if currency.compare_amounts(amount, due) > 0:
            raise UserError(
                self.env._(
                    "Only %(due)s is to pay on %(invoice)s: book that, and give "
                    "%(change)s back.",
                    due=currency.format(due),
                    invoice=self.display_name,
                    change=currency.format(amount - due),
                )
            )

    def _register_cash(self, journal, amount, date):
        """Pay the invoice with Odoo's own wizard, and return the payment."""
        self.ensure_one()
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.ids
        )
        wizard = register.create(
            {
                "journal_id": journal.id,
                "currency_id": journal._get_service_cash_currency().id,
                "payment_date": fields.Date.to_date(date),
                "amount": amount,
                "group_payment": True,
            }
        )
        # The wizard gives its payments without the full rights it is used with here.
        return wizard._create_payments().sudo()
