from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html
from odoo.tools.misc import format_date, format_datetime

from ..tools.bookings import bridge
from .field_service_visit_gate import OPEN_STATES

ACTIVITY = "field_service.mail_activity_type_absence"
DAY = timedelta(days=1)


class FieldServiceVisitWarnings(models.AbstractModel):
    """What speaks against a plan without forbidding it: the dispatcher decides.

    Each check answers for many visits with a number of queries that does not depend
    on how many they are. Other modules add theirs to ``_get_plan_checks``.
    """

    _name = "field.service.visit.warnings"
    _description = "Warnings of the Plan"

    # When colleagues are away is no technician's business.
    plan_warnings = fields.Text(
        string="Warnings",
        compute="_compute_plan_warnings",
        groups="field_service.group_dispatcher",
    )
    has_plan_warning = fields.Boolean(
        string="With Warning",
        compute="_compute_plan_warnings",
        search="_search_has_plan_warning",
        groups="field_service.group_dispatcher",
    )

    @api.depends(
        "start",
        "stop",
        "state",
        "technician_id",
        "crew_ids",
        "resource_ids",
        "allow_overlap",
        "order_id.promised_start",
        "order_id.promised_stop",
        "order_id.requested_start",
        "order_id.requested_stop",
        "order_id.team_id.member_ids",
    )
    def _compute_plan_warnings(self):
        warnings = self._get_all_plan_warnings()
        for visit in self:
            visit.plan_warnings = "\n".join(warnings[visit])
            visit.has_plan_warning = bool(warnings[visit])

    @api.model
    def _search_has_plan_warning(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        visits = self.search(
            [("stop", ">", fields.Datetime.now()), ("state", "in", OPEN_STATES)]
        )
        return Domain("id", "in", visits.filtered("has_plan_warning").ids)

    def _get_plan_warnings(self):
        """Return what speaks against the plan of one visit.

        :rtype: list[str]
        """
        self.ensure_one()
        return self._get_all_plan_warnings()[self]

    def _get_all_plan_warnings(self):
        """Return the same for many visits.

        :rtype: dict
        """
        warnings = {visit: [] for visit in self}
        visits = self._get_visits_to_check()
        if visits:
            for check in visits._get_plan_checks():
                for visit, sentences in getattr(visits, check)().items():
                    warnings[visit] += sentences
        return warnings

    def _get_visits_to_check(self):
        return self.filtered(
            lambda visit: visit._is_open()
            and visit.start
            and visit.stop
            and visit.start < visit.stop
        )

    @api.model
    def _get_plan_checks(self):
        """Return the names of the checks: methods of many visits, all to come.

        Each returns ``{visit: [sentence, ...]}`` for those it has to say something on.
        """
        return [
            "_check_plan_bookings",
            "_check_plan_absences",
            "_check_plan_working_time",
            "_check_plan_meetings",
            "_check_plan_window",
            "_check_plan_team",
        ]

    # ------------------------------------------------------------------- people
    def _get_planned_people(self):
        """Return the resources of the technicians, tools left out."""
        # In a form the crew are new records: their origins are booked.
        people = (self.technician_id | self.crew_ids)._origin
        # Whoever plans must know when people work, not read their files.
        return people.sudo().resource_id

    def _get_span(self, resources):
        """Return what the availability of all visits is asked for."""
        return resources, min(self.mapped("start")), max(self.mapped("stop"))

    def _get_all_resources(self):
        # Tools are no secret of anybody.
        return self._get_planned_people() | self.resource_ids._origin.sudo()

    def _collect(self, get_resources, busy, describe):
        """Return a sentence for each time in ``busy`` that overlaps a visit."""
        found = {}
        for visit in self:
            for resource in get_resources(visit):
                for item in busy.get(resource.id, ()):
                    if item.start < visit.stop and visit.start < item.stop:
                        sentence = describe(visit, resource, item)
                        if sentence:
                            found.setdefault(visit, []).append(sentence)
        return found

    def _format_period(self, start, stop):
        return {
            "start": format_datetime(self.env, start, dt_format="short"),
            "stop": format_datetime(self.env, stop, dt_format="short"),
        }

    def _check_plan_bookings(self):
        """Who is booked already: the visit can only be saved as an overlap."""
        busy = self.env["field.service.availability"]._get_bookings(
            *self._get_span(self._get_all_resources())
        )
        return self._collect(
            lambda visit: visit._get_all_resources(),
            busy,
            lambda visit, resource, item: item.record_id != visit._origin.id
            and self.env._(
                "%(name)s is booked from %(start)s to %(stop)s on %(visit)s.",
                name=resource.name,
                visit=item.name,
                **self._format_period(item.start, item.stop),
            ),
        )

    def _check_plan_absences(self):
        """Who is on leave, and what is closed for a public holiday."""
        absences = self.env["field.service.availability"]._get_absences(
            *self._get_span(self._get_all_resources())
        )
        return self._collect(
            lambda visit: visit._get_all_resources(),
            absences,
            lambda visit, resource, item: self._describe_absence(resource, item),
        )

    def _describe_absence(self, resource, item):
        period = self._format_period(item.start, item.stop)
        if item.name:
            return self.env._(
                "%(name)s is off from %(start)s to %(stop)s: %(holiday)s.",
                name=resource.name,
                holiday=item.name,
                **period,
            )
        if resource.resource_type == "material":
            return self.env._(
                "%(name)s is not available from %(start)s to %(stop)s.",
                name=resource.name,
                **period,
            )
        return self.env._(
            "%(name)s is away from %(start)s to %(stop)s.", name=resource.name, **period
        )

    def _check_plan_working_time(self):
        """Who does not work at that time, leaves apart."""
        availability = self.env["field.service.availability"]
        people, start, stop = self._get_span(self._get_planned_people())
        if not people:
            return {}
        start, stop = start - DAY, stop + DAY
        work = availability._get_work(people, start, stop)
        absences = availability._get_absences(people, start, stop)
        uncontracted = availability._get_uncontracted(people, start, stop)
        found = {}
        for visit in self:
            for resource in visit._get_planned_people():
                hours = work[resource.id]
                if any(
                    begin <= visit.start and visit.stop <= end
                    for begin, end in bridge(hours)
                ) or any(
                    item.start < visit.stop and visit.start < item.stop
                    for item in absences.get(resource.id, ())
                ):
                    continue
                found.setdefault(visit, []).append(
                    visit._describe_working_time(
                        resource, hours, uncontracted.get(resource.id, ())
                    )
                )
        return found

    def _describe_working_time(self, resource, hours, uncontracted):
        zone = pytz.timezone(resource.tz or "UTC")

        def local(moment):
            return pytz.utc.localize(moment).astimezone(zone)

        day = local(self.start).date()
        values = {"name": resource.name, "day": format_date(self.env, day)}
        if any(begin <= self.start < end for begin, end in uncontracted):
            return self.env._("%(name)s has no contract on %(day)s.", **values)
        today = [pair for pair in hours if local(pair[0]).date() == day]
        if not today:
            return self.env._("%(name)s does not work on %(day)s.", **values)
        times = ", ".join(
            f"{local(begin):%H:%M}–{local(end):%H:%M}" for begin, end in today
        )
        return self.env._(
            "Outside the working time of %(name)s: %(times)s on %(day)s (%(zone)s).",
            times=times,
            zone=resource.tz or "UTC",
            **values,
        )

    def _check_plan_meetings(self):
        """Who has a meeting in his calendar."""
        meetings = self.env["field.service.availability"]._get_meetings(
            *self._get_span(self._get_planned_people())
        )
        return self._collect(
            lambda visit: visit._get_planned_people(),
            meetings,
            lambda visit, resource, item: self.env._(
                "%(name)s has a meeting from %(start)s to %(stop)s: %(meeting)s.",
                name=resource.name,
                meeting=item.name,
                **self._format_period(item.start, item.stop),
            ),
        )

    # -------------------------------------------------------------------- order
    def _check_plan_window(self):
        """Whether the customer is visited when it was promised, or else wished."""
        found = {}
        for visit in self:
            order = visit.order_id
            promised = order.promised_start or order.promised_stop
            if promised:
                start, stop = order.promised_start, order.promised_stop
            else:
                start, stop = order.requested_start, order.requested_stop
            early, late = start and visit.start < start, stop and visit.start > stop
            # The window is kept or missed by whoever comes first.
            done = any(other.state == "completed" for other in order.visit_ids)
            if done or not (early or late):
                continue
            found[visit] = [visit._describe_window(promised, start, stop)]
        return found

    def _describe_window(self, promised, start, stop):
        period = self._format_period(start, stop)
        values = {name: text or "…" for name, text in period.items()}
        if promised:
            return self.env._(
                "The customer was promised a start between %(start)s and %(stop)s.",
                **values,
            )
        return self.env._(
            "The customer asked for a start between %(start)s and %(stop)s.", **values
        )

    def _check_plan_team(self):
        """Whether the technician is one of the team of the order."""
        return {
            visit: [
                self.env._(
                    "%(name)s is not in team %(team)s.",
                    name=visit.technician_id.name,
                    team=visit.order_id.team_id.name,
                )
            ]
            for visit in self
            if visit.technician_id
            and visit.order_id.team_id.member_ids
            and visit.technician_id._origin not in visit.order_id.team_id.member_ids
        }

    # --------------------------------------------------------- leaves afterwards
    def write(self, vals):
        result = super().write(vals)
        if {"start", "stop", "duration", "technician_id", "state"} & vals.keys():
            told = self._get_told_of_absence()
            if told:
                told._tell_absences()
        return result

    def _get_told_of_absence(self):
        """Return those visits whose dispatcher has been told of a leave."""
        # Activities are the dispatcher's, whoever moves the visit.
        activities = self.sudo().activity_search([ACTIVITY])
        return self.browse(activities.mapped("res_id"))

    def _tell_absences(self):
        """Tell dispatchers which visits now lie on a leave: once for each visit.

        What is solved meanwhile is taken back.
        """
        # A leave is approved by people who need not see visits.
        visits = self.sudo().with_context(mail_activity_quick_update=True)
        absences = {}
        planned = visits._get_visits_to_check()
        if planned:
            absences = planned._check_plan_absences()
        told = visits._get_told_of_absence()
        (told - visits.browse([visit.id for visit in absences])).activity_unlink(
            [ACTIVITY]
        )
        for visit, sentences in absences.items():
            if visit not in told:
                visit.activity_schedule(
                    ACTIVITY,
                    user_id=(visit.team_id.leader_id or visit.create_uid).id,
                    note=plaintext2html("\n".join(sentences)),
                )
