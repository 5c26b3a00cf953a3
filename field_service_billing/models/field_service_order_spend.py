from odoo import models
from odoo.fields import Domain

REPAIR_KINDS = ("parts", "labour")
EXPENSE_TYPES = (
    "expense",
    "expense_other",
    "expense_depreciation",
    "expense_direct_cost",
)


class FieldServiceOrderSpend(models.AbstractModel):
    """What repairs have cost, from the ledger: whether a new one would pay."""

    _name = "field.service.order.spend"
    _description = "Cost of Repairs"

    def _get_repair_spend(self, asset):
        """Return what repairs of a piece of equipment have cost, from the ledger.

        Parts and labour, posted. What an order on several pieces of equipment has
        cost is shared evenly. An imported order has one figure, which counts.
        """
        column = self._get_plan_column()
        kinds = Domain("move_line_id.service_cost_type", "in", REPAIR_KINDS)
        imported = Domain("move_line_id.service_order_id.is_historic", "=", True)
        groups = self.env["account.analytic.line"]._read_group(
            Domain(column, "in", self.analytic_account_id.ids)
            & Domain("move_line_id.parent_state", "=", "posted")
            & Domain("general_account_id.account_type", "in", EXPENSE_TYPES)
            & (kinds | imported),
            [column],
            ["amount:sum"],
        )
        cost = {account: -amount for account, amount in groups}
        total = sum(
            cost.get(order.analytic_account_id, 0.0) / len(order.asset_ids)
            for order in self
            if asset in order.asset_ids
        )
        return asset.company_id.currency_id.round(total)
