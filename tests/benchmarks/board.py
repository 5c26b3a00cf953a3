"""How long the dispatch board takes with 200 technicians and 3,000 visits in a week.

Run it in the shell of a database with the module installed; nothing is kept:

    odoo shell -d DATABASE --no-http < tests/benchmarks/board.py

With KEEP=1 in the environment the data stays, to look at the board in a browser.
"""

import os
import time
from datetime import datetime, timedelta

TECHNICIANS = 200
VISITS_A_DAY = 3
DAYS = 5


def get_monday():
    today = datetime.combine(datetime.now().date(), datetime.min.time())
    return today - timedelta(days=today.weekday())


def fill(env):
    """Make technicians, teams, orders and visits: 200 x 3 x 5 = 3,000."""
    env = env(context={**env.context, "tracking_disable": True})
    company = env.company
    partners = env["res.partner"].create(
        [{"name": f"Customer {number:03}", "city": "Perth"} for number in range(200)]
    )
    job = env["field.service.job.type"].create({"name": "Board", "planned_hours": 2.0})
    people = env["hr.employee"].create(
        [
            {"name": f"Technician {number:03}", "company_id": company.id}
            for number in range(TECHNICIANS)
        ]
    )
    for number in range(4):
        env["field.service.team"].create(
            {
                "name": f"Region {number + 1}",
                "company_id": company.id,
                "member_ids": people[number::4].ids,
            }
        )
    monday = get_monday()
    slots = [
        (person, day, hour)
        for person in people
        for day in range(DAYS)
        for hour in (8, 10, 14)[:VISITS_A_DAY]
    ]
    orders = env["field.service.order"].create(
        [
            {
                "partner_id": partners[number % len(partners)].id,
                "job_type_id": job.id,
                "company_id": company.id,
            }
            for number in range(len(slots) + 100)
        ]
    )
    orders.action_release()
    env["field.service.visit"].create(
        [
            {
                "order_id": order.id,
                "technician_id": person.id,
                "start": monday + timedelta(days=day, hours=hour),
                "stop": monday + timedelta(days=day, hours=hour + 1, minutes=30),
                "travel_before_minutes": 20,
            }
            for order, (person, day, hour) in zip(orders, slots, strict=False)
        ]
    )
    env.flush_all()
    return people


def measure(env, name, call):
    """Ask once with a cold and twice with a warm registry; report the last."""
    for __ in range(3):
        env.invalidate_all()
        queries, start = env.cr.sql_log_count, time.perf_counter()
        answer = call()
        seconds = time.perf_counter() - start
        queries = env.cr.sql_log_count - queries
    print(f"{name:<42} {seconds:6.2f} s {queries:4} queries")
    return answer


def main(env):
    """Fill, ask as the browser does, report, take everything back."""
    start = time.perf_counter()
    people = fill(env)
    print(f"data made in {time.perf_counter() - start:.0f} s")
    board = env["field.service.board"]
    monday = get_monday()
    week = (str(monday), str(monday + timedelta(days=7)))
    answer = measure(env, "board, week", lambda: board.get_board_data(*week))
    print(f"  {len(answer['technicians'])} technicians, {len(answer['visits'])} visits")
    day = (str(monday), str(monday + timedelta(days=1)))
    measure(env, "board, day", lambda: board.get_board_data(*day))
    measure(
        env,
        "calendar, month",
        lambda: board.get_calendar_data(str(monday), str(monday + timedelta(days=42))),
    )
    measure(env, "orders to plan", board.get_orders_to_plan)
    team = env["field.service.team"].search([("member_ids", "in", people[:1].ids)])[:1]
    measure(
        env, "board, week, one team", lambda: board.get_board_data(*week, (), team.id)
    )
    start, stop = monday, monday + timedelta(days=7)
    measure(
        env,
        "of which working hours alone",
        lambda: env["field.service.availability"]._get_work(
            people.resource_id, start, stop
        ),
    )
    if os.environ.get("KEEP"):
        env.cr.commit()
    else:
        env.cr.rollback()


main(env)  # noqa: F821  # given by the shell
