"""The kind ``sitemap``: news sitemaps, and plain ones, as lists of entries; an index names further documents.

Sources: sitemaps.org/protocol.html; Google Search Central, "News sitemaps".
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from monitor.errors import ParseError
from monitor.model import Entry, FurtherDocument, ParsedFeed, Response
from monitor.sources.dates import parse_date
from monitor.sources.fields import MAX_ENTRIES, language_of, title_of
from monitor.sources.markup import inner_markup, text_of
from monitor.sources.names import canonical
from monitor.sources.xml import XmlDocument, read_xml
from monitor.text.urls import resolve

ACCEPT = "application/xml, text/xml;q=0.9, */*;q=0.1"
N_FURTHER: Final = 5
"""Sitemaps of an index that are read, the newest; indexes of large publishers list hundreds, one a day or a section."""

_NUMBERS = re.compile(r"\d{1,9}")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def parse_sitemap(response: Response) -> ParsedFeed:
    """The addresses in *response*, in document order. ParseError ``not_a_feed``, ``truncated``.

    ``lastmod`` is when the page changed, hence ``updated_at``. Of more than 2,000 addresses the newest are read. An index
    has no entries; its newest sitemaps are ``further``.
    """
    return parse_sitemap_document(read_xml(response), response.url)


def parse_sitemap_document(document: XmlDocument, url: str) -> ParsedFeed:
    """The same for a parsed *document*."""
    name = etree.QName(document.root).localname.lower()
    if name == "sitemapindex":
        return _read_index(document, url)
    if name != "urlset":
        raise ParseError(url, "not_a_feed", f"the document is <{name}>, not a sitemap")
    entries = [entry for child in document.root if _local(child) == "url" and (entry := _entry(child, url)) is not None]
    problems = document.problems
    if len(entries) > MAX_ENTRIES:
        problems += (f"only the newest {MAX_ENTRIES:,} of {len(entries):,} addresses are read",)
        entries = sorted(entries, key=lambda entry: entry.published_at or entry.updated_at or _LONG_AGO, reverse=True)
    entries = [replace(entry, position=position) for position, entry in enumerate(entries[:MAX_ENTRIES])]
    return ParsedFeed(
        kind="sitemap",
        title=_publication(document.root),
        entries=tuple(entries),
        site_url=resolve(url, "/"),
        problems=problems,
    )


def _local(element: etree._Element) -> str:
    name = canonical(element.tag) if isinstance(element.tag, str) else None
    return name.removeprefix("sitemap:") if name else ""


def _entry(element: etree._Element, base: str) -> Entry | None:
    fields = {_local(child): child for child in element}
    url = resolve(base, text_of(fields.get("loc")))
    if url is None:
        return None
    news = fields.get("news:news")
    stated = {_local(child): child for child in news} if news is not None else {}
    publication = stated.get("news:publication")
    language = (
        next((text_of(part) for part in publication if _local(part) == "news:language"), None)
        if publication is not None
        else None
    )
    return Entry(
        url=url,
        title=title_of(inner_markup(stated.get("news:title"))),
        published_at=parse_date(text_of(stated.get("news:publication_date"))),
        updated_at=parse_date(text_of(fields.get("lastmod"))),
        language=language_of(language),
    )


def _publication(root: etree._Element) -> str | None:
    """The publication's name, as the first news entry states it."""
    found = next((element for element in root.iter() if _local(element) == "news:name"), None)
    return title_of(text_of(found))


def _read_index(document: XmlDocument, url: str) -> ParsedFeed:
    listed = [
        FurtherDocument(url=address, changed_at=parse_date(text_of(fields.get("lastmod"))))
        for child in document.root
        if _local(child) == "sitemap"
        and (fields := {_local(part): part for part in child})
        and (address := resolve(url, text_of(fields.get("loc")))) not in (None, url)
        and address is not None
    ]
    if not listed:
        raise ParseError(url, "not_a_feed", "the index of sitemaps names none")
    problems = document.problems
    if len(listed) > N_FURTHER:
        problems += (f"only the newest {N_FURTHER} of {len(listed):,} sitemaps are read",)
    return ParsedFeed(
        kind="sitemap",
        title=None,
        entries=(),
        site_url=resolve(url, "/"),
        problems=problems,
        further=tuple(sorted(listed, key=_promise, reverse=True)[:N_FURTHER]),
    )


def _promise(sitemap: FurtherDocument) -> tuple[bool, datetime, tuple[int, ...]]:
    """News before the rest, then by the date of change, then by the numbers in the address (2026-11, part 12)."""
    numbers = tuple(int(number) for number in _NUMBERS.findall(sitemap.url.partition("://")[2].partition("/")[2]))
    return "news" in sitemap.url.rpartition("/")[2].lower(), sitemap.changed_at or _LONG_AGO, numbers
