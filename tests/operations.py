"""What people do to work orders and their books, as operations a test may combine.

Each operation takes a ``World`` and a number it draws its choices from. An operation
that makes no sense at the moment (nothing to return yet, say) does nothing; one that
Odoo or the suite refuses with a message is undone and counted as refused.
"""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError

from . import story


class World:
    """Two companies at work, and a way to draw from a number."""

    def __init__(self, env):
        self.env = env
        self.refused = []
        self.settings = [
            story.prepare_company(env, story.COMPANY_A),
            story.prepare_company(env, story.COMPANY_B),
        ]
        story.prepare_aurora(self.settings[0])
        story.prepare_boreal(self.settings[1])
        for setting in self.settings:
            agree(setting)
        self.start()

    def start(self):
        """Begin a new sequence with one order in each company."""
        self.orders, self.invoices, self.day = [], [], 0
        for number in (0, 1):
            create_order(self, number)

    def setting(self, order):
        """Return what the order's company works with."""
        return next(
            setting for setting in self.settings if setting.company == order.company_id
        )

    def order(self, number):
        """Draw one of the orders."""
        return self.orders[number % len(self.orders)]

    def invoice(self, number, state="posted"):
        """Draw one of the invoices in a state; none when there is none."""
        found = [invoice for invoice in self.invoices if invoice.state == state]
        return found[number % len(found)] if found else None

    def free_day(self):
        """Return a day on which nobody is booked yet."""
        self.day += 1
        return self.day

    def play(self, operation, number):
        """Run one operation; what is refused is undone."""
        try:
            with self.env.cr.savepoint():
                operation(self, number)
        except UserError as error:  # ValidationError and AccessError too
            self.env.invalidate_all()
            self.refused.append((operation.__name__, str(error)))


def amount(number):
    """Draw an awkward amount of money from a number: 0.01 to 999.99."""
    return (number % 99999 + 1) / 100.0


def agree(setting):
    """An agreement that pays for some hours and parts, and leaves awkward rests."""
    agreement = setting.env["field.service.agreement"].create(
        {
            "partner_id": setting.customer.id,
            "company_id": setting.company.id,
            "date_start": "2020-01-01",
            "coverage_ids": [
                Command.create(
                    {
                        "name": "Some of it",
                        "labour_scope": "hours",
                        "included_hours": 3.34,
                        "part_scope": "value",
                        "included_part_value": 33.33,
                        "labour_discount": 7.5,
                        "part_discount": 33.33,
                    }
                )
            ],
        }
    )
    agreement.action_activate()


