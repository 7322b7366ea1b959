"""Kinds of things we poll: bytes to entries, without any input or output of their own.

A kind is one module with ``parse_<kind>(response) -> ParsedFeed`` and the ``ACCEPT`` header it asks with; it joins by
a line in ``SOURCES``. Parsers raise ParseError and nothing else, take time linear in the body, and hold to the caps of
``fields``. They are still run under limits of time and memory by the reader, since libxml2 is not our code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from monitor.errors import ParseError
from monitor.model import ParsedFeed, Response
from monitor.sources import auto, federal_register, feed, offers, page, search, sitemap
from monitor.sources.offers import discover_feeds, usual_places
from monitor.sources.packed import unpack
from monitor.sources.page import Picking

__all__ = ["SOURCES", "Picking", "Source", "discover_feeds", "parse", "request_headers", "usual_places"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind: how its documents are read, what its requests accept, and whether links can be picked from them."""

    parse: Callable[[Response], ParsedFeed]
    accept: str
    parse_picked: Callable[[Response, Picking], ParsedFeed] | None = None


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "auto": Source(parse=auto.parse_auto, accept=auto.ACCEPT),
        "feed": Source(parse=feed.parse_feed, accept=feed.ACCEPT),
        "sitemap": Source(parse=sitemap.parse_sitemap, accept=sitemap.ACCEPT),
        "page": Source(parse=page.parse_page, accept=page.ACCEPT, parse_picked=page.parse_picked),
        "federal-register": Source(parse=federal_register.parse_federal_register, accept=federal_register.ACCEPT),
        "search": Source(parse=search.parse_search, accept=search.ACCEPT),
        "offers": Source(parse=offers.parse_offers, accept=page.ACCEPT),
    }
)
"""Every kind by the name it has in ``feeds.yaml``; ``offers`` serves discovery and is no word of that file."""


def parse(kind: str, response: Response, picking: Picking | None = None) -> ParsedFeed:
    """The document in *response*, read as *kind* (a key of ``SOURCES``); *picking* tells which links of a page count.

    A body that is itself packed with gzip is unpacked, as sitemaps named ``.xml.gz`` are. Raises ParseError, whose
    ``kind`` is ``empty``, ``not_a_feed``, ``truncated``, ``too_large`` or ``unknown_kind``. ``ParsedFeed.kind`` tells
    what the document turned out to be.
    """
    source = SOURCES.get(kind)
    if source is None:
        raise ParseError(response.url, "unknown_kind", f"no source kind {kind!r}; there are {', '.join(SOURCES)}")
    if not response.body:
        raise ParseError(response.url, "empty", "the document is empty")
    response = replace(response, body=unpack(response.body, response.url))
    if picking is not None and source.parse_picked is not None:
        return source.parse_picked(response, picking)
    return source.parse(response)


def request_headers(kind: str) -> tuple[tuple[str, str], ...]:
    """The headers a poll of *kind* sends beside those of every request; those of ``auto`` for an unknown kind."""
    return (("Accept", SOURCES.get(kind, SOURCES["auto"]).accept),)
