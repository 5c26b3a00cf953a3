from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceSaleOption(models.AbstractModel):
    """A quotation with several options: good, better, best."""

    _name = "field.service.sale.option"
    _description = "Options of Quotations"

    service_option_ids = fields.One2many(
        comodel_name="field.service.quote.option",
        inverse_name="sale_order_id",
        string="Options",
    )
    service_option_id = fields.Many2one(
        comodel_name="field.service.quote.option",
        string="Chosen Option",
        index="btree_not_null",
        readonly=True,
        copy=False,
        check_company=True,
        ondelete="set null",
        domain="[('sale_order_id', '=', id)]",
    )

    @api.depends("amount_untaxed", "order_line.service_basis")
    def _compute_service_margin(self):
        for sale_order in self:
            cost = sale_order._get_expected_cost(
                [(line, line.product_uom_qty) for line in sale_order.order_line]
            )
            sale_order.service_margin = sale_order.amount_untaxed - cost

    def _get_expected_cost(self, quantities):
        """Return what lines are expected to cost, in the currency of the quotation.

        A price for the whole costs what its work order is planned to cost.
        """
        self.ensure_one()
        beside, whole = defaultdict(float), self.env["field.service.order"]
        # Who may see a margin need not see each figure it is made of.
        for line, quantity in quantities:
            order = line.sudo().service_order_id
            if line.service_basis == "finished" and order and quantity:
                whole |= order
            else:
                beside[order] += line.sudo()._get_expected_cost(quantity)
        for order in whole:
            beside[order] = max(beside[order], order._get_planned_cost())
        company = self.company_id or self.env.company
        return company.currency_id._convert(
            sum(beside.values()),
            self.currency_id or company.currency_id,
            company,
            fields.Date.to_date(self.date_order) or fields.Date.context_today(self),
        )

    # --------------------------------------------------------------------- choosing
    def action_add_service_option(self):
        """Add an option: a copy of the chosen one, to be made better or cheaper."""
        for sale_order in self:
            sale_order._check_options_open()
            if not sale_order.service_option_ids:
                first = sale_order._create_option()
                lines = sale_order.order_line.filtered(
                    lambda line: not line.is_downpayment
                )
                if lines:
                    section = sale_order._create_option_section(first, before=lines)
                    lines = lines - section
                for line in lines:
                    line.service_option_qty = line.product_uom_qty
                    line.service_option_id = first
                sale_order.service_option_id = first
            model = sale_order.service_option_id or sale_order.service_option_ids[:1]
            option = sale_order._create_option()
            sale_order._create_option_section(option)
            model._get_contents()._copy_to_option(option)
            sale_order._choose_option(option)
        return True

    def _create_option(self):
        """Create the next option with its usual name."""
        number = len(self.service_option_ids)
        names = (self.env._("Good"), self.env._("Better"), self.env._("Best"))
        name = (
            names[number]
            if number < len(names)
            else self.env._("Option %(number)s", number=number + 1)
        )
        return self.service_option_ids.create(
            {"sale_order_id": self.id, "name": name, "sequence": 10 * (number + 1)}
        )

    def _create_option_section(self, option, before=None):
        """Put a section on the quotation that shows which lines are the option's."""
        sequences = self.order_line.mapped("sequence")
        sequence = max(sequences, default=0) + 1
        if before:
            sequence = min(before.mapped("sequence"))
            for line in before:
                line.sequence += 1
        return self.order_line.create(
            {
                "order_id": self.id,
                "display_type": "line_section",
                "name": option.name,
                "sequence": sequence,
                "service_option_id": option.id,
            }
        )

    def _choose_option(self, option):
        """Let the quotation be about one option."""
        self.ensure_one()
        option._check_same_sale(self)
        self._check_options_open()
        self.service_option_id = option
        for line in self.order_line.filtered(
            lambda line: line.service_option_id and not line.display_type
        ):
            chosen = line.service_option_id == option
            quantity = line.service_option_qty if chosen else 0.0
            if line.product_uom_id.compare(line.product_uom_qty, quantity):
                # The price is the one that was offered for its own quantity.
                line.with_context(service_choosing=True).write(
                    {
                        "product_uom_qty": quantity,
                        "price_unit": line.price_unit,
                        "discount": line.discount,
                    }
                )

    def _may_choose_option(self):
        """Tell whether the customer may still choose."""
        return self.state in ("draft", "sent") and not self.is_expired

    def _choose_option_on_portal(self, option):
        """Choose for the customer, and tell the salesperson."""
        self.ensure_one()
        if not self._may_choose_option():
            raise UserError(self.env._("This quotation is not open any more."))
        self._choose_option(option)
        self.message_post(
            body=self.env._(
                "The customer has chosen “%(option)s”: %(amount)s.",
                option=option.name,
                amount=self.currency_id.format(self.amount_total),
            ),
            author_id=self.partner_id.id,
        )

    def _check_options_open(self):
        """Refuse to change options the customer has decided about."""
        for sale_order in self:
            if sale_order.state not in ("draft", "sent") or sale_order.locked:
                raise UserError(
                    self.env._(
                        "%(sale)s is not a quotation any more: its options stay as "
                        "they were.",
                        sale=sale_order.name,
                    )
                )

    def _confirmation_error_message(self):
        """Say that an option has to be chosen first."""
        message = super()._confirmation_error_message()
        if not message and self.service_option_ids and not self.service_option_id:
            message = self.env._(
                "Choose one of the options first: %(options)s.",
                options=", ".join(self.service_option_ids.mapped("name")),
            )
        return message

    def _get_order_lines_to_report(self):
        """Show the lines of the choice; the other options are shown beside it."""
        lines = super()._get_order_lines_to_report()
        return lines.filtered(lambda line: not line._is_left_out())


