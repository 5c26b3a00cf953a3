from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_payroll_account_ids = fields.Many2many(
        related="company_id.service_payroll_account_ids", readonly=False
    )
    service_target_margin = fields.Float(
        related="company_id.service_target_margin", readonly=False
    )
    service_price_min_sample = fields.Integer(
        related="company_id.service_price_min_sample", readonly=False
    )
    service_capital_rate = fields.Float(
        related="company_id.service_capital_rate", readonly=False
    )
    service_scope_account_ids = fields.Many2many(
        related="company_id.service_scope_account_ids", readonly=False
    )
    service_late_cost_days = fields.Integer(
        related="company_id.service_late_cost_days", readonly=False
    )
    service_erosion_points = fields.Float(
        related="company_id.service_erosion_points", readonly=False
    )
    service_erosion_floor = fields.Float(
        related="company_id.service_erosion_floor", readonly=False
    )
    service_has_spreadsheet = fields.Boolean(
        string="Spreadsheet dashboard is there", compute="_compute_service_spreadsheet"
    )
    service_can_have_spreadsheet = fields.Boolean(
        string="Spreadsheet dashboards are installed",
        compute="_compute_service_spreadsheet",
    )

    def _compute_service_spreadsheet(self):
        model = self.env["field.service.spreadsheet"]
        self.service_can_have_spreadsheet = model._is_available()
        self.service_has_spreadsheet = bool(model._get_dashboard())

    def action_add_service_spreadsheet(self):
        """Put the dashboard of work orders among Odoo's spreadsheet dashboards.

        :raises UserError: when those are not installed
        """
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only an administrator changes settings."))
        # sudo: dashboards have a group an administrator need not be in.
        dashboard = self.env["field.service.spreadsheet"].sudo()._install_dashboard()
        if not dashboard:
            raise UserError(
                self.env._("Install the module “Spreadsheet dashboard” first.")
            )
        return {
            "type": "ir.actions.client",
            "tag": "action_spreadsheet_dashboard",
            "params": {"dashboard_id": dashboard.id},
        }
