"""From what an order was expected to earn to what the ledger says it earned.

Plain arithmetic on the facts of one order, without any database. For every order
``baseline margin + sum of steps = posted margin``, to the cent: each step has a formula
of its own, and "other" has one too; only cents of rounding are added to it.
"""

from dataclasses import dataclass, field

STEPS = (
    "price",
    "scope",
    "labour_hours",
    "labour_rate",
    "part_quantity",
    "part_price",
    "travel",
    "external",
    "rework",
    "coverage",
    "unbilled",
    "other",
)
# What brings a whole order to its minimum or limit is a matter of price.
TOTAL_KINDS = ("minimum", "limit")
COSTS = ("parts", "labour", "travel", "subcontract", "other")


@dataclass
class Sale:
    """One thing sold, or expected to be.

    ``value`` is that of the whole quantity at its price, ``rules`` what minimums,
    rounding and after-hours terms add to it, ``given`` what of it nobody pays for:
    covered, discounted, left out.
    """

    quantity: float = 0.0
    value: float = 0.0
    rules: float = 0.0
    given: float = 0.0

    @property
    def amount(self):
        """What the customer pays."""
        return self.value + self.rules - self.given

    def __add__(self, other):
        return Sale(
            self.quantity + other.quantity,
            self.value + other.value,
            self.rules + other.rules,
            self.given + other.given,
        )


@dataclass
class Plan:
    """What was frozen at the release, by kind and product."""

    sales: dict = field(default_factory=dict)
    # {kind: (quantity, amount)}; parts are beside, by product
    costs: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)


@dataclass
class Facts:
    """What is known of one order, in the currency of its company."""

    posted: dict
    baseline_revenue: float = 0.0
    baseline_cost: float = 0.0
    # None: released before the detail was kept, or never
    plan: Plan | None = None
    sales: dict = field(default_factory=dict)
    hours: float = 0.0
    parts: dict = field(default_factory=dict)
    is_settled: bool = True
    is_callback: bool = False
    has_baseline: bool = True

    @property
    def start(self):
        """Baseline margin. Nobody has planned a callback: its own is nil."""
        if self.is_callback or not self.has_baseline:
            return 0.0
        return self.baseline_revenue - self.baseline_cost


def make_plan(detail):
    """Return the plan that an order keeps as its ``baseline_detail``."""
    plan = Plan()
    for line in detail.get("revenue", ()):
        key = get_sale_key(line["kind"], line["product_id"])
        sale = Sale(
            line["quantity"], line["value"], 0.0, line["value"] - line["amount"]
        )
        plan.sales[key] = plan.sales.get(key, Sale()) + sale
    for line in detail.get("costs", ()):
        is_part = line["kind"] == "parts" and line["product_id"]
        target = plan.parts if is_part else plan.costs
        key = line["product_id"] if is_part else line["kind"]
        quantity, amount = target.get(key, (0.0, 0.0))
        target[key] = (quantity + line["quantity"], amount + line["amount"])
    return plan


def get_sale_key(kind, product_id):
    """Hours are one thing whatever product sells them; parts and flat rates are not."""
    return (kind, product_id if kind in ("part", "flat") else None)


def split_variance(facts, round_amount):
    """Return {step: amount} of one order; more margin is positive.

    :param Facts facts: of the order
    :param round_amount: rounds to the currency of the order
    """
    steps = dict.fromkeys(STEPS, 0.0)
    if facts.is_callback:
        steps["rework"] = get_rework(facts)
    elif facts.plan is None:
        steps["other"] = facts.posted["margin"] - facts.start
    else:
        steps.update(_split_sales(facts))
        steps.update(_split_labour(facts))
        steps.update(_split_parts(facts))
        steps["travel"] = get_cost_change(facts, "travel")
        steps["external"] = get_cost_change(facts, "subcontract")
        steps["unbilled"] = get_unbilled(facts)
        steps["other"] = get_other(facts)
    steps = {name: round_amount(amount) for name, amount in steps.items()}
    rest = facts.posted["margin"] - facts.start - sum(steps.values())
    steps["other"] = round_amount(steps["other"] + rest)
    return steps


