from odoo import fields, models

SHARE_METHODS = [
    ("value", "Value of the covered work"),
    ("hours", "Covered hours"),
    ("equal", "Equally"),
]


class FieldServiceCompanyAccruals(models.AbstractModel):
    """Settings of a company about what belongs to a period and is not billed yet."""

    _name = "field.service.company.accruals"
    _description = "Accrual Settings of a Company"

    service_accrued_income_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Accrued Income",
        help="An asset: work that was done in a period and is billed later.",
    )
    service_accrued_cost_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Received, not Billed",
        help="A liability: what vendors delivered in a period and bill later.",
    )
    service_share_method = fields.Selection(
        selection=SHARE_METHODS,
        string="Share Agreement Revenue by",
        help="How the fee of an agreement is shared to the work orders it covered, "
        "unless the agreement says otherwise. Empty: it is not.",
    )

    def _get_service_account_fields(self):
        return {
            **super()._get_service_account_fields(),
            "service_accrued_income_account_id": {
                "name": self.env._("Accrued income of work orders"),
                "account_type": "asset_current",
                "code": "103900",
            },
            "service_accrued_cost_account_id": {
                "name": self.env._("Work order purchases received, not billed"),
                "account_type": "liability_current",
                "code": "213900",
            },
        }
