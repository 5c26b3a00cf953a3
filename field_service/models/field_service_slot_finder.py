from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import slot_score
from ..tools.periods import intersect
from ..tools.slots import Demand, find_openings, get_agenda, get_crowded, restrict
from .field_service_slot_days import MARGIN

MAX_DAYS = 92


class Request(NamedTuple):
    """What is looked for, with everything the search must know about the order."""

    order: models.Model
    visit: models.Model
    start: datetime
    stop: datetime
    windows: list
    duration: timedelta
    step: timedelta
    crew_size: int
    deadlines: list


class Plan(NamedTuple):
    """People by id with their days, leads as far as they are qualified, the demand."""

    people: dict
    leads: list
    demand: Demand
    minutes: Callable


class Slot(NamedTuple):
    """A time at which somebody can do the work. All times are naive UTC.

    From ``arrival_start`` to ``arrival_stop`` he may arrive without being late for
    what follows. Travel is in minutes; ``detour`` is what the visit adds to his day.
    """

    technician: models.Model
    crew: models.Model
    start: datetime
    stop: datetime
    arrival_start: datetime
    arrival_stop: datetime
    travel_before: int
    travel_after: int
    detour: int
    score: float
    terms: list

    @property
    def reasons(self):
        """The sentences that say why."""
        return [term.sentence for term in self.terms]


class SlotResult(NamedTuple):
    """The best slots, and what kept other technicians out."""

    slots: list
    refused: list


