"""Atom 1.0 (RFC 4287) and Atom 0.3 trees as feeds."""

from __future__ import annotations

import base64
import binascii
import html as html_lib
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from lxml import etree

from monitor.model import Entry, ParsedFeed
from monitor.sources.dates import parse_date
from monitor.sources.fields import language_of, names_of, paragraphs_as_html, split_content, title_of
from monitor.sources.markup import XML_BASE, XML_LANG, base_of, inner_markup, text_of
from monitor.sources.names import canonical
from monitor.text.urls import is_web_url, resolve

_PUBLISHED_NAMES = ("published", "issued", "created", "dc:date", "dcterms:issued", "pubdate")
_UPDATED_NAMES = ("updated", "modified", "dcterms:modified")
_ALTERNATE = ("alternate", "http://www.iana.org/assignments/relation/alternate")
_HTML_TYPES = frozenset({"html", "text/html", "xhtml", "application/xhtml+xml"})

Fields = dict[str, etree._Element]


def parse_atom(root: etree._Element, url: str, *, n_max: int) -> tuple[ParsedFeed, int]:
    """The feed under a ``feed`` element (or of a lone ``entry``), and how many entries the document has."""
    base = base_of(root, url)
    is_lone = _name(root) == "entry"
    feed = {} if is_lone else _fields(root)
    lang = root.get(XML_LANG)
    entries: list[Entry] = []
    n_entries = 0
    for element in [root] if is_lone else _iter_entries(root):
        n_entries += 1
        if n_entries <= n_max:
            entries.append(_entry(element, base, len(entries), url))
    parsed = ParsedFeed(
        kind="feed",
        title=title_of(_content(feed.get("title"))),
        entries=tuple(entries),
        language=language_of(lang or text_of(feed.get("dc:language"))),
        site_url=_link(root, base),
    )
    return parsed, n_entries


@lru_cache(maxsize=4096)
def _name_of(tag: str) -> str | None:
    name = canonical(tag)
    return name.removeprefix("atom:") if name else None


def _name(element: etree._Element) -> str | None:
    """The name without ``atom:``, so that documents without the namespace read alike."""
    return _name_of(element.tag)


def _iter_entries(root: etree._Element) -> Iterator[etree._Element]:
    """Entries in document order, also those that an unclosed entry swallowed."""
    is_found = False
    for element in root.iter("{*}entry"):
        if _name(element) == "entry":
            is_found = True
            yield element
    if not is_found:
        yield from (element for element in root.iter() if _name(element) == "entry")


def _fields(parent: etree._Element) -> Fields:
    fields: Fields = {}
    for child in parent:
        name = _name(child)
        if name == "media:group":
            fields |= {f"media:{key.removeprefix('media:')}": value for key, value in _fields(child).items()}
        elif name and name not in fields:
            fields[name] = child
    return fields


def _entry(element: etree._Element, feed_base: str, position: int, url: str) -> Entry:
    fields = _fields(element)
    base = base_of(element, url) if element.get(XML_BASE) else feed_base
    guid = text_of(fields.get("id"))
    stated = text_of(fields.get("feedburner:origlink"))
    link = resolve(base, stated) or _link(element, base) or resolve(base, _source_of(fields.get("content")))
    if link is None and guid and is_web_url(guid):
        link = guid
    summary, html = split_content(_content(_summary_element(fields)), _full_content(fields.get("content")))
    return Entry(
        url=link,
        title=title_of(_content(fields.get("title")) or inner_markup(fields.get("media:title"))),
        guid=guid,
        summary=summary,
        html=html,
        authors=_authors(element) if "author" in fields or "dc:creator" in fields else (),
        published_at=_date(fields, _PUBLISHED_NAMES),
        updated_at=_date(fields, _UPDATED_NAMES),
        language=language_of(element.get(XML_LANG)),
        position=position,
    )


def _summary_element(fields: Fields) -> etree._Element | None:
    return next((fields[name] for name in ("summary", "media:description", "dc:description") if name in fields), None)


def _content(element: etree._Element | None) -> str | None:
    """A text construct as markup (RFC 4287, 3.1); Atom 0.3 states its encoding in ``mode`` (0.3 draft, 3.1.1)."""
    markup = inner_markup(element)
    if element is None or not markup:
        return None
    if _is_base64(element):
        return _from_base64(markup)
    return markup


def _full_content(element: etree._Element | None) -> str | None:
    """Content as HTML; None if it is elsewhere (``src``) or no text (RFC 4287, 4.1.3)."""
    markup = _content(element)
    if element is None or not markup or element.get("src"):
        return None
    kind = (element.get("type") or "text").lower().split(";")[0]
    if kind in ("text", "text/plain") and len(element) == 0 and "<" not in markup:
        return paragraphs_as_html(html_lib.unescape(markup))
    if kind.startswith(("image/", "audio/", "video/")):
        return None
    return markup


def _is_base64(element: etree._Element) -> bool:
    """True by Atom 0.3's ``mode``, or for bytes of unknown type in Atom 1.0 (RFC 4287, 4.1.3.3)."""
    mode: str | None = element.get("mode")
    if mode:
        return mode.lower() == "base64"
    kind: str = (element.get("type") or "text").lower()
    return kind == "application/octet-stream" and len(element) == 0


def _from_base64(text: str) -> str | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text


def _source_of(content: etree._Element | None) -> str | None:
    source: str | None = content.get("src") if content is not None else None
    return source


def _link(parent: etree._Element, base: str) -> str | None:
    """The page that an entry or feed is about: its first ``alternate`` link, an HTML one before others."""
    best: str | None = None
    for child in parent:
        if _name(child) != "link" or (child.get("rel") or "alternate") not in (
            "alternate",
            "http://www.iana.org/assignments/relation/alternate",
        ):
            continue
        stated = child.get("href") or text_of(child)
        url = resolve(base_of(child, base) if child.get(XML_BASE) else base, stated)
        if url is None:
            continue
        if (child.get("type") or "text/html") in _HTML_TYPES:
            return url
        best = best or url
    return best


def _authors(entry: etree._Element) -> tuple[str, ...]:
    """Names of the authors; a person construct without a name says nothing a reader wants (RFC 4287, 3.2)."""
    people = [child for child in entry if _name(child) == "author"]
    stated = [text_of(part) for person in people for part in person if _name(part) == "name"]
    stated += [person.text for person in people if len(person) == 0]
    stated += [text_of(child) for child in entry if _name(child) == "dc:creator"]
    return names_of(stated)


def _date(fields: Fields, names: tuple[str, ...]) -> datetime | None:
    return next((moment for name in names if (moment := parse_date(text_of(fields.get(name))))), None)
