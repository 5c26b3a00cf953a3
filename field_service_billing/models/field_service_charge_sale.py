from odoo import models

from .field_service_charge_billing import RELEASING

ATTACHED_KINDS = ("labour", "travel", "part", "callout")


class FieldServiceChargeSale(models.AbstractModel):
    """Charges of work that was sold before: they are on the line it was sold with.

    The line keeps the quantity and the price that were accepted; the charges say what
    of it was delivered.
    """

    _name = "field.service.charge.sale"
    _description = "Charges of Sold Work"

    def _is_attachable(self):
        """Tell whether the charge may be delivered by a sold line."""
        return self.kind in ATTACHED_KINDS

    def _attach_to_sale(self, line):
        """Let a sold line carry the charge, at the price that was accepted."""
        self.ensure_one()
        self.write(
            {
                "sale_line_id": line.id,
                "price_origin": "quoted",
                "price_unit": self._get_sold_price(line),
            }
        )
        self._compute_coverage()

    def _get_sold_price(self, line):
        """Return the accepted price per unit of the charge, in its currency."""
        price, unit = line.price_unit, self.product_uom_id
        if unit and unit._has_common_reference(line.product_uom_id):
            price = line.product_uom_id._compute_price(price, unit)
        return line.currency_id._convert(
            price,
            self.currency_id,
            self.company_id,
            line.order_id.date_order.date(),
            round=False,
        )

    def _to_sale_unit(self, quantity):
        """Return a quantity of this charge in the unit of its sales order line."""
        unit, other = self.product_uom_id, self.sale_line_id.product_uom_id
        if unit and other and unit != other and unit._has_common_reference(other):
            return unit._compute_quantity(quantity, other, round=False)
        return quantity

    def _is_billed_share(self):
        """Tell whether what is invoiced of a sold line reaches this charge.

        The charges of a line are invoiced in the order in which they were made.
        """
        line = self.sale_line_id
        earlier = line.service_charge_ids.filtered(lambda charge: charge.id < self.id)
        return (
            line.product_uom_id.compare(
                line._get_worked_quantity(earlier), line.qty_invoiced
            )
            < 0
        )

    def _release_sold(self):
        """Take charges off sold lines; return those that are to be released as well.

        An accepted price is no work: it goes with its line.
        """
        flat = self.filtered(lambda charge: charge.kind == "quoted")
        flat.with_context(service_release_charges=RELEASING).unlink()
        return self - flat

    def _forget_sold_price(self):
        """Take the pricelist's price again for what is not sold any more."""
        sold = self.filtered(lambda charge: charge.price_origin == "quoted")
        if sold:
            entered = sold.filtered(lambda charge: charge.kind in ("fee", "manual"))
            entered.write({"price_origin": "manual"})
            (sold - entered).write({"price_origin": "pricelist"})
            sold._compute_coverage()

    def _update_flat(self, line, quantity):
        """Let the charge of an accepted price follow its line."""
        self.ensure_one()
        values = {}
        price = line._get_price_for(self.order_id)
        if self.product_uom_id.compare(self.worked_qty, quantity):
            values["worked_qty"] = quantity
        if self.currency_id.compare_amounts(self.price_unit, price):
            values |= {"price_unit": price, "price_origin": "quoted"}
        if values:
            self.write(values)
        if self.discount != line.discount:
            self._compute_coverage()
