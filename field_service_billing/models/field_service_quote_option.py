from odoo import api, fields, models
from odoo.exceptions import UserError

COST_GROUPS = "field_service.group_cost"


class FieldServiceQuoteOption(models.Model):
    """One of several ways to do the work, of which the customer chooses one.

    All of them are on one quotation; the lines of those that are not chosen have no
    quantity, so that its totals are always those of the choice.
    """

    _name = "field.service.quote.option"
    _description = "Option of a Quotation"
    _order = "sale_order_id, sequence, id"
    _check_company_auto = True

    sale_order_id = fields.Many2one(
        comodel_name="sale.order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="sale_order_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="sale_order_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    note = fields.Char(string="What Is Better", help="Shown to the customer.")
    line_ids = fields.One2many(
        comodel_name="sale.order.line", inverse_name="service_option_id"
    )
    is_chosen = fields.Boolean(string="Chosen", compute="_compute_is_chosen")
    amount_untaxed = fields.Monetary(string="Untaxed", compute="_compute_amounts")
    amount_total = fields.Monetary(string="Total", compute="_compute_amounts")
    margin = fields.Monetary(compute="_compute_margin", groups=COST_GROUPS)

    @api.depends("sale_order_id.service_option_id")
    def _compute_is_chosen(self):
        for option in self:
            option.is_chosen = option == option.sale_order_id.service_option_id

    @api.depends(
        "sale_order_id.order_line.service_option_qty",
        "sale_order_id.order_line.product_uom_qty",
        "sale_order_id.order_line.price_unit",
        "sale_order_id.order_line.discount",
        "sale_order_id.order_line.tax_ids",
    )
    def _compute_amounts(self):
        taxes = self.env["account.tax"]
        for option in self:
            sale_order = option.sale_order_id
            company = sale_order.company_id or self.env.company
            lines = [
                line._prepare_base_line_for_taxes_computation(quantity=quantity)
                for line, quantity in option._get_quantities()
            ]
            taxes._add_tax_details_in_base_lines(lines, company)
            taxes._round_base_lines_tax_details(lines, company)
            totals = taxes._get_tax_totals_summary(
                base_lines=lines,
                currency=sale_order.currency_id or company.currency_id,
                company=company,
            )
            option.amount_untaxed = totals["base_amount_currency"]
            option.amount_total = totals["total_amount_currency"]

    @api.depends("amount_untaxed")
    def _compute_margin(self):
        for option in self:
            cost = option.sale_order_id._get_expected_cost(option._get_quantities())
            option.margin = option.amount_untaxed - cost

    def _get_quantities(self):
        """Return [(line, quantity)] of the option, with what all options share."""
        self.ensure_one()
        none = self.browse()
        return [
            (
                line,
                line.service_option_qty
                if line.service_option_id
                else line.product_uom_qty,
            )
            for line in self.sale_order_id.order_line
            if not line.display_type
            and not line.is_downpayment
            and line.service_option_id in (none, self)
        ]

    def _get_contents(self):
        """Return what the customer reads about the option."""
        self.ensure_one()
        return self.line_ids.filtered(
            lambda line: not line.display_type and line.service_option_qty
        )

    def action_choose(self):
        """Choose this option: the quotation is about it and no other."""
        self.ensure_one()
        self.sale_order_id._choose_option(self)
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_with_lines(self):
        for option in self:
            option.sale_order_id._check_options_open()
        self.line_ids.unlink()

    @api.constrains("sale_order_id")
    def _check_open(self):
        for option in self:
            option.sale_order_id._check_options_open()

    def _check_same_sale(self, sale_order):
        """Refuse an option of another quotation."""
        if self.sale_order_id != sale_order:
            raise UserError(
                self.env._("This option is not one of this quotation: choose another.")
            )
