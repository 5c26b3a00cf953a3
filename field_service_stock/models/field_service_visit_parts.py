from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

OVERRIDE_FIELDS = {"parts_override_reason_id", "parts_override_note"}
RECORD_FIELDS = {
    "parts_override_missing",
    "parts_override_by_id",
    "parts_override_on",
}


class FieldServiceVisit(models.Model):
    """A visit without its parts is a drive for nothing: who wants it says why."""

    _name = "field.service.visit"
    _inherit = ["field.service.visit.missing", "field.service.visit"]

    parts_readiness = fields.Selection(related="order_id.readiness", string="Parts")
    parts_not_ready = fields.Text(
        string="Parts Not There", compute="_compute_parts_not_ready"
    )
    parts_override_reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        string="Goes without Parts because",
        index="btree_not_null",
        copy=False,
        tracking=True,
        domain="[('kind', '=', 'override')]",
        help="Why the visit is planned or dispatched before its parts are there.",
    )
    parts_override_note = fields.Char(string="Note on Parts", copy=False)
    parts_override_missing = fields.Text(
        string="What Was Missing", copy=False, readonly=True
    )
    parts_override_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Decided by",
        index="btree_not_null",
        copy=False,
        readonly=True,
    )
    parts_override_on = fields.Datetime(string="Decided on", copy=False, readonly=True)
    dispatched_without_parts = fields.Boolean(
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="Sent although mandatory parts were not there.",
    )

    @api.depends(
        "start",
        "state",
        "order_id.readiness",
        "order_id.readiness_date",
        "order_id.part_ids.readiness",
        "order_id.part_ids.visit_id",
    )
    @api.depends_context("lang", "tz")
    def _compute_parts_not_ready(self):
        for visit in self:
            visit.parts_not_ready = visit._is_open() and visit._describe_parts()

    # ------------------------------------------------------------------- warnings
    def _get_parts_late(self, coming=("transfer",)):
        """Return the mandatory parts that will not be there when the visit starts.

        :param coming: what may still be on its way: who is sent can load a transfer;
            a visit may also be planned for the day a purchase arrives
        """
        self.ensure_one()
        return self.order_id.part_ids.filtered(
            lambda part: part.mandatory
            and not part.cancelled
            and part.readiness != "ready"
            and part.visit_id.id in (False, self._origin.id)
            and not part._arrives_before(self.start, coming)
        )

    def _describe_parts(self, coming=("transfer",)):
        """Say which parts will not be there, and when they are expected."""
        late = self._get_parts_late(coming)
        return late._describe_late() if late else ""

    @api.model
    def _get_plan_checks(self):
        return [*super()._get_plan_checks(), "_check_plan_parts"]

    def _check_plan_parts(self):
        """Whether the visit starts before its parts are there."""
        coming = ("transfer", "purchase")
        sentences = {visit: visit._describe_parts(coming) for visit in self}
        return {visit: [text] for visit, text in sentences.items() if text}

    # ----------------------------------------------------------------------- gate
    def _get_blocking_reasons(self, target):
        reasons = super()._get_blocking_reasons(target)
        # Who drives or works already is not stopped by paper.
        if target in ("dispatched", "acknowledged") and self.state == "planned":
            reasons += self._get_reasons_without_parts()
        return reasons

    def _get_reasons_without_parts(self):
        text = self._describe_parts()
        if not text or self._get_pending("parts_override_reason_id"):
            return []
        return [text, self.env._("Say why the visit goes without them.")]

    def _prepare_transition_values(self, target):
        values = super()._prepare_transition_values(target)
        if target == "planned":
            # Planned again, it needs its parts, or another decision.
            names = OVERRIDE_FIELDS | RECORD_FIELDS | {"dispatched_without_parts"}
            values.update(dict.fromkeys(names, False))
        return values

    def _prepare_dispatch_values(self, target, previous, moment):
        values = super()._prepare_dispatch_values(target, previous, moment)
        if previous == "planned" and target in ("dispatched", "acknowledged"):
            values["dispatched_without_parts"] = bool(self._get_parts_late())
        return values

    # ------------------------------------------------------------------- override
    @api.constrains("parts_override_reason_id")
    def _check_parts_override_reason(self):
        for visit in self:
            reason = visit.parts_override_reason_id
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
        for visit in visits.filtered("parts_override_reason_id"):
            visit._record_override()
        visits.order_id._reschedule_parts()
        return visits

    def write(self, vals):
        self._check_may_override(vals)
        deciding = bool(vals.get("parts_override_reason_id"))
        described = {visit: visit._describe_parts() for visit in self if deciding}
        result = super().write(vals)
        for visit, missing in described.items():
            visit._record_override(missing)
        if {"start", "state", "duration"} & vals.keys():
            self.order_id._reschedule_parts()
        return result

    @api.model
    def _check_may_override(self, vals):
        decided = any(vals.get(name) for name in OVERRIDE_FIELDS | RECORD_FIELDS)
        if not decided or self.env.su:
            return
        if not self.env.user.has_group("field_service.group_dispatcher"):
            raise UserError(
                self.env._(
                    "Only a dispatcher decides that a visit goes without its parts."
                )
            )

    def _record_override(self, missing=None):
        """Keep who decided when, and what was missing then."""
        self.ensure_one()
        text = self._describe_parts() if missing is None else missing
        # The record is the system's: nobody writes who decided but the decision.
        self.sudo().write(
            {
                "parts_override_missing": text or self.parts_override_missing,
                "parts_override_by_id": self.env.uid,
                "parts_override_on": fields.Datetime.now(),
            }
        )

    def action_override_parts(self):
        """Ask why the visits go without their parts."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Go without Parts"),
            "res_model": "field.service.parts.override",
            "views": [(False, "form")],
            "target": "new",
            "context": {**self.env.context, "default_visit_ids": self.ids},
        }

    # ------------------------------------------------------------------- snapshot
    def _prepare_dispatch_snapshot(self):
        return {
            **super()._prepare_dispatch_snapshot(),
            # Who is sent takes the parts along, whatever he may read of stock.
            "parts": self.sudo()._get_parts_to_take()._describe_to_take(),
        }

    @api.model
    def _get_dispatch_labels(self):
        return {**super()._get_dispatch_labels(), "parts": self.env._("Parts")}

    def _get_parts_to_take(self):
        """Return the parts the office plans; what a technician adds he knows."""
        self.ensure_one()
        return self.order_id.part_ids.filtered(
            lambda part: not part.cancelled
            and part.source != "technician"
            and part.visit_id.id in (False, self._origin.id)
        ).sorted("id")

    def _get_dispatch_changes(self, before, tz=None):
        """Say of parts what comes and what goes, not the whole list twice."""
        rest = {key: value for key, value in before.items() if key != "parts"}
        changes = super()._get_dispatch_changes(rest, tz=tz)
        if "parts" not in before:
            return changes
        # As in the snapshot: he is told, whatever he may read.
        now = self.sudo()._get_parts_to_take()._describe_to_take()
        old = {name: key for key, name in before["parts"]}
        new = {name: key for key, name in now}
        old_keys, new_keys = set(old.values()), set(new.values())
        signs = [f"+{name}" for name, key in new.items() if key not in old_keys]
        signs += [f"−{name}" for name, key in old.items() if key not in new_keys]
        if signs:
            changes.append(f"{self.env._('Parts')}: {', '.join(signs)}")
        return changes
