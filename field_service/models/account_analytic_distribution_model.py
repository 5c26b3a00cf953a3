from odoo import api, models


class AccountAnalyticDistributionModel(models.Model):
    _inherit = "account.analytic.distribution.model"

    @api.model
    def _get_distribution(self, vals):
        """An expense that was begun on a work order stays on it.

        Odoo replaces the whole distribution as soon as product or account changes.
        """
        distribution = super()._get_distribution(vals)
        kept = self.env.context.get("service_distribution")
        # Journal items say which plans are theirs already; they follow the expense.
        if not kept or "related_root_plan_ids" in vals:
            return distribution
        return {**distribution, **kept}
