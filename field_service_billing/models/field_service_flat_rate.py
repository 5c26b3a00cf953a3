from odoo import api, fields, models


class FieldServiceFlatRate(models.Model):
    """A piece of work with one price, however long it takes."""

    _name = "field.service.flat.rate"
    _description = "Flat Rate"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        translate=True,
    )
    code = fields.Char(index="btree_not_null")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Empty: all companies.",
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain=[("type", "=", "service"), ("sale_ok", "=", True)],
        help="Its price in the customer's pricelist is the price of the work.",
    )
    list_price = fields.Float(
        related="product_id.lst_price",
        string="Sales Price",
        digits="Product Price",
        help="Without any pricelist.",
    )
    standard_hours = fields.Float(help="What the work should take.")
    includes_parts = fields.Boolean(
        help="Parts are in the price, when all flat rates of the order include them."
    )
    includes_travel = fields.Boolean(
        help="The way is in the price, when all flat rates of the order include it."
    )

    _hours_positive = models.Constraint(
        "CHECK(standard_hours >= 0)", "Standard hours cannot be less than nothing."
    )

    @api.depends("product_id")
    def _compute_name(self):
        for flat_rate in self:
            if not flat_rate.name:
                flat_rate.name = flat_rate.product_id.name

    @api.depends("code", "name")
    def _compute_display_name(self):
        for flat_rate in self:
            code = f"[{flat_rate.code}]" if flat_rate.code else ""
            flat_rate.display_name = " ".join(
                part for part in (code, flat_rate.name) if part
            )
