from odoo import api, models


class AccountTax(models.Model):
    _inherit = "account.tax"

    @api.model
    def _reduce_base_lines_with_grouping_function(
        self,
        base_lines,
        grouping_function=None,
        aggregate_function=None,
        computation_key=None,
    ):
        """Keep work orders apart in down payments and global discounts.

        Core would make one line of several orders, shared by percentages.
        """

        def group_by_order(base_line):
            """Add the work order to the key that core groups by."""
            values = grouping_function(base_line) if grouping_function else {}
            order = base_line.get("_service_order_id")
            return {**values, "_service_order_id": order} if order else values

        return super()._reduce_base_lines_with_grouping_function(
            base_lines,
            grouping_function=group_by_order,
            aggregate_function=aggregate_function,
            computation_key=computation_key,
        )
