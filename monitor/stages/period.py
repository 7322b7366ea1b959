"""How far back the first edition of a digest looks: one turn of its schedule."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.stages.slots import last_slot

LEAST = timedelta(hours=24)
MOST = timedelta(days=366)


def first_period(schedule: str | None, timezone: str, at: datetime) -> timedelta:
    """The time between the last two slots of *schedule* before *at*: a week for a weekly digest.

    At least a day, which is also what a digest without a schedule has, and at most a year.
    """
    last = last_slot(schedule, timezone, at) if schedule else None
    before = last_slot(schedule, timezone, last.at - timedelta(seconds=1)) if schedule and last else None
    if last is None or before is None:
        return LEAST
    return min(MOST, max(LEAST, last.at - before.at))
