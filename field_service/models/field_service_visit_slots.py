from odoo import models

from .field_service_visit_gate import WAITING_STATES


class FieldServiceVisitSlots(models.AbstractModel):
    """Finding another time or technician for a visit."""

    _name = "field.service.visit.slots"
    _description = "Slots of Visits"

    def _can_move(self):
        """Tell whether the visit can still be given another time."""
        self.ensure_one()
        # Later on the technician is on his way or there.
        return self.state in WAITING_STATES

    def action_find_slot(self):
        """Open the slot search for the visit."""
        self.ensure_one()
        return self.env["field.service.slot.wizard"]._open(self.order_id, self)
