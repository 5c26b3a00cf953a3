"""How an amount is shared so that the shares are the amount, to the cent."""

from odoo.tools import float_is_zero


def share_amount(currency, amount, weights):
    """Return shares of an amount in proportion to weights, by largest remainder.

    :param list weights: not negative; all zero: the amount is nobody's
    :return: one rounded share per weight; together exactly the amount
    """
    total = sum(weights)
    if float_is_zero(total, precision_digits=9):
        return [0.0] * len(weights)
    unit = currency.rounding
    sign = -1 if amount < 0 else 1
    cents = round(abs(amount) / unit)
    exact = [cents * weight / total for weight in weights]
    shares = [int(part + 1e-9) for part in exact]
    rest = cents - sum(shares)
    order = sorted(
        range(len(weights)), key=lambda place: (shares[place] - exact[place], place)
    )
    for place in order[:rest]:
        shares[place] += 1
    return [currency.round(sign * share * unit) for share in shares]
