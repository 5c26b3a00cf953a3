"""What absorbing labour costs: run in an Odoo shell, on a database to throw away.

    odoo shell -d DATABASE --no-http \
        < field_service_billing/tests/benchmarks/absorption.py

Prints the seconds and queries of posting the labour and travel of 1,000 completed
visits of 50 technicians, all on one day, and how many entries and items that makes.
Goal: one entry for the company and day, in under 30 s. Rolls back.
"""

import time
from datetime import datetime, timedelta

VISITS = 1000
TECHNICIANS = 50
DAY = datetime(2026, 3, 2, 6, 0)


def make_visits(env):
    """Completed visits of one day whose cost nobody has posted yet."""
    company = env.company
    company.action_propose_service_accounts()
    company.service_absorb_labour = False
    company.write({"service_travel_rate": 20.0, "service_km_rate": 0.4})
    company.service_overtime_multiplier = 1.5
    people = env["hr.employee"].create(
        [{"name": f"Benchmark {number}"} for number in range(TECHNICIANS)]
    )
    env["field.service.labour.rate"].create(
        [
            {"employee_id": one.id, "rate": 30.0, "date_from": "2026-01-01"}
            for one in people
        ]
    )
    partner = env["res.partner"].create({"name": "Benchmark"})
    job_type = env["field.service.job.type"].create({"name": "Benchmark"})
    values = {"partner_id": partner.id, "job_type_id": job_type.id}
    orders = env["field.service.order"].create([values for __ in range(VISITS)])
    orders.action_release()
    slots = VISITS // TECHNICIANS
    minutes = 24 * 60 // slots // 2
    visits = env["field.service.visit"].create(
        [
            {
                "order_id": order.id,
                "technician_id": people[number % TECHNICIANS].id,
                "start": DAY + timedelta(minutes=number // TECHNICIANS * minutes),
                "stop": DAY + timedelta(minutes=(number // TECHNICIANS + 1) * minutes),
                "travel_km": 8.0,
            }
            for number, order in enumerate(orders)
        ]
    )
    for visit in visits:
        visit.register_event("work_start", visit.start)
        visit.register_event("work_end", visit.stop, result="solved")
    return visits


def run(env):
    """Print the figures."""
    visits = make_visits(env)
    env.company.service_absorb_labour = True
    env.flush_all()
    env.invalidate_all()
    queries, begin = env.cr.sql_log_count, time.monotonic()
    work = time.process_time()
    visits.order_id._process_postings()
    env.flush_all()
    seconds, work = time.monotonic() - begin, time.process_time() - work
    items = env["account.move.line"].search(
        [
            ("service_source_model", "=", visits._name),
            ("company_id", "=", env.company.id),
        ]
    )
    print(
        f"{len(visits)} visits: {seconds:.1f} s ({work:.1f} s of Python), "
        f"{env.cr.sql_log_count - queries} queries, "
        f"{len(items.move_id)} entry, {len(items)} items with an order"
    )


run(env)  # noqa: F821
env.cr.rollback()  # noqa: F821
