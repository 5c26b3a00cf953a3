"""How much must be there so that it lasts: exact, in plain Python."""

from itertools import count
from math import exp, lgamma, log

# Sums of thousands of floats: 95 % reached in theory is 95 % reached.
TOLERANCE = 1e-12


def poisson(mean):
    """Yield P(X = 0), P(X = 1)... of a Poisson distribution.

    ``exp(-mean) * mean**k / k!`` (Johnson, Kemp and Kotz, Univariate Discrete
    Distributions, chapter 4), by logarithms, which neither under- nor overflow.
    """
    if mean <= 0:
        yield 1.0
        return
    for k in count():
        yield exp(k * log(mean) - mean - lgamma(k + 1))


def all_or_nothing(parts):
    """Return {quantity: probability} of what independent parts need together.

    :param parts: pairs (whole quantity, probability): all of it is needed, or nothing
    """
    total = {0: 1.0}
    for quantity, probability in parts:
        previous, total = total, {}
        for needed, chance in previous.items():
            for more, share in ((0, 1 - probability), (quantity, probability)):
                key = needed + more
                total[key] = total.get(key, 0.0) + chance * share
    return total


def get_level(mean, target, parts=()):
    """Return the smallest whole k with P(X <= k) >= target.

    X is the sum of a Poisson variable and of ``parts`` that are needed or not; its
    distribution is their convolution: P(X <= k) = sum over q of P(q) P(Poisson <= k-q).

    :param float mean: of the Poisson variable
    :param float target: more than 0 and less than 1
    :param parts: see :func:`all_or_nothing`
    """
    chances = sorted(all_or_nothing(parts).items())
    single, cumulated, reached = poisson(mean), [], 0.0
    while reached < target - TOLERANCE:
        before = cumulated[-1] if cumulated else 0.0
        cumulated.append(before + next(single, 0.0))
        k = len(cumulated) - 1
        reached = sum(
            chance * cumulated[k - quantity]
            for quantity, chance in chances
            if quantity <= k
        )
    return len(cumulated) - 1
