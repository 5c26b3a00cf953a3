from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

DECISION = ("reason_id", "note")
RECORD = ("missing", "by_id", "on")


class FieldServiceVisitOverride(models.AbstractModel):
    """What a visit should not go without, and why it goes all the same: counted.

    A kind, say ``tools``, has the fields ``tools_override_reason_id``, ``_note``,
    ``_missing``, ``_by_id`` and ``_on``, and ``dispatched_without_tools``.
    """

    _name = "field.service.visit.override"
    _description = "Overrides of Visits"

    @api.model
    def _get_overrides(self):
        """Return {kind: name of the method that says what is missing for a visit}."""
        return {}

    def _describe_override(self, kind):
        """Say what is missing of a kind; nothing when all is there."""
        return getattr(self, self._get_overrides()[kind])()

    @api.model
    def _get_override_fields(self, kind, names=DECISION + RECORD):
        return [f"{kind}_override_{name}" for name in names]

    # ----------------------------------------------------------------------- gate
    def _get_blocking_reasons(self, target):
        reasons = super()._get_blocking_reasons(target)
        # Who drives or works already is not stopped by paper.
        if target in ("dispatched", "acknowledged") and self.state == "planned":
            for kind in self._get_overrides():
                reasons += self._get_reasons_without(kind)
        return reasons

    def _get_reasons_without(self, kind):
        text = self._describe_override(kind)
        if not text or self._get_pending(f"{kind}_override_reason_id"):
            return []
        return [text, self.env._("Say why the visit goes all the same.")]

    def _prepare_transition_values(self, target):
        values = super()._prepare_transition_values(target)
        if target == "planned":
            # Planned again, it needs everything, or another decision.
            for kind in self._get_overrides():
                names = [f"dispatched_without_{kind}"]
                names += self._get_override_fields(kind)
                values.update(dict.fromkeys(names, False))
        return values

    def _prepare_dispatch_values(self, target, previous, moment):
        values = super()._prepare_dispatch_values(target, previous, moment)
        if previous == "planned" and target in ("dispatched", "acknowledged"):
            for kind in self._get_overrides():
                without = bool(self._describe_override(kind))
                values[f"dispatched_without_{kind}"] = without
        return values

    # ------------------------------------------------------------------- decision
    @api.constrains(
        lambda self: [f"{kind}_override_reason_id" for kind in self._get_overrides()]
    )
    def _check_override_reason(self):
        for visit in self:
            for kind in self._get_overrides():
                reason = visit[f"{kind}_override_reason_id"]
                if reason and reason.kind != "override":
                    raise ValidationError(
                        self.env._(
                            "“%(reason)s” is not a reason for an override.",
                            reason=reason.name,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_may_override(vals)
        visits = super().create(vals_list)
        for kind in self._get_overrides():
            for visit in visits.filtered(f"{kind}_override_reason_id"):
                visit._record_override(kind, visit._describe_override(kind))
        return visits

    def write(self, vals):
        self._check_may_override(vals)
        described = [
            (visit, kind, visit._describe_override(kind))
            for kind in self._get_overrides()
            if vals.get(f"{kind}_override_reason_id")
            for visit in self
        ]
        result = super().write(vals)
        for visit, kind, missing in described:
            visit._record_override(kind, missing)
        return result

    @api.model
    def _check_may_override(self, vals):
        decided = any(
            vals.get(name)
            for kind in self._get_overrides()
            for name in self._get_override_fields(kind)
        )
        if not decided or self.env.su:
            return
        if not self.env.user.has_group("field_service.group_dispatcher"):
            raise UserError(
                self.env._("Only a dispatcher decides that a visit goes all the same.")
            )

    def _record_override(self, kind, missing):
        """Keep who decided when, and what was missing then."""
        self.ensure_one()
        known = f"{kind}_override_missing"
        # The record is the system's: nobody writes who decided but the decision.
        self.sudo().write(
            {
                known: missing or self[known],
                f"{kind}_override_by_id": self.env.uid,
                f"{kind}_override_on": fields.Datetime.now(),
            }
        )
