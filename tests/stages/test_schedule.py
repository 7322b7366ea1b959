"""When feeds are asked, with which conditions, and what is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ExtractError, FetchError, ParseError
from monitor.model import Feed, FeedState, ParsedFeed, Response
from monitor.stages.schedule import after_failure, after_success, is_due, is_silent, plan_request, reanchor

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = 3_600
DAY = 24 * HOUR
FEED = Feed(url="http://h.example/rss")
FRESH = FeedState(url=FEED.url)
PARSED = ParsedFeed(kind="rss", title="News", entries=())
KNOWN = replace(FRESH, etag='W/"a"', last_modified="yesterday", interval_s=4 * HOUR, last_ok_at=NOW, last_polled_at=NOW)


def answer(
    status: int = 200,
    *,
    etag: str | None = '"e"',
    modified: str | None = None,
    moved_to: str | None = None,
    **more: str,
) -> Response:
    named = {"etag": etag, "last-modified": modified, **{name.replace("_", "-"): value for name, value in more.items()}}
    headers = tuple((name, value) for name, value in named.items() if value is not None)
    return Response(url=FEED.url, status=status, headers=headers, moved_to=moved_to)


def succeed(
    state: FeedState = FRESH,
    response: Response | None = None,
    *,
    feed: Feed = FEED,
    parsed: ParsedFeed | None = PARSED,
    n_new: int = 0,
    now: datetime = NOW,
) -> FeedState:
    return after_success(feed, state, response or answer(), parsed, n_new=n_new, now=now)


def fail(
    state: FeedState = KNOWN, *, status: int | None = 500, retry_after_s: float | None = None, now: datetime = NOW
) -> FeedState:
    error = FetchError(FEED.url, "http_status", "500 Oops", status=status, retry_after_s=retry_after_s)
    return after_failure(FEED, state, error, now)


def wait_s(state: FeedState, now: datetime = NOW) -> float:
    assert state.next_poll_at is not None
    return (state.next_poll_at - now).total_seconds()


# requests


def test_the_first_request_is_unconditional() -> None:
    request = plan_request(FEED, FRESH)
    assert request.url == FEED.url
    assert [name for name, _ in request.headers] == ["Accept"]


def test_later_requests_send_the_validators_as_stored() -> None:
    headers = dict(plan_request(FEED, KNOWN).headers)
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('W/"a"', "yesterday")


def test_a_missing_validator_is_not_invented() -> None:
    assert "If-Modified-Since" not in dict(plan_request(FEED, replace(KNOWN, last_modified=None)).headers)
    assert "If-None-Match" not in dict(plan_request(FEED, replace(KNOWN, etag=None)).headers)


def test_requests_go_where_the_feed_has_moved() -> None:
    assert plan_request(FEED, replace(KNOWN, fetch_url="http://new.example/rss")).url == "http://new.example/rss"


@given(st.text(min_size=1), st.text(min_size=1))
def test_validators_go_back_exactly_as_they_came(etag: str, modified: str) -> None:
    state = succeed(response=answer(etag=etag, modified=modified))
    headers = dict(plan_request(FEED, state).headers)
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == (etag, modified)


# validators and addresses


def test_a_200_replaces_both_validators() -> None:
    state = succeed(KNOWN, answer(etag='"b"', modified=None))
    assert (state.etag, state.last_modified) == ('"b"', None)


def test_a_200_without_validators_forgets_the_old_ones() -> None:
    state = succeed(KNOWN, answer(etag=None))
    assert (state.etag, state.last_modified) == (None, None)


def test_an_empty_validator_is_none() -> None:
    assert succeed(response=answer(etag="")).etag is None


def test_a_304_keeps_the_validators() -> None:
    state = succeed(KNOWN, answer(304, etag='"other"', modified="now"), parsed=None)
    assert (state.etag, state.last_modified) == (KNOWN.etag, KNOWN.last_modified)


def test_a_failure_keeps_validators_rhythm_and_last_success() -> None:
    state = fail(now=NOW + timedelta(hours=4))
    assert (state.etag, state.last_modified, state.interval_s, state.last_ok_at) == (
        KNOWN.etag,
        KNOWN.last_modified,
        KNOWN.interval_s,
        KNOWN.last_ok_at,
    )


def test_a_permanent_redirect_is_remembered_and_forgotten_when_it_leads_back() -> None:
    moved = succeed(response=answer(moved_to="http://new.example/rss"))
    assert moved.fetch_url == "http://new.example/rss"
    assert succeed(moved, answer()).fetch_url == "http://new.example/rss"
    assert succeed(moved, answer(moved_to=FEED.url)).fetch_url is None


def test_a_permanent_redirect_counts_on_a_304_too() -> None:
    assert succeed(KNOWN, answer(304, moved_to="http://new.example/"), parsed=None).fetch_url == "http://new.example/"


def test_title_and_kind_are_taken_from_the_document() -> None:
    state = succeed()
    assert (state.title, state.kind) == ("News", "rss")
    assert succeed(state, parsed=replace(PARSED, title=None)).title == "News"


# due


@pytest.mark.parametrize(
    ("feed", "state", "expected"),
    [
        (FEED, FRESH, True),
        (replace(FEED, is_enabled=False), FRESH, False),
        (FEED, replace(FRESH, is_gone=True), False),
        (FEED, replace(FRESH, next_poll_at=NOW), True),
        (FEED, replace(FRESH, next_poll_at=NOW - timedelta(days=9)), True),
        (FEED, replace(FRESH, next_poll_at=NOW + timedelta(seconds=1)), False),
        (FEED, replace(FRESH, next_poll_at=NOW + timedelta(days=7)), False),
        (replace(FEED, every_s=30 * DAY), replace(FRESH, next_poll_at=NOW + timedelta(days=30)), False),
    ],
)
def test_a_feed_is_due_from_its_time_on(feed: Feed, state: FeedState, *, expected: bool) -> None:
    assert is_due(feed, state, NOW) is expected


# rhythm


def test_a_new_feed_is_asked_again_after_an_hour() -> None:
    assert wait_s(succeed(n_new=20)) == HOUR


def test_a_feed_without_news_is_asked_ever_more_rarely_up_to_a_day() -> None:
    state, now, waits = succeed(n_new=20), NOW, []
    for _ in range(10):
        now += timedelta(seconds=wait_s(state, now))
        state = succeed(state, answer(304), parsed=None, now=now)
        waits.append(wait_s(state, now) / HOUR)
    assert waits[:3] == [1.5, 2.25, 3.375]
    assert waits == sorted(waits)
    assert waits[-1] == 24


def test_a_feed_with_news_is_asked_at_half_its_rhythm() -> None:
    state = replace(KNOWN, last_news_at=NOW - timedelta(hours=24), interval_s=DAY)
    assert wait_s(succeed(state, n_new=1)) == 12 * HOUR
    assert wait_s(succeed(state, n_new=4)) == 3 * HOUR
    assert wait_s(succeed(state, n_new=500)) == HOUR


def test_without_validators_a_feed_is_asked_once_a_day() -> None:
    state = succeed(response=answer(etag=None), n_new=20)
    assert wait_s(state) == DAY
    assert (
        wait_s(succeed(state, answer(etag=None), n_new=9, now=NOW + timedelta(days=1)), NOW + timedelta(days=1)) == DAY
    )


@pytest.mark.parametrize("every_s", [60, 1_800, 2 * HOUR, 3 * DAY])
def test_the_users_own_rhythm_is_kept(every_s: int) -> None:
    feed = replace(FEED, every_s=every_s)
    assert wait_s(succeed(feed=feed, response=answer(etag=None), n_new=5)) == every_s
    assert wait_s(succeed(KNOWN, answer(304), feed=feed, parsed=None)) == every_s


def test_cache_headers_lengthen_the_wait_but_not_the_rhythm() -> None:
    for fresh in (answer(cache_control="max-age=18000"), answer(expires="Sun, 01 Mar 2026 17:00:00 GMT")):
        state = succeed(response=fresh, n_new=1)
        assert wait_s(state) == 5 * HOUR
        assert state.interval_s == HOUR
        assert wait_s(succeed(response=fresh, feed=replace(FEED, every_s=600))) == 5 * HOUR


def test_cache_headers_count_for_a_week_and_beyond_that_for_a_day() -> None:
    assert wait_s(succeed(response=answer(cache_control="max-age=604800"))) == 7 * DAY
    assert wait_s(succeed(response=answer(cache_control="max-age=31536000"))) == DAY


def test_cache_headers_count_for_a_day_where_the_user_said_how_often() -> None:
    assert wait_s(succeed(response=answer(cache_control="max-age=604800"), feed=replace(FEED, every_s=600))) == DAY


def test_the_publishers_ttl_lengthens_the_rhythm_up_to_a_day() -> None:
    assert wait_s(succeed(parsed=replace(PARSED, ttl_s=2 * HOUR), n_new=9)) == 2 * HOUR
    assert wait_s(succeed(parsed=replace(PARSED, ttl_s=60), n_new=9)) == HOUR
    assert wait_s(succeed(parsed=replace(PARSED, ttl_s=90 * DAY), n_new=9)) == DAY


def test_success_clears_the_failures() -> None:
    state = succeed(replace(fail(), is_gone=False))
    assert (state.n_failures, state.error, state.error_detail, state.last_status) == (0, None, None, 200)
    assert (state.last_ok_at, state.last_polled_at, state.n_polls) == (NOW, NOW, 2)


def test_only_news_moves_the_time_of_the_last_news() -> None:
    assert succeed(n_new=1).last_news_at == NOW
    assert succeed(replace(KNOWN, last_news_at=NOW - timedelta(1)), n_new=0).last_news_at == NOW - timedelta(1)


# failures


def test_failures_back_off_from_an_hour_to_a_day() -> None:
    state, waits = KNOWN, []
    for _ in range(8):
        state = fail(state)
        waits.append(wait_s(state) / HOUR)
    assert waits == [1, 2, 4, 8, 16, 24, 24, 24]
    assert (state.n_failures, state.n_polls) == (8, 8)


def test_next_due_after_429_waits_for_retry_after() -> None:
    assert wait_s(fail(status=429, retry_after_s=5 * HOUR)) == 5 * HOUR
    assert wait_s(fail(status=503, retry_after_s=5.0)) == HOUR
    assert wait_s(fail(status=503, retry_after_s=400.0 * DAY)) == 7 * DAY


def test_gone_at_a_new_address_ends_the_polling_too() -> None:
    assert fail(replace(KNOWN, fetch_url="http://new.example/rss"), status=410).is_gone


def test_a_feed_that_was_gone_and_answers_when_asked_by_hand_is_alive() -> None:
    assert not succeed(fail(status=410)).is_gone


def test_a_new_address_that_fails_for_long_is_given_up_for_the_old_one() -> None:
    state, now = replace(KNOWN, fetch_url="http://new.example/rss"), NOW
    for _ in range(4):
        state = fail(state, now=now)
        assert plan_request(FEED, state).url == "http://new.example/rss"
        now += timedelta(seconds=wait_s(state, now))
    state = fail(state, now=now)
    assert plan_request(FEED, state).url == FEED.url
    assert [name for name, _ in plan_request(FEED, state).headers] == ["Accept"]
    assert now - NOW == timedelta(hours=15)


def test_a_feed_that_never_moved_keeps_its_validators_however_long_it_fails() -> None:
    state = KNOWN
    for _ in range(20):
        state = fail(state)
    assert (state.etag, state.last_modified) == (KNOWN.etag, KNOWN.last_modified)


# clocks


def test_a_clock_that_is_set_back_begins_the_wait_anew_without_a_request() -> None:
    state = succeed(n_new=3)
    for back in (timedelta(seconds=1), timedelta(hours=1), timedelta(days=1), timedelta(days=20_000)):
        now = NOW - back
        settled = reanchor(state, now)
        assert not is_due(FEED, settled, now)
        assert (settled.last_polled_at, settled.next_poll_at) == (now, now + timedelta(hours=1))
        assert is_due(FEED, settled, now + timedelta(hours=1))


def test_a_clock_that_goes_on_leaves_every_wait_as_it_is() -> None:
    state = succeed()
    for later in (timedelta(0), timedelta(days=3_650)):
        assert reanchor(state, NOW + later) is state
    assert reanchor(FRESH, NOW) is FRESH


@given(st.lists(st.integers(-40 * DAY, 40 * DAY), max_size=20))
def test_no_jump_of_the_clock_stops_a_feed_or_shortens_its_wait_when_it_goes_back(jumps: list[int]) -> None:
    state, now = succeed(n_new=1), NOW
    for jump in jumps:
        now += timedelta(seconds=jump)
        state = reanchor(state, now)
        assert wait_s(state, now) <= DAY
        if is_due(FEED, state, now):
            state = succeed(state, answer(), n_new=1, now=now)


# silence and gone


def test_a_healthy_feed_without_news_for_a_month_is_silent_and_a_failing_one_is_not() -> None:
    state = replace(KNOWN, last_news_at=NOW - timedelta(days=30))
    assert is_silent(state, NOW)
    assert not is_silent(replace(state, error="timeout"), NOW)
    assert not is_silent(replace(state, last_news_at=NOW - timedelta(days=29)), NOW)
    assert not is_silent(FRESH, NOW)


def test_gone_ends_the_polling() -> None:
    state = fail(status=410)
    assert state.is_gone
    assert not is_due(FEED, state, NOW + timedelta(days=365))


def test_not_found_does_not_end_the_polling() -> None:
    assert not fail(status=404).is_gone


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (FetchError(FEED.url, "dns", "no such name"), None),
        (FetchError(FEED.url, "http_status", "503 Busy", status=503), 503),
        (ParseError(FEED.url, "not_a_feed", "an HTML page"), 200),
        (ExtractError(FEED.url, "timeout", "10 s"), 200),
    ],
)
def test_the_reason_of_a_failure_is_kept(error: FetchError | ParseError | ExtractError, status: int | None) -> None:
    state = after_failure(FEED, KNOWN, error, NOW)
    assert (state.error, state.error_detail, state.last_status) == (error.kind, error.detail, status)


def test_a_document_without_validators_is_not_loaded_twice_a_day_because_of_a_failure() -> None:
    state = replace(KNOWN, etag=None, last_modified=None, last_ok_at=NOW - timedelta(hours=2))
    assert wait_s(fail(state)) == 22 * HOUR
    assert wait_s(fail(replace(state, last_ok_at=None))) == HOUR
    assert wait_s(fail(replace(state, last_ok_at=NOW + timedelta(days=99)))) == HOUR


# whole lives

STEPS: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.one_of(
        st.builds(
            dict,
            step=st.just("200"),
            n_new=st.integers(0, 50),
            etag=st.one_of(st.none(), st.text(max_size=5)),
            max_age=st.integers(0, 10 * DAY),
            ttl_s=st.one_of(st.none(), st.integers(0, 10 * DAY)),
            late_s=st.integers(0, 3 * DAY),
        ),
        st.builds(dict, step=st.just("304"), max_age=st.integers(0, 10 * DAY), late_s=st.integers(0, 3 * DAY)),
        st.builds(
            dict,
            step=st.sampled_from([None, 404, 429, 500, 503]),
            retry_after_s=st.one_of(st.none(), st.floats(0, 1e9)),
            late_s=st.integers(0, 3 * DAY),
        ),
    ),
    max_size=25,
)


def believed(max_age: int, every_s: int | None) -> int:
    return min(DAY, max_age) if every_s is not None or max_age > 7 * DAY else max_age


@given(STEPS, st.one_of(st.none(), st.integers(60, 2 * DAY)))
def test_no_life_of_a_feed_breaks_the_floor_or_the_caps(steps: list[dict[str, Any]], every_s: int | None) -> None:
    feed, state, now = replace(FEED, every_s=every_s), FRESH, NOW
    for step in steps:
        kind = step["step"]
        if kind == "200":
            response = answer(etag=step["etag"], cache_control=f"max-age={step['max_age']}")
            parsed = replace(PARSED, ttl_s=step["ttl_s"])
            state = after_success(feed, state, response, parsed, n_new=step["n_new"], now=now)
            fresh_s = believed(step["max_age"], every_s)
            least, most = max(every_s or HOUR, fresh_s), max(every_s or 0, fresh_s, DAY)
            if not step["etag"] and every_s is None:
                least = max(DAY, fresh_s)
            assert state.etag == (step["etag"] or None)
        elif kind == "304":
            before = state
            response = answer(304, cache_control=f"max-age={step['max_age']}")
            state = after_success(feed, state, response, None, n_new=0, now=now)
            fresh_s = believed(step["max_age"], every_s)
            least, most = max(every_s or HOUR, fresh_s), max(every_s or 0, fresh_s, DAY)
            assert (state.etag, state.last_modified) == (before.etag, before.last_modified)
        else:
            before = state
            error = FetchError(FEED.url, "x", "y", status=kind, retry_after_s=step["retry_after_s"])
            state = after_failure(feed, state, error, now)
            least, most = max(HOUR, min(7 * DAY, step["retry_after_s"] or 0)), 7 * DAY
            assert (state.etag, state.last_modified) == (before.etag, before.last_modified)
        assert least - 1e-3 <= wait_s(state, now) <= most + 1e-3
        assert not is_due(feed, state, now)
        now += timedelta(seconds=wait_s(state, now) + step["late_s"])
        assert is_due(feed, state, now)
