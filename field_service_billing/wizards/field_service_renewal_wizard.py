from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..models.field_service_job_type import PRICE_GROUPS


class FieldServiceRenewalWizard(models.TransientModel):
    """Asks until when an agreement goes on, and at which prices."""

    _name = "field.service.renewal.wizard"
    _description = "Renew an Agreement"

    agreement_id = fields.Many2one(
        comodel_name="field.service.agreement", required=True
    )
    date_before = fields.Date(related="agreement_id.date_end", string="Runs Until")
    date_end = fields.Date(
        string="New Last Day",
        required=True,
        compute="_compute_date_end",
        store=True,
        readonly=False,
        precompute=True,
    )
    price_change = fields.Float(
        string="Change of Prices (%)",
        digits=(16, 4),
        groups=PRICE_GROUPS,
        help="From the first day of the new term on. Zero: prices stay.",
    )

    @api.depends("agreement_id")
    def _compute_date_end(self):
        for wizard in self:
            agreement = wizard.agreement_id
            wizard.date_end = agreement.date_end and agreement._get_renewed_end()

    def action_confirm(self):
        """Renew the agreement; what goes wrong with a price changes nothing."""
        self.ensure_one()
        agreement, before = self.agreement_id, self.date_before
        agreement._renew(self.date_end)
        # Who may not see prices has not given any.
        change = self.sudo().price_change
        if change:
            first = before + relativedelta(days=1)
            agreement._apply_price_changes(
                agreement._get_price_changes(first, change, notice=False)
            )
        return {"type": "ir.actions.act_window_close"}
