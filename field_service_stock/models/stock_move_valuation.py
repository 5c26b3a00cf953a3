from collections import defaultdict
from typing import NamedTuple

from odoo import fields, models

from ..valuation import Movement, Valuation

# In the context while core changes moves whose uses follow afterwards, all at once;
# while what is posted has never been in a stock account; while core values the stock
# for somebody who may not see it. No call of the interface can pass these.
SETTLING = object()
CONTRA = object()
VALUING = object()


class MoveState(NamedTuple):
    """What a done stock move does to the worth of the stock; quantities by lot."""

    kind: str
    quantities: dict
    value: float
    origin: int

    def get_quantity(self, lot):
        """Return the quantity of a lot, or of all."""
        if lot:
            return self.quantities.get(lot.id, 0.0)
        return sum(self.quantities.values())

    def get_movement(self, move, lot, unit):
        """Return what the valuation is told; an out move tells its unit cost."""
        quantity, total = self.get_quantity(lot), sum(self.quantities.values())
        value = self.value * quantity / total if total else 0.0
        if self.kind == "out":
            value = unit
        return Movement(move.id, self.kind, quantity, value, self.origin)


class FieldServiceStockValuation(models.AbstractModel):
    """What parts that were used are worth, also when that is known only later.

    Odoo values a delivery once. What it learns later (a bill, a landed cost, a receipt
    of what was used already, a corrected quantity) changes the value of its stock only,
    and the closing finds the difference. Here the uses on work orders follow, as if all
    had been known at once. Only what an event changes is touched, never older history.
    """

    _name = "field.service.stock.valuation"
    _description = "Valuation of Used Parts"

    # --------------------------------------------------------------------- at use
    def _set_service_use_value(self, others):
        """Value moves that are about to leave, in whole cents that add up.

        :param others: moves that leave together with these, valued by core
        """
        for company, moves in self.grouped("company_id").items():
            moves = moves.with_company(company)
            on_hand = moves.product_id._get_service_on_hand(company)
            gone = others.filtered(lambda move, own=company: move.company_id == own)
            valuations = {}
            for move in moves:
                move.value = move._take_service_value(valuations, on_hand, gone)

    def _take_service_value(self, valuations, on_hand, others):
        """Return the value of this move, and take it from the valuations."""
        product = self.product_id
        if not product.is_storable:
            # Nobody knows how much of it there is.
            return product.standard_price * self._get_valued_qty()
        value = 0.0
        for lot, quantity in self._get_service_lot_quantities().items():
            key = (product, lot)
            if key not in valuations:
                quantities = on_hand[product.id, lot.id]
                valuations[key] = self._start_service_valuation(lot, quantities, others)
            value += valuations[key].take(0, quantity)
        return value

    def _get_service_lot_quantities(self):
        """Return {lot: quantity that leaves}; no lot unless lots have values."""
        quantities = defaultdict(float)
        for line in self._get_out_move_lines():
            lot = line.lot_id if self.product_id.lot_valuated else line.lot_id.browse()
            quantities[lot] += line.quantity_product_uom
        return quantities

    def _start_service_valuation(self, lot, quantity, others):
        """Return the valuation of the stock as it is at this moment."""
        product = self.product_id
        cost = (lot.with_company(self.company_id) or product).standard_price
        layers = []
        if product.cost_method == "fifo":
            layers = product._get_service_layers(lot, quantity)
            cost = layers[-1][-1] if layers else cost
        valuation = Valuation(
            product.cost_method,
            cost,
            self.company_id.currency_id.round,
            product.uom_id.is_zero,
        )
        valuation.start(quantity, [layer[:2] for layer in layers])
        for other in others.filtered(lambda move: move.product_id == product):
            valuation.take(0, other._get_valued_qty(lot))
        return valuation

    # ---------------------------------------------------------------------- later
    def _get_service_states(self):
        """Return {move: what it does to the worth of the stock}, for done moves."""
        # Whoever posts a bill changes values without any right on stock.
        moves = self.sudo()
        return {
            move: move._get_service_state() for move in moves if move.state == "done"
        }

    def _get_service_state(self):
        self.ensure_one()
        quantities = defaultdict(float)
        if self.is_dropship:
            quantities[False] = self._get_valued_qty()
            return MoveState("both", quantities, self.value, 0)
        lines = self._get_in_move_lines() if self.is_in else self._get_out_move_lines()
        for line in lines:
            quantities[line.lot_id.id] += line.quantity_product_uom
        kind = "in" if self.is_in else "out"
        return MoveState(kind, quantities, self.value, self._get_service_origin().id)

    def _get_service_origin(self):
        """Return the use this move takes back, at what that one is worth."""
        origin = self.origin_returned_move_id
        if not (self.is_in and origin.is_out and origin._is_service_consumption()):
            return origin.browse()
        # Somebody gave it a value of its own; whoever returns goods need not see it.
        values = self.env["product.value"].sudo()
        if values.search_count([("move_id", "=", self.id)], limit=1):
            return origin.browse()
        return origin

    def _get_service_units(self, states):
        """Return {move: cost of a unit} of what went out, as it was."""
        units = {}
        for move in self:
            state = states[move]
            quantity = state.get_quantity(None) if state else 0.0
            product = move.product_id.with_company(move.company_id)
            units[move] = state.value / quantity if quantity else product.standard_price
        return units

    def _revalue_service_moves(self, before, after=None, forget=None):
        """Give the uses the values they have by what is known now.

        :param dict before: move -> what it did; None when it was not there
        :param dict after: move -> what it is to do; by default what it does
        :param forget: entered costs (``product.value``) that were not there
        :return: the moves whose value has changed
        """
        # As above: and what changes belongs to anybody.
        changed = self.browse().sudo()
        touched = changed.union(*before)
        for company, moves in touched.grouped("company_id").items():
            for product in moves.product_id._filter_service_used(company):
                changed |= product._revalue_service_uses(before, after or {}, forget)
        return changed

    def _apply_service_changes(self, changes):
        """Add what has changed to the uses; returns follow the use they take back.

        :param dict changes: move -> what it would be worth more, had all been known
        """
        other = self.filtered(lambda move: changes[move])
        changed = self.browse()
        for move in other | other.origin_returned_move_id:
            if not move.is_in and move._is_service_consumption():
                changed |= move._change_service_use(changes)
        return changed

    def _change_service_use(self, changes):
        """Change the value of a use and of its returns; return what has changed."""
        returns = self.returned_move_ids.filtered(
            lambda move: move.state == "done" and move._get_service_origin()
        )
        if not self._get_valued_qty():
            return self._change_service_value(0.0)
        # What stays on the order is what matters to the cent: a return is rounded.
        stays = self.value - sum(returns.mapped("value")) + changes[self]
        stays -= sum(changes[move] for move in returns)
        value = self._find_service_value(self.value + changes[self], stays, returns)
        changed = self._change_service_value(value)
        for move in returns:
            changed |= move._change_service_value(move._get_service_return_value())
        return changed

    def _find_service_value(self, value, stays, returns):
        """Return the value, changed by cents until what stays is right."""
        best = value
        for _cent in range(20):
            rest = stays - (value - sum(returns._get_service_return_values(value)))
            if self.company_id.currency_id.is_zero(rest):
                return value
            value += rest
        return best

    def _get_service_return_values(self, value):
        """Return what each return is worth of a use of this value: they add up."""
        values, returned = [], 0.0
        for move in self.sorted(lambda move: (move.date, move.id)):
            used = move.origin_returned_move_id._get_valued_qty()
            unit, currency = value / used, move.company_id.currency_id
            former = currency.round(unit * returned)
            returned += move._get_valued_qty()
            values.append(currency.round(unit * returned) - former)
        return values

    def _get_service_return_value(self):
        """Return what a return is worth of the use that it takes back."""
        origin = self.origin_returned_move_id
        returns = origin.returned_move_ids.filtered(
            lambda move: move == self or move.is_in
        ).sorted(lambda move: (move.date, move.id))
        index = returns.ids.index(self.id)
        return returns._get_service_return_values(origin.value)[index]

    def _change_service_value(self, value):
        """Set a value; return the move when it is another one."""
        if not self.company_id.currency_id.compare_amounts(value, self.value):
            return self.browse()
        self.value = value
        return self

    def _get_service_price_date(self):
        """Return the day since when the value of these receipts is what it is."""
        values = self.env["product.value"].sudo()  # as above
        values = values.search([("move_id", "in", self.ids)])
        days = [
            fields.Datetime.context_timestamp(record, record.date).date()
            for record in [*self, *values]
        ]
        if "purchase_line_id" in self._fields:
            bills = self.purchase_line_id.invoice_lines
            days += [bill.date for bill in bills if bill.parent_state == "posted"]
        return max(days, default=None)
