from odoo import api, models


class AccountAnalyticDistributionModel(models.Model):
    _inherit = "account.analytic.distribution.model"

    @api.model
    def _get_applicable_models(self, vals):
        """Ask once for lines with the same product and customer, in one batch.

        Core asks the database for each line of a sales order.
        """
        memo = self.env.context.get("service_distribution_memo")
        if memo is None:
            return super()._get_applicable_models(vals)
        key = repr(sorted(vals.items()))
        if key not in memo:
            memo[key] = super()._get_applicable_models(vals).ids
        return self.browse(memo[key])
