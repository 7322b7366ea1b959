"""Subscription lists: read from real-life forms, written so that others read them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.model import Feed
from monitor.sources.opml import Opml, compose_opml, parse_opml


def _list(*outlines: str, head: str = "<opml version='2.0'><head><title>My feeds</title></head>") -> bytes:
    return f"{head}<body>{''.join(outlines)}</body></opml>".encode()


def _feeds(body: bytes) -> list[tuple[str, str | None]]:
    return [(feed.url, feed.title) for feed in parse_opml(body, name="a.opml").feeds]


def _refusal(body: bytes) -> ParseError:
    with pytest.raises(ParseError) as caught:
        parse_opml(body, name="a.opml")
    return caught.value


def test_outlines_become_feeds_in_file_order():
    body = _list(
        "<outline type='rss' text='B' xmlUrl='https://b.example/rss' htmlUrl='https://b.example/'/>",
        "<outline type='rss' text='A' xmlUrl='https://a.example/rss'/>",
    )

    assert _feeds(body) == [("https://b.example/rss", "B"), ("https://a.example/rss", "A")]


def test_folders_are_walked_through_and_forgotten():
    body = _list("<outline text='F'><outline text='G'><outline xmlUrl='https://a.example/'/></outline></outline>")

    assert _feeds(body) == [("https://a.example/", None)]


def test_folder_with_an_address_is_a_feed_too():
    body = _list("<outline text='F' xmlUrl='https://f.example/'><outline xmlUrl='https://a.example/'/></outline>")

    assert _feeds(body) == [("https://f.example/", "F"), ("https://a.example/", None)]


def test_title_wins_over_text():
    assert _feeds(_list("<outline title='T' text='x' xmlUrl='https://a.example/'/>")) == [("https://a.example/", "T")]


def test_attribute_names_count_in_any_case():
    assert _feeds(_list("<Outline TEXT='T' xmlURL='https://a.example/'/>")) == [("https://a.example/", "T")]


def test_address_listed_twice_is_one_feed():
    body = _list("<outline text='1' xmlUrl='https://a.example/'/>", "<outline text='2' xmlUrl='https://a.example/'/>")

    assert _feeds(body) == [("https://a.example/", "1")]


def test_bare_ampersands_in_an_address_are_kept():
    body = _list("<outline text='A & B' xmlUrl='https://a.example/?x=1&y=2&copy=3'/>")

    assert _feeds(body) == [("https://a.example/?x=1&y=2&copy=3", "A & B")]


def test_escaped_ampersands_are_unescaped_once_in_addresses():
    body = _list("<outline xmlUrl='https://a.example/?x=1&amp;amp=2&#38;z=3'/>")

    assert _feeds(body) == [("https://a.example/?x=1&amp=2&z=3", None)]


def test_html_entities_and_double_escapes_in_titles_are_read():
    body = _list("<outline text='Caf&eacute; &amp;amp; Bar' xmlUrl='https://a.example/'/>")

    assert _feeds(body) == [("https://a.example/", "Café & Bar")]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("feed://a.example/rss", "http://a.example/rss"),
        ("feed:https://a.example/rss", "https://a.example/rss"),
        ("feed://https://a.example/rss", "https://a.example/rss"),
        ("  https://a.example/rss\n", "https://a.example/rss"),
    ],
)
def test_subscription_links_become_web_addresses(written, url):
    assert _feeds(_list(f"<outline xmlUrl='{written}'/>")) == [(url, None)]


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "javascript:alert(1)", "gopher://a.example/", "rss", "https://"]
)
def test_other_addresses_are_left_out_and_named(address):
    parsed = parse_opml(_list(f"<outline text='Odd' xmlUrl='{address}'/>"), name="a.opml")

    assert parsed == Opml(feeds=(), problems=('"Odd" has no web address and is left out',))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_declared_encoding_is_used(encoding):
    label = encoding.removesuffix("-sig")
    text = f"<?xml version='1.0' encoding='{label}'?><opml><body><outline text='Zürich' xmlUrl='https://a.example/'/></body></opml>"

    assert _feeds(text.encode(encoding)) == [("https://a.example/", "Zürich")]


def test_list_cut_in_the_middle_gives_the_feeds_before_the_cut():
    body = _list("<outline text='A' xmlUrl='https://a.example/'/>", "<outline text='B' xmlUrl='https://b.exam")

    assert _feeds(body[: body.index(b"https://b")]) == [("https://a.example/", "A")]


def test_control_characters_in_titles_are_dropped():
    assert _feeds(_list("<outline text='A\x00\x1b B' xmlUrl='https://a.example/'/>")) == [("https://a.example/", "A B")]


def test_empty_list_is_a_list_of_no_feeds():
    assert parse_opml(b"<opml version='1.0'><body/></opml>", name="a.opml") == Opml(feeds=())


@pytest.mark.parametrize(
    "body", [b"", b"  \n", b"plain text", b"{}", b"<html><body>no</body></html>", b"<", b"\x00\xff"]
)
def test_other_documents_are_refused(body):
    assert _refusal(body).kind == "not_opml"


def test_feed_in_place_of_a_list_is_refused_with_advice():
    assert "name its address under `feeds`" in _refusal(b"<rss version='2.0'><channel/></rss>").detail


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_own_entities_are_refused(encoding):
    text = "<!DOCTYPE opml [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><opml><body><outline text='&a;'/></body></opml>"

    assert _refusal(text.encode(encoding)).kind == "entities"


def test_deep_folders_are_refused():
    assert _refusal(_list("<outline text='f'>" * 200 + "</outline>" * 200)).kind == "too_deep"


def test_more_outlines_than_anyone_has_are_refused():
    assert _refusal(_list("<outline/>" * 100_001)).kind == "too_large"


def test_more_bytes_than_anyone_has_are_refused_unparsed():
    assert _refusal(b"<opml>" + b" " * 20_000_000).kind == "too_large"


def test_composed_list_opens_with_a_declaration_and_holds_type_text_and_address():
    body = compose_opml([Feed(url="https://a.example/?x=1&y=2", title='A <b> & "c"')], title="Mine")

    assert body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<opml version=\"2.0\">")
    assert b"<title>Mine</title>" in body
    assert b'type="rss" text="A &lt;b&gt; &amp; &quot;c&quot;"' in body
    assert b'xmlUrl="https://a.example/?x=1&amp;y=2"' in body


def test_feed_without_title_is_composed_with_its_address_as_text():
    assert b'text="https://a.example/"' in compose_opml([Feed(url="https://a.example/")], title="Mine")


_MARKUP = [
    "<opml>",
    "<outline",
    " xmlUrl='",
    "https://a.example/",
    "'",
    "/>",
    "</",
    "&",
    "<!--",
    "<?",
    "<![CDATA[",
    "]]>",
]
_MARKUP += ["<!DOCTYPE", ">", ":", "<:", "<a:b", " xmlns:a='x'", "é", "<rss>", "</opml>"]
_TITLES = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"], exclude_characters="&\ufffe\uffff"), min_size=1
)
_URLS = st.from_regex(
    r"https?://[a-z]{1,8}\.example(:8080)?/[a-zA-Z0-9_./~-]{0,20}(\?[a-z]=[a-z0-9&=;%25]{0,20})?", fullmatch=True
)


@settings(deadline=None)
@given(feeds=st.lists(st.builds(Feed, url=_URLS, title=_TITLES), unique_by=lambda feed: feed.url, max_size=20))
def test_composed_list_is_read_back_the_same(feeds):
    assert parse_opml(compose_opml(feeds, title="Mine"), name="a.opml") == Opml(feeds=tuple(feeds))


_PAGES = st.builds(
    Feed, url=_URLS, title=_TITLES, kind=st.just("page"), every_s=st.none() | st.integers(1, 10**6),
    full_text=st.booleans(), is_enabled=st.booleans(), links=st.none() | st.text("/*ab", min_size=1),
    selector=st.none() | st.text("#.ab >", min_size=1).filter(str.strip),
)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(feeds=st.lists(_PAGES, unique_by=lambda feed: feed.url, max_size=5))
def test_kind_interval_and_choice_of_links_are_read_back_the_same(feeds):
    assert parse_opml(compose_opml(feeds, title="Mine"), name="a.opml") == Opml(feeds=tuple(feeds))


def test_own_attributes_that_make_no_sense_count_as_not_written():
    own = " xmlns:m='urn:monitor-news:opml' m:kind='telegram' m:every='often' m:links='/a/*' m:full-text='maybe'"
    (feed,) = parse_opml(_list(f"<outline xmlUrl='https://a.example/'{own}/>"), name="a").feeds
    assert feed == Feed(url="https://a.example/")


@settings(deadline=None)
@given(title=st.text(), url=_URLS)
def test_any_title_is_composed_into_a_readable_list(title, url):
    assert [
        feed.url for feed in parse_opml(compose_opml([Feed(url=url, title=title)], title=title), name="a").feeds
    ] == [url]


@settings(deadline=None)
@given(body=st.binary() | st.lists(st.sampled_from(_MARKUP)).map(lambda parts: ("<opml>" + "".join(parts)).encode()))
@example(b"<:  >")
def test_any_bytes_give_a_list_or_a_parse_error(body):
    with contextlib.suppress(ParseError):
        assert isinstance(parse_opml(body, name="a.opml"), Opml)
