from odoo import fields, models


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "field.service.company.replenishment"]

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

    service_old_unit_location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Units of Customers",
        index="btree_not_null",
        check_company=True,
        domain="[('service_customer_units', '=', True), ('company_id', '=', id)]",
        help="Where units are kept that came back from customers and are still theirs.",
    )

    def _get_old_unit_location(self):
        """Return where units of customers are kept; the first one makes the place.

        Outside of every warehouse: what belongs to somebody else, and may be broken,
        is not promised to anybody and not counted as stock.
        """
        self.ensure_one()
        if not self.service_old_unit_location_id:
            self.service_old_unit_location_id = self.env["stock.location"].create(
                {
                    "name": self.env._("Units of Customers"),
                    "usage": "internal",
                    "company_id": self.id,
                    "service_customer_units": True,
                }
            )
        return self.service_old_unit_location_id

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
