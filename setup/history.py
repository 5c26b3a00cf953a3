"""Import historic work orders from a CSV file, through Odoo's own import.

The file has the columns date, equipment, description, type and cost. Each row becomes a
closed work order whose cost is posted on the day it was completed. A row that cannot be
imported is reported with its line and the reason and blocks nothing else; a row that is
there already, with the same cost, is left alone.
"""

import csv
import hashlib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.story import report_reconciliation

COLUMNS = ("date", "equipment", "description", "type", "cost")
COMPANY = "Imported History"
CURRENCY = "AUD"
REGISTER = Path(__file__).with_name("equipment.csv")
# What the columns become; the first is Odoo's external identifier.
FIELDS = [
    "id",
    "company_id/.id",
    "completed_on",
    "asset_ids",
    "description",
    "job_type_id",
    "historic_cost",
    "is_historic",
    "state",
]
BATCH = 500


class Row(NamedTuple):
    """One line of the file."""

    line: int
    key: str
    date: str
    equipment: str
    description: str
    type: str
    cost: str


class Result(NamedTuple):
    """What became of the file: rows imported, left alone, and {line: reason}."""

    company: object
    imported: int
    unchanged: int
    refused: dict


def read_rows(path):
    """Return the rows of a file.

    The key of a row stands for what it says, not for where it stands, so that the same
    file, or a longer one, can be imported again. The cost is left out: a corrected cost
    corrects the order.

    :raises ValueError: when the file lacks a column
    """
    rows, seen = [], Counter()
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{path} has no column {', '.join(missing)}.")
        for record in reader:
            values = [(record[name] or "").strip() for name in COLUMNS]
            said = "\x1f".join(values[:4])
            seen[said] += 1
            digest = hashlib.sha256(f"{said}\x1f{seen[said]}".encode()).hexdigest()
            rows.append(Row(reader.line_num, digest[:20], *values))
    return rows


def import_history(env, path, log=print):
    """Import the work orders of a file.

    :param env: environment of the superuser; several runs change nothing twice
    :param path: CSV file
    :param log: called with a line of progress now and then
    :rtype: Result
    """
    company = prepare_company(env)
    # As a person, not as the superuser, who would find the equipment of all companies.
    person = env.ref("base.user_admin")
    person.company_ids += company
    context = {"allowed_company_ids": company.ids, "tracking_disable": True}
    env = env(user=person, context=context)
    rows = read_rows(path)
    prepare_job_types(env, rows)
    refused = {
        row.line: "The row names no equipment." for row in rows if not row.equipment
    }
    named = [row for row in rows if row.equipment]
    waiting = [row for row in named if not _is_unchanged(env, company, row)]
    unchanged = len(named) - len(waiting)
    for start in range(0, len(waiting), BATCH):
        log(f"{start} of {len(waiting)} work orders")
        refused.update(_load(env, company, waiting[start : start + BATCH]))
    _update_statistics(env)
    imported = len(rows) - unchanged - len(refused)
    return Result(company, imported, unchanged, refused)


def _update_statistics(env):
    """Tell PostgreSQL how much there is now.

    What it knows of a new database is that these tables are empty, and a report that is
    read before its own clock tells it better would take minutes.
    """
    env.flush_all()
    env.cr.execute(
        "ANALYZE account_move, account_move_line, account_analytic_line, "
        "account_analytic_account, field_service_order"
    )


def prepare_company(env):
    """Return the company of the history, with accounts and the equipment register."""
    companies = env["res.company"]
    company = companies.search([("name", "=", COMPANY)], limit=1)
    if not company:
        currency = env.ref(f"base.{CURRENCY}")
        currency.active = True
        company = companies.create({"name": COMPANY})
        env.user.company_ids += company
        env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        company.currency_id = currency
        company.action_propose_service_accounts()
    _prepare_register(env, company)
    return company


def _prepare_register(env, company):
    """Register the equipment of the register file that is not there yet."""
    assets = env["field.service.asset"].with_company(company)
    with REGISTER.open(encoding="utf-8", newline="") as file:
        for entry in csv.DictReader(file):
            domain = [("serial", "=", entry["serial"]), ("company_id", "=", company.id)]
            if assets.search(domain, limit=1):
                continue
            partner = env["res.partner"].search(
                [("name", "=", entry["customer"])], limit=1
            ) or env["res.partner"].create({"name": entry["customer"]})
            assets.create(
                {
                    "name": entry["name"],
                    "serial": entry["serial"],
                    "partner_id": partner.id,
                    "company_id": company.id,
                }
            )


def prepare_job_types(env, rows):
    """Create the job types that the file names and the database does not know."""
    job_types = env["field.service.job.type"]
    known = set(job_types.search([("code", "!=", False)]).mapped("code"))
    codes = sorted({row.type for row in rows if row.type} - known)
    job_types.create([{"name": code, "code": code} for code in codes])


def _is_unchanged(env, company, row):
    """Tell whether the row was imported before with the cost it has now."""
    order = env.ref(_external_id(row), raise_if_not_found=False)
    if not order:
        return False
    try:
        cost = float(row.cost or 0.0)
    except ValueError:
        return False
    return company.currency_id.compare_amounts(order.historic_cost, cost) == 0


def _external_id(row):
    return f"__import__.work_order_{row.key}"


def _load(env, company, rows):
    """Load the rows, without the ones that Odoo refuses; return {line: reason}."""
    refused = {}
    while rows:
        messages = _load_batch(env, company, rows)
        bad = {
            message["rows"]["from"]: message["message"]
            for message in messages
            if message.get("field")
        }
        if not messages:
            break
        if not bad:
            # Odoo puts what is wrong with a whole record down to the first of the
            # batch: alone, each row gets its own answer.
            for row in rows:
                for message in _load_batch(env, company, [row]):
                    refused.setdefault(row.line, message["message"])
            break
        refused.update({rows[index].line: reason for index, reason in bad.items()})
        rows = [row for index, row in enumerate(rows) if index not in bad]
    return refused


def _load_batch(env, company, rows):
    """Load rows, all or none; return the messages of the refusal."""
    values = [_prepare_values(company, row) for row in rows]
    result = env["field.service.order"].load(FIELDS, values)
    return [] if result["ids"] else result["messages"]


def _prepare_values(company, row):
    # Noon, so that the day is the same in every time zone of the company.
    return [
        _external_id(row),
        str(company.id),
        f"{row.date} 12:00:00",
        row.equipment,
        row.description,
        row.type,
        row.cost,
        "1",
        "closed",
    ]


def report(env, result):
    """Return the outcome, margin per equipment and year, and the reconciliation."""
    lines = [
        f"{result.imported} imported, {result.unchanged} unchanged, "
        f"{len(result.refused)} refused."
    ]
    lines += [
        f"  line {line}: {reason}" for line, reason in sorted(result.refused.items())
    ]
    return "\n".join(
        [
            *lines,
            "",
            *_margin_table(env, result.company),
            "",
            *report_reconciliation(env, result.company),
        ]
    )


def _margin_table(env, company):
    groups = env["field.service.ledger.report"]._read_group(
        [("company_id", "=", company.id), ("order_id", "!=", False)],
        ["asset_id", "date:year"],
        ["order_id:count_distinct", "margin:sum"],
    )
    yield f"{'Equipment':<24}{'Year':>6}{'Orders':>8}{'Margin':>18}"
    total = 0.0
    for asset, year, orders, margin in groups:
        total += margin
        yield f"{asset.display_name or '':<24}{year:%Y}{orders:>8}{margin:>18,.2f}"
    yield f"{'Total':<38}{company.currency_id.round(total):>18,.2f}"
