from odoo import fields, models

LABOUR_ACCOUNTS = ("service_labour_account_id", "service_labour_contra_account_id")
TRAVEL_ACCOUNTS = ("service_travel_account_id", "service_travel_contra_account_id")


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = [
        "field.service.company.accruals",
        "res.company",
        "field.service.company.offers",
        "field.service.company.onsite",
        "field.service.company.fees",
    ]

    # Cost of labour and travel
    service_absorb_labour = fields.Boolean(
        string="Charge Labour to Work Orders",
        default=True,
        help="Completed visits post the technicians' time on their work order, "
        "against a contra account in profit and loss.",
    )
    service_travel_rate = fields.Monetary(
        string="Travel Cost per Hour",
        groups="field_service.group_cost",
        help="Cost of one hour on the road, van included. Zero: travel posts nothing.",
    )
    service_km_rate = fields.Monetary(
        string="Vehicle Cost per km",
        groups="field_service.group_cost",
        help="Cost of one km on the road, unless the booked vehicle has its own. "
        "Zero: km post nothing.",
    )
    service_overtime_multiplier = fields.Float(
        string="Overtime Multiplier",
        default=1.0,
        groups="field_service.group_cost",
        help="What an hour outside the technician's working time costs, as a multiple "
        "of his rate. 1: the same.",
    )
    service_rest_multiplier = fields.Float(
        string="Day Off Multiplier",
        default=1.0,
        groups="field_service.group_cost",
        help="The same for days without any working time: weekends, public holidays, "
        "leave.",
    )
    service_labour_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Field Labour",
        help="Takes the cost of the work, with the order.",
    )
    service_labour_contra_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Field Labour, Contra",
        help="Gives the cost of the work, without any order. Salaries plus this "
        "account are the time that no order paid for.",
    )
    service_travel_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Field Travel",
        help="Takes the cost of the way, with the order.",
    )
    service_travel_contra_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Field Travel, Contra",
        help="Gives the cost of the way, without any order.",
    )

    service_show_covered = fields.Boolean(
        string="Show Covered Work on Invoices",
        help="What the warranty, the agreement or we pay for is a note on the sales "
        "order and the invoice, with its value.",
    )

    # How it is billed
    service_billing_policy_id = fields.Many2one(
        comodel_name="field.service.billing.policy",
        string="Billing Policy",
        help="Of customers and agreements that have none of their own.",
    )
    service_billing_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible for Billing",
        help="Is told what cannot be billed. Empty: the leader of the order's team.",
    )
    service_billing_reminder_days = fields.Integer(
        string="Remind of Incomplete Billing after",
        default=7,
        help="Days after the work is finished. Zero: nobody is reminded.",
    )
    service_billing_tax_required = fields.Boolean(
        string="Bill nothing without Tax",
        help="What has no sales tax is not billed by a run. A tax of 0 % is a tax.",
    )

    # What is sold
    service_pricing_id = fields.Many2one(
        comodel_name="field.service.pricing",
        string="Pricing Terms",
        help="Of work orders, unless the agreement, the customer or the job type has "
        "others. Without any, work is charged as it was done.",
    )
    service_labour_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Labour Product",
        domain=[("type", "=", "service"), ("sale_ok", "=", True)],
        help="Sold for each hour of work, at the price of the customer's pricelist.",
    )
    service_travel_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Travel Product",
        domain=[("type", "=", "service"), ("sale_ok", "=", True)],
        help="Sold for each hour on the way. Empty: travel is not charged.",
    )
    service_fixed_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Fixed Price Product",
        domain=[("type", "=", "service"), ("sale_ok", "=", True)],
        help="Sold once for an order with a fixed price, unless its job type has a "
        "product of its own.",
    )

    # What holds recommendations back; the rest is in field.service.company.offers
    service_offer_disturbance = fields.Monetary(
        string="Cost of Disturbing",
        groups="field_service.group_cost",
        help="Taken off what a recommendation may bring: what is worth less is not "
        "recommended.",
    )
    service_offer_overdue_amount = fields.Monetary(
        string="Overdue Debt From",
        help="A customer whose overdue invoices are above this is asked nothing.",
    )

    _service_multipliers_positive = models.Constraint(
        "CHECK(service_overtime_multiplier >= 0 AND service_rest_multiplier >= 0)",
        "The cost of overtime and of days off cannot be negative.",
    )
    _service_km_rate_positive = models.Constraint(
        "CHECK(service_km_rate >= 0)", "The cost of a km cannot be negative."
    )
    _service_offer_amounts_positive = models.Constraint(
        "CHECK(service_offer_disturbance >= 0 AND service_offer_overdue_amount >= 0)",
        "Amounts that hold recommendations back cannot be negative.",
    )

    _service_billing_reminder_positive = models.Constraint(
        "CHECK(service_billing_reminder_days >= 0)",
        "The days until a reminder cannot be negative.",
    )

    def _get_billing_day(self, moment=None):
        """Return the date of a moment (default: now) where the company is."""
        self.ensure_one()
        tz = self.partner_id.tz or self.resource_calendar_id.tz or "UTC"
        return fields.Datetime.context_timestamp(
            self.with_context(tz=tz), moment or fields.Datetime.now()
        ).date()

    def _get_service_account_fields(self):
        direct_cost = "expense_direct_cost"
        return {
            **super()._get_service_account_fields(),
            "service_labour_account_id": {
                "name": self.env._("Field labour"),
                "account_type": direct_cost,
                "code": "512100",
            },
            "service_labour_contra_account_id": {
                "name": self.env._("Field labour charged to work orders"),
                "account_type": direct_cost,
                "code": "512200",
            },
            "service_travel_account_id": {
                "name": self.env._("Field travel"),
                "account_type": direct_cost,
                "code": "513100",
            },
            "service_travel_contra_account_id": {
                "name": self.env._("Field travel charged to work orders"),
                "account_type": direct_cost,
                "code": "513200",
            },
        }

    def _get_absorption_settings(self):
        """Return the settings that posting labour and travel needs."""
        self.ensure_one()
        # Settings of the company, not data of the user who works on an order.
        company = self.sudo()
        if not company.service_absorb_labour:
            return []
        names = ["service_journal_id", *LABOUR_ACCOUNTS]
        if company._has_travel_cost():
            names += TRAVEL_ACCOUNTS
        return names

    def _has_travel_cost(self):
        """Tell whether the way to a visit costs its order anything."""
        self.ensure_one()
        if self.service_travel_rate or self.service_km_rate:
            return True
        vehicles = self.env["resource.resource"]
        domain = [("company_id", "in", [False, self.id]), ("service_km_rate", ">", 0)]
        return bool(vehicles.search_count(domain, limit=1))
