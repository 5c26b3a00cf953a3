from odoo import models
from odoo.exceptions import UserError


class AccountAnalyticPlan(models.Model):
    _inherit = "account.analytic.plan"

    def write(self, vals):
        # Below another plan it would lose its column, and all orders their profit.
        if (
            vals.get("parent_id")
            and self.env.ref("field_service.analytic_plan_work_orders") in self
        ):
            raise UserError(
                self.env._(
                    "The plan of work orders stands on its own: profit is read from it."
                )
            )
        return super().write(vals)
