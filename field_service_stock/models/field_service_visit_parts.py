from odoo import api, fields, models


class FieldServiceVisit(models.Model):
    """A visit without its parts is a drive for nothing: who wants it says why."""

    _name = "field.service.visit"
    _inherit = [
        "field.service.visit.fill",
        "field.service.visit.load",
        "field.service.visit.missing",
        "field.service.visit",
    ]

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

    # ------------------------------------------------------------------- override
    @api.model
    def _get_overrides(self):
        return {**super()._get_overrides(), "parts": "_describe_parts"}

    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        visits.order_id._reschedule_parts()
        visits.order_id.part_ids._follow_technician()
        return visits

    def write(self, vals):
        result = super().write(vals)
        if {"start", "state", "duration"} & vals.keys():
            self.order_id._reschedule_parts()
        if {"technician_id", "resource_ids"} & vals.keys():
            self.order_id.part_ids._follow_technician()
        return result

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
