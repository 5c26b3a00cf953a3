from odoo import api, fields, models


class FieldServiceOverrideWizard(models.TransientModel):
    """Asks a service manager why orders are completed without all documents."""

    _name = "field.service.override.wizard"
    _description = "Complete Without All Documents"

    order_ids = fields.Many2many(comodel_name="field.service.order", required=True)
    reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        required=True,
        domain="[('kind', '=', 'override')]",
    )
    note = fields.Char()
    missing = fields.Text(compute="_compute_missing")

    @api.depends("order_ids")
    def _compute_missing(self):
        for wizard in self:
            wizard.missing = "\n".join(
                f"{order.name}: {reason}"
                for order in wizard.order_ids
                for reason in order._get_reasons_undocumented()
            )

    def action_confirm(self):
        """Complete the orders for this reason."""
        self.ensure_one()
        self.order_ids._override_done(self.reason_id, self.note)
        return {"type": "ir.actions.act_window_close"}
