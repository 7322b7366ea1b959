"""List pages, and web pages where a feed was expected."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import sources
from monitor.errors import ParseError
from monitor.model import ParsedFeed, Response
from monitor.sources.page import fits, is_article_path, is_headline

URL = "https://www.ministry.example/news/"


def response(inside: str, head: str = "") -> Response:
    text = f"<!DOCTYPE html><html lang='en'><head><title>Newsroom</title>{head}</head><body>{inside}</body></html>"
    return Response(url=URL, status=200, headers=(("content-type", "text/html"),), body=text.encode())


def parse(inside: str, head: str = "") -> ParsedFeed:
    return sources.parse("page", response(inside, head))


def titles(inside: str) -> list[str | None]:
    first = "<a href='/news/2026/03/05/first'>The first of the headlines</a>"
    return [entry.title for entry in parse(first + inside).entries][1:]


def test_links_that_read_like_headlines_are_entries() -> None:
    feed = parse(
        "<ul><li><time datetime='2026-03-05'>5 March</time><a href='2026/export-rules-amended.html'>"
        "Ministry amends the export rules</a></li><li>"
        "<a href='/zh/2026/0305/c1.html'>商务部公布新的出口管制规定</a></li></ul>"
    )
    assert (feed.kind, feed.title, feed.language) == ("page", "Newsroom", "en")
    assert [(entry.url, entry.title, entry.position) for entry in feed.entries] == [
        ("https://www.ministry.example/news/2026/export-rules-amended.html", "Ministry amends the export rules", 0),
        ("https://www.ministry.example/zh/2026/0305/c1.html", "商务部公布新的出口管制规定", 1),
    ]
    assert feed.entries[0].published_at == datetime(2026, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "link",
    [
        "<a href='https://elsewhere.example/2026/03/05/a'>A headline of another site</a>",
        "<a href='/about/2026-report-on-us'>All there is about us</a>",
        "<a href='/news/2026/03/05/b'>Read on</a>",
        "<a href='/files/report-of-the-year.pdf'>The whole report as a file</a>",
        "<nav><a href='/news/2026/03/05/c'>Our most read story today</a></nav>",
        "<footer><div><a href='/news/2026/03/05/d'>Our most read story today</a></div></footer>",
        "<a href='javascript:void(0)'>Open the list of headlines</a>",
        "<a href='#top-of-the-page'>Back to the very top</a>",
        "<a>A headline without any address</a>",
    ],
)
def test_other_links_are_no_entries(link: str) -> None:
    assert titles(link) == []


def test_header_of_an_article_is_no_page_header() -> None:
    assert titles("<article><header><a href='/n/2026/x-1'>A headline in a header</a></header></article>") == [
        "A headline in a header"
    ]


def test_links_to_one_article_make_one_entry_with_the_longest_text() -> None:
    assert titles(
        "<a href='/n/2026/a-1?utm_source=x'>A headline cut short</a>"
        "<a href='/n/2026/a-1'>A headline that is not cut short</a>"
    ) == ["A headline that is not cut short"]


def test_teaser_that_is_one_big_link_has_its_heading_as_title() -> None:
    assert titles("<a href='/n/2026/a-1'><h3>A headline of four words</h3><p>And a teaser text below it.</p></a>") == [
        "A headline of four words"
    ]


def test_base_of_the_page_is_honoured() -> None:
    feed = parse("<a href='2026/03/a'>A headline with four words</a>", "<base href='https://ministry.example/x/'>")
    assert feed.entries[0].url == "https://ministry.example/x/2026/03/a"


def test_page_without_articles_is_refused() -> None:
    with pytest.raises(ParseError) as caught:
        parse("<p>Nothing here.</p>")
    assert caught.value.kind == "not_a_feed"


def test_page_where_a_feed_was_expected_names_its_feeds() -> None:
    page = response("", "<link rel='alternate' type='application/rss+xml' href='/rss'>")
    with pytest.raises(ParseError) as caught:
        sources.parse("auto", page)
    assert caught.value.kind == "not_a_feed"
    assert "https://www.ministry.example/rss" in caught.value.detail


def test_page_without_feeds_is_told_of_the_kind_page() -> None:
    with pytest.raises(ParseError, match="kind: page"):
        sources.parse("auto", response("<a href='/news/2026/03/05/x'>A headline of four words</a>"))


def test_announced_feeds_are_found_in_order_and_once() -> None:
    head = (
        "<link rel='alternate' type='application/atom+xml' href='/b'>"
        "<link rel='ALTERNATE home' type='application/rss+xml; charset=utf-8' href='a'>"
        "<link rel='alternate' type='application/atom+xml' href='/b'>"
        "<link rel='alternate' hreflang='fr' type='text/html' href='/fr'>"
        "<link rel='alternate' type='application/json' href='/wp-json/oembed?url=x'>"
    )
    assert sources.discover_feeds(response("", head)) == (
        "https://www.ministry.example/b",
        "https://www.ministry.example/news/a",
    )


@pytest.mark.parametrize("path", ["/2026/03/05/x", "/x-20260305", "/a/12345", "/x.html", "/news/one-two-three"])
def test_article_paths_are_told(path: str) -> None:
    assert is_article_path(f"https://a.example{path}")


@pytest.mark.parametrize("path", ["", "/", "/news", "/tag/one-two-three", "/x.pdf", "/news/sport"])
def test_other_paths_are_told(path: str) -> None:
    assert not is_article_path(f"https://a.example{path}")


def test_headline_needs_four_words_or_eight_characters() -> None:
    assert is_headline("one two three four")
    assert is_headline("商务部公布新规定")
    assert not is_headline("one two three")
    assert not is_headline("商务部公布")


def picked(inside: str, **wish: str) -> list[str | None]:
    feed = sources.parse("page", response(inside), sources.Picking(**wish))
    return [(entry.url or "").removeprefix("https://www.ministry.example") for entry in feed.entries]


LISTED = (
    "<nav><a href='/p/menu'>Menu</a></nav><main id='list'><a class='t' href='/p/1'>One</a><a href='/p/2?x=1'>Two</a>"
    "<a href='/q/3'>Three</a></main><a href='https://other.example/p/4'>Four</a>"
)


def test_links_are_picked_by_a_pattern_however_they_read() -> None:
    assert picked(LISTED, links="/p/*") == ["/p/menu", "/p/1", "/p/2?x=1", "https://other.example/p/4"]
    assert picked(LISTED, links="https://www.ministry.example/*/1") == ["/p/1"]


def test_links_are_picked_by_a_selector_of_them_or_of_what_holds_them() -> None:
    assert picked(LISTED, selector="a.t") == ["/p/1"]
    assert picked(LISTED, selector="#list") == ["/p/1", "/p/2?x=1", "/q/3"]
    assert picked(LISTED, selector="#list", links="/q/*") == ["/q/3"]


@pytest.mark.parametrize("wish", [{"links": "/none/*"}, {"selector": ".none"}, {"selector": "a["}])
def test_picking_nothing_is_named_with_what_was_wished(wish: dict[str, str]) -> None:
    with pytest.raises(ParseError) as caught:
        picked(LISTED, **wish)
    assert caught.value.kind == "not_a_feed"
    assert next(iter(wish.values())) in caught.value.detail


@given(st.text("ab/*", max_size=12), st.text("ab/", max_size=12))
def test_patterns_mean_what_a_regular_expression_with_any_characters_means(pattern: str, path: str) -> None:
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    url = f"https://x.example/{path}"
    assert fits(url, pattern) == any(re.fullmatch(expression, text) for text in (url, f"/{path}"))


def test_pattern_of_many_stars_takes_no_longer_than_its_length() -> None:
    assert not fits("https://x.example/" + "a" * 5_000, "*a" * 1_000 + "*b")
