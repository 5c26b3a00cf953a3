from odoo import api, models

from odoo.addons.field_service.tools.spans import to_ms


class FieldServiceBoardList(models.AbstractModel):
    _inherit = "field.service.board.list"

    @api.model
    def get_visit_card(self, visit_id):
        """Say on the card whether the parts are there."""
        visit = self.env["field.service.visit"].browse(visit_id)
        return {
            **super().get_visit_card(visit_id),
            **self._prepare_readiness(visit.order_id),
            "load_label": self._get_label(visit, "load_state"),
            "load_done": visit.load_state == "loaded",
        }

    @api.model
    def _prepare_order(self, order):
        return {**super()._prepare_order(order), **self._prepare_readiness(order)}

    @api.model
    def _prepare_readiness(self, order):
        """Return what is shown of parts: nothing when they are there."""
        waiting = order.readiness and order.readiness != "ready"
        return {
            "parts_label": self._get_label(order, "readiness") if waiting else "",
            "parts_missing": order.readiness == "missing",
            "parts_expected": order.readiness_date and to_ms(order.readiness_date),
        }
