from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class FieldServicePartDemand(models.AbstractModel):
    """Who asked for a part, who brings it, and what may be used instead."""

    _name = "field.service.part.demand"
    _description = "Demand of Parts"

    source = fields.Selection(
        selection=[
            ("kit", "Job type's kit"),
            ("dispatcher", "Dispatcher"),
            ("finding", "Finding"),
            ("technician", "Technician"),
        ],
        required=True,
        readonly=True,
        default=lambda self: self._get_default_source(),
        help="Where the demand comes from.",
    )
    finding_id = fields.Many2one(
        comodel_name="field.service.finding",
        index="btree_not_null",
        check_company=True,
        copy=False,
        ondelete="set null",
        domain="[('order_id', '=', order_id)]",
        help="The defect the part is needed for.",
    )
    customer_supplied = fields.Boolean(
        help="The customer provides the part: it is needed for the job, but neither "
        "taken from our stock nor a cost of the order."
    )
    on_site = fields.Boolean(copy=False, help="The customer's part is there.")
    original_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Instead of",
        index="btree_not_null",
        readonly=True,
        copy=False,
        check_company=True,
        help="The product that was planned before it was replaced by a substitute.",
    )
    has_substitute = fields.Boolean(compute="_compute_has_substitute")

    @api.model
    def _get_default_source(self):
        """Return who asks for what is added by hand."""
        if self.env.user.has_group("field_service.group_dispatcher"):
            return "dispatcher"
        return "technician"

    @api.depends("product_id", "customer_supplied", "state")
    def _compute_has_substitute(self):
        for part in self:
            part.has_substitute = bool(
                part.state in ("draft", "waiting", "reserved")
                and not part.customer_supplied
                and part._get_substitutes()
            )

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("finding_id") or self.env.context.get("default_finding_id"):
                vals["source"] = "finding"
        return super().create(vals_list)

    def write(self, vals):
        result = super().write(vals)
        if vals.get("customer_supplied"):
            self._cancel_open_moves()
        return result

    @api.constrains("finding_id", "order_id")
    def _check_finding(self):
        for part in self:
            if part.finding_id and part.finding_id.order_id != part.order_id:
                raise ValidationError(
                    self.env._(
                        "%(part)s: the finding belongs to another work order.",
                        part=part.display_name,
                    )
                )

    @api.constrains("customer_supplied")
    def _check_customer_supplied(self):
        for part in self:
            if part.customer_supplied and not part.uom_id.is_zero(part.used_qty):
                raise ValidationError(
                    self.env._(
                        "%(part)s was taken from our stock: return it before the "
                        "customer's own part is used.",
                        part=part.display_name,
                    )
                )

    # ---------------------------------------------------------- customer's parts
    def action_on_site(self):
        """Say that the parts of the customer are there."""
        self._check_of_customer()
        return self.write({"on_site": True})

    def _check_of_customer(self):
        for part in self:
            if not part.customer_supplied:
                raise UserError(
                    self.env._(
                        "%(part)s is not provided by the customer.",
                        part=part.display_name,
                    )
                )

    def _use(self, quantity=None):
        """The customer's own parts are there or not; our stock has no say in it."""
        theirs = self.filtered("customer_supplied")
        theirs.write({"on_site": True})
        ours = self - theirs
        return super(FieldServicePartDemand, ours)._use(quantity) if ours else None

    # --------------------------------------------------------------- substitutes
    def _get_substitutes(self):
        """Return the products that may be used instead, of the order's company."""
        self.ensure_one()
        # Technicians swap parts without any right on products of the stock.
        products = self.sudo().product_id.service_substitute_ids
        return products.filtered(
            lambda product: product.company_id
            in (product.company_id.browse(), self.company_id)
            and product != self.product_id
        )

    def _choose_substitute(self):
        """Return the substitute that is nearest: in the van, else in the warehouse."""
        self.ensure_one()
        # See _get_substitutes: whoever swaps need not see the stock.
        part = self.sudo()
        warehouse = part.location_id.warehouse_id
        products = self._get_substitutes().with_company(part.company_id)

        def get_stock(product):
            return (
                product.with_context(location=part.location_id.id).free_qty,
                product.with_context(location=warehouse.lot_stock_id.id).free_qty,
            )

        return max(products, key=get_stock, default=products)

    def action_substitute(self):
        """Use another product instead: the nearest of those that may be."""
        self.check_access("write")
        for part in self:
            part._substitute(part._choose_substitute())
        return True

    def _substitute(self, product):
        """Swap the product; what was reserved or asked for is free again."""
        self.ensure_one()
        if not product:
            raise UserError(
                self.env._(
                    "No product may be used instead of %(part)s.",
                    part=self.display_name,
                )
            )
        if not self.uom_id.is_zero(self.used_qty):
            raise UserError(
                self.env._(
                    "%(part)s was used already: return it before it is replaced.",
                    part=self.display_name,
                )
            )
        self._check_substitute_unit(product)
        reserve = self.state in ("waiting", "reserved")
        self._cancel_open_moves()
        self.write(
            {
                "original_product_id": (self.original_product_id or self.product_id).id,
                "product_id": product.id,
                "uom_id": product.uom_id.id,
                "quantity": self.uom_id._compute_quantity(
                    self.quantity, product.uom_id
                ),
            }
        )
        if reserve:
            self._reserve()

    def _check_substitute_unit(self, product):
        if not self.uom_id._has_common_reference(product.uom_id):
            raise UserError(
                self.env._(
                    "%(unit)s of %(part)s cannot be converted into %(other)s of "
                    "%(product)s: plan the substitute by hand.",
                    unit=self.uom_id.name,
                    part=self.display_name,
                    other=product.uom_id.name,
                    product=product.display_name,
                )
            )
