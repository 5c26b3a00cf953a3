"""Rows of "Money on the Table": what costs how much, and which rows overlap."""

from typing import NamedTuple

# Kinds of rows that may count the same amount, wholly or in part. A callback that was
# done for nothing is rework at its cost and goodwill at its value; the hours of an idle
# day are payroll that no order carries; a loss is made of all that went wrong on it.
OVERLAPS = (
    ("leakage", "rework"),
    ("leakage", "loss"),
    ("rework", "loss"),
    ("rework", "missing"),
    ("rework", "travel"),
    ("missing", "loss"),
    ("missing", "travel"),
    ("travel", "loss"),
    ("loss", "price"),
    ("idle", "unabsorbed"),
)


class Row(NamedTuple):
    """One thing that costs money, and where the figure comes from.

    ``base`` is the sum of ``measure`` over the rows of ``model`` in ``domain``, which
    is the list that is opened; ``amount`` is what it costs in the period (``yearly``:
    in a year already), None where nobody can know. ``unit`` is that of the base.
    """

    key: str
    label: str
    formula: str
    base: float
    amount: float | None
    n: int
    model: str
    domain: tuple
    basis: str
    unit: str = "money"
    yearly: bool = False
    note: str = ""
    kpi: str = ""
    tool: str = ""

    @property
    def kind(self):
        """First part of the key: what kind of row it is."""
        return self.key.partition(":")[0]


class Found(NamedTuple):
    """What a source has found: rows, or in words why there is none."""

    rows: tuple = ()
    reason: str = ""


def get_overlaps(kind, kinds):
    """Return those of ``kinds`` that may count the same amounts as ``kind``."""
    pairs = {one for pair in OVERLAPS if kind in pair for one in pair} - {kind}
    return [one for one in kinds if one in pairs]


def pick_without_overlap(ranked):
    """Return the keys of rows that can be added, the dearest first.

    A row is taken when none that was taken before overlaps with its kind, so that no
    amount is counted twice; the sum is therefore the least that lies on the table.

    :param ranked: [(key, kind)], the dearest first
    """
    taken, kinds = [], set()
    for key, kind in ranked:
        if not get_overlaps(kind, kinds):
            taken.append(key)
            kinds.add(kind)
    return taken


def get_year_factor(days):
    """Return by what an amount of so many days is multiplied for a year.

    A whole year is a year, be it one with 366 days.
    """
    return 1.0 if days in (365, 366) else 365.0 / days
