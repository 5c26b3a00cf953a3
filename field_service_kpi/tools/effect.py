"""What an improvement has changed: difference in differences, with its uncertainty."""

from math import sqrt
from typing import NamedTuple

# Whole weeks a group needs on either side before anything is said about chance.
MIN_WEEKS = 4
# Two-sided 95 % quantiles of Student's t for 1, 2, ... degrees of freedom.
T95 = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
T95_MANY = 1.96


class Cell(NamedTuple):
    """One group before or after the change, week by week.

    ``weeks`` are the sums (numerator, denominator) of each week that had any;
    ``cases`` is n of the whole period.
    """

    weeks: tuple
    cases: int = 0

    @property
    def numerator(self):
        """Sum over the weeks."""
        return sum(top for top, _bottom in self.weeks)

    @property
    def denominator(self):
        """Sum over the weeks."""
        return sum(bottom for _top, bottom in self.weeks)

    @property
    def ratio(self):
        """Ratio of the sums, never the mean of the weeks; None of nothing."""
        bottom = self.denominator
        return self.numerator / bottom if bottom else None


class Effect(NamedTuple):
    """``change`` is the difference in differences; ``low`` to ``high`` its 95 %.

    Without an interval there were too few weeks or cases; without a change a group had
    no data at all.
    """

    change: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def has_interval(self):
        """Whether chance was taken into account."""
        return self.low is not None


def get_variance(cell):
    """Variance of a ratio of sums over weeks, by linearisation (Taylor series).

    With R = ΣN / ΣD and the residuals e = N - R·D of k weeks::

        Var(R) = k / (k - 1) x Σe² / (ΣD)²

    A week is the unit because cases of one week are not independent: weather, a big
    customer, a technician who is ill.
    """
    count, ratio, bottom = len(cell.weeks), cell.ratio, cell.denominator
    residuals = sum((top - ratio * weight) ** 2 for top, weight in cell.weeks)
    return count / (count - 1) * residuals / bottom**2


def get_quantile(freedom):
    """Return the 95 % quantile of Student's t; fewer degrees of freedom are wider."""
    if freedom < 1:
        return T95[0]
    return T95[int(freedom) - 1] if freedom <= len(T95) else T95_MANY


def measure_effect(before, after, rest=None, min_cases=0):
    """Return what has changed in the treated group and not in the others::

        change = (treated after - treated before) - (rest after - rest before)

    where each is a ratio of sums. The interval adds the variances of all of them
    (``get_variance``), with Student's t and the degrees of freedom of Welch and
    Satterthwaite, (Σv)² / Σ(v² / (k - 1)).

    Assumptions: without the change both groups would have gone on in parallel; nothing
    else has happened to only one of them; weeks are independent of each other; nobody
    has moved from one group to the other. None of that can be proved from the figures.
    Without a comparison group it is a plain before-and-after: season and everything
    else that has changed is in it.

    :param Cell before: the treated group before the change
    :param Cell after: the treated group after the change
    :param rest: (before, after) of the comparison group, or None
    :param int min_cases: with fewer cases in any cell there is no interval
    :rtype: Effect
    """
    cells = [after, before]
    if rest:
        cells += [rest[1], rest[0]]
    ratios = [cell.ratio for cell in cells]
    if None in ratios:
        return Effect()
    change = ratios[0] - ratios[1]
    if rest:
        change -= ratios[2] - ratios[3]
    if any(len(c.weeks) < MIN_WEEKS or c.cases < min_cases for c in cells):
        return Effect(change)
    variances = [get_variance(cell) for cell in cells]
    total = sum(variances)
    weight = sum(
        variance**2 / (len(cell.weeks) - 1)
        for variance, cell in zip(variances, cells, strict=True)
    )
    freedom = total**2 / weight if weight else len(T95) + 1
    width = get_quantile(freedom) * sqrt(total)
    return Effect(change, change - width, change + width)


def judge(effect, direction):
    """Return "works", "no_effect", "harmful" or "too_early".

    :param Effect effect: in the KPI's unit
    :param str direction: "up" or "down", what is better
    """
    if not effect.has_interval:
        return "too_early"
    low, high = effect.low, effect.high
    if direction == "down":
        low, high = -high, -low
    if low > 0:
        return "works"
    return "harmful" if high < 0 else "no_effect"


def split_weeks(days, first):
    """Add up days to weeks of seven days that begin with ``first``.

    :param days: {day: (numerator, denominator)}
    :return: tuple of (numerator, denominator), oldest first; weeks without anything
        are missing
    """
    weeks = {}
    for day, (top, bottom) in days.items():
        number = (day - first).days // 7
        known = weeks.get(number, (0.0, 0.0))
        weeks[number] = (known[0] + top, known[1] + bottom)
    return tuple(weeks[number] for number in sorted(weeks))
