"""Lists of subscriptions as feed readers exchange them: OPML bytes -> feeds, feeds -> OPML bytes.

OPML 2.0 (2.opml.org/spec2.opml) names ``xmlUrl`` as the address and ``text`` as the name of an outline. Real files have
other cases of it, bare ampersands in addresses, HTML entities in names and several encodings: all of that is
read. Folders are walked through and forgotten. What OPML has no word for (the kind of a source, its interval) is written
in a namespace of our own, which other readers pass over (OPML 2.0, "Extending OPML").
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from monitor.errors import ParseError
from monitor.model import Feed
from monitor.text.charset import decode
from monitor.text.urls import is_web_url

# The largest public lists hold about 10,000 feeds, 2 MB; readers nest folders one or two deep.
MAX_BYTES = 20_000_000
MAX_OUTLINES = 100_000
MAX_DEPTH = 50
MAX_TITLE_CHARS = 500

NAMESPACE = "urn:monitor-news:opml"
_KINDS = frozenset({"feed", "sitemap", "page", "federal-register", "search"})
_YEAR_S = 31_536_000
_LEAST_S = {"search": 3_600}
"""A search engine is asked once an hour at most."""

_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});)")
_DECLARATION = re.compile(r"\A\s*+<\?xml[^>]*\?>")
# XML 1.0, production 2: other characters cannot stand in a document, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opml:
    """The feeds of a list in file order, each address once; ``problems`` names the entries that were left out."""

    feeds: tuple[Feed, ...]
    problems: tuple[str, ...] = ()


def parse_opml(body: bytes, *, name: str) -> Opml:
    """The feeds in *body*; *name* is the file or address for messages.

    ParseError, kind ``not_opml``, ``too_large``, ``too_deep`` or ``entities`` (a document that declares its own), when
    the document cannot be used as a whole. Damaged XML is read as far as it makes sense. Linear in the size.
    """
    if len(body) > MAX_BYTES:
        raise ParseError(name, "too_large", f"has more than {MAX_BYTES // 10**6} MB")
    text, _ = decode(body, http_charset=None, is_xml=True)
    if "<!ENTITY" in text:
        raise ParseError(name, "entities", "declares XML entities, which no subscription list needs: remove them")
    text = _BARE_AMPERSAND.sub("&amp;", _NOT_XML.sub("", _DECLARATION.sub("", text, count=1)))
    if not text.strip():
        raise ParseError(name, "not_opml", "the file is empty")
    feeds: dict[str, Feed] = {}
    problems: list[str] = []
    for attributes in _iter_outlines(text, name):
        url = _address(attributes.get("xmlurl"))
        if url is None:
            continue
        title = _title(attributes.get("title")) or _title(attributes.get("text"))
        if not is_web_url(url):
            problems.append(f'"{(title or url)[:80]}" has no web address and is left out')
        else:
            feeds.setdefault(url, _feed(url, title, attributes))
    return Opml(feeds=tuple(feeds.values()), problems=tuple(problems))


def _feed(url: str, title: str | None, attributes: dict[str, str]) -> Feed:
    """The feed with what our own attributes say; a value that makes no sense counts as not written."""
    own = {key.removeprefix(f"{{{NAMESPACE}}}"): value for key, value in attributes.items() if NAMESPACE in key}
    every = own.get("every", "")
    is_page = own.get("kind") == "page"
    least_s = _LEAST_S.get(own.get("kind", ""), 1)
    return Feed(
        url=url,
        title=title,
        kind=own["kind"] if own.get("kind") in _KINDS else "auto",
        every_s=int(every) if every.isdecimal() and least_s <= int(every[:9]) <= _YEAR_S else None,
        full_text=own.get("full-text") != "false",
        is_enabled=own.get("enabled") != "false",
        links=own.get("links") or None if is_page else None,
        selector=own.get("selector") or None if is_page else None,
    )


def _own_attributes(feed: Feed) -> dict[str, str]:
    """What ``_feed`` reads, only where it differs from the default."""
    own = {
        "kind": None if feed.kind == "auto" else feed.kind,
        "every": str(feed.every_s) if feed.every_s else None,
        "full-text": None if feed.full_text else "false",
        "enabled": None if feed.is_enabled else "false",
        "links": feed.links,
        "selector": feed.selector,
    }
    return {f"{{{NAMESPACE}}}{key}": _NOT_XML.sub("", value) for key, value in own.items() if value}


def _iter_outlines(text: str, name: str) -> Iterator[dict[str, str]]:
    """The attributes of every outline, names in lower case; the tree is never built."""
    events = etree.XMLPullParser(
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    n_outlines = depth = 0
    raw = text.encode("utf-8", "replace")
    for start in range(0, len(raw), 65_536):
        _feed_parser(events, raw[start : start + 65_536], name)
        for event, element in events.read_events():
            if event == "end":
                depth -= 1
                element.clear()
                continue
            depth += 1
            tag = str(element.tag).rpartition("}")[2].lower()
            if depth == 1 and tag != "opml":
                raise ParseError(name, "not_opml", _not_opml(tag))
            if depth > MAX_DEPTH:
                raise ParseError(name, "too_deep", f"folders are nested deeper than {MAX_DEPTH} levels")
            if tag == "outline":
                n_outlines += 1
                if n_outlines > MAX_OUTLINES:
                    raise ParseError(name, "too_large", f"has more than {MAX_OUTLINES:,} outlines")
                yield {str(key).lower(): str(value) for key, value in element.attrib.items()}
    if depth == 0 and n_outlines == 0 and "<opml" not in text.lower():
        raise ParseError(name, "not_opml", _not_opml(""))


def _feed_parser(parser: etree.XMLPullParser, chunk: bytes, name: str) -> None:
    try:
        parser.feed(chunk)
    except etree.XMLSyntaxError as error:
        raise ParseError(name, "not_opml", f"cannot be read as XML: {error.msg}") from error


def _not_opml(tag: str) -> str:
    if tag in {"rss", "feed", "rdf"}:
        return "is a feed, not a list of feeds: name its address under `feeds`"
    return "is no OPML file: it does not begin with <opml>"


def _address(value: str | None) -> str | None:
    """The web address in an ``xmlUrl``, with the ``feed:`` of old subscription links taken off."""
    if value is None or not value.strip():
        return None
    url = value.strip()
    bare = re.sub(r"^feed:(?://)?(?=https?:)", "", url, flags=re.IGNORECASE)
    return re.sub(r"^feed:", "http:", bare, flags=re.IGNORECASE)


def _title(value: str | None) -> str | None:
    if value is None:
        return None
    # Exporters escape twice: "AT&amp;amp;T" stands in many lists.
    return " ".join(html.unescape(value).split())[:MAX_TITLE_CHARS] or None


def compose_opml(feeds: Iterable[Feed], *, title: str) -> bytes:
    """An OPML 2.0 document, UTF-8, with one outline a feed in the given order; topics are not in it."""
    listed = list(feeds)
    namespaces = {"monitor": NAMESPACE} if any(_own_attributes(feed) for feed in listed) else None
    root = etree.Element("opml", nsmap=namespaces, version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _NOT_XML.sub("", title)
    body = etree.SubElement(root, "body")
    for feed in listed:
        shown = _NOT_XML.sub("", feed.title or feed.url)
        outline = etree.SubElement(body, "outline", type="rss", text=shown, title=shown, xmlUrl=feed.url)
        for name, value in _own_attributes(feed).items():
            outline.set(name, value)
    composed: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return composed
