from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_round

# What may not change any more once somebody was billed by it.
FIGURES = {
    "time_step",
    "time_rounding",
    "minimum_hours",
    "minimum_amount",
    "callout",
    "callout_product_id",
    "overtime_multiplier",
    "rest_multiplier",
    "travel_method",
    "travel_product_id",
    "zone_ids",
    "is_external_billed",
    "external_markup",
    "external_product_id",
    "adjustment_product_id",
    "company_id",
}


class FieldServicePricing(models.Model):
    """How work is turned into charges: rounding, minimum, fees, travel, limits.

    The terms of an order are those of its agreement, else of its customer, else of its
    job type, else of the company; without any, work is charged as it was done.
    """

    _name = "field.service.pricing"
    _description = "Pricing Terms"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    # Time
    time_step = fields.Integer(
        string="Round Time to (minutes)",
        help="Labour of each visit, and travel by the hour. 0: as it was.",
    )
    time_rounding = fields.Selection(
        selection=[("up", "Up"), ("nearest", "To the nearest")],
        required=True,
        default="up",
    )
    minimum_hours = fields.Float(
        string="Minimum per Visit (hours)",
        help="Of each technician on a visit that took any time. 0: none.",
    )
    overtime_multiplier = fields.Float(
        string="After Hours",
        default=1.0,
        help="Price of an hour outside the technician's working time, as a multiple of "
        "the usual one.",
    )
    rest_multiplier = fields.Float(
        string="Days Off and Holidays",
        default=1.0,
        help="The same for days without any working time.",
    )

    # Fees
    callout = fields.Selection(
        selection=[
            ("none", "Not charged"),
            ("order", "Once per order"),
            ("visit", "For each visit"),
        ],
        string="Call-out Fee",
        required=True,
        default="none",
    )
    callout_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Call-out Product",
        index="btree_not_null",
        check_company=True,
        domain=[("sale_ok", "=", True)],
        help="Its price in the customer's pricelist is the fee.",
    )
    minimum_amount = fields.Monetary(
        string="Minimum per Order",
        help="Before tax, of a chargeable order of which anything is billed, when the "
        "work is finished. 0: none.",
    )
    limit_amount = fields.Monetary(
        string="Not to Exceed",
        help="Proposed for each order, before tax. What is beyond it is not billed.",
    )
    limit_warning = fields.Float(
        string="Warn From (%)",
        default=80.0,
        help="Share of the limit from which the office and the technician are told.",
    )
    adjustment_product_id = fields.Many2one(
        comodel_name="product.product",
        index="btree_not_null",
        check_company=True,
        domain=[("type", "=", "service"), ("sale_ok", "=", True)],
        help="Carries what brings an order to its minimum or to its limit; its taxes "
        "are those of the line.",
    )

    # Travel
    travel_method = fields.Selection(
        selection=[
            ("hour", "By the hour"),
            ("km", "By the km"),
            ("zone", "By zone"),
            ("none", "Not charged"),
        ],
        string="Travel",
        required=True,
        default="hour",
    )
    travel_product_id = fields.Many2one(
        comodel_name="product.product",
        index="btree_not_null",
        check_company=True,
        domain=[("sale_ok", "=", True)],
        help="Sold per km or per way; by the hour it may be left to the company.",
    )
    zone_ids = fields.One2many(
        comodel_name="field.service.pricing.zone",
        inverse_name="pricing_id",
        string="Zones",
        copy=True,
    )

    # Outside costs
    is_external_billed = fields.Boolean(
        string="Charge Outside Costs",
        help="Posted vendor bills on a work order are charged to the customer, unless "
        "the price was fixed.",
    )
    external_markup = fields.Float(string="Markup (%)", digits="Discount")
    external_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Outside Cost Product",
        index="btree_not_null",
        check_company=True,
        domain=[("sale_ok", "=", True)],
        help="For bill lines whose own product is not sold.",
    )

    is_reference_required = fields.Boolean(
        string="Needs the Customer's Order Number",
        help="An order without it is not billed.",
    )
    order_count = fields.Integer(compute="_compute_order_count")

    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE active", "These pricing terms exist already."
    )
    _not_negative = models.Constraint(
        "CHECK(time_step >= 0 AND minimum_hours >= 0 AND minimum_amount >= 0"
        " AND limit_amount >= 0 AND external_markup >= 0)",
        "Steps, minimums, limits and the markup cannot be less than nothing.",
    )
    _multipliers = models.Constraint(
        "CHECK(overtime_multiplier >= 1 AND rest_multiplier >= 1)",
        "An hour outside working time costs at least the usual price: 1 or more.",
    )
    _warning_range = models.Constraint(
        "CHECK(limit_warning BETWEEN 0 AND 100)",
        "The warning comes at a share of the limit between 0 and 100 %.",
    )

    def _compute_order_count(self):
        groups = self.env["field.service.order"]._read_group(
            [("pricing_id", "in", self.ids)], ["pricing_id"], ["__count"]
        )
        counts = {pricing.id: count for pricing, count in groups}
        for pricing in self:
            pricing.order_count = counts.get(pricing.id, 0)

    # ------------------------------------------------------------------- checks
    @api.constrains(
        "callout",
        "callout_product_id",
        "travel_method",
        "travel_product_id",
        "zone_ids",
        "minimum_amount",
        "limit_amount",
        "adjustment_product_id",
        "is_external_billed",
        "external_product_id",
    )
    def _check_complete(self):
        for pricing in self:
            missing = pricing._get_missing()
            if missing:
                raise ValidationError("\n".join([f"{pricing.name}:", *missing]))

    def _get_missing(self):
        """Return sentences on what these terms need and do not have."""
        self.ensure_one()
        missing = []
        if self.callout != "none" and not self.callout_product_id:
            missing.append(self.env._("Choose the product of the call-out fee."))
        if self.travel_method in ("km", "zone") and not self.travel_product_id:
            missing.append(self.env._("Choose the product that sells the way."))
        if self.travel_method == "zone" and not self.zone_ids:
            missing.append(self.env._("Enter at least one zone."))
        total = self.minimum_amount or self.limit_amount
        if total and not self.adjustment_product_id:
            missing.append(
                self.env._("A minimum or a limit needs an adjustment product.")
            )
        if self.is_external_billed and not self.external_product_id:
            missing.append(self.env._("Choose the product for outside costs."))
        return missing

    # --------------------------------------------------------------------- CRUD
    def copy_data(self, default=None):
        """A name is used once."""
        vals_list = super().copy_data(default=default)
        if "name" not in (default or {}):
            for pricing, values in zip(self, vals_list, strict=True):
                values["name"] = self.env._("%s (copy)", pricing.name)
        return vals_list

    def write(self, vals):
        changes = self._get_changed_figures(vals)
        if changes:
            self._check_not_billed()
        result = super().write(vals)
        if changes:
            # Whoever keeps the terms need not have any right on the orders.
            self.sudo()._get_open_orders()._reset_charges()
        return result

    def _get_changed_figures(self, vals):
        """Return the names of the figures that get another value."""
        return [
            name
            for name in FIGURES & vals.keys()
            if name == "zone_ids"
            or any(
                self._fields[name].convert_to_write(pricing[name], pricing)
                != vals[name]
                for pricing in self
            )
        ]

    def _check_not_billed(self):
        """What was billed by these terms must still be explained by them."""
        # Whether somebody was billed does not depend on what the user may read.
        charges = self.env["field.service.charge"].sudo()
        charge = charges.search(
            [("order_id.pricing_id", "in", self.ids), ("state", "=", "invoiced")],
            limit=1,
        )
        if charge:
            raise UserError(
                self.env._(
                    "%(order)s was billed by “%(terms)s”. Make a new version: it "
                    "replaces these terms wherever they are used, from now on.",
                    order=charge.order_id.name,
                    terms=charge.order_id.pricing_id.name,
                )
            )

    def _get_open_orders(self):
        """Return the orders under these terms that nothing is billed of."""
        orders = self.env["field.service.order"].search(
            [("pricing_id", "in", self.ids), ("state", "!=", "cancelled")]
        )
        return orders.filtered(lambda order: not order._is_pricing_settled())

    def action_new_version(self):
        """Replace these terms by a copy, where they are used and nothing is billed."""
        self.ensure_one()
        name = self.name
        self._check_company()
        # Archived first: a name is used once.
        self.active = False
        self.flush_recordset(["active"])
        version = self.copy({"active": True, "name": name})
        # Terms are also chosen on records this user may only read.
        self.sudo()._replace_with(version.sudo())
        return version._get_records_action()

    def _replace_with(self, version):
        """Let whoever uses these terms use others. Extend for more users of them."""
        company = self.company_id
        for model in ("res.company", "field.service.agreement"):
            name = "service_pricing_id" if model == "res.company" else "pricing_id"
            self.env[model].search([(name, "=", self.id)])[name] = version
        for model in ("res.partner", "field.service.job.type"):
            records = self.env[model].with_company(company)
            records = records.with_context(active_test=False)
            records.search([("service_pricing_id", "=", self.id)])[
                "service_pricing_id"
            ] = version
        self._get_open_orders().pricing_id = version

    def action_view_orders(self):
        """Open the work orders under these terms."""
        orders = self.env["field.service.order"].search(
            [("pricing_id", "in", self.ids)]
        )
        return orders._get_records_action()

    # -------------------------------------------------------------------- rules
    def _round_hours(self, hours):
        """Return hours rounded to the step of these terms; seconds do not count."""
        hours = float_round(hours * 60.0, precision_digits=0) / 60.0
        if not self.time_step:
            return hours
        method = "UP" if self.time_rounding == "up" else "HALF-UP"
        steps = float_round(
            hours * 60.0 / self.time_step, precision_digits=0, rounding_method=method
        )
        return steps * self.time_step / 60.0

    def _get_time_stages(self, kind, hours, people, extra):
        """Return {rule: person-hours when it has been applied}, in sequence.

        :param float hours: time of the visit
        :param int people: how many worked that time
        :param float extra: person-hours the multipliers add
        """
        rounded = self._round_hours(hours) if self.time_step else hours
        stages = {
            "extra_qty": hours * people + extra,
            "rounding_qty": rounded * people + extra,
        }
        if kind == "labour" and hours:
            minimum = max(rounded, self.minimum_hours)
            stages["minimum_qty"] = minimum * people + extra
        return stages

    def _find_zone(self, distance):
        """Return the zone of a site that is so many km away."""
        zones = self.zone_ids.sorted(lambda zone: (not zone.km_to, zone.km_to))
        return zones.filtered(lambda zone: not zone.km_to or distance <= zone.km_to)[:1]
