"""What stock is worth, and what its uses cost, as Odoo 19 values inventory.

Plain Python without records: what happened goes in, in order of date, and the value of
each move comes out. Odoo values stock *now* from all receipts as they are known now,
but a delivery only once, at its moment; so a bill that comes later, a receipt that
covers what was used before it came, or a corrected quantity leaves a rest between the
ledger and the stock. This tells what each use would have been worth had everything been
known at once; the difference of two answers is what is to be posted.

Values are whole cents that add up: each is the difference of two rounded worths of the
stock, so that ten uses of a third of a cent lose nothing.
"""

from collections import defaultdict, deque
from typing import NamedTuple

# A part that is returned before it was received passes its own value round in a circle.
MAX_PASSES = 200


class Movement(NamedTuple):
    """One thing that happened to the stock: ``in``, ``out``, ``both`` or ``price``.

    ``value`` is what came in was worth, the price that was set, or of what went out
    the cost of a unit at the time, for as long as nobody had told any price.
    """

    key: int
    kind: str
    quantity: float
    value: float = 0.0
    origin: int = 0  # the move out this one takes back, at what that one was worth


class Valuation:
    """The worth of a product's (or a lot's) stock while things happen to it."""

    def __init__(self, method, price, round_value, is_zero, returns=None):
        self.method = method
        # Of a unit: the cost, the average, or with FIFO the latest known.
        self.price = price
        self.known = False
        self.round = round_value
        self.is_zero = is_zero
        self.returns = returns or {}
        self.quantity = 0.0
        self.total = 0.0
        self.layers = deque()  # FIFO: [quantity, value], oldest first
        self.missing = deque()  # used before it came: [move, quantity], oldest first
        self.values = defaultdict(float)
        self.linked = defaultdict(list)  # move out -> its returns
        self.quantities = {}

    def start(self, quantity, layers=()):
        """Begin with what is there."""
        self.quantity = quantity
        self.layers = deque([list(layer) for layer in layers])
        if self.layers:
            self.total = sum(value for _quantity, value in self.layers)
        else:
            self.total = quantity * self.price

    def apply(self, movement):
        """Let one thing happen."""
        if movement.kind == "price":
            self._set_price(movement.value)
        if movement.kind in ("in", "both"):
            self._receive(movement)
        if movement.kind in ("out", "both"):
            if movement.kind == "out" and not self.known:
                self.price = movement.value
            self.take(movement.key, movement.quantity)

    def take(self, key, quantity):
        """Goods leave: what they were worth is what the stock is worth less."""
        before = self.round(self.total)
        cost = self._take_layers(quantity) if self.method == "fifo" else None
        if cost is None:
            cost = quantity * self.price
        uncovered = min(quantity, max(0.0, quantity - self.quantity))
        self._set_stock(self.quantity - quantity, self.total - cost)
        if not self.is_zero(uncovered):
            self.missing.append([key, uncovered])
        worth = before - self.round(self.total)
        self.values[key] += worth
        self.quantities[key] = quantity
        return worth

    def _take_layers(self, quantity):
        """Return the value of the oldest; of what is missing, at the latest price."""
        cost = 0.0
        while self.layers and not self.is_zero(quantity):
            layer = self.layers[0]
            taken = min(layer[0], quantity)
            value = layer[1] * taken / layer[0]
            layer[0] -= taken
            layer[1] -= value
            cost += value
            quantity -= taken
            if self.is_zero(layer[0]):
                self.layers.popleft()
        return cost if self.is_zero(quantity) else cost + quantity * self.price

    def _receive(self, movement):
        """Goods come. What was used before they came turns out to cost their price."""
        quantity, value = movement.quantity, self._get_received_value(movement)
        self.values[movement.key] += value
        if self.is_zero(quantity):
            return
        self.known = True
        known = self.round(self.total) + value
        total = self.quantity + quantity
        if self.method == "standard":
            self._set_stock(total, total * self.price)
        elif self.quantity > 0:
            self.layers.append([quantity, value])
            self._set_stock(total, self.total + value)
            self.price = value / quantity if self._is_fifo() else self.total / total
        else:
            self.price = value / quantity
            self._set_stock(total, total * self.price)
            self.layers = deque([[total, self.total]] if self.quantity > 0 else [])
            self._charge_missing(known - self.round(self.total))
        self._cover_missing(quantity)

    def _is_fifo(self):
        return self.method == "fifo"

    def _get_received_value(self, movement):
        """Return what came in was worth; a return, what its use is worth by now."""
        if not movement.origin:
            return movement.value
        siblings = self.linked[movement.origin]
        siblings.append((movement.key, movement.quantity))
        if movement.key in self.returns:
            return self.returns[movement.key]
        return self._get_return_value(movement.origin, len(siblings) - 1)

    def _get_return_value(self, origin, index):
        """Return what the nth return of a use is worth: in the end they add up."""
        used, value = self.quantities.get(origin, 0.0), self.values[origin]
        if self.is_zero(used):
            return 0.0
        returned = [quantity for _key, quantity in self.linked[origin][: index + 1]]
        return self.round(value * sum(returned) / used) - self.round(
            value * sum(returned[:-1]) / used
        )

    def get_returns(self):
        """Return {return: value} as the uses are worth in the end."""
        return {
            key: self._get_return_value(origin, index)
            for origin, siblings in self.linked.items()
            for index, (key, _quantity) in enumerate(siblings)
        }

    def _set_price(self, price):
        """Somebody says what a unit costs; what is missing costs it too."""
        if self._is_fifo():
            return
        self.known = True
        known = self.round(self.total)
        self.price = price
        self._set_stock(self.quantity, self.quantity * price)
        self._charge_missing(known - self.round(self.total))

    def _set_stock(self, quantity, total):
        empty = self.is_zero(quantity)
        self.quantity, self.total = (0.0, 0.0) if empty else (quantity, total)

    def _charge_missing(self, amount):
        """Share what the missing goods turn out to cost among those who used them."""
        total = sum(quantity for _key, quantity in self.missing)
        running = charged = 0.0
        for key, quantity in self.missing:
            running += quantity
            share = self.round(amount * running / total) - charged
            charged += share
            self.values[key] += share

    def _cover_missing(self, quantity):
        while self.missing and not self.is_zero(quantity):
            covered = min(self.missing[0][1], quantity)
            self.missing[0][1] -= covered
            quantity -= covered
            if self.is_zero(self.missing[0][1]):
                self.missing.popleft()


def replay(movements, method, round_value, is_zero):
    """Return {move: value} had everything been known at once.

    :param movements: list of ``Movement``, in order of date
    """
    returns = None
    for _number in range(MAX_PASSES):
        valuation = Valuation(method, 0.0, round_value, is_zero, returns)
        for movement in movements:
            valuation.apply(movement)
        found = valuation.get_returns()
        if all(
            round_value(value - valuation.values[key]) == 0
            for key, value in found.items()
        ):
            break
        returns = found
    return valuation.values
