"""The day that readers see near the headline, where the page states none for machines."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages.extract import extract_page
from monitor.stages.extract.dates import parse_moment
from monitor.stages.extract.shown_date import days_in

URL = "https://www.harbour.example/ferry"
TEXT = "".join(
    f"<p>{text}</p>"
    for text in (
        "The ferry between Norhaven and the outer islands will run again from October, the harbour board said.",
        "It had been suspended since 11 March 2021, when the older of the two ships failed an inspection of its hull.",
    )
)
SHOWN = datetime(2026, 9, 4, tzinfo=UTC)


def published(body: str, *, lang: str = "en", title: str = "Ferry line returns") -> datetime | None:
    html = f"<html lang={lang}><head><title>{title}</title></head><body>{body}</body></html>"
    return extract_page(html.encode(), url=URL, charset="utf-8", entry=None).published_at


LINES = [
    "<div>September 4, 2026</div>",
    "<p>Published on Sept. 4th, 2026 · 4 min read</p>",
    "<div><span>Ada Vale</span> | <span>4 September 2026, 10:15 am</span></div>",
    "<span>Freitag, 4. September 2026</span>",
    "<span>04.09.2026</span>",
    "<span>le 4 septembre 2026</span>",
    "<span>4 de septiembre de 2026</span>",
    "<span>4 settembre 2026</span>",
    "<span>4 września 2026</span>",
    "<span>4 сентября 2026</span>",
    "<div>发布时间：2026年9月4日</div>",
    "<div>2026/09/04</div>",
    "<p>Published 4 September 2026 | Updated 6 September 2026</p>",
    "<p>Updated: 6 September 2026</p><p>4 September 2026</p>",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("place", ["after", "before"])
def test_the_day_in_a_line_near_the_headline_is_that_of_publication(line: str, place: str) -> None:
    h1 = "<h1>Ferry line returns</h1>"
    head = f"{h1}{line}" if place == "after" else f"{line}{h1}"
    assert published(f"<article>{head}{TEXT}</article>") == SHOWN


def test_a_page_that_only_says_when_it_was_updated_was_published_then() -> None:
    assert published(f"<h1>Ferry line returns</h1><p>Updated: 4 September 2026</p>{TEXT}") == SHOWN


def test_the_day_may_stand_behind_the_site_in_the_title() -> None:
    assert published(f"<h1>Ferry line returns</h1>{TEXT}", title="Ferry line returns | Port | 04.09.2026") == SHOWN


@pytest.mark.parametrize(
    ("lang", "day"), [("en-US", datetime(2026, 3, 4, tzinfo=UTC)), ("fr", datetime(2026, 4, 3, tzinfo=UTC))]
)
def test_whether_the_month_comes_first_is_told_by_the_language_of_the_page(lang: str, day: datetime) -> None:
    assert published(f"<h1>Ferry line returns</h1><p>03/04/2026</p>{TEXT}", lang=lang) == day


@pytest.mark.parametrize(
    "line",
    [
        "<aside><p>4 September 2026</p></aside>",
        "<div class=related-stories><p>4 September 2026</p></div>",
        "<p>© 4 September 2026 Harbour Post</p>",
    ],
)
def test_days_of_other_articles_and_of_the_site_do_not_count(line: str) -> None:
    assert published(f"<h1>Ferry line returns</h1>{line}<div>1 September 2026</div>{TEXT}") == datetime(
        2026, 9, 1, tzinfo=UTC
    )


def test_a_moment_for_machines_wins_over_the_line() -> None:
    time = "<time datetime='2026-09-03T22:10:00+02:00' pubdate>3 September</time>"
    found = published(f"<h1>Ferry line returns</h1><p>4 September 2026</p>{time}{TEXT}")
    assert found == datetime(2026, 9, 3, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri Sep 04 10:15:00 CEST 2026", datetime(2026, 9, 4, 8, 15, tzinfo=UTC)),
        ("Fri Sep 04 10:15:00 EDT 2026", datetime(2026, 9, 4, 14, 15, tzinfo=UTC)),
        ("Fri Sep 04 10:15:00 2026", datetime(2026, 9, 4, 10, 15, tzinfo=UTC)),
        ("2026-09-04T10:15:00+0530", datetime(2026, 9, 4, 4, 45, tzinfo=UTC)),
        ("2026-09-04 10:15:00 +02:00", datetime(2026, 9, 4, 8, 15, tzinfo=UTC)),
    ],
)
def test_moments_as_programs_write_them_keep_their_zone(text: str, moment: datetime) -> None:
    assert parse_moment(text) == moment


NAMES = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
         "December"]  # fmt: skip
FORMS = [
    lambda day: day.isoformat(),
    lambda day: f"{day.day}.{day.month}.{day.year}",
    lambda day: f"{day.day} {NAMES[day.month - 1]} {day.year}",
    lambda day: f"{NAMES[day.month - 1][:3]}. {day.day}, {day.year}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
]


@given(
    st.dates(date(1990, 1, 1), date(2100, 12, 31)),
    st.sampled_from(FORMS),
    st.sampled_from(["", "Published: ", "By Ada Vale | ", "发布时间："]),
    st.sampled_from(["", " · 4 min read", ", 10:15"]),
)
def test_every_day_comes_back_from_every_form(day: date, form, before: str, after: str) -> None:
    assert [found.date() for found, _ in days_in(before + form(day) + after)] == [day]


@given(st.text(max_size=200))
def test_no_text_makes_the_search_for_days_fail(text: str) -> None:
    assert all(day.tzinfo is UTC for day, _ in days_in(text))
