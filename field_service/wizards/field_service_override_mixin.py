from odoo import api, fields, models


class FieldServiceOverrideMixin(models.AbstractModel):
    """Asks why visits go all the same; planned now, or sent at once.

    A wizard of a kind names it in ``_override``: see ``_get_overrides`` of visits.
    """

    _name = "field.service.override.mixin"
    _description = "Go All the Same"
    _override = ""

    visit_ids = fields.Many2many(comodel_name="field.service.visit", required=True)
    reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        required=True,
        domain="[('kind', '=', 'override')]",
    )
    note = fields.Char()
    missing = fields.Text(compute="_compute_missing")

    @api.depends("visit_ids")
    def _compute_missing(self):
        for wizard in self:
            missing = {
                visit.name: visit._describe_override(self._override)
                for visit in wizard.visit_ids
            }
            wizard.missing = "\n".join(
                f"{name}: {text}" for name, text in missing.items() if text
            )

    def action_confirm(self):
        """Keep the reason with the visits."""
        self.visit_ids.write(
            {
                f"{self._override}_override_reason_id": self.reason_id.id,
                f"{self._override}_override_note": self.note,
            }
        )
        return {"type": "ir.actions.act_window_close"}

    def action_dispatch(self):
        """Keep the reason and send the technicians."""
        self.action_confirm()
        self.visit_ids.action_dispatch()
        return {"type": "ir.actions.act_window_close"}
