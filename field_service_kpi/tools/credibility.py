"""A fair figure of a person out of few and different jobs.

Plain arithmetic, without any database. What somebody reached is compared with what the
same jobs take on average (indirect standardisation), and drawn towards his team's mean
as far as his own jobs are too few to tell (Bühlmann and Straub, "Glaubwürdigkeit für
Schadensätze", 1970; the estimators are those of Bühlmann and Gisler, "A Course in
Credibility Theory", 2005, section 4.8).
"""

from collections import defaultdict
from statistics import fmean
from typing import NamedTuple


class Job(NamedTuple):
    """One case: who, what kind of job, how much of the figure it took or gave."""

    person: object
    kind: object
    actual: float


class Index(NamedTuple):
    """How somebody compares; 1.0 is what anybody takes for the same jobs.

    ``raw`` is actual by expected, ``credibility`` (0 to 1) how much of it is believed,
    ``value`` what is left of it between his own and the team's ``mean``.
    """

    cases: int
    actual: float
    expected: float
    raw: float
    credibility: float
    mean: float
    value: float


def get_expected(jobs):
    """Return the mean of the figure by kind of job.

    :param jobs: iterable of ``Job``
    :rtype: dict
    """
    by_kind = defaultdict(list)
    for job in jobs:
        by_kind[job.kind].append(job.actual)
    return {kind: fmean(values) for kind, values in by_kind.items()}


def get_indices(jobs):
    """Return everybody's ``Index``, adjusted for the mix of jobs and their number.

    Kinds whose mean is zero compare nothing and are left out, as is who did no other.
    The sum of what is expected is the sum of what was done, so that the mean weighted
    by it is 1.0 for all jobs together.

    :param jobs: sequence of ``Job``
    :rtype: dict[object, Index]
    """
    expected = get_expected(jobs)
    ratios = defaultdict(list)
    for job in jobs:
        if expected[job.kind] > 0:
            ratios[job.person].append((job.actual, expected[job.kind]))
    weights = {
        person: sum(weight for _actual, weight in cases)
        for person, cases in ratios.items()
    }
    raw = {
        person: sum(actual for actual, _weight in cases) / weights[person]
        for person, cases in ratios.items()
    }
    total = sum(weights.values())
    mean = sum(raw[person] * weights[person] for person in raw) / total if raw else 1.0
    constant = _get_constant(ratios, weights, raw, mean)
    result = {}
    for person, cases in ratios.items():
        belief = (
            0.0 if constant is None else weights[person] / (weights[person] + constant)
        )
        result[person] = Index(
            cases=len(cases),
            actual=raw[person] * weights[person],
            expected=weights[person],
            raw=raw[person],
            credibility=belief,
            mean=mean,
            value=mean + belief * (raw[person] - mean),
        )
    return result


def _get_constant(ratios, weights, raw, mean):
    """Return the credibility constant: variance within people by variance between.

    None when people differ no more than their own jobs do: then nobody is believed to
    be different.
    """
    freedom = sum(len(cases) - 1 for cases in ratios.values())
    total = sum(weights.values())
    spread = total - sum(weight**2 for weight in weights.values()) / (total or 1.0)
    if freedom <= 0 or spread <= 0:
        return None
    within = (
        sum(
            weight * (actual / weight - raw[person]) ** 2
            for person, cases in ratios.items()
            for actual, weight in cases
        )
        / freedom
    )
    between = (
        sum(weights[person] * (raw[person] - mean) ** 2 for person in raw)
        - (len(raw) - 1) * within
    ) / spread
    return within / between if between > 0 else None
