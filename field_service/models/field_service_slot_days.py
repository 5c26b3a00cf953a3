from datetime import timedelta
from itertools import pairwise

from odoo import api, models

from ..tools.periods import measure
from ..tools.slots import NIGHT, Person, Task

# What lies that far from the period searched may still be where he comes from.
MARGIN = NIGHT


class FieldServiceSlotDays(models.AbstractModel):
    """What technicians' days look like before another visit is put into them."""

    _name = "field.service.slot.days"
    _description = "Days of the Slot Search"

    @api.model
    def _prepare_people(self, request, employees):
        """Return {employee id: Person}: working time and all that takes their time."""
        availability = self.env["field.service.availability"]
        period = (request.start - MARGIN, request.stop + MARGIN)
        resources = employees.resource_id
        work = availability._get_work(resources, *period)
        bookings = availability._get_booked_sites(resources, *period, request.visit)
        meetings = availability._get_meetings(resources, *period)
        people = {}
        for employee in employees:
            resource_id, base = employee.resource_id.id, ("base", employee.id)
            tasks = [
                Task(start, stop, ("site", site_id))
                for start, stop, site_id in bookings.get(resource_id, ())
            ]
            # Where a meeting takes place is not known: at the office, it is assumed.
            tasks += [
                Task(busy.start, busy.stop, base)
                for busy in meetings.get(resource_id, ())
            ]
            people[employee.id] = Person(
                employee.id, work.get(resource_id, []), tasks, base
            )
        return people

    @api.model
    def _get_duration(self, order, visit):
        """Return how long the work takes, without the breaks it was planned around."""
        if not visit.start or not visit.stop:
            return timedelta(hours=order.planned_hours or 1.0)
        # Resources and settings are read for whoever may plan the visit.
        resource = visit.technician_id.sudo().resource_id
        limit = timedelta(minutes=order.company_id.sudo().service_slot_break_minutes)
        work = (
            self.env["field.service.availability"]
            ._get_work(resource, visit.start, visit.stop)
            .get(resource.id, [])
        )
        breaks = (after[0] - before[1] for before, after in pairwise(work))
        return (
            visit.stop
            - visit.start
            - sum((rest for rest in breaks if rest <= limit), timedelta())
        )

    @api.model
    def _get_minutes(self, request, people, company):
        """Return the function that tells the minutes from one place to another."""
        travel = self.env["field.service.travel"]
        places = {task.place for person in people.values() for task in person.tasks}
        site_ids = {request.order.site_id.id} | {
            key for kind, key in places if kind == "site"
        }
        partners = self.env["res.partner"].browse(sorted(filter(None, site_ids)))
        employees = self.env["hr.employee"].browse(people)
        points = {
            ("site", key): point
            for key, point in travel._get_coordinates(partners).items()
        }
        for key, point in travel._get_bases(employees).items():
            points["base", key] = point
        estimate, known = travel._get_estimate(company).minutes, {}

        def minutes(origin, target):
            if origin == target:
                return 0
            key = (origin, target)
            found = known.get(key)
            if found is None:
                found = estimate(points.get(origin), points.get(target))
                known[key] = found
            return found

        return minutes

    @api.model
    def _get_load(self, person):
        """Return which share of somebody's working time is taken, from 0 to 1."""
        work = measure(person.work)
        taken = sum((task.stop - task.start for task in person.tasks), timedelta())
        return min(1.0, taken / timedelta(hours=work)) if work else 1.0
