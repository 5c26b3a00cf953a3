from odoo import fields, models


class FieldServiceVanRefusal(models.TransientModel):
    """Asks why a part is not handed over."""

    _name = "field.service.van.refusal"
    _description = "Part Not Handed Over"

    transfer_id = fields.Many2one(
        comodel_name="field.service.van.transfer", required=True, ondelete="cascade"
    )
    reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        required=True,
        ondelete="cascade",
        domain="[('kind', '=', 'van')]",
    )
    note = fields.Char()

    def action_confirm(self):
        """Give the transfer up; the part is asked for elsewhere."""
        self.ensure_one()
        self.transfer_id._end(self.reason_id, self.note)
        return {"type": "ir.actions.act_window_close"}
