from odoo import models


class StockMoveLot(models.AbstractModel):
    """Which pieces a move of a work order takes along."""

    _name = "field.service.stock.move.lot"
    _description = "Lots of Used Parts"

    def _take(self, lots):
        """Move the demanded quantity; of tracked products exactly these pieces.

        :param dict lots: {lot: quantity in the product's unit}; empty: any
        """
        self.ensure_one()
        if not lots:
            # What is reserved already is not written again.
            if self.product_uom.compare(self.quantity, self.product_uom_qty):
                self.quantity = self.product_uom_qty
            return
        self.move_line_ids.unlink()
        self.env["stock.move.line"].create(
            [
                values
                for lot, quantity in lots.items()
                for values in self._prepare_lot_lines(lot, quantity)
            ]
        )

    def _prepare_lot_lines(self, lot, quantity):
        """Return lines over a quantity of a lot, from the bins it lies in.

        Who holds a piece in his hands is right, whoever it is reserved for: Odoo frees
        the other reservation. What is not there makes the place itself negative.
        """
        unit = self.product_id.uom_id
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.product_id.id),
                ("lot_id", "=", lot.id),
                ("location_id", "child_of", self.location_id.id),
                ("quantity", ">", 0),
            ],
            order="in_date, id",
        )
        lines = []
        for quant in quants:
            taken = min(quant.quantity, quantity)
            if unit.compare(taken, 0.0) > 0:
                lines.append(self._prepare_lot_line(lot, taken, quant))
                quantity -= taken
        if unit.compare(quantity, 0.0) > 0:
            lines.append(self._prepare_lot_line(lot, quantity))
        return lines

    def _prepare_lot_line(self, lot, quantity, quant=None):
        values = {
            **self._prepare_move_line_vals(),
            "product_uom_id": self.product_id.uom_id.id,
            "quantity": quantity,
            "lot_id": lot.id,
        }
        if quant:
            values.update(
                location_id=quant.location_id.id,
                package_id=quant.package_id.id,
                owner_id=quant.owner_id.id,
            )
        return values

    # -------------------------------------------------------------------- return
    def _get_lot_quantities(self):
        """Return {lot: quantity} of the lines, in the product's unit."""
        quantities = {}
        for line in self.move_line_ids.filtered("lot_id"):
            lot = line.lot_id
            quantities[lot] = quantities.get(lot, 0.0) + line.quantity_product_uom
        return quantities

    def _get_returnable_lots(self):
        """Return {lot: quantity} that was used and that no return takes back yet."""
        self.ensure_one()
        returns = self.returned_move_ids.filtered(lambda move: move.state == "done")
        returned = returns._get_lot_quantities()
        rest = {
            lot: quantity - returned.get(lot, 0.0)
            for lot, quantity in self._get_lot_quantities().items()
        }
        unit = self.product_id.uom_id
        return {
            lot: quantity
            for lot, quantity in rest.items()
            if unit.compare(quantity, 0.0) > 0
        }

    def _choose_lots(self, lots):
        """Return what of these lots this move can give back, and deduct it.

        :param dict lots: {lot: quantity still to return}; reduced by what is chosen
        """
        chosen = {}
        for lot, quantity in self._get_returnable_lots().items():
            taken = min(quantity, lots.get(lot, 0.0))
            if self.product_id.uom_id.compare(taken, 0.0) > 0:
                chosen[lot] = taken
                lots[lot] -= taken
        return chosen
