"""A year of work of one company, lived through day by day, for dashboards and reports.

``setup/demo --year`` plays it beside the story, so that there is something to see in
every graph: four technicians of two teams, three kinds of jobs, equipment that fails
again, agreements, gifts, invoices that come late and customers who pay later still.
Nothing is written into the past: the clock is moved, and everybody does his work.
What happens is drawn from one number, the same each time.
"""

import random
from datetime import datetime, time, timedelta
from typing import NamedTuple

from freezegun import freeze_time

from odoo import Command, fields

from . import story

COMPANY = "Cedar Field Service"
# What story.COMPANIES holds of the others.
FACTS = ("base.USD", "real_time", "City Library", "Ada Quick")
WEEKS = 52
SEED = 1913
# Name, team, cost of an hour, hours needed for one planned hour.
TECHNICIANS = (
    ("Ada Quick", "North", 38.0, 0.85),
    ("Bela Steady", "North", 36.0, 1.0),
    ("Carl Young", "South", 31.0, 1.25),
    ("Dana Careful", "South", 40.0, 1.1),
)
# Name, planned hours, pricing method, fixed price, parts, share of the work.
JOB_TYPES = (
    ("Repair", 2.0, "time_material", 0.0, (0, 1, 2), 5),
    ("Maintenance", 1.5, "fixed", 190.0, (0, 1), 4),
    ("Installation", 4.5, "fixed", 620.0, (2, 3), 2),
)
CUSTOMERS = (
    "City Library",
    "Harbour Hotel",
    "Green Grocer",
    "Old Mill Brewery",
    "Sunrise Clinic",
    "North Star School",
    "Riverside Bakery",
    "Twin Oaks Housing",
)
LETTERS = "ABCDEFGH"


class Season(NamedTuple):
    """The company at work, and what was drawn and is open."""

    setting: story.Setting
    draw: random.Random
    technicians: list  # (employee, pace)
    job_types: list  # (job type, price, parts, share)
    assets: list
    orders: list  # in the order of their completion
    unbilled: list  # (day, order)
    unpaid: list  # (day, invoice)


def run(env, weeks=WEEKS, log=None):
    """Live through the weeks until yesterday.

    :param env: environment of an administrator
    :param int weeks: how many
    :param log: function that is told of each month
    :return: the season
    """
    last = fields.Date.today() - timedelta(days=1)
    day = last - timedelta(weeks=weeks)
    with freeze_time(datetime.combine(day, time(6)), tick=True) as clock:
        season = prepare(env)
        while day <= last:
            clock.move_to(datetime.combine(day, time(22)))
            live(season, day)
            if log and day.day == 1:
                log(f"{COMPANY}, {day:%Y-%m}: {len(season.orders)} work orders")
            day += timedelta(days=1)
    env.invalidate_all()
    return season


def find(env):
    """Return the company whose year was played, empty when it was not."""
    return env["res.company"].search([("name", "=", COMPANY)])


# ------------------------------------------------------------------------------ set-up
def prepare(env):
    """Create the company with its people, jobs, customers and equipment."""
    setting = story.prepare_company(env, COMPANY, FACTS)
    env = setting.env
    story.set_rates(setting, labour=TECHNICIANS[0][2], travel=18.0)
    story.set_prices(setting, labour=92.0, travel=58.0, part=64.0)
    teams = {}
    technicians = []
    for name, team, rate, pace in TECHNICIANS:
        if team not in teams:
            teams[team] = env["field.service.team"].create(
                {"name": f"{team} (Cedar)", "company_id": setting.company.id}
            )
        employee = setting.technician
        if employee.name != name:
            employee = story.create_technician(setting, name, rate)
            employee._create_service_location()
        teams[team].member_ids += employee
        technicians.append((employee, pace))
    for employee, _pace in technicians:
        story.buy(setting._replace(technician=employee), 140, 31.0)
    return Season(
        setting=setting,
        draw=random.Random(SEED),
        technicians=technicians,
        job_types=[create_job_type(setting, *facts) for facts in JOB_TYPES],
        assets=create_assets(setting),
        orders=[],
        unbilled=[],
        unpaid=[],
    )


def create_job_type(setting, name, hours, method, price, parts, share):
    """Create a kind of job; return it with what is drawn for it."""
    job_type = setting.env["field.service.job.type"].create(
        {
            "name": name,
            "company_id": setting.company.id,
            "planned_hours": hours,
            "pricing_method": method,
            "part_ids": [
                Command.create(
                    {
                        "product_id": setting.part.id,
                        "quantity": 1.0,
                        "probability": round(sum(map(bool, parts)) / len(parts), 2),
                    }
                )
            ],
        }
    )
    return job_type, price, parts, share


