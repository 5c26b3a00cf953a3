from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.field_service.models.field_service_visit_gate import WAITING_STATES


class FieldServiceAttention(models.Model):
    _inherit = "field.service.attention"
    _depends = {
        "field.service.order": ["readiness", "readiness_date"],
        "field.service.visit": ["parts_override_reason_id"],
    }

    reason = fields.Selection(
        selection_add=[("parts_late", "Parts are late")],
        ondelete={"parts_late": "set null"},
    )

    @api.model
    def _get_rules(self, now):
        rules = super()._get_rules(now)
        # Before a technician is called, there must be something to be done.
        names = [reason for reason, __ in rules]
        position = names.index("not_acknowledged") if names else 0
        rules.insert(position, ("parts_late", self._get_parts_rule(now)))
        return rules

    def _get_parts_rule(self, now):
        """Purchases that are overdue, and visits that start before their parts."""
        return SQL(
            """SELECT id AS order_id, NULL::int AS visit_id, readiness_date AS since
                 FROM field_service_order
                WHERE readiness = 'purchase' AND readiness_date < %(now)s
               UNION ALL
               SELECT visit.order_id, visit.id, visit.create_date
                 FROM field_service_visit visit
                 JOIN field_service_order service ON service.id = visit.order_id
                WHERE visit.state IN %(waiting)s
                  AND visit.parts_override_reason_id IS NULL
                  AND visit.start IS NOT NULL
                  AND (service.readiness IN ('missing', 'partial')
                       OR (service.readiness IN ('transfer', 'purchase')
                           AND service.readiness_date > visit.start))""",
            now=now,
            waiting=WAITING_STATES,
        )

    @api.model
    def _get_next_actions(self):
        return {
            **super()._get_next_actions(),
            "parts_late": self.env._(
                "Get the parts sooner, move the visit, or say why it goes without them."
            ),
        }
