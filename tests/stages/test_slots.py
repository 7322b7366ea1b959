"""Every local time that a cron line names is met once, whatever the clocks of the zone do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages.slots import last_slot, next_slot

ZONES = (
    "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca",
    "Asia/Kolkata", "Pacific/Apia", "UTC",
)  # fmt: skip
FORMS = (
    "0 7 * * *", "0 0 * * *", "30 2 * * *", "59 23 * * *", "15 1,2,3 * * *", "0 * * * *", "*/20 * * * *",
    "*/30 0-4 * * *", "0 2 * * 7", "0 0 1 * *", "0 0 L * *", "30 1 * 3,4,9,10,11 MON-FRI",
)  # fmt: skip
START, END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
AROUND = timedelta(hours=9)


def changes(zone: str) -> list[datetime]:
    """The moments from 2024 to 2030 at which the clocks of *zone* change, to the second."""
    clocks = ZoneInfo(zone)
    hours = [START + timedelta(hours=n) for n in range(int((END - START) / timedelta(hours=1)))]
    found = []
    for early, late in pairwise(hours):
        if early.astimezone(clocks).utcoffset() == late.astimezone(clocks).utcoffset():
            continue
        while late - early > timedelta(seconds=1):
            middle = early + (late - early) / 2
            is_before = middle.astimezone(clocks).utcoffset() == early.astimezone(clocks).utcoffset()
            early, late = (middle, late) if is_before else (early, middle)
        found.append(late.replace(microsecond=0))
    return found


CHANGES = {zone: changes(zone) for zone in ZONES}


def named(form: str, start: datetime, end: datetime) -> list[str]:
    """The local times that *form* names on the calendar after *start* and up to *end*, which are naive."""
    found = []
    for wall in CronSim(form, start):
        if wall > end:
            return found
        found.append(wall.isoformat(timespec="minutes"))
    return found


def met(form: str, zone: str, start: datetime, end: datetime) -> list[tuple[str, datetime]]:
    """What ``next_slot`` gives one after the other."""
    found, now = [], start
    while (slot := next_slot(form, zone, now)) is not None and slot.at <= end:
        found.append((slot.name, slot.at))
        now = slot.at
    return found


def exists(name: str, zone: str) -> bool:
    """True if the clocks of *zone* ever show this local time."""
    wall = datetime.fromisoformat(name)
    return local(wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), zone) == wall


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def test_the_zones_change_their_clocks_as_often_as_expected():
    changing = {zone for zone, found in CHANGES.items() if len(found) >= 14}
    assert changing == {zone for zone, found in CHANGES.items() if found}
    assert changing == set(ZONES) - {"Asia/Kolkata", "Pacific/Apia", "UTC"}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("form", FORMS)
def test_each_local_slot_around_each_change_is_met_once(form, zone):
    for change in CHANGES[zone] or [datetime(2026, 3, 29, 1, tzinfo=UTC)]:
        start, end = change - AROUND, change + AROUND
        expected = named(form, local(start, zone), local(end, zone))
        slots = met(form, zone, start, end)
        moments = [at for _, at in slots]
        assert moments == sorted(set(moments))
        # Slots inside one gap fall on one moment: the last of them stands for all.
        names = [name for name, _ in slots]
        merged = [name for name in expected if name not in names]
        assert names == [name for name in expected if name not in merged]
        for name in merged:
            assert not exists(name, zone)
            assert change in moments


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("form", FORMS)
def test_a_tick_every_few_minutes_sees_every_slot_once_and_in_order(form, zone):
    """What the scheduler does: look at the last slot, act if its name is new."""
    for change in (CHANGES[zone] or [datetime(2026, 3, 29, 1, tzinfo=UTC)])[:2]:
        start, end = change - timedelta(hours=3), change + timedelta(hours=3)
        first = last_slot(form, zone, start)
        seen = [first.name] if first else []
        now = start
        while now < end:
            now += timedelta(minutes=7)
            slot = last_slot(form, zone, now)
            if slot is not None and slot.name != seen[-1]:
                assert slot.name > seen[-1]
                assert slot.at <= now
                seen.append(slot.name)
        assert seen[1:] == [name for name, _ in met(form, zone, start, now)]


def test_a_time_that_is_skipped_is_met_once_at_the_change():
    before = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
    slot = next_slot("30 2 * * *", "Europe/Berlin", before)
    assert (slot.name, slot.at) == ("2026-03-29T02:30", datetime(2026, 3, 29, 1, 0, tzinfo=UTC))
    assert next_slot("30 2 * * *", "Europe/Berlin", slot.at).name == "2026-03-30T02:30"
    assert last_slot("30 2 * * *", "Europe/Berlin", before).name == "2026-03-28T02:30"


def test_a_midnight_that_is_skipped_is_met_when_the_day_begins():
    slot = next_slot("0 0 * * *", "America/Santiago", datetime(2026, 9, 5, 12, tzinfo=UTC))
    assert (slot.name, slot.at) == ("2026-09-06T00:00", datetime(2026, 9, 6, 4, 0, tzinfo=UTC))


def test_a_time_that_comes_twice_is_met_at_its_first_coming():
    slot = next_slot("30 2 * * *", "Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert (slot.name, slot.at) == ("2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    for minute in (35, 65, 95, 125):
        at = datetime(2026, 10, 25, tzinfo=UTC) + timedelta(minutes=minute)
        assert last_slot("30 2 * * *", "Europe/Berlin", at).name == "2026-10-25T02:30"
        assert next_slot("30 2 * * *", "Europe/Berlin", at).name == "2026-10-26T02:30"


def test_monday_is_monday():
    slot = next_slot("0 7 * * 1", "UTC", datetime(2026, 9, 4, tzinfo=UTC))
    assert datetime.fromisoformat(slot.name).strftime("%A") == "Monday"


def test_a_leap_day_is_found_both_ways():
    now = datetime(2026, 9, 4, tzinfo=UTC)
    assert last_slot("0 7 29 2 *", "UTC", now).name == "2024-02-29T07:00"
    assert next_slot("0 7 29 2 *", "UTC", now).name == "2028-02-29T07:00"


def moments() -> Iterator[datetime]:
    naive = st.datetimes(datetime(2023, 1, 1), datetime(2032, 1, 1))
    return naive.map(lambda moment: moment.replace(tzinfo=UTC))


@given(st.sampled_from(FORMS), st.sampled_from(ZONES), moments())
def test_last_and_next_slot_enclose_now(form, zone, now):
    last, following = last_slot(form, zone, now), next_slot(form, zone, now)
    assert last.at <= now < following.at
    assert last.name < following.name
    assert next_slot(form, zone, last.at) == following
    assert last_slot(form, zone, following.at) == following
