from odoo import models


class FieldServiceSaleLineCancel(models.AbstractModel):
    """Sold lines of work that is cancelled and taken back; prices as charges."""

    _name = "field.service.sale.line.cancel"
    _description = "Cancelled Work on Sales Order Lines"

    # ---------------------------------------------------------------------- charges
    def _is_whole(self):
        """Tell whether a price for the whole work is among these lines."""
        return "finished" in self.mapped("service_basis")

    def _replaces(self, target):
        """Tell whether these lines were sold instead of an agreed price."""
        quoted = self.filtered(
            lambda line: not line.is_service_extra and line.service_basis != "fee"
        )
        return target.kind == "fixed" and bool(quoted)

    def _sells(self, target):
        """Tell whether one of these lines is delivered by some work."""
        lines = self.filtered(lambda line: line.service_basis == target.kind)
        if target.kind == "part":
            lines = lines.filtered(
                lambda line: target.part in line.service_part_ids
                or line.product_id == target.product
            )
        return bool(lines)

    def _sync_flat_charges(self):
        """Charge the accepted prices of these lines, once each. Idempotent."""
        charges = self.env["field.service.charge"]
        for line in self.filtered(
            lambda line: line.service_basis in ("finished", "fee")
        ):
            known = line.service_charge_ids or line._take_over_fee()
            billed = known.filtered(lambda charge: charge._is_billed())
            rest = line.product_uom_qty - sum(billed.mapped("worked_qty"))
            free = (known - billed)[:1]
            if free:
                free._update_flat(line, rest)
            elif not line.product_uom_id.is_zero(rest):
                charges.create(line._prepare_flat_charge_values(rest))

    def _take_over_fee(self):
        """Take the charge that was entered for what is sold now, if there is one."""
        if self.service_basis != "fee":
            return self.service_charge_ids
        fee = self.service_order_id.charge_ids.filtered(
            lambda charge: charge.kind in ("fee", "manual")
            and not charge.sale_line_id
            and charge.product_id == self.product_id
        )[:1]
        if fee:
            fee._attach_to_sale(self)
        return fee

    def _prepare_flat_charge_values(self, quantity):
        """Return the values of the charge that stands for an accepted price."""
        self.ensure_one()
        return {
            "order_id": self.service_order_id.id,
            "kind": "quoted",
            "product_id": self.product_id.id,
            "product_uom_id": self.product_uom_id.id,
            "name": self.name,
            "worked_qty": quantity,
            "price_origin": "quoted",
            "price_unit": self._get_price_for(self.service_order_id),
            "sale_line_id": self.id,
        }

    def _get_price_for(self, order):
        """Return the line's price in the currency of a work order."""
        return self.currency_id._convert(
            self.price_unit,
            order.billing_currency_id,
            order.company_id,
            self.order_id.date_order.date(),
            round=False,
        )

    # ----------------------------------------------------------------- cancellation
    def _cancel_quantities(self):
        """Sell nothing any more of cancelled work; say what it was."""
        for line in self:
            drafts = line.invoice_lines.filtered(
                lambda item: item.parent_state == "draft"
            )
            drafts.unlink()
            line.service_cancelled_qty = line.product_uom_qty
            line.with_context(skip_procurement=True).write(
                {"product_uom_qty": 0.0, "price_unit": line.price_unit}
            )
            line.order_id.message_post(
                body=self.env._(
                    "%(order)s is cancelled: %(quantity)s %(unit)s “%(line)s” are not "
                    "sold any more.",
                    order=line.service_order_id._get_html_link(),
                    quantity=f"{line.service_cancelled_qty:g}",
                    unit=line.product_uom_id.name,
                    line=line.product_id.display_name,
                )
            )

    def _restore_cancelled(self):
        """Sell again what was sold before the work was cancelled."""
        for line in self.filtered(lambda line: line.state != "cancel"):
            if line.order_id.locked:
                line.order_id._ask_about_work(line)
                continue
            line.with_context(skip_procurement=True).write(
                {
                    "product_uom_qty": line.service_cancelled_qty,
                    "price_unit": line.price_unit,
                    "service_cancelled_qty": 0.0,
                }
            )
