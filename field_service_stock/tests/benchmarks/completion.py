"""What completing orders costs: run in an Odoo shell, on a database to throw away.

    odoo shell -d DATABASE --no-http < .../tests/benchmarks/completion.py

Completes 100 work orders with 3 reserved parts each, one after the other as
technicians do. The visit is over already; its parts leave stock, their cost is posted,
and the order is done. Beside it, in the same run and in turns, the same transfers
without any work order are validated, and as many plain journal entries of the same size
are posted.
Prints both times and the ratio; goal: at most 1.5. Rolls back.

Set PROFILE=1 to see where the time goes.
"""

import cProfile
import gc
import os
import pstats
import time
from datetime import datetime, timedelta

ORDERS = int(os.environ.get("ORDERS", "100"))
PARTS = 3
ROUNDS = 5


class Bench:
    """Orders and transfers over the same parts, from the same place."""

    def __init__(self, env):
        self.env = env
        self.company = env.company
        self.company.inventory_valuation = "real_time"
        self.company.action_propose_service_accounts()
        self.partner = env["res.partner"].create({"name": "Benchmark"})
        self.job_type = env["field.service.job.type"].create({"name": "Benchmark"})
        self.technician = env["hr.employee"].create({"name": "Benchmark"})
        self.day = datetime.now().replace(microsecond=0) - timedelta(days=3 * ORDERS)
        self.warehouse = env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.products = self.make_products()
        self.customers = env["stock.warehouse"]._get_partner_locations()[0]

    def make_products(self):
        """One part of each cost method, with enough of it in stock."""
        products = self.env["product.product"]
        for method in ("standard", "average", "fifo"):
            category = self.env["product.category"].create(
                {"name": method, "property_cost_method": method}
            )
            category.property_valuation = "real_time"
            products |= products.create(
                {
                    "name": f"Benchmark {method}",
                    "type": "consu",
                    "is_storable": True,
                    "standard_price": 7.0,
                    "categ_id": category.id,
                }
            )
        for product in products:
            for price in (6.0, 7.0, 9.0):
                self.receive(product, ORDERS * PARTS, price)
        return products

    def receive(self, product, quantity, price):
        """Bring parts into the warehouse."""
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "product_uom": product.uom_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "value_manual": price * quantity,
            }
        )
        move._action_confirm()
        move.quantity = quantity
        move.picked = True
        move._action_done()

    def make_orders(self, count):
        """Released orders whose parts are reserved."""
        orders = self.env["field.service.order"].create(
            [
                {
                    "partner_id": self.partner.id,
                    "job_type_id": self.job_type.id,
                    "part_ids": [
                        (0, 0, {"product_id": product.id}) for product in self.products
                    ],
                }
                for __ in range(count)
            ]
        )
        orders.action_release()
        for order in orders:
            self.visit(order)
        return orders

    def visit(self, order):
        """A visit from start to end, a day each: only the parts are missing now."""
        self.day += timedelta(days=1)
        visit = self.env["field.service.visit"].create(
            {
                "order_id": order.id,
                "technician_id": self.technician.id,
                "start": self.day,
            }
        )
        visit.register_event("work_start", self.day)
        visit.register_event("work_end", self.day + timedelta(hours=1), result="solved")

    def make_pickings(self, count):
        """Reserved deliveries of the same parts."""
        pickings = self.env["stock.picking"].create(
            [
                {
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "partner_id": self.partner.id,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "location_dest_id": self.customers.id,
                    "move_ids": [
                        (0, 0, self.prepare_move(product)) for product in self.products
                    ],
                }
                for __ in range(count)
            ]
        )
        pickings.action_confirm()
        pickings.action_assign()
        return pickings

    def prepare_move(self, product):
        """Return the values of a stock move over one piece."""
        return {
            "product_id": product.id,
            "product_uom_qty": 1.0,
            "product_uom": product.uom_id.id,
            "location_id": self.warehouse.lot_stock_id.id,
            "location_dest_id": self.customers.id,
        }

    def complete(self, order):
        """What the technician's last tap does."""
        order.action_use_parts()
        assert order.state == "done", order.state

    def validate(self, picking):
        """What it would do without work orders: a transfer, and an entry beside it."""
        picking.button_validate()
        assert picking.state == "done", picking.state
        accounts = (
            self.company.service_parts_account_id,
            self.company.account_stock_valuation_id,
        )
        takes, gives = (account.id for account in accounts)
        lines = [(takes, 1.0), (takes, 2.0), (takes, 3.0), (gives, -6.0)]
        self.env["account.move"].create(
            {
                "journal_id": self.company.service_journal_id.id,
                "line_ids": [
                    (0, 0, {"account_id": account, "balance": balance})
                    for account, balance in lines
                ],
            }
        ).action_post()


def measure(env, action, records):
    """Return the seconds and queries of an action on one record after the other."""
    env.flush_all()
    env.invalidate_all()
    gc.collect()
    queries, begin = env.cr.sql_log_count, time.monotonic()
    for record in records:
        action(record)
        env.flush_all()
    return time.monotonic() - begin, env.cr.sql_log_count - queries


def run(env):
    """Print the figures."""
    bench = Bench(env)
    share = ORDERS // ROUNDS
    measure(env, bench.complete, bench.make_orders(2))
    measure(env, bench.validate, bench.make_pickings(2))
    figures = {"plain": [], "ours": []}
    profile = cProfile.Profile()
    for __ in range(ROUNDS):
        orders, pickings = bench.make_orders(share), bench.make_pickings(share)
        figures["plain"].append(measure(env, bench.validate, pickings))
        if os.environ.get("PROFILE"):
            profile.enable()
        figures["ours"].append(measure(env, bench.complete, orders))
        profile.disable()
    plain, ours = (
        [sum(column) for column in zip(*figures[name], strict=True)]
        for name in ("plain", "ours")
    )
    print(f"{ORDERS} transfers and entries: {plain[0]:.2f} s, {plain[1]} queries")
    print(f"{ORDERS} orders completed: {ours[0]:.2f} s, {ours[1]} queries")
    print(f"ratio: {ours[0] / plain[0]:.2f}")
    if os.environ.get("PROFILE"):
        pstats.Stats(profile).sort_stats("cumulative").print_stats("field_service", 60)


run(env)  # noqa: F821 - given by the shell
env.cr.rollback()  # noqa: F821
