from odoo import api, fields, models

from .field_service_job_type import PRICE_GROUPS, PRICING_METHODS

PRICING_FIELDS = {
    "coverage",
    "coverage_rule",
    "pricing_method",
    "fixed_price",
    "pricelist_id",
}


class FieldServiceOrder(models.Model):
    """Billing of a work order: who pays, what is charged, and how far that is."""

    _name = "field.service.order"
    _inherit = [
        "field.service.order.quote.terms",
        "field.service.order.quote",
        "field.service.order.extra",
        "field.service.order.sale",
        "field.service.order.subcontract",
        "field.service.order.limit",
        "field.service.order.pricing",
        "field.service.order.methods",
        "field.service.order.external",
        "field.service.order.coverage.check",
        "field.service.order.coverage",
        "field.service.order",
        "field.service.charging",
        "field.service.expectation",
        "field.service.order.billing",
        "field.service.order.offers",
        "field.service.order.onsite",
        "field.service.order.cash",
        "field.service.order.billing.queue",
        "field.service.order.billing.check",
        "field.service.order.billing.run",
        "field.service.order.accrual",
    ]

    # How it is priced
    pricing_method = fields.Selection(
        selection=PRICING_METHODS,
        compute="_compute_pricing_method",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        copy=False,
        tracking=True,
    )
    pricelist_id = fields.Many2one(
        comodel_name="product.pricelist",
        compute="_compute_pricelist_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
        groups=PRICE_GROUPS,
    )
    billing_currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_billing_currency_id",
        store=True,
        index=True,
    )
    fixed_price = fields.Monetary(
        currency_field="billing_currency_id",
        compute="_compute_fixed_price",
        store=True,
        readonly=False,
        copy=False,
        groups=PRICE_GROUPS,
    )

    # What is billed
    charge_ids = fields.One2many(
        comodel_name="field.service.charge",
        inverse_name="order_id",
        string="Charges",
        groups=PRICE_GROUPS,
    )
    charge_amount = fields.Monetary(
        string="To Bill",
        currency_field="billing_currency_id",
        compute="_compute_charge_amount",
        store=True,
        groups=PRICE_GROUPS,
    )
    sale_line_ids = fields.One2many(
        comodel_name="sale.order.line",
        inverse_name="service_order_id",
        string="Sales Order Lines",
        groups=PRICE_GROUPS,
    )
    sale_order_ids = fields.Many2many(
        comodel_name="sale.order",
        string="Sales Orders",
        compute="_compute_sale_orders",
        groups=PRICE_GROUPS,
    )
    sale_order_count = fields.Integer(
        compute="_compute_sale_orders", groups=PRICE_GROUPS
    )
    invoice_ids = fields.Many2many(
        comodel_name="account.move",
        string="Invoices",
        compute="_compute_sale_orders",
        groups=PRICE_GROUPS,
    )
    invoice_count = fields.Integer(compute="_compute_sale_orders", groups=PRICE_GROUPS)
    billing_state = fields.Selection(
        selection=[
            ("not_billable", "Not billable"),
            ("incomplete", "Incomplete"),
            ("ready", "Ready to bill"),
            ("drafted", "Drafted"),
            ("invoiced", "Invoiced"),
            ("paid", "Paid"),
        ],
        compute="_compute_billing_state",
        store=True,
        index=True,
    )
    billing_issues = fields.Text(
        string="Missing for Billing",
        compute="_compute_billing_issues",
        groups=PRICE_GROUPS,
    )

    # ------------------------------------------------------------------ computes
    @api.model
    def _get_followers(self):
        return {**super()._get_followers(), "pricing_method": False}

    def _propose_pricing_method(self):
        return {
            order: order.job_type_id.pricing_method or "time_material" for order in self
        }

    @api.depends("job_type_id")
    def _compute_pricing_method(self):
        self._follow("pricing_method")

    @api.depends("partner_id", "company_id")
    def _compute_pricelist_id(self):
        for order in self:
            partner = order.partner_id.with_company(order.company_id)
            order.pricelist_id = partner.property_product_pricelist

    @api.depends("pricelist_id.currency_id", "company_id.currency_id")
    def _compute_billing_currency_id(self):
        for order in self:
            order.billing_currency_id = (
                order.pricelist_id.currency_id or order.company_id.currency_id
            )

    @api.depends("pricing_method", "job_type_id", "pricelist_id")
    def _compute_fixed_price(self):
        """Propose the price of the fixed price product; an agreed price stays."""
        for order in self:
            product = order._get_fixed_product().with_company(order.company_id)
            if order.pricing_method != "fixed" or order.fixed_price or not product:
                continue
            order.fixed_price = order.pricelist_id._get_product_price(
                product, 1.0, currency=order.billing_currency_id, uom=product.uom_id
            )

    @api.depends("charge_ids.amount")
    def _compute_charge_amount(self):
        for order in self:
            order.charge_amount = sum(order.charge_ids.mapped("amount"))

    @api.depends("sale_line_ids.order_id", "sale_line_ids.invoice_lines")
    def _compute_sale_orders(self):
        for order in self:
            invoices = order.sale_line_ids.invoice_lines.move_id
            order.sale_order_ids = order.sale_line_ids.order_id
            order.sale_order_count = len(order.sale_line_ids.order_id)
            order.invoice_ids = invoices
            order.invoice_count = len(invoices)

    @api.depends(
        "state",
        "coverage",
        "coverage_pending",
        "is_historic",
        "customer_reference",
        "pricing_id",
        "charge_ids.state",
        "charge_ids.product_id",
        "charge_ids.price_unit",
        "sale_line_ids.state",
        "sale_line_ids.qty_to_invoice",
        "sale_line_ids.product_uom_qty",
        "sale_line_ids.invoice_lines.parent_state",
        "sale_line_ids.invoice_lines.move_id.payment_state",
    )
    def _compute_billing_state(self):
        for order in self:
            order.billing_state = order._get_billing_state()

    @api.depends("billing_state", "charge_ids.state")
    def _compute_billing_issues(self):
        for order in self:
            waiting = order.billing_state == "incomplete"
            order.billing_issues = waiting and "\n".join(order._get_billing_issues())

    # ---------------------------------------------------------------------- CRUD
    def write(self, vals):
        result = super().write(vals)
        if PRICING_FIELDS & vals.keys():
            # Whoever decides the coverage need not see the prices that follow.
            self.sudo()._process_charges()
        return result

    # ------------------------------------------------------------------ converge
    @api.model
    def _get_process_steps(self):
        steps = super()._get_process_steps()
        position = steps.index("_process_postings")
        ours = ["_process_charges", "_process_coverage"]
        return [*steps[:position], *ours, *steps[position:], "_process_offers"]

    def _process_charges(self):
        """Bring the charges to what the work implies. Idempotent."""
        self.env["field.service.charge"]._sync_targets(self, self._get_charge_targets())
        self._attach_charges_to_sales()
        self._allocate_entitlements()
        self._process_totals()

    def _process_postings(self):
        """Post the cost of the visits' hours and ways, in one entry per day."""
        result = super()._process_postings()
        visits = self.visit_ids
        if visits:
            visits._freeze_rates()
            visits._sync_posting()
        return result

    # ------------------------------------------------------------------ baseline
    def _get_planned_cost_lines(self):
        return super()._get_planned_cost_lines() + self._get_planned_labour_lines()

    def _get_planned_revenue(self):
        return super()._get_planned_revenue() + self._get_planned_charges()

    def _get_planned_revenue_lines(self):
        lines = super()._get_planned_revenue_lines()
        return lines + self._get_planned_charge_lines()

    # ---------------------------------------------------------------------- gate
    def _get_reasons_released(self):
        company = self.company_id
        names = company._get_absorption_settings()
        known = super()._get_reasons_released()
        missing = company._get_missing_service_settings(names)
        return known + [reason for reason in missing if reason not in known]

    def _get_reasons_closed(self):
        reasons = super()._get_reasons_closed()
        # Closing is the manager's or dispatcher's; prices and rates are not.
        order = self.sudo()
        if order.is_historic or self._get_pending("is_historic"):
            return reasons
        if order.billing_state in ("incomplete", "ready", "drafted"):
            reasons.append(
                self.env._("The billing clerk must settle it: it is not invoiced yet.")
            )
        people = order.visit_ids._get_people_without_rate()
        if people:
            reasons.append(
                self.env._(
                    "The service manager must enter a labour rate for %(people)s: "
                    "their time is not on the order yet.",
                    people=", ".join(people.mapped("name")),
                )
            )
        return reasons

    def _get_reasons_cancelled(self):
        reasons = super()._get_reasons_cancelled()
        # A dispatcher cancels without any right on invoices.
        lines = self.sudo().sale_line_ids
        billed = lines.filtered(lambda line: line.untaxed_amount_invoiced)
        if billed:
            items = billed.invoice_lines.filtered(
                lambda item: item.parent_state == "posted"
            )
            reasons.append(
                self.env._(
                    "It is invoiced with %(invoices)s: credit the invoice first.",
                    invoices=", ".join(items.move_id.mapped("name")),
                )
            )
        return reasons

    def _action_cancelled(self):
        result = super()._action_cancelled()
        # As above: the sales order follows the work order it was made for.
        self.sudo()._cancel_sale_orders()
        return result
