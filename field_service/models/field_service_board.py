from datetime import UTC, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools.bookings import bridge
from ..tools.spans import (
    count_hours,
    covers,
    merge,
    overlaps,
    subtract,
    to_ms,
    to_spans,
)
from .field_service_visit_gate import OPEN_STATES

# Longer periods are for reports, not for a board.
MAX_DAYS = 62
# Whose working hours are put together in the calendar; of more people, the company's.
MAX_SHADED = 20
# How long somebody without a team stays on the board after his last visit.
RECENT = timedelta(days=90)


class FieldServiceBoard(models.AbstractModel):
    """What the calendar and the dispatch board show, in few questions.

    Nothing is stored here: visits, bookings, working time and meetings are read where
    they are. The number of queries does not depend on the number of technicians.
    Moments are exchanged as milliseconds UTC, which browsers place without parsing.
    """

    _name = "field.service.board"
    _inherit = ["field.service.board.list", "field.service.board.move"]
    _description = "Dispatch Board"

    # ------------------------------------------------------------------ questions
    @api.model
    def get_calendar_data(self, start, stop, team_id=False, hidden_ids=()):
        """Return whom the calendar may show, and when they work.

        :param list hidden_ids: technicians who are filtered out
        :return: may the user plan, the teams, the technicians, and the spans in which
            at least one of those shown works
        """
        self.env["field.service.visit"].check_access("read")
        start, stop = self._read_period(start, stop)
        can_plan = self._can_plan()
        team = self._get_team(team_id)
        # Names and calendars are told to whoever plans; employees' records are not.
        technicians = (
            self._get_technicians(team) if can_plan else self.env.user.employee_id
        ).sudo()
        shown = technicians.filtered(lambda person: person.id not in hidden_ids)
        return {
            "can_plan": can_plan,
            "teams": self._get_teams() if can_plan else [],
            "technicians": [{"id": one.id, "name": one.name} for one in technicians]
            if can_plan
            else [],
            "work": self._get_common_work(shown, start, stop),
        }

    @api.model
    def get_board_data(self, start, stop, domain=(), team_id=False):
        """Return the rows of the board and all that is in them.

        :param list domain: which visits to show; time taken by others stays visible
        :return: teams, technicians with their time, visits
        """
        self._check_can_plan()
        start, stop = self._read_period(start, stop)
        team = self._get_team(team_id)
        # Names and calendars are told to whoever plans; employees' records are not.
        members = self._get_technicians(team).sudo()
        visits = self._get_visits(start, stop, self._read_domain(domain), team, members)
        technicians = members | self._get_people(visits)
        times = self._get_times(technicians, start, stop)
        return {
            "teams": self._get_teams(),
            "technicians": [
                self._prepare_technician(one, times[one.id], visits, start, stop)
                for one in technicians
            ],
            "visits": self._prepare_visits(visits, times),
        }

    # -------------------------------------------------------------------- rights
    @api.model
    def _can_plan(self):
        return self.env.user.has_group("field_service.group_dispatcher")

    @api.model
    def _check_can_plan(self):
        """Refuse whoever is no dispatcher: the board shows everybody's time."""
        if not (self.env.su or self._can_plan()):
            raise AccessError(self.env._("The dispatch board is for dispatchers."))

    @api.model
    def _read_period(self, start, stop):
        try:
            start = fields.Datetime.to_datetime(start)
            stop = fields.Datetime.to_datetime(stop)
        except (AttributeError, TypeError, ValueError):
            start = None
        if not start or not stop or not timedelta() < stop - start:
            raise UserError(self.env._("Say from when to when."))
        if stop - start > timedelta(days=MAX_DAYS):
            raise UserError(
                self.env._("The board shows %(days)s days at most.", days=MAX_DAYS)
            )
        return start, stop

    @api.model
    def _read_domain(self, domain):
        try:
            domain = Domain(list(domain))
            domain.validate(self.env["field.service.visit"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UserError(
                self.env._("This filter was not understood: choose another one.")
            ) from error
        return domain

    # ---------------------------------------------------------------------- rows
    @api.model
    def _get_teams(self):
        teams = self.env["field.service.team"].search(
            [("company_id", "in", self.env.companies.ids)]
        )
        return [{"id": team.id, "name": team.name} for team in teams]

    @api.model
    def _get_team(self, team_id):
        # A choice may outlive its team, and the user's company.
        team_id = team_id if type(team_id) is int else False
        return self.env["field.service.team"].search(
            [("id", "=", team_id), ("company_id", "in", self.env.companies.ids)]
        )

    @api.model
    def _get_technicians(self, team):
        """Return the people the board has a row for, even when they are idle.

        A team's members; else the members of all teams, all users who are technicians
        only, and whoever had a visit lately.
        """
        # The board needs to know who there is; their records stay closed.
        employees = self.env["hr.employee"].sudo()
        companies = Domain("company_id", "in", self.env.companies.ids)
        if team:
            return employees.search(companies & Domain("id", "in", team.member_ids.ids))
        # Groups are closed to users, too.
        technicians = self.env.ref("field_service.group_technician").sudo()
        dispatchers = self.env.ref("field_service.group_dispatcher").sudo()
        users = technicians.all_user_ids - dispatchers.all_user_ids
        teams = self.env["field.service.team"].search(
            [("company_id", "in", self.env.companies.ids)]
        )
        recent = self.env["field.service.visit"]._search(
            [("start", ">=", fields.Datetime.now() - RECENT)]
        )
        return employees.search(
            companies
            & (
                Domain("id", "in", teams.member_ids.ids)
                | Domain("id", "in", recent.subselect("technician_id"))
                | Domain("user_id", "in", users.ids)
            )
        )

    @api.model
    def _get_people(self, visits):
        # Whoever goes to a visit has a row, even after he has left.
        visits = visits.sudo().with_context(active_test=False)
        return visits.technician_id | visits.crew_ids

    @api.model
    def _get_visits(self, start, stop, domain, team, technicians):
        domain &= (
            Domain("start", "<", stop)
            & Domain("stop", ">", start)
            & Domain("state", "!=", "cancelled")
        )
        if team:
            domain &= (
                Domain("team_id", "=", team.id)
                | Domain("technician_id", "in", technicians.ids)
                | Domain("crew_ids", "in", technicians.ids)
            )
        return self.env["field.service.visit"].search(domain, order="start, id")

    @api.model
    def _get_times(self, technicians, start, stop):
        """Return {employee id: what his time is made of}, in spans."""
        availability = self.env["field.service.availability"]
        resources = technicians.resource_id
        work = availability._get_work(resources, start, stop)
        leaves = availability._get_absences(resources, start, stop)
        bookings = availability._get_bookings(resources, start, stop)
        meetings = availability._get_meetings(resources, start, stop)
        return {
            one.id: {
                "work": work.get(one.resource_id.id, []),
                "hours": bridge(work.get(one.resource_id.id, [])),
                "leaves": leaves.get(one.resource_id.id, []),
                "bookings": bookings.get(one.resource_id.id, []),
                "meetings": meetings.get(one.resource_id.id, []),
            }
            for one in technicians
        }

    @api.model
    def _prepare_technician(self, technician, times, visits, start, stop):
        """Return a row: who, how much time there is, and what takes it."""
        booked = merge(times["bookings"])
        busy = merge([*times["bookings"], *times["meetings"]])
        shown = set(visits.ids)
        others = [one for one in times["bookings"] if one.record_id not in shown]
        return {
            "id": technician.id,
            "name": technician.name,
            "job": technician.job_title or "",
            "tz": technician.tz or "UTC",
            "work": to_spans(times["work"]),
            "work_hours": count_hours(times["work"]),
            "booked_hours": count_hours(booked, start, stop),
            "free_hours": count_hours(subtract(times["work"], busy)),
            "leaves": _to_named(times["leaves"], self.env._("Away")),
            "meetings": _to_named(times["meetings"], ""),
            # Filtered out, or of another company: the time is taken all the same.
            "others": to_spans(others),
        }

    @api.model
    def _prepare_visits(self, visits, times):
        # Who goes is told to whoever sees the visit, also after he has left.
        people = visits.sudo().with_context(active_test=False)
        return [
            self._prepare_visit(visit, one.technician_id.id, one.crew_ids.ids, times)
            for visit, one in zip(visits, people, strict=True)
        ]

    @api.model
    def _prepare_visit(self, visit, technician_id, crew_ids, times):
        """Return a card: who, when, for whom, and what is wrong with it."""
        # Read from the order itself: related fields would be computed 3,000 times.
        order = visit.order_id
        site, job = order.site_id, visit.job_type_id
        return {
            "id": visit.id,
            "technician_id": technician_id,
            "crew_ids": crew_ids,
            "start": to_ms(visit.start),
            "stop": to_ms(visit.stop),
            "state": visit.state,
            "order": order.name,
            "customer": order.partner_id.name or "",
            "site": site.city or site.name or "",
            "job": job.name or "",
            "late": order.sla_state in ("at_risk", "breached"),
            "travel": [visit.travel_before_minutes, visit.travel_after_minutes],
            "lock": visit.lock,
            "issues": {
                person: issues
                for person in (technician_id, *crew_ids)
                if person and (issues := self._get_issues(visit, times[person]))
            },
        }

    @api.model
    def _get_issues(self, visit, times):
        """Return what is wrong with a visit in somebody's time: codes, worst first."""
        if visit.state not in OPEN_STATES:
            return []
        span = (visit.start, visit.stop)
        clashes = [one for one in times["bookings"] if one.record_id != visit.id]
        issues = [
            code
            for code, spans in (
                ("overlap", clashes),
                ("leave", times["leaves"]),
                ("meeting", times["meetings"]),
            )
            if overlaps(span, spans)
        ]
        if not covers(times["hours"], span):
            issues.append("off_hours")
        return issues

    # --------------------------------------------------------------------- times
    @api.model
    def _get_common_work(self, technicians, start, stop):
        """Return the spans in which at least one of the technicians works."""
        availability = self.env["field.service.availability"]
        if 0 < len(technicians) <= MAX_SHADED:
            work = availability._get_work(technicians.resource_id, start, stop)
            return to_spans(merge(span for spans in work.values() for span in spans))
        # Nobody's secret: when the company is at work.
        calendar = self.env.company.sudo().resource_calendar_id
        if not calendar:
            return []
        work = calendar._work_intervals_batch(
            start.replace(tzinfo=UTC), stop.replace(tzinfo=UTC)
        )
        return to_spans(
            [
                (
                    begin.astimezone(UTC).replace(tzinfo=None),
                    end.astimezone(UTC).replace(tzinfo=None),
                )
                for begin, end, __ in work[False]
            ]
        )


def _to_named(busy, name):
    return [[to_ms(one.start), to_ms(one.stop), one.name or name] for one in busy]
