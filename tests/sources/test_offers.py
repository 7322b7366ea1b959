"""What a page offers for subscription."""

from __future__ import annotations

import pytest

from monitor import sources
from monitor.errors import ParseError
from monitor.model import Response

URL = "https://www.paper.example/news/"


def offers(inside: str, head: str = "") -> list[tuple[str, str | None, str | None]]:
    text = f"<!DOCTYPE html><html><head><title>Paper</title>{head}</head><body>{inside}</body></html>"
    feed = sources.parse("offers", Response(url=URL, status=200, body=text.encode()))
    return [
        ((entry.url or "").removeprefix("https://www.paper.example"), entry.title, entry.summary)
        for entry in feed.entries
    ]


def test_announced_feeds_come_before_linked_ones_and_those_of_comments_last() -> None:
    head = (
        "<link rel=alternate type='application/rss+xml' title='Paper &amp; comments' href='/comments/feed/'>"
        "<link rel=alternate type='application/rss+xml' title='Paper' href='/feed/'>"
    )
    assert offers("<a href='/sport.rss'>Sport</a>", head) == [
        ("/feed/", "Paper", "announced"),
        ("/sport.rss", "Sport", "linked"),
        ("/comments/feed/", "Paper & comments", "announced"),
    ]


@pytest.mark.parametrize(
    "href",
    ["/rss", "/feeds/", "/atom.xml", "/news/index.xml", "/rss/sport.xml", "/x.rdf", "/?feed=rss2", "/a/b?format=atom"],
)
def test_links_that_look_like_feeds_are_offered(href: str) -> None:
    assert offers(f"<a href='{href}'>Subscribe</a>") == [(href, "Subscribe", "linked")]


def test_link_to_an_xml_file_is_offered_if_it_says_that_it_is_a_feed() -> None:
    assert offers("<a href='/x.xml'>RSS feed</a><a href='/y.xml'>Data</a>") == [("/x.xml", "RSS feed", "linked")]


@pytest.mark.parametrize(
    "href", ["/feedback", "/press/", "/atomic-age", "mailto:rss@paper.example", "/rss-is-not-dead-says-minister"]
)
def test_other_links_are_not_offered(href: str) -> None:
    with pytest.raises(ParseError) as caught:
        offers(f"<a href='{href}'>A story of four words</a>")
    assert caught.value.kind == "not_a_feed"


def test_machinery_of_wordpress_is_not_offered() -> None:
    head = (
        "<link rel=alternate type='application/json' href='/wp-json/wp/v2/pages/2'>"
        "<link rel=alternate type='application/json' href='/feed.json'>"
    )
    assert offers("", head) == [("/feed.json", None, "announced")]


def test_at_most_thirty_are_offered() -> None:
    assert len(offers("".join(f"<a href='/{n}.rss'>{n}</a>" for n in range(99)))) == 30


def test_usual_places_begin_beside_the_page() -> None:
    places = sources.usual_places("https://a.example/blog/?page=2#top")
    assert places[0] == "https://a.example/blog/feed"
    assert "https://a.example/feed" in places
    assert len(places) == len(set(places)) == 17


def test_usual_places_of_the_top_are_asked_once() -> None:
    assert len(sources.usual_places("https://a.example/")) == 11
