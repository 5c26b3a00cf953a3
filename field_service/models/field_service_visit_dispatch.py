from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models

from .field_service_event import CHANGED, Reported
from .field_service_visit_gate import BUSY_STATES, TOLD_STATES, WAITING_STATES


class FieldServiceVisitDispatch(models.AbstractModel):
    """What a technician was told, whether he knows, and what has changed since.

    ``dispatch_snapshot`` is what he was sent with, or has acknowledged since;
    ``told_snapshot`` is what the last message to him said.
    """

    _name = "field.service.visit.dispatch"
    _inherit = ["field.service.visit.snapshot"]
    _description = "Dispatch of Visits"

    dispatched_on = fields.Datetime(readonly=True, copy=False)
    dispatched_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Dispatched by",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
    acknowledged_on = fields.Datetime(readonly=True, copy=False)
    changed_on = fields.Datetime(
        string="Changed after Dispatch",
        readonly=True,
        copy=False,
        help="Since then the technician has not acknowledged what changed.",
    )
    dispatch_snapshot = fields.Json(readonly=True, copy=False)
    told_snapshot = fields.Json(readonly=True, copy=False)
    dispatch_changes = fields.Text(
        string="Changes since Dispatch", compute="_compute_dispatch_changes"
    )
    acknowledgement = fields.Selection(
        selection=[
            ("waiting", "To acknowledge"),
            ("again", "To acknowledge again"),
            ("done", "Acknowledged"),
        ],
        compute="_compute_acknowledgement",
        store=True,
    )
    decline_reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        string="Declined because",
        index="btree_not_null",
        copy=False,
        domain="[('kind', '=', 'decline')]",
        tracking=True,
    )

    # ------------------------------------------------------------------ computes
    @api.depends("state", "changed_on")
    def _compute_acknowledgement(self):
        for visit in self:
            if visit.state == "dispatched":
                visit.acknowledgement = "again" if visit.changed_on else "waiting"
            else:
                visit.acknowledgement = visit.state == "acknowledged" and "done"

    @api.depends(
        lambda self: [
            *("state", "dispatch_snapshot"),
            *self._get_dispatch_fields(),
            *(
                f"order_id.{name}"
                for name in self.env["field.service.order"]._get_dispatch_fields()
            ),
        ]
    )
    @api.depends_context("lang", "tz")
    def _compute_dispatch_changes(self):
        for visit in self:
            known = visit.state in TOLD_STATES and visit.dispatch_snapshot
            visit.dispatch_changes = known and "\n".join(
                visit._get_dispatch_changes(known)
            )

    # ------------------------------------------------------- changes after dispatch
    def write(self, vals):
        if "state" in vals or not vals.keys() & set(self._get_dispatch_fields()):
            return super().write(vals)
        told = self._get_told()
        result = super().write(vals)
        self._follow_changes(told)
        return result

    def _get_told(self):
        """Return what is true now of the visits whose technicians have been told."""
        return {
            visit: visit._prepare_dispatch_snapshot()
            for visit in self
            if visit.state in TOLD_STATES
        }

    @api.model
    def _follow_changes(self, told):
        """Have acknowledged again what differs from what was told.

        :param dict told: visit -> its snapshot before the change
        """
        for visit, before in told.items():
            after = visit._prepare_dispatch_snapshot()
            if not visit._get_changed_keys(before, after):
                continue
            if visit._is_busy():
                # Who is on his way cannot be sent again: he is told, no more.
                visit._announce_change(before, after)
            elif not visit.technician_id:
                visit.write({"state": "planned"})
            else:
                visit._dispatch_again(before, after)
                visit._announce_change(before, after)

    def _dispatch_again(self, before, after):
        """Wait for the technician once more, or for the one who takes over."""
        now = fields.Datetime.now()
        values = {"dispatched_on": now, "acknowledged_on": False}
        if before["technician"] != after["technician"]:
            # Somebody else goes: nothing has changed for him.
            values |= {"dispatch_snapshot": after, "told_snapshot": False}
            values["changed_on"] = False
        else:
            values["changed_on"] = now
        if self.state == "dispatched":
            self._log_transition("dispatched", {self: "dispatched"})
        else:
            changing = self.with_context(service_changed=CHANGED)
            changing.write({"state": "dispatched"})
        # Remembered by the system, whoever has changed the visit.
        self.sudo().write(values)

    def _announce_change(self, before, after):
        """Tell about a change after the dispatch; see the notices."""

    @api.model
    def _is_dispatched_again(self):
        """Tell whether the dispatch under way is one because something changed."""
        return self.env.context.get("service_changed") is CHANGED

    # --------------------------------------------------------------- transitions
    def _get_blocking_reasons(self, target):
        reasons = super()._get_blocking_reasons(target)
        if target in ("acknowledged", "declined") and not self._may_answer():
            reasons.append(
                self.env._("only its technician or a dispatcher can answer for it.")
            )
        if target == "declined":
            given = self._get_reported()
            if not given.get("reason") and not self._get_pending("decline_reason_id"):
                reasons.append(self.env._("say why it is declined."))
        return reasons

    def _may_answer(self):
        """Tell whether the user may acknowledge or decline the visit."""
        user = self.env.user
        # Who the user of a colleague is cannot be read by everybody.
        technician = self.sudo().technician_id
        return (
            self.env.su
            or technician.user_id == user
            or user.has_group("field_service.group_dispatcher")
        )

    def _prepare_transition_values(self, target):
        values = super()._prepare_transition_values(target)
        if target == "planned":
            values["decline_reason_id"] = False
        return values

    def _after_transition(self, target, previous):
        result = super()._after_transition(target, previous)
        given = self._get_reported()
        moment = given.get("device_time") or fields.Datetime.now()
        for visit in self:
            values = visit._prepare_dispatch_values(target, previous[visit], moment)
            if values:
                # Remembered by the system, whoever moves the visit on.
                visit.sudo().write(values)
        return result

    def _prepare_dispatch_values(self, target, previous, moment):
        """Return what is remembered of a dispatch, or of an acknowledgement."""
        if target == "dispatched" and not self._is_dispatched_again():
            return {
                "dispatched_on": moment,
                "dispatched_by_id": self.env.uid,
                "acknowledged_on": False,
                "changed_on": False,
                "dispatch_snapshot": self._prepare_dispatch_snapshot(),
                "told_snapshot": False,
            }
        # Who leaves for it knows about it, whether or not he has said so.
        if target == "acknowledged" or (
            target in BUSY_STATES and previous in WAITING_STATES
        ):
            return {
                "acknowledged_on": self.acknowledged_on or moment,
                "changed_on": False,
                "dispatch_snapshot": self._prepare_dispatch_snapshot(),
            }
        return {}

    # ------------------------------------------------------------------- actions
    def action_decline(self):
        """Ask for the reason, and decline the visits."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decline"),
            "res_model": "field.service.visit.decline",
            "views": [(False, "form")],
            "target": "new",
            "context": {**self.env.context, "default_visit_ids": self.ids},
        }

    def _decline(self, reason, note=None):
        """Decline the visits for a reason that is kept with the event and counted."""
        text = ": ".join(filter(None, (reason.name, (note or "").strip())))
        declining = self.with_context(service_event_values=Reported(reason=text))
        declining.write({"state": "declined", "decline_reason_id": reason.id})

    def action_dispatch_possible(self):
        """Dispatch those of the visits that can be, and say why others cannot."""
        planned = self.filtered(lambda visit: visit.state == "planned")
        reasons = {visit: visit._get_reasons_not_ready() for visit in planned}
        ready = planned.filtered(lambda visit: not reasons[visit])
        ready.action_dispatch()
        left = [
            f"{visit.name}: {' '.join(reasons[visit])}" for visit in planned - ready
        ]
        message = self.env._("Visits dispatched: %(count)s.", count=len(ready))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": "\n".join([message, *left]),
                "type": "warning" if left else "success",
                "sticky": bool(left),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _get_reasons_not_ready(self):
        reasons = self._get_blocking_reasons("dispatched")
        return reasons if self.start else [*reasons, self.env._("no time is set.")]

    def action_dispatch_tomorrow(self):
        """Dispatch all visits that are planned for tomorrow, by the user's clock."""
        tomorrow = fields.Date.context_today(self) + timedelta(days=1)
        zone = pytz.timezone(self.env.tz.zone)
        start, stop = (
            zone.localize(datetime.combine(day, time.min))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for day in (tomorrow, tomorrow + timedelta(days=1))
        )
        visits = self.search(
            [
                ("state", "=", "planned"),
                ("technician_id", "!=", False),
                ("start", ">=", start),
                ("start", "<", stop),
                ("company_id", "in", self.env.companies.ids),
            ],
            order="start, id",
        )
        return visits.action_dispatch_possible()
