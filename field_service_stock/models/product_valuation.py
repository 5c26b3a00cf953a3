from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from ..valuation import Movement, replay
from .stock_move_valuation import VALUING

# Receipts are read this many at a time, latest first, until they cover the stock.
LAYERS = 20


class FieldServiceProductValuation(models.AbstractModel):
    """The valuation of one product in one company, read from its stock moves."""

    _name = "field.service.product.valuation"
    _description = "Valuation of a Part"

    def _filter_service_used(self, company):
        """Return the stored products that a work order of the company has used."""
        products = self.filtered("is_storable").with_company(company)
        if not products:
            return products
        # Whoever receives goods or posts a bill need not see anybody's moves.
        groups = (
            self.env["stock.move"]
            .sudo()
            ._read_group(
                [
                    ("product_id", "in", products.ids),
                    ("company_id", "=", company.id),
                    ("service_order_id", "!=", False),
                    ("state", "=", "done"),
                ],
                ["product_id"],
            )
        )
        used = {product.id for (product,) in groups}
        return products.filtered(lambda product: product.id in used)

    def _get_service_on_hand(self, company):
        """Return {(product, lot): quantity} that is there and the company's own.

        By lot where lots have values of their own, else under no lot.
        """
        # What a use costs does not depend on which quants its user may see.
        groups = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                [
                    ("product_id", "in", self.ids),
                    ("location_id.usage", "in", ("internal", "transit")),
                    ("location_id.company_id", "=", company.id),
                    ("owner_id", "in", (False, company.partner_id.id)),
                ],
                ["product_id", "lot_id"],
                ["quantity:sum"],
            )
        )
        on_hand = defaultdict(float)
        for product, lot, quantity in groups:
            lot = lot if product.lot_valuated else lot.browse()
            on_hand[product.id, lot.id] += quantity
        return on_hand

    def _get_service_layers(self, lot, quantity):
        """Return [(quantity, value, unit cost)] of a quantity by FIFO, oldest first."""
        self.ensure_one()
        layers, offset, more = [], 0, True
        while more and self.uom_id.compare(quantity, 0.0) > 0:
            found = self._get_service_receipts(lot, offset)
            for move in found:
                unit = move.value / (move._get_valued_qty() or 1.0)
                taken = min(move._get_valued_qty(lot), quantity)
                if self.uom_id.compare(taken, 0.0) > 0:
                    layers.append((taken, unit * taken, unit))
                    quantity -= taken
            offset += LAYERS
            more = len(found) == LAYERS
        return layers[::-1]

    def _get_service_receipts(self, lot, offset):
        """Return receipts of the company, latest first."""
        domain = Domain(
            [
                ("product_id", "=", self.id),
                ("company_id", "=", self.env.company.id),
                ("is_in", "=", True),
            ]
        )
        if lot:
            domain &= Domain("move_line_ids.lot_id", "in", lot.ids)
        # As above.
        return (
            self.env["stock.move"]
            .sudo()
            .search(domain, order="date desc, id desc", limit=LAYERS, offset=offset)
        )

    # -------------------------------------------------------------------- history
    def _revalue_service_uses(self, before, after, forget):
        """Replay what happened, as it was and as it is, and apply the difference.

        :return: the moves whose value has changed
        """
        self.ensure_one()
        history = self._get_service_history(before)
        present = {move: move._get_service_state() for move in history}
        was, is_now = {**present, **before}, {**present, **after}
        units = history._get_service_units(was)
        changes = defaultdict(float)
        for lot in self._get_service_lots(present, before):
            new = self._replay_service_history(history, units, lot, is_now)
            old = self._replay_service_history(history, units, lot, was, forget)
            for move in history:
                changes[move] += new.get(move.id, 0.0) - old.get(move.id, 0.0)
        for move in history.filtered("is_in"):
            if move in before and not before[move]:
                # It has its value already.
                changes[move] -= move.value
        changed = history._apply_service_changes(changes)
        if changed.filtered("is_in"):
            # Whoever posts a bill need not see what the stock is worth.
            product = self.sudo().with_context(service_valuing=VALUING)
            product._update_standard_price()
            changed.move_line_ids.lot_id._update_standard_price()
        return changed

    def _get_service_history(self, before):
        """Return all done moves that have to do with the worth of the stock."""
        moves = self.env["stock.move"].sudo()  # as above
        history = moves.search(
            [
                ("product_id", "=", self.id),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "done"),
                "|",
                "|",
                ("is_in", "=", True),
                ("is_out", "=", True),
                ("is_dropship", "=", True),
            ]
        )
        for move in before:
            if move.product_id == self and move.company_id == self.env.company:
                history |= move.sudo()  # as above
        return history.sorted(lambda move: (move.date, move.id))

    def _get_service_lots(self, present, before):
        """Return whose valuation is concerned: that of each lot, or of the product."""
        no_lot = self.env["stock.lot"]
        if not self.lot_valuated:
            return [no_lot]
        ids = set()
        for move, state in before.items():
            if move in present:
                ids |= set(present[move].quantities)
                ids |= set(state.quantities if state else ())
        return no_lot.sudo().browse(sorted(filter(None, ids)))  # as above

    def _replay_service_history(self, history, units, lot, states, forget=None):
        """Return {move id: value} of a lot, or of all.

        :param dict states: move -> what it does; None: nothing
        :param forget: entered costs (``product.value``) to leave out
        """
        events = [
            (value.date, 0, Movement(0, "price", 0.0, value.value))
            for value in self._get_service_costs(lot)
            - (forget or lot.env["product.value"])
        ]
        for move in history:
            state = states[move]
            if state and (not lot or state.get_quantity(lot)):
                movement = state.get_movement(move, lot, units[move])
                events.append((move.date, 1, movement))
        events.sort(key=lambda event: event[:2])
        return replay(
            [movement for _date, _rank, movement in events],
            self.cost_method,
            self.env.company.currency_id.round,
            self.uom_id.is_zero,
        )

    def _get_service_costs(self, lot):
        """Return what somebody entered as the cost of a unit, as core reads it."""
        values = self.env["product.value"].sudo()  # as above
        if self.cost_method == "fifo" or (lot and self.cost_method == "standard"):
            return values
        return values.search(
            [
                ("product_id", "=", self.id),
                ("company_id", "=", self.env.company.id),
                ("move_id", "=", False),
                ("lot_id", "in", (False, lot.id)),
            ],
            order="date, id",
        )
