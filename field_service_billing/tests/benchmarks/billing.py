"""What billing costs beside Odoo's own invoicing: run in an Odoo shell.

    odoo shell -d DATABASE --no-http < field_service_billing/tests/benchmarks/billing.py

Take a database to throw away. Bills 500 finished orders of 100 customers in one run
(charges to sales orders, these confirmed and invoiced, one invoice per customer), and
posts an invoice of 20 lines for 20 orders. Beside it the same documents without any
work order: sales orders with the same lines, made and confirmed before the clock
starts, invoiced by `_create_invoices`; the invoice of a sales order with the same
analytic distribution. Both are done in turn, three and nine times, and undone; the
fastest of each counts. Goals: billing at most 1.5 times, posting at most 1.1 times.
"""

import time
from datetime import datetime, timedelta

from odoo import Command

CUSTOMERS = 100
ORDERS = 5
TECHNICIANS = 50
LINES = 20
ROUNDS = 3
DAY = datetime(2026, 3, 2, 6, 0)


def make_products(env):
    """Two services with the company's tax."""
    return env["product.product"].create(
        [
            {
                "name": f"Benchmark {name}",
                "type": "service",
                "lst_price": price,
                "invoice_policy": "delivery",
                "uom_id": env.ref("uom.product_uom_hour").id,
                "taxes_id": [Command.set(env.company.account_sale_tax_id.ids)],
            }
            for name, price in (("labour", 80.0), ("fee", 30.0))
        ]
    )


def make_orders(env):
    """Finished orders, each with 2 h of labour and two fees to bill."""
    company = env.company
    company.action_propose_service_accounts()
    company.service_absorb_labour = False
    labour, fee = make_products(env)
    company.write(
        {"service_labour_product_id": labour.id, "service_travel_product_id": False}
    )
    company.service_billing_policy_id = env["field.service.billing.policy"].create(
        {"name": "Benchmark", "grouping": "customer"}
    )
    partners = env["res.partner"].create(
        [{"name": f"Benchmark {n}", "city": "Ghent"} for n in range(CUSTOMERS)]
    )
    job_type = env["field.service.job.type"].create({"name": "Benchmark"})
    orders = env["field.service.order"].create(
        [
            {
                "partner_id": partner.id,
                "job_type_id": job_type.id,
                "coverage": "chargeable",
            }
            for partner in partners
            for __ in range(ORDERS)
        ]
    )
    orders.action_release()
    charge = {"kind": "fee", "product_id": fee.id}
    env["field.service.charge"].create(
        [{**charge, "order_id": order.id} for order in orders for __ in range(2)]
    )
    work(env, orders)
    # Made at the first posting, whoever makes the invoice.
    orders._ensure_analytic_accounts()
    return orders


def work(env, orders):
    """One visit of 2 h for each order."""
    people = env["hr.employee"].create(
        [{"name": f"Benchmark {number}"} for number in range(TECHNICIANS)]
    )
    for number, order in enumerate(orders):
        start = DAY + timedelta(hours=2 * (number // TECHNICIANS))
        visit = env["field.service.visit"].create(
            {
                "order_id": order.id,
                "technician_id": people[number % TECHNICIANS].id,
                "start": start,
                "stop": start + timedelta(hours=2),
            }
        )
        visit.register_event("work_start", visit.start)
        visit.register_event("work_end", visit.stop, result="solved")


def make_plain_sale_orders(env, groups):
    """Sales orders with the same lines and no work order, ready to invoice."""
    sale_orders = env["sale.order"].create(
        [
            {
                "partner_id": charges.order_id[0].partner_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": charge.product_id.id,
                            "name": charge.name,
                            "product_uom_qty": charge.quantity,
                            "price_unit": charge.price_unit,
                            "analytic_distribution": (
                                charge.order_id._get_analytic_distribution()
                            ),
                        }
                    )
                    for charge in charges
                ],
            }
            for charges in groups
        ]
    )
    sale_orders.action_confirm()
    for line in sale_orders.order_line:
        line.qty_delivered = line.product_uom_qty
    return sale_orders


def make_invoices(env, orders):
    """Two drafts with a line per order: of work orders, and of a plain sales order."""
    orders.charge_ids.filtered(lambda charge: charge.kind == "fee").unlink()
    ours = orders._create_invoices()
    charges = ours.invoice_line_ids.sale_line_ids.service_charge_ids
    return ours, make_plain_sale_orders(env, [charges])._create_invoices()


def measure(env, function):
    """Return seconds, seconds of Python and queries of a function; it is undone."""
    env.cr.flush()
    env.invalidate_all()
    savepoint = env.cr.savepoint()
    queries = env.cr.sql_log_count
    begin, work = time.monotonic(), time.process_time()
    function()
    env.cr.flush()  # with the messages that are posted before a commit
    seconds, work = time.monotonic() - begin, time.process_time() - work
    queries = env.cr.sql_log_count - queries
    savepoint.close(rollback=True)
    env.invalidate_all()
    return seconds, work, queries


def compare(env, label, ours, plain, goal, rounds=ROUNDS):
    """Print how long both take, in turn, and the ratio of the fastest."""
    measure(env, plain)
    figures = [(measure(env, ours), measure(env, plain)) for __ in range(rounds)]
    mine, theirs = (
        [min(column) for column in zip(*side, strict=True)]
        for side in zip(*figures, strict=True)
    )
    print(
        f"{label}: {mine[0]:.2f} s ({mine[1]:.2f} s of Python), {mine[2]} queries; "
        f"Odoo's own {theirs[0]:.2f} s ({theirs[1]:.2f} s), {theirs[2]} queries; "
        f"ratio {mine[0] / theirs[0]:.2f} ({mine[1] / theirs[1]:.2f}), goal {goal}",
        flush=True,
    )


def run(env):
    """Print the figures."""
    orders = make_orders(env)
    customers = orders.grouped("partner_id").values()
    plain = make_plain_sale_orders(env, [theirs.charge_ids for theirs in customers])

    def bill():
        result = orders._run_billing()
        found = (len(result.invoices), len(result.left_out))
        assert found == (CUSTOMERS, 0), found

    def invoice():
        assert len(plain._create_invoices(final=True)) == CUSTOMERS

    compare(env, f"Billing {len(orders)} orders", bill, invoice, 1.5)
    run_posting(env, orders)


def run_posting(env, orders):
    """Compare the posting of one invoice for many orders."""
    some = orders[:LINES]
    some.partner_id = some[0].partner_id
    ours, plain = make_invoices(env, some)
    found = [len(move.invoice_line_ids) for move in (*ours, *plain)]
    assert found == [LINES, LINES], found
    compare(
        env,
        f"Posting {LINES} lines for {LINES} orders",
        ours.action_post,
        plain.action_post,
        1.1,
        rounds=3 * ROUNDS,
    )


run(env)  # noqa: F821
env.cr.rollback()  # noqa: F821
