from odoo import models
from odoo.exceptions import UserError


class FieldServicePartLot(models.AbstractModel):
    """Lots and serial numbers of used parts: the right ones, or none at all."""

    _name = "field.service.part.lot"
    _description = "Lots of Parts"

    # ------------------------------------------------------------------- entered
    def _find_lots(self, lots):
        """Return {lot: quantity} of what a person has said.

        :param list lots: dicts with ``lot_id`` or ``name``, and ``quantity``
        :raises UserError: when there is no such lot of this product
        """
        self.ensure_one()
        found = {}
        for line in lots or ():
            lot = self._find_lot(line.get("lot_id"), line.get("name"))
            if lot in found:
                raise UserError(
                    self.env._("%(lot)s is given twice.", lot=lot.display_name)
                )
            found[lot] = float(line.get("quantity") or 1.0)
        return found

    def _find_lot(self, lot_id=None, name=None):
        """Return the lot of the part's product with this id or name."""
        # Technicians say which piece they hold without any right on the stock.
        lots = self.env["stock.lot"].sudo()
        product = self.product_id
        name = (name or "").strip()
        if lot_id:
            lot = lots.browse(int(lot_id)).exists()
            name = lot.name or str(lot_id)
        else:
            known = lots.search([("name", "=", name)]) if name else lots
            lot = known.filtered(lambda lot: lot.product_id == product)[:1] or known[:1]
        if lot and lot.product_id != product:
            raise UserError(
                self.env._(
                    "%(lot)s is a number of %(other)s, not of %(product)s.",
                    lot=name,
                    other=lot.product_id.display_name,
                    product=product.display_name,
                )
            )
        if not lot or lot.company_id not in (lot.company_id.browse(), self.company_id):
            raise UserError(
                self.env._(
                    "The system knows no %(lot)s of %(product)s: check the number, or "
                    "have the warehouse receive it.",
                    lot=name,
                    product=product.display_name,
                )
            )
        return lot

    def _get_given_lots(self):
        """Return {lot: quantity} a person has given, in the product's unit."""
        given = self.env.context.get("service_taken_lots", ())
        # See _find_lot, which found them.
        lots = self.env["stock.lot"].sudo()
        return {lots.browse(lot_id): quantity for lot_id, quantity in given}

    # ----------------------------------------------------------------------- use
    def _get_lots_to_take(self, wanted):
        """Return {lot: quantity} that is used, in the product's unit.

        :param float wanted: in the unit of the part
        :raises UserError: when that is not clear, or cannot be
        """
        self.ensure_one()
        product = self.product_id
        if product.tracking == "none" or self.customer_supplied:
            return {}
        quantity = self._to_product_unit(wanted)
        lots = self._get_given_lots() or self._infer_lots(quantity)
        self._check_lot_total(lots, quantity)
        if product.tracking == "serial":
            for lot, pieces in lots.items():
                self._check_serial(lot, pieces)
        return lots

    def _infer_lots(self, quantity):
        """Return the lots that can only be meant: all reserved, else all there."""
        moves = self._filter_from_source(self._get_open_moves())
        there = self._get_lots_there(self._get_source_location())
        reserved = self._fit(moves._get_lot_quantities(), quantity)
        return reserved or self._fit(there, quantity)

    def _fit(self, lots, quantity):
        """Return these lots when there is no choice among them."""
        unit = self.product_id.uom_id
        if unit.compare(sum(lots.values()), quantity) == 0:
            return lots
        single = len(lots) == 1 and self.product_id.tracking == "lot"
        return dict.fromkeys(lots, quantity) if single else {}

    def _get_lots_there(self, location):
        """Return {lot: quantity} that the system believes is in a place."""
        # How many there are is no secret; what they cost is not said.
        quants = self.env["stock.quant"].sudo()
        groups = quants._read_group(
            [
                ("product_id", "=", self.product_id.id),
                ("location_id", "child_of", location.id),
                ("lot_id", "!=", False),
                ("quantity", ">", 0),
            ],
            ["lot_id"],
            ["quantity:sum"],
        )
        return dict(groups)

    def _check_lot_total(self, lots, quantity):
        unit = self.product_id.uom_id
        if not lots:
            raise UserError(
                self.env._(
                    "%(part)s: say which lot or serial number it is.",
                    part=self.display_name,
                )
            )
        if unit.compare(sum(lots.values()), quantity) != 0:
            raise UserError(
                self.env._(
                    "%(part)s: the quantities of lots and serial numbers are "
                    "%(lots)s %(unit)s, but %(quantity)s %(unit)s are meant.",
                    part=self.display_name,
                    lots=f"{sum(lots.values()):g}",
                    quantity=f"{quantity:g}",
                    unit=unit.name,
                )
            )

    def _check_serial(self, lot, quantity):
        """A serial number is one piece, and it is where it is taken from."""
        if self.product_id.uom_id.compare(quantity, 1.0) != 0:
            raise UserError(
                self.env._(
                    "Serial number %(lot)s of %(product)s is one piece, not %(count)s.",
                    lot=lot.name,
                    product=self.product_id.display_name,
                    count=f"{quantity:g}",
                )
            )
        source = self._get_source_location()
        quants = lot.quant_ids.filtered(lambda quant: quant.quantity > 0)
        if any(quant.location_id._child_of(source) for quant in quants):
            return
        # The name of a place is no secret.
        values = {
            "lot": lot.name,
            "product": self.product_id.display_name,
            "location": source.sudo().display_name,
        }
        if not quants:
            raise UserError(
                self.env._(
                    "Serial number %(lot)s of %(product)s is not in %(location)s: the "
                    "system has it nowhere. Have the warehouse receive it.",
                    **values,
                )
            )
        raise UserError(
            self.env._(
                "Serial number %(lot)s of %(product)s is not in %(location)s but in "
                "%(other)s. Check the number, or say that it was taken from there.",
                other=quants[0].location_id.display_name,
                **values,
            )
        )

    # -------------------------------------------------------------------- return
    def _get_used_lot_quantities(self):
        """Return {lot: quantity} used and not returned, in the product's unit."""
        quantities = {}
        for move in self._get_done_moves():
            for lot, quantity in move._get_returnable_lots().items():
                quantities[lot] = quantities.get(lot, 0.0) + quantity
        return quantities

    def _get_lots_to_return(self, wanted):
        """Return {lot: quantity} that comes back, in the product's unit."""
        self.ensure_one()
        if self.product_id.tracking == "none":
            return {}
        quantity = self._to_product_unit(wanted)
        used = self._get_used_lot_quantities()
        lots = self._get_given_lots() or self._fit(used, quantity)
        self._check_lot_total(lots, quantity)
        for lot, amount in lots.items():
            if self.product_id.uom_id.compare(amount, used.get(lot, 0.0)) > 0:
                raise UserError(
                    self.env._(
                        "%(lot)s of %(part)s was not used on %(order)s, or is back "
                        "already.",
                        lot=lot.name,
                        part=self.display_name,
                        order=self.order_id.name,
                    )
                )
        return lots
