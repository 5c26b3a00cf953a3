"""What readiness costs: run in an Odoo shell, on a database that may be thrown away.

    odoo shell -d DATABASE --no-http < field_service_stock/tests/benchmarks/readiness.py

Prints the queries and the time that bringing 200 and 2,000 open orders with 5 parts
each up to date takes, and the time of a list of 80 orders with and without readiness.
Goals: the same number of queries; the list at most 1.3 times as long. Rolls back.
"""

import time

ROUNDS = 9
PARTS = 5
SPECIFICATION = {
    "name": {},
    "priority": {},
    "state": {},
    "partner_id": {"fields": {"display_name": {}}},
    "site_id": {"fields": {"display_name": {}}},
    "job_type_id": {"fields": {"display_name": {}}},
    "team_id": {"fields": {"display_name": {}}},
    "next_visit_start": {},
}
READINESS = {"readiness": {}, "readiness_date": {}}


def make_orders(env, count):
    """Open orders with mandatory parts, half of them in the warehouse."""
    partner = env["res.partner"].create({"name": "Benchmark"})
    job_type = env["field.service.job.type"].create({"name": "Benchmark"})
    products = env["product.product"].create(
        [
            {"name": f"Benchmark {number}", "type": "consu", "is_storable": True}
            for number in range(PARTS)
        ]
    )
    return env["field.service.order"].create(
        [
            {
                "partner_id": partner.id,
                "job_type_id": job_type.id,
                "part_ids": [
                    (0, 0, {"product_id": product.id, "mandatory": True})
                    for product in products
                ],
            }
            for __ in range(count)
        ]
    )


def measure_update(orders):
    """Return the queries and seconds of bringing the orders up to date."""
    orders.env.flush_all()
    orders.env.invalidate_all()
    queries, begin = orders.env.cr.sql_log_count, time.monotonic()
    orders._update_readiness()
    return orders.env.cr.sql_log_count - queries, time.monotonic() - begin


def measure_list(orders, specification):
    """Return the seconds one list takes."""
    orders.env.invalidate_all()
    begin = time.process_time()
    orders.env["field.service.order"].web_search_read(
        [("id", "in", orders.ids)], specification, limit=80
    )
    return time.process_time() - begin


def run(env):
    """Print the figures."""
    orders = make_orders(env, 2000)
    for count in (200, 2000):
        queries, seconds = measure_update(orders[:count])
        print(f"{count} orders: {queries} queries, {seconds * 1000:.0f} ms")
    shown = orders[:80]
    plain, full = [], []
    measure_list(shown, SPECIFICATION)
    for __ in range(ROUNDS):
        plain.append(measure_list(shown, SPECIFICATION))
        full.append(measure_list(shown, SPECIFICATION | READINESS))
    ratio = sorted(full)[ROUNDS // 2] / sorted(plain)[ROUNDS // 2]
    print(f"list of 80 orders: {ratio:.2f} times the list without readiness")
    env.cr.rollback()


run(env)  # noqa: F821 -- the shell provides it
