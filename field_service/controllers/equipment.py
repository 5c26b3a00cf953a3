from odoo import http
from odoo.http import request


class Equipment(http.Controller):
    @http.route("/field-service/equipment/<string:token>", auth="user", readonly=False)
    def open_equipment(self, token):
        """Lead whoever scans a label to the equipment, if he may see it."""
        if not request.env.user._is_internal():
            raise request.not_found()
        assets = request.env["field.service.asset"]
        asset = assets.has_access("read") and assets._find_by_token(
            token.replace("\0", "")
        )
        if not asset:
            raise request.not_found()
        return request.redirect(f"/odoo/service-equipment/{asset.id}")
