"""Sitemaps."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from monitor import sources
from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed, Response
from monitor.sources.packed import MAX_UNPACKED_BYTES

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


def index(inside: str) -> ParsedFeed:
    body = f"<sitemapindex {NAMESPACES}>{inside}</sitemapindex>".encode()
    return sources.parse("auto", Response(url="https://a.example/s.xml", status=200, body=body))


def listed(name: str, changed: str = "") -> str:
    return f"<sitemap><loc>https://a.example/{name}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</sitemap>"


def test_index_names_its_newest_sitemaps() -> None:
    feed = index("".join(listed(f"{day}.xml", f"2026-03-{day:02}") for day in (3, 7, 1, 5, 2, 6, 4)))
    assert feed.entries == ()
    assert [document.url for document in feed.further] == [f"https://a.example/{day}.xml" for day in (7, 6, 5, 4, 3)]
    assert feed.further[0].changed_at == datetime(2026, 3, 7, tzinfo=UTC)
    assert feed.problems == ("only the newest 5 of 7 sitemaps are read",)


def test_index_without_dates_goes_by_news_and_numbers() -> None:
    names = ["posts-9.xml", "posts-10.xml", "2026/02.xml", "2026/11.xml", "news.xml", "pages.xml"]
    found = [document.url.rpartition("example/")[2] for document in index("".join(map(listed, names))).further]
    assert found == ["news.xml", "2026/11.xml", "2026/02.xml", "posts-10.xml", "posts-9.xml"]


def test_index_that_names_only_itself_is_refused() -> None:
    with pytest.raises(ParseError) as caught:
        index(listed("s.xml") + "<sitemap/>")
    assert caught.value.kind == "not_a_feed"


@pytest.mark.parametrize("n_layers", [1, 2])
def test_packed_sitemap_is_unpacked(n_layers: int) -> None:
    body = f"<urlset {NAMESPACES}><url><loc>https://a.example/1</loc></url></urlset>".encode()
    for _ in range(n_layers):
        body = gzip.compress(body)
    feed = sources.parse("sitemap", Response(url="https://a.example/s.xml.gz", status=200, body=body))
    assert [entry.url for entry in feed.entries] == ["https://a.example/1"]


def test_packed_sitemap_that_breaks_off_is_named_so() -> None:
    body = gzip.compress(b"<urlset/>" * 100)[:-9]
    with pytest.raises(ParseError) as caught:
        sources.parse("sitemap", Response(url="https://a.example/s.xml.gz", status=200, body=body))
    assert caught.value.kind == "truncated"


def test_packed_bomb_is_refused_before_it_is_unpacked() -> None:
    body = gzip.compress(b" " * (MAX_UNPACKED_BYTES + 1))
    with pytest.raises(ParseError) as caught:
        sources.parse("sitemap", Response(url="https://a.example/s.xml.gz", status=200, body=body))
    assert caught.value.kind == "too_large"


def test_feed_is_no_sitemap() -> None:
    with pytest.raises(ParseError) as caught:
        sources.parse("sitemap", Response(url="https://a.example/", status=200, body=b"<rss><channel/></rss>"))
    assert caught.value.kind == "not_a_feed"
