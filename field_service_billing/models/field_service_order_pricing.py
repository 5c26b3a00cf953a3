from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .field_service_charge_billing import DERIVED_KINDS, TOTAL_KINDS
from .field_service_charge_coverage import ChargeCoverage
from .field_service_job_type import PRICE_GROUPS
from .field_service_order_billing import FINISHED_STATES


class FieldServiceOrderPricing(models.AbstractModel):
    """The pricing terms of a work order, and what they make of its charges."""

    _name = "field.service.order.pricing"
    _description = "Pricing of Work Orders"

    # The order's; it says so.
    billing_currency_id = fields.Many2one(comodel_name="res.currency")
    pricing_id = fields.Many2one(
        comodel_name="field.service.pricing",
        string="Pricing Terms",
        compute="_compute_pricing_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        groups=PRICE_GROUPS,
        help="Of the agreement, else of the customer, else of the job type, else of "
        "the company. They stay once anything is billed.",
    )
    flat_line_ids = fields.One2many(
        comodel_name="field.service.order.flat.rate",
        inverse_name="order_id",
        string="Flat Rates",
        copy=True,
    )
    limit_amount = fields.Monetary(
        string="Not to Exceed",
        currency_field="billing_currency_id",
        compute="_compute_limit_amount",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        groups=PRICE_GROUPS,
        help="What the customer allows, before tax. What is beyond it is not billed. "
        "0: no limit.",
    )
    _limit_positive = models.Constraint(
        "CHECK(limit_amount >= 0)", "A limit cannot be less than nothing."
    )

    # ------------------------------------------------------------------ computes
    @api.depends("company_id", "partner_id", "agreement_id", "job_type_id")
    def _compute_pricing_id(self):
        for order in self:
            if not order._is_pricing_settled():
                order.pricing_id = order._find_pricing()

    def _find_pricing(self):
        """Return the terms of this order: the first in the order stated above."""
        self.ensure_one()
        # Which terms hold does not depend on what the user may read.
        order = self.sudo()
        company = order.company_id
        customer = order.partner_id.commercial_partner_id.with_company(company)
        candidates = (
            order.agreement_id.pricing_id,
            customer.service_pricing_id,
            order.job_type_id.with_company(company).service_pricing_id,
            company.service_pricing_id,
        )
        for pricing in candidates:
            if pricing.active and pricing.company_id == company:
                return pricing
        return self.env["field.service.pricing"]

    def _is_pricing_settled(self):
        """Tell whether something is billed, so that terms do not change any more."""
        self.ensure_one()
        # Whether somebody was billed does not depend on what the user may read.
        charges = self.sudo()._origin.charge_ids
        return any(charge.state == "invoiced" for charge in charges)

    @api.depends("pricing_id", "billing_currency_id")
    def _compute_limit_amount(self):
        for order in self:
            if not order._is_pricing_settled():
                order.limit_amount = order._convert_terms(
                    order.pricing_id.limit_amount, fields.Date.context_today(order)
                )

    def _get_spent_charges(self):
        """Return the charges that count for a minimum and for the limit."""
        return self.charge_ids.filtered(lambda charge: charge.kind not in TOTAL_KINDS)

    def _convert_terms(self, amount, day):
        """Return an amount of the terms in the currency in which is billed."""
        company = self.company_id
        if not amount or not self.billing_currency_id:
            return amount
        return company.currency_id._convert(
            amount, self.billing_currency_id, company, day
        )

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # Whoever takes an order need not be allowed to price it.
        orders.sudo()._propose_flat_rate()
        return orders

    def write(self, vals):
        if "pricing_id" in vals:
            self._check_pricing_open(vals["pricing_id"])
        # Whoever plans the work need not see what is charged for it.
        before = {order: order.pricing_id for order in self.sudo()}
        result = super().write(vals)
        if "pricing_method" in vals:
            self.sudo()._propose_flat_rate()
        changed = [
            order for order, terms in before.items() if order.pricing_id != terms
        ]
        self.browse().sudo().union(*changed)._reset_charges()
        if "limit_amount" in vals:
            # As above.
            self.sudo()._process_charges()
        return result

    def _check_pricing_open(self, pricing_id):
        for order in self:
            if order.pricing_id.id != pricing_id and order._is_pricing_settled():
                raise UserError(
                    self.env._(
                        "%(order)s is billed by “%(terms)s” already: its terms stay. "
                        "Credit the invoice first.",
                        order=order.name,
                        terms=order.pricing_id.name or self.env._("no terms"),
                    )
                )

    def _propose_flat_rate(self):
        """Put the flat rate of the job type on orders that have none yet."""
        self.env["field.service.order.flat.rate"].create(
            [
                {
                    "order_id": order.id,
                    "flat_rate_id": order.job_type_id.flat_rate_id.id,
                }
                for order in self
                if order.pricing_method == "flat"
                and not order.flat_line_ids
                and order.job_type_id.flat_rate_id
            ]
        )

    def _reset_charges(self):
        """Make the open charges anew, except those that somebody has edited."""
        untouched = self.charge_ids.filtered(
            lambda charge: charge.kind in DERIVED_KINDS
            and not charge.sale_line_id
            and charge.price_origin != "manual"
            and not charge.leakage_reason_id
        )
        untouched.unlink()
        self._process_charges()

    # ------------------------------------------------------------------- targets
    def _process_totals(self):
        """Top up to the minimum, and take off what is beyond the limit. Idempotent."""
        targets = []
        for order in self:
            if order.state not in ("draft", "cancelled") and not order.is_historic:
                targets += order._get_total_targets()
        orders = self.filtered(
            lambda order: any(charge.kind in TOTAL_KINDS for charge in order.charge_ids)
        )
        orders = orders.union(*(target.order for target in targets))
        if orders:
            charges = self.env["field.service.charge"]
            charges._sync_targets(orders, targets, TOTAL_KINDS)
            orders._attach_totals_to_sales()

    def _get_total_targets(self):
        """Return the top-up and the reduction of this order."""
        terms, limit = self.pricing_id, self.limit_amount
        if not terms.minimum_amount and not limit:
            return []
        charges = self._get_spent_charges()
        spent = sum(charges.mapped("amount"))
        targets = []
        lacking = self._get_minimum_amount() - spent
        # What somebody gives away is not charged again as a minimum.
        lacking -= sum(charges.mapped("left_out_amount"))
        currency = self.billing_currency_id
        if spent > 0 and currency.compare_amounts(lacking, 0.0) > 0:
            name = self.env._("Minimum charge")
            uplifts = [("minimum_qty", 1.0)]
            targets.append(self._prepare_total("minimum", name, lacking, uplifts))
        if limit and currency.compare_amounts(spent, limit) > 0:
            name = self.env._("Agreed limit")
            uplifts = [("agreed_qty", 1.0)]
            targets.append(self._prepare_total("limit", name, limit - spent, uplifts))
        return targets

    def _get_minimum_amount(self):
        """Return the least that is billed of this order, within its limit."""
        # What was agreed needs no minimum, unless that was a part of it.
        sold = self._get_sold_lines()
        agreed = self.pricing_method == "fixed" or (
            sold and "minimum" not in sold.mapped("service_basis")
        )
        finished = self.state in FINISHED_STATES
        if self.coverage != "chargeable" or not finished or agreed:
            return 0.0
        minimum = self._convert_terms(
            self.pricing_id.minimum_amount, self._get_coverage_date()
        )
        return min(minimum, self.limit_amount) if self.limit_amount else minimum

    def _prepare_total(self, kind, name, amount, uplifts):
        product = self.pricing_id.adjustment_product_id
        return self._prepare_charge_target(
            kind,
            product,
            0.0,
            price=self.billing_currency_id.round(amount),
            uplifts=uplifts,
            name=self._describe_charge(product, name),
        )

    # ------------------------------------------------------------------- coverage
    def _get_charge_coverage(self, charge):
        """What brings an order to its minimum or limit follows the other charges."""
        if charge.kind in TOTAL_KINDS:
            line = self.env["field.service.agreement.coverage"]
            return ChargeCoverage("chargeable", line)
        return super()._get_charge_coverage(charge)

    # -------------------------------------------------------------------- billing
    def _get_charge_issues(self):
        """Say what the terms ask for before this order can be billed."""
        issues = super()._get_charge_issues()
        if self.pricing_method == "flat" and not self.flat_line_ids:
            issues.append(self.env._("Choose the flat rates that were done."))
        opens = self.charge_ids.filtered(lambda charge: charge.state == "open")
        terms = self.pricing_id
        if terms.is_reference_required and not self.customer_reference:
            issues.append(self.env._("The customer's order number is missing."))
        zoned = opens.filtered(
            lambda charge: charge.kind == "travel"
            and charge.price_origin == "fixed"
            and not charge.price_unit
        )
        if zoned and terms.travel_method == "zone" and not self._get_travel_zone():
            issues.append(self._get_no_zone_message())
        return issues + self._get_currency_issues()

    def _get_no_zone_message(self):
        return self.env._(
            "No travel zone of “%(terms)s” fits %(site)s: enter its distance.",
            terms=self.pricing_id.name,
            site=(self.site_id or self.partner_id).display_name,
        )

    def _get_currency_issues(self):
        """Say when prices were worked out without any rate of the currency."""
        currency, company = self.billing_currency_id, self.company_id
        if not currency or currency == company.currency_id:
            return []
        # Rates are the same for everybody, whatever a user may read.
        rates = currency.sudo().rate_ids.filtered(
            lambda rate: not rate.company_id or rate.company_id == company.root_id
        )
        day = self._get_coverage_date()
        if any(rate.name <= day for rate in rates):
            return []
        return [
            self.env._(
                "%(currency)s has no exchange rate on %(day)s: enter one.",
                currency=currency.name,
                day=self._format_day(day),
            )
        ]

    def _get_missing_product_message(self, charge):
        if charge.kind in TOTAL_KINDS:
            return self.env._(
                "Choose pricing terms with an adjustment product for “%(charge)s”.",
                charge=charge.name,
            )
        return super()._get_missing_product_message(charge)

    def _get_sale_order_key(self, grouped):
        """Orders of a customer under one number of his share a sales order."""
        key = super()._get_sale_order_key(grouped)
        return (*key, self.customer_reference or "") if grouped else key

    def _prepare_sale_order_values(self):
        """Show the customer's own order number on what he gets."""
        values = super()._prepare_sale_order_values()
        return {**values, "client_order_ref": self.customer_reference or False}

    @api.constrains("limit_amount")
    def _check_limit_product(self):
        # Whoever takes an order need not see its terms.
        for order in self.sudo():
            if order.limit_amount and not order.pricing_id.adjustment_product_id:
                raise ValidationError(
                    self.env._(
                        "%(order)s: a limit needs pricing terms with an adjustment "
                        "product, for what is beyond it.",
                        order=order.name,
                    )
                )

    # ------------------------------------------------------------------- planning
    def _get_planned_revenue_flat(self):
        """Return the agreed flat rates, in company currency."""
        amount = sum(
            line.quantity * line.price_unit for line in self.sudo().flat_line_ids
        )  # as in every baseline
        return self.billing_currency_id._convert(
            amount * self._get_planned_share("flat"),
            self.company_id.currency_id,
            self.company_id,
            fields.Date.context_today(self),
        )

    def _get_planned_lines_flat(self):
        """Return the agreed flat rates, each as a line."""
        return [
            line
            for flat in self.sudo().flat_line_ids  # as in every baseline
            for line in self._get_planned_whole_lines(
                "flat", flat.flat_rate_id.product_id, flat.price_unit, flat.quantity
            )
        ]
