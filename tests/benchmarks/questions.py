"""What the screens ask of a ledger, and the same in plain SQL written by hand."""

from contextlib import contextmanager
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tools import SQL

from . import ledgers
from .groups import Groups

SUMS = ("revenue", "parts", "labour", "travel", "subcontract", "other", "margin")
# Twelve figures of a dashboard.
FIGURES = (
    *(f"{name}:sum" for name in SUMS),
    "margin_rate:avg",
    "__count",
    "revenue:max",
    "margin:min",
    "margin:max",
)
MEASURES = (*(f"{name}:sum" for name in SUMS), "margin_rate:avg")
POSTED = tuple(f"posted_{name}" for name in SUMS if name != "other")
PROFIT_AND_LOSS = (
    "income",
    "income_other",
    "expense",
    "expense_other",
    "expense_depreciation",
    "expense_direct_cost",
)
# Kinds of costs as they are posted here; the report's own rule knows more of them.
KIND = """CASE WHEN item.service_cost_type IS NOT NULL THEN item.service_cost_type
               WHEN account.account_type IN ('income', 'income_other') THEN 'revenue'
               WHEN entry.move_type IN ('in_invoice', 'in_refund')
                AND item.display_type = 'product'
               THEN CASE WHEN template.type <> 'service' THEN 'parts'
                         ELSE 'subcontract' END
               ELSE 'other' END"""
PLAIN = f"""SELECT item.date, item.company_id, item.account_id, share.amount,
                   service_order.id AS order_id, service_order.partner_id,
                   service_order.job_type_id, service_order.team_id, {KIND} AS kind
              FROM account_analytic_line share
              JOIN field_service_order service_order
                ON service_order.analytic_account_id = share.%(plan)s
              JOIN account_move_line item ON item.id = share.move_line_id
              JOIN account_move entry ON entry.id = item.move_id
              JOIN account_account account ON account.id = item.account_id
              LEFT JOIN product_product product ON product.id = item.product_id
              LEFT JOIN product_template template
                     ON template.id = product.product_tmpl_id
             WHERE item.parent_state = 'posted'
               AND account.account_type IN %(types)s"""
# The shape of an order's profit (materialised parts), grouped by month.
PLAIN_BY_MONTH = f"""
    WITH account AS MATERIALIZED (
        SELECT id, account_type FROM account_account WHERE account_type IN %(types)s),
    share AS MATERIALIZED (
        SELECT %(plan)s AS work_order, move_line_id, SUM(amount) AS amount
          FROM account_analytic_line
         WHERE %(plan)s IS NOT NULL AND move_line_id IS NOT NULL GROUP BY 1, 2),
    profit AS (
        SELECT item.date, share.amount, {KIND} AS kind
          FROM share
          JOIN field_service_order service_order
            ON service_order.analytic_account_id = share.work_order
          JOIN account_move_line item ON item.id = share.move_line_id
           AND item.parent_state = 'posted' AND item.date >= %(date)s
          JOIN account_move entry ON entry.id = item.move_id
          JOIN account ON account.id = item.account_id
          LEFT JOIN product_product product ON product.id = item.product_id
          LEFT JOIN product_template template ON template.id = product.product_tmpl_id)
    SELECT date_trunc('month', date)::date, %(sums)s, COUNT(*),
           MAX(CASE WHEN kind = 'revenue' THEN amount ELSE 0 END),
           MIN(amount), MAX(amount)
      FROM profit GROUP BY 1 ORDER BY 1"""
RECONCILED = """
    WITH shared AS (
        SELECT share.move_line_id, SUM(share.amount) AS amount,
               SUM(share.amount) FILTER (WHERE service_order.id IS NOT NULL) AS mine
          FROM account_analytic_line share
          JOIN account_move_line item ON item.id = share.move_line_id
           AND item.company_id = %(company)s
           AND item.date BETWEEN %(first)s AND %(last)s
          LEFT JOIN field_service_order service_order
                 ON service_order.analytic_account_id = share.%(plan)s
         WHERE share.%(plan)s IS NOT NULL GROUP BY 1)
    SELECT item.account_id, -SUM(item.balance), SUM(shared.mine),
           SUM(CASE WHEN shared.amount IS NULL THEN -item.balance
                    ELSE shared.amount - COALESCE(shared.mine, 0) END),
           SUM(-item.balance - shared.amount)
      FROM account_move_line item
      JOIN account_account account ON account.id = item.account_id
      LEFT JOIN shared ON shared.move_line_id = item.id
     WHERE item.parent_state = 'posted' AND account.account_type IN %(types)s
       AND item.company_id = %(company)s AND item.date BETWEEN %(first)s AND %(last)s
     GROUP BY 1"""


class Question(NamedTuple):
    """Something a screen asks, and what its cost is compared with."""

    name: str
    ask: object
    beside: str
    references: object
    goal: float | None


