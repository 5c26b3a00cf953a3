from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.field_service.models.field_service_visit_gate import BUSY_STATES


class FieldServiceAttention(models.Model):
    _inherit = "field.service.attention"
    _depends = {
        "field.service.order": ["coverage_pending", "completed_on", "limit_reached_on"]
    }

    reason = fields.Selection(
        selection_add=[
            ("limit", "The customer's limit is used up"),
            ("coverage", "Who pays is not settled"),
        ],
        ondelete={"limit": "set null", "coverage": "set null"},
    )

    @api.model
    def _get_rules(self, now):
        rules = [
            *super()._get_rules(now),
            ("coverage", self._get_coverage_rule()),
        ]
        # Who works beyond the limit works for nothing, also when he takes too long.
        names = [reason for reason, __ in rules]
        rules.insert(names.index("overrun"), ("limit", self._get_limit_rule(now)))
        return rules

    def _get_limit_rule(self, now):
        """Work that goes on beyond what the customer allows to be billed."""
        return SQL(
            """SELECT visit.order_id, visit.id AS visit_id,
                      service.limit_reached_on AS since
                 FROM field_service_order service
                 JOIN field_service_visit visit
                   ON visit.order_id = service.id AND visit.state IN %s
                WHERE service.limit_reached_on <= %s""",
            BUSY_STATES,
            now,
        )

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
            "limit": self.env._(
                "Ask the customer for more, or stop the work: what is done beyond the "
                "limit is not billed."
            ),
            "coverage": self.env._(
                "Accept who pays by the facts, or keep what was decided and say why."
            ),
        }
