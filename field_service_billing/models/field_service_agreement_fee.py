from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

# What the billed periods stand on
SETTLED = ("interval", "first_period", "date_from", "price_unit", "agreement_id")


class FieldServiceAgreementFee(models.Model):
    """What a customer pays again and again, whether or not anything happened.

    Read ``field_service_fee_schedule.py`` for its periods and
    ``field_service_agreement_billing.py`` for the way to an invoice.
    """

    _name = "field.service.agreement.fee"
    _description = "Agreement Fee"
    _inherit = ["field.service.fee.schedule"]
    _order = "agreement_id desc, sequence, id"
    _check_company_auto = True

    name = fields.Char(
        string="Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="On the invoice; the period is added.",
    )
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
    partner_id = fields.Many2one(
        related="agreement_id.partner_id", store=True, index=True
    )
    state = fields.Selection(related="agreement_id.state", string="Agreement State")
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        index=True,
        check_company=True,
        domain="[('type', '=', 'service'), ('sale_ok', '=', True)]",
        help="Gives the income account and the taxes.",
    )
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
    price_unit = fields.Float(
        string="First Price",
        digits="Product Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        help="For a full period, as it was agreed first. Later prices have a date: see "
        "the price history.",
    )
    current_price = fields.Float(
        string="Price",
        digits="Product Price",
        compute="_compute_current_price",
        help="For a full period that begins today.",
    )
    tax_ids = fields.Many2many(
        comodel_name="account.tax",
        string="Taxes",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        help="Empty: those of the product, by the customer's fiscal position.",
    )
    interval = fields.Selection(
        selection=[
            ("month", "Month"),
            ("quarter", "Quarter"),
            ("half_year", "Half-year"),
            ("year", "Year"),
        ],
        string="Per",
        required=True,
        default="month",
    )
    timing = fields.Selection(
        selection=[("advance", "In advance"), ("arrears", "In arrears")],
        string="Billed",
        required=True,
        default="advance",
    )
    first_period = fields.Selection(
        selection=[
            ("anniversary", "Periods count from the first day"),
            ("prorata", "Calendar periods, the first by days"),
            ("full", "Calendar periods, the first in full"),
        ],
        string="Periods",
        required=True,
        default="anniversary",
        help="The last period is billed by days in any case.",
    )
    date_from = fields.Date(
        string="From",
        compute="_compute_date_from",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="First day that is paid for.",
    )
    date_to = fields.Date(
        string="To", copy=False, help="Empty: as long as the agreement."
    )
    price_ids = fields.One2many(
        comodel_name="field.service.fee.price",
        inverse_name="fee_id",
        string="Price History",
    )
    period_ids = fields.One2many(
        comodel_name="field.service.fee.period",
        inverse_name="fee_id",
        string="Billed Periods",
    )
    next_start = fields.Date(
        string="Next Period", compute="_compute_next_date", store=True
    )
    next_date = fields.Date(
        string="Next Invoice",
        compute="_compute_next_date",
        store=True,
        index=True,
        help="When the next period is billed. Empty: all of it is.",
    )

    _end_after_start = models.Constraint(
        "CHECK(date_to >= date_from)", "A fee cannot end before it starts."
    )
    _positive = models.Constraint(
        "CHECK(quantity > 0 AND price_unit >= 0)",
        "The quantity of a fee is more than zero and its price is not negative.",
    )

    def _get_copies(self):
        """Return the commands that make the same fees on a copy of the agreement."""
        return [
            Command.create(
                {name: value for name, value in vals.items() if name != "agreement_id"}
            )
            for vals in self.copy_data()
        ]

    # ------------------------------------------------------------------ computes
    @api.depends_context("hide_agreement")
    @api.depends("name", "agreement_id.name")
    def _compute_display_name(self):
        # On the agreement itself its number would only hide the name of the fee.
        hidden = self.env.context.get("hide_agreement")
        for fee in self:
            parts = (not hidden and fee.agreement_id.name, fee.name)
            fee.display_name = ", ".join(part for part in parts if part)

    @api.depends("product_id")
    def _compute_name(self):
        for fee in self:
            if not fee.name or fee.product_id != fee._origin.product_id:
                customer = fee.agreement_id.partner_id
                product = fee.product_id.with_context(lang=customer.lang)
                fee.name = product.display_name or fee.name

    @api.depends("product_id")
    def _compute_price_unit(self):
        for fee in self:
            if fee.price_unit or not fee.product_id:
                continue
            agreement = fee.agreement_id
            customer = agreement.partner_id.with_company(agreement.company_id)
            # Without a pricelist it is the sales price, in the agreement's currency.
            fee.price_unit = customer.property_product_pricelist._get_product_price(
                fee.product_id.with_company(agreement.company_id),
                fee.quantity or 1.0,
                currency=agreement.currency_id,
            )

    @api.depends("agreement_id.date_start")
    def _compute_date_from(self):
        for fee in self:
            if not fee.date_from:
                fee.date_from = fee.agreement_id.date_start

    @api.depends("price_unit", "price_ids.date", "price_ids.price_unit")
    def _compute_current_price(self):
        for fee in self:
            fee.current_price = fee._get_price(fields.Date.context_today(fee))

    @api.depends(
        "interval",
        "timing",
        "first_period",
        "date_from",
        "date_to",
        "agreement_id.date_end",
        "agreement_id.fee_lead_days",
        "period_ids.is_free",
        "period_ids.date_from",
        "period_ids.date_to",
    )
    def _compute_next_date(self):
        for fee in self:
            due = next(fee._iterate_open(), None)
            fee.next_start = due and due.start
            fee.next_date = due and fee._get_due_date(due)

    def _get_price(self, day):
        """Return the price of a full period that begins on a day."""
        self.ensure_one()
        prices = self.price_ids.filtered(lambda price: price.date <= day)
        latest = prices.sorted("date")[-1:]
        return latest.price_unit if latest else self.price_unit

    # ---------------------------------------------------------------------- rules
    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for fee in self:
            agreement = fee.agreement_id
            if fee.date_from and fee.date_from < agreement.date_start:
                raise ValidationError(
                    self.env._(
                        "%(fee)s begins before its agreement does on %(date)s.",
                        fee=fee.name,
                        date=format_date(self.env, agreement.date_start),
                    )
                )

    def write(self, vals):
        self._check_settled(vals)
        return super().write(vals)

    def _check_settled(self, vals):
        """Refuse to change what has been billed."""
        for fee in self:
            if all(period.is_free for period in fee.period_ids):
                continue
            for name in SETTLED:
                field = self._fields[name]
                if name not in vals or field.convert_to_cache(
                    vals[name], fee
                ) == field.convert_to_cache(fee[name], fee):
                    continue
                raise UserError(
                    self.env._(
                        "%(fee)s: “%(field)s” is settled since the first period was "
                        "billed. Use “Adjust Prices” for a new price; otherwise give "
                        "the fee a last day and add another one.",
                        fee=fee.display_name,
                        field=field._description_string(self.env),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_never_billed(self):
        for fee in self:
            # Whether it was billed does not depend on what the user may read.
            if fee.sudo().period_ids.move_line_ids:
                raise UserError(
                    self.env._(
                        "%(fee)s has been billed. Give it a last day instead of "
                        "deleting it.",
                        fee=fee.display_name,
                    )
                )

    # --------------------------------------------------------------------- invoice
    def _prepare_invoice_line_values(self, due, period):
        """Return the values of the invoice line of one period."""
        self.ensure_one()
        values = {
            "product_id": self.product_id.id,
            "name": self._get_line_name(due),
            "quantity": self.quantity,
            "price_unit": self._get_period_price(due),
            "analytic_distribution": self.agreement_id._get_analytic_distribution(),
            "service_fee_period_id": period.id,
        }
        if self.tax_ids:
            values["tax_ids"] = [Command.set(self.tax_ids.ids)]
        # Where Odoo defers revenue, it does so by these.
        items = self.env["account.move.line"]._fields
        if "deferred_start_date" in items and "deferred_end_date" in items:
            values["deferred_start_date"] = due.start
            values["deferred_end_date"] = due.stop
        return values

    def _get_line_name(self, due):
        """Return what the customer reads on the invoice, in his language."""
        lang = self.partner_id.lang
        env = self.with_context(lang=lang).env
        dates = [format_date(env, day, lang) for day in (due.start, due.stop)]
        words = env._("%(start)s to %(stop)s", start=dates[0], stop=dates[1])
        if due.is_part:
            words += env._(
                " (%(days)s of %(full)s days)", days=due.days, full=due.full_days
            )
        return f"{self.name}\n{words}"

    def action_view_periods(self):
        """Open the billed periods of the fees."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_billing.field_service_fee_period_action"
        )
        return {**action, "domain": [("fee_id", "in", self.ids)], "context": {}}
