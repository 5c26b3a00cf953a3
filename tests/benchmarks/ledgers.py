"""Ledgers of three sizes, for benchmarks and for the proof that large books tie.

Two companies do a handful of work orders through the models: visits with hours and
travel, parts from the van, invoices, a credit note, fixed prices, warranty, a
subcontractor shared by two orders, an agreement with a fee, and what has nothing to do
with any order: rent, wages, counter sales, other projects. Odoo posts all of it. Then
the lot is copied by SQL (see ``multiply``) over two years, among many customers,
technicians, teams, job types and pieces of equipment.

Left out, as no report of profit reads them: quants, bookings and messages.
"""

from typing import NamedTuple

from odoo import Command
from odoo.tools import SQL

from .. import story
from .multiply import Multiplier

# Posted journal items on work orders.
SIZES = {"S": 10_000, "M": 100_000, "L": 1_000_000}
DAYS = 730
# So many copies of the seed share a team, whatever the size of the ledger.
COPIES_OF_A_TEAM = 50
TECHNICIANS_OF_A_TEAM = 4

TABLES = (
    "account_analytic_account",
    "field_service_order",
    "field_service_order_state_log",
    "field_service_visit",
    "field_service_event",
    "field_service_visit_rate",
    "sale_order",
    "sale_order_line",
    "field_service_part",
    "field_service_charge",
    "account_move",
    "stock_picking",
    "stock_move",
    "stock_move_line",
    "account_move_line",
    "account_analytic_line",
)
RELATIONS = ("sale_order_line_invoice_rel",)
SCALED = (
    ("account_move_line", "price_unit"),
    ("sale_order_line", "price_unit"),
    ("field_service_charge", "price_unit"),
    ("stock_move", "price_unit"),
)
NAMES = (
    ("field_service_order", "name"),
    ("account_move", "name"),
    ("account_move_line", "move_name"),
    ("sale_order", "name"),
    ("stock_picking", "name"),
    ("account_analytic_account", "code"),
)
# Keys of doors that must not open twice.
EMPTIED = (
    ("field_service_order", "access_token"),
    ("account_move", "access_token"),
    ("sale_order", "access_token"),
)


class Ledger(NamedTuple):
    """What was made."""

    companies: object
    copies: int
    orders: int
    on_orders: int
    items: int
    analytic_items: int

    def describe(self):
        """Return it in words."""
        return (
            f"{self.orders:,} orders, {self.on_orders:,} posted items on them, "
            f"{self.items:,} journal items, {self.analytic_items:,} analytic items"
        )


def find_companies(env):
    """Return the companies of the ledger in a database."""
    names = (story.COMPANY_A, story.COMPANY_B)
    return env["res.company"].search([("name", "in", names)], order="id")


class Planted(NamedTuple):
    """The companies with their seed, and what copies it."""

    settings: list
    seeds: list
    multiplier: object


def fill(env, size, *, bulk=False):
    """Make the ledger of a size: S, M or L."""
    planted = plant(env)
    sow(planted)
    return grow(planted, SIZES[size], bulk=bulk)


def plant(env):
    """Make two companies that are ready to work."""
    env = env(context={**env.context, "tracking_disable": True})
    settings = [
        story.prepare_company(env, story.COMPANY_A),
        story.prepare_company(env, story.COMPANY_B),
    ]
    story.prepare_aurora(settings[0])
    story.prepare_boreal(settings[1])
    seeds = [prepare_seed(setting) for setting in settings]
    multiplier = make_multiplier(env)
    return Planted(settings, seeds, multiplier)


def sow(planted):
    """Do the work that is copied."""
    planted.multiplier.mark()
    for setting, seed in zip(planted.settings, planted.seeds, strict=True):
        play(setting, seed)


