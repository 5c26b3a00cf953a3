"""What KPIs are made of: measures, and the question they are asked."""

from typing import NamedTuple

# What a figure can be asked for, and the field that says it in every report.
LEVELS = {
    "company": "company_id",
    "team": "team_id",
    "technician": "technician_id",
    "job_type": "job_type_id",
    "customer": "partner_id",
    "site": "site_id",
    "asset": "asset_id",
    "agreement": "agreement_id",
}


class Measure(NamedTuple):
    """A sum that is read from one flat report; KPIs are ratios of such sums.

    ``aggregate`` is that of ``_read_group`` ("margin:sum", "__count"), ``date`` the
    Date field of the report by which a period is cut, ``basis`` its name for people
    (a key of ``DATE_BASES``). ``technician_model`` is asked instead of ``model`` when
    the figure is wanted by technician. A measure with a ``method`` is computed by that
    method of the registry for the ``levels`` it names; ``model`` then only says what
    is opened, and ``money`` that the result is an amount. What cannot be added up over
    companies, as a median, is not ``additive``: a group of them has no figure.
    """

    label: str
    model: str
    aggregate: str = "__count"
    date: str = "date"
    basis: str = "accounting"
    domain: tuple = ()
    technician_model: str | None = None
    method: str | None = None
    levels: tuple = ()
    money: bool = False
    additive: bool = True

    @property
    def column(self):
        """Field of the report that is summed, if it is not the rows."""
        name, _colon, _function = self.aggregate.partition(":")
        return None if name == "__count" else name

    def is_money(self, env):
        """Whether the sum is an amount in the company's currency."""
        if self.method:
            return self.money
        field = env[self.model]._fields.get(self.column)
        return (
            bool(field) and field.type == "monetary" and ":count" not in self.aggregate
        )


class Scope(NamedTuple):
    """What is asked: whose, when, of what, split by what.

    ``filters`` maps levels to a record id; ``level`` splits by records, ``interval``
    ("month", "week", "quarter", "year") by periods. Both dates are included.
    """

    companies: object
    date_from: object
    date_to: object
    level: str | None = None
    interval: str | None = None
    filters: tuple = ()

    @property
    def levels(self):
        """All levels the question touches."""
        asked = [level for level, _value in self.filters]
        return {*asked, self.level} - {None}


class KpiValue(NamedTuple):
    """A KPI of one company, record and period; ``value`` is None when there is none.

    ``value = factor * (numerator / denominator - minus)``, in the KPI's unit; a share
    is a fraction (0.42 for 42 %). ``cases`` is n: how many cases it was computed from.
    """

    numerator: float | None
    denominator: float | None
    value: float | None
    cases: int
