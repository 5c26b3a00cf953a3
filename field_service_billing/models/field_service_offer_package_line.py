from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FieldServiceOfferPackageLine(models.Model):
    """A product in a package, sold at the customer's own price."""

    _name = "field.service.offer.package.line"
    _description = "Product of a Package"
    _order = "sequence, id"
    _check_company_auto = True

    package_id = fields.Many2one(
        comodel_name="field.service.offer.package",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="package_id.company_id", store=True, index=True, precompute=True
    )
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        index=True,
        check_company=True,
        domain="[('sale_ok', '=', True)]",
        ondelete="restrict",
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "A package contains more than zero of each product."
    )

    @api.depends("product_id.name", "quantity")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.quantity:g} × {line.product_id.name or ''}"

    @api.constrains("product_id")
    def _check_product(self):
        for line in self:
            if not line.product_id.active:
                raise ValidationError(
                    self.env._(
                        "%(product)s is archived: choose another product.",
                        product=line.product_id.display_name,
                    )
                )