def grow(planted, size, *, bulk=False):
    """Copy the seed until so many posted items are on orders; return what there is."""
    settings, seeds, multiplier = planted
    copies = -(-size // count_on_orders(multiplier.env, settings)) - 1
    add_pools(multiplier, settings, seeds, copies)
    multiplier.multiply(copies, DAYS, bulk=bulk)
    return describe(multiplier.env, settings, copies)


# ------------------------------------------------------------------------- set-up
class Seed(NamedTuple):
    """Records of one company that the copies replace by others of their kind."""

    team: object
    asset: object
    agreement: object
    project: object


def prepare_seed(setting):
    """Make what the work refers to."""
    env, company = setting.env, setting.company
    team = env["field.service.team"].create(
        {
            "name": "Team 0",
            "company_id": company.id,
            "member_ids": setting.technician.ids,
        }
    )
    asset = env["field.service.asset"].create(
        {
            "name": "Boiler 0",
            "partner_id": setting.customer.id,
            "company_id": company.id,
        }
    )
    agreement = env["field.service.agreement"].create(
        {
            "partner_id": setting.customer.id,
            "company_id": company.id,
            "date_start": "2020-01-01",
        }
    )
    agreement.analytic_account_id = env["account.analytic.account"].create(
        {
            "name": agreement.name,
            "plan_id": env.ref("field_service.analytic_plan_work_orders").id,
            "company_id": company.id,
        }
    )
    project = env["account.analytic.account"].create(
        {
            "name": "Another project",
            "plan_id": env.ref("analytic.analytic_plan_projects").id,
            "company_id": company.id,
        }
    )
    return Seed(team, asset, agreement, project)


# --------------------------------------------------------------------------- the seed
def play(setting, seed):
    """The work of a company that is copied, and what it books beside."""
    story.buy(setting, 30, 8.0)
    orders = [
        do_order(setting, seed, number, **values)
        for number, values in enumerate(
            (
                {"coverage": "chargeable"},
                {"coverage": "chargeable"},
                {
                    "coverage": "chargeable",
                    "pricing_method": "fixed",
                    "fixed_price": 640.0,
                },
                {"coverage": "warranty"},
                {"coverage": "chargeable"},
            )
        )
    ]
    subcontract(setting, orders[2], orders[3])
    credit = bill(orders[0])._reverse_moves(
        [{"invoice_date": story.first_day().date()}]
    )
    credit.action_post()
    for order in (orders[0], orders[1], orders[2], orders[4]):
        bill(order)
    book_beside(setting, seed)


def do_order(setting, seed, number, **values):
    """One order with two visits and parts."""
    order = story.create_order(
        setting,
        f"Seed {number}",
        team_id=seed.team.id,
        asset_ids=[Command.set(seed.asset.ids)],
        **values,
    )
    story.add_part(order, setting.part, number % 3 + 1).action_use()
    # Planned first: the order is done when its last visit is.
    days = (number * 2, number * 2 + 1)
    for visit in [story.plan(setting, order, day=day) for day in days]:
        story.work(visit, 1.0 + number * 0.5, travel=0.5)
    return order


def subcontract(setting, order, other):
    """A subcontractor's bill for two orders, and one for one of them."""
    shares = {**story.share(order, 60.0), **story.share(other, 40.0)}
    story.bill_from(setting, "Crane & Sons", 150.0, shares)
    story.bill_from(setting, "Electrician", 80.0, story.share(order, 100.0))


def bill(order):
    """Invoice an order a few days after the work."""
    invoice = order._create_invoices()
    invoice.invoice_date = story.first_day().date()
    invoice.action_post()
    return invoice


def book_beside(setting, seed):
    """What has nothing to do with any order: three in ten analytic items, and more."""
    project = {str(seed.project.id): 100.0}
    agreed = {str(seed.agreement.analytic_account_id.id): 100.0}
    book(setting, "out_invoice", [("Fee", 120.0, agreed)])
    counter = [(f"Counter {number}", 35.0, project) for number in range(6)]
    book(setting, "out_invoice", [*counter, ("Cash", 12.5, False)])
    supplies = [(f"Supplies {number}", 20.0 + number, project) for number in range(6)]
    book(setting, "in_invoice", [*supplies, ("Rent", 500.0, False)])
    story.bill_from(setting, "Payroll Office", 800.0)


def book(setting, move_type, lines):
    """Post an invoice or a bill that is for no work order."""
    invoice = setting.env["account.move"].create(
        {
            "move_type": move_type,
            "company_id": setting.company.id,
            "partner_id": setting.customer.id,
            "invoice_date": story.first_day().date(),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": name,
                        "price_unit": price,
                        "quantity": 1.0,
                        "tax_ids": [Command.clear()],
                        "analytic_distribution": distribution,
                    }
                )
                for name, price, distribution in lines
            ],
        }
    )
    invoice.action_post()
    return invoice