def get_questions(env):
    """Return all questions of the benchmark."""
    return [
        *get_dashboard(env),
        *get_groupings(env),
        *get_records(env),
        get_reconciliation(env),
    ]


def get_bounded(env):
    """Return the questions whose answer is as large on a small ledger as on a large."""
    chosen = ("pivot, one team and quarter", "list of 80 orders", "form of an order")
    every = [*get_groupings(env), *get_records(env)]
    return [question for question in every if question.name.startswith(chosen)]


# ------------------------------------------------------------------------- references
def plain(env, query, **values):
    """Return what runs a query written by hand."""
    plan = SQL.identifier(env["field.service.order"]._get_plan_column())
    query = SQL(query, plan=plan, types=PROFIT_AND_LOSS, **values)

    def ask():
        # The reports switch it off for their transaction.
        env.cr.execute("SET LOCAL jit TO DEFAULT")
        env.execute_query(query)
        env.cr.execute("SET LOCAL jit = off")

    return ask


def calls(*references):
    """Return a context that gives these references."""

    @contextmanager
    def give():
        yield references

    return give


def get_sums_sql(measures=MEASURES):
    """The figures of a set of rows with ``kind`` and ``amount``."""
    sums = [
        f"SUM(CASE WHEN kind = '{name}' THEN {sign}amount ELSE 0 END)"
        for name, sign in zip(SUMS[:-1], ("", "-", "-", "-", "-", "-"), strict=True)
    ]
    sums.append("SUM(amount)")
    by_measure = dict(zip(MEASURES, sums, strict=False))
    by_measure["margin_rate:avg"] = f"SUM(amount) / NULLIF({sums[0]}, 0)"
    return SQL(", ".join(by_measure[name] for name in measures))


def get_grouped(env, sets, where="TRUE", measures=MEASURES, **values):
    """Return the aggregation by some sets of columns, in plain SQL."""
    grouping = ", ".join(f"({', '.join(columns)})" for columns in sets)
    names = list(dict.fromkeys(name for columns in sets for name in columns))
    shown = SQL("".join(f"{name}, " for name in names))
    query = f"""SELECT %(shown)s %(sums)s
                  FROM (SELECT plain.*, date_trunc('month', date)::date AS month
                          FROM ({PLAIN}) plain) plain
                 WHERE {where} GROUP BY GROUPING SETS ({grouping})"""
    return plain(env, query, shown=shown, sums=get_sums_sql(measures), **values)


# -------------------------------------------------------------------------- questions
def get_year():
    """Return the first day of the twelve months that end with the current one."""
    return fields.Date.today().replace(day=1) - relativedelta(months=11)


def get_dashboard(env):
    """Twelve figures by month, as one question; also as people ask Odoo for it."""
    year = get_year()
    report = env["field.service.ledger.report"]
    items = env["account.analytic.line"]
    plan = env["field.service.order"]._get_plan_column()
    sums = get_sums_sql()

    def ask():
        return report._read_group([("date", ">=", year)], ["date:month"], FIGURES)

    def ask_odoo():
        return items.formatted_read_group(
            [("date", ">=", year), (plan, "!=", False)],
            ["date:month", "general_account_id"],
            ["amount:sum"],
        )

    reference = calls(plain(env, PLAIN_BY_MONTH, date=year, sums=sums))
    flat = calls(get_grouped(env, [["month"]], "date >= %(date)s", date=year))
    return [
        Question("dashboard, 12 figures x 12 months", ask, "plain SQL", reference, 0.7),
        Question("the same", ask, "flat SQL, 8 of the figures", flat, None),
        Question(
            "the same", ask, "analytic items, month x account", calls(ask_odoo), None
        ),
    ]


