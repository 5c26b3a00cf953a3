from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain

from ..tools.periods import intersect, unite
from ..tools.recurrence import to_utc

NAMED_PEOPLE = 3


class Pool(NamedTuple):
    """Who may go.

    ``leads`` may be in charge, ``helpers`` come along; ``periods`` says when leads are
    qualified if skills are asked for, ``fit`` how well (0 to 100); ``total`` people
    were looked at, ``refused`` says whom a rule kept out.
    """

    leads: models.Model
    helpers: models.Model
    periods: dict
    fit: dict
    total: int
    refused: list


ALWAYS = (datetime.min, datetime.max)


class FieldServiceSlotPeople(models.AbstractModel):
    """The hard rules about people: who may be proposed for a work order at all."""

    _name = "field.service.slot.people"
    _description = "People of the Slot Search"

    @api.model
    def _get_technicians(self, company):
        """Return who does field work: the members of teams, or everybody without teams.

        :rtype: hr.employee
        """
        # Employees' records are hidden from dispatchers; their names are not.
        teams = self.env["field.service.team"].sudo()
        members = teams.search([("company_id", "=", company.id)]).member_ids
        employees = self.env["hr.employee"].sudo()
        return members or employees.search([("company_id", "=", company.id)])

    @api.model
    def _get_pool(self, order, period, technicians=None, team=None):
        """Return who may go, and whom which rule kept out.

        :param tuple period: (start, stop), naive UTC
        :rtype: Pool
        """
        if technicians is None:
            technicians = self._get_technicians(order.company_id)
        # Rules look at employees' records, which are hidden from dispatchers.
        people = technicians.sudo()
        # Read what is needed of each, not the whole file.
        people.fetch(self._get_people_fields())
        total, refused = len(people), []
        for label, allowed in self._get_people_rules(order, team):
            kept = people.filtered(allowed)
            if people - kept:
                refused.append(self._tell_refused(label, people - kept, total))
            people = kept
        leads, periods, fit = self._judge_skills(order, people, period, refused, total)
        return Pool(leads, people, periods, fit, total, refused)

    @api.model
    def _get_people_fields(self):
        """Return the names of the fields of employees that every search reads."""
        return [
            *("active", "name", "company_id", "resource_id"),
            *("address_id", "service_start_from"),
        ]

    @api.model
    def _get_people_rules(self, order, team=None):
        """Return the rules that each technician must keep: (why not, function)."""
        rules = [
            (self.env._("Archived"), lambda person: person.active),
            (
                self.env._("Of another company"),
                lambda person: person.company_id == order.company_id,
            ),
        ]
        team = order.team_id if team is None else team
        # The rule needs the members only.
        members = team.sudo().member_ids
        if members:
            rules.append(
                (
                    self.env._("Not in team “%(team)s”", team=team.name),
                    lambda person: person in members,
                )
            )
        return rules

    def _tell_refused(self, label, people, total):
        """Say how many technicians a rule keeps out; few ones by name."""
        values = {"reason": label, "count": len(people), "total": total}
        if len(people) > NAMED_PEOPLE:
            return self.env._(
                "%(reason)s: %(count)s of %(total)s technicians", **values
            )
        return self.env._(
            "%(reason)s: %(count)s of %(total)s technicians (%(names)s)",
            names=", ".join(people.mapped("name")),
            **values,
        )

    # -------------------------------------------------------------------- skills
    def _judge_skills(self, order, people, period, refused, total):
        """Return (those with the skills, when they have them, how well they fit)."""
        lines = order.skill_line_ids
        if not lines:
            return people, {}, {}
        known = self._get_skills(people, lines.skill_id)
        leads, periods = people, {}
        for line in lines.filtered("mandatory"):
            missing, expired = people.browse(), people.browse()
            for person in leads:
                valid = self._get_valid_periods(line, person, known)
                both = intersect(valid, periods.get(person.id, [ALWAYS]))
                if not valid:
                    missing |= person
                elif not intersect(both, [period]):
                    expired |= person
                periods[person.id] = both
            leads -= missing | expired
            label = line._get_label()
            if missing:
                reason = self.env._("Without skill %(skill)s", skill=label)
                refused.append(self._tell_refused(reason, missing, total))
            if expired:
                reason = self.env._("%(skill)s not valid in this period", skill=label)
                refused.append(self._tell_refused(reason, expired, total))
        fit = {person.id: self._rate_fit(lines, person, known) for person in leads}
        return leads, periods, fit

    def _get_skills(self, people, skills):
        """Return {(employee id, skill id): [(level, from, to), ...]}."""
        # What colleagues can do decides who is sent; their files stay closed.
        lines = self.env["hr.employee.skill"].sudo()
        lines = lines.search(
            Domain("employee_id", "in", people.ids)
            & Domain("skill_id", "in", skills.ids)
        )
        known = defaultdict(list)
        for line in lines:
            known[line.employee_id.id, line.skill_id.id].append(
                (line.level_progress, line.valid_from, line.valid_to)
            )
        return known

    def _get_valid_periods(self, line, person, known):
        """Return when somebody has a skill at the level: a list of (start, stop).

        A certificate counts until the end of its last day, where the technician is.
        """
        needed = line.level_id.level_progress
        held = [
            (first, last)
            for level, first, last in known.get((person.id, line.skill_id.id), ())
            if level >= needed
        ]
        zone, day = person.tz or "UTC", timedelta(days=1)
        periods = []
        for first, last in held:
            start = first and to_utc(datetime.combine(first, time.min), zone)
            stop = last and to_utc(datetime.combine(last + day, time.min), zone)
            periods.append((start or ALWAYS[0], stop or ALWAYS[1]))
        return unite(periods)

    def _rate_fit(self, lines, person, known):
        """Return 100 points for exactly what is needed, less for more or nothing."""
        points = []
        for line in lines:
            levels = [row[0] for row in known.get((person.id, line.skill_id.id), ())]
            needed = line.level_id.level_progress
            excess = max(levels, default=0) - needed if levels else 100
            points.append(100.0 - min(100.0, abs(excess)))
        return sum(points) / len(points)

    # ---------------------------------------------------------------- continuity
    def _rate_continuity(self, order, people):
        """Return {employee id: (points, sentence)}: who knows the place already."""
        visits = self._get_last_visits(order, people)
        if not visits and not order.preferred_technician_id:
            return {}
        latest = max(visits.values(), default=None)
        rated = {}
        for person in people:
            if person == order.preferred_technician_id:
                rated[person.id] = (100.0, self.env._("Preferred technician."))
            elif person.id in visits and visits[person.id] == latest:
                rated[person.id] = (80.0, self.env._("Was there last time."))
            elif person.id in visits:
                rated[person.id] = (50.0, self.env._("Has been there before."))
            else:
                rated[person.id] = (0.0, self.env._("Has not been there before."))
        return rated

    def _get_last_visits(self, order, people):
        """Return {employee id: when he was last at the site or the equipment}."""
        place = Domain.OR(
            Domain(f"order_id.{name}", "in", order[name].ids)
            for name in ("site_id", "asset_ids")
            if order[name]
        )
        # Who has been there is known to the office; rights on old visits do not matter.
        rows = (
            self.env["field.service.visit"]
            .sudo()
            ._read_group(
                place
                & Domain("company_id", "=", order.company_id.id)
                & Domain("state", "=", "completed")
                & Domain("technician_id", "in", people.ids),
                ["technician_id"],
                ["start:max"],
            )
        )
        return {technician.id: start for technician, start in rows if start}
