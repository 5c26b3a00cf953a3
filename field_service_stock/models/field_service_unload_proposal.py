from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.field_service.models.field_service_order_gate import ENDED_STATES
from odoo.addons.field_service.models.field_service_visit_gate import OPEN_STATES

# What came into the van longer ago has become its stock.
LOOK_BACK = timedelta(days=365)


class Surplus(NamedTuple):
    """What is in a van because of a part that nobody needs any more."""

    part: object
    quantity: float
    reason: str
    lots: object
    destination: object


class FieldServiceUnloadProposal(models.AbstractModel):
    """What came into a van for a job and is not needed there: free, and why.

    Nothing is proposed that is reserved, that planned visits need, or that a reordering
    rule keeps in the van.
    """

    _name = "field.service.unload.proposal"
    _description = "Proposal to Unload a Van"

    @api.model
    def _get_unload_lines(self, technician, van):
        """Return the values of the lines that are proposed for one van."""
        surplus = self._get_surplus(van)
        products = self.env["product.product"].union(
            *(one.part.product_id for one in surplus)
        )
        spare = self._get_spare(technician, van, products)
        free = self._get_free_lots(van, products)
        lines = []
        for one in surplus:
            product = one.part.product_id
            quantity = min(one.quantity, spare[product])
            for lot, taken in self._share(one, quantity, free[product]):
                spare[product] -= taken
                free[product][lot] -= taken
                line = self._prepare_unload_line(one, lot, taken)
                place = {"technician_id": technician.id, "location_id": van.id}
                lines.append({**line, **place})
        return lines

    @api.model
    def _prepare_unload_line(self, surplus, lot, quantity):
        return {
            "location_dest_id": surplus.destination.id,
            "part_id": surplus.part.id,
            "product_id": surplus.part.product_id.id,
            "lot_id": lot.id,
            "quantity": quantity,
            "proposed": quantity,
            "reason": surplus.reason,
        }

    @api.model
    def _share(self, surplus, quantity, free):
        """Return [(lot, quantity)]: the lots that came for the part, and no others."""
        product = surplus.part.product_id
        lots = surplus.lots if product.tracking != "none" else [surplus.lots.browse()]
        shares = []
        for lot in lots:
            taken = min(quantity, free[lot])
            if product.uom_id.compare(taken, 0.0) > 0:
                shares.append((lot, taken))
                quantity -= taken
        return shares

    # -------------------------------------------------------------------- surplus
    @api.model
    def _get_surplus(self, van):
        """Return what came into the van for parts that are over, oldest first."""
        moves = self.env["stock.move"].search(
            Domain("state", "=", "done")
            & Domain("service_part_id", "!=", False)
            & Domain("location_dest_id", "child_of", van.id)
            & Domain("date", ">", fields.Datetime.now() - LOOK_BACK),
            order="date, id",
        )
        surplus = []
        for part, came in moves.grouped("service_part_id").items():
            if part.cancelled or part.order_id.state in ENDED_STATES:
                one = self._get_surplus_of(part, came, van)
                if one:
                    surplus.append(one)
        return surplus

    @api.model
    def _get_surplus_of(self, part, came, van):
        product = part.product_id
        back = came.filtered(lambda move: move.location_id.usage == "customer")
        loaded = self._sum_moved(came - back)
        returned = self._sum_moved(back)
        used = part.uom_id._compute_quantity(
            part.consumed_qty, product.uom_id, round=False
        )
        left = part.move_ids.filtered(
            lambda move: move.state != "cancel"
            and move.location_id._child_of(van)
            and move.location_dest_id.usage != "customer"
            and not move.location_dest_id._child_of(van)
        )
        unloaded = sum(left.mapped("product_qty"))
        quantity = max(loaded - used, returned) - unloaded
        if product.uom_id.compare(quantity, 0.0) <= 0:
            return None
        return Surplus(
            part=part,
            quantity=quantity,
            reason=self._get_unload_reason(part, returned),
            lots=came.move_line_ids.lot_id,
            destination=self._get_unload_destination(came - back, van),
        )

    @api.model
    def _sum_moved(self, moves):
        """Return what was moved, in the unit of the product."""
        return sum(
            move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id, round=False
            )
            for move in moves
        )

    @api.model
    def _get_unload_reason(self, part, returned):
        """Say why a part is in the van and not needed there."""
        order = part.order_id
        if returned:
            return self.env._("Brought back from %(order)s", order=order.name)
        if order.state in ("cancelled", "cannot_complete"):
            return self.env._(
                "Loaded for %(order)s, which is “%(state)s”",
                order=order.name,
                state=order._get_state_label(order.state),
            )
        if part.cancelled:
            return self.env._("Loaded for %(order)s, not needed", order=order.name)
        return self.env._("Loaded for %(order)s, not used", order=order.name)

    @api.model
    def _get_unload_destination(self, loaded, van):
        """Return the stock it was loaded from, else that of the van's warehouse."""
        warehouse = loaded[-1:].location_id.warehouse_id or van.warehouse_id
        return warehouse.lot_stock_id

    # ---------------------------------------------------------------------- spare
    @api.model
    def _get_spare(self, technician, van, products):
        """Return {product: what may be taken out of the van}."""
        needed = self._get_needed(technician, van, products)
        kept = self._get_kept(van, products)
        spare = defaultdict(float)
        for product in products.with_context(location=van.id):
            free = product.free_qty - needed[product.id] - kept[product.id]
            spare[product.with_context(location=None)] = max(free, 0.0)
        return spare

    @api.model
    def _get_needed(self, technician, van, products):
        """Return {product id: what planned visits need that is not reserved yet}."""
        until = fields.Datetime.now() + timedelta(
            days=technician.company_id.service_unload_days
        )
        visits = self.env["field.service.visit"].search(
            [
                ("technician_id", "=", technician.id),
                ("state", "in", OPEN_STATES),
                ("start", "<", until),
            ]
        )
        parts = self.env["field.service.part"].search(
            Domain("product_id", "in", products.ids)
            & Domain("cancelled", "=", False)
            & Domain("customer_supplied", "=", False)
            & Domain("order_id.state", "not in", ENDED_STATES)
            & (
                Domain("order_id", "in", visits.order_id.ids)
                | (Domain("location_id", "=", van.id) & Domain("state", "=", "waiting"))
            )
        )
        needed = defaultdict(float)
        for part in parts:
            open_qty = max(part.quantity - part.consumed_qty, part.open_qty)
            needed[part.product_id.id] += part.uom_id._compute_quantity(
                max(open_qty - part.reserved_qty, 0.0), part.product_id.uom_id
            )
        return needed

    @api.model
    def _get_kept(self, van, products):
        """Return {product id: what a reordering rule keeps in the van}."""
        rules = self.env["stock.warehouse.orderpoint"].search(
            [("location_id", "child_of", van.id), ("product_id", "in", products.ids)]
        )
        kept = defaultdict(float)
        for rule in rules:
            kept[rule.product_id.id] += max(rule.product_min_qty, rule.product_max_qty)
        return kept

    @api.model
    def _get_free_lots(self, van, products):
        """Return {product: {lot: what is free of it in the van}}, without a lot too."""
        quants = self.env["stock.quant"].search(
            [("location_id", "child_of", van.id), ("product_id", "in", products.ids)]
        )
        free = defaultdict(lambda: defaultdict(float))
        for quant in quants:
            free[quant.product_id][quant.lot_id] += (
                quant.quantity - quant.reserved_quantity
            )
        return free
