"""The headline among the versions that one page gives of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Entry
from monitor.stages.extract import extract_page
from monitor.stages.extract.title import without_site

URL = "https://www.harbour.example/news/ferry"
TEXT = "".join(
    f"<p>{text}</p>"
    for text in (
        "The ferry between Norhaven and the outer islands will run again from October, the harbour board said.",
        "It had been suspended since March, when the older of the two ships failed an inspection of its hull.",
    )
)
PLAIN = "Ferry to the islands returns in October"
CLICKS = "You will not believe when the islands get their ship back"
SEARCH = "Norhaven ferry timetable October 2026"


def title_of(
    *,
    ld: str | None = None,
    kind: str = "NewsArticle",
    og: str | None = None,
    title: str | None = None,
    h1: str | None = None,
    site: str | None = "Harbour Post",
    entry: Entry | None = None,
    url: str | None = URL,
) -> str | None:
    head = [f"<title>{title}</title>"] if title else []
    if og:
        head.append(f'<meta property="og:title" content="{og}">')
    if site:
        head.append(f'<meta property="og:site_name" content="{site}">')
    if ld:
        head.append(f'<script type="application/ld+json">{json.dumps({"@type": kind, "headline": ld})}</script>')
    heading = f"<h1>{h1}</h1>" if h1 else ""
    page = f"<html lang=en><head>{''.join(head)}</head><body><article>{heading}{TEXT}</article></body></html>"
    return extract_page(page.encode(), url=url, charset="utf-8", entry=entry).title


def test_the_newsroom_states_the_headline_of_a_news_article() -> None:
    assert title_of(ld=PLAIN, og=CLICKS, title=CLICKS, h1=CLICKS) == PLAIN


def test_a_plug_in_that_writes_for_search_engines_does_not_decide_over_the_shown_headline() -> None:
    assert title_of(ld=SEARCH, kind="Article", og=SEARCH, title=SEARCH, h1="Norhaven ferry is back") == (
        "Norhaven ferry is back"
    )


def test_a_stated_headline_that_only_search_engines_get_loses_against_the_shown_one() -> None:
    assert title_of(ld="Ferry to the islands: all times", title="Ferry to the islands: all times | Harbour Post",
                    og="The ferry to the islands is back", h1="The ferry to the islands is back") == (
        "The ferry to the islands is back"
    )  # fmt: skip


@pytest.mark.parametrize("mark", ["…", "..."])
def test_a_stated_headline_that_was_cut_gives_way_to_the_whole_one(mark: str) -> None:
    whole = "Ferry to the islands returns in October after seven months without a ship, the harbour board says"
    assert title_of(ld=whole[:60] + mark, h1=whole) == whole


def test_the_feed_decides_also_against_the_newsroom() -> None:
    assert title_of(ld=PLAIN, og=CLICKS, h1=CLICKS, entry=Entry(url=URL, title=CLICKS)) == CLICKS


def test_a_kicker_that_most_versions_have_belongs_to_the_headline() -> None:
    whole = "After the inspection: Ferry returns in October"
    assert title_of(ld=whole, og="Ferry returns in October", title=whole, h1=whole) == whole


def test_a_kicker_that_only_the_shown_headline_has_is_cut() -> None:
    assert title_of(og=PLAIN, title=PLAIN, h1=f"Harbour: {PLAIN}") == PLAIN


@pytest.mark.parametrize("h1", ["Ferry returns<br>in October", "<span>Ferry returns</span><div>in October</div>"])
def test_a_line_break_in_the_headline_parts_words(h1: str) -> None:
    assert title_of(h1=h1) == "Ferry returns in October"


def test_a_letter_in_an_element_of_its_own_parts_no_word() -> None:
    assert title_of(h1="<span>F</span>erry re<b>turn</b>s") == "Ferry returns"


def test_a_site_that_gives_each_title_as_its_own_name_does_not_lose_the_title() -> None:
    whole = "Ferry to the islands: a complete guide | Harbour Post"
    assert title_of(og=whole, title=whole, site=whole, h1="Ferry to the islands: a complete guide") == (
        "Ferry to the islands: a complete guide"
    )


def test_a_headline_that_begins_with_a_word_of_the_host_is_no_site_name() -> None:
    url = "https://harbour.norhaven.example/ferry"
    title = "Harbour of the future gets its ferry | Norhaven"
    assert title_of(title=title, site=None, url=url) == "Harbour of the future gets its ferry"


@pytest.mark.parametrize("name", ["Harbour Post", "harbour.example", "Harbour", "Post"])
def test_the_short_forms_of_a_site_s_name_are_cut(name: str) -> None:
    assert title_of(title=f"{PLAIN} | {name}") == PLAIN


def test_a_saved_page_knows_its_site_by_its_canonical_address() -> None:
    page = f'<title>{PLAIN} | Harbour</title><link rel=canonical href="{URL}"><div>{TEXT}</div>'
    found = extract_page(page.encode(), url="file:///tmp/saved-2020-01-02.html", charset="utf-8", entry=None)
    assert (found.title, found.canonical_url, found.outlet) == (PLAIN, URL, "harbour.example")
    assert (found.url, found.published_at) == ("file:///tmp/saved-2020-01-02.html", None)


@given(st.text(max_size=80), st.sets(st.text(alphabet="abcdeü中", min_size=1, max_size=12), max_size=4))
def test_cutting_the_site_never_adds_and_a_second_time_changes_nothing(title: str, names: set[str]) -> None:
    once = without_site(title, names)
    assert once in title
    assert without_site(without_site(once, names), names) == without_site(once, names)
