"""Hours and days in which a publisher wants no visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError
from monitor.model import Feed, FeedState, ParsedFeed, Response
from monitor.sources import parse
from monitor.stages.quiet import leave_quiet
from monitor.stages.schedule import after_failure, after_success

SUNDAY = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
FEED = Feed(url="http://h.example/rss")
RSS = """<rss version="2.0"><channel><title>News</title>{}<item><title>One</title><link>http://h.example/1</link></item>
</channel></rss>"""


def quiet(moment: datetime, hours: tuple[int, ...] = (), days: tuple[int, ...] = ()) -> datetime:
    return leave_quiet(moment, skip_hours=hours, skip_days=days)


def test_a_moment_outside_stays_as_it_is() -> None:
    assert quiet(SUNDAY, (11, 13), (0,)) == SUNDAY


def test_a_moment_inside_goes_to_the_next_full_hour_outside() -> None:
    assert quiet(SUNDAY, (12, 13)) == SUNDAY.replace(hour=14, minute=0)
    assert quiet(SUNDAY, (), (6,)) == datetime(2026, 3, 2, tzinfo=UTC)
    assert quiet(SUNDAY, (0, 1), (6, 0)) == datetime(2026, 3, 3, 2, tzinfo=UTC)


def test_a_publisher_who_wants_no_visits_ever_is_not_believed() -> None:
    assert quiet(SUNDAY, tuple(range(24))) == SUNDAY
    assert quiet(SUNDAY, (), tuple(range(7))) == SUNDAY


@given(
    st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2031, 1, 1), timezones=st.just(UTC)),
    st.sets(st.integers(0, 23), max_size=23),
    st.sets(st.integers(0, 6), max_size=6),
)
def test_the_moment_is_never_earlier_never_quiet_and_within_a_week(
    moment: datetime, hours: set[int], days: set[int]
) -> None:
    found = quiet(moment, tuple(hours), tuple(days))
    assert moment <= found <= moment + timedelta(days=7)
    assert found.hour not in hours
    assert found.weekday() not in days


@pytest.mark.parametrize(
    ("written", "hours", "days"),
    [
        ("<skipHours><hour>0</hour><hour> 23 </hour><hour>24</hour></skipHours>", (0, 23), ()),
        ("<skipDays><day>Saturday</day><day>sunday</day></skipDays>", (), (5, 6)),
        ("<skipHours><hour>25</hour><hour>-1</hour><hour>noon</hour><hour/></skipHours>", (), ()),
        ("<skipDays><day>Sabbath</day></skipDays><skipHours/>", (), ()),
        ("", (), ()),
    ],
)
def test_a_feed_says_when_it_wants_no_visits(written: str, hours: tuple[int, ...], days: tuple[int, ...]) -> None:
    parsed = parse("feed", Response(url=FEED.url, status=200, body=RSS.format(written).encode()))
    assert (parsed.skip_hours, parsed.skip_days) == (hours, days)


def test_a_poll_is_put_off_to_the_end_of_the_quiet_hours_and_an_unchanged_answer_does_not_forget_them() -> None:
    parsed = ParsedFeed(kind="rss", title=None, entries=(), skip_hours=(13, 14), skip_days=())
    whole = Response(url=FEED.url, status=200, headers=(("etag", '"a"'),))
    state = after_success(FEED, FeedState(url=FEED.url), whole, parsed, n_new=1, now=SUNDAY)
    assert state.next_poll_at == SUNDAY.replace(hour=15, minute=0)
    unchanged = Response(url=FEED.url, status=304)
    earlier = SUNDAY - timedelta(hours=1)
    state = replace(state, interval_s=None)
    assert after_success(FEED, state, unchanged, None, n_new=0, now=earlier).next_poll_at == SUNDAY
    failed = after_failure(FEED, state, FetchError(FEED.url, "dns", "x"), SUNDAY)
    assert failed.next_poll_at == SUNDAY.replace(hour=15, minute=0)
