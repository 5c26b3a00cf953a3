from odoo import api, fields, models


class FieldServicePartsOverride(models.TransientModel):
    """Asks why visits go without their parts; planned now, or sent at once."""

    _name = "field.service.parts.override"
    _description = "Go without Parts"

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
            wizard.missing = "\n".join(
                f"{visit.name}: {visit.parts_not_ready}"
                for visit in wizard.visit_ids
                if visit.parts_not_ready
            )

    def action_confirm(self):
        """Keep the reason with the visits."""
        self.visit_ids.write(
            {
                "parts_override_reason_id": self.reason_id.id,
                "parts_override_note": self.note,
            }
        )
        return {"type": "ir.actions.act_window_close"}

    def action_dispatch(self):
        """Keep the reason and send the technicians."""
        self.action_confirm()
        self.visit_ids.action_dispatch()
        return {"type": "ir.actions.act_window_close"}
