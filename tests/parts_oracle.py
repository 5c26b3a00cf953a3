"""What the parts of a work order cost, worked out piece by piece.

An independent answer for tests: exact fractions, every piece on its own, the whole
history told again from the beginning with the quantities and prices known in the end.
It shares nothing with the suite and knows nothing of records or rounding.
"""

from collections import defaultdict, deque
from fractions import Fraction
from typing import NamedTuple

ZERO = Fraction(0)


class Happening(NamedTuple):
    """``receive`` (with the price of a piece), ``use`` or ``give back``."""

    kind: str
    key: object
    pieces: int
    price: Fraction = ZERO
    use: object = None  # what is given back


class UnanswerableError(Exception):
    """A piece was given back while others waited for theirs.

    It is worth what its use is worth, which is worth what comes in, which is what was
    given back: more than one answer is right, and only the sum of them is known.
    """


def cost_of_uses(method, happenings, price=ZERO):
    """Return {key of the use: cost}, without what was given back.

    :param price: of a piece, before any is known; with standard cost, always
    """
    shelf = {"standard": Standard, "average": Average, "fifo": Fifo}[method](price)
    pieces = {h.key: h.pieces for h in happenings}
    for happening in happenings:
        if happening.kind == "use":
            shelf.use(happening.key, happening.pieces)
        elif happening.kind == "receive":
            shelf.receive(happening.pieces, happening.price)
        else:
            share = shelf.get_price_of_use(happening.use) / pieces[happening.use]
            shelf.receive(happening.pieces, share)
            shelf.given_back[happening.use] += happening.pieces * share
    costs = shelf.get_costs()
    return {key: cost - shelf.given_back[key] for key, cost in costs.items()}


class Standard:
    """Every piece costs the same, whatever was paid for it."""

    def __init__(self, price):
        self.price = price
        self.costs = defaultdict(Fraction)
        self.given_back = defaultdict(Fraction)
        self.waiting = deque()

    def use(self, key, pieces):
        """Take pieces off the shelf."""
        self.costs[key] += pieces * self.price

    def receive(self, pieces, price):
        """Put pieces on the shelf: they cost what they always do."""

    def get_price_of_use(self, key):
        """Return what a use has cost."""
        if self.waiting:
            raise UnanswerableError
        return self.costs[key]

    def get_costs(self):
        """Return {key: cost}; what still waits costs what a piece costs now."""
        for key in self.waiting:
            self.costs[key] += self.price
        self.waiting.clear()
        return self.costs


class Fifo(Standard):
    """Pieces leave as they came; who takes what is not there waits for it."""

    def __init__(self, price):
        super().__init__(price)
        self.pieces = deque()

    def use(self, key, pieces):
        self.costs[key] += 0
        for _piece in range(pieces):
            if self.pieces:
                self.costs[key] += self.pieces.popleft()
            else:
                self.waiting.append(key)

    def receive(self, pieces, price):
        for _piece in range(pieces):
            self.price = price
            if self.waiting:
                self.costs[self.waiting.popleft()] += price
            else:
                self.pieces.append(price)


class Average(Standard):
    """Pieces leave at the average of those there; who finds none waits for one."""

    def __init__(self, price):
        super().__init__(price)
        self.there = 0

    def use(self, key, pieces):
        taken = min(self.there, pieces)
        self.there -= taken
        self.costs[key] += taken * self.price
        self.waiting.extend([key] * (pieces - taken))

    def receive(self, pieces, price):
        while pieces and self.waiting:
            self.costs[self.waiting.popleft()] += price
            self.price = price
            pieces -= 1
        if pieces:
            worth = self.there * self.price + pieces * price
            self.there += pieces
            self.price = worth / self.there
