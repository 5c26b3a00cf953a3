"""The story that every release must get through, and that ``setup/demo`` plays.

Two companies, one with perpetual and one with periodic stock valuation, do work orders
of every kind: time and material, fixed price with a subcontractor, warranty, another
currency, with a return, a correction, a credit note and an entry posted twice. All of
it through the models, like users do; the figures are read back from the ledger.
``test_flow.py`` holds what they must be, worked out by hand.
"""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import Command, fields

COMPANY_A = "Aurora Field Service"
COMPANY_B = "Boreal Field Service"
# Currency, stock valuation, customer, technician.
COMPANIES = {
    COMPANY_A: ("base.USD", "real_time", "Grand Hotel", "Tina Weber"),
    COMPANY_B: ("base.EUR", "periodic", "Seaside Bakery", "Boris Holm"),
}
COST_KINDS = ("parts", "labour", "travel", "subcontract", "other")


class Story(NamedTuple):
    """The two companies and the orders by their name in the story."""

    company_a: object
    company_b: object
    orders: dict


class Setting(NamedTuple):
    """What one company works with."""

    env: object
    company: object
    customer: object
    job_type: object
    technician: object
    part: object


# --------------------------------------------------------------------------- the story
def run(env):
    """Play the story; return it."""
    aurora = prepare_company(env, COMPANY_A)
    boreal = prepare_company(env, COMPANY_B)
    prepare_aurora(aurora)
    prepare_boreal(boreal)
    play_repair(aurora)
    play_installation_and_warranty(aurora)
    play_foreign_currency(aurora)
    play_periodic(boreal)
    return find(env)


def find(env):
    """Return the story that was played in this database."""
    companies = env["res.company"].search([("name", "in", (COMPANY_A, COMPANY_B))])
    orders = env["field.service.order"].search(
        [("company_id", "in", companies.ids), ("origin", "!=", False)], order="id"
    )
    company_a, company_b = companies.sorted("name")
    return Story(company_a, company_b, {order.origin: order for order in orders})


def play_repair(aurora):
    """Time and material: two visits, a return, a correction, a credit note."""
    order = create_order(aurora, "Repair", description="Boiler loses pressure.")
    visit = plan(aurora, order, day=0)
    add_part(order, aurora.part, 3).action_use()
    reason = aurora.env.ref("field_service.field_service_reason_return_more_time")
    work(visit, 2.0, 0.5, result="return_needed", return_reason_id=reason.id)
    order.part_ids.action_return(1)
    end = work(plan(aurora, order, day=2), 1.5, travel=0.5)
    # Forgot to press "finish" in time: posted already, so the difference is posted.
    end.action_correct(end.device_time + timedelta(minutes=30), "Finished later")
    invoice = bill(order)
    invoice.button_draft()
    invoice.action_post()
    credit_one_part(invoice, aurora.part)


def play_installation_and_warranty(aurora):
    """Fixed price with a crew, a warranty job, and one subcontractor for both."""
    installation = create_order(
        aurora, "Installation", pricing_method="fixed", fixed_price=1000.0
    )
    tom = create_technician(aurora, "Tom Spanner", 25.0)
    visit = plan(aurora, installation, day=7, crew_ids=tom.ids)
    add_part(installation, aurora.part, 1).action_use()
    work(visit, 6.0, travel=1.0)

    warranty = create_order(aurora, "Warranty", coverage="warranty")
    add_part(warranty, aurora.part, 1).action_use()
    work(plan(aurora, warranty, day=8), 1.25, travel=0.25)

    bill_from(
        aurora,
        "Crane & Sons",
        300.01,
        {
            **share(installation, 60.0),
            **share(warranty, 40.0),
        },
    )
    bill(installation)
    warranty.action_close()


def play_foreign_currency(aurora):
    """A customer who is billed in euro by a company that keeps its books in dollars."""
    euro = aurora.env.ref("base.EUR")
    pricelist = aurora.env["product.pricelist"].create(
        {"name": "Euro", "currency_id": euro.id, "company_id": aurora.company.id}
    )
    customer = aurora.env["res.partner"].create({"name": "Maison Chaude"})
    customer.property_product_pricelist = pricelist
    order = create_order(aurora, "Abroad", partner_id=customer.id)
    work(plan(aurora, order, day=9), 2.0)
    bill(order)