def create_assets(setting):
    """Create the customers and two machines for each."""
    env = setting.env
    names = [name for name in CUSTOMERS if name != setting.customer.name]
    others = env["res.partner"].create([{"name": name} for name in names])
    return [
        env["field.service.asset"].create(
            {
                "name": f"{kind} {LETTERS[number]}",
                "partner_id": customer.id,
                "company_id": setting.company.id,
            }
        )
        for number, customer in enumerate([setting.customer, *others])
        for kind in ("Boiler", "Pump")
    ]


# --------------------------------------------------------------------------- daily life
def live(season, day):
    """One day: the month's bills, work on working days, invoices and payments."""
    if day.day == 3:
        pay_bills(season, day)
    if day.weekday() < 5:
        for technician, pace in season.technicians:
            if season.draw.random() < 0.2:
                do_job(season, day, technician, pace)
    send_invoices(season, day)
    receive_payments(season, day)


def pay_bills(season, day):
    """Enter what is on no order: rent, wages, fuel; and now and then a hired crane."""
    setting = season.setting
    for vendor, amount in (
        ("Landlord", 500.0),
        ("Payroll Office", 1800.0),
        ("Fuel Card", 180.0 + season.draw.randrange(9000) / 100.0),
    ):
        story.bill_from(setting, vendor, amount, date=day)
    if season.orders and season.draw.random() < 0.5:
        order = season.orders[-1]
        share = story.share(order, 100.0)
        story.bill_from(setting, "Crane & Sons", 145.5, share, date=day)


def do_job(season, day, technician, pace):
    """One job from request to completion, with what goes wrong."""
    draw, setting = season.draw, season.setting
    job_type, price, parts, _share = draw.choices(
        season.job_types, [facts[3] for facts in season.job_types]
    )[0]
    asset = draw.choice(season.assets)
    values = {"coverage": draw.choices(("chargeable", "goodwill"), (30, 1))[0]}
    failed = [
        order
        for order in season.orders[-12:]
        if order.job_type_id.name == "Repair" and not order.callback_ids
    ]
    if failed and draw.random() < 0.06:
        asset = failed[0].asset_ids[:1]
        values = {"coverage": "goodwill", "callback_of_id": failed[0].id}
    start = datetime.combine(day, time(draw.choice((7, 8, 9))))
    order = story.create_order(
        setting._replace(job_type=job_type, customer=asset.partner_id),
        job_type.name,
        asset_ids=[Command.set(asset.ids)],
        received_on=start - timedelta(hours=draw.randrange(20, 160)),
        team_id=setting.env["field.service.team"]
        .search([("member_ids", "in", technician.ids)], limit=1)
        .id,
        **({"fixed_price": price} if price else {}),
        **values,
    )
    finish(season, order, technician, start, draw.choice(parts), pace)
    season.orders.append(order)
    if order.coverage == "chargeable":
        season.unbilled.append((day + timedelta(days=draw.randrange(0, 9)), order))


def finish(season, order, technician, start, quantity, pace):
    """Do the visits: sometimes a second one, always the parts that were needed."""
    draw = season.draw
    hours = order.job_type_id.planned_hours * pace * draw.uniform(0.8, 1.3)
    way = draw.uniform(0.2, 0.7)
    visit = plan(season, order, technician, start)
    if draw.random() < 0.12:
        reason = order.env.ref("field_service.field_service_reason_return_more_time")
        story.work(
            visit, hours / 2.0, way, result="return_needed", return_reason_id=reason.id
        )
        hours /= 2.0
        visit = plan(season, order, technician, visit.stop + timedelta(hours=3))
    for part in order.part_ids:
        if quantity:
            part.action_use(min(quantity, part.quantity))
        else:
            part.action_release()
    if quantity > 1:
        story.add_part(order, season.setting.part, quantity - 1).action_use()
    story.work(visit, round(hours, 2), round(way, 2))


def plan(season, order, technician, start):
    """Plan a visit at the time or, when he is busy, as soon as he is free."""
    visits = order.env["field.service.visit"]
    last = visits.search(
        [
            ("technician_id", "=", technician.id),
            ("stop", ">", start),
            ("start", "<", start + timedelta(hours=12)),
        ],
        order="stop desc",
        limit=1,
    )
    if last:
        start = last.stop + timedelta(hours=1)
    return visits.create(
        {"order_id": order.id, "technician_id": technician.id, "start": start}
    )


def send_invoices(season, day):
    """Invoice what is due today; a few are forgotten."""
    for entry in [entry for entry in season.unbilled if entry[0] <= day]:
        season.unbilled.remove(entry)
        if season.draw.random() < 0.97:
            invoice = story.bill(entry[1])
            late = season.draw.randrange(3, 50)
            season.unpaid.append((day + timedelta(days=late), invoice))


def receive_payments(season, day):
    """Receive what customers pay today."""
    for entry in [entry for entry in season.unpaid if entry[0] <= day]:
        season.unpaid.remove(entry)
        entry[1].env["account.payment.register"].with_context(
            active_model="account.move", active_ids=entry[1].ids
        ).create({"payment_date": day}).action_create_payments()
