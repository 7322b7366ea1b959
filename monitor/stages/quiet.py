"""When a publisher wants no visits: ``skipHours`` and ``skipDays`` of RSS 2.0."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

_HOUR = timedelta(hours=1)
_WEEK_H = 7 * 24


def leave_quiet(moment: datetime, *, skip_hours: Collection[int], skip_days: Collection[int]) -> datetime:
    """The first moment from *moment* on (UTC) that is in none of the hours (0 to 23) and days (0 is Monday) to skip.

    A feed that skips everything has made a mistake, and *moment* stands. 168 comparisons at most.
    """
    found = moment
    for _ in range(_WEEK_H + 1):
        if found.hour not in skip_hours and found.weekday() not in skip_days:
            return found
        found = found.replace(minute=0, second=0, microsecond=0) + _HOUR
    return moment
