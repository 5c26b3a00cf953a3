from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request


class ReceiptController(http.Controller):
    """The receipt of a cash payment, for the technician who gave it."""

    @http.route("/field_service/receipt/<int:payment_id>", type="http", auth="user")
    def field_service_receipt(self, payment_id):
        """Show a receipt as PDF to whoever may read its work order."""
        # Technicians have no right on payments; the work order decides.
        payment = request.env["account.payment"].sudo().browse(payment_id).exists()
        order = payment.service_order_id.with_user(request.env.user)
        order = order.with_context(allowed_company_ids=request.env.user.company_ids.ids)
        if not order or not order.has_access("read"):
            raise NotFound()
        # As above: one document, checked.
        report = request.env["ir.actions.report"].sudo()
        content, kind = report._render_qweb_pdf(
            "account.action_report_payment_receipt", payment.ids
        )
        mime = "application/pdf" if kind == "pdf" else "text/html"
        return request.make_response(content, [("Content-Type", mime)])
