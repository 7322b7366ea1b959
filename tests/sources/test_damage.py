"""Broken documents: what is repaired, what is read tolerantly, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import sources
from monitor.errors import ParseError
from monitor.model import ParsedFeed, Response
from monitor.sources.fallback import parse_tolerantly
from monitor.sources.feed import has_lost_entries
from monitor.sources.xml import Damage, read_xml, repair_markup, trim_prolog, undo_double_encoding

URL = "https://feeds.example/rss"


def response(body: bytes, content_type: str | None = None) -> Response:
    headers = (("content-type", content_type),) if content_type else ()
    return Response(url=URL, status=200, headers=headers, body=body)


def parse(text: str | bytes, content_type: str | None = None) -> ParsedFeed:
    body = text.encode() if isinstance(text, str) else text
    return sources.parse("auto", response(body, content_type))


def rss(item: str) -> str:
    return f"<rss><channel><title>News</title><item>{item}</item></channel></rss>"


def damage(text: str) -> frozenset[Damage]:
    return read_xml(response(text.encode())).damage


def test_sound_document_has_no_damage() -> None:
    assert damage(rss("<title>A &amp; B &#233; &#xe9;</title>")) == frozenset()


def test_entities_of_html_are_repaired() -> None:
    text = rss("<title>caf&eacute;&nbsp;&mdash; &unheardof; R&D</title>")
    assert parse(text).entries[0].title == "café — &unheardof; R&D"
    assert damage(text) == {Damage.ENTITIES}


def test_bare_less_than_is_repaired() -> None:
    assert parse(rss("<title>5 < 6</title><link>https://a.example/1</link>")).entries[0].title == "5 < 6"


def test_bare_ampersand_in_a_link_is_repaired() -> None:
    found = parse(rss("<title>x</title><link>https://a.example/?a=1&b=2&copy=3</link>")).entries[0]
    assert found.url == "https://a.example/?a=1&b=2&copy=3"


def test_cdata_is_left_alone_by_the_repair() -> None:
    assert repair_markup("&nbsp;<![CDATA[&nbsp; < &]]>&") == "\xa0<![CDATA[&nbsp; < &]]>&#38;"


def test_entities_after_the_first_damage_survive() -> None:
    item = "<item><title>Q&amp;A &lt;3 &amp;amp; &quot;x&quot;</title></item>"
    text = f"<rss><channel><title>N<br></title>{item}</channel></rss>"
    assert parse(text).entries[0].title == 'Q&A <3 & "x"'


def test_control_characters_are_dropped() -> None:
    text = rss("<title>a\x0bb&#x1;c</title>")
    assert parse(text).entries[0].title == "abc"
    assert Damage.CONTROLS in damage(text)


def test_text_encoded_twice_is_undone() -> None:
    text = rss("<title>donâ€™t caf\u00c3\u00a9</title>")
    assert parse(text).entries[0].title == "don’t café"
    assert damage(text) == {Damage.DOUBLE_ENCODING}


def test_genuine_accents_are_not_taken_for_double_encoding() -> None:
    assert undo_double_encoding("Ã la carte, pâté, São Paulo") == "Ã la carte, pâté, São Paulo"


def test_junk_before_the_document_is_skipped() -> None:
    text = "Warning: something in line 3\n" + rss("<title>x</title>")
    assert parse(text).entries[0].title == "x"
    assert damage(text) == {Damage.JUNK}


def test_declaration_after_a_comment_is_skipped() -> None:
    assert parse('<!-- made by x --><?xml version="1.0"?>' + rss("<title>x</title>")).entries[0].title == "x"


def test_plain_doctype_entities_are_put_in_and_no_others() -> None:
    text = '<!DOCTYPE rss [<!ENTITY a "Atlas"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>' + rss(
        "<title>&a; &b; &f;</title>"
    )
    assert parse(text).entries[0].title == "Atlas &b; &f;"


def test_doctype_entities_cannot_blow_a_document_up() -> None:
    text = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 200}">]>' + rss(f"<title>{'&a;' * 501}</title>")
    assert parse(text).entries[0].title.startswith("&a;&a;")


def test_doctype_that_only_a_comment_or_a_section_speaks_of_is_none() -> None:
    text = "<!-- no <!DOCTYPE here -->" + rss("<title>x</title><description><![CDATA[ <!DOCTYPE ]]></description>")
    assert (parse(text).entries[0].title, parse(text).entries[0].summary) == ("x", "<!DOCTYPE")


def test_doctype_with_its_subset_is_cut_off() -> None:
    assert trim_prolog('<?xml version="1.0"?>\n<!DOCTYPE rss [<!ENTITY a "b>c">]>\n<rss/>') == "<rss/>"


def test_items_inside_an_unclosed_item_are_all_found() -> None:
    text = (
        "<rss><channel><item><title>a</title><link>https://a.example/1</link>"
        "<item><title>b</title><link>https://a.example/2</link></item></channel></rss>"
    )
    feed = parse(text)
    assert [entry.title for entry in feed.entries] == ["a", "b"]
    assert feed.problems == (str(Damage.TAGS),)


def test_entry_lost_to_a_broken_start_tag_is_read_by_the_second_parser() -> None:
    text = (
        "<rss><channel><item<br>><title>a</title><link>https://a.example/1</link></item>"
        "<item><title>b</title><link>https://a.example/2</link></item></channel></rss>"
    )
    assert has_lost_entries(read_xml(response(text.encode())), ParsedFeed(kind="feed", title=None, entries=()))
    assert [entry.url for entry in parse(text).entries] == ["https://a.example/1", "https://a.example/2"]


def test_items_without_a_root_are_read_by_the_second_parser() -> None:
    text = (
        "<item><title>a</title><link>https://a.example/1</link></item>"
        "<item><title>b</title><link>https://a.example/2</link></item>"
    )
    assert [entry.title for entry in parse(text).entries] == ["a", "b"]


def test_failure_of_the_second_parser_keeps_what_the_first_one_read() -> None:
    text = (
        "<rss><channel><item><title>b</title><link>https://a.example/2</link></item>"
        "<item><title>H</title><link></item>u</link></item></channel></rss>"
    )
    with pytest.raises(ParseError):
        parse_tolerantly(text, URL, n_max=9)
    assert parse(text).entries[0].url == "https://a.example/2"


def test_mismatched_tag_inside_a_whole_entry_loses_nothing() -> None:
    text = rss("<title>a</title><link>https://a.example/1</link><description><p>x<br>y</description>")
    document = read_xml(response(text.encode()))
    assert not has_lost_entries(document, parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "<rss><channel><item><title>a</title></item><item><title>b",
        "<rss><channel><item><title>a</title></item>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>a</title></entry>',
        "<rss><channel><item><title><![CDATA[b",
    ],
)
def test_document_that_breaks_off_is_refused(text: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert caught.value.kind == "truncated"


def test_missing_last_bracket_is_forgiven() -> None:
    assert parse(rss("<title>x</title>")[:-1]).entries[0].title == "x"


@pytest.mark.parametrize(
    ("codec", "declared", "content_type"),
    [
        ("utf-8", None, None),
        ("utf-8-sig", None, None),
        ("utf-8", "iso-8859-1", None),
        ("utf-8", None, "text/xml; charset=us-ascii"),
        ("gb18030", "gb2312", None),
        ("gb18030", None, 'text/xml; charset="GBK"'),
        ("utf-16", "utf-16", None),
        ("utf-16-le", None, None),
    ],
)
def test_encoding_is_decided_before_parsing(codec: str, declared: str | None, content_type: str | None) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = declaration + rss("<title>中国的新闻：他们在这里说了什么</title>")
    assert parse(text.encode(codec), content_type).entries[0].title == "中国的新闻：他们在这里说了什么"


def test_western_encoding_is_read_as_declared() -> None:
    text = '<?xml version="1.0" encoding="iso-8859-1"?>' + rss("<title>Café “Zoë”</title>")
    assert parse(text.encode("cp1252")).entries[0].title == "Café “Zoë”"


def test_encoding_that_no_browser_knows_is_ignored() -> None:
    assert parse(rss("<title>é</title>"), "text/xml; charset=punycode").entries[0].title == "é"


def try_parse(kind: str, body: bytes) -> ParsedFeed | ParseError:
    try:
        return sources.parse(kind, response(body))
    except ParseError as error:
        return error


@given(st.binary(max_size=200))
def test_any_bytes_are_a_feed_or_a_parse_error(body: bytes) -> None:
    for document in (body, b"<rss><channel><item>" + body + b"</item></channel></rss>", b'{"items":[' + body + b"]}"):
        for kind in sources.SOURCES:
            found = try_parse(kind, document)
            assert found.url == URL if isinstance(found, ParseError) else found.kind in sources.SOURCES


@given(st.text(alphabet="<>/&;!-[]CDAT item title rss=\"'", max_size=120))
def test_any_markup_inside_a_feed_is_a_feed_or_a_parse_error(markup: str) -> None:
    found = try_parse("auto", rss(markup).encode())
    assert isinstance(found, ParsedFeed) or found.kind in {"truncated", "not_a_feed"}
