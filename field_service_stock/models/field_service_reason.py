from odoo import fields, models


class FieldServiceReason(models.Model):
    _inherit = "field.service.reason"

    kind = fields.Selection(
        selection_add=[("van", "Part not handed over")], ondelete={"van": "cascade"}
    )
    missing_part = fields.Boolean(
        help="A visit that ends for this reason lacked a part: what the next visit of "
        "the work order costs is the cost of not having had it.",
    )
