from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.sale.controllers.portal import CustomerPortal


class QuotationPortal(CustomerPortal):
    """The customer chooses one of the options he was offered."""

    @http.route(
        "/my/orders/<int:order_id>/service_option/<int:option_id>",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_choose_option(self, order_id, option_id, access_token=None, **kw):
        """Choose an option, by login or by the link that was sent."""
        try:
            sale_order = self._document_check_access(
                "sale.order", order_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        # Whoever may open the quotation may choose; customers have no right on options.
        option = request.env["field.service.quote.option"].sudo().browse(option_id)
        try:
            sale_order._choose_option_on_portal(option.exists())
        except UserError:
            return request.redirect(
                sale_order.get_portal_url(query_string="&message=cant_choose")
            )
        return request.redirect(sale_order.get_portal_url())
