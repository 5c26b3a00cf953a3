from odoo import fields, models


class FieldServiceSignoffReopen(models.TransientModel):
    """Asks why a signed period is opened again."""

    _name = "field.service.signoff.reopen"
    _description = "Re-open a Signed Period"

    signoff_id = fields.Many2one(
        "field.service.signoff", required=True, readonly=True, ondelete="cascade"
    )
    reason = fields.Char(required=True)

    def action_reopen(self):
        """Open the period again, as a new revision."""
        self.ensure_one()
        following = self.signoff_id._reopen(self.reason)
        return {
            "type": "ir.actions.act_window",
            "res_model": following._name,
            "res_id": following.id,
            "views": [(False, "form")],
        }
