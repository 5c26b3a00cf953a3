"""What the last year would have earned with other prices, hours and habits.

The baseline is read once from posted items and visits; everything else is here. With v
for more volume, p for prices and so on (all 0 for "as it was")::

    volume       v = 1 + dU / U                     (U: utilization)
    labour sold    = RL x (1 + price) x (1 + labour price)
    parts sold     = CP / (1 - (mP + dM)) x (1 + price)     (mP = 1 - CP / RP)
    other sales    = (R - RL - RP) x (1 + price)
    recovered      = leakage x share x (1 + price)
    revenue        = v x (labour sold + parts sold + other sales + recovered)
    visits saved a = dF x orders x extra visits per order with a return / visits
    labour         = v x L x (1 + wages) x (1 - a)
    way          w = s' / (1 - s') x (D - H) / H, s' = H / D + dS    (1 without change)
    travel         = v x T x w x (1 - a)
    parts, external, other costs = v x what they were
    mix            = v x share x hours of the poorer job types
                       x (margin per hour of the richer - of the poorer)
    margin         = revenue + mix - all costs
    not absorbed   = payroll x (1 + wages) - labour - travel
    result         = margin - not absorbed

Customers buy as much as before whatever the price, and as much more as the hours allow.
Hours that are saved are only worth money in the *result* when somebody fills them:
payroll is paid anyway, so what labour the orders lose, "not absorbed" gains. Without
posted payroll there is no result, only the margin of the orders.
"""

from typing import NamedTuple

# Levers, and how far they may be moved: shares, 0.01 is one per cent or one point.
LEVERS = {
    "price": (-0.2, 0.2),
    "labour_price": (-0.3, 0.3),
    "wages": (-0.2, 0.2),
    "utilization": (-0.2, 0.2),
    "travel_share": (-0.2, 0.1),
    "first_time_fix": (-0.2, 0.2),
    "parts_margin": (-0.2, 0.2),
    "leakage": (0.0, 1.0),
    "mix": (0.0, 0.5),
}


class Baseline(NamedTuple):
    """Sums of one company and period; shares are computed from them."""

    revenue: float = 0.0
    labour: float = 0.0
    parts: float = 0.0
    travel: float = 0.0
    subcontract: float = 0.0
    other: float = 0.0
    labour_revenue: float = 0.0
    parts_revenue: float = 0.0
    parts_cost: float = 0.0
    leakage: float = 0.0
    payroll: float = 0.0
    productive_hours: float = 0.0
    paid_hours: float = 0.0
    travel_hours: float = 0.0
    day_hours: float = 0.0
    orders: int = 0
    fixed_orders: int = 0
    visits: int = 0
    low_hours: float = 0.0
    low_margin: float = 0.0
    high_hours: float = 0.0
    high_margin: float = 0.0


def _divide(top, bottom):
    return top / bottom if bottom else None


def get_shares(base):
    """Return the shares that levers move: {lever: share or None}."""
    parts = _divide(base.parts_revenue - base.parts_cost, base.parts_revenue)
    return {
        "utilization": _divide(base.productive_hours, base.paid_hours),
        "travel_share": _divide(base.travel_hours, base.day_hours),
        "first_time_fix": _divide(base.fixed_orders, base.orders),
        "parts_margin": parts,
    }


def get_usable(base):
    """Return the levers for which there is data, the others do nothing."""
    shares = get_shares(base)
    usable = {
        "price": base.revenue > 0,
        "labour_price": base.labour_revenue > 0,
        "wages": base.labour > 0,
        "utilization": bool(shares["utilization"]),
        "travel_share": base.travel > 0 and 0 < (shares["travel_share"] or 0) < 1,
        "first_time_fix": base.orders > base.fixed_orders and base.visits > base.orders,
        "parts_margin": base.parts_revenue > 0 and base.parts_cost > 0,
        "leakage": base.leakage > 0,
        "mix": base.low_hours > 0 and base.high_hours > 0,
    }
    return [lever for lever in LEVERS if usable[lever]]


