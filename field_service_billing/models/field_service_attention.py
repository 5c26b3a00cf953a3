from odoo import api, fields, models
from odoo.tools import SQL


class FieldServiceAttention(models.Model):
    _inherit = "field.service.attention"
    _depends = {"field.service.order": ["coverage_pending", "completed_on"]}

    reason = fields.Selection(
        selection_add=[("coverage", "Who pays is not settled")],
        ondelete={"coverage": "set null"},
    )

    @api.model
    def _get_rules(self, now):
        return [*super()._get_rules(now), ("coverage", self._get_coverage_rule())]

    def _get_coverage_rule(self):
        """Orders whose coverage would be decided otherwise after the work."""
        return SQL(
            """SELECT id AS order_id, NULL::int AS visit_id,
                      COALESCE(completed_on, write_date) AS since
                 FROM field_service_order
                WHERE coverage_pending IS NOT NULL
                  AND state IN ('done', 'cannot_complete')"""
        )

    @api.model
    def _get_next_actions(self):
        return {
            **super()._get_next_actions(),
            "coverage": self.env._(
                "Accept who pays by the facts, or keep what was decided and say why."
            ),
        }
