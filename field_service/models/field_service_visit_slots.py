from odoo import models

# Later on the technician is on his way or there.
MOVABLE_STATES = ("planned", "dispatched", "acknowledged")


class FieldServiceVisitSlots(models.AbstractModel):
    """Finding another time or technician for a visit."""

    _name = "field.service.visit.slots"
    _description = "Slots of Visits"

    def _can_move(self):
        """Tell whether the visit can still be given another time."""
        self.ensure_one()
        return self.state in MOVABLE_STATES

    def action_find_slot(self):
        """Open the slot search for the visit."""
        self.ensure_one()
        return self.env["field.service.slot.wizard"]._open(self.order_id, self)