def create_order(world, number):
    """A new order, of any coverage and pricing method."""
    setting = world.settings[number % 2]
    fixed = number // 2 % 3 == 0
    # The last is left to the rules: the agreement pays a part of it.
    coverage = ("chargeable", "chargeable", "warranty", None)[number // 6 % 4]
    decided = {"coverage": coverage} if coverage else {}
    world.orders.append(
        story.create_order(
            setting,
            f"Order {len(world.orders)}",
            **decided,
            pricing_method="fixed" if fixed else "time_material",
            fixed_price=amount(number) if fixed else 0.0,
        )
    )


def work_visit(world, number):
    """A visit from start to end, with an odd number of minutes."""
    order = world.order(number)
    setting = world.setting(order)
    visit = story.plan(setting, order, day=world.free_day())
    hours = (number % 37 + 1) * 7 / 60
    story.work(visit, hours, travel=(number % 5) / 12)


def correct_hours(world, number):
    """A finishing time that was wrong, posted or not."""
    ends = world.order(number).visit_ids.event_ids.filtered(
        lambda event: event.type == "work_end" and not event.correction_of_id
    )
    for end in ends[:1]:
        minutes = number % 90 - 30
        end.action_correct(end.device_time + timedelta(minutes=minutes), "Wrong")


def use_part(world, number):
    """Parts from the van."""
    order = world.order(number)
    part = story.add_part(order, world.setting(order).part, number % 3 + 1)
    part.action_use()


def return_part(world, number):
    """A used part comes back."""
    parts = world.order(number).part_ids.filtered("consumed_qty")
    for part in parts[:1]:
        part.action_return(1)


def hand_over(world, number):
    """A part goes from van to van, there or back: no cost of anybody."""
    setting = world.settings[number % 2]
    van = setting.technician.service_location_id
    place = van.location_id
    other = place.child_ids.filtered(lambda spot: spot.name == "Colleague")
    other = other or van.copy({"name": "Colleague", "service_van": True})
    vans = (van, other) if number // 2 % 3 else (other, van)
    transfers = setting.env["field.service.van.transfer"]
    transfers._ask(*vans, setting.part, number % 3 + 1).action_hand_over()


def exchange_unit(world, number):
    """A unit with a serial number takes the place of the one before, if there is one.

    The old one stays, comes back as the customer's, or is scrapped; one that came back
    is put in again the next time but one.
    """
    order = world.order(number)
    setting = world.setting(order)
    store = setting.company.service_old_unit_location_id
    quants = setting.env["stock.quant"].search(
        [("location_id", "=", store.id or -1), ("quantity", ">", 0)]
    )
    repaired = number % 2 and quants[:1].lot_id
    lot = repaired or story.buy_unit(setting, amount(number))
    old = order.installation_ids.filtered(lambda stay: not stay.date_to).asset_id[:1]
    part = setting.env["field.service.part"].create(
        {
            "order_id": order.id,
            "product_id": lot.product_id.id,
            "location_id": (
                store if repaired else setting.technician.service_location_id
            ).id,
            "install_as": "replace" if old else "new",
            "install_asset_id": old.id,
            "old_unit": ("customer", "store", "scrap")[number % 3],
        }
    )
    part.action_reserve()
    part.move_ids.move_line_ids.lot_id = lot
    part.action_use()


def correct_part(world, number):
    """It was another number of parts than was said."""
    parts = world.order(number).part_ids.filtered("consumed_qty")
    for part in parts[:1]:
        part.action_correct(number % 4)


def use_from_elsewhere(world, number):
    """Parts that were planned from the van and taken from the warehouse."""
    order = world.order(number)
    part = story.add_part(order, world.setting(order).part, number % 3 + 1)
    part.action_reserve()
    stock = part.location_id.warehouse_id.lot_stock_id
    part.action_use(number % 2 + 1, location_id=stock.id)


def release_part(world, number):
    """Parts that were reserved and not needed stay in the van."""
    order = world.order(number)
    part = story.add_part(order, world.setting(order).part, number % 3 + 1)
    part.action_reserve()
    part.action_release()


def correct_quantity(world, number):
    """A done quantity that was counted wrong."""
    moves = world.order(number).service_move_ids.filtered(
        lambda move: move.state == "done" and not move.origin_returned_move_id
    )
    for move in moves[:1]:
        if not move.returned_move_ids:
            move.quantity = number % 4 + 1


def bill_order(world, number):
    """Invoice what is charged."""
    world.invoices.append(story.bill(world.order(number)))


def run_billing(world, number):
    """Bill what is ready by a policy: per order, site or customer, posted or drafts."""
    setting = world.settings[number % 2]
    posted = bool(number // 2 % 3)
    policy = setting.env["field.service.billing.policy"].create(
        {
            "name": f"Policy {number}",
            "company_id": setting.company.id,
            "grouping": ("customer", "order", "site")[number // 6 % 3],
            "is_posted": posted,
        }
    )
    # Posted invoices are for customers with an address only.
    setting.customer.write({"street": "Dock 1", "city": "Ghent"})
    setting.customer.service_billing_policy_id = policy
    orders = setting.env["field.service.order"].union(
        *(order for order in world.orders if order.company_id == setting.company)
    )
    world.invoices += list(orders._run_billing().invoices)


def bill_fee(world, number):
    """Bill what an agreement costs, whatever was worked; another fee each time."""
    setting = world.settings[number % 2]
    agreement = setting.env["field.service.agreement"].search(
        [("company_id", "=", setting.company.id)], limit=1
    )
    agreement.fee_posting = ("post", "draft")[number // 2 % 3 == 1]
    setting.customer.write({"street": "Dock 1", "city": "Ghent"})
    setting.env["field.service.agreement.fee"].create(
        {
            "agreement_id": agreement.id,
            "product_id": story.create_service(setting, "Fee", 0.0).id,
            "price_unit": amount(number),
            "interval": ("month", "quarter")[number // 4 % 2],
            "first_period": ("anniversary", "prorata", "full")[number // 8 % 3],
            "date_from": story.first_day().date() + timedelta(days=number % 20),
        }
    )
    world.invoices += list(agreement._bill_fees(fields.Date.today()))


def draft_invoice(world, number):
    """Create an invoice and leave it in draft."""
    world.invoices.append(world.order(number)._create_invoices())


def reset_invoice(world, number):
    """Reset a posted invoice to draft, and post it again most of the time."""
    invoice = world.invoice(number)
    if invoice:
        invoice.button_draft()
        if number % 3:
            invoice.action_post()


def cancel_invoice(world, number):
    """Cancel an invoice that is in draft."""
    invoice = world.invoice(number, "draft")
    if invoice:
        invoice.button_cancel()


def credit_invoice(world, number):
    """Credit an invoice, all of it, in this or an earlier month."""
    invoice = world.invoice(number)
    if invoice and invoice.move_type == "out_invoice":
        credit = invoice._reverse_moves([{"invoice_date": story.first_day().date()}])
        credit.action_post()
        world.invoices.append(credit)


def split_bill(world, number):
    """A vendor's bill shared by two orders of one company, in odd percentages."""
    order = world.order(number)
    company_orders = [
        other for other in world.orders if other.company_id == order.company_id
    ]
    other = company_orders[number // 7 % len(company_orders)]
    percent = 100.0 if other == order else number % 9999 / 100 + 0.01
    distribution = story.share(order, percent)
    if other != order:
        distribution.update(story.share(other, round(100 - percent, 2)))
    setting = world.setting(order)
    bill = story.bill_from(setting, "Helper", amount(number), distribution)
    world.invoices.append(bill)


def subcontract(world, number):
    """A subcontractor's visit, and his bill, which is seldom what was expected."""
    order = world.order(number)
    setting = world.setting(order)
    vendor = setting.env["res.partner"].create({"name": "Subcontractor"})
    technician = setting.env["hr.employee"].create(
        {
            "name": "Subcontractor's technician",
            "company_id": setting.company.id,
            "service_vendor_id": vendor.id,
        }
    )
    visit = story.plan(
        setting, order, day=world.free_day(), technician_id=technician.id
    )
    story.work(visit, (number % 37 + 1) * 7 / 60, travel=(number % 5) / 12)
    work = visit.subcontract_ids
    work.action_create_bill()
    bill = work.bill_id
    bill.invoice_date = story.first_day().date()
    bill.invoice_line_ids.write(
        {"price_unit": amount(number), "tax_ids": [Command.clear()]}
    )
    bill.action_post()
    world.invoices.append(bill)


def foreign_invoice(world, number):
    """An invoice in another currency, without any sales order."""
    order = world.order(number)
    setting = world.settings[0]
    if order.company_id != setting.company:
        return
    invoice = setting.env["account.move"].create(
        {
            "move_type": "out_invoice",
            "company_id": setting.company.id,
            "partner_id": setting.customer.id,
            "currency_id": world.env.ref("base.EUR").id,
            "invoice_date": story.first_day().date(),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Abroad",
                        "price_unit": amount(number),
                        "quantity": number % 3 + 1,
                        "tax_ids": [Command.clear()],
                        "analytic_distribution": story.share(order, 100.0),
                    }
                )
            ],
        }
    )
    invoice.action_post()
    world.invoices.append(invoice)


def move_share(world, number):
    """An accountant puts a posted item on another order."""
    invoice = world.invoice(number)
    if not invoice:
        return
    lines = invoice.invoice_line_ids.filtered("analytic_distribution")
    orders = [order for order in world.orders if order.company_id == invoice.company_id]
    for line in lines[:1]:
        order = orders[number // 3 % len(orders)]
        line.analytic_distribution = story.share(order, 100.0)


def cancel_order(world, number):
    """Cancel an order, whatever has happened on it."""
    world.order(number).action_cancel()


def sell_work(world, number):
    """Sell work before it is done: a price for the whole, or hours."""
    setting = world.settings[number % 2]
    product = story.create_service(setting, "Sold work", amount(number))
    product.write(
        {
            "service_tracking": "field_service",
            "service_job_type_id": setting.job_type.id,
            "service_basis": ("finished", "labour")[number // 2 % 2],
            "invoice_policy": ("order", "delivery")[number // 4 % 2],
        }
    )
    sale_order = setting.env["sale.order"].create(
        {
            "partner_id": setting.customer.id,
            "company_id": setting.company.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": number % 3 + 1,
                        "discount": number % 2 * 33.33,
                    }
                )
            ],
        }
    )
    sale_order.action_confirm()
    order = sale_order.order_line.service_order_id
    order.action_release()
    world.orders.append(order)


def cancel_sale(world, number):
    """Cancel what was sold, whatever has happened on it."""
    for sale_order in world.order(number).sale_order_ids:
        sale_order._action_cancel()


def change_rate(world, number):
    """The technician gets a rise: nothing that is posted may change."""
    setting = world.settings[number % 2]
    rates = setting.env["field.service.labour.rate"].search(
        [("employee_id", "=", setting.technician.id)]
    )
    rates[:1].rate = number % 80 + 10


def lock_books(world, number):
    """Lock the books of a company up to a day of the story."""
    company = world.settings[number % 2].company
    company.fiscalyear_lock_date = story.first_day() + timedelta(days=number % 20)


def settle_again(world, number):
    """Run every step of every order once more."""
    world.env["field.service.order"].union(*world.orders)._process()


def buy_dearer(world, number):
    """Buy parts at another price."""
    story.buy(world.settings[number % 2], number % 5 + 1, amount(number) / 10)


def use_missing(world, number):
    """More parts than are in the van: what they cost is known later."""
    order = world.order(number)
    story.add_part(order, world.setting(order).part, number % 5 + 30).action_use()


def reprice_receipt(world, number):
    """A receipt turns out to be worth something else."""
    setting = world.settings[number % 2]
    receipts = setting.env["stock.move"].search(
        [("product_id", "=", setting.part.id), ("is_in", "=", True)], order="id"
    )
    receipts[number // 2 % len(receipts)].value_manual = amount(number)


def close_stock(world, number):
    """Close the stock valuation of a company."""
    company = world.settings[number % 2].company
    company.action_close_stock_valuation(auto_post=True)


def choose_terms(world, number):
    """Other pricing terms for an order, as awkward as they come."""
    order = world.order(number)
    setting = world.setting(order)
    product = story.create_service(setting, "By the terms", amount(number))
    order.pricing_id = setting.env["field.service.pricing"].create(
        {
            "name": f"Terms {number} of {order.name}",
            "company_id": setting.company.id,
            "time_step": (0, 7, 15, 60)[number % 4],
            "time_rounding": ("up", "nearest")[number // 4 % 2],
            "minimum_hours": (0.0, 0.75)[number // 8 % 2],
            "callout": ("none", "order", "visit")[number % 3],
            "callout_product_id": product.id,
            "travel_method": ("hour", "km", "none")[number // 3 % 3],
            "travel_product_id": product.id,
            "minimum_amount": (0.0, 99.99)[number // 2 % 2],
            "limit_amount": (0.0, 133.33)[number // 16 % 2],
            "adjustment_product_id": product.id,
            "is_external_billed": bool(number // 32 % 2),
            "external_markup": 12.5,
            "external_product_id": product.id,
        }
    )


def agree_flat_rate(world, number):
    """A flat rate instead of hours, or once more of one."""
    order = world.order(number)
    setting = world.setting(order)
    product = story.create_service(setting, "Flat rate", amount(number))
    flat_rate = setting.env["field.service.flat.rate"].create(
        {
            "product_id": product.id,
            "company_id": setting.company.id,
            "includes_parts": bool(number // 2 % 2),
        }
    )
    line = {"flat_rate_id": flat_rate.id, "quantity": number % 3 + 0.5}
    order.write({"pricing_method": "flat", "flat_line_ids": [Command.create(line)]})


def accrue(world, number):
    """Post what is unbilled at the end of last month, again, or take it back."""
    setting = world.settings[number % 2]
    accruals = setting.env["field.service.accrual"]
    posted = accruals.search(
        [("company_id", "=", setting.company.id), ("state", "=", "posted")]
    )
    if posted and number % 3 == 0:
        posted[0].action_cancel()
        return
    wizard = setting.env["field.service.accrual.wizard"].create(
        {"company_id": setting.company.id}
    )
    accruals.browse(wizard.action_preview()["res_id"]).action_post()


OPERATIONS = [
    create_order,
    work_visit,
    correct_hours,
    use_part,
    return_part,
    hand_over,
    exchange_unit,
    correct_part,
    use_from_elsewhere,
    release_part,
    correct_quantity,
    bill_order,
    run_billing,
    bill_fee,
    draft_invoice,
    reset_invoice,
    cancel_invoice,
    credit_invoice,
    split_bill,
    subcontract,
    foreign_invoice,
    move_share,
    cancel_order,
    sell_work,
    cancel_sale,
    change_rate,
    lock_books,
    settle_again,
    buy_dearer,
    use_missing,
    reprice_receipt,
    close_stock,
    choose_terms,
    agree_flat_rate,
    accrue,
]
