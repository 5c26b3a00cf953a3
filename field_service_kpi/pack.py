"""What packs are made of: the question a snapshot answers, and neutral tables."""

from typing import NamedTuple


class Question(NamedTuple):
    """What is asked for a snapshot; all amounts are wanted in ``currency``.

    ``filters`` maps levels to a record id, as in ``measure.Scope``; ``money`` says
    whether amounts may be shown at all.
    """

    variant: str
    main: object
    companies: object
    currency: object
    date_from: object
    date_to: object
    filters: tuple
    kpis: object
    money: bool


class Cell(NamedTuple):
    """A value with its kind: text, hash, money, percent, integer, date, number.

    ``suffix`` follows a number ("h"), ``style`` is "good", "amber", "bad" or None.
    """

    value: object
    kind: str = "text"
    decimals: int = 2
    suffix: str = ""
    style: str | None = None


class Column(NamedTuple):
    """Heading of a table; ``width`` is in characters."""

    label: str
    width: int = 14
    is_number: bool = True


class Section(NamedTuple):
    """A table with a title, shown alike on paper and in a worksheet.

    ``total`` is the last row, ``chart`` rows of a label and two amounts.
    """

    title: str
    columns: tuple
    rows: list
    total: list | None = None
    notes: tuple = ()
    chart: tuple = ()


def money(value, style=None):
    """Return the cell of an amount."""
    return Cell(value, "money", style=style)


def count(value):
    """Return the cell of a whole number."""
    return Cell(value, "integer")


def share(value, decimals=1, style=None):
    """Return the cell of a fraction that is read in percent."""
    return Cell(value, "percent", decimals, style=style)