class FieldServiceSaleLineOption(models.AbstractModel):
    """A line that is part of one option only."""

    _name = "field.service.sale.line.option"
    _description = "Lines of Options of Quotations"

    service_option_id = fields.Many2one(
        comodel_name="field.service.quote.option",
        string="Option",
        index="btree_not_null",
        copy=False,
        check_company=True,
        ondelete="set null",
        domain="[('sale_order_id', '=', order_id)]",
    )
    service_option_qty = fields.Float(
        string="Quantity in the Option",
        digits="Product Unit",
        copy=False,
        help="What the customer gets when he chooses the option of this line.",
    )

    def _is_left_out(self):
        """Tell whether the line belongs to an option that is not the chosen one."""
        option = self.service_option_id
        return bool(option) and option != self.order_id.service_option_id

    def _copy_to_option(self, option):
        """Copy lines into an option that is not chosen yet."""
        last = max(option.sale_order_id.order_line.mapped("sequence"), default=0)
        values = []
        for line in self:
            last += 1
            values += line.copy_data(
                {
                    "order_id": line.order_id.id,
                    "sequence": last,
                    "product_uom_qty": 0.0,
                    "price_unit": line.price_unit,
                    "discount": line.discount,
                    "service_option_id": option.id,
                    "service_option_qty": line.service_option_qty,
                    "service_order_id": line.service_order_id.id,
                    "service_basis": line.service_basis,
                }
            )
        return self.create(values)

    @api.model_create_multi
    def create(self, vals_list):
        """What is entered below the section of an option is part of it."""
        lines = super().create(vals_list)
        with_options = lines.order_id.filtered("service_option_ids")
        for line in lines.filtered(lambda line: line.order_id in with_options):
            option = line.parent_id.service_option_id
            if (
                option
                and not line.service_option_id
                and line.state in ("draft", "sent")
            ):
                line._join_option(option)
        return lines

    def _join_option(self, option):
        """Make the line a part of an option, and of the work the option is about."""
        orders = option.line_ids.service_order_id
        self.service_option_id = option
        self.service_option_qty = self.product_uom_qty
        if self.display_type:
            return
        if len(orders) == 1 and not self.service_order_id:
            goods = self.product_id.type == "consu"
            basis = "part" if goods else self._get_sold_basis()
            self.service_basis = "fee" if basis == "finished" else basis
            self.service_order_id = orders
        if option != self.order_id.service_option_id:
            self.with_context(service_choosing=True).write(
                {"product_uom_qty": 0.0, "price_unit": self.price_unit}
            )

    def write(self, vals):
        """What is changed on the chosen option is changed in the option."""
        result = super().write(vals)
        if "product_uom_qty" in vals and not self.env.context.get("service_choosing"):
            for line in self.filtered("service_option_id"):
                if line.state in ("draft", "sent") and not line._is_left_out():
                    line.service_option_qty = line.product_uom_qty
        return result

    def _get_expected_cost(self, quantity):
        """Return what a quantity is expected to cost, in company currency."""
        self.ensure_one()
        if self.display_type or not self.product_id:
            return 0.0
        order, product = self.service_order_id, self.product_id
        if order and self.service_basis in ("labour", "travel"):
            hour, unit = order._get_hour(), self.product_uom_id
            travel = self.service_basis == "travel"
            if unit._has_common_reference(hour):
                quantity = unit._compute_quantity(quantity, hour, round=False)
            elif travel and self.product_uom_qty:
                # Sold by the km or the zone; what it costs is the time.
                share = quantity / self.product_uom_qty
                quantity = order._get_planned_travel_hours() * share
            company = order.company_id
            rate = company.service_travel_rate if travel else order._get_planned_rate()
            return quantity * rate
        quantity = self.product_uom_id._compute_quantity(
            quantity, product.uom_id, round=False
        )
        return quantity * product.with_company(self.company_id).standard_price
