from odoo import fields, models


class FieldServiceCompanyFees(models.AbstractModel):
    """How a company bills the fees of its agreements."""

    _name = "field.service.company.fees"
    _description = "Fees of Companies"

    service_fee_posting = fields.Selection(
        selection=[("draft", "Draft invoices"), ("post", "Posted invoices")],
        string="Fees of Agreements",
        default="draft",
        help="What the daily job makes of the fees that are due. An agreement may say "
        "otherwise.",
    )
