from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_parts_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Parts Used",
        index="btree_not_null",
        help="Takes the cost of the parts a work order used, with the order.",
    )
    service_parts_contra_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Parts Used, Contra",
        index="btree_not_null",
        help="Gives the cost of used parts without any order where the stock is valued "
        "periodically, or not at all, so that the profit and loss statement stays as "
        "it was. With perpetual valuation the stock valuation account gives it.",
    )

    def _get_service_account_fields(self):
        return {
            **super()._get_service_account_fields(),
            "service_parts_account_id": {
                "name": self.env._("Parts used on work orders"),
                "account_type": "expense_direct_cost",
                "code": "511100",
            },
            "service_parts_contra_account_id": {
                "name": self.env._("Parts used on work orders, contra"),
                "account_type": "expense_direct_cost",
                "code": "511200",
            },
        }
