"""What a replenishment proposal costs: run in an Odoo shell, on a database that may be
thrown away.

    cd field_service_stock/tests/benchmarks
    odoo shell -d DATABASE --no-http < replenishment.py

Prints the seconds and the queries of proposals for 10 vans and 100 products, and for
100 vans and 1,000 products: stock of each product in each van, one in ten of which has
not moved for 300 days, 200 uses that nobody planned and five planned parts per van.
Goals: under 10 seconds, and as many queries to read and calculate with many vans as
with few; lines are written a batch at a time. Rolls back.
"""

import random
import time
from datetime import timedelta

from odoo.tools import SQL

PARTS = 5
USES = 200


def make_vans(env, count):
    """Return the vans of new technicians, in teams of ten."""
    employees = env["hr.employee"].create(
        [
            {"name": f"Benchmark {number}", "company_id": env.company.id}
            for number in range(count)
        ]
    )
    for begin in range(0, count, 10):
        env["field.service.team"].create(
            {
                "name": f"Benchmark {begin}",
                "company_id": env.company.id,
                "member_ids": employees[begin : begin + 10].ids,
            }
        )
    employees._create_service_location()
    return employees


def make_orders(env, employees, products, now):
    """Planned visits with parts, half of which may not be needed."""
    partner = env["res.partner"].create({"name": "Benchmark"})
    job_type = env["field.service.job.type"].create({"name": "Benchmark"})
    orders = env["field.service.order"].create(
        [
            {
                "partner_id": partner.id,
                "job_type_id": job_type.id,
                "company_id": env.company.id,
                "visit_ids": [
                    (
                        0,
                        0,
                        {
                            "technician_id": employee.id,
                            "start": now + timedelta(days=2),
                        },
                    )
                ],
            }
            for employee in employees
        ]
    )
    env["field.service.part"].create(
        [
            {
                "order_id": order.id,
                "location_id": employee.service_location_id.id,
                "product_id": product.id,
                "probability": random.choice((0.25, 1.0)),
            }
            for order, employee in zip(orders, employees, strict=True)
            for product in random.sample(list(products), PARTS)
        ]
    )
    return orders


def make_stock(env, vans, products, warehouse):
    """Stock of each product in each van and, more of it, in the warehouse."""
    env.cr.execute(
        SQL(
            """INSERT INTO stock_quant (product_id, location_id, company_id, quantity,
                                        reserved_quantity, in_date)
               SELECT product_id, location_id, %(company)s, 1 + random() * 3, 0, now()
                 FROM unnest(%(products)s) product_id
                CROSS JOIN unnest(%(places)s) location_id""",
            company=env.company.id,
            products=products.ids,
            places=[*vans.ids, warehouse.lot_stock_id.id],
        )
    )


def make_unplanned(env, products, orders):
    """Parts that technicians used, one for each product."""
    return env["field.service.part"].create(
        [
            {
                "order_id": random.choice(orders).id,
                "product_id": product.id,
                "source": "technician",
            }
            for product in products
        ]
    )


def make_moves(env, vans, products, parts, warehouse):
    """A year of moves: each product into each van, and what was used unplanned."""
    customer = env.ref("stock.stock_location_customers")
    env.flush_all()
    insert = """INSERT INTO stock_move (product_id, product_uom, product_uom_qty,
                    quantity, product_qty, location_id, location_dest_id, company_id,
                    state, date, procure_method, service_part_id)"""
    values = """%(unit)s, 1, 1, 1"""
    env.cr.execute(
        insert
        + f""" SELECT product_id, {values}, %(stock)s, van_id, %(company)s, 'done',
                      now() - CASE WHEN random() < 0.1 THEN interval '300 days'
                                   ELSE interval '20 days' END, 'make_to_stock', NULL
                 FROM unnest(%(products)s) product_id, unnest(%(vans)s) van_id""",
        {
            "unit": products.uom_id.id,
            "stock": warehouse.lot_stock_id.id,
            "company": env.company.id,
            "products": products.ids,
            "vans": vans.ids,
        },
    )
    env.cr.execute(
        insert
        + f""" SELECT part.product_id, {values}, van_id, %(customer)s, %(company)s,
                      'done', now() - interval '1 day' * (1 + number), 'make_to_stock',
                      part.id
                 FROM unnest(%(vans)s) van_id
                 JOIN generate_series(1, %(uses)s) number ON TRUE
                 JOIN field_service_part part
                   ON part.id = (%(parts)s)[1 + (number * van_id)
                                            %% array_length(%(parts)s, 1)]""",
        {
            "unit": products.uom_id.id,
            "customer": customer.id,
            "company": env.company.id,
            "vans": vans.ids,
            "uses": USES,
            "parts": parts.ids,
        },
    )


def analyze(env):
    """Let PostgreSQL know what it knows anyway of tables that grew over the years."""
    env.flush_all()
    for table in ("stock_move", "stock_quant", "field_service_part", "stock_location"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))


def measure(env, vans, products):
    """Print what a proposal for so many vans and products costs."""
    company = env["res.company"].create({"name": f"Benchmark {vans} {products}"})
    env.user.company_ids += company
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    warehouses = env["stock.warehouse"]
    warehouse = warehouses.search([("company_id", "=", company.id)]) or (
        warehouses.create({"name": company.name, "code": f"B{products}"})
    )
    items = env["product.product"].create(
        [
            {"name": f"Benchmark {number}", "type": "consu", "is_storable": True}
            for number in range(products)
        ]
    )
    employees = make_vans(env, vans)
    places = employees.service_location_id
    analyze(env)
    now = env.cr.now()
    orders = make_orders(env, employees, items, now)
    parts = make_unplanned(env, items, orders)
    env.flush_all()
    make_stock(env, places, items, warehouse)
    make_moves(env, places, items, parts, warehouse)
    analyze(env)
    env.invalidate_all()
    lines = env["field.service.replenishment"]
    counts = []
    prepare = type(lines)._prepare_proposal

    def count_reads(self, scope):
        queries, begin = env.cr.sql_log_count, time.monotonic()
        result = prepare(self, scope)
        counts.append((env.cr.sql_log_count - queries, time.monotonic() - begin))
        return result

    type(lines)._prepare_proposal = count_reads
    cpu = time.process_time()
    queries, begin = env.cr.sql_log_count, time.monotonic()
    lines._propose(company)
    env.flush_all()
    seconds, cpu = time.monotonic() - begin, time.process_time() - cpu
    queries = env.cr.sql_log_count - queries
    type(lines)._prepare_proposal = prepare
    found = lines.search_count([("company_id", "=", company.id)])
    print(
        f"{vans} vans, {products} products, {vans * products} pairs: {found} lines in "
        f"{seconds:.1f} s ({cpu:.1f} s of Python), {queries} queries; of these to read "
        f"and calculate: {counts[0][1]:.1f} s, {counts[0][0]} queries"
    )


def run(env):
    """Print the figures."""
    random.seed(19)
    for vans, products in ((10, 100), (100, 1000)):
        measure(env, vans, products)
    env.cr.rollback()


run(env)  # noqa: F821 -- the shell provides it
