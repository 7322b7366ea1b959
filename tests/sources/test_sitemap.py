"""Sitemaps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor import sources
from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed, Response

NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)


def parse(inside: str, kind: str = "auto") -> ParsedFeed:
    body = f"<urlset {NAMESPACES}>{inside}</urlset>".encode()
    headers = (("content-type", "text/html"),)
    return sources.parse(kind, Response(url="https://a.example/s.xml", status=200, headers=headers, body=body))


@pytest.mark.parametrize("kind", ["auto", "sitemap"])
def test_news_sitemap_is_read(kind: str) -> None:
    feed = parse(
        "<url><loc>https://a.example/1</loc><lastmod>2026-03-06</lastmod><news:news><news:publication>"
        "<news:name>The Example</news:name><news:language>en</news:language></news:publication>"
        "<news:publication_date>2026-03-05T12:00:00Z</news:publication_date><news:title>A &amp; B</news:title>"
        "</news:news></url>",
        kind,
    )
    assert (feed.kind, feed.title, feed.site_url) == ("sitemap", "The Example", "https://a.example/")
    assert feed.entries[0] == Entry(
        url="https://a.example/1",
        title="A & B",
        published_at=datetime(2026, 3, 5, 12, tzinfo=UTC),
        updated_at=datetime(2026, 3, 6, tzinfo=UTC),
        language="en",
    )


def test_plain_sitemap_has_addresses_and_changes() -> None:
    feed = parse("<url><loc> https://a.example/1 </loc><lastmod>2026-03-06</lastmod></url><url><loc/></url>")
    assert feed.entries == (Entry(url="https://a.example/1", updated_at=datetime(2026, 3, 6, tzinfo=UTC)),)


def test_of_too_many_addresses_the_newest_are_read() -> None:
    old = "<url><loc>https://a.example/old</loc><lastmod>2020-01-01</lastmod></url>"
    new = "<url><loc>https://a.example/new</loc><lastmod>2026-01-01</lastmod></url>"
    feed = parse(old * 2_000 + new)
    assert len(feed.entries) == 2_000
    assert (feed.entries[0].url, feed.entries[0].position) == ("https://a.example/new", 0)
    assert feed.problems == ("only the newest 2,000 of 2,001 addresses are read",)


def test_index_is_refused_and_its_sitemaps_are_named() -> None:
    body = (
        f"<sitemapindex {NAMESPACES}>"
        + "".join(f"<sitemap><loc>https://a.example/{n}.xml</loc></sitemap>" for n in range(7))
        + "</sitemapindex>"
    )
    with pytest.raises(ParseError) as caught:
        sources.parse("auto", Response(url="https://a.example/s.xml", status=200, body=body.encode()))
    assert caught.value.kind == "sitemap_index"
    assert "https://a.example/0.xml" in caught.value.detail
    assert "and 2 more" in caught.value.detail


def test_feed_is_no_sitemap() -> None:
    with pytest.raises(ParseError) as caught:
        sources.parse("sitemap", Response(url="https://a.example/", status=200, body=b"<rss><channel/></rss>"))
    assert caught.value.kind == "not_a_feed"