class FieldServiceSlotFinder(models.AbstractModel):
    """Finds when who can do a work order: hard rules first, then a score that explains.

    The number of queries does not depend on the number of technicians.
    """

    _name = "field.service.slot.finder"
    _description = "Slot Search"
    _inherit = [
        "field.service.slot.people",
        "field.service.slot.days",
        "field.service.slot.reasons",
        "field.service.slot.tools",
    ]

    # --------------------------------------------------------------------- hooks
    @api.model
    def _get_earliest_start(self, order):
        """Return the moment before which the work cannot begin, or False.

        For modules that know what must be there first.
        """
        return False

    @api.model
    def _get_slot_margin_terms(self, order, technicians):
        """Return the expected margin as {employee id: (points 0-100, sentence)}.

        Those who are missing are scored without it.
        """
        return {}

    # -------------------------------------------------------------------- search
    @api.model
    def _search_slots(
        self, order, date_from, date_to, technicians=None, team=None, limit=5, **options
    ):
        """Return the best slots for an order, and whom the rules kept out.

        :param technicians: only these; default: all who do field work
        :param team: instead of the order's; an empty one: any
        :param options: of ``_prepare_request``
        :rtype: SlotResult
        """
        request = self._prepare_request(order, date_from, date_to, **options)
        if not request.windows:
            return SlotResult([], [self._tell_no_window(order, request)])
        if request.visit.lock in ("technician", "both"):
            technicians = request.visit.technician_id
        pool = self._get_pool(
            order, (request.start, request.stop), technicians, team=team
        )
        plan = self._prepare_plan(request, pool)
        context = self._prepare_context(request, pool, plan.people)
        get_day, helpers = self._get_day_function(order), {}
        if request.crew_size > 1:
            openings, helpers = self._get_openings(request, plan)
            candidates = slot_score.get_candidates(openings, request.step, context)
        else:
            agendas = [get_agenda(person) for person in plan.leads]
            candidates = slot_score.search(
                agendas, plan.demand, plan.minutes, context, limit, get_day
            )
        slots = self._make_slots(request, candidates, helpers, context, limit, get_day)
        return SlotResult(slots, self._get_refused(request, pool, plan.people, slots))

    @api.model
    def _prepare_request(
        self, order, date_from, date_to, step=15, visit=None, windows=None
    ):
        """Return what is looked for.

        :param step: minutes between possible starts
        :param visit: one that is to be moved: it does not stand in its own way
        :param windows: when the visit may start, instead of what was promised
        :raises UserError: for a period that cannot be searched
        """
        if date_to <= date_from:
            raise UserError(self.env._("The period must end after it starts."))
        if date_to - date_from > timedelta(days=MAX_DAYS):
            raise UserError(
                self.env._("Search at most %(days)s days at once.", days=MAX_DAYS)
            )
        visit = visit or order.visit_ids.browse()
        duration = self._get_duration(order, visit)
        start = max(
            date_from,
            fields.Datetime.now(),
            self._get_earliest_start(order) or date_from,
        )
        if windows is None:
            windows = self._get_windows(order)
        if visit.lock in ("time", "both"):
            windows = [(visit.start, visit.start)]
        windows = [
            (max(begin, start), min(end, date_to))
            for begin, end in windows
            if max(begin, start) <= min(end, date_to)
        ]
        windows = self._get_tool_windows(order, visit, windows, duration)
        if windows:
            # Nothing outside the windows is looked at; a visit may end after them.
            start = windows[0][0]
            date_to = min(date_to, windows[-1][1] + duration + MARGIN)
        return Request(
            order=order,
            visit=visit,
            start=start,
            stop=date_to,
            windows=windows,
            duration=duration,
            step=timedelta(minutes=step),
            crew_size=order.crew_size or 1,
            deadlines=self._get_deadlines(order),
        )

    @api.model
    def _get_windows(self, order):
        """Return when the customer expects the technician, as [(start, stop)]."""
        for name in ("promised", "requested"):
            start, stop = order[f"{name}_start"], order[f"{name}_stop"]
            if start or stop:
                return [(start or datetime.min, stop or datetime.max)]
        return [(datetime.min, datetime.max)]

    @api.model
    def _get_deadlines(self, order):
        """Return what was promised by the SLA and is not kept yet."""
        deadlines = []
        if order.response_deadline and not order.responded_on:
            deadlines.append(slot_score.Deadline("response", order.response_deadline))
        if order.resolution_deadline and not order.resolved_on:
            deadlines.append(
                slot_score.Deadline("resolution", order.resolution_deadline)
            )
        return deadlines

    @api.model
    def _get_possible_starts(self, order, date_from, date_to, **options):
        """Return when the work could begin, whatever was promised: [(first, last)]."""
        request = self._prepare_request(
            order,
            date_from,
            date_to,
            windows=[(datetime.min, datetime.max)],
            **options,
        )
        if not request.windows:
            return []
        pool = self._get_pool(order, (request.start, request.stop))
        openings, __ = self._get_openings(request, self._prepare_plan(request, pool))
        return [(opening.earliest, opening.latest) for opening in openings]

    # ------------------------------------------------------------------ openings
    @api.model
    def _prepare_plan(self, request, pool):
        """Return who could go, with their days, and what is looked for in them.

        :rtype: Plan
        """
        company = request.order.company_id
        people = self._prepare_people(
            request, pool.helpers if request.crew_size > 1 else pool.leads
        )
        leads = []
        for person_id in pool.leads.ids:
            person, periods = people[person_id], pool.periods.get(person_id)
            if periods is not None:
                person = person._replace(work=intersect(person.work, periods))
            leads.append(person)
        demand = Demand(
            duration=request.duration,
            place=("site", request.order.site_id.id),
            windows=request.windows,
            until=request.stop,
            step=request.step,
            longest_break=timedelta(
                # A setting of the company, not data of the user who plans.
                minutes=company.sudo().service_slot_break_minutes
            ),
        )
        minutes = self._get_minutes(request, people, company)
        return Plan(people, leads, demand, minutes)

    @api.model
    def _get_openings(self, request, plan):
        """Return (openings of leads, openings of helpers by person).

        With a crew, only starts at which enough people are free.
        """
        openings = [
            opening
            for person in plan.leads
            for opening in find_openings(person, plan.demand, plan.minutes)
        ]
        if request.crew_size == 1:
            return openings, {}
        free = {
            person.id: find_openings(person, plan.demand, plan.minutes)
            for person in plan.people.values()
        }
        crowded = get_crowded(
            [opening for found in free.values() for opening in found],
            request.crew_size,
        )
        return [
            part for opening in openings for part in restrict(opening, crowded)
        ], free

    # --------------------------------------------------------------------- score
    @api.model
    def _prepare_context(self, request, pool, people):
        """Return what slots are scored by."""
        company = request.order.company_id
        continuity = self._rate_continuity(request.order, pool.leads)
        margin = self._get_slot_margin_terms(request.order, pool.leads)
        loads = {key: self._get_load(person) for key, person in people.items()}
        located = self.env["field.service.travel"]._get_coordinates(
            request.order.site_id
        )
        return {
            "deadlines": request.deadlines,
            "period": (request.start, request.stop),
            "weights": company._get_slot_weights(),
            "located": bool(located),
            "continuity": continuity,
            "margin": margin,
            "loads": loads,
            "people": {
                key: {
                    "balance": 100.0 * (1 - loads[key]),
                    "continuity": continuity.get(key, (None, ""))[0],
                    "skill": pool.fit.get(key),
                    "margin": margin.get(key, (None, ""))[0],
                }
                for key in pool.leads.ids
            },
        }

    @api.model
    def _get_day_function(self, order):
        """Return the function that tells on which day of the site a moment is."""
        zone = pytz.timezone(order._get_site_tz())

        @cache
        def get_day(moment):
            return pytz.utc.localize(moment).astimezone(zone).date()

        return get_day

    @api.model
    def _make_slots(self, request, candidates, helpers, context, limit, get_day):
        """Return the best candidates as slots, each with its crew."""
        slots = []
        while candidates and len(slots) < limit:
            chosen = slot_score.choose(candidates, limit, get_day)
            for candidate in chosen:
                crew = self._propose_crew(request, candidate, helpers, context["loads"])
                if crew is not None:
                    slots.append(self._make_slot(request, candidate, crew, context))
            if request.crew_size == 1:
                break
            # Breaks may differ within a crew: who was left without it is passed over.
            seen = {(item.opening.person, item.start) for item in chosen}
            candidates = [
                item
                for item in candidates
                if (item.opening.person, item.start) not in seen
            ]
        return slots[:limit]

    @api.model
    def _propose_crew(self, request, candidate, helpers, loads):
        """Return the ids of those who come along; None when there are not enough."""
        wanted = request.crew_size - 1
        free = [
            (opening.detour, loads[person_id], person_id)
            for person_id, openings in (helpers.items() if wanted else ())
            if person_id != candidate.opening.person
            for opening in openings
            if opening.earliest <= candidate.start <= opening.latest
            and opening.get_stop(candidate.start) == candidate.stop
        ]
        if len(free) < wanted:
            return None
        return [person_id for __, __, person_id in sorted(free)[:wanted]]

    @api.model
    def _make_slot(self, request, candidate, crew, context):
        employees = self.env["hr.employee"]
        opening = candidate.opening
        # The window belongs to the company's promise, not to the user who plans.
        company = request.order.company_id.sudo()
        window = timedelta(hours=company.service_window_hours)
        return Slot(
            technician=employees.browse(opening.person),
            crew=employees.browse(crew),
            start=candidate.start,
            stop=candidate.stop,
            arrival_start=candidate.start,
            arrival_stop=min(opening.latest, candidate.start + window),
            travel_before=opening.before,
            travel_after=opening.after,
            detour=opening.detour,
            score=round(candidate.score, 1),
            terms=self._describe(candidate, context),
        )
