"""How far back the first edition of a digest looks: one turn of its schedule."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

LEAST = timedelta(hours=24)
MOST = timedelta(days=366)


def first_period(schedule: str | None, timezone: str, at: datetime) -> timedelta:
    """The time between the last two occurrences of *schedule* before *at*: a week for a weekly digest.

    At least a day, which is also what a digest without a schedule has, and at most a year.
    """
    if schedule is None:
        return LEAST
    occurrences = CronSim(schedule, at.astimezone(ZoneInfo(timezone)), reverse=True)
    try:
        last, before = next(occurrences), next(occurrences)
    except StopIteration:  # 30 February
        return LEAST
    return min(MOST, max(LEAST, last - before))
