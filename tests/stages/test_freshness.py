"""Times in headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Response
from monitor.stages.freshness import find_freshness_s, parse_http_date, parse_retry_after

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HTTP_NOW = "Sun, 01 Mar 2026 12:00:00 GMT"


def fresh_s(*headers: tuple[str, str]) -> float:
    return find_freshness_s(Response(url="http://h.example/", status=200, headers=headers), NOW)


@pytest.mark.parametrize(
    "value", [HTTP_NOW, "Sunday, 01-Mar-26 12:00:00 GMT", "Sun Mar  1 12:00:00 2026", "Sun, 01 Mar 2026 13:00:00 +0100"]
)
def test_every_form_of_an_http_date_is_read(value: str) -> None:
    assert parse_http_date(value) == NOW


@given(st.datetimes(datetime(1990, 1, 1), datetime(9000, 1, 1)))
def test_http_dates_survive_a_round_trip(moment: datetime) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    assert parse_http_date(format_datetime(whole, usegmt=True)) == whole


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers(text: str) -> None:
    parse_http_date(text)
    wait_s = parse_retry_after(text, NOW)
    assert wait_s is None or wait_s >= 0
    assert fresh_s(("cache-control", text), ("expires", text), ("date", text)) >= 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("9" * 5_000, 2_147_483_648.0),
        (HTTP_NOW, 0.0),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60.0),
        ("Sat, 28 Feb 2026 12:00:00 GMT", 0.0),
        ("Sun, 99 Mar 2026 12:01:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, expected: float | None) -> None:
    assert parse_retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], 0),
        ([("cache-control", "max-age=600")], 600),
        ([("cache-control", "public, Max-Age = 600, must-revalidate")], 600),
        ([("cache-control", 'max-age="600"')], 600),
        ([("cache-control", "public"), ("cache-control", "max-age=600")], 600),
        ([("cache-control", "s-maxage=600")], 0),
        ([("cache-control", "x-max-age=600")], 0),
        ([("cache-control", "no-store")], 0),
        ([("cache-control", "max-age=-1")], 0),
        ([("cache-control", "max-age=" + "9" * 5_000)], 2_147_483_648),
        ([("expires", "Sun, 01 Mar 2026 12:10:00 GMT")], 600),
        ([("expires", "0")], 0),
        ([("expires", "Sun, 01 Mar 2020 12:10:00 GMT")], 0),
        ([("date", "Sun, 01 Mar 2020 12:00:00 GMT"), ("expires", "Sun, 01 Mar 2020 12:10:00 GMT")], 600),
        ([("cache-control", "max-age=60"), ("expires", "Sun, 01 Mar 2026 12:10:00 GMT")], 60),
    ],
)
def test_freshness_follows_the_cache_headers(headers: list[tuple[str, str]], expected: float) -> None:
    assert fresh_s(*headers) == expected


def test_freshness_from_expires_counts_from_now_without_a_date() -> None:
    soon = format_datetime(NOW + timedelta(hours=2), usegmt=True)
    assert fresh_s(("expires", soon)) == 7_200