def get_price(planned, actual):
    """(price now - price then) x quantity now, + minimums, rounding, after-hours."""
    if not planned.quantity or not actual.quantity:
        return actual.rules
    unit = planned.value / planned.quantity
    return actual.value - actual.quantity * unit + actual.rules


def get_scope(planned, actual):
    """(quantity now - quantity then) x price then; unplanned: all at its price."""
    if not planned.quantity or not actual.quantity:
        return actual.value - planned.value
    return (actual.quantity - planned.quantity) * planned.value / planned.quantity


def get_coverage(planned, actual):
    """-(covered, discounted and left out now - expected to be)."""
    return planned.given - actual.given


def _split_sales(facts):
    steps = dict.fromkeys(("price", "scope", "coverage"), 0.0)
    for key in facts.plan.sales.keys() | facts.sales.keys():
        pair = (facts.plan.sales.get(key, Sale()), facts.sales.get(key, Sale()))
        scope, price = get_scope(*pair), get_price(*pair)
        if key[0] in TOTAL_KINDS:
            scope, price = 0.0, price + scope
        steps["scope"] += scope
        steps["price"] += price
        steps["coverage"] += get_coverage(*pair)
    return steps


def _split_labour(facts):
    """-(hours now - then) x rate then; -(cost now - hours now x rate then)."""
    hours, amount = facts.plan.costs.get("labour", (0.0, 0.0))
    cost = facts.posted["labour"]
    if not hours or not amount or not facts.hours:
        # Without a rate, or without hours: one is as good as the other.
        return {"labour_hours": amount - cost, "labour_rate": 0.0}
    rate = amount / hours
    return {
        "labour_hours": (hours - facts.hours) * rate,
        "labour_rate": facts.hours * rate - cost,
    }


def _split_parts(facts):
    """By product, as labour; unplanned parts, and bills for goods, are quantity."""
    steps = {"part_quantity": 0.0, "part_price": 0.0}
    rest = facts.posted["parts"]
    for product in facts.plan.parts.keys() | facts.parts.keys():
        quantity, amount = facts.plan.parts.get(product, (0.0, 0.0))
        used, cost = facts.parts.get(product, (0.0, 0.0))
        rest -= cost
        if not quantity or not used:
            steps["part_quantity"] += amount - cost
            continue
        price = amount / quantity
        steps["part_quantity"] += (quantity - used) * price
        steps["part_price"] += used * price - cost
    unnamed = facts.plan.costs.get("parts", (0.0, 0.0))[1]
    steps["part_quantity"] += unnamed - rest
    return steps


def get_cost_change(facts, kind):
    """-(cost now - cost then)."""
    return facts.plan.costs.get(kind, (0.0, 0.0))[1] - facts.posted[kind]


def get_rework(facts):
    """The whole margin of a callback, which nobody has planned."""
    return facts.posted["margin"]


def get_unbilled(facts):
    """-(to bill - posted revenue), as long as the order is not settled."""
    if facts.is_settled:
        return 0.0
    return facts.posted["revenue"] - _get_billable(facts)


def get_other(facts):
    """Other costs; revenue beside the charges; a baseline entered by hand."""
    other = get_cost_change(facts, "other")
    if facts.is_settled:
        other += facts.posted["revenue"] - _get_billable(facts)
    planned = facts.plan
    revenue = sum(sale.amount for sale in planned.sales.values())
    cost = sum(amount for _quantity, amount in planned.costs.values())
    cost += sum(amount for _quantity, amount in planned.parts.values())
    return other + revenue - facts.baseline_revenue - cost + facts.baseline_cost


def _get_billable(facts):
    return sum(sale.amount for sale in facts.sales.values())
