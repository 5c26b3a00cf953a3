from odoo import fields, models


class FieldServiceVisitDecline(models.TransientModel):
    """Asks a technician why he does not go."""

    _name = "field.service.visit.decline"
    _description = "Decline Visits"

    visit_ids = fields.Many2many(
        comodel_name="field.service.visit", string="Visits", required=True
    )
    reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        required=True,
        ondelete="cascade",
        domain="[('kind', '=', 'decline')]",
    )
    note = fields.Char()

    def action_decline(self):
        """Decline the visits with the reason."""
        self.ensure_one()
        self.visit_ids._decline(self.reason_id, self.note)
        return {"type": "ir.actions.act_window_close"}
