from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .field_service_charge_billing import DERIVED_KINDS, QUANTITY_FIELDS, RELEASING
from .field_service_order_billing import FINISHED_STATES

# What may not change any more once the customer has the invoice.
BILLED_FIELDS = {
    *QUANTITY_FIELDS,
    "quantity",
    "price_unit",
    "product_id",
    "product_uom_id",
    "coverage",
    "covered_qty",
    "discount",
}


class FieldServiceCharge(models.Model):
    """One priced line of the work done: what was worked, and what is billed of it.

    The system derives charges from visits and parts; the sale line made from a charge
    carries it to the customer.
    """

    _name = "field.service.charge"
    _inherit = [
        "field.service.charge.sale",
        "field.service.charge.coverage",
        "field.service.charge.rules",
        "field.service.charge.billing",
        "field.service.charge.accrual",
        "field.service.charge.net",
    ]
    _description = "Work Order Charge"
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
    currency_id = fields.Many2one(
        related="order_id.billing_currency_id",
        store=True,
        index=True,
        precompute=True,
    )
    partner_id = fields.Many2one(related="order_id.partner_id")
    sequence = fields.Integer(default=10)

    # Where it comes from
    kind = fields.Selection(
        selection=[
            ("labour", "Labour"),
            ("travel", "Travel"),
            ("part", "Part"),
            ("fixed", "Fixed price"),
            ("quoted", "Quoted price"),
            ("flat", "Flat rate"),
            ("callout", "Call-out"),
            ("external", "External cost"),
            ("minimum", "Minimum charge"),
            ("limit", "Limit"),
            ("fee", "Fee"),
            ("manual", "Other"),
        ],
        required=True,
        default="manual",
    )
    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    part_id = fields.Many2one(
        comodel_name="field.service.part",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )

    # What is billed
    product_id = fields.Many2one(
        comodel_name="product.product",
        index="btree_not_null",
        check_company=True,
        domain=[("sale_ok", "=", True)],
    )
    name = fields.Text(
        string="Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
    )
    worked_qty = fields.Float(
        string="Worked", default=1.0, digits="Product Unit", required=True
    )
    quantity = fields.Float(
        string="To Bill",
        compute="_compute_quantity",
        store=True,
        readonly=False,
        precompute=True,
        digits="Product Unit",
    )
    product_uom_id = fields.Many2one(
        comodel_name="uom.uom",
        string="Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    price_unit = fields.Float(
        string="Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        min_display_digits="Product Price",
    )
    price_origin = fields.Selection(
        selection=[
            ("pricelist", "Pricelist"),
            ("fixed", "Agreed price"),
            ("quoted", "Accepted quotation"),
            ("manual", "Entered by hand"),
        ],
        required=True,
        default="pricelist",
    )
    leakage_reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        string="Not Billed Because",
        index="btree_not_null",
        domain=[("kind", "=", "leakage")],
        help="Why less is billed than was worked.",
    )
    amount = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        help="To bill times price, less discount, before tax.",
    )
    unbilled_amount = fields.Monetary(
        string="Not Billed",
        compute="_compute_amounts",
        store=True,
        help="Value of what was worked and is not billed.",
    )

    # Where it went
    sale_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
        check_company=True,
    )
    state = fields.Selection(
        selection=[
            ("not_billable", "Not billable"),
            ("open", "Open"),
            ("ordered", "On a sales order"),
            ("invoiced", "On an invoice"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )

    # Two processes cannot propose the same work twice.
    _source_uniq = models.UniqueIndex(
        "(order_id, kind, COALESCE(visit_id, 0), COALESCE(part_id, 0), "
        "COALESCE(source_model, ''), COALESCE(source_id, 0)) "
        f"WHERE sale_line_id IS NULL AND kind IN {DERIVED_KINDS}",
        "This work is proposed for billing already.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("product_id", "kind")
    def _compute_name(self):
        for charge in self:
            if not charge.name:
                charge.name = charge.product_id.display_name or ""

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for charge in self:
            if not charge.product_uom_id:
                charge.product_uom_id = charge.product_id.uom_id

    @api.depends("worked_qty", "uplift_qty", "covered_qty")
    def _compute_quantity(self):
        for charge in self:
            if charge._is_billed():
                continue
            chargeable = charge._get_chargeable_qty()
            more = charge.quantity > chargeable or (
                charge.covered_qty and abs(charge.quantity) > abs(chargeable)
            )
            # With a reason, what is left out was decided by a person.
            if more or not charge.leakage_reason_id:
                charge.quantity = chargeable

    @api.depends("product_id", "worked_qty", "product_uom_id", "price_origin")
    def _compute_price_unit(self):
        for charge in self:
            if charge.price_origin == "pricelist" and not charge._is_billed():
                charge.price_unit = charge._get_pricelist_price()

    @api.depends(
        "quantity",
        "covered_qty",
        "price_unit",
        "discount",
        "currency_id",
        *QUANTITY_FIELDS,
    )
    def _compute_amounts(self):
        for charge in self:
            price = charge.price_unit
            currency = charge.currency_id or charge.env.company.currency_id
            gross = currency.round(charge.worked_qty * price)
            net = charge.quantity * price * (1.0 - charge.discount / 100.0)
            charge.amount = currency.round(net)
            charge.unbilled_amount = gross - charge.amount
            value = charge._set_uplift_amounts(gross)
            covered, discount, left_out = charge._split_unbilled_amount(value)
            charge.covered_amount = covered
            charge.discount_amount = discount
            charge.left_out_amount = left_out

    @api.depends("quantity", "sale_line_id.qty_invoiced")
    def _compute_state(self):
        for charge in self:
            if charge.sale_line_id:
                charge.state = "invoiced" if charge._is_billed() else "ordered"
            else:
                charge.state = "open" if charge._has_quantity() else "not_billable"

    def _has_quantity(self):
        """Tell whether there is anything to bill."""
        uom = self.product_uom_id
        return not uom.is_zero(self.quantity) if uom else bool(self.quantity)

    def _is_billed(self):
        """Tell whether the charge is on an invoice that is not credited."""
        line = self.sale_line_id
        if line.qty_invoiced and not line.is_service_charge:
            return self._is_billed_share()
        return bool(line.qty_invoiced)

    def _is_delivered(self):
        """Tell whether the customer has what is billed; a fixed price: all of it."""
        whole = self.kind in ("fixed", "flat", "quoted")
        return not whole or self.order_id.state in FINISHED_STATES

    # Not on "coverage": the quantity follows it, one step later.
    @api.constrains("quantity", "worked_qty", "leakage_reason_id")
    def _check_leakage(self):
        for charge in self:
            less = charge._get_chargeable_qty() - charge.quantity
            covered = charge.coverage != "chargeable"
            if less > 1e-6 and not charge.leakage_reason_id:
                raise ValidationError(
                    self.env._(
                        "%(order)s: say why less is billed than was worked for "
                        "“%(charge)s”.",
                        order=charge.order_id.name,
                        charge=charge.name,
                    )
                )
            if less < -1e-6 and not (covered and not charge._has_quantity()):
                raise ValidationError(charge._get_too_much_message(covered))

    def _get_too_much_message(self, covered):
        """Say why no more can be billed: only rules add to what was worked."""
        values = {"order": self.order_id.name, "charge": self.name}
        if covered:
            return self.env._(
                "%(order)s: “%(charge)s” is covered. Make it chargeable to bill it.",
                **values,
            )
        return self.env._(
            "%(order)s: %(quantity)s of “%(charge)s” was worked and added by the "
            "pricing terms; no more of it can be billed. Correct what was worked, or "
            "enter another charge.",
            quantity=self._format(self._get_chargeable_qty()),
            **values,
        )

    # ---------------------------------------------------------------------- CRUD
    def write(self, vals):
        if "order_id" in vals:
            self._check_order_change(vals["order_id"])
        if BILLED_FIELDS & vals.keys():
            self._check_not_invoiced(vals)
            if "price_unit" in vals:
                vals = {"price_origin": "manual", **vals}
        result = super().write(vals)
        if BILLED_FIELDS & vals.keys():
            self._sync_sale_lines()
        return result

    def _check_order_change(self, order_id):
        """A charge stays where its work and its sales order are."""
        for charge in self:
            if charge.order_id.id != order_id:
                raise UserError(
                    self.env._(
                        "%(order)s: “%(charge)s” belongs to its work order. Delete it, "
                        "or leave it out with a reason, and charge the other one.",
                        order=charge.order_id.name,
                        charge=charge.name,
                    )
                )

    def _check_not_invoiced(self, vals):
        """Refuse to rewrite what the customer has been billed."""
        for charge in self.filtered(lambda charge: charge._is_locked()):
            if any(
                charge[name] != vals[name] for name in vals if name in BILLED_FIELDS
            ):
                raise UserError(
                    self.env._(
                        "%(order)s: “%(charge)s” is on an invoice, or on a locked "
                        "sales order. Credit the invoice, or add another charge.",
                        order=charge.order_id.name,
                        charge=charge.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_not_ordered(self):
        releasing = self.env.context.get("service_release_charges") is RELEASING
        for charge in self:
            if charge.sale_line_id and not releasing:
                raise UserError(
                    self.env._(
                        "%(order)s: “%(charge)s” is on sales order %(sale)s.",
                        order=charge.order_id.name,
                        charge=charge.name,
                        sale=charge.sale_line_id.order_id.name,
                    )
                )

    # -------------------------------------------------------------------- prices
    def _get_pricelist_price(self):
        """Return the price of the customer's pricelist, per unit of the charge."""
        self.ensure_one()
        if not self.product_id:
            return 0.0
        order = self.order_id
        product = self.product_id.with_company(order.company_id)
        return order.pricelist_id._get_product_price(
            product.with_context(lang=order.partner_id.lang),
            abs(self.worked_qty) or 1.0,
            currency=self.currency_id or order.company_id.currency_id,
            uom=self.product_uom_id or product.uom_id,
            date=self._get_price_date(),
        )

    def _get_price_date(self):
        """Return the day whose prices hold: the day of the work."""
        return (
            self.visit_id.work_date
            or fields.Date.to_date(self.order_id.completed_on)
            or fields.Date.context_today(self)
        )
