from odoo import api, fields, models


class FieldServiceMyDayPayment(models.AbstractModel):
    """What the phone shows about the money.

    One total with its taxes; no price of anything, and no cost.
    """

    _name = "field.service.my.day.payment"
    _description = "Payment on the Technician's Phone"

    # ----------------------------------------------------------------------- page
    @api.model
    def _get_payment_values(self, visit):
        """Return what the page of a visit says about payment; nothing when it is not
        this technician's business."""
        # What a technician may know of the money is what this method returns.
        order = visit.order_id.sudo().with_company(visit.company_id)
        mode = order._get_onsite_mode()
        if mode == "none" or not order._is_onsite_shown(visit.state):
            return False
        invoices = order._get_onsite_invoices()
        billable = order.billing_state in ("incomplete", "ready", "drafted")
        issues = order._get_onsite_issues() if billable else []
        ready = order.billing_state == "ready" and not issues
        drafted = order.billing_state == "drafted" and bool(invoices)
        total = order._get_onsite_total() if ready else 0.0
        if not (ready or invoices or issues):
            return False
        return {
            "mode": mode,
            "issues": [] if drafted else issues,
            "ready": ready,
            "total": order.billing_currency_id.format(total) if ready else "",
            "invoices": [
                self._get_invoice_values(order, invoice) for invoice in invoices
            ],
            "receipts": self._get_receipt_values(order),
            "email": bool(order.partner_id.email),
        }

    @api.model
    def _get_invoice_values(self, order, invoice):
        """Return one invoice as the customer may see it on the phone."""
        currency = invoice.currency_id
        state = invoice._get_onsite_state()
        open_values = {}
        if state == "open":
            open_values = {
                "link": invoice._get_onsite_link(),
                "qr": invoice._get_onsite_qr(),
                "cash": self._get_cash_values(order, invoice),
            }
        return {
            "id": invoice.id,
            "name": invoice.name or "",
            "state": state,
            "total": currency.format(invoice.amount_total),
            "due": currency.format(invoice.amount_residual),
            "partial": invoice.payment_state == "partial",
            **open_values,
        }

    @api.model
    def _get_cash_values(self, order, invoice):
        """Return what is to pay in the technician's cash, if he may take any."""
        journal = self.env["hr.employee"]._get_cash_journal(order.company_id)
        if not journal or journal._get_service_cash_issues():
            return False
        currency = journal._get_service_cash_currency()
        due = invoice._get_cash_due(currency, fields.Date.context_today(self))
        return {
            "due": due,
            "text": currency.format(due),
            "symbol": currency.symbol or currency.name,
            "before": currency.position == "before",
            "digits": currency.decimal_places,
        }

    @api.model
    def _get_receipt_values(self, order):
        payments = self.env["account.payment"].sudo()  # as above
        return [
            {
                "id": payment.id,
                "name": payment.name or "",
                "amount": payment.currency_id.format(payment.amount),
            }
            for payment in payments.search(
                [("service_order_id", "=", order.id), ("move_id.state", "=", "posted")],
                order="id",
            )
        ]
