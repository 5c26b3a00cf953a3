from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .field_service_job_type import PRICE_GROUPS


class FieldServiceAgreementCoverage(models.Model):
    """What an agreement pays for: for which work, how much of it, and what then.

    How much is left is never counted by hand: ``field_service_entitlement.py`` reads it
    from the charges.
    """

    _name = "field.service.agreement.coverage"
    _inherit = ["field.service.entitlement"]
    _description = "Coverage of an Agreement"
    _order = "agreement_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, help="As the customer knows it: Full service.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    agreement_id = fields.Many2one(
        comodel_name="field.service.agreement",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")

    # For which work; what is left empty does not restrict
    site_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Sites",
        check_company=True,
        help="Empty: all sites of the customer.",
    )
    asset_ids = fields.Many2many(
        comodel_name="field.service.asset",
        string="Equipment",
        check_company=True,
        help="With its parts. All equipment of an order must be among it. Empty: any.",
    )
    job_type_ids = fields.Many2many(
        comodel_name="field.service.job.type",
        string="Job Types",
        check_company=True,
        help="Empty: any kind of work.",
    )
    product_ids = fields.Many2many(
        comodel_name="product.product",
        string="Parts",
        check_company=True,
        help="Empty, like the categories: all parts.",
    )
    product_category_ids = fields.Many2many(
        comodel_name="product.category",
        string="Part Categories",
        help="With the categories below them.",
    )

    # What is included, per period
    period = fields.Selection(
        selection=[
            ("agreement_year", "Year of the agreement"),
            ("year", "Calendar year"),
            ("quarter", "Calendar quarter"),
            ("month", "Calendar month"),
            ("term", "Whole term"),
        ],
        string="Per",
        required=True,
        default="agreement_year",
        help="What is included begins anew with each period. The day of the work "
        "counts.",
    )
    labour_scope = fields.Selection(
        selection=[
            ("none", "Not included"),
            ("visits", "A number of visits"),
            ("hours", "A number of hours"),
            ("all", "All of it"),
        ],
        string="Labour",
        required=True,
        default="none",
    )
    included_visits = fields.Integer()
    hours_per_visit = fields.Float(
        help="Hours of work that an included visit covers; more is charged. Zero: all."
    )
    included_hours = fields.Float()
    includes_travel = fields.Boolean(
        string="Travel Included", help="The way to work that is included."
    )
    part_scope = fields.Selection(
        selection=[
            ("none", "Not included"),
            ("quantity", "A number of parts"),
            ("value", "Parts up to a value"),
            ("all", "All of them"),
        ],
        string="Parts Included",
        required=True,
        default="none",
    )
    included_part_qty = fields.Float(string="Included Parts", digits="Product Unit")
    included_part_value = fields.Monetary(
        string="Included Value", help="At the customer's prices, before tax."
    )

    # What is beyond
    labour_discount = fields.Float(string="Labour Discount (%)", digits="Discount")
    travel_discount = fields.Float(string="Travel Discount (%)", digits="Discount")
    part_discount = fields.Float(string="Parts Discount (%)", digits="Discount")

    order_ids = fields.One2many(
        comodel_name="field.service.order",
        inverse_name="coverage_agreement_line_id",
        string="Work Orders",
    )
    charge_ids = fields.One2many(
        comodel_name="field.service.charge",
        inverse_name="coverage_agreement_line_id",
        string="Charges",
        groups=PRICE_GROUPS,
    )
    revision = fields.Integer(copy=False, readonly=True)

    _discounts = models.Constraint(
        "CHECK(labour_discount BETWEEN 0 AND 100 AND travel_discount BETWEEN 0 AND 100"
        " AND part_discount BETWEEN 0 AND 100)",
        "A discount is between 0 and 100 %.",
    )
    _included = models.Constraint(
        "CHECK(included_visits >= 0 AND hours_per_visit >= 0 AND included_hours >= 0"
        " AND included_part_qty >= 0 AND included_part_value >= 0)",
        "What is included cannot be less than nothing.",
    )

    @api.depends("name", "agreement_id.name")
    def _compute_display_name(self):
        for line in self:
            parts = (line.agreement_id.name, line.name)
            line.display_name = ", ".join(part for part in parts if part)

    @api.constrains(
        "labour_scope",
        "included_visits",
        "included_hours",
        "part_scope",
        "included_part_qty",
        "included_part_value",
    )
    def _check_included(self):
        for line in self:
            missing = (
                (line.labour_scope == "visits" and not line.included_visits)
                or (line.labour_scope == "hours" and not line.included_hours)
                or (line.part_scope == "quantity" and not line.included_part_qty)
                or (line.part_scope == "value" and not line.included_part_value)
            )
            if missing:
                raise ValidationError(
                    self.env._("%(line)s: say how much is included.", line=line.name)
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_never_used(self):
        for line in self:
            # Whether it was used does not depend on what the user may read.
            if line.sudo().order_ids:
                raise UserError(
                    self.env._(
                        "Work orders were covered by “%(line)s”. Archive it instead "
                        "of deleting it.",
                        line=line.name,
                    )
                )

    # ---------------------------------------------------------------------- scope
    def _covers_order(self, order, day):
        """Tell whether work of this kind, there, on that day is in the scope."""
        self.ensure_one()
        return (
            self.agreement_id._is_in_force(day)
            and (not self.site_ids or order.site_id in self.site_ids)
            and (not self.job_type_ids or order.job_type_id in self.job_type_ids)
            and self._covers_assets(order.asset_ids._origin)
        )

    def _covers_assets(self, assets):
        """Tell whether all equipment, at least one piece, is in the scope."""
        # Equipment that was taken out of use is still what the agreement names.
        scope = self.with_context(active_test=False).asset_ids
        if not scope:
            return True
        inside = set(scope.ids)
        return bool(assets) and all(
            inside & {int(key) for key in (asset.parent_path or "").split("/") if key}
            for asset in assets
        )

    def _covers_product(self, product):
        """Tell whether a part is one of those the agreement is about."""
        if not self.product_ids and not self.product_category_ids:
            return True
        path = product.categ_id.parent_path or ""
        inside = {int(key) for key in path.split("/") if key}
        return product in self.product_ids or bool(
            inside & set(self.product_category_ids.ids)
        )

    def _get_rank(self, order, day):
        """Return what decides between lines that all cover an order; lowest first.

        The agreement of the order, then what has something left, then the narrowest
        scope (equipment before site before job type), then the oldest agreement.
        """
        narrow = (
            4 * bool(self.with_context(active_test=False).asset_ids)
            + 2 * bool(self.site_ids)
            + bool(self.job_type_ids)
        )
        agreement = self.agreement_id
        return (
            agreement != order.agreement_id,
            not self._has_left(day, order),
            -narrow,
            agreement.date_start,
            agreement.id,
            self.sequence,
            self.id,
        )

    def _includes(self, charge):
        """Tell whether a charge is of a kind that is included, as far as it goes."""
        self.ensure_one()
        if charge.kind == "labour":
            return self.labour_scope != "none"
        if charge.kind in ("travel", "callout"):
            return self.includes_travel
        if charge.kind in ("fixed", "flat"):
            return self.labour_scope in ("visits", "all")
        return (
            charge.kind == "part"
            and self.part_scope != "none"
            and self._covers_product(charge.product_id)
        )

    def _is_beside(self, charge):
        """Tell whether a charge is included beside what ``_has_left`` asks for."""
        self.ensure_one()
        return charge.kind == "part" and self.labour_scope != "none"

    def _get_discount(self, charge):
        """Return the discount in percent on what is charged."""
        self.ensure_one()
        if charge.kind == "part" and not self._covers_product(charge.product_id):
            return 0.0
        return {
            "labour": self.labour_discount,
            "flat": self.labour_discount,
            "travel": self.travel_discount,
            "callout": self.travel_discount,
            "part": self.part_discount,
        }.get(charge.kind, 0.0)
