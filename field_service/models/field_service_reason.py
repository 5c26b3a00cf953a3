from odoo import fields, models


class FieldServiceReason(models.Model):
    """Why something did not go as planned, so that it can be counted."""

    _name = "field.service.reason"
    _description = "Reason"
    _order = "kind, sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        selection=[
            ("return", "Return visit"),
            ("pause", "Pause"),
            ("hold", "On hold"),
            ("decline", "Declined visit"),
            ("override", "Override"),
            ("cancel", "Cancellation"),
            ("leakage", "Not billed"),
            ("symptom", "Symptom"),
            ("cause", "Cause"),
            ("remedy", "Remedy"),
            ("callback", "Callback"),
        ],
        required=True,
    )
    stops_clock = fields.Boolean(
        string="Stops SLA Clock",
        help="While an order is on hold for this reason, its SLA clock stands still.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
