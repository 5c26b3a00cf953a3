"""What an SLA clock says, from moments that are known. Plain Python, no ORM."""

from datetime import datetime
from typing import NamedTuple


class Goal(NamedTuple):
    """One promise of a policy; all moments are naive UTC, or empty.

    ``since`` is when the clock began, ``alert`` when little time is left, ``expected``
    when the goal will be reached by the plan, ``reached`` when it was.
    """

    since: datetime
    deadline: datetime
    alert: datetime
    expected: datetime | None
    reached: datetime | None

    def is_missed(self, stopped=None):
        """Tell whether it was reached too late, or not before the clock stopped."""
        end = self.reached or stopped
        return bool(end and end > self.deadline)

    def get_risk(self):
        """Return the moment from which the goal is at risk.

        A plan that is too late is a risk at once. A plan in time holds until its moment
        comes; after that, and without a plan, little time left is a risk.
        """
        if self.expected and self.expected > self.deadline:
            return self.since
        return max(self.alert, self.expected or self.alert)


class Verdict(NamedTuple):
    """The state of a clock; while it runs, when that will change by itself."""

    clock: str
    breach: datetime | None = None
    risk: datetime | None = None


def judge(goals, stopped=None, paused=False):
    """Return the verdict on goals, as far as it does not depend on the present time.

    :param stopped: when the clock was paused or the order given up; empty: it runs
    :param paused: it will run again

    >>> from datetime import datetime as dt
    >>> def goal(expected=None, reached=None):
    ...     return Goal(dt(2026, 3, 2, 8), dt(2026, 3, 2, 16), dt(2026, 3, 2, 14),
    ...                 expected, reached)
    >>> judge([]).clock
    'none'
    >>> judge([goal()]).risk.hour, judge([goal()]).breach.hour
    (14, 16)
    >>> judge([goal(expected=dt(2026, 3, 3, 8))]).risk.hour
    8
    >>> judge([goal(expected=dt(2026, 3, 2, 15))]).risk.hour
    15
    >>> judge([goal(reached=dt(2026, 3, 2, 16))]).clock
    'met'
    >>> judge([goal(reached=dt(2026, 3, 2, 17))]).clock
    'breached'
    >>> judge([goal()], stopped=dt(2026, 3, 2, 9), paused=True).clock
    'paused'
    >>> judge([goal()], stopped=dt(2026, 3, 2, 17), paused=True).clock
    'breached'
    >>> judge([goal()], stopped=dt(2026, 3, 2, 9)).clock
    'none'
    """
    missed = [goal.deadline for goal in goals if goal.is_missed(stopped)]
    if missed:
        return Verdict("breached", breach=min(missed))
    ahead = [goal for goal in goals if not goal.reached]
    if goals and not ahead:
        return Verdict("met")
    if not goals or stopped:
        return Verdict("paused" if goals and paused else "none")
    return Verdict(
        "running",
        breach=min(goal.deadline for goal in ahead),
        risk=min(goal.get_risk() for goal in ahead),
    )