def play_periodic(boreal):
    """Periodic valuation: parts are an expense when bought and a cost when used."""
    order = create_order(boreal, "Maintenance")
    visit = plan(boreal, order, day=1)
    add_part(order, boreal.part, 4).action_use()
    work(visit, 2.0)
    order.part_ids.action_return(1)
    bill(order)

    goodwill = create_order(boreal, "Goodwill", coverage="goodwill")
    add_part(goodwill, boreal.part, 1).action_use()
    work(plan(boreal, goodwill, day=2), 1.0)
    goodwill.action_close()
    boreal.company.action_close_stock_valuation(auto_post=True)


# ------------------------------------------------------------------------------ set-up
def prepare_company(env, name, facts=None):
    """Create a company with its chart, accounts, prices and one technician.

    :param tuple facts: as in ``COMPANIES``, for a company that is not in the story
    """
    currency, valuation, customer, technician = facts or COMPANIES[name]
    currency = env.ref(currency)
    currency.active = True
    company = env["res.company"].create({"name": name, "currency_id": currency.id})
    env.user.company_ids += company
    env.ref("base.user_admin").company_ids += company
    env["account.chart.template"].try_loading(
        "generic_coa", company, install_demo=False
    )
    company.currency_id = currency
    company.inventory_valuation = valuation
    company.action_propose_service_accounts()
    env = env["base"].with_company(company).env
    company = company.with_env(env)
    if not env["stock.warehouse"].search([("company_id", "=", company.id)]):
        env["stock.warehouse"].create({"company_id": company.id})
    setting = Setting(
        env,
        company,
        env["res.partner"].create({"name": customer}),
        env["field.service.job.type"].create(
            {"name": "Service call", "company_id": company.id}
        ),
        create_technician(
            Setting(env, company, None, None, None, None), technician, 0.0
        ),
        create_part(env, company, "Pump seal"),
    )
    setting.technician._create_service_location()
    return setting


def prepare_aurora(aurora):
    """Rates, prices and stock of company A; what it pays without any order."""
    set_rates(aurora, labour=40.0, travel=20.0)
    set_prices(aurora, labour=80.0, travel=50.0, part=25.0)
    aurora.env["res.currency.rate"].create(
        {
            "name": "2020-01-01",
            "currency_id": aurora.env.ref("base.EUR").id,
            "company_id": aurora.company.id,
            "rate": 0.8,
        }
    )
    buy(aurora, 10, 8.0)
    buy(aurora, 10, 12.0)
    bill_from(aurora, "Landlord", 500.0)
    bill_from(aurora, "Payroll Office", 800.0)


def prepare_boreal(boreal):
    """Rates, prices and stock of company B; what it pays without any order."""
    set_rates(boreal, labour=30.0, travel=0.0)
    set_prices(boreal, labour=70.0, travel=0.0, part=20.0)
    buy(boreal, 10, 5.18)
    bill_from(boreal, "Landlord", 50.0)


def set_rates(setting, labour, travel):
    """Say what an hour of the technician and of the road costs."""
    setting.company.service_travel_rate = travel
    create_rate(setting, setting.technician, labour)


def create_technician(setting, name, rate):
    """Create a technician and, unless it is zero, his cost per hour."""
    technician = setting.env["hr.employee"].create(
        {"name": name, "company_id": setting.company.id, "tz": "UTC"}
    )
    if rate:
        create_rate(setting, technician, rate)
    return technician


def create_rate(setting, technician, rate):
    """Enter the cost of an hour, valid since 2020."""
    return setting.env["field.service.labour.rate"].create(
        {
            "employee_id": technician.id,
            "company_id": setting.company.id,
            "date_from": "2020-01-01",
            "rate": rate,
        }
    )


