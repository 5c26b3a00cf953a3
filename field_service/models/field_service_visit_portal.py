from odoo import models


class FieldServiceVisitPortal(models.AbstractModel):
    """What a customer is told about a visit."""

    _name = "field.service.visit.portal"
    _description = "Customer Portal of Visits"

    def _format_portal_time(self):
        """Return when the technician comes, as it was promised, or when he came."""
        self.ensure_one()
        order = self.order_id
        if self.state == "completed":
            worked = self._get_event_times("work_start")
            ended = self._get_event_times("work_end")
            return order._format_portal_window(
                min(worked, default=self.start), max(ended, default=self.stop)
            )
        promised = order.promised_start, order.promised_stop
        # A promise is kept or moved by the dispatcher; a visit outside of it is not
        # what was promised.
        if all(promised) and promised[0] <= self.start <= promised[1]:
            return order._format_portal_window(*promised)
        return order._format_portal_window(self.start, self.stop)

    def _get_portal_label(self):
        """Return how far the visit is, in the customer's words."""
        self.ensure_one()
        return {
            "travelling": self.env._("The technician is on the way"),
            "on_site": self.env._("The technician has arrived"),
            "working": self.env._("Work is going on"),
            "paused": self.env._("Work is interrupted"),
            "completed": self.env._("Finished"),
        }.get(self.state, self.env._("Planned"))
