from odoo import fields, models


class FieldServiceReason(models.Model):
    _inherit = "field.service.reason"

    kind = fields.Selection(
        selection_add=[
            ("coverage", "Coverage decided by hand"),
            ("offer", "Recommendation declined"),
        ],
        ondelete={"coverage": "cascade", "offer": "cascade"},
    )
