from odoo import models
from odoo.exceptions import UserError


class AccountAnalyticAccount(models.Model):
    _inherit = "account.analytic.account"

    def write(self, vals):
        if vals.get("plan_id"):
            self._check_service_plan(self.plan_id.browse(vals["plan_id"]))
        return super().write(vals)

    def _check_service_plan(self, plan):
        """The account of a work order stays in the plan that profit is read from."""
        if plan.root_id == self.env.ref("field_service.analytic_plan_work_orders"):
            return
        # Whoever sorts analytic accounts need not see work orders.
        orders = self.env["field.service.order"].sudo()
        order = orders.search([("analytic_account_id", "in", self.ids)], limit=1)
        if order:
            raise UserError(
                self.env._(
                    "%(account)s is the account of work order %(order)s: it stays in "
                    "the plan of work orders.",
                    account=order.analytic_account_id.name,
                    order=order.name,
                )
            )
