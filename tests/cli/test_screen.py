"""Reports for people: folding on a terminal, one line in a pipe, nothing that moves the cursor."""

import io
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from monitor.cli.context import read_time
from monitor.cli.screen import count, show
from monitor.errors import UsageError

NOW = datetime(2026, 9, 4, 7, 0, tzinfo=UTC)


def shown(text: str, *, lead: str = "", width: int = 40, is_terminal: bool = True, style: str | None = None) -> str:
    stream = io.StringIO()
    screen = Console(
        file=stream, width=width, force_terminal=is_terminal, color_system=None, highlight=False, soft_wrap=True
    )
    show(screen, text, lead=lead, style=style)
    return stream.getvalue()


def test_long_text_folds_at_words_and_continues_under_its_beginning():
    told = shown("one two three four five six seven eight nine ten", lead="2026  ")
    assert told == "2026  one two three four five six seven\n      eight nine ten\n"


def test_chinese_text_folds_by_its_width_on_the_screen():
    lines = shown("一二三四五六七八九十一二三四五六七八九十一二三四五六", lead="  ").splitlines()
    assert lines == ["  一二三四五六七八九十一二三四五六七八九", "  十一二三四五六"]


def test_text_in_a_pipe_stays_on_one_line():
    told = shown("word " * 40, lead="- ", is_terminal=False)
    assert told.count("\n") == 1


def test_brackets_in_a_title_are_no_markup():
    assert shown("[red]Sale[/red] :smile:") == "[red]Sale[/red] :smile:\n"


@given(st.text(), st.sampled_from(["", "lead  "]))
def test_no_control_character_of_foreign_text_reaches_the_screen(text, lead):
    told = shown(text, lead=lead, is_terminal=False)
    assert told.endswith("\n")
    assert not [char for char in told[:-1] if unicodedata.category(char) in ("Cc", "Cs")]
    assert not [char for char in told if char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]


@pytest.mark.parametrize(("number", "told"), [(0, "0 feeds"), (1, "1 feed"), (1200, "1,200 feeds")])
def test_counts_carry_the_right_noun(number, told):
    assert count(number, "feed") == told


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-04", datetime(2026, 9, 4, tzinfo=UTC)),
        ("2026-09-04T07:00:00Z", NOW),
        ("2026-09-04T09:00:00+02:00", NOW),
        ("36h", NOW - timedelta(hours=36)),
        ("7d", NOW - timedelta(days=7)),
        (" 15m ", NOW - timedelta(minutes=15)),
    ],
)
def test_times_are_read_as_dates_moments_and_ages(text, moment):
    assert read_time(text, now=NOW) == moment


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7))])))
def test_any_iso_time_is_read_back_in_utc(moment):
    try:
        expected = moment.astimezone(UTC)
    except OverflowError:
        return
    read = read_time(moment.isoformat())
    assert (read, read.utcoffset()) == (expected, timedelta(0))


@given(st.text(max_size=20))
def test_any_other_text_is_no_time_and_says_so(text):
    try:
        read = read_time(text, now=NOW)
    except UsageError as error:
        assert "not a time" in str(error)
    else:
        assert read.tzinfo is UTC
