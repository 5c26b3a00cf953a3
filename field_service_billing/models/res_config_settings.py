from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_absorb_labour = fields.Boolean(
        related="company_id.service_absorb_labour", readonly=False
    )
    service_travel_rate = fields.Monetary(
        related="company_id.service_travel_rate",
        readonly=False,
        groups="field_service.group_cost",
    )
    service_km_rate = fields.Monetary(
        related="company_id.service_km_rate",
        readonly=False,
        groups="field_service.group_cost",
    )
    service_overtime_multiplier = fields.Float(
        related="company_id.service_overtime_multiplier",
        readonly=False,
        groups="field_service.group_cost",
    )
    service_rest_multiplier = fields.Float(
        related="company_id.service_rest_multiplier",
        readonly=False,
        groups="field_service.group_cost",
    )
    service_labour_account_id = fields.Many2one(
        related="company_id.service_labour_account_id", readonly=False
    )
    service_labour_contra_account_id = fields.Many2one(
        related="company_id.service_labour_contra_account_id", readonly=False
    )
    service_travel_account_id = fields.Many2one(
        related="company_id.service_travel_account_id", readonly=False
    )
    service_travel_contra_account_id = fields.Many2one(
        related="company_id.service_travel_contra_account_id", readonly=False
    )
    service_labour_product_id = fields.Many2one(
        related="company_id.service_labour_product_id", readonly=False
    )
    service_travel_product_id = fields.Many2one(
        related="company_id.service_travel_product_id", readonly=False
    )
    service_fixed_product_id = fields.Many2one(
        related="company_id.service_fixed_product_id", readonly=False
    )
    service_pricing_id = fields.Many2one(
        related="company_id.service_pricing_id", readonly=False
    )
    service_accrued_income_account_id = fields.Many2one(
        related="company_id.service_accrued_income_account_id", readonly=False
    )
    service_accrued_cost_account_id = fields.Many2one(
        related="company_id.service_accrued_cost_account_id", readonly=False
    )
    service_share_method = fields.Selection(
        related="company_id.service_share_method", readonly=False
    )
    service_show_covered = fields.Boolean(
        related="company_id.service_show_covered", readonly=False
    )
    service_fee_posting = fields.Selection(
        related="company_id.service_fee_posting", readonly=False
    )
    service_offer_show_price = fields.Boolean(
        related="company_id.service_offer_show_price", readonly=False
    )
    service_offer_disturbance = fields.Monetary(
        related="company_id.service_offer_disturbance",
        readonly=False,
        groups="field_service.group_cost",
    )
    service_offer_rating_days = fields.Integer(
        related="company_id.service_offer_rating_days", readonly=False
    )
    service_offer_refusal_days = fields.Integer(
        related="company_id.service_offer_refusal_days", readonly=False
    )
    service_offer_expiry_days = fields.Integer(
        related="company_id.service_offer_expiry_days", readonly=False
    )
    service_offer_overdue_amount = fields.Monetary(
        related="company_id.service_offer_overdue_amount", readonly=False
    )
    service_onsite_invoice = fields.Selection(
        related="company_id.service_onsite_invoice", readonly=False
    )
    service_handover_journal_id = fields.Many2one(
        related="company_id.service_handover_journal_id", readonly=False
    )
    service_billing_policy_id = fields.Many2one(
        related="company_id.service_billing_policy_id", readonly=False
    )
    service_billing_user_id = fields.Many2one(
        related="company_id.service_billing_user_id", readonly=False
    )
    service_billing_reminder_days = fields.Integer(
        related="company_id.service_billing_reminder_days", readonly=False
    )
    service_billing_tax_required = fields.Boolean(
        related="company_id.service_billing_tax_required", readonly=False
    )