def get_groupings(env):
    """Pivots, graphs and grouped lists of the profit report."""
    report = env["field.service.ledger.report"]
    team = env["field.service.team"].search([("name", "=", "Team 1")], limit=1)
    team = team or env["field.service.team"].search([], limit=1)
    quarter = fields.Date.today() - relativedelta(months=15)
    last = quarter + relativedelta(months=3)
    some = [("team_id", "=", team.id), ("date", ">=", quarter), ("date", "<", last)]
    some_sql = "team_id = %(team)s AND date >= %(first)s AND date < %(last)s"
    some_values = {"team": team.id, "first": quarter, "last": last}

    def pivot(name, domain, columns, where="TRUE", **values):
        sets = [columns, columns[:1], columns[1:], []]
        specs = [
            [spec.replace("month", "date:month") for spec in each] for each in sets
        ]
        own = [spec.replace("month", "date") for spec in columns]

        def ask():
            return report.formatted_read_grouping_sets(domain, specs, MEASURES)

        @contextmanager
        def references():
            groups = Groups(report, domain, own)
            yield [
                get_grouped(env, sets, where, **values),
                lambda: groups.read_sets(specs, MEASURES),
            ]

        return Question(name, ask, "plain SQL + formatting", references, 1.2)

    def groups(name, columns, measures=MEASURES, domain=(), **options):
        specs = [spec.replace("month", "date:month") for spec in columns]
        own = [spec.replace("month", "date") for spec in columns]

        def ask():
            return report.formatted_read_group(list(domain), specs, measures, **options)

        @contextmanager
        def references():
            groups = Groups(report, list(domain), own)
            yield [
                get_grouped(env, [columns], measures=measures),
                lambda: groups.read(specs, measures, **options),
            ]

        return Question(name, ask, "plain SQL + formatting", references, 1.2)

    items = env["account.analytic.line"]
    plan = env["field.service.order"]._get_plan_column()

    def ask_odoo():
        # Kinds of jobs are nothing it knows: what a cost is for says the product.
        return items.formatted_read_group(
            [(plan, "!=", False)],
            ["date:month", "general_account_id", "product_id"],
            ["amount:sum"],
        )

    def beside_odoo(question):
        return question._replace(
            name="the same",
            beside="analytic items, acc. x product x month",
            references=calls(ask_odoo),
            goal=None,
        )

    return [
        pivot("pivot, job type x month, everything", [], ["job_type_id", "month"]),
        beside_odoo(pivot("", [], ["job_type_id", "month"])),
        pivot("pivot, team x month, everything", [], ["team_id", "month"]),
        pivot(
            "pivot, one team and quarter, job type x month",
            some,
            ["job_type_id", "month"],
            some_sql,
            **some_values,
        ),
        groups("graph, margin by month, all time", ["month"], ["margin:sum"]),
        groups("list grouped by customer", ["partner_id"]),
        groups("worst 80 orders", ["order_id"], limit=80, order="margin:sum"),
    ]


def get_records(env):
    """Lists and forms of work orders, without and with the figures."""
    orders = env["field.service.order"]
    columns = get_shown_fields(orders, "list")
    form = get_shown_fields(orders, "form")
    order = orders.search([("state", "=", "done")], limit=1, offset=40)

    def specify(names):
        return {
            name: {"fields": {"display_name": {}}}
            if orders._fields[name].relational
            else {}
            for name in ("currency_id", *names)
        }

    def read_list(*figures):
        specification = specify((*columns, *figures))
        return lambda: orders.web_search_read([], specification, limit=80)

    def read_form(*figures):
        specification = specify((*form, *figures))
        return lambda: order.web_read(specification)

    return [
        Question(
            "list of 80 orders with margin columns",
            read_list(*POSTED),
            "the list without",
            calls(read_list()),
            1.3,
        ),
        get_balances(env),
        Question(
            "form of an order with its profit",
            read_form(*POSTED, "posted_other", "posted_margin_rate"),
            "the form without",
            calls(read_form()),
            1.2,
        ),
    ]


def get_balances(env):
    """What 80 orders have earned, and the balances that Odoo shows of 80 accounts."""
    orders = env["field.service.order"]
    accounts = env["account.analytic.account"]
    plan = env.ref("field_service.analytic_plan_work_orders")
    figures = {name: {} for name in ("name", *POSTED)}
    balances = {name: {} for name in ("name", "balance", "debit", "credit")}

    def ask():
        return orders.web_search_read([], figures, limit=80)

    def ask_odoo():
        return accounts.web_search_read(
            [("plan_id", "=", plan.id)], balances, limit=80, order="id desc"
        )

    return Question(
        "80 orders, names and six figures",
        ask,
        "80 analytic accounts, balances",
        calls(ask_odoo),
        None,
    )


def get_shown_fields(orders, kind):
    """Return the fields that a view reads, the figures left out."""
    shown = orders.get_views([(False, kind)])["models"][orders._name]["fields"]
    return [name for name in shown if not name.startswith("posted_")]


def get_reconciliation(env):
    """One company and month, as the screen asks."""
    company = ledgers.find_companies(env)[0]
    first = fields.Date.today().replace(day=1) - relativedelta(months=14)
    last = first + relativedelta(months=1, days=-1)
    report = env["field.service.reconciliation"]
    domain = [
        ("company_id", "=", company.id),
        ("period", ">=", first),
        ("period", "<=", last),
    ]
    figures = [
        f"{name}:sum"
        for name in ("profit_and_loss", "on_orders", "off_orders", "split_rest")
    ]

    def ask():
        return report.formatted_read_group(
            domain, ["account_id"], [*figures, "difference:sum"]
        )

    values = {"company": company.id, "first": first, "last": last}
    reference = calls(plain(env, RECONCILED, **values))
    return Question(
        "reconciliation, one company and month", ask, "plain SQL", reference, 1.5
    )
