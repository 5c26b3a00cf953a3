"""Small statistics, exact enough to be checked by hand."""


def get_percentile(values, share):
    """Return the value below which a share of the values lies, None without any.

    Linear between the two nearest ones (type 7 of Hyndman and Fan, Sample Quantiles in
    Statistical Packages, 1996), as spreadsheets do.

    :param list values: in any order
    :param float share: 0.5 for the median
    """
    if not values:
        return None
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (position - low) * (ordered[high] - ordered[low])
