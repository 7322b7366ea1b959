"""RSS of all versions."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor import sources
from monitor.model import Entry, ParsedFeed, Response

URL = "https://feeds.example/rss"
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)
LONG = "<p>" + "A sentence of the article. " * 60 + "</p><p>Its end.</p>"


def parse(text: str | bytes) -> ParsedFeed:
    body = text.encode() if isinstance(text, str) else text
    return sources.parse("auto", Response(url=URL, status=200, body=body))


def rss(items: str, channel: str = "") -> ParsedFeed:
    return parse(f'<rss version="2.0" {NAMESPACES}><channel><title>News</title>{channel}{items}</channel></rss>')


def entry(inside: str, channel: str = "") -> Entry:
    return rss(f"<item>{inside}</item>", channel).entries[0]


def test_item_has_its_fields() -> None:
    found = entry(
        "<title>A headline</title><link>https://a.example/1</link><guid isPermaLink='false'>id-1</guid>"
        "<description>What happened.</description><dc:creator>Ada One</dc:creator>"
        "<pubDate>Thu, 05 Mar 2026 12:00:00 GMT</pubDate>"
    )
    assert found == Entry(
        url="https://a.example/1",
        title="A headline",
        guid="id-1",
        summary="What happened.",
        authors=("Ada One",),
        published_at=datetime(2026, 3, 5, 12, tzinfo=UTC),
    )


def test_channel_has_its_fields() -> None:
    feed = rss("", "<link>https://a.example/</link><language>en-GB</language><ttl>60</ttl>")
    assert (feed.kind, feed.title, feed.site_url, feed.language, feed.ttl_s) == (
        "feed",
        "News",
        "https://a.example/",
        "en",
        3600,
    )


def test_update_period_becomes_the_wish_in_seconds() -> None:
    channel = "<sy:updatePeriod> daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    assert rss("", channel).ttl_s == 21_600


def test_positions_count_from_the_top() -> None:
    feed = rss("<item><title>a</title></item><item><title>b</title></item>")
    assert [(item.title, item.position) for item in feed.entries] == [("a", 0), ("b", 1)]


def test_rdf_items_beside_the_channel_are_found() -> None:
    feed = parse(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example/"><title>News</title>'
        '</channel><item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link>'
        "<dc:date>2026-03-05T12:00:00Z</dc:date></item></rdf:RDF>"
    )
    assert feed.title == "News"
    assert feed.entries[0].guid == "https://a.example/1"
    assert feed.entries[0].published_at == datetime(2026, 3, 5, 12, tzinfo=UTC)


def test_title_loses_markup_and_double_escapes() -> None:
    assert entry("<title>&lt;b&gt;Q&amp;amp;A&lt;/b&gt;: don&amp;#8217;t</title>").title == "Q&A: don’t"


def test_naked_markup_in_a_title_is_read() -> None:
    assert entry("<title>A <em>naked</em> tag &lt; 3</title>").title == "A naked tag < 3"


def test_encoded_content_is_the_html_and_description_the_summary() -> None:
    found = entry(
        "<description>Short.</description><content:encoded><![CDATA[<p>Long &amp; full.</p>]]></content:encoded>"
    )
    assert (found.summary, found.html) == ("Short.", "<p>Long &amp; full.</p>")


def test_long_description_with_paragraphs_is_the_full_text() -> None:
    found = entry(f"<description><![CDATA[{LONG}]]></description>")
    assert found.html == LONG
    assert found.summary is not None
    assert found.summary.startswith("A sentence of the article.")


def test_long_description_that_breaks_off_is_a_summary() -> None:
    found = entry(f"<description><![CDATA[{LONG}<p>Read on […]</p>]]></description>")
    assert found.html is None


def test_guid_that_is_an_address_serves_as_link() -> None:
    assert entry("<guid>https://a.example/1</guid>").url == "https://a.example/1"


def test_guid_that_says_it_is_no_permalink_is_no_link() -> None:
    assert entry("<guid isPermaLink='false'>https://a.example/1</guid>").url is None


def test_relative_link_starts_at_the_site_of_the_channel() -> None:
    assert entry("<link>/n/1</link>", "<link>https://a.example/</link>").url == "https://a.example/n/1"


def test_relative_link_without_a_site_starts_at_the_document() -> None:
    assert entry("<link>/n/1</link>").url == "https://feeds.example/n/1"


def test_relative_link_starts_at_xml_base() -> None:
    feed = parse('<rss xml:base="https://b.example/x/"><channel><item><link>1</link></item></channel></rss>')
    assert feed.entries[0].url == "https://b.example/x/1"


def test_empty_link_falls_back_to_the_atom_link() -> None:
    assert entry("<link/><atom:link rel='alternate' href='https://a.example/1'/>").url == "https://a.example/1"


def test_address_before_the_redirect_is_preferred() -> None:
    found = entry(
        "<link>https://proxy.example/r/1</link><feedburner:origLink>https://a.example/1</feedburner:origLink>"
    )
    assert found.url == "https://a.example/1"


def test_script_link_is_no_link() -> None:
    assert entry("<title>x</title><link>javascript:alert(1)</link>").url is None


def test_author_is_the_name_beside_the_mail_address() -> None:
    assert entry("<author>ada@a.example (Ada One)</author>").authors == ("Ada One",)


def test_author_with_nothing_but_an_address_is_nobody() -> None:
    assert entry("<author>desk@a.example</author>").authors == ()


def test_every_creator_is_an_author() -> None:
    assert entry("<dc:creator>Ada</dc:creator><dc:creator>Bo</dc:creator>").authors == ("Ada", "Bo")


def test_media_description_serves_when_there_is_no_other() -> None:
    found = entry("<media:group><media:title>T</media:title><media:description>D</media:description></media:group>")
    assert (found.title, found.summary) == ("T", "D")


def test_nonsense_date_is_no_date() -> None:
    assert entry("<title>x</title><pubDate>soon</pubDate>").published_at is None


def test_unbound_prefixes_are_understood() -> None:
    feed = parse(
        "<rss><channel><item><title>x</title><content:encoded>&lt;p&gt;y&lt;/p&gt;</content:encoded>"
        "<dc:creator>Ada</dc:creator></item></channel></rss>"
    )
    assert (feed.entries[0].html, feed.entries[0].authors) == ("<p>y</p>", ("Ada",))


def test_more_entries_than_the_cap_are_named_and_left() -> None:
    feed = rss("<item><title>x</title></item>" * 2_001)
    assert len(feed.entries) == 2_000
    assert feed.problems == ("only the first 2,000 of 2,001 entries are read",)


def test_fields_have_caps() -> None:
    found = entry(f"<title>{'t ' * 3_000}</title><description>{'d ' * 30_000}</description>")
    assert found.title is not None
    assert found.summary is not None
    assert (len(found.title), len(found.summary)) == (1_000, 20_000)


def test_html_is_cut_before_a_tag_that_would_be_split() -> None:
    content = "<![CDATA[" + "a" * 999_995 + "<p class='x'>b</p>]]>"
    assert entry(f"<content:encoded>{content}</content:encoded>").html == "a" * 999_995
