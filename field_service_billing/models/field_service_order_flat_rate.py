from odoo import api, fields, models

from .field_service_job_type import PRICE_GROUPS


class FieldServiceOrderFlatRate(models.Model):
    """A flat rate on a work order, so many times, at the price that was agreed."""

    _name = "field.service.order.flat.rate"
    _description = "Flat Rate of a Work Order"
    _order = "order_id, sequence, id"
    _check_company_auto = True

    order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="order_id.billing_currency_id")
    sequence = fields.Integer(default=10)
    flat_rate_id = fields.Many2one(
        comodel_name="field.service.flat.rate",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    quantity = fields.Float(default=1.0, required=True, digits="Product Unit")
    price_unit = fields.Float(
        string="Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        min_display_digits="Product Price",
        groups=PRICE_GROUPS,
    )
    standard_hours = fields.Float(compute="_compute_standard_hours")

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "A flat rate is done at least once: enter how often."
    )
    _price_positive = models.Constraint(
        "CHECK(price_unit >= 0)",
        "The price of a flat rate cannot be less than nothing.",
    )

    @api.depends("flat_rate_id", "order_id.pricelist_id")
    def _compute_price_unit(self):
        """Propose the price of the customer's pricelist, until somebody is billed."""
        for line in self:
            order = line.order_id
            kept = line.price_unit and order._is_pricing_settled()
            if not line.flat_rate_id or kept:
                continue
            product = line.flat_rate_id.product_id.with_company(order.company_id)
            line.price_unit = order.pricelist_id._get_product_price(
                product,
                line.quantity or 1.0,
                currency=order.billing_currency_id or order.company_id.currency_id,
                uom=product.uom_id,
            )

    @api.depends("quantity", "flat_rate_id.standard_hours")
    def _compute_standard_hours(self):
        for line in self:
            line.standard_hours = line.quantity * line.flat_rate_id.standard_hours

    # --------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # Whoever enters what is done need not see what is charged for it.
        lines.order_id.sudo()._process_charges()
        return lines

    def write(self, vals):
        result = super().write(vals)
        # As above.
        self.order_id.sudo()._process_charges()
        return result

    def unlink(self):
        # As above.
        orders = self.order_id.sudo()
        result = super().unlink()
        orders._process_charges()
        return result
