from odoo import fields, models


class FieldServiceReason(models.Model):
    _inherit = "field.service.reason"

    kind = fields.Selection(
        selection_add=[("van", "Part not handed over")], ondelete={"van": "cascade"}
    )
