from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceMyDayCash(models.AbstractModel):
    """What the phone reports about the money: the invoice, and cash for it."""

    _name = "field.service.my.day.cash"
    _description = "Reports of Payment on the Technician's Phone"

    @api.model
    def _apply_invoice(self, report):
        """Make the invoice of the visit's work order."""
        invoices = report.visit.order_id._invoice_on_site()
        return None if invoices else self.env._("The invoice was made already.")

    @api.model
    def _apply_cash(self, report):
        """Book cash for an invoice, and send the receipt if it is wanted."""
        payload = report.payload
        receipt = payload.get("receipt")
        if not isinstance(receipt, str) or not receipt.strip():
            raise UserError(self.env._("Open the payment anew and enter it again."))
        order = report.visit.order_id
        payment = order._take_cash(
            payload.get("invoice_id"),
            payload.get("amount"),
            payload.get("received"),
            receipt,
            fields.Datetime.context_timestamp(self, report.time).date(),
        )
        if payload.get("email"):
            return order._send_receipt(payment)
        return None