# ------------------------------------------------------------------------- the copies
def make_multiplier(env):
    """Return what copies the seed, with the exceptions to plain copying."""

    def rename(table, column):
        own = SQL.identifier("seed", column)
        return lambda _multiplier: SQL("%s || '/' || copy.number", own)

    def scale(column):
        own = SQL.identifier("seed", column)
        return lambda _multiplier: SQL("%s * copy.factor", own)

    def follow_source(multiplier):
        """The record that an entry of the suite was posted for."""
        own = SQL("seed.service_source_id")
        branches = [
            SQL(
                "WHEN %s THEN %s",
                model,
                multiplier.get_copied_id(env[model]._table, own),
            )
            for model in ("field.service.visit", "stock.move", "field.service.order")
        ]
        return SQL(
            "COALESCE(CASE seed.service_source_model %s END, %s)",
            SQL(" ").join(branches),
            own,
        )

    rewritten = {
        **{(table, column): rename(table, column) for table, column in NAMES},
        **{(table, column): scale(column) for table, column in SCALED},
        **{key: lambda _multiplier: SQL("NULL") for key in EMPTIED},
        ("account_move_line", "service_source_id"): follow_source,
    }
    assets = env["field.service.order"]._fields["asset_ids"].relation
    return Multiplier(env, TABLES, (*RELATIONS, assets), rewritten)


def add_pools(multiplier, settings, seeds, copies):
    """Many customers, technicians and so on instead of the one of the seed."""
    teams = max(1, copies // COPIES_OF_A_TEAM)
    pools = {name: [] for name in ("customer", "technician", "team", "asset", "job")}
    for setting, seed in zip(settings, seeds, strict=True):
        company = setting.company.id
        customers = setting.env["res.partner"].create(
            [
                {"name": f"Customer {number}"}
                for number in range(min(max(copies // 2, 5), 2000))
            ]
        )
        pools["customer"].append(customers.ids)
        pools["asset"].append(
            seed.asset.create(
                [
                    {
                        "name": f"Boiler {number}",
                        "partner_id": customer.id,
                        "company_id": company,
                    }
                    for number, customer in enumerate(customers, 1)
                ]
            ).ids
        )
        pools["job"].append(
            setting.job_type.create(
                [
                    {"name": f"Job {number}", "company_id": company}
                    for number in range(10)
                ]
            ).ids
        )
        technicians = setting.technician.create(
            [
                {"name": f"Technician {number}", "company_id": company}
                for number in range(min(teams * TECHNICIANS_OF_A_TEAM, 150))
            ]
        )
        pools["technician"].append(technicians.ids)
        pools["team"].append(
            seed.team.create(
                [
                    {
                        "name": f"Team {number}",
                        "company_id": company,
                        "member_ids": technicians[number::teams].ids,
                    }
                    for number in range(teams)
                ]
            ).ids
        )
    add = multiplier.add_pool
    add("res_partner", [each.customer.id for each in settings], pools["customer"])
    add("hr_employee", [each.technician.id for each in settings], pools["technician"])
    add("field_service_job_type", [each.job_type.id for each in settings], pools["job"])
    add("field_service_team", [seed.team.id for seed in seeds], pools["team"])
    add("field_service_asset", [seed.asset.id for seed in seeds], pools["asset"])


# ---------------------------------------------------------------------------- counting
def count_on_orders(env, settings):
    """Return the number of posted items with a share on an order."""
    return env["account.move.line"].search_count(
        [
            ("company_id", "in", [setting.company.id for setting in settings]),
            ("parent_state", "=", "posted"),
            ("service_order_ids", "!=", False),
        ]
    )


def describe(env, settings, copies):
    """Return what is in the ledger now."""
    companies = env["res.company"].union(*(setting.company for setting in settings))
    domain = [("company_id", "in", companies.ids)]
    return Ledger(
        companies,
        copies,
        env["field.service.order"].search_count(domain),
        count_on_orders(env, settings),
        env["account.move.line"].search_count(domain),
        env["account.analytic.line"].search_count(domain),
    )
