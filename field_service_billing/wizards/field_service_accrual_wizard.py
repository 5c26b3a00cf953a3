from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.field_service_company_accruals import SHARE_METHODS


class FieldServiceAccrualWizard(models.TransientModel):
    """Asks for the period and the accounts, and shows the preview as a draft."""

    _name = "field.service.accrual.wizard"
    _description = "New Work Order Accrual"
    _check_company_auto = True

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(
        selection=lambda self: self.env["field.service.accrual"]
        ._fields["kind"]
        ._description_selection(self.env),
        required=True,
        default="unbilled",
    )
    date = fields.Date(
        string="Period End",
        required=True,
        default=lambda self: self._get_default_date(),
        help="Unbilled work is reversed on the day after.",
    )
    date_from = fields.Date(
        string="From",
        compute="_compute_date_from",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="The first day of the month, unless you enter another.",
    )
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        compute="_compute_settings",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        check_company=True,
        domain="[('type', '=', 'general')]",
    )
    income_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Accrued Income",
        compute="_compute_settings",
        store=True,
        precompute=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', '=', 'asset_current')]",
    )
    cost_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Received, not Billed",
        compute="_compute_settings",
        store=True,
        precompute=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', '=', 'liability_current')]",
    )
    share_method = fields.Selection(
        selection=SHARE_METHODS,
        string="Share by",
        compute="_compute_settings",
        store=True,
        precompute=True,
        readonly=False,
        help="Unless the agreement says otherwise. Empty: only agreements that say so.",
    )

    @api.model
    def _get_default_date(self):
        """Return the end of the last month."""
        first = fields.Date.context_today(self).replace(day=1)
        return first - relativedelta(days=1)

    @api.depends("date")
    def _compute_date_from(self):
        for wizard in self:
            wizard.date_from = wizard.date and wizard.date.replace(day=1)

    @api.depends("company_id")
    def _compute_settings(self):
        journals = self.env["account.journal"]
        for wizard in self:
            company = wizard.company_id
            domain = [("company_id", "=", company.id), ("type", "=", "general")]
            wizard.journal_id = company.service_journal_id or journals.search(
                domain, limit=1
            )
            wizard.income_account_id = company.service_accrued_income_account_id
            wizard.cost_account_id = company.service_accrued_cost_account_id
            wizard.share_method = company.service_share_method

    def action_propose_accounts(self):
        """Make the accounts that are missing in the settings, and fill them in."""
        self.ensure_one()
        self.env["account.account"].check_access("create")
        # Whoever may make accounts need not be allowed to change the company.
        self.company_id.sudo().action_propose_service_accounts()
        self._compute_settings()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Accrual"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_preview(self):
        """Make the draft with everything that is due, and open it.

        :raises UserError: when the period is not over, or an account is missing
        """
        self.ensure_one()
        if self.date > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "The period is not over: nobody knows yet what will be done."
                )
            )
        accrual = self.env["field.service.accrual"].create(
            {
                "kind": self.kind,
                "company_id": self.company_id.id,
                "date_from": self.date_from,
                "date": self.date,
                "journal_id": self.journal_id.id,
                "income_account_id": self.income_account_id.id,
                "cost_account_id": self.cost_account_id.id,
                "share_method": self.share_method,
            }
        )
        accrual._compute_preview()
        return accrual._get_records_action()
