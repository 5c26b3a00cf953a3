"""Arithmetic of time spans: sequences that begin with (start, stop).

Moments are naive UTC.
"""

from datetime import UTC


def merge(spans):
    """Return the spans put together: sorted, without overlaps."""
    merged = []
    for start, stop in sorted((span[0], span[1]) for span in spans):
        if merged and start <= merged[-1][1]:
            if stop > merged[-1][1]:
                merged[-1] = (merged[-1][0], stop)
        else:
            merged.append((start, stop))
    return merged


def subtract(spans, taken):
    """Return what is left of ``spans`` without ``taken``; both merged."""
    left = []
    for start, stop in spans:
        for begin, end in taken:
            if end <= start or begin >= stop:
                continue
            if begin > start:
                left.append((start, begin))
            start = max(start, end)
        if start < stop:
            left.append((start, stop))
    return left


def overlaps(span, spans):
    """Tell whether a span has a moment in common with one of the others."""
    return any(span[0] < other[1] and other[0] < span[1] for other in spans)


def covers(spans, span):
    """Tell whether a span lies wholly within the others; these merged."""
    return not subtract([span], spans)


def count_hours(spans, start=None, stop=None):
    """Return how many hours the spans last, within a period if one is given."""
    seconds = 0.0
    for begin, end in spans:
        begin = max(begin, start) if start else begin
        end = min(end, stop) if stop else end
        seconds += max((end - begin).total_seconds(), 0.0)
    return round(seconds / 3600.0, 2)


def to_ms(moment):
    """Return a moment as browsers count: milliseconds since 1970."""
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000) if moment else False


def to_spans(spans):
    """Return spans as browsers count."""
    return [[to_ms(span[0]), to_ms(span[1])] for span in spans]
