from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

LOCKED_FIELDS = {
    "time": ("start", "stop", "duration"),
    "technician": ("technician_id",),
}
SECOND = 1 / 3600


class FieldServiceVisitRules(models.AbstractModel):
    """What the plan refuses: moving what is locked, double booking without a reason."""

    _name = "field.service.visit.rules"
    _description = "Rules of the Plan"

    lock = fields.Selection(
        selection=[
            ("none", "Free"),
            ("time", "Time"),
            ("technician", "Technician"),
            ("both", "Time and technician"),
        ],
        default="none",
        required=True,
        tracking=True,
        help="What may not be changed until somebody unlocks the visit: when it takes "
        "place, who leads it, or both.",
    )
    overlap_reason = fields.Char(
        string="Reason of Overlap",
        copy=False,
        tracking=True,
        help="Why somebody or something is booked twice.",
    )

    @api.constrains("allow_overlap", "overlap_reason")
    def _check_overlap_reason(self):
        for visit in self:
            if visit.allow_overlap and not (visit.overlap_reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "%(visit)s: say why an overlap is allowed.", visit=visit.name
                    )
                )

    @api.constrains("start", "stop")
    def _check_period(self):
        for visit in self:
            self._check_start_and_stop(visit.start, visit.stop)

    @api.model
    def _check_start_and_stop(self, start, stop):
        """Refuse a period that is none, before the database does it in fewer words."""
        self.env["field.service.availability"]._check_days(start, stop)
        if bool(start) != bool(stop):
            raise ValidationError(
                self.env._("A visit needs both a start and an end, or neither.")
            )
        if start and stop <= start:
            raise ValidationError(
                self.env._(
                    "A visit must end after it starts: check start, end and duration."
                )
            )

    def write(self, vals):
        self._check_lock(vals)
        return super().write(vals)

    def _check_lock(self, vals):
        """Refuse to move what is locked, unless the lock is changed with it.

        :raises UserError: naming every visit that is locked
        """
        locked = [
            visit._get_lock_refusal(visit.lock)
            for visit in self
            if visit.lock != "none"
            and vals.get("lock", visit.lock) == visit.lock
            and visit._is_moved_by(vals)
        ]
        if locked:
            raise UserError("\n".join(locked))

    def _is_moved_by(self, vals):
        """Tell whether writing ``vals`` changes what is locked."""
        names = [
            name
            for kind, names in LOCKED_FIELDS.items()
            if self.lock in (kind, "both")
            for name in names
        ]
        return any(
            name in vals and not self._is_same(name, vals[name]) for name in names
        )

    def _is_same(self, name, value):
        if name == "technician_id":
            return self.technician_id.id == (value or False)
        if name == "duration":
            return abs(self.duration - (value or 0.0)) < SECOND
        return self[name] == self._read_moment(value)

    def _get_lock_refusal(self, lock):
        """Say what is locked and what to do."""
        labels = dict(self._fields["lock"]._description_selection(self.env))
        return self.env._(
            "%(visit)s is locked (%(lock)s): unlock it first.",
            visit=self.name,
            lock=labels[lock],
        )

    def action_lock(self):
        """Keep the visits when and with whom they are."""
        return self.write({"lock": "both"})

    def action_unlock(self):
        """Let the visits be moved again."""
        return self.write({"lock": "none"})
