from odoo import fields, models

from odoo.addons.field_service.models.field_service_visit_gate import (
    WAITING_STATES,
)

BEFORE_WORK = (*WAITING_STATES, "travelling")


class FieldServiceVisitFill(models.AbstractModel):
    """How many of the planned parts were there when the visit began.

    Counted at that moment: afterwards every part has been brought or used.
    """

    _name = "field.service.visit.fill"
    _description = "Parts There at the Start of a Visit"

    parts_needed = fields.Integer(
        readonly=True,
        copy=False,
        help="Lines of parts that the office had planned for the visit.",
    )
    parts_there = fields.Integer(
        string="Parts There at the Start",
        readonly=True,
        copy=False,
        help="Those of them that were in the van or reserved when the visit began.",
    )

    def _after_transition(self, target, previous):
        if target in ("on_site", "working"):
            for visit in self:
                if previous[visit] in BEFORE_WORK:
                    visit._count_parts_there()
        return super()._after_transition(target, previous)

    def _count_parts_there(self):
        # Counted by the system, whatever the technician may read of stock.
        visit = self.sudo()
        needed = visit._get_parts_to_take().filtered(
            lambda part: part.state in ("draft", "waiting", "reserved")
        )
        there = needed.filtered(lambda part: part.readiness == "ready")
        visit.write({"parts_needed": len(needed), "parts_there": len(there)})
