"""Atom 1.0 and 0.3."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor import sources
from monitor.model import Entry, ParsedFeed, Response

URL = "https://feeds.example/atom"


def atom(inside: str, attributes: str = "") -> ParsedFeed:
    text = f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{inside}</feed>'
    return sources.parse("feed", Response(url=URL, status=200, body=text.encode()))


def entry(inside: str, attributes: str = "") -> Entry:
    return atom(f"<entry>{inside}</entry>", attributes).entries[0]


def test_entry_has_its_fields() -> None:
    found = entry(
        "<id>tag:a.example,2026:1</id><title>A headline</title><link href='https://a.example/1'/>"
        "<summary>What happened.</summary><author><name>Ada One</name><email>ada@a.example</email></author>"
        "<published>2026-03-05T12:00:00Z</published><updated>2026-03-06T12:00:00Z</updated>"
    )
    assert found == Entry(
        url="https://a.example/1",
        title="A headline",
        guid="tag:a.example,2026:1",
        summary="What happened.",
        authors=("Ada One",),
        published_at=datetime(2026, 3, 5, 12, tzinfo=UTC),
        updated_at=datetime(2026, 3, 6, 12, tzinfo=UTC),
    )


def test_feed_has_title_language_and_site() -> None:
    feed = atom("<title>News</title><link rel='self' href='/atom'/><link href='/'/>", "xml:lang='de-AT'")
    assert (feed.title, feed.language, feed.site_url) == ("News", "de", "https://feeds.example/")


@pytest.mark.parametrize(
    "title",
    [
        "<title>Q&amp;A today</title>",
        "<title type='html'>&lt;b&gt;Q&amp;amp;A&lt;/b&gt; today</title>",
        "<title type='html'>Q&amp;amp;amp;A today</title>",
        "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><b>Q&amp;A</b> today</div></title>",
        "<title type='html'><![CDATA[Q&amp;A <i>today</i>]]></title>",
        "<title mode='base64'>USZhbXA7QSB0b2RheQ==</title>",
    ],
)
def test_title_of_every_type_is_plain_text(title: str) -> None:
    assert entry(title).title == "Q&A today"


def test_alternate_link_wins_over_the_others() -> None:
    found = entry(
        "<link rel='enclosure' href='https://a.example/1.mp3'/><link rel='edit' href='https://a.example/e'/>"
        "<link rel='alternate' href='https://a.example/1'/>"
    )
    assert found.url == "https://a.example/1"


def test_html_link_wins_over_another_alternate() -> None:
    found = entry(
        "<link type='application/json' href='https://a.example/1.json'/>"
        "<link type='text/html' href='https://a.example/1'/>"
    )
    assert found.url == "https://a.example/1"


def test_links_follow_the_chain_of_xml_base() -> None:
    feed = atom("<entry xml:base='b/'><link href='1'/></entry>", "xml:base='https://a.example/a/'")
    assert feed.entries[0].url == "https://a.example/a/b/1"


def test_id_that_is_an_address_serves_as_link() -> None:
    assert entry("<id>https://a.example/1</id>").url == "https://a.example/1"


def test_xhtml_content_is_html_without_namespaces() -> None:
    found = entry(
        "<content type='xhtml'><h:div xmlns:h='http://www.w3.org/1999/xhtml'>"
        "<h:p>Full &amp; long</h:p></h:div></content>"
    )
    assert found.html == "<div><p>Full &amp; long</p></div>"


def test_plain_content_becomes_paragraphs() -> None:
    assert entry("<content>one\n\ntwo &amp; three</content>").html == "<p>one</p><p>two &amp; three</p>"


def test_content_elsewhere_is_the_link_and_no_text() -> None:
    found = entry("<content type='text/html' src='https://a.example/1'/>")
    assert (found.url, found.html) == ("https://a.example/1", None)


def test_entry_with_content_only_has_its_opening_as_summary() -> None:
    assert entry("<content type='html'>&lt;p&gt;First words.&lt;/p&gt;</content>").summary == "First words."


def test_version_0_3_is_read() -> None:
    text = (
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>x</title>'
        "<issued>2026-03-05T12:00:00Z</issued><modified>2026-03-06T12:00:00Z</modified></entry></feed>"
    )
    found = sources.parse("feed", Response(url=URL, status=200, body=text.encode())).entries[0]
    assert found.published_at == datetime(2026, 3, 5, 12, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 3, 6, 12, tzinfo=UTC)


def test_mistyped_namespace_is_forgiven() -> None:
    text = '<feed xmlns="http://www.w3.org/2005/Atom1"><title>News</title><entry><title>x</title></entry></feed>'
    feed = sources.parse("feed", Response(url=URL, status=200, body=text.encode()))
    assert (feed.title, feed.entries[0].title) == ("News", "x")


def test_language_of_an_entry_is_its_own() -> None:
    feed = atom("<entry xml:lang='fr'><title>x</title></entry>", "xml:lang='en'")
    assert feed.entries[0].language == "fr"