def clean(base, levers):
    """Return the levers within their limits, 0 where there is no data.

    A share never leaves 0 to 100 %, whatever is asked: utilization and first-time fix
    end at 1, the way and the margin on parts at 0.95. Nobody does more than twice the
    work: where hardly any hour was recorded, a point more would be many times as much.
    """
    usable, shares = get_usable(base), get_shares(base)
    result = {}
    for lever, (low, high) in LEVERS.items():
        value = levers.get(lever) or 0.0
        value = min(max(value, low), high) if lever in usable else 0.0
        share = shares.get(lever)
        if value and share is not None:
            most = 0.95 if lever in ("travel_share", "parts_margin") else 1.0
            if lever == "utilization":
                most = min(most, 2.0 * share)
            value = min(max(value, min(-share, 0.0)), max(most - share, 0.0))
        result[lever] = value
    return result


def _compute(base, lever):
    """Figures of the year with these (cleaned) levers, not rounded."""
    shares = get_shares(base)
    price = 1.0 + lever["price"]
    volume, way, saved = 1.0, 1.0, 0.0
    if lever["utilization"]:
        volume = 1.0 + lever["utilization"] / shares["utilization"]
    if lever["travel_share"]:
        share = shares["travel_share"] + lever["travel_share"]
        hours = share / (1.0 - share) * (base.day_hours - base.travel_hours)
        way = hours / base.travel_hours
    if lever["first_time_fix"]:
        extra = (base.visits - base.orders) / (base.orders - base.fixed_orders)
        saved = lever["first_time_fix"] * base.orders * extra / base.visits
    parts_revenue = base.parts_revenue
    if lever["parts_margin"]:
        margin = shares["parts_margin"] + lever["parts_margin"]
        parts_revenue = base.parts_cost / (1.0 - margin)
    rest = base.revenue - base.labour_revenue - base.parts_revenue
    sold = base.labour_revenue * (1.0 + lever["labour_price"]) + parts_revenue + rest
    sold += base.leakage * lever["leakage"]
    mix = 0.0
    if lever["mix"]:
        better = base.high_margin / base.high_hours - base.low_margin / base.low_hours
        mix = volume * lever["mix"] * base.low_hours * better
    labour = volume * base.labour * (1.0 + lever["wages"]) * (1.0 - saved)
    travel = volume * base.travel * way * (1.0 - saved)
    revenue = volume * sold * price
    others = volume * (base.parts + base.subcontract + base.other)
    margin = revenue + mix - labour - travel - others
    figures = {"revenue": revenue, "margin": margin, "result": None}
    if base.payroll:
        payroll = base.payroll * (1.0 + lever["wages"])
        figures["result"] = margin - (payroll - labour - travel)
    return figures


def compute(base, levers, round_amount=lambda amount: round(amount, 2)):
    """Return what the year would have earned.

    Each lever's effect is that of moving it alone; what they do to each other (a higher
    price on more volume) is a row of its own, so that everything adds up to the cent::

        after = before + Σ effects + together

    :param Baseline base: the year as it was
    :param dict levers: {lever: change}, a share or points; missing ones are 0
    :param round_amount: rounds to the currency's cents
    :return: ``levers`` as applied, ``before`` and ``after`` (revenue, margin, result),
        ``effects`` by lever and ``together``, each (margin, result); the result is None
        without posted payroll
    :rtype: dict
    """
    lever = clean(base, levers)
    nothing = dict.fromkeys(LEVERS, 0.0)

    def _figures(values):
        return {
            name: None if amount is None else round_amount(amount)
            for name, amount in _compute(base, values).items()
        }

    before, after = _figures(nothing), _figures(lever)
    effects = {}
    for name, value in lever.items():
        if value:
            alone = _figures({**nothing, name: value})
            effects[name] = _subtract(alone, before, round_amount)
    total = _subtract(after, before, round_amount)
    together = {}
    for name in ("margin", "result"):
        together[name] = None
        if total[name] is not None:
            known = sum(effect[name] for effect in effects.values())
            together[name] = round_amount(total[name] - known)
    return {
        "levers": lever,
        "before": before,
        "after": after,
        "effects": effects,
        "together": together,
        "total": total,
    }


def _subtract(one, other, round_amount):
    return {
        name: None if one[name] is None else round_amount(one[name] - other[name])
        for name in ("margin", "result")
    }
