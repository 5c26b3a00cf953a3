from odoo import fields, models
from odoo.tools import float_compare

from odoo.addons.field_service.models.field_service_order_baseline import PlannedRevenue

from .field_service_charge_coverage import ChargeCoverage
from .field_service_job_type import PRICE_GROUPS
from .field_service_order_billing import FINISHED_STATES


class FieldServiceOrderSale(models.AbstractModel):
    """What the customer has accepted for a work order, on one sales order or several.

    The figures of the acceptance are kept: later changes of the sales order are seen
    against them.
    """

    _name = "field.service.order.sale"
    _description = "Sold Work of Work Orders"

    # The company's; the order says so.
    currency_id = fields.Many2one(comodel_name="res.currency")
    quoted_amount = fields.Monetary(
        string="Sold For",
        readonly=True,
        copy=False,
        groups=PRICE_GROUPS,
        help="What the customer has accepted, before tax, in company currency.",
    )
    quoted_hours = fields.Float(
        string="Hours Sold", readonly=True, copy=False, groups=PRICE_GROUPS
    )
    quoted_on = fields.Datetime(
        string="Accepted On", readonly=True, copy=False, groups=PRICE_GROUPS
    )

    # ------------------------------------------------------------------------ which
    def _get_sold_lines(self):
        """Return the accepted sales order lines that this work delivers."""
        # Whoever works on an order need not have any right on sales.
        lines = self.sudo().sale_line_ids
        return lines.filtered(lambda line: line._is_sold_work())

    def _is_finished_work(self):
        """Tell whether nothing more is done on the order."""
        return self.state in FINISHED_STATES

    def _is_untouched(self):
        """Tell whether the order can be cancelled without asking anybody."""
        self.ensure_one()
        return (
            not self._has_work_begun()
            and not any(part.used_qty for part in self.part_ids)
            and not self._get_blocking_reasons("cancelled")
        )

    # ------------------------------------------------------------------- acceptance
    def _take_over_sale(self, sale_order):
        """Keep what the customer has accepted as what was quoted, and expect it."""
        for order in self:
            lines = order._get_sold_lines().filtered(
                lambda line: not line.is_service_extra
            )
            if not lines:
                continue
            hours = sum(line._get_sold_hours() for line in lines)
            amount = sum(order._get_company_amount(line) for line in lines)
            order.write(
                {
                    "quoted_amount": amount,
                    "quoted_hours": hours,
                    "quoted_on": fields.Datetime.now(),
                    "planned_revenue": amount,
                }
            )
            # What was quoted by the plan, rounded by the terms, changes no plan.
            planned = float_compare(hours, order._get_quoted_hours(), 2) == 0
            if hours > 0 and not planned and not order._has_work_begun():
                order.planned_hours = hours / max(order.crew_size, 1)
            for part in lines.service_part_ids:
                part.quoted_qty = part.sale_line_id.product_uom_qty

    def _get_company_amount(self, line):
        """Return what a sales order line brings, in company currency."""
        return line.currency_id._convert(
            line.price_subtotal,
            self.company_id.currency_id,
            self.company_id,
            fields.Date.to_date(line.order_id.date_order),
        )

    def _drop_sale(self, sale_order):
        """Forget what a cancelled sales order had sold."""
        for order in self:
            lines = order._get_sold_lines()
            order.write(
                {
                    "quoted_amount": sum(
                        order._get_company_amount(line) for line in lines
                    ),
                    "quoted_hours": sum(line._get_sold_hours() for line in lines),
                    "quoted_on": lines and order.quoted_on,
                }
            )
        self._process_charges()

    def _get_charge_coverage(self, charge):
        """What was accepted is paid for, at its own discount, unless a person decides.

        The rest of the work is covered as it would be without any sale.
        """
        coverage = super()._get_charge_coverage(charge)
        # As above.
        line = charge.sudo().sale_line_id
        given = self.coverage_rule == "person" and self.coverage != "chargeable"
        if given or not line._is_sold_work():
            return coverage
        return ChargeCoverage("chargeable", coverage.line.browse(), line.discount)

    # ---------------------------------------------------------------------- charges
    def _get_charge_targets(self):
        """Charge nothing on top of a price that was accepted for the whole.

        What was sold beside a price is charged as it was worked, also when the work
        itself is not charged so.
        """
        sold = {order: order._get_sold_lines() for order in self}
        whole = self.filtered(lambda order: sold[order]._is_whole())
        targets = [
            target
            for target in super(
                FieldServiceOrderSale, self - whole
            )._get_charge_targets()
            if not sold[target.order]._replaces(target)
        ]
        beside = {}
        for order, lines in sold.items():
            if lines and order.state not in ("draft", "cancelled"):
                for target in order._get_charge_targets_time_material():
                    if lines._sells(target):
                        beside[target.key] = target
        targets = [beside.pop(target.key, target) for target in targets]
        targets += beside.values()
        return targets

    def _attach_charges_to_sales(self):
        """Put charges on the line with which their work was sold. Idempotent."""
        for order in self:
            lines = order._get_sold_lines()
            if not lines:
                continue
            lines._sync_flat_charges()
            for charge in order.charge_ids.filtered(lambda c: not c.sale_line_id):
                line = charge._is_attachable() and lines._find_for_charge(charge)
                if line:
                    charge._attach_to_sale(line)

    def _get_planned_charges(self):
        """What was accepted is expected."""
        if self.quoted_on and self._get_sold_lines():
            return self.quoted_amount
        return super()._get_planned_charges()

    def _get_planned_charge_lines(self):
        if self.quoted_on and self._get_sold_lines():
            amount = self.quoted_amount
            return [PlannedRevenue("quoted", amount, amount)]
        return super()._get_planned_charge_lines()

    # ----------------------------------------------------------------- cancellation
    def _ask_about_sale(self, sale_order):
        """Ask the dispatcher what becomes of work whose sales order is cancelled."""
        user = self.team_id.leader_id or sale_order.user_id or self.env.user
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=self.env._("Its sales order was cancelled"),
            note=self.env._(
                "Sales order %(sale)s was cancelled, but the work has begun. Finish it "
                "and bill it, or cancel it.",
                sale=sale_order._get_html_link(),
            ),
        )

    def _action_draft(self):
        """Let sold lines count again when a cancelled order is taken back."""
        # A dispatcher takes an order back without any right on sales.
        for order in self.sudo():
            lines = order.sale_line_ids.filtered("service_cancelled_qty")
            lines._restore_cancelled()
            dead = order.sale_line_ids.filtered(
                lambda line: line.service_basis and line.state == "cancel"
            )
            if dead:
                order.message_post(
                    body=self.env._(
                        "Sales order %(sales)s is still cancelled: confirm it again, "
                        "or quote anew.",
                        sales=", ".join(dead.order_id.mapped("name")),
                    )
                )
        # As above.
        self.sudo()._process_charges()

    def _drop_from_sale(self, sale_order):
        """Take cancelled work off a sales order that goes on."""
        lines = sale_order.order_line.filtered(
            lambda line: line.service_basis
            and line.service_order_id in self
            and line.state in ("draft", "sent", "sale")
            and line.product_uom_qty
        )
        if lines and sale_order.locked:
            sale_order._ask_about_work(lines)
        else:
            lines._cancel_quantities()
