from odoo import api, fields, models
from odoo.tools.misc import formatLang

# What the pricing terms and what was agreed add to what was worked, in the order in
# which they are worked out; less than nothing when they take something away.
RULE_FIELDS = ("extra_qty", "rounding_qty", "minimum_qty", "agreed_qty")


class FieldServiceChargeRules(models.AbstractModel):
    """What rules make of the work before anybody pays for it.

    Worked + added by rules = to bill + covered + left out, in quantities; with the
    discount the same holds for the values, to the cent. What rules add is leakage
    below zero: more is billed than was worked.
    """

    _name = "field.service.charge.rules"
    _description = "Pricing Rules on Charges"

    # The order's; the charge says so.
    currency_id = fields.Many2one(comodel_name="res.currency")
    extra_qty = fields.Float(
        string="After Hours",
        digits="Product Unit",
        readonly=True,
        help="What the multipliers for overtime and days off add.",
    )
    rounding_qty = fields.Float(string="Rounding", digits="Product Unit", readonly=True)
    minimum_qty = fields.Float(
        string="Minimum",
        digits="Product Unit",
        readonly=True,
        help="What brings a visit or an order to its minimum.",
    )
    agreed_qty = fields.Float(
        string="Agreed",
        digits="Product Unit",
        readonly=True,
        help="A flat rate instead of the work it includes, or the limit of the order.",
    )
    uplift_qty = fields.Float(
        string="By Rules",
        compute="_compute_uplift_qty",
        store=True,
        precompute=True,
        digits="Product Unit",
        help="What the pricing terms add to what was worked, or take off.",
    )
    extra_amount = fields.Monetary(compute="_compute_amounts", store=True)
    rounding_amount = fields.Monetary(compute="_compute_amounts", store=True)
    minimum_amount = fields.Monetary(compute="_compute_amounts", store=True)
    agreed_amount = fields.Monetary(compute="_compute_amounts", store=True)
    uplift_amount = fields.Monetary(
        string="Value by Rules", compute="_compute_amounts", store=True
    )
    # Of a charge that has neither a visit nor a part as its source.
    source_model = fields.Char(readonly=True, copy=False)
    source_id = fields.Many2oneReference(
        model_field="source_model", readonly=True, copy=False
    )

    @api.depends(*RULE_FIELDS)
    def _compute_uplift_qty(self):
        for charge in self:
            charge.uplift_qty = sum(charge[name] for name in RULE_FIELDS)

    def _get_demand_qty(self):
        """Return what would be billed if nobody else paid: worked, and by rules."""
        self.ensure_one()
        return self.worked_qty + self.uplift_qty

    def _set_uplift_amounts(self, gross):
        """Set the value of each rule, and return that of worked and rules together.

        :param float gross: value of what was worked, rounded
        """
        self.ensure_one()
        currency = self.currency_id or self.env.company.currency_id
        quantity, value = self.worked_qty, gross
        for name in RULE_FIELDS:
            quantity += self[name]
            total = currency.round(quantity * self.price_unit)
            self[name.replace("_qty", "_amount")] = currency.round(total - value)
            value = total
        self.uplift_amount = currency.round(value - gross)
        return value

    # ------------------------------------------------------------------- words
    def _get_sale_line_name(self):
        """Return the text on the invoice, with what rules made of the work."""
        self.ensure_one()
        note = self._get_uplift_note()
        return "\n".join(part for part in (self.name, note) if part)

    def _get_uplift_note(self):
        """Say what was worked and what was added, in the customer's language."""
        self.ensure_one()
        charge = self.with_context(lang=self.partner_id.lang)
        if self.kind not in ("labour", "travel") or not self.uplift_qty:
            return ""
        labels = {
            "extra_qty": charge.env._("after hours"),
            "rounding_qty": charge.env._("rounding"),
            "minimum_qty": charge.env._("minimum"),
        }
        texts = [
            charge.env._(
                "Worked: %(quantity)s", quantity=charge._format(self.worked_qty)
            )
        ]
        texts += [
            f"{label}: {charge._format(self[name], sign=True)}"
            for name, label in labels.items()
            if self[name]
        ]
        return ", ".join(texts)

    def _format(self, quantity, sign=False):
        plus = "+" if sign and quantity > 0 else ""
        number = formatLang(self.env, quantity, dp="Product Unit")
        return f"{plus}{number} {self.product_uom_id.name or ''}".strip()
