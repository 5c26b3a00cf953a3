"""Numbers as people type them. No ORM."""

import math
import re

BLANKS = str.maketrans("", "", "  \u00a0\u202f\t")


def parse_number(text, decimal_point=".", thousands_sep=","):
    """Return the number a person has typed, or None when it is none.

    >>> parse_number("1,200.5")
    1200.5
    >>> parse_number("2,5")
    2.5
    >>> parse_number("1 200,5", ",", " ")
    1200.5
    >>> parse_number("1.200", ",", ".")
    1200.0
    >>> parse_number("about 5") is None
    True
    """
    text = str(text).translate(BLANKS).replace("\N{MINUS SIGN}", "-")
    separator = re.escape((thousands_sep or "").strip()) or None
    if separator and re.fullmatch(
        rf"[-+]?[1-9]\d{{0,2}}({separator}\d{{3}})+({re.escape(decimal_point)}\d*)?",
        text,
    ):
        text = text.replace(thousands_sep.strip(), "")
    text = text.replace(",", ".")
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)", text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def format_number(number):
    """Return a number as text, without needless zeros.

    >>> format_number(5.0), format_number(2.25), format_number(-0.0)
    ('5', '2.25', '0')
    """
    # Adding nothing makes a negative zero an ordinary one.
    return f"{number + 0.0:.6f}".rstrip("0").rstrip(".")


def format_hours(hours):
    """Return hours as a clock shows them.

    >>> format_hours(1.5), format_hours(0.999999), format_hours(0)
    ('1:30', '1:00', '0:00')
    """
    minutes = round(hours * 60)
    return f"{minutes // 60}:{minutes % 60:02d}"
