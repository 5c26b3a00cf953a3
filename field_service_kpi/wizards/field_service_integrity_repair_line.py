from odoo import api, fields, models


class FieldServiceIntegrityRepairLine(models.TransientModel):
    _name = "field.service.integrity.repair.line"
    _description = "Repair of a Finding"

    wizard_id = fields.Many2one(
        "field.service.integrity.repair", required=True, ondelete="cascade"
    )
    # A number larger than an integer column takes.
    finding_key = fields.Char(required=True, readonly=True)
    finding = fields.Char(readonly=True)
    how = fields.Selection(
        selection=[
            ("distribution", "New distribution"),
            ("resync", "Analytic items made again"),
            ("date", "Date corrected"),
            ("delete", "Analytic item deleted"),
            ("acknowledge", "Looked at"),
            ("person", "A person decides"),
        ],
        string="Repair",
        required=True,
        readonly=True,
    )
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal Item", readonly=True, ondelete="cascade"
    )
    text = fields.Char(string="What Happens", readonly=True)
    problem = fields.Char(string="Not Now Because", readonly=True)

    @api.readonly
    def action_open_move(self):
        """Open the journal entry of a finding."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_line_id.move_id.id,
            "views": [(False, "form")],
        }
