from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.tools.intervals import Intervals

from odoo.addons.field_service.tools.event_hours import spans_by_phase


class FieldServiceVisitRate(models.Model):
    """What an hour of one person cost on a visit, frozen when it was first posted.

    A later change of the person's rate does not touch work that is posted, and a
    correction of the hours is posted at the rate of the day of the work. Hours outside
    his working time are worked out with the hours, from his calendar of that moment.
    """

    _name = "field.service.visit.rate"
    _description = "Frozen Labour Rate of a Visit"
    _order = "visit_id, id"
    _check_company_auto = True

    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="visit_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    employee_id = fields.Many2one(
        comodel_name="hr.employee", string="Technician", required=True, index=True
    )
    rate = fields.Monetary(string="Cost per Hour", required=True, readonly=True)
    overtime_multiplier = fields.Float(default=1.0, readonly=True)
    rest_multiplier = fields.Float(
        string="Day Off Multiplier", default=1.0, readonly=True
    )
    overtime_hours = fields.Float(
        compute="_compute_extra_hours",
        store=True,
        help="Work before the first and after the last working hour of his day.",
    )
    rest_hours = fields.Float(
        string="Hours on Days Off",
        compute="_compute_extra_hours",
        store=True,
        help="Work on days without any working time.",
    )

    _person_uniq = models.Constraint(
        "UNIQUE(visit_id, employee_id)", "A person has one rate per visit."
    )

    # The calendar is no dependency: what is posted does not follow a new roster.
    @api.depends(
        "employee_id",
        "visit_id.event_ids.type",
        "visit_id.event_ids.device_time",
        "visit_id.event_ids.correction_of_id",
    )
    def _compute_extra_hours(self):
        spans = {rate: rate._get_local_spans() for rate in self}
        # A roster is read by the day: far apart days do not share a query.
        months = self.filtered(lambda rate: spans[rate]).grouped(
            lambda rate: spans[rate][0][0].strftime("%Y-%m")
        )
        self.overtime_hours = self.rest_hours = 0.0
        for rates in months.values():
            roster = rates._get_roster([span for rate in rates for span in spans[rate]])
            for rate in rates:
                resource = rate.employee_id.sudo().resource_id  # as in the roster
                hours = _split_hours(spans[rate], roster[resource.id])
                rate.overtime_hours, rate.rest_hours = hours

    def _get_local_spans(self):
        """Return when was worked, as (start, stop) in the person's time zone."""
        # Time zones of colleagues are not readable for every technician.
        zone = pytz.timezone(self.employee_id.sudo().tz or "UTC")
        return [
            tuple(pytz.utc.localize(moment).astimezone(zone) for moment in span)
            for span in spans_by_phase(self.visit_id._get_log())["work"]
        ]

    def _get_roster(self, spans):
        """Return {resource id: working time}, for whole days around the spans."""
        day = timedelta(days=1)
        # Rosters and leaves are the system's to read; only hours leave here.
        resources = self.employee_id.sudo().resource_id
        return resources._get_valid_work_intervals(
            min(start for start, __ in spans) - day,
            max(stop for __, stop in spans) + day,
        )[0]

    def _get_cost(self):
        """Return what this person's work cost, rounded to the company's currency."""
        self.ensure_one()
        hours = (
            self.visit_id.work_hours
            + self.overtime_hours * (self.overtime_multiplier - 1.0)
            + self.rest_hours * (self.rest_multiplier - 1.0)
        )
        return self.currency_id.round(hours * self.rate)


def _split_hours(spans, roster):
    """Return (overtime, hours on days off) of what was worked.

    Overtime is before the first and after the last working hour of the day: who takes
    his break at another time than the roster says does not work longer.

    :param list spans: (start, stop) in one time zone
    :param Intervals roster: working time
    """
    overtime = rest = 0.0
    for start, stop in _split_days(spans):
        day = list(Intervals([(*_get_day(start), set())]) & roster)
        hours = _count_hours(start, stop)
        if day:
            begin = max(start, day[0][0])
            end = min(stop, day[-1][1])
            overtime += hours - _count_hours(begin, end)
        else:
            rest += hours
    return overtime, rest


def _split_days(spans):
    """Yield the spans cut at midnight."""
    for start, stop in spans:
        while start < stop:
            end = min(stop, _get_day(start)[1])
            yield start, end
            start = end


def _get_day(moment):
    """Return the midnights around a moment, by the clocks of its time zone."""
    zone = pytz.timezone(moment.tzinfo.zone)
    first = moment.date()
    return tuple(
        zone.localize(datetime.combine(day, time.min))
        for day in (first, first + timedelta(days=1))
    )


def _count_hours(start, stop):
    return max((stop - start).total_seconds(), 0.0) / 3600.0
