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
        for line in self:
            item = line.move_line_id
            if (
                line[column]
                and item.parent_state == "posted"
                and item.company_id._is_service_locked(item.date, item.journal_id)
            ):
                raise UserError(
                    self.env._(
                        "%(line)s belongs to a journal item in a locked period: what "
                        "it says about the work order cannot be changed.",
                        line=line.display_name,
                    )
                )
