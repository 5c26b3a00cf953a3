from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

OVERRIDE_FIELDS = {
    "override_reason_id",
    "override_note",
    "override_by_id",
    "override_on",
}


class FieldServiceOrderOverride(models.AbstractModel):
    """What a service manager lets pass although documents are missing.

    Facts cannot be overridden: a visit that goes on is not over because somebody
    says so. What is missing on paper can, with a reason that is counted.
    """

    _name = "field.service.order.override"
    _description = "Override of Work Orders"

    override_reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        readonly=True,
        copy=False,
        index="btree_not_null",
        domain="[('kind', '=', 'override')]",
        help="Why the order was completed although documents were missing.",
    )
    override_note = fields.Char(readonly=True, copy=False)
    override_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, index="btree_not_null"
    )
    override_on = fields.Datetime(readonly=True, copy=False)

    @api.constrains("override_reason_id")
    def _check_override_reason(self):
        for order in self:
            reason = order.override_reason_id
            if reason and reason.kind != "override":
                raise ValidationError(
                    self.env._(
                        "“%(reason)s” is not a reason for an override.",
                        reason=reason.name,
                    )
                )

    def _get_reasons_done(self):
        reasons = super()._get_reasons_done()
        if self._get_pending("override_reason_id"):
            return reasons
        return reasons + self._get_reasons_undocumented()

    def _get_reasons_undocumented(self):
        """Say which documents are missing; a manager may let the order pass.

        Extend with ``super() + [...]``.

        :return: sentences a person can act on
        :rtype: list[str]
        """
        self.ensure_one()
        return []

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [self._complete_override_values(vals) for vals in vals_list]
        )

    def write(self, vals):
        overriding = OVERRIDE_FIELDS & vals.keys()
        if not overriding:
            return super().write(vals)
        missing = {order: order._get_reasons_undocumented() for order in self}
        result = super().write(self._complete_override_values(vals))
        if vals.get("override_reason_id"):
            for order, reasons in missing.items():
                order._post_override(reasons)
        if "state" not in vals:
            self._process_documents()
        return result

    def _complete_override_values(self, vals):
        """Return values that say who overrides and when; refuse who may not."""
        if not OVERRIDE_FIELDS & vals.keys():
            return vals
        entitled = self.env.su or self.env.user.has_group("field_service.group_manager")
        if any(vals.get(name) for name in OVERRIDE_FIELDS) and not entitled:
            raise UserError(
                self.env._(
                    "Only a service manager may complete a work order whose documents "
                    "are missing."
                )
            )
        if "override_reason_id" not in vals:
            return vals
        reason = vals["override_reason_id"]
        return {
            **vals,
            "override_by_id": reason and self.env.uid,
            "override_on": reason and fields.Datetime.now(),
        }

    def _post_override(self, reasons):
        """Leave on record what was missing."""
        self.message_post(
            body=self.env._(
                "Completed without all documents (%(reason)s). Missing: %(missing)s",
                reason=" – ".join(
                    filter(None, [self.override_reason_id.name, self.override_note])
                ),
                missing=" ".join(reasons) or self.env._("nothing."),
            )
        )

    def _prepare_transition_values(self, target):
        values = super()._prepare_transition_values(target)
        if target == "in_progress":
            # Taken up again, the order needs its documents, or another decision.
            values.update(dict.fromkeys(OVERRIDE_FIELDS, False))
        return values

    # ------------------------------------------------------------------- actions
    def action_override_done(self):
        """Ask for the reason to complete the orders without all documents."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Complete Without All Documents"),
            "res_model": "field.service.override.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_ids": self.ids},
        }

    def _override_done(self, reason, note=None):
        """Complete the orders although documents are missing.

        :param reason: why (``field.service.reason`` of kind override)
        :param str note: what else is to be said
        """
        return self.write(
            {
                "override_reason_id": reason.id,
                "override_note": note,
                "state": "done",
            }
        )
