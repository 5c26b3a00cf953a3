from odoo import api, fields, models

OPEN_STATES = ("released", "scheduled", "in_progress")
# They come to nothing: what they were for may be owed again.
DEAD_STATES = ("cancelled", "cannot_complete")
# Nothing is expected any more.
ENDED_STATES = ("done", "closed", *DEAD_STATES)


class FieldServiceOrderGate(models.AbstractModel):
    """What a work order's state may become, and what stands in the way.

    The one place for every path: button, kanban, import, RPC, mail and cron. Other
    modules add their reasons by extending ``_get_blocking_reasons``.
    """

    _name = "field.service.order.gate"
    _inherit = ["field.service.transition.mixin"]
    _description = "Gate of Work Orders"

    _transitions = {
        "draft": ("released", "closed", "cancelled"),
        "released": (
            "draft",
            "scheduled",
            "in_progress",
            "done",
            "on_hold",
            "cannot_complete",
            "cancelled",
        ),
        "scheduled": (
            "released",
            "in_progress",
            "done",
            "on_hold",
            "cannot_complete",
            "cancelled",
        ),
        "in_progress": (
            "released",
            "scheduled",
            "done",
            "on_hold",
            "cannot_complete",
            "cancelled",
        ),
        "done": ("closed", "in_progress"),
        "closed": ("in_progress",),
        "on_hold": ("released", "cannot_complete", "cancelled"),
        "cannot_complete": ("released", "closed", "cancelled"),
        "cancelled": ("draft",),
    }

    def _get_blocking_reasons(self, target):
        return (
            super()._get_blocking_reasons(target)
            + getattr(self, f"_get_reasons_{target}", list)()
        )

    def _get_reasons_released(self):
        if self.state in OPEN_STATES and self._get_open_visits():
            return [self.env._("Visits are planned: cancel them first.")]
        return []

    def _get_reasons_scheduled(self):
        if self._get_open_visits():
            return []
        return [self.env._("No visit is planned yet: plan one.")]

    def _get_reasons_in_progress(self):
        if self.state in ("done", "closed"):
            if self.env.user.has_group("field_service.group_manager") or self.env.su:
                return []
            return [self.env._("Only a service manager can reopen a work order.")]
        if any(visit.state != "planned" for visit in self.visit_ids):
            return []
        return [self.env._("No visit has been started yet.")]

    def _get_reasons_done(self):
        return self._get_reasons_visits()

    def _get_reasons_visits(self):
        """Say what about its visits keeps the order from being done."""
        reasons = []
        completed = self.visit_ids.filtered(lambda visit: visit.state == "completed")
        if not completed:
            reasons.append(self.env._("No visit is completed."))
        elif completed.sorted("start")[-1:].result != "solved":
            reasons.append(self.env._("The last visit did not solve the problem."))
        if self._get_open_visits():
            reasons.append(self.env._("A visit is still open: finish or cancel it."))
        return reasons

    def _get_reasons_closed(self):
        if self.state == "draft" and not self._get_pending("is_historic"):
            return [self.env._("Only an imported historic order is closed directly.")]
        if self.state == "draft" and not self._get_pending("completed_on"):
            return [self.env._("Say when the job was completed.")]
        return []

    def _get_reasons_cancelled(self):
        busy = self.visit_ids.filtered(lambda visit: visit._is_busy())
        if busy:
            return [
                self.env._("A technician is at work on it: finish the visit first.")
            ]
        return []

    def _get_reasons_on_hold(self):
        return self._get_reasons_cancelled()

    def _get_reasons_cannot_complete(self):
        return self._get_reasons_cancelled()

    def _get_reasons_draft(self):
        if self.visit_ids.event_ids:
            return [self.env._("Its visits have a history.")]
        return []

    def _prepare_transition_values(self, target):
        values = super()._prepare_transition_values(target)
        if target == "done":
            values["completed_on"] = fields.Datetime.now()
        return values

    def _after_transition(self, target, previous):
        result = super()._after_transition(target, previous)
        if target in ("cancelled", "on_hold", "cannot_complete"):
            self._get_open_visits().write({"state": "cancelled"})
        getattr(self, f"_action_{target}", list)()
        return result

    def _action_released(self):
        """React to the release. Called once per transition, for many orders."""

    def _action_done(self):
        """React to the completion."""

    def _action_closed(self):
        """React to the closing."""
        self.filtered("is_historic")._process()
        self._set_analytic_active(False)

    def _action_in_progress(self):
        """React to work that begins, or begins again."""
        self._set_analytic_active(True)

    def _action_cancelled(self):
        """React to the cancellation."""
        self._process()

    def _get_open_visits(self):
        """Return the visits that are still to come or going on."""
        return self.visit_ids.filtered(lambda visit: visit._is_open())

    # ----------------------------------------------------------------- converge
    def _process(self):
        """Bring the orders to what their facts imply. Idempotent; runs after any event.

        Each module owns one step, see ``_get_process_steps``.
        """
        # The facts were checked when they were recorded: a technician who may
        # finish a visit need not be allowed to write the order.
        orders = self.sudo()
        for step in self._get_process_steps():
            getattr(orders, step)()
        return True

    @api.model
    def _get_process_steps(self):
        """Return the names of the steps of ``_process``, in order."""
        return ["_process_state", "_process_postings"]

    def _process_state(self):
        """Derive scheduled, in progress and done from the visits."""
        for order in self:
            if order.state not in OPEN_STATES:
                continue
            target = order._get_implied_state()
            if target != order.state:
                order.state = target

    def _get_implied_state(self):
        """Return the state the visits imply, among the open states and done."""
        self.ensure_one()
        visits = self.visit_ids
        if visits.filtered(lambda visit: visit._is_busy()):
            return "in_progress"
        if self._get_open_visits():
            return "scheduled"
        completed = visits.filtered(lambda visit: visit.state == "completed")
        if not completed or completed.sorted("start")[-1].result == "return_needed":
            return "released"
        return "in_progress" if self._get_blocking_reasons("done") else "done"
