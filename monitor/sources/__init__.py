"""Kinds of things we poll: bytes to entries, without any input or output of their own.

A kind is one module with ``parse_<kind>(response) -> ParsedFeed`` and the ``ACCEPT`` header it asks with; it joins by
a line in ``SOURCES``. Parsers raise ParseError and nothing else, take time linear in the body, and hold to the caps of
``fields``. They are still run under limits of time and memory by the reader, since libxml2 is not our code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from monitor.errors import ParseError
from monitor.model import ParsedFeed, Response
from monitor.sources import auto, federal_register, feed, page, search, sitemap
from monitor.sources.page import discover_feeds

__all__ = ["SOURCES", "Source", "discover_feeds", "parse", "request_headers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind: how its documents are read, and what its requests accept."""

    parse: Callable[[Response], ParsedFeed]
    accept: str


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "auto": Source(parse=auto.parse_auto, accept=auto.ACCEPT),
        "feed": Source(parse=feed.parse_feed, accept=feed.ACCEPT),
        "sitemap": Source(parse=sitemap.parse_sitemap, accept=sitemap.ACCEPT),
        "page": Source(parse=page.parse_page, accept=page.ACCEPT),
        "federal-register": Source(parse=federal_register.parse_federal_register, accept=federal_register.ACCEPT),
        "search": Source(parse=search.parse_search, accept=search.ACCEPT),
    }
)
"""Every kind by the name it has in ``feeds.yaml``."""


def parse(kind: str, response: Response) -> ParsedFeed:
    """The document in *response*, read as *kind* (a key of ``SOURCES``).

    Raises ParseError, whose ``kind`` is ``empty``, ``not_a_feed``, ``truncated``, ``sitemap_index`` or
    ``unknown_kind``. ``ParsedFeed.kind`` tells what the document turned out to be.
    """
    source = SOURCES.get(kind)
    if source is None:
        raise ParseError(response.url, "unknown_kind", f"no source kind {kind!r}; there are {', '.join(SOURCES)}")
    if not response.body:
        raise ParseError(response.url, "empty", "the document is empty")
    return source.parse(response)


def request_headers(kind: str) -> tuple[tuple[str, str], ...]:
    """The headers a poll of *kind* sends beside those of every request; those of ``auto`` for an unknown kind."""
    return (("Accept", SOURCES.get(kind, SOURCES["auto"]).accept),)
