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
            ("decline", "Declined visit"),
            ("override", "Override"),
            ("cancel", "Cancellation"),
            ("leakage", "Not billed"),
            ("symptom", "Symptom"),
            ("cause", "Cause"),
            ("remedy", "Remedy"),
        ],
        required=True,
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
