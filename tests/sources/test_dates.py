"""Dates in every form that feeds were seen to write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.dates import parse_date

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1972, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 05 Mar 2026 12:00:00 GMT",
        "Thu, 5 Mar 26 12:00 UT",
        "5 Mar 2026 07:00 EST",
        "Thu, 05 Mar 2026 13:00:00 +0100",
        "Thu,05 Mar 2026 13:00:00 +01:00",
        "Thu, 05 March 2026 04:00:00 PST",
        "thu, 05 mar 2026 12:00:00 z",
        "2026-03-05T12:00:00Z",
        "2026-03-05T12:00Z",
        "2026-03-05t13:00:00+01:00",
        "2026-03-05 12:00:00",
        "2026-03-05 20:00:00 +0800",
        "20260305T120000Z",
        "2026/03/05 12:00",
        "Thu Mar  5 12:00:00 2026",
        "Thu Mar 5 04:00:00 PST 2026",
        "March 5, 2026 12:00 pm",
        "Mar 5th, 2026 at 7:00 AM EST",
        "5 mars 2026 12:00",
        "05. März 2026 13:00 MEZ",
        "2026年3月5日 12:00",
        "2026年3月5日 下午8:00 +0800",
        "05.03.2026 12:00",
        "03/05/2026 12:00 PM",
        "1772712000",
        "1772712000000",
        "  Thu,\n 05 Mar 2026   12:00:00 GMT ",
    ],
)
def test_common_and_odd_forms_name_the_same_moment(text: str) -> None:
    assert parse_date(text) == NOON


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-03", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-05", datetime(2026, 3, 5, tzinfo=UTC)),
        ("2026-064", datetime(2026, 3, 5, tzinfo=UTC)),
        ("2026-W10-4", datetime(2026, 3, 5, tzinfo=UTC)),
        ("13/12/2025", datetime(2025, 12, 13, tzinfo=UTC)),
    ],
)
def test_shortened_date_is_the_first_moment_of_its_span(text: str, day: datetime) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "Thu, 31 Jun 2026 12:00:00 GMT",
        "2026-13-01T00:00:00Z",
        "2026-03-05T25:00:00Z",
        "0001-01-01T00:00:00Z",
        "Thu, 30 Nov -0001 00:00:00 +0000",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "0",
        "9" * 40,
        "2026-03-05T12:00:00Z" + " x" * 100,
    ],
)
def test_nonsense_is_no_date(text: str | None) -> None:
    assert parse_date(text) is None


def test_midnight_as_24_rolls_over() -> None:
    assert parse_date("Thu, 05 Mar 2026 24:00:00 GMT") == datetime(2026, 3, 6, tzinfo=UTC)


def test_leap_second_rolls_over() -> None:
    assert parse_date("2016-12-31T23:59:60Z") == datetime(2017, 1, 1, tzinfo=UTC)


def test_fraction_of_a_second_is_kept() -> None:
    assert parse_date("2026-03-05T12:00:00.25Z") == NOON + timedelta(milliseconds=250)


@given(MOMENTS)
def test_rfc_822_round_trip(moment: datetime) -> None:
    assert parse_date(format_datetime(moment)) == moment


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_rfc_3339_round_trip_in_any_zone(moment: datetime, minutes: int) -> None:
    sign = "-" if minutes < 0 else "+"
    local = (moment + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S")
    assert parse_date(f"{local}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}") == moment


@given(st.text(alphabet="0123456789-:/.TZ+ ,JanuaryMo年月日", max_size=40))
def test_any_text_is_a_time_in_utc_or_none(text: str) -> None:
    moment = parse_date(text)
    assert moment is None or (moment.utcoffset() == timedelta() and 1971 <= moment.year <= 2100)
