from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools.misc import format_datetime

from ..tools.periods import overlaps
from ..tools.slot_score import get_slack


class Term(NamedTuple):
    """One term of a slot's score, for people to read."""

    code: str
    name: str
    points: float
    sentence: str


class FieldServiceSlotReasons(models.AbstractModel):
    """Says why a slot is good, and why there is none."""

    _name = "field.service.slot.reasons"
    _description = "Reasons of the Slot Search"

    # ----------------------------------------------------------------- why it is
    @api.model
    def _describe(self, candidate, context):
        """Return the terms of a candidate's score.

        :rtype: list[Term]
        """
        sentences = self._get_sentences(candidate, context)
        return [
            Term(code, name, candidate.points[code], sentences[code])
            for code, name in self._get_term_names().items()
            if candidate.points.get(code) is not None
        ]

    @api.model
    def _get_term_names(self):
        return {
            "travel": self.env._("Travel"),
            "promise": self.env._("Promise"),
            "continuity": self.env._("Same technician"),
            "balance": self.env._("Balance"),
            "overtime": self.env._("Overtime"),
            "skill": self.env._("Skill"),
            "margin": self.env._("Margin"),
        }

    @api.model
    def _get_sentences(self, candidate, context):
        """Return the sentence of each term, by code."""
        person = candidate.opening.person
        return {
            "travel": self._tell_travel(candidate.opening, context["located"]),
            "promise": self._tell_promise(candidate, context),
            "continuity": context["continuity"].get(person, (None, ""))[1],
            "balance": self.env._(
                "%(percent)s %% of the working time is taken.",
                percent=round(100 * context["loads"][person]),
            ),
            "overtime": self._tell_overtime(
                candidate.opening.get_overtime(candidate.start)
            ),
            "skill": self._tell_fit(candidate.points.get("skill")),
            "margin": context["margin"].get(person, (None, ""))[1],
        }

    @api.model
    def _tell_travel(self, opening, located):
        values = {
            "before": opening.before,
            "after": opening.after,
            "detour": opening.detour,
        }
        if not located:
            return self.env._(
                "Address not located: %(before)s min there and %(after)s min onwards "
                "are assumed.",
                **values,
            )
        return self.env._(
            "%(before)s min there, %(after)s min onwards: adds %(detour)s min.",
            **values,
        )

    @api.model
    def _tell_promise(self, candidate, context):
        slack = get_slack(candidate.start, candidate.stop, context["deadlines"])
        if slack is None:
            return self.env._("No deadline: the sooner the better.")
        left, deadline = slack
        late, values = left < timedelta(), {"time": self._tell_time(abs(left))}
        if deadline.kind == "response":
            if late:
                return self.env._("Misses the response deadline by %(time)s.", **values)
            return self.env._("%(time)s before the response deadline.", **values)
        if late:
            return self.env._("Misses the resolution deadline by %(time)s.", **values)
        return self.env._("%(time)s before the resolution deadline.", **values)

    @api.model
    def _tell_time(self, period):
        """Return a length of time in days and hours, or hours and minutes."""
        minutes = int(period.total_seconds() // 60)
        days, rest = divmod(minutes, 24 * 60)
        values = {"days": days, "hours": rest // 60, "minutes": rest % 60}
        if days:
            return self.env._("%(days)s d %(hours)s h", **values)
        return self.env._("%(hours)s h %(minutes)s min", **values)

    @api.model
    def _tell_overtime(self, minutes):
        if not minutes:
            return self.env._("No travel outside working time.")
        return self.env._(
            "%(minutes)s min of travel outside working time.", minutes=minutes
        )

    @api.model
    def _tell_fit(self, points):
        if points is None or points >= 100:
            return self.env._("Has just the skills that are needed.")
        return self.env._(
            "Skills differ by %(points)s %% from what is needed.",
            points=round(100 - points),
        )

    # ------------------------------------------------------------- why it is not
    @api.model
    def _get_refused(self, request, pool, people, slots):
        """Return a sentence for each rule that kept technicians out.

        Who is busy is told when nobody is free: otherwise the search ends before it has
        looked at everybody.
        """
        period, total = (request.start, request.stop), pool.total
        away = pool.leads.browse(
            person_id
            for person_id in pool.leads.ids
            if not overlaps(people[person_id].work, period)
        )
        busy = pool.leads.browse() if slots else pool.leads - away
        refused = list(pool.refused)
        if away:
            reason = self.env._("No working time in this period")
            refused.append(self._tell_refused(reason, away, total))
        if busy:
            reason = self._get_busy_reason(request)
            refused.append(self._tell_refused(reason, busy, total))
        if not total and not refused:
            refused.append(self.env._("There is nobody to choose from."))
        return refused

    @api.model
    def _get_busy_reason(self, request):
        needed = self._tell_time(request.duration)
        if request.crew_size > 1:
            return self.env._(
                "Not %(count)s people free at the same time for %(time)s, with travel",
                count=request.crew_size,
                time=needed,
            )
        return self.env._(
            "Not free for %(time)s in one piece, with travel", time=needed
        )

    @api.model
    def _tell_no_window(self, order, request):
        """Say why no start is allowed in the period that was searched."""
        earliest = self._get_earliest_start(order)
        if earliest and earliest >= request.stop:
            return self.env._(
                "The work cannot begin before %(moment)s.",
                moment=format_datetime(self.env, earliest, dt_format="short"),
            )
        if request.start >= request.stop:
            return self.env._("The period lies in the past.")
        if request.visit.lock in ("time", "both"):
            return self.env._("The time of the visit is locked: unlock it first.")
        start, stop = self._get_windows(order)[0]
        if start <= request.stop and request.start <= stop:
            return self._tell_tools(order, request.visit)
        return self.env._(
            "The window agreed with the customer (%(start)s to %(stop)s) is not in "
            "this period.",
            start=self._tell_moment(start),
            stop=self._tell_moment(stop),
        )

    @api.model
    def _tell_moment(self, moment):
        if moment in (datetime.min, datetime.max):
            return "…"
        return format_datetime(self.env, moment, dt_format="short")