def set_prices(setting, labour, travel, part):
    """Set what an hour, the way and a part are sold for; no price, no charge."""
    company = setting.company
    company.service_labour_product_id = create_service(setting, "Labour", labour)
    if travel:
        company.service_travel_product_id = create_service(setting, "Travel", travel)
    company.service_fixed_product_id = create_service(setting, "Fixed price", 0.0)
    setting.part.list_price = part


def create_service(setting, name, price):
    """Create a service that is sold by the hour, without tax."""
    return setting.env["product.product"].create(
        {
            "name": name,
            "type": "service",
            "list_price": price,
            "company_id": setting.company.id,
            "taxes_id": [Command.clear()],
        }
    )


def create_part(env, company, name, **values):
    """Create a storable part at average cost, valued as the company does."""
    category = env["product.category"].create(
        {"name": name, "property_cost_method": "average"}
    )
    category.property_valuation = company.inventory_valuation
    return env["product.product"].create(
        {
            "name": name,
            "type": "consu",
            "is_storable": True,
            "categ_id": category.id,
            "company_id": company.id,
            "taxes_id": [Command.clear()],
            "supplier_taxes_id": [Command.clear()],
            **values,
        }
    )


def buy(setting, quantity, price):
    """Receive parts into the van and enter the vendor's bill for them."""
    env, van = setting.env, setting.technician.service_location_id
    move = env["stock.move"].create(
        {
            "product_id": setting.part.id,
            "product_uom": setting.part.uom_id.id,
            "product_uom_qty": quantity,
            "location_id": env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": van.id,
            "company_id": setting.company.id,
            "picking_type_id": van.warehouse_id.in_type_id.id,
            "price_unit": price,
            "value_manual": price * quantity,
        }
    )
    move._action_confirm()
    move.write({"quantity": quantity, "picked": True})
    move._action_done()
    accounts = setting.part._get_product_accounts()
    perpetual = setting.part.valuation == "real_time"
    account = accounts["stock_valuation" if perpetual else "expense"]
    bill_from(setting, "Parts Wholesale", price * quantity, account=account)


def buy_unit(setting, price):
    """Receive one unit with a serial number into the van; return its number."""
    env, van = setting.env, setting.technician.service_location_id
    unit = env["product.product"].search(
        [("tracking", "=", "serial"), ("company_id", "=", setting.company.id)], limit=1
    ) or create_part(env, setting.company, "Pump", tracking="serial")
    known = env["stock.lot"].search_count([("product_id", "=", unit.id)])
    lot = env["stock.lot"].create(
        {
            "name": f"SN{known + 1:04}",
            "product_id": unit.id,
            "company_id": setting.company.id,
        }
    )
    move = env["stock.move"].create(
        {
            "product_id": unit.id,
            "product_uom": unit.uom_id.id,
            "product_uom_qty": 1.0,
            "location_id": env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": van.id,
            "company_id": setting.company.id,
            "picking_type_id": van.warehouse_id.in_type_id.id,
            "value_manual": price,
        }
    )
    move._action_confirm()
    move.quantity = 1.0
    move.move_line_ids.lot_id = lot
    move.picked = True
    move._action_done()
    return lot


# -------------------------------------------------------------------------- daily work
def first_day():
    """Return a Monday morning of the month before last, so that all lies behind us."""
    day = fields.Date.today() - relativedelta(months=2, day=1)
    return datetime.combine(day + timedelta(days=-day.weekday() % 7), time(8))


def create_order(setting, name, **values):
    """Create and release an order; its origin is its name in the story."""
    order = setting.env["field.service.order"].create(
        {
            "company_id": setting.company.id,
            "partner_id": setting.customer.id,
            "job_type_id": setting.job_type.id,
            "origin": name,
            **values,
        }
    )
    order.action_release()
    return order


def plan(setting, order, day, **values):
    """Plan a visit of the technician, ``day`` days into the story."""
    return setting.env["field.service.visit"].create(
        {
            "order_id": order.id,
            "technician_id": setting.technician.id,
            "start": first_day() + timedelta(days=day),
            **values,
        }
    )


