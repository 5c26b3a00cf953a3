from collections import defaultdict

from odoo import api, fields, models

from .field_service_job_type import PRICE_GROUPS


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = [
        "field.service.sale.line.option",
        "field.service.sale.line.work",
        "field.service.sale.line.cancel",
        "field.service.sale.line.accrual",
        "sale.order.line",
    ]

    service_order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        index="btree_not_null",
        copy=False,
        check_company=True,
        ondelete="restrict",
        help="The one work order this line is about. Its invoice lines belong to it.",
    )
    service_charge_ids = fields.One2many(
        comodel_name="field.service.charge",
        inverse_name="sale_line_id",
        string="Work Order Charges",
        groups=PRICE_GROUPS,
    )
    service_part_ids = fields.One2many(
        comodel_name="field.service.part",
        inverse_name="sale_line_id",
        string="Planned Parts",
        groups=PRICE_GROUPS,
    )
    is_service_charge = fields.Boolean(
        string="Made from a Charge", copy=False, readonly=True
    )
    is_service_extra = fields.Boolean(string="Sold on Site", copy=False, readonly=True)
    qty_delivered_method = fields.Selection(
        selection_add=[("work_order", "Work Order")],
        ondelete={
            "work_order": lambda lines: lines.write({"qty_delivered_method": "manual"})
        },
    )

    # -------------------------------------------------------------------- delivery
    @api.depends("is_service_charge", "service_basis", "service_order_id")
    def _compute_qty_delivered_method(self):
        """What is delivered on a line of work is the work, as its charges say it."""
        charged = self.filtered(lambda line: line._is_from_work())
        charged.qty_delivered_method = "work_order"
        return super(SaleOrderLine, self - charged)._compute_qty_delivered_method()

    @api.depends(
        "service_charge_ids.quantity",
        "service_charge_ids.kind",
        "service_charge_ids.order_id.state",
    )
    def _compute_qty_delivered(self):
        return super()._compute_qty_delivered()

    def _prepare_qty_delivered(self):
        quantities = super()._prepare_qty_delivered()
        for line in self:
            if line.qty_delivered_method == "work_order":
                # A salesperson need not have any right on work orders.
                charges = line.sudo().service_charge_ids
                quantities[line] = line._get_worked_quantity(
                    charges.filtered(lambda charge: charge._is_delivered())
                )
        return quantities

    @api.depends("invoice_lines.price_subtotal")
    def _compute_qty_invoiced(self):
        return super()._compute_qty_invoiced()

    def _prepare_qty_invoiced(self):
        """A credit note over the price alone leaves the quantity invoiced.

        Core takes the quantity off, so that a tenth off the price would let all of
        the charge be billed once more.
        """
        quantities = super()._prepare_qty_invoiced()
        for line in self.filtered(lambda line: line._is_from_work()):
            ordered = line._get_ordered_work()
            if line.product_uom_id.compare(quantities[line] * ordered, 0.0) > 0:
                continue
            gross = min(line._get_gross_invoiced(), abs(ordered))
            kept = gross if line._keeps_amount() else 0.0
            quantities[line] = kept if ordered > 0 else -kept
        return quantities

    def _keeps_amount(self):
        """Tell whether some of what was invoiced is not credited."""
        amounts = defaultdict(float)
        for item in self._get_invoice_lines():
            if item.move_id.state != "cancel":
                sign = -item.move_id.direction_sign
                amounts[item.currency_id] += sign * item.price_subtotal
        return any(not currency.is_zero(amounts[currency]) for currency in amounts)

    @api.depends(
        "is_service_charge",
        "service_basis",
        "service_order_id.state",
        "service_charge_ids.quantity",
        "invoice_lines.move_id.move_type",
    )
    def _compute_qty_to_invoice(self):
        """What was credited in part is not billed again.

        A credit note over part of a charge is a concession; core would put the
        quantity on the next invoice. Credited in full, the charge is billed anew.
        """
        result = super()._compute_qty_to_invoice()
        for line in self.filtered(lambda line: line._is_sold_work()):
            line.qty_to_invoice = line._get_agreed_to_invoice()
        for line in self.filtered("is_service_charge"):
            if line.qty_invoiced and line._get_gross_invoiced() >= abs(
                line.qty_invoiced + line.qty_to_invoice
            ):
                line.qty_to_invoice = 0.0
        return result

    def _get_gross_invoiced(self):
        """Return the quantity once invoiced, without what was credited of it."""
        kind = "out_refund" if self._get_ordered_work() < 0 else "out_invoice"
        return sum(
            item.product_uom_id._compute_quantity(item.quantity, self.product_uom_id)
            for item in self._get_invoice_lines()
            if item.move_id.state != "cancel" and item.move_id.move_type == kind
        )

    def _action_launch_stock_rule(self, *, previous_product_uom_qty=False):
        """Parts of a work order are at the customer already."""
        others = self.filtered(lambda line: not line._is_from_work())
        result = super(SaleOrderLine, others)._action_launch_stock_rule(
            previous_product_uom_qty=previous_product_uom_qty
        )
        others._put_dropship_on_orders()
        return result

    def _put_dropship_on_orders(self):
        """Put what a vendor delivers to the site on the work order, where it costs.

        Core does not take the distribution of the sale line over. Purchases are those
        of other modules, on which the suite does not depend.
        """
        if "purchase_line_ids" not in self._fields:
            return
        items = self.env["account.move.line"]
        for line in self.filtered("analytic_distribution"):
            shares = items._get_service_distribution(line.analytic_distribution)
            # Whoever confirms a sale need not see purchases.
            for bought in line.sudo().purchase_line_ids if shares else ():
                kept = bought.analytic_distribution or {}
                if bought.product_id.type == "consu" and not (
                    items._get_service_distribution(kept)
                ):
                    bought.analytic_distribution = {**kept, **shares}

    # ----------------------------------------------------------------------- price
    def _compute_price_unit(self):
        """The price of the work done is the charge's."""
        others = self.filtered(lambda line: not line.is_service_charge)
        return super(SaleOrderLine, others)._compute_price_unit()

    def _compute_discount(self):
        """The price of a charge has the pricelist's discount in it."""
        others = self.filtered(lambda line: not line.is_service_charge)
        return super(SaleOrderLine, others)._compute_discount()

    # ---------------------------------------------------------------- distribution
    @api.depends("service_order_id")
    def _compute_analytic_distribution(self):
        """A line of a work order is on that work order, and on no other."""
        lines = self.with_context(service_distribution_memo={})
        result = super(SaleOrderLine, lines)._compute_analytic_distribution()
        for line in self.filtered("service_order_id"):
            line.analytic_distribution = (
                line.service_order_id._merge_analytic_distribution(
                    line.analytic_distribution
                )
            )
        return result

    def _prepare_base_line_for_taxes_computation(self, **kwargs):
        """Let taxes, down payments and discounts know the work order of a line."""
        if self.service_order_id:
            kwargs["_service_order_id"] = self.service_order_id.id
        return super()._prepare_base_line_for_taxes_computation(**kwargs)

    @api.ondelete(at_uninstall=False)
    def _unlink_release_charges(self):
        """A deleted line of a quotation gives its charges back."""
        # Whoever edits a quotation need not have any right on work orders.
        self.sudo().service_charge_ids._release()
