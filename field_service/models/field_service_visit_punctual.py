from datetime import timedelta

from odoo import api, fields, models

from .field_service_visit_gate import WAITING_STATES

# Whoever is told later has arranged his day already.
NOTICE = timedelta(hours=24)
TOLD = ("dispatched", "acknowledged")


class FieldServiceVisitPunctual(models.AbstractModel):
    """When somebody arrived, and what we have changed at short notice.

    Facts for figures: the plan is overwritten when a visit moves, these are not.
    """

    _name = "field.service.visit.punctual"
    _description = "Punctuality of Visits"

    arrived_on = fields.Datetime(
        compute="_compute_arrived_on",
        store=True,
        help="When the technician arrived, or began to work if he did not say so.",
    )
    late_moves = fields.Integer(
        string="Moved at Short Notice",
        readonly=True,
        copy=False,
        help="How often we have moved the visit less than 24 hours before it, after "
        "somebody had been told of it.",
    )
    late_cancellation = fields.Boolean(
        string="Cancelled at Short Notice",
        readonly=True,
        copy=False,
        help="We have cancelled the visit less than 24 hours before it, after somebody "
        "had been told of it.",
    )

    @api.depends(
        "event_ids.type", "event_ids.device_time", "event_ids.correction_of_id"
    )
    def _compute_arrived_on(self):
        for visit in self:
            visit.arrived_on = min(
                visit._get_event_times("arrived", "work_start"), default=False
            )

    def write(self, vals):
        before = {}
        if vals.get("start"):
            before = {visit: visit.start for visit in self if visit._is_short_notice()}
        result = super().write(vals)
        for visit, start in before.items():
            if visit.start != start:
                # Counted by the system, whoever moves the visit.
                visit.sudo().late_moves += 1
        return result

    def _after_transition(self, target, previous):
        result = super()._after_transition(target, previous)
        if target in ("cancelled", "planned"):
            for visit in self:
                late = target == "cancelled" and visit._is_short_notice(previous[visit])
                if late != visit.late_cancellation:
                    visit.sudo().late_cancellation = late  # as above
        return result

    def _is_short_notice(self, state=None):
        """Tell whether a change now is ours, and too late to arrange another day.

        :param str state: the state the visit was in; the present one when left out
        """
        self.ensure_one()
        state = state or self.state
        told = state in TOLD or (state in WAITING_STATES and self._is_promised())
        # What the customer changes in the portal is no promise that we have broken.
        if not told or not self.start or self.env.user.share:
            return False
        return fields.Datetime.now() > self.start - NOTICE

    def _is_promised(self):
        """Tell whether the customer was promised a time."""
        # Whoever plans the visit may be told what was promised.
        return bool(self.order_id.sudo().promised_start)