def add_part(order, product, quantity):
    """Add a part that is taken from the technician's van."""
    part = order.env["field.service.part"].create(
        {"order_id": order.id, "product_id": product.id, "quantity": quantity}
    )
    part.action_reserve()
    return part


def work(visit, hours, travel=0.0, result="solved", **facts):
    """Do a visit; return the event that finished it."""
    if travel:
        visit.register_event("travel_start", visit.start - timedelta(hours=travel))
    visit.register_event("work_start", visit.start)
    end = visit.start + timedelta(hours=hours)
    return visit.register_event("work_end", end, result=result, **facts)


def share(order, percent):
    """Return the distribution of a share on an order."""
    return {str(order._get_analytic_account().id): percent}


def bill(order):
    """Invoice an order and post the invoice."""
    invoice = order._create_invoices()
    invoice.action_post()
    return invoice


def bill_from(setting, vendor, amount, distribution=None, account=None, date=None):
    """Enter and post a vendor's bill of one line, by default on the first day."""
    line = {
        "name": vendor,
        "quantity": 1.0,
        "price_unit": amount,
        "tax_ids": [Command.clear()],
        "analytic_distribution": distribution or False,
    }
    if account:
        line["account_id"] = account.id
    move = setting.env["account.move"].create(
        {
            "move_type": "in_invoice",
            "company_id": setting.company.id,
            "partner_id": setting.env["res.partner"].create({"name": vendor}).id,
            "invoice_date": date or first_day().date(),
            "invoice_line_ids": [Command.create(line)],
        }
    )
    move.action_post()
    return move


def credit_one_part(invoice, product):
    """Credit one piece of a part out of kindness; the customer keeps it."""
    wizard = (
        invoice.env["account.move.reversal"]
        .with_context(active_model="account.move", active_ids=invoice.ids)
        .create({"journal_id": invoice.journal_id.id, "reason": "Kindness"})
    )
    credit = invoice.browse(wizard.reverse_moves()["res_id"])
    for line in credit.invoice_line_ids:
        if line.product_id == product:
            line.quantity = 1.0
    credit.invoice_line_ids.filtered(lambda line: line.product_id != product).unlink()
    credit.action_post()


# ------------------------------------------------------------------------------ report
def report(env, story):
    """Return the profit of each order by cost kind, and the reconciliation."""
    lines = []
    for company in (story.company_a, story.company_b):
        orders = [
            order for order in story.orders.values() if order.company_id == company
        ]
        lines += [*report_orders(env, company, orders), ""]
        lines += [*report_reconciliation(env, company), ""]
    return "\n".join(lines)


def report_orders(env, company, orders):
    """Yield one line per order: revenue, costs by kind, margin."""
    columns = ("revenue", *COST_KINDS, "margin")
    yield f"{company.name} ({company.currency_id.name}), from posted journal items"
    yield f"{'Work order':<30}" + "".join(f"{name:>13}" for name in columns)
    profits = env["field.service.order"].union(*orders)._get_posted_profit()
    totals = dict.fromkeys(columns, 0.0)
    for order in orders:
        figures = profits[order]
        for name in columns:
            totals[name] += figures[name]
        yield f"{order.name + ' ' + order.origin:<30}" + "".join(
            f"{figures[name]:>13,.2f}" for name in columns
        )
    yield f"{'Sum':<30}" + "".join(f"{totals[name]:>13,.2f}" for name in columns)


def report_reconciliation(env, company):
    """Yield the reconciliation with the profit and loss statement."""
    totals = env["field.service.reconciliation"]._get_totals(company)
    for label, name in (
        ("Profit and loss statement", "profit_and_loss"),
        ("on work orders", "sum_of_margins"),
        ("on no work order", "off_orders"),
        ("rest of split items", "split_rest"),
        ("Difference", "unexplained"),
    ):
        yield f"{label:<30}{totals[name]:>13,.2f}"
    findings = env["field.service.integrity"].search_count(
        [("company_id", "=", company.id)]
    )
    yield f"{'Integrity findings':<30}{findings:>13}"
