from odoo import api, fields, models

from .product_template import SERVICE_BASES

RATES = {"product_uom_qty", "price_unit", "discount"}


class FieldServiceSaleLineWork(models.AbstractModel):
    """A sold line whose delivery is the work of a work order.

    Charges of the work attach to it, so that what was sold is not charged once more;
    see ``field.service.charge.quote``.
    """

    _name = "field.service.sale.line.work"
    _description = "Sales Order Lines Delivered by Work"

    service_basis = fields.Selection(
        selection=SERVICE_BASES,
        string="Delivered By",
        copy=False,
        help="What of the work order counts as delivered. Empty: the line is about the "
        "work order, but delivered and invoiced on its own.",
    )
    service_cancelled_qty = fields.Float(
        string="Quantity before Cancellation",
        digits="Product Unit",
        copy=False,
        readonly=True,
        help="What was sold before the work order was cancelled.",
    )

    # ------------------------------------------------------------------------ which
    def _is_sold_work(self):
        """Tell whether the line was sold, and is delivered by a work order."""
        return bool(
            self.service_basis
            and self.service_order_id
            and self.state == "sale"
            and not self.display_type
            and not self._is_left_out()
        )

    def _is_offered_work(self):
        """Tell whether the customer has not decided yet on work he was offered."""
        return bool(
            self.service_basis
            and self.service_order_id
            and self.state in ("draft", "sent")
        )

    def _is_from_work(self):
        """Tell whether the line's delivery is a work order's."""
        return self.is_service_charge or bool(
            self.service_basis and self.service_order_id
        )

    def _is_settled_without_bill(self):
        """Tell whether nothing of an accepted line was delivered by finished work."""
        return (
            self._is_sold_work()
            and not self.qty_to_invoice
            and not self.invoice_lines
            and self.service_order_id._is_finished_work()
        )

    def _makes_work(self, draft=False):
        """Tell whether a work order is still to be made for the line."""
        return bool(
            self.product_id.service_tracking == "field_service"
            and not self.service_order_id
            and not self._is_from_work()
            and not self.display_type
            and not self.is_downpayment
            and self.product_uom_id.compare(self.product_uom_qty, 0.0) > 0
            and (draft or self.state == "sale")
        )

    def _may_be_taken_along(self):
        """Tell whether these are goods that nobody delivers yet."""
        return bool(
            self.product_id.type == "consu"
            and not self.service_order_id
            and not self.display_type
            and not self.is_downpayment
            and self.product_uom_id.compare(self.product_uom_qty, 0.0) > 0
            and not self.move_ids.filtered(lambda move: move.state != "cancel")
        )

    # ------------------------------------------------------------------------- work
    def _get_sold_basis(self):
        """Return what of the work delivers the line."""
        return self.service_basis or self.product_id.service_basis or "finished"

    def _get_sold_hours(self):
        """Return the hours that were sold with the line."""
        if self._get_sold_basis() != "labour" or self.display_type:
            return 0.0
        hour = self.env["field.service.order"]._get_hour()
        uom = self.product_uom_id
        if uom and uom._has_common_reference(hour):
            return uom._compute_quantity(self.product_uom_qty, hour, round=False)
        return self.product_uom_qty

    def _group_for_work(self):
        """Return the lines that share a work order, group by group."""
        return self.grouped(
            lambda line: (line.order_id, line.product_id.service_job_type_id)
            if line.product_id.service_scope == "order"
            else line
        ).values()

    def _split_units(self):
        """Make lines of one unit of those that need a work order per unit.

        An invoice line belongs to one work order, and so does a line that is sold.
        :return: the new lines
        """
        new = self.browse()
        for line in self:
            if line.product_id.service_scope != "unit":
                continue
            rest = int(line.product_uom_qty) - 1
            if rest < 1:
                continue
            # Prices stay as they were accepted, also those that depend on quantity.
            price = {"product_uom_qty": 1.0, "price_unit": line.price_unit}
            price["discount"] = line.discount
            quiet = line.with_context(
                skip_procurement=True, sale_no_log_for_new_lines=True
            )
            values = quiet.copy_data({**price, "order_id": line.order_id.id})[0]
            quiet.write(price)
            new |= quiet.create([dict(values) for __ in range(rest)])
        return new

    def _put_on_work(self, order, basis=None):
        """Let a work order deliver these lines."""
        for line in self:
            line.service_order_id = order
            line.service_basis = basis or line._get_sold_basis()
        goods = self.filtered(lambda line: line.service_basis == "part")
        goods._plan_parts()

    def _plan_parts(self):
        """Plan the sold goods on their work orders; what is planned is that part."""
        parts = self.env["field.service.part"]
        for line in self:
            planned = line.service_order_id.part_ids.filtered(
                lambda part, line=line: part.product_id == line.product_id
                and part.uom_id == line.product_uom_id
                and part.state in ("draft", "waiting", "reserved")
                and not part.sale_line_id._is_sold_work()
            )[:1]
            values = {
                "sale_line_id": line.id,
                "quantity": line.product_uom_qty,
                "probability": 1.0,
            }
            if planned:
                planned.write(values)
                continue
            parts.create(
                {
                    **values,
                    "order_id": line.service_order_id.id,
                    "product_id": line.product_id.id,
                    "uom_id": line.product_uom_id.id,
                    "source": "sale",
                }
            )

    def _follow_quantities(self):
        """Let planned parts and charges follow what was changed on sold lines."""
        for line in self:
            part = line.service_part_ids.filtered(lambda part: part.state == "draft")
            if len(part) == 1 and part.quantity != line.product_uom_qty:
                part.quantity = max(line.product_uom_qty, 0.0)
        self.service_order_id._process_charges()

    @api.model_create_multi
    def create(self, vals_list):
        """A line that is added to a confirmed sales order makes its work order too."""
        lines = super().create(vals_list)
        sold = lines.filtered(lambda line: line._makes_work())
        # As with the confirmation: no right on work orders is needed.
        sold.sudo().order_id._serve_lines()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if RATES & vals.keys():
            sold = self.filtered(lambda line: line._is_sold_work())
            if sold:
                # A salesperson need not have any right on work orders.
                sold.sudo()._follow_quantities()
        return result

    # --------------------------------------------------------------------- delivery
    def _get_ordered_work(self):
        """Return what there is to invoice in all: of sold lines, what was worked."""
        if self.is_service_charge or not self._is_from_work():
            return self.product_uom_qty
        return max(self.product_uom_qty, self.qty_delivered)

    def _get_worked_quantity(self, charges):
        """Return what of the line was worked, in its unit."""
        return sum(charge._to_sale_unit(charge.quantity) for charge in charges)

    def _get_agreed_to_invoice(self):
        """Return what is to be invoiced of a sold line.

        Hours and parts are invoiced as they were worked, whatever the product says: the
        sold quantity was an estimate. A price may be invoiced in advance.
        """
        # Whoever invoices need not see the work.
        if self.service_order_id.sudo().state == "cancelled":
            return 0.0
        delivered = self.qty_delivered
        in_advance = self.product_id.invoice_policy == "order"
        if self.service_basis == "finished" and in_advance:
            # As above.
            delivered = self._get_worked_quantity(self.sudo().service_charge_ids)
        rest = delivered - self.qty_invoiced
        if self.qty_invoiced and rest > 0:
            # What was credited in part was a concession: it is not billed again.
            rest = max(delivered - self._get_gross_invoiced(), 0.0)
        return rest

    def _find_for_charge(self, charge):
        """Return which of these lines a charge of the work belongs to."""
        lines = self.filtered(lambda line: line.service_basis == charge.kind)
        if charge.kind == "part":
            own = lines.filtered(lambda line: charge.part_id in line.service_part_ids)
            same = lines.filtered(lambda line: line.product_id == charge.product_id)
            return (own or same)[:1]
        lines = (
            lines.filtered(lambda line: line.product_id == charge.product_id) or lines
        )
        room = lines.filtered(
            lambda line: line.product_uom_id.compare(
                line.product_uom_qty, line._get_worked_quantity(line.service_charge_ids)
            )
            > 0
        )
        return (room or lines.sorted(lambda line: (line.sequence, line.id))[-1:])[:1]
