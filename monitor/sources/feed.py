"""The kind ``feed``: RSS, RDF, Atom and JSON feeds, told apart by content."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

from lxml import etree

from monitor.errors import ParseError
from monitor.model import ParsedFeed, Response
from monitor.sources.atom import parse_atom
from monitor.sources.fallback import parse_tolerantly
from monitor.sources.fields import MAX_ENTRIES
from monitor.sources.jsonfeed import parse_json
from monitor.sources.names import canonical
from monitor.sources.rss import parse_rss
from monitor.sources.xml import Damage, XmlDocument, read_xml

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)

_ITEM_START = re.compile(r"<(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)(?![\w:.-])", re.IGNORECASE)
_CDATA_START, _CDATA_END = "<![CDATA[", "]]>"


def parse_feed(response: Response) -> ParsedFeed:
    """The feed in *response*. ParseError ``empty``, ``not_a_feed`` or ``truncated``.

    At most 2,000 entries are read; the rest is named in ``problems``.
    """
    if response.body.lstrip()[:1] in (b"{", b"["):
        return parse_json(response)
    return parse_feed_document(read_xml(response), response.url)


def parse_feed_document(document: XmlDocument, url: str) -> ParsedFeed:
    """The feed under the root of *document*. ParseError ``not_a_feed`` if the root is no feed."""
    _forget_foreign_namespace(document.root)
    read = _READERS.get(root_name(document.root))
    if read is None:
        return _read_fragment(document, url)
    feed, n_found = read(document.root, url, n_max=MAX_ENTRIES)
    problems = document.problems
    if Damage.TAGS in document.damage and has_lost_entries(document, feed):
        feed = _better_of(feed, document.text, url)
    if n_found > MAX_ENTRIES:
        problems += (f"only the first {MAX_ENTRIES:,} of {n_found:,} entries are read",)
    return replace(feed, problems=problems)


def _forget_foreign_namespace(root: etree._Element) -> None:
    """Strip an unknown namespace of the root from the whole tree: a mistyped one is common, a foreign feed is not."""
    namespace = etree.QName(root).namespace
    if namespace and canonical(root.tag) is None:
        for element in root.iter(f"{{{namespace}}}*"):
            element.tag = etree.QName(element).localname


def root_name(root: etree._Element) -> str:
    """The root's name, without the prefixes that tell only the version (``atom:feed`` -> ``feed``)."""
    return (canonical(root.tag) or etree.QName(root).localname.lower()).removeprefix("atom:")


def has_lost_entries(document: XmlDocument, feed: ParsedFeed) -> bool:
    """True if the text starts more entries than the tree gave whole ones: the mismatched tags cost some."""
    return _n_usable(feed) < min(_n_starts(document.text), MAX_ENTRIES)


def _read_fragment(document: XmlDocument, url: str) -> ParsedFeed:
    """The feed in a document that lost its root: several items in a row. ParseError ``not_a_feed`` otherwise."""
    if Damage.TAGS in document.damage and _n_starts(document.text):
        feed = parse_tolerantly(_start_of(document.text), url, n_max=MAX_ENTRIES)
        if _n_usable(feed):
            return replace(feed, problems=document.problems)
    raise ParseError(url, "not_a_feed", f"the document is <{etree.QName(document.root).localname}>, not a feed")


def _better_of(feed: ParsedFeed, text: str, url: str) -> ParsedFeed:
    """*feed*, or what the tolerant parser makes of *text* if that has more whole entries."""
    try:
        other = parse_tolerantly(_start_of(text), url, n_max=MAX_ENTRIES)
    except ParseError:
        return feed  # its damage is named in ``problems`` already
    return other if _n_usable(other) > _n_usable(feed) else feed


def _start_of(text: str) -> str:
    """*text* up to the last entry that is read: the tolerant parser takes 0.3 ms for each."""
    starts = _ITEM_START.finditer(text)
    cut = next(islice(starts, MAX_ENTRIES, None), None)
    return text[: cut.start()] if cut else text


def _n_usable(feed: ParsedFeed) -> int:
    return sum(1 for entry in feed.entries if (entry.url or entry.guid) and (entry.title or entry.summary))


def _n_starts(text: str) -> int:
    """Item and entry start tags outside of CDATA."""
    n_starts = 0
    position = 0
    while True:
        start = text.find(_CDATA_START, position)
        end = text.find(_CDATA_END, start) if start >= 0 else -1
        if end < 0:
            return n_starts + len(_ITEM_START.findall(text, position))
        n_starts += len(_ITEM_START.findall(text, position, start))
        position = end + len(_CDATA_END)


_READERS = {
    "rss": parse_rss,
    "rdf:rdf": parse_rss,
    "rdf": parse_rss,
    "channel": parse_rss,
    "feed": parse_atom,
    "entry": parse_atom,
}
