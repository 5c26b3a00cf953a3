from odoo import fields, models


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["field.service.company.erosion", "res.company"]

    service_payroll_account_ids = fields.Many2many(
        comodel_name="account.account",
        relation="field_service_payroll_account_rel",
        string="Payroll and Vehicle Accounts",
        domain="[('internal_group', '=', 'expense')]",
        help="Where the cost of the field team is posted: wages, contributions, vans. "
        "What the labour and travel rates are meant to cover.",
    )
    service_target_margin = fields.Float(
        string="Target Margin (%)",
        default=40.0,
        help="Which share of the price of a flat rate or fixed price should be left "
        "when its posted cost is paid. Prices below it are listed as proposals.",
    )
    service_price_min_sample = fields.Integer(
        string="Orders for a Price Proposal",
        default=8,
        help="From fewer orders no price is proposed.",
    )
    service_capital_rate = fields.Float(
        string="Cost of Capital (% a Year)",
        help="What money that is not paid yet costs the company. Empty: late invoices "
        "are shown without their cost.",
    )
    service_scope_account_ids = fields.Many2many(
        comodel_name="account.account",
        relation="field_service_scope_account_rel",
        string="Service Accounts",
        domain="[('internal_group', 'in', ('income', 'expense'))]",
        help="Where revenue and costs of service are posted: what is on no work order "
        "is looked for there. Empty: on all accounts of profit and loss.",
    )

    _service_target_margin_range = models.Constraint(
        "CHECK(service_target_margin >= 0 AND service_target_margin < 100)",
        "The target margin is at least 0 % and less than 100 %.",
    )
    _service_capital_rate_range = models.Constraint(
        "CHECK(service_capital_rate >= 0 AND service_capital_rate < 100)",
        "The cost of capital is at least 0 % and less than 100 % a year.",
    )
    service_late_cost_days = fields.Integer(
        string="Costs Are Late after (days)",
        default=30,
        help="Costs that are posted more days after the completion of the work order "
        "count as late.",
    )
    _service_late_cost_days_positive = models.Constraint(
        "CHECK(service_late_cost_days >= 0)",
        "Costs are late after a number of days that is not negative.",
    )
