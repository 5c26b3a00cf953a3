from collections import defaultdict
from math import isfinite

from odoo import models


class FieldServiceLoadCheck(models.AbstractModel):
    """What is wrong with what was counted: said all at once, in words that help."""

    _name = "field.service.load.check"
    _description = "Checks of Loaded Quantities"

    def _get_count_problems(self, counts):
        """Say what is wrong with the counts themselves, whatever is in stock."""
        problems = []
        for count in counts:
            gone = self._get_reason_gone(count.move)
            if gone:
                problems.append(gone)
                continue
            values = [count.quantity, *count.lots.values()]
            if any(not isfinite(value) or value < 0 for value in values):
                problems.append(
                    self.env._(
                        "%(part)s: the quantity must be zero or more.",
                        part=count.move.product_id.display_name,
                    )
                )
                continue
            problems += self._get_quantity_problems(count)
            problems += self._get_lot_problems(count)
        return problems

    def _get_reason_gone(self, move):
        """Say why a move cannot be loaded from this list (any more)."""
        if not move.exists() or move.company_id != self.company_id:
            return self.env._(
                "One of the parts is not on the list any more: load the page anew."
            )
        part = move._get_load_text()
        if move.state == "cancel":
            return self.env._(
                "%(part)s is not needed any more: its transfer was cancelled. Leave it "
                "here.",
                part=part,
            )
        if move.state == "done":
            return self.env._("%(part)s has been loaded already.", part=part)
        if move.service_load_id != self:
            return self.env._(
                "%(part)s is not on this list any more: the visit was moved. Leave it "
                "here.",
                part=part,
            )
        if not move._is_load_step():
            return self.env._(
                "%(part)s is still being picked in the warehouse.", part=part
            )
        return ""

    def _get_quantity_problems(self, count):
        uom, move = count.move.product_uom, count.move
        product = move.product_id.display_name
        if uom.compare(count.quantity, move.product_uom_qty) > 0:
            return [
                self.env._(
                    "%(part)s: %(counted)s were counted, but only %(wanted)s are on "
                    "the list.",
                    part=product,
                    counted=f"{count.quantity:g}",
                    wanted=f"{move.product_uom_qty:g}",
                )
            ]
        if abs(uom.round(count.quantity) - count.quantity) > 1e-9:
            return [
                self.env._(
                    "%(part)s: %(counted)s %(unit)s cannot be loaded, it is not "
                    "divided like that.",
                    part=product,
                    counted=f"{count.quantity:g}",
                    unit=uom.name,
                )
            ]
        return []

    def _get_lot_problems(self, count):
        product = count.move.product_id
        lots, uom = count.lots, count.move.product_uom
        if not all(lot.exists() for lot in lots):
            return [
                self.env._(
                    "%(part)s: a lot or serial number was deleted meanwhile. Scan it "
                    "again.",
                    part=product.display_name,
                )
            ]
        problems = [
            self._get_lot_problem(product, lot)
            for lot in lots
            if self._get_lot_problem(product, lot)
        ]
        if problems or product.tracking == "none":
            return problems
        serial = product.tracking == "serial"
        if uom.compare(sum(lots.values()), count.quantity) != 0 or (
            serial and any(quantity > 1 for quantity in lots.values())
        ):
            return [
                self.env._(
                    "%(part)s: scan the lot or serial number of each piece.",
                    part=product.display_name,
                )
            ]
        return []

    def _get_lot_problem(self, product, lot):
        """Say why a lot cannot be loaded for a product, if it cannot."""
        if lot.company_id not in (self.env["res.company"], self.company_id):
            return self.env._(
                "%(lot)s belongs to another company: leave it here.", lot=lot.name
            )
        if lot.product_id != product:
            return self.env._(
                "%(lot)s is a %(other)s, not a %(part)s.",
                lot=lot.name,
                other=lot.product_id.display_name,
                part=product.display_name,
            )
        return ""

    def _get_stock_problems(self, counts):
        """Say where more was counted than there is.

        What is reserved for others is theirs, what is reserved on this list is ours.
        """
        wanted = defaultdict(float)
        for count in counts:
            move = count.move
            if not move.product_id.is_storable:
                continue
            for lot, quantity in (count.lots or {None: count.quantity}).items():
                wanted[move.product_id, move.location_id, lot] += (
                    move.product_uom._compute_quantity(
                        quantity, move.product_id.uom_id, round=False
                    )
                )
        return [
            self.env._(
                "%(part)s: %(counted)s were counted, but only %(there)s are free in "
                "%(place)s. Others are reserved elsewhere, or the stock is not right.",
                part=product.display_name
                if not lot
                else f"{product.display_name} {lot.name}",
                counted=f"{quantity:g}",
                there=f"{max(there, 0.0):g}",
                place=location.display_name,
            )
            for (product, location, lot), quantity in wanted.items()
            for there in [self._get_there(product, location, lot)]
            if product.uom_id.compare(quantity, there) > 0
        ]

    def _get_there(self, product, location, lot):
        """Return what of a product can be loaded from a place, in its own unit."""
        quants = self.env["stock.quant"]._gather(product, location, lot_id=lot)
        if lot:
            quants = quants.filtered(lambda quant: quant.lot_id == lot)
        lines = self._get_open_moves().move_line_ids.filtered(
            lambda line: line.product_id == product
            and line.location_id._child_of(location)
            and (not lot or line.lot_id == lot)
        )
        ours = sum(lines.mapped("quantity_product_uom"))
        return sum(quants.mapped(lambda q: q.quantity - q.reserved_quantity)) + ours
