from odoo import api, models
from odoo.exceptions import UserError


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    def write(self, vals):
        column = self.env["field.service.order"]._get_plan_column()
        if column in vals or "amount" in vals:
            self._check_service_lock()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_not_locked(self):
        # Core deletes and remakes the lines with this key when an entry is reset to
        # draft, which it refuses itself in a locked period.
        if not self.env.context.get("skip_analytic_sync"):
            self._check_service_lock()

    def _check_service_lock(self):
        """Refuse to change what a locked period says about work orders."""
        column = self.env["field.service.order"]._get_plan_column()
        items = self.filtered(column).move_line_id
        posted = items.filtered(lambda item: item.parent_state == "posted")
        locked = posted._filter_attribution_locked() if posted else posted
        for line in self:
            if line[column] and line.move_line_id in locked:
                raise UserError(
                    self.env._(
                        "%(line)s belongs to a journal item in a locked period: what "
                        "it says about the work order cannot be changed.",
                        line=line.display_name,
                    )
                )
