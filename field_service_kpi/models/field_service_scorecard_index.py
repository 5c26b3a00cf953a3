from typing import NamedTuple

from odoo import models
from odoo.tools import format_amount
from odoo.tools.misc import formatLang

from ..tools.credibility import Job, get_indices

# With fewer cases an index is not shown, as with KPIs.
MIN_CASES = 5
# Nobody is called better or worse for less than this.
BAND = 0.05
ORDERS = "field.service.order.technician.report"
MONEY = "field.service.order.money.report"


class Source(NamedTuple):
    """Where the cases of an index are read from; a case is an order of its lead."""

    report: str
    day: str
    column: str
    domain: tuple = ()
    is_lower_better: bool = False
    is_money: bool = False


SOURCES = {
    "pace": Source(
        ORDERS, "completed_on", "work_hours", (("work_hours", ">", 0),), True
    ),
    "fix": Source(ORDERS, "completed_on", "first_fix"),
    "margin": Source(MONEY, "date", "net_margin", is_money=True),
}
# Being fast and fixing it the first time keep each other honest: together, the index.
HEADLINE = ("pace", "fix")


class FieldServiceScorecardIndex(models.AbstractModel):
    """How people compare at the same jobs: adjusted for job mix, shrunk by cases.

    100 is what anybody reaches with the same kinds of jobs in the company; more is
    better in every index.
    """

    _name = "field.service.scorecard.index"
    _description = "Technician Index"

    def _get_indices(self, question, with_money):
        """Return the indices of all technicians of a company, by one query each.

        The caller decides who may see whose.

        :param dict question: company and period
        :return: ``{employee id: {key of SOURCES: Index}}``
        """
        result = {}
        for key, source in SOURCES.items():
            if source.is_money and not with_money:
                continue
            for person_id, index in get_indices(
                self._read_jobs(source, question)
            ).items():
                result.setdefault(person_id, {})[key] = index
        return result

    def _read_jobs(self, source, question):
        """Cases of an index. Work without a job type is like no other work."""
        # Everybody is compared with everybody; names are left to the caller.
        report = self.env[source.report].sudo()
        rows = report._read_group(
            self._get_index_domain(source, question),
            ["technician_id", "job_type_id"],
            [f"{source.column}:array_agg"],
        )
        return [
            Job(person.id, job_type.id, float(figure))
            for person, job_type, figures in rows
            for figure in figures
            if figure is not None
        ]

    def _get_index_domain(self, source, question, person_id=None):
        period = question["period"]
        return [
            ("company_id", "=", question["company"].id),
            (source.day, ">=", period.start),
            (source.day, "<=", period.stop),
            ("job_type_id", "!=", False),
            ("technician_id", "=", person_id)
            if person_id
            else ("technician_id", "!=", False),
            *source.domain,
        ]

    # ----------------------------------------------------------------------- reading
    def _get_headline(self, indices):
        """Return (value, cases) of the index; the value is None with too few cases.

        :param dict indices: ``Index`` by key, of one person
        """
        known = [key for key in HEADLINE if key in indices]
        cases = max((indices[key].cases for key in known), default=0)
        values = [
            self._get_score(key, indices[key])
            for key in known
            if indices[key].cases >= MIN_CASES
        ]
        return (sum(values) / len(values) if values else None), cases

    @staticmethod
    def _get_score(key, index):
        """Index of which more is better; 1.0 is what anybody reaches."""
        return 1.0 / index.value if SOURCES[key].is_lower_better else index.value

    @staticmethod
    def _get_standing(score):
        """Whether a score is better or worse than what is expected, or None."""
        if score is None:
            return None
        if abs(score - 1.0) <= BAND:
            return "same"
        return "better" if score > 1.0 else "worse"

    def _format_headline(self, indices):
        value, cases = self._get_headline(indices)
        return {"value": value, "cases": cases, "standing": self._get_standing(value)}

    def _format_indices(self, indices, currency):
        """Return the parts of a person's index, for people."""
        names = self._get_index_names()
        return [
            self._format_index(key, indices[key], names[key], currency)
            for key in SOURCES
            if key in indices
        ]

    def _format_index(self, key, index, name, currency):
        is_small = index.cases < MIN_CASES
        score = None if is_small else self._get_score(key, index)
        return {
            "key": key,
            "name": name,
            "value": score,
            "standing": self._get_standing(score),
            "cases": index.cases,
            "credibility": index.credibility,
            "too_small": is_small,
            "text": self._get_index_text(key, index, currency),
            "belief": self._get_belief_text(index),
        }

    def _get_index_names(self):
        return {
            "pace": self.env._("Hours"),
            "fix": self.env._("Fixed the First Time"),
            "margin": self.env._("Margin after Callbacks"),
        }

    def _get_index_text(self, key, index, currency):
        """What the index was computed from, in words."""
        if key == "margin":
            actual, expected = (
                format_amount(self.env, figure, currency, trailing_zeroes=False)
                for figure in (index.actual, index.expected)
            )
        else:
            digits = 1 if key == "pace" else 0
            actual = formatLang(self.env, index.actual, digits=digits)
            expected = formatLang(self.env, index.expected, digits=1)
        values = {"actual": actual, "expected": expected, "cases": index.cases}
        if key == "pace":
            return self.env._(
                "%(actual)s hours on %(cases)s work orders; the same kinds of jobs "
                "take %(expected)s hours on average.",
                **values,
            )
        if key == "fix":
            return self.env._(
                "%(actual)s of %(cases)s work orders fixed the first time, among those "
                "whose callback window has passed; of the same kinds of jobs it is "
                "%(expected)s on average.",
                **values,
            )
        return self.env._(
            "%(actual)s margin after callbacks on %(cases)s work orders; the same "
            "kinds of jobs bring %(expected)s on average.",
            **values,
        )

    def _get_belief_text(self, index):
        """How much of the difference is believed, in words."""
        if index.cases < MIN_CASES:
            return self.env._(
                "Too few: an index is shown from %(cases)s work orders on.",
                cases=MIN_CASES,
            )
        if not index.credibility:
            return self.env._(
                "People differ no more here than the jobs of each of them do: the "
                "difference may be chance, so nothing of it counts."
            )
        return self.env._(
            "So much of the difference counts: the fewer the jobs and the more they "
            "scatter, the less."
        )
