"""What each work order earned, recomputed without the report.

Plain Python over journal items, read through the ORM one by one: no SQL of the suite,
no shared helper, exact decimals. Slow on purpose; for tests only.

Attribution is taken from the analytic items of a journal item and checked against
its JSON distribution: where the two disagree by more than core's rounding, the oracle
refuses to answer.
"""

from collections import defaultdict
from decimal import Decimal

PROFIT_AND_LOSS = {
    "income",
    "income_other",
    "expense",
    "expense_other",
    "expense_depreciation",
    "expense_direct_cost",
}
ZERO = Decimal("0.00")


def posted_items(env, company, date_from=None, date_to=None):
    """Return the posted profit and loss items of a company, in a period."""
    env.flush_all()
    env.invalidate_all()
    items = env["account.move.line"].sudo().with_context(active_test=False)
    moves = items.move_id.search(
        [("company_id", "=", company.id), ("state", "=", "posted")]
    )
    return moves.line_ids.filtered(
        lambda item: item.account_id.account_type in PROFIT_AND_LOSS
        and (not date_from or str(item.date) >= str(date_from))
        and (not date_to or str(item.date) <= str(date_to))
    )


def exact(amount, currency):
    """Return a float amount as the decimal that the currency means by it."""
    return Decimal(f"{amount:.{currency.decimal_places}f}") + ZERO


def orders_by_account(env):
    """Return {analytic account id: work order} of all orders, archived or not."""
    orders = env["field.service.order"].sudo().with_context(active_test=False)
    result = {}
    for order in orders.search([("analytic_account_id", "!=", False)]):
        account = order.analytic_account_id.id
        if account in result:
            raise AssertionError(f"{order.name} shares its account with another order")
        result[account] = order
    return result


def shares_by_order(item, orders):
    """Return {order: Decimal} of one item; income positive, cost negative."""
    currency = item.company_currency_id
    shares = defaultdict(Decimal)
    for line in item.analytic_line_ids:
        for field in line._get_plan_fnames():
            order = orders.get(line[field].id)
            if order:
                shares[order] += exact(line.amount, currency)
    check_distribution(item, orders, shares)
    return dict(shares)


def check_distribution(item, orders, shares):
    """Refuse shares that the item's own distribution does not explain."""
    distribution = item.analytic_distribution or {}
    balance = exact(item.balance, item.company_currency_id)
    expected = defaultdict(Decimal)
    for key, percentage in distribution.items():
        for account in key.split(","):
            order = orders.get(int(account))
            if order:
                expected[order] -= balance * Decimal(str(percentage)) / 100
    rounding = Decimal(str(item.company_currency_id.rounding))
    tolerance = rounding * (1 + len(distribution)) + abs(balance) * Decimal("0.0001")
    for order in {*expected, *shares}:
        gap = expected[order] - shares.get(order, ZERO)
        if abs(gap) > tolerance:
            raise AssertionError(
                f"{item.display_name}: {order.name} has {shares.get(order)}, "
                f"its distribution says {expected[order]:.4f}"
            )


def cost_kind(item):
    """Return which figure of an order an item belongs to."""
    if item.service_cost_type:
        return item.service_cost_type
    if item.account_id.account_type.startswith("income"):
        return "revenue"
    if item.display_type == "cogs":
        return "parts"
    if "expense_id" in item._fields and item.expense_id:
        return "travel"
    is_purchase = item.move_id.is_purchase_document(include_receipts=True) or (
        "purchase_line_id" in item._fields and item.purchase_line_id
    )
    if is_purchase and item.display_type == "product":
        is_goods = item.product_id and item.product_id.type != "service"
        return "parts" if is_goods else "subcontract"
    return "other"


def margin_by_order(env, company, date_from=None, date_to=None):
    """Return {order: Decimal}, for the orders with posted items of the company."""
    orders = orders_by_account(env)
    margins = defaultdict(Decimal)
    for item in posted_items(env, company, date_from, date_to):
        for order, share in shares_by_order(item, orders).items():
            margins[order] += share
    return dict(margins)


def figures_by_order(env, company, date_from=None, date_to=None):
    """Return {order: {figure: Decimal}}: revenue and costs positive, and margin.

    Figures without any item are left out.
    """
    orders = orders_by_account(env)
    figures = defaultdict(lambda: defaultdict(Decimal))
    for item in posted_items(env, company, date_from, date_to):
        kind = cost_kind(item)
        for order, share in shares_by_order(item, orders).items():
            figures[order][kind] += share if kind == "revenue" else -share
            figures[order]["margin"] += share
    return {order: dict(values) for order, values in figures.items()}


def reconcile(env, company, date_from=None, date_to=None):
    """Return the reconciliation of a company as decimals, income positive.

    ``profit_and_loss`` is summed by the ORM over the accounts, the rest item by item:
    ``on_orders``, ``off_orders``, ``split_rest`` and ``unexplained``.
    """
    orders = orders_by_account(env)
    column = env["field.service.order"]._get_plan_column()
    totals = dict.fromkeys(("on_orders", "off_orders", "split_rest"), ZERO)
    for item in posted_items(env, company, date_from, date_to):
        currency = item.company_currency_id
        whole = -exact(item.balance, currency)
        lines = item.analytic_line_ids.filtered(column)
        if not lines:
            totals["off_orders"] += whole
            continue
        on_plan = sum((exact(line.amount, currency) for line in lines), ZERO)
        on_orders = sum(shares_by_order(item, orders).values(), ZERO)
        totals["on_orders"] += on_orders
        totals["off_orders"] += on_plan - on_orders
        totals["split_rest"] += whole - on_plan
    totals["profit_and_loss"] = profit_and_loss(env, company, date_from, date_to)
    totals["unexplained"] = totals["profit_and_loss"] - sum(
        totals[name] for name in ("on_orders", "off_orders", "split_rest")
    )
    return totals


def profit_and_loss(env, company, date_from=None, date_to=None):
    """Return the result of a company's profit and loss accounts."""
    domain = [
        ("company_id", "=", company.id),
        ("parent_state", "=", "posted"),
        ("account_id.account_type", "in", sorted(PROFIT_AND_LOSS)),
    ]
    if date_from:
        domain.append(("date", ">=", date_from))
    if date_to:
        domain.append(("date", "<=", date_to))
    groups = (
        env["account.move.line"]
        .sudo()
        ._read_group(domain, ["account_id"], ["balance:sum"])
    )
    return -sum(
        (exact(balance, company.currency_id) for _account, balance in groups), ZERO
    )
