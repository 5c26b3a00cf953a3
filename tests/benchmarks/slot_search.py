"""What the slot search costs, compared with the working time it is built on.

    setup/odoo shell < tests/benchmarks/slot_search.py

Makes a company with 200 technicians and 6,000 visits in 14 days, searches a slot for
another order, and rolls everything back. Both figures are processor time, in Python and
in the database, and come from the same run: only their ratio means something. Goal: at
most 2.
"""

import os
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from odoo import fields

TECHNICIANS = 200
DAYS = 14
SITES = 600
VISITS_A_DAY = 3
ZONES = ("Europe/Lisbon", "Europe/Berlin", "Europe/Helsinki", "Europe/London")
RUNS = 20
GOAL = 2.0


def prepare(env):
    """Return (order to plan, first moment of the period), with everything around it."""
    dice = random.Random(7)
    company = env["res.company"].create({"name": "Benchmark"})
    env.user.company_ids += company
    env = env(
        context={
            "allowed_company_ids": company.ids,
            "tracking_disable": True,
            "mail_create_nolog": True,
        }
    )
    today = fields.Date.today()
    monday = datetime.combine(today, datetime.min.time()) + timedelta(
        days=7 - today.weekday()
    )
    sites = env["res.partner"].create(
        [
            {
                "name": f"Site {number}",
                "service_latitude": 50 + dice.random(),
                "service_longitude": 8 + dice.random(),
            }
            for number in range(SITES)
        ]
    )
    job_type = env["field.service.job.type"].create(
        {"name": "Repair", "planned_hours": 1.0, "company_id": company.id}
    )
    orders = env["field.service.order"].create(
        [
            {
                "partner_id": site.id,
                "job_type_id": job_type.id,
                "company_id": company.id,
            }
            for site in sites
        ]
    )
    technicians = prepare_technicians(env, company, dice, monday)
    workdays = [
        monday + timedelta(days=number) for number in range(DAYS) if number % 7 < 5
    ]
    env["field.service.visit"].create(
        [
            {
                "order_id": dice.choice(orders.ids),
                "technician_id": technician.id,
                "start": day + timedelta(hours=hour, minutes=15 * dice.randint(0, 3)),
                "duration": 1.0,
            }
            for technician in technicians
            for day in workdays
            for hour in (8, 10, 14)[:VISITS_A_DAY]
        ]
    )
    env.flush_all()
    # What a database that has been in use for a day knows about its tables.
    env.cr.execute(
        "ANALYZE field_service_booking, field_service_visit, field_service_order, "
        "hr_employee, resource_resource, res_partner"
    )
    return orders[0], monday


def prepare_technicians(env, company, dice, monday):
    """Return technicians in four time zones, some part-time, one day in ten off."""
    full_time = company.resource_calendar_id
    part_time = full_time.copy({"name": "Four days"})
    part_time.attendance_ids.filtered(lambda line: line.dayofweek == "4").unlink()
    early = full_time.copy({"name": "Early"})
    for line in early.attendance_ids:
        line.write({"hour_from": line.hour_from - 1, "hour_to": line.hour_to - 1})
    technicians = env["hr.employee"].create(
        [
            {
                "name": f"Technician {number}",
                "company_id": company.id,
                "tz": ZONES[number % len(ZONES)],
                "resource_calendar_id": (full_time, part_time, early)[number % 3].id,
            }
            for number in range(TECHNICIANS)
        ]
    )
    env["resource.calendar.leaves"].create(
        [
            {
                "resource_id": technician.resource_id.id,
                "calendar_id": technician.resource_calendar_id.id,
                "date_from": day,
                "date_to": day + timedelta(days=1),
            }
            for technician in technicians
            for day in [monday + timedelta(days=dice.choice((0, 1, 2, 3, 7, 8, 9, 10)))]
        ]
    )
    return technicians


def get_processor_time(backend):
    """Return the seconds of processor time used so far, here and in the database."""
    used = time.process_time()
    stat = Path(f"/proc/{backend}/stat")
    if stat.exists():
        ticks = stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[11:13]
        used += sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return used


def measure(env, works):
    """Return the processor time of each work, called in turn with a cold ORM cache.

    Processor time, because other programs make the clock say anything.
    """
    env.cr.execute("SELECT pg_backend_pid()")
    (backend,) = env.cr.fetchone()
    spent = [0.0] * len(works)
    for __ in range(RUNS):
        for position, work in enumerate(works):
            env.invalidate_all()
            begin = get_processor_time(backend)
            work()
            spent[position] += get_processor_time(backend) - begin
    return [seconds / RUNS for seconds in spent]


def main(env):
    """Prepare, measure both in turn, print, and leave nothing behind."""
    order, monday = prepare(env)
    stop = monday + timedelta(days=DAYS)
    env, technicians = order.env, order.env["hr.employee"].search([])
    technicians = technicians.filtered(
        lambda person: person.company_id == order.company_id
    )
    resource_ids = technicians.resource_id.ids
    found = []

    def get_intervals():
        resources = env["resource.resource"].sudo().browse(resource_ids)
        resources._get_valid_work_intervals(
            monday.replace(tzinfo=UTC), stop.replace(tzinfo=UTC)
        )

    def search():
        found[:] = order._find_slots(monday, stop)

    visits = env["field.service.visit"].search_count(
        [("company_id", "=", order.company_id.id)]
    )
    print(f"{len(technicians)} technicians, {DAYS} days, {visits} visits")
    get_intervals()
    search()
    intervals, searched = measure(env, (get_intervals, search))
    count = env.cr.sql_log_count
    search()
    count = env.cr.sql_log_count - count
    ratio = searched / intervals
    print(f"_get_valid_work_intervals  {intervals:.3f} s")
    print(f"whole search               {searched:.3f} s, {count} queries")
    print(f"ratio {ratio:.2f}, goal at most {GOAL}: {len(found)} slots found")
    env.cr.rollback()
    return ratio <= GOAL


# Read by "odoo shell", which provides the environment.
main(globals()["env"])
