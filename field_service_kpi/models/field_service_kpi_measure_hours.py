from collections import defaultdict
from datetime import date, datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.date_utils import start_of
from odoo.tools.misc import get_lang

from odoo.addons.field_service.models.field_service_visit_gate import OPEN_STATES

from ..measure import Measure

DAY = timedelta(days=1)
# How far ahead the plan is looked at.
AHEAD = 7
LEVELS = ("company", "team", "technician")


class FieldServiceKpiMeasureHours(models.AbstractModel):
    """Hours that are in no report: what technicians are paid for, and may be booked.

    A person counts for his own company, and for the first team he is a member of.
    People whom we do not pay, because a subcontractor does, are left out.
    """

    _name = "field.service.kpi.measure.hours"
    _description = "Measures of Working Time"

    @api.model
    def _get_measures(self):
        labels = {
            "paid": self.env._("Paid hours of technicians"),
            "paid_overtime": self.env._("Paid hours where overtime is known"),
            "people": self.env._("Technicians of the next 7 days"),
            "bookable": self.env._("Bookable hours of the next 7 days"),
            "booked": self.env._("Booked hours of the next 7 days"),
            "daily": self.env._("Hours a working day of the next 7 days has"),
            "unscheduled": self.env._("Planned hours without a visit"),
            "unscheduled_orders": self.env._("Work orders without a visit"),
        }
        measures = {**super()._get_measures()}
        for name, label in labels.items():
            measures[f"hours.{name}"] = Measure(
                label,
                "field.service.visit",
                date="",
                basis="scheduled" if name.startswith("paid") else "status",
                method=f"_get_{name}_hours",
                levels=LEVELS,
            )
        tomorrow = fields.Date.context_today(self) + DAY
        measures["hours.booked"] = measures["hours.booked"]._replace(
            domain=(
                ("start", ">=", tomorrow),
                ("start", "<", tomorrow + AHEAD * DAY),
                ("state", "in", ("completed", *OPEN_STATES)),
            )
        )
        for name in ("hours.unscheduled", "hours.unscheduled_orders"):
            measures[name] = measures[name]._replace(
                model="field.service.order",
                domain=(("state", "=", "released"),),
                levels=("company", "team", "job_type"),
            )
        return {**measures, **self._get_bridge_measures()}

    @api.model
    def _get_bridge_measures(self):
        """Payroll that no work order carries, read from the bridge, by its months."""
        labels = {
            "payroll": self.env._("Posted payroll"),
            "unabsorbed": self.env._("Unabsorbed labour"),
        }
        report = "field.service.labour.bridge"
        measures = {
            f"bridge.{name}": Measure(label, report, f"{name}:sum", date="period")
            for name, label in labels.items()
        }
        months = self.env._("Months with payroll or work")
        measures["bridge.months"] = Measure(months, report, date="period")
        return measures

    # ----------------------------------------------------------------------- people
    def _get_field_people(self, scope):
        """Return the technicians of a scope and the team each of them counts for.

        :return: {employee: team}; team is empty for who is a member of none
        """
        return self._share(("people", scope), lambda: self._read_field_people(scope))

    def _read_field_people(self, scope):
        # Who is paid for how many hours is not for everybody; sums of many are.
        teams = self.env["field.service.team"].sudo().with_context(active_test=False)
        teams = teams.search([("company_id", "in", scope.companies.ids)])
        homes = {}
        # The first team by its order decides, so it is written last.
        for team in reversed(teams):
            homes.update(dict.fromkeys(team.member_ids, team))
        people = self.env["hr.employee"].sudo().with_context(active_test=False)
        for person in people.browse(self._read_visiting_ids(scope)):
            homes.setdefault(person, teams.browse())
        return {
            person: team
            for person, team in homes.items()
            if self._is_in_scope(person, team, scope)
        }

    def _is_in_scope(self, person, team, scope):
        if person.service_vendor_id or person.company_id not in scope.companies:
            return False
        records = {"company": person.company_id, "team": team, "technician": person}
        if any(records[level].id != value for level, value in scope.filters):
            return False
        personal = "technician" in scope.levels
        # A person's figures: his own, and those of a manager's people.
        return not personal or self._may_see_person(person)

    def _may_see_person(self, person):
        manager = self.env.su or self.env.user.has_group("field_service.group_manager")
        return manager or person.user_id == self.env.user

    def _read_visiting_ids(self, scope):
        """Return who was on a visit of the period, whether or not in a team."""
        visits = self.env["field.service.visit"]
        visits.flush_model(["company_id", "crew_ids", "technician_id", "work_date"])
        crew = visits._fields["crew_ids"]
        period = SQL(
            "visit.company_id IN %s AND visit.work_date BETWEEN %s AND %s",
            tuple(scope.companies.ids),
            scope.date_from,
            scope.date_to,
        )
        rows = self.env.execute_query(
            SQL(
                """SELECT visit.technician_id FROM field_service_visit visit
                    WHERE %(period)s AND visit.technician_id IS NOT NULL
                    UNION
                   SELECT link.%(person)s FROM field_service_visit visit
                     JOIN %(crew)s link ON link.%(visit)s = visit.id
                    WHERE %(period)s""",
                period=period,
                crew=SQL.identifier(crew.relation),
                person=SQL.identifier(crew.column2),
                visit=SQL.identifier(crew.column1),
            )
        )
        return [employee_id for (employee_id,) in rows]

    # ----------------------------------------------------------------------- roster
    def _get_roster_days(self, people, first, last, scope):
        """Return the working hours of people by day, each by his own clock.

        One reading serves the period of the scope and, when today is in it, the days
        to come.

        :return: {employee: {date: hours}}; days without working time are missing
        """
        start, stop = scope.date_from, scope.date_to
        if self._get_status_start(scope):
            stop = max(stop, fields.Date.context_today(self) + AHEAD * DAY)
        key = ("roster", tuple(person.id for person in people), start, stop)
        roster = self._share(key, lambda: self._read_roster(people, start, stop))
        return {
            person: {day: hours for day, hours in days.items() if first <= day <= last}
            for person, days in roster.items()
        }

    def _read_roster(self, people, first, last):
        if not people:
            return {}
        # sudo: their time zones and bookings, of which only a sum is shown.
        people = self.env["hr.employee"].sudo().concat(*people)
        work = self.env["field.service.availability"]._get_work(
            people.resource_id,
            datetime.combine(first - DAY, time.min),
            datetime.combine(last + 2 * DAY, time.min),
        )
        result = {}
        for person in people:
            days = defaultdict(float)
            zone = pytz.timezone(person.tz or "UTC")
            left = self._get_last_day(person)
            for start, stop in work.get(person.resource_id.id, ()):
                # A flexible calendar says that he works some time, not when.
                if stop - start > DAY:
                    continue
                day = pytz.utc.localize(start).astimezone(zone).date()
                if first <= day <= last and day <= left:
                    days[day] += (stop - start).total_seconds() / 3600.0
            result[person] = days
        return result

    def _get_last_day(self, person):
        """Return the last day on which somebody is paid."""
        if person.active:
            return date.max
        return person.departure_date or date.min

    def _get_group_key(self, person, team, scope, start):
        """Return the key of the sums a person counts for, see ``_get_sums``."""
        records = {
            "company": person.company_id.id,
            "team": team.id,
            "technician": person.id,
        }
        return person.company_id.id, records.get(scope.level, False), start

    def _get_interval_start(self, day, scope):
        """Return the first day of the interval a day is in, as grouping has it."""
        if not scope.interval:
            return None
        if scope.interval == "week":
            first = int(get_lang(self.env).week_start) - 1
            return day - timedelta(days=(day.weekday() - first) % 7)
        return start_of(day, scope.interval)

    # ------------------------------------------------------------------------- paid
    @api.model
    def _get_paid_hours(self, scope):
        """Working time less leaves, and what was worked beyond it."""
        homes = self._get_field_people(scope)
        period = scope.date_from, scope.date_to
        roster = self._get_roster_days(list(homes), *period, scope)
        overtime = self._read_overtime(scope)
        sums = defaultdict(float)
        for person, team in homes.items():
            days = roster.get(person, {})
            extra = overtime.get(person.id, {})
            for day in {*days, *extra}:
                start = self._get_interval_start(day, scope)
                key = self._get_group_key(person, team, scope, start)
                sums[key] += days.get(day, 0.0) + extra.get(day, 0.0)
        return dict(sums)

    @api.model
    def _get_paid_overtime_hours(self, scope):
        """The same of companies that know overtime: it is worked out with its cost."""
        known = scope.companies.filtered("service_absorb_labour")
        return self._get_paid_hours(scope._replace(companies=known)) if known else {}

    def _read_overtime(self, scope):
        """Return {employee id: {date: hours}} of work outside the working time."""
        key = ("overtime", scope.companies, scope.date_from, scope.date_to)
        return self._share(key, lambda: self._query_overtime(scope))

    def _query_overtime(self, scope):
        self.env["field.service.visit.rate"].flush_model()
        self.env["field.service.visit"].flush_model(["work_date", "state"])
        rows = self.env.execute_query(
            SQL(
                """SELECT rate.employee_id, visit.work_date,
                          SUM(rate.overtime_hours + rate.rest_hours)
                     FROM field_service_visit_rate rate
                     JOIN field_service_visit visit ON visit.id = rate.visit_id
                    WHERE rate.company_id IN %s AND visit.state = 'completed'
                      AND visit.work_date BETWEEN %s AND %s
                      AND rate.overtime_hours + rate.rest_hours > 0
                    GROUP BY rate.employee_id, visit.work_date""",
                tuple(scope.companies.ids),
                scope.date_from,
                scope.date_to,
            )
        )
        result = defaultdict(dict)
        for employee_id, day, hours in rows:
            result[employee_id][day] = hours
        return result

    # --------------------------------------------------------------------- capacity
    def _get_status_start(self, scope):
        """Return the interval today is in, or None when the scope does not reach it.

        What was free in the week after some day of the past is known no more.
        """
        today = fields.Date.context_today(self)
        if not scope.date_from <= today <= scope.date_to:
            return None
        return (self._get_interval_start(today, scope),)

    def _sum_ahead(self, scope, read):
        """Sum over the technicians what ``read(people, scope)`` says of each."""
        status = self._get_status_start(scope)
        if status is None:
            return {}
        homes = self._get_field_people(scope)
        sums = defaultdict(float)
        for person, hours in read(list(homes), scope).items():
            sums[self._get_group_key(person, homes[person], scope, *status)] += hours
        return dict(sums)

    @api.model
    def _get_people_hours(self, scope):
        """How many technicians there are."""
        return self._sum_ahead(scope, lambda people, _scope: dict.fromkeys(people, 1))

    @api.model
    def _get_bookable_hours(self, scope):
        """Working time less leaves of the 7 days after today."""
        return self._sum_ahead(scope, self._read_bookable)

    def _get_roster_ahead(self, people, scope):
        """Return the working hours of the 7 days after today."""
        today = fields.Date.context_today(self)
        return self._get_roster_days(people, today + DAY, today + AHEAD * DAY, scope)

    def _read_bookable(self, people, scope):
        roster = self._get_roster_ahead(people, scope)
        return {person: sum(days.values()) for person, days in roster.items()}

    @api.model
    def _get_booked_hours(self, scope):
        """Hours that visits have taken of the 7 days after today."""
        return self._sum_ahead(scope, self._read_booked)

    def _read_booked(self, people, _scope):
        if not people:
            return {}
        first = fields.Date.context_today(self) + DAY
        # sudo: their time zones and bookings, of which only a sum is shown.
        people = self.env["hr.employee"].sudo().concat(*people)
        midnight = datetime.combine(first, time.min)
        busy = self.env["field.service.availability"]._get_bookings(
            people.resource_id, midnight - DAY, midnight + (AHEAD + 1) * DAY
        )
        result = {}
        for person in people:
            zone = pytz.timezone(person.tz or "UTC")
            start, stop = (
                zone.localize(moment).astimezone(pytz.utc).replace(tzinfo=None)
                for moment in (midnight, midnight + AHEAD * DAY)
            )
            spans = (
                min(one.stop, stop) - max(one.start, start)
                for one in busy.get(person.resource_id.id, ())
                if one.start < stop and one.stop > start
            )
            result[person] = sum(spans, timedelta()).total_seconds() / 3600.0
        return result

    @api.model
    def _get_daily_hours(self, scope):
        """Working time of a group on the average day on which anybody works."""
        status = self._get_status_start(scope)
        if status is None:
            return {}
        homes = self._get_field_people(scope)
        roster = self._get_roster_ahead(list(homes), scope)
        groups = defaultdict(lambda: defaultdict(float))
        for person, days in roster.items():
            key = self._get_group_key(person, homes[person], scope, *status)
            for day, hours in days.items():
                groups[key][day] += hours
        return {key: sum(days.values()) / len(days) for key, days in groups.items()}

    # ---------------------------------------------------------------------- backlog
    @api.model
    def _get_unscheduled_hours(self, scope):
        """Planned hours of released orders for which no visit is planned now."""
        backlog = self._get_backlog(scope)
        return {key: hours for key, (hours, _orders) in backlog.items()}

    @api.model
    def _get_unscheduled_orders_hours(self, scope):
        """How many orders these are."""
        backlog = self._get_backlog(scope)
        return {key: orders for key, (_hours, orders) in backlog.items()}

    def _get_backlog(self, scope):
        return self._share(("backlog", scope), lambda: self._read_backlog(scope))

    def _read_backlog(self, scope):
        """Return (hours, orders) by group."""
        status = self._get_status_start(scope)
        if status is None:
            return {}
        names = {"team": "team_id", "job_type": "job_type_id", "company": "company_id"}
        domain = [
            ("company_id", "in", scope.companies.ids),
            ("state", "=", "released"),
            *((names[level], "=", value) for level, value in scope.filters),
        ]
        groupby = ["company_id"]
        if scope.level in ("team", "job_type"):
            groupby.append(names[scope.level])
        rows = self.env["field.service.order"]._read_group(
            domain, groupby, ["planned_hours:sum", "__count"]
        )
        result = {}
        for company, *group, hours, orders in rows:
            record = group[0] if group else company
            key = (company.id, record.id if scope.level else False, *status)
            result[key] = hours, orders
        return result
