from odoo import api, models

STATE_EVENTS = {
    "planned": "planned",
    "dispatched": "dispatched",
    "acknowledged": "acknowledged",
    "travelling": "travel_start",
    "on_site": "arrived",
    "working": "work_start",
    "paused": "pause",
    "completed": "work_end",
    "declined": "declined",
    "missed": "missed",
    "cancelled": "cancelled",
}
BUSY_STATES = ("travelling", "on_site", "working", "paused")
WAITING_STATES = ("planned", "dispatched", "acknowledged")
OPEN_STATES = (*WAITING_STATES, *BUSY_STATES)
# A technician who has been sent keeps being told what changes.
TOLD_STATES = ("dispatched", "acknowledged", *BUSY_STATES)


class FieldServiceVisitGate(models.AbstractModel):
    """What a visit's state may become, and what stands in the way."""

    _name = "field.service.visit.gate"
    _inherit = ["field.service.transition.mixin"]
    _description = "Gate of Visits"

    _transitions = {
        "planned": (
            "dispatched",
            "acknowledged",
            *BUSY_STATES[:3],
            "declined",
            "missed",
            "cancelled",
        ),
        "dispatched": (
            "planned",
            "acknowledged",
            *BUSY_STATES[:3],
            "declined",
            "missed",
            "cancelled",
        ),
        "acknowledged": (
            "planned",
            "dispatched",
            *BUSY_STATES[:3],
            "declined",
            "missed",
            "cancelled",
        ),
        "travelling": ("on_site", "working", "completed", "missed", "cancelled"),
        "on_site": ("working", "completed", "missed", "cancelled"),
        "working": ("paused", "completed"),
        "paused": ("working", "completed"),
        "completed": (),
        "declined": ("planned", "cancelled"),
        "missed": ("planned", "cancelled"),
        "cancelled": ("planned",),
    }

    @api.model
    def _get_event_states(self):
        """Return {event type: state it leads to}."""
        states = {event: state for state, event in STATE_EVENTS.items()}
        return {**states, "resume": "working"}

    @api.model
    def _get_event_type(self, target, previous):
        """Return the type of the event that stands for a transition."""
        if target == "working" and previous == "paused":
            return "resume"
        return STATE_EVENTS[target]

    def _is_open(self):
        """Tell whether the visit is still to come or going on."""
        return self.state in OPEN_STATES

    def _is_busy(self):
        """Tell whether the technician is on his way or at work."""
        return self.state in BUSY_STATES

    def _get_blocking_reasons(self, target):
        reasons = super()._get_blocking_reasons(target)
        if target in ("dispatched", "acknowledged", *BUSY_STATES):
            reasons += self._get_reasons_to_stay_home()
        if target == "completed":
            reasons += self._get_reasons_unfinished()
        return reasons

    def _get_reasons_to_stay_home(self):
        reasons = []
        # Whoever works on the visit may be told the state of its order.
        order = self.order_id.sudo()
        if order.state not in ("released", "scheduled", "in_progress"):
            reasons.append(
                self.env._(
                    "work order %(order)s is “%(state)s”: the dispatcher must "
                    "release it first.",
                    order=order.name,
                    state=order._get_state_label(order.state),
                )
            )
        if not self._get_pending("technician_id"):
            reasons.append(self.env._("no technician is assigned."))
        return reasons

    def _get_reasons_unfinished(self):
        result = self._get_pending("result")
        if not result:
            return [self.env._("say what came of it: solved, return needed...")]
        if result == "return_needed" and not self._get_pending("return_reason_id"):
            return [self.env._("say why another visit is needed.")]
        if result == "solved" and self.state not in ("working", "paused"):
            return [self.env._("work was not started.")]
        return []
