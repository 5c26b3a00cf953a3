from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class FieldServiceIndexationWizard(models.TransientModel):
    """Shows the new prices with their formula, and applies the chosen ones."""

    _name = "field.service.indexation.wizard"
    _description = "Adjust Prices of Agreements"

    agreement_ids = fields.Many2many(
        comodel_name="field.service.agreement",
        string="Agreements",
        help="Empty: all whose adjustment is due.",
    )
    date = fields.Date(
        string="Valid From", help="Empty: the next date of each agreement."
    )
    method = fields.Selection(
        selection=[("rule", "As agreed"), ("percent", "By a percentage")],
        required=True,
        default="rule",
    )
    percent = fields.Float(string="Change (%)", digits=(16, 4))
    line_ids = fields.One2many(
        comodel_name="field.service.indexation.wizard.line",
        inverse_name="wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.model
    def default_get(self, fields):
        """Begin with the agreements that were chosen in the list."""
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "field.service.agreement":
            chosen = self.env.context.get("active_ids", [])
            values.setdefault("agreement_ids", [Command.set(chosen)])
        return values

    @api.depends("agreement_ids", "date", "method", "percent")
    def _compute_line_ids(self):
        for wizard in self:
            percent = wizard.percent if wizard.method == "percent" else None
            changes = wizard._get_agreements()._get_price_changes(
                wizard.date or None, percent
            )
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({**change, "is_selected": not change["issue"]})
                    for change in changes
                ),
            ]

    def _get_agreements(self):
        """Return the agreements that are looked at."""
        if self.agreement_ids:
            return self.agreement_ids._origin
        return self.env["field.service.agreement"]._get_indexation_due()

    def action_apply(self):
        """Put the chosen prices into force, as they were shown."""
        self.ensure_one()
        chosen = {
            (line.fee_id.id, line.date): line.price_unit
            for line in self.line_ids.filtered("is_selected")
        }
        percent = self.percent if self.method == "percent" else None
        agreements = self.line_ids.fee_id.agreement_id
        # Worked out anew: somebody may have adjusted them meanwhile.
        changes = [
            change
            for change in agreements._get_price_changes(self.date or None, percent)
            if (change["fee_id"], change["date"]) in chosen
        ]
        for change in changes:
            if change["price_unit"] != chosen[change["fee_id"], change["date"]]:
                raise UserError(
                    self.env._(
                        "The figures have changed since the preview: look again."
                    )
                )
        agreements._apply_price_changes(changes)
        return {"type": "ir.actions.act_window_close"}
