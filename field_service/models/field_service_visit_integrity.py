from odoo import api, models
from odoo.exceptions import UserError

# Worked out or remembered by the system. Labour is paid for by the hours, and the
# job that keeps calendars writes to whatever event it finds here.
SYSTEM_FIELDS = {
    *("work_hours", "travel_hours", "wait_hours", "pause_hours", "work_date"),
    *("dispatched_on", "dispatched_by_id", "acknowledged_on", "changed_on"),
    *("dispatch_snapshot", "told_snapshot", "acknowledgement"),
    *("calendar_event_id", "calendar_outdated", "calendar_error"),
}
# What becomes of a visit in the office; the technician reports or declines.
OFFICE_STATES = ("planned", "dispatched", "missed", "cancelled")


class FieldServiceVisitIntegrity(models.AbstractModel):
    """What nobody writes himself, whichever way he asks.

    Readonly in a view keeps nobody from a call of the interface: it is refused here.
    """

    _name = "field.service.visit.integrity"
    _description = "Integrity of Visits"

    @api.model_create_multi
    def create(self, vals_list):
        prefix = "default_"
        given = {
            key.removeprefix(prefix)
            for key in self.env.context
            if key.startswith(prefix)
        }
        self._check_not_system(given.union(*vals_list))
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_system(vals.keys())
        return super().write(vals)

    @api.model
    def _check_not_system(self, names):
        """Refuse values that only the system knows.

        :raises UserError: naming the fields
        """
        names = SYSTEM_FIELDS & set(names)
        if names and not self.env.su:
            labels = self.fields_get(names, ["string"])
            raise UserError(
                self.env._(
                    "%(names)s: this follows from what happened on the visit and is "
                    "not entered.",
                    names=", ".join(
                        sorted(labels[name]["string"] for name in names & labels.keys())
                    ),
                )
            )

    def _get_blocking_reasons(self, target):
        reasons = super()._get_blocking_reasons(target)
        if target in OFFICE_STATES and not self._is_planner():
            reasons.append(
                self.env._("only a dispatcher decides this: decline it, or ask him.")
            )
        return reasons
