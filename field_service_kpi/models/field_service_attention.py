from odoo import api, fields, models
from odoo.tools import SQL


class FieldServiceAttention(models.Model):
    _inherit = "field.service.attention"
    _depends = {"field.service.order": ["erosion_since"]}

    reason = fields.Selection(
        selection_add=[("margin", "Margin falls")], ondelete={"margin": "set null"}
    )

    @api.model
    def _get_rules(self, now):
        return [*super()._get_rules(now), ("margin", self._get_margin_rule())]

    def _get_margin_rule(self):
        """Open orders of whose falling margin the manager was told."""
        return SQL(
            """SELECT id AS order_id, NULL::int AS visit_id, erosion_since AS since
                 FROM field_service_order
                WHERE erosion_since IS NOT NULL"""
        )

    @api.model
    def _get_next_actions(self):
        return {
            **super()._get_next_actions(),
            "margin": self.env._(
                "Look at the margin ladder with the manager before the work goes on."
            ),
        }
