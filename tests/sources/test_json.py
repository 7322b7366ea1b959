"""JSON documents: JSON Feed, WordPress, GDELT, Federal Register."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from monitor import sources
from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed, Response

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def parse(value: object, kind: str = "auto") -> ParsedFeed:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return sources.parse(kind, Response(url="https://api.example/posts", status=200, body=body))


def test_json_feed_is_read() -> None:
    feed = parse(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "News",
            "home_page_url": "https://a.example/",
            "language": "de-DE",
            "items": [
                {
                    "id": 7,
                    "url": "/1",
                    "title": "A &amp; B",
                    "summary": "Short.",
                    "content_html": "<p>Long.</p>",
                    "authors": [{"name": "Ada"}, {"url": "https://x.example"}],
                    "date_published": "2026-03-05T12:00:00Z",
                }
            ],
        }
    )
    assert (feed.kind, feed.title, feed.language) == ("feed", "News", "de")
    assert feed.entries[0] == Entry(
        url="https://a.example/1",
        title="A & B",
        guid="7",
        summary="Short.",
        html="<p>Long.</p>",
        authors=("Ada",),
        published_at=NOON,
    )


def test_json_feed_text_becomes_paragraphs() -> None:
    feed = parse({"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "content_text": "a < b\n\nc"}]})
    assert feed.entries[0].html == "<p>a &lt; b</p><p>c</p>"


def test_author_of_version_1_is_read() -> None:
    feed = parse({"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "author": {"name": "Ada"}}]})
    assert feed.entries[0].authors == ("Ada",)


def test_wrong_types_inside_items_are_passed_over() -> None:
    item: dict[str, object] = {
        "id": None,
        "url": 5,
        "title": ["x"],
        "authors": "Ada",
        "date_published": {},
        "content_html": False,
    }
    feed = parse({"version": "https://jsonfeed.org/version/1.1", "items": [item, "junk", None]})
    assert feed.entries == (Entry(url=None),)


def test_wordpress_posts_are_read() -> None:
    post = {
        "id": 5,
        "guid": {"rendered": "https://a.example/?p=5"},
        "link": "https://a.example/post",
        "title": {"rendered": "It&#8217;s here"},
        "excerpt": {"rendered": "<p>Short.</p>"},
        "content": {"rendered": "<p>Long.</p>"},
        "date_gmt": "2026-03-05T12:00:00",
        "_embedded": {"author": [{"name": "Ada"}]},
    }
    assert parse([post]).entries[0] == Entry(
        url="https://a.example/post",
        title="It’s here",
        guid="https://a.example/?p=5",
        summary="Short.",
        html="<p>Long.</p>",
        authors=("Ada",),
        published_at=NOON,
    )


def test_gdelt_articles_are_hits_of_a_search() -> None:
    article = {"url": "https://a.example/1", "title": "x", "seendate": "20260305T120000Z", "language": "Chinese"}
    feed = parse({"articles": [article]})
    assert feed.kind == "search"
    assert feed.entries[0] == Entry(url="https://a.example/1", title="x", published_at=NOON, language="zh")


@pytest.mark.parametrize("body", [b"{}", b"[]", b" {} \n"])
def test_search_without_hits_is_an_empty_feed(body: bytes) -> None:
    assert parse(body, "search").entries == ()


def test_search_reads_feeds_too() -> None:
    feed = parse(b"<rss><channel><item><title>x</title></item></channel></rss>", "search")
    assert (feed.kind, feed.entries[0].title) == ("search", "x")


DOCUMENT = {
    "title": "Export Controls",
    "type": "Rule",
    "abstract": "The Bureau amends the rules.",
    "document_number": "2026-01234",
    "html_url": "https://www.federalregister.gov/d/2026-01234",
    "publication_date": "2026-03-05",
    "agencies": [{"name": "Commerce Department"}, {"raw_name": "BUREAU OF INDUSTRY"}, None],
}


@pytest.mark.parametrize("kind", ["auto", "federal-register"])
def test_federal_register_documents_are_read(kind: str) -> None:
    feed = parse({"count": 1, "results": [DOCUMENT]}, kind)
    assert feed.kind == "federal-register"
    assert feed.entries[0] == Entry(
        url="https://www.federalregister.gov/d/2026-01234",
        title="Export Controls",
        guid="2026-01234",
        summary="Rule 2026-01234 (Commerce Department, BUREAU OF INDUSTRY). The Bureau amends the rules.",
        authors=("Commerce Department", "BUREAU OF INDUSTRY"),
        published_at=datetime(2026, 3, 5, tzinfo=UTC),
        language="en",
    )


def test_federal_register_search_without_hits_is_an_empty_feed() -> None:
    assert parse({"count": 0}, "federal-register").entries == ()


def test_long_list_is_cut_and_named() -> None:
    feed = parse({"count": 2_001, "results": [DOCUMENT] * 2_001})
    assert len(feed.entries) == 2_000
    assert feed.problems == ("only the first 2,000 of 2,001 entries are read",)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [', "truncated"),
        (b'{"a": 1}', "not_a_feed"),
        (b"[1, 2]", "not_a_feed"),
        (b"{a: 1}", "not_a_feed"),
        (b"[" * 100_000, "not_a_feed"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "not_a_feed"),
    ],
)
def test_other_json_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(body)
    assert caught.value.kind == kind
