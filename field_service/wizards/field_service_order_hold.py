from odoo import fields, models


class FieldServiceOrderHold(models.TransientModel):
    """Asks why orders are put on hold."""

    _name = "field.service.order.hold"
    _description = "Put Work Orders on Hold"

    order_ids = fields.Many2many(
        comodel_name="field.service.order", string="Work Orders", required=True
    )
    reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        required=True,
        ondelete="cascade",
        domain="[('kind', '=', 'hold')]",
    )
    stops_clock = fields.Boolean(related="reason_id.stops_clock")
    note = fields.Char()

    def action_hold(self):
        """Put the orders on hold with the reason."""
        self.order_ids.write(
            {
                "state": "on_hold",
                "hold_reason_id": self.reason_id.id,
                "hold_reason": self.note,
            }
        )
        return {"type": "ir.actions.act_window_close"}
