"""The story of one part, for each cost method and both valuations.

Bought at two prices, used, one brought back, the quantity corrected, invoiced and
credited; used again before more of it has come, received at other prices, a bill that
turns out higher, and the closing of the period. ``test_parts_ledger.py`` holds what it
must cost, worked out by hand; ``docs/parts_ledger.md`` shows every journal item.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from odoo.exceptions import UserError
from odoo.tests import freeze_time

from . import story

FIRST_DAY = datetime(2026, 3, 2, 8)
METHODS = {
    "standard": "Standard cost of 10.00",
    "average": "Average cost",
    "fifo": "First in, first out",
}
VALUATIONS = {
    story.COMPANY_A: "Perpetual valuation",
    story.COMPANY_B: "Periodic valuation",
}


class Step(NamedTuple):
    """What was posted on a day, and why."""

    day: int
    title: str
    items: object


class PartsStory:
    """Plays the story with one part of one company."""

    def __init__(self, setting, method):
        self.method = method
        self.env = setting.env
        self.steps = []
        self.orders = {}
        with freeze_time(FIRST_DAY):
            self.setting = setting._replace(part=self.create_part(setting))
        self.seen = self.get_items()

    def create_part(self, setting):
        """Return the part, valued by the method."""
        part = story.create_part(setting.env, setting.company, "Pump seal")
        part.categ_id.property_cost_method = self.method
        part.list_price = 25.0
        if self.method == "standard":
            part.standard_price = 10.0
        return part

    # ------------------------------------------------------------------- the story
    def play(self):
        """Play it, a step a day."""
        for day, (title, step) in enumerate(self.get_script(), start=1):
            with freeze_time(FIRST_DAY + timedelta(days=day)):
                step()
                self.env.flush_all()
                self.env.invalidate_all()
                items = self.get_items()
                self.steps.append(Step(day, title, items - self.seen))
                self.seen = items
        return self

    def get_script(self):
        """Return [(what happens, method)]."""
        return [
            ("4 bought at 10.00", lambda: self.buy(4, 10.0)),
            ("4 bought at 14.00", lambda: self.buy(4, 14.0)),
            ("6 used on the boiler", lambda: self.use("Boiler", 6, "chargeable")),
            ("1 of them brought back", lambda: self.boiler.action_return(1)),
            ("7 were used, not 6", self.correct),
            ("The boiler is invoiced", self.invoice),
            ("1 is credited, out of kindness", self.credit),
            (
                "4 used on the pump, 2 are there",
                lambda: self.use("Pump", 4, "warranty"),
            ),
            ("1 bought at 18.00", lambda: self.buy(1, 18.0)),
            ("3 bought at 20.00", lambda: self.buy(3, 20.0)),
            ("The second purchase turns out to cost 15.00", self.bill_more),
            ("The period is closed", self.close),
        ]

    @property
    def boiler(self):
        """The part of the first order."""
        return self.orders["Boiler"].part_ids

    def buy(self, quantity, price):
        """Receive parts, and enter the vendor's bill for them."""
        story.buy(self.setting, quantity, price)

    def use(self, name, quantity, coverage):
        """Do a job that uses parts of the van."""
        order = story.create_order(self.setting, name, coverage=coverage)
        self.orders[name] = order
        # Each story of a company on days of its own: there is one technician.
        day = len(self.orders) + 10 * list(METHODS).index(self.method)
        visit = story.plan(self.setting, order, day=day)
        story.add_part(order, self.setting.part, quantity).action_use()
        story.work(visit, 1.0)

    def correct(self):
        """One more was used than was counted."""
        self.boiler._get_done_moves().quantity = 7.0

    def invoice(self):
        """Invoice the first order."""
        self.bill = story.bill(self.orders["Boiler"])

    def credit(self):
        """Credit one piece; it stays where it is."""
        story.credit_one_part(self.bill, self.setting.part)

    def bill_more(self):
        """Another bill for the second purchase, which is worth more by it."""
        receipt = self.get_moves().filtered("is_in")[1]
        receipt.value_manual = 60.0
        perpetual = self.setting.part.valuation == "real_time"
        accounts = self.setting.part._get_product_accounts()
        account = accounts["stock_valuation" if perpetual else "expense"]
        story.bill_from(self.setting, "Parts Wholesale", 4.0, account=account)

    def close(self):
        """Let Odoo compare its stock value with the ledger, and post the difference."""
        try:
            self.setting.company.action_close_stock_valuation(auto_post=True)
        except UserError as error:
            if "correctly closed" not in str(error):
                raise

    # ------------------------------------------------------------------- what it is
    def get_moves(self):
        """Return the stock moves of the part."""
        return self.env["stock.move"].search(
            [("product_id", "=", self.setting.part.id), ("state", "=", "done")],
            order="date, id",
        )

    def get_items(self):
        """Return the posted journal items of the company."""
        return self.env["account.move.line"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("parent_state", "=", "posted"),
            ],
            order="move_id, id",
        )

    def get_cost(self, name):
        """Return what the parts of an order cost, from its journal items."""
        items = self.seen.filtered(
            lambda item: item.service_order_id == self.orders[name]
            and item.service_cost_type == "parts"
        )
        return sum(items.mapped("balance"))

    def get_balance(self, *accounts):
        """Return the balance of accounts, of all that was posted."""
        items = self.seen.filtered(lambda item: item.account_id in accounts)
        return sum(items.mapped("balance"))

    # --------------------------------------------------------------------- printing
    def tell(self):
        """Yield the lines that an accountant reads."""
        yield f"### {METHODS[self.method]}"
        yield ""
        yield "| day | what happens | account | debit | credit | work order |"
        yield "|---|---|---|---:|---:|---|"
        for step in self.steps:
            yield from self.tell_step(step)
        yield ""
        costs = ", ".join(
            f"{name} {self.get_cost(name):.2f}" for name in sorted(self.orders)
        )
        yield f"Parts on the orders: {costs}. In stock: {self.get_stock_value():.2f}."
        yield ""

    def tell_step(self, step):
        """Yield one row per journal item of a step."""
        label = f"{step.day} | {step.title}"
        if not step.items:
            yield f"| {label} | *nothing to post* | | | |"
        for item in step.items.sorted(lambda item: (item.move_id.id, item.id)):
            order = item._get_service_orders().origin or ""
            debit = f"{item.debit:.2f}" if item.debit else ""
            credit = f"{item.credit:.2f}" if item.credit else ""
            yield (
                f"| {label} | {item.account_id.name} | {debit} | {credit} | {order} |"
            )
            label = " | "

    def get_stock_value(self):
        """Return what the stock is worth by Odoo."""
        return self.setting.part.with_company(self.setting.company).total_value
