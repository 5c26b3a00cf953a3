from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.field_service.models.field_service_visit_gate import (
    OPEN_STATES,
    WAITING_STATES,
)


class FieldServiceAttention(models.Model):
    _inherit = "field.service.attention"
    _depends = {
        "field.service.order": ["readiness", "readiness_date"],
        "field.service.visit": ["parts_override_reason_id"],
        "field.service.load": ["technician_id", "start", "stop", "confirmed_on"],
        "stock.move": ["service_load_id", "service_order_id", "state"],
    }

    reason = fields.Selection(
        selection_add=[
            ("not_loaded", "Van not loaded"),
            ("parts_late", "Parts are late"),
        ],
        ondelete={"not_loaded": "set null", "parts_late": "set null"},
    )

    @api.model
    def _get_rules(self, now):
        rules = super()._get_rules(now)
        # Before a technician is called, there must be something to be done.
        names = [reason for reason, __ in rules]
        position = names.index("not_acknowledged") if names else 0
        rules[position:position] = [
            ("not_loaded", self._get_load_rule(now)),
            ("parts_late", self._get_parts_rule(now)),
        ]
        return rules

    def _get_load_rule(self, now):
        """Orders whose parts are not in the van when the technician's day has begun."""
        return SQL(
            """SELECT visit.order_id, visit.id AS visit_id, first.start AS since
                 FROM field_service_load load
                 JOIN LATERAL (
                      SELECT MIN(one.start) AS start
                        FROM field_service_visit one
                       WHERE one.technician_id = load.technician_id
                         AND one.start >= load.start AND one.start < load.stop
                         AND one.state NOT IN ('cancelled', 'declined', 'missed')
                      ) AS first ON first.start <= %(now)s
                 JOIN field_service_visit visit
                   ON visit.technician_id = load.technician_id
                  AND visit.state IN %(open)s AND visit.start < load.stop
                WHERE load.confirmed_on IS NULL
                  AND EXISTS (
                      SELECT FROM stock_move move
                       WHERE move.service_load_id = load.id
                         AND move.service_order_id = visit.order_id
                         AND move.state NOT IN ('draft', 'done', 'cancel'))""",
            now=now,
            open=OPEN_STATES,
        )

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
            "not_loaded": self.env._(
                "Call the technician: load the van, or confirm what was loaded."
            ),
            "parts_late": self.env._(
                "Get the parts sooner, move the visit, or say why it goes without them."
            ),
        }
