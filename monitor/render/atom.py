"""A feed of editions (Atom, RFC 4287), newest first."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from monitor.model import Edition
from monitor.render.archive import ArchiveLine, archive_line, sort_lines
from monitor.render.clean import clean_text
from monitor.render.options import Options, SiteLinks
from monitor.render.templating import fill

FEED_LENGTH = 50
"""Editions in a feed: seven weeks of a daily digest, so that a reader back from a long absence misses none."""

_ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACE = uuid.UUID("5f0cb3c2-7a9c-5c7e-9f3a-6c1b8f7d2e41")


def render_atom(edition: Edition, options: Options) -> bytes:
    """The feed of *edition* and its history; without site links its entries carry no address of a page."""
    lines = sort_lines(map(archive_line, (*options.history, edition)))
    return feed_bytes(lines, site=options.site, has_pages=False, templates=options.templates)


def feed_bytes(lines: Sequence[ArchiveLine], *, site: SiteLinks, has_pages: bool, templates: Path | None) -> bytes:
    """At least one line, newest first, as an Atom document of at most ``FEED_LENGTH`` entries.

    Ids are name-based UUIDs (RFC 9562 section 5.5) of edition and time, the feed's own of its oldest edition, so
    they stay when the folder moves or more digests join it. Page addresses are relative to the feed document.
    """
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en"})
    _add(feed, "id", _urn(f"feed {lines[-1].id} {lines[-1].to}"))
    _add(feed, "title", " · ".join(dict.fromkeys(clean_text(line.title) for line in lines)))
    _add(feed, "updated", lines[0].to)
    _add(_add(feed, "author"), "name", "monitor")
    if site.feed is not None:
        _add(feed, "link", rel="self", type="application/atom+xml", href=site.feed)
    if site.archive is not None:
        _add(feed, "link", rel="alternate", type="text/html", href=site.archive)
    for line in lines[:FEED_LENGTH]:
        _add_entry(feed, line, has_pages=has_pages, templates=templates)
    ET.indent(feed)
    document: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add_entry(feed: ET.Element, line: ArchiveLine, *, has_pages: bool, templates: Path | None) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", _urn(f"edition {line.id} {line.to}"))
    _add(entry, "title", clean_text(line.top))
    _add(entry, "updated", line.to)
    _add(entry, "published", line.to)
    if has_pages:
        _add(entry, "link", rel="alternate", type="text/html", href=line.page)
    values: dict[str, object] = {"line": line, "has_pages": has_pages}
    _add(entry, "content", fill("digest/feed_entry.html", values, templates=templates), type="html")


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text
    return element


def _urn(name: str) -> str:
    return uuid.uuid5(_NAMESPACE, name).urn
