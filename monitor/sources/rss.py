"""RSS 0.9 to 2.0 and RSS 1.0 (RDF) trees as feeds.

Sources: RSS 2.0 specification and the RSS Advisory Board's profile; RSS 1.0 with its modules content, dc and sy.
Where feeds disagree with them, feeds win: an Atom element inside RSS counts, dates may stand under five names, and
items are found wherever they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from monitor.model import Entry, ParsedFeed
from monitor.sources.dates import parse_date
from monitor.sources.fields import language_of, names_of, split_content, summary_of, title_of
from monitor.sources.markup import XML_LANG, base_of, inner_markup, text_of
from monitor.sources.names import canonical
from monitor.text.urls import is_web_url, resolve

_PERIODS_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_MAX_TTL_S = 2_592_000
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AUTHOR_NAMES = ("dc:creator", "author", "itunes:author", "dc:author", "media:credit")
_PUBLISHED_NAMES = ("pubdate", "dc:date", "atom:published", "dcterms:issued", "dcterms:created", "dcterms:date", "date")
_UPDATED_NAMES = ("atom:updated", "dcterms:modified", "lastbuilddate", "atom:modified")
_CONTENT_NAMES = ("content:encoded", "xhtml:body", "xhtml:div", "atom:content", "fullitem", "body", "content")
_SUMMARY_NAMES = ("description", "atom:summary", "itunes:summary", "media:description", "abstract", "dc:description")

Fields = dict[str, etree._Element]


def parse_rss(root: etree._Element, url: str, *, n_max: int) -> tuple[ParsedFeed, int]:
    """The feed under an ``rss``, ``rdf:RDF`` or ``channel`` element, and how many items the document has.

    At most *n_max* items are read, from the top. *url* is where the document came from.
    """
    channel_element = _channel(root)
    channel = _fields(channel_element)
    channel_base = base_of(channel_element, url)
    site_url = resolve(channel_base, text_of(channel.get("link"))) or resolve(channel_base, _atom_link(channel_element))
    # Relative links of items start at an explicit xml:base, else at the site the channel names (as browsers of RSS do).
    base = channel_base if channel_base != url else site_url or url
    language = language_of(text_of(channel.get("language")) or text_of(channel.get("dc:language")) or _lang(root))
    entries: list[Entry] = []
    n_items = 0
    for item in _iter_items(root):
        n_items += 1
        if n_items <= n_max:
            entries.append(_entry(item, base, len(entries)))
    feed = ParsedFeed(
        kind="feed",
        title=title_of(inner_markup(_first(channel, ("title", "dc:title", "atom:title")))),
        entries=tuple(entries),
        language=language,
        site_url=site_url,
        ttl_s=_ttl_s(channel),
        skip_hours=_skip_hours(channel),
        skip_days=_skip_days(channel),
    )
    return feed, n_items


def _channel(root: etree._Element) -> etree._Element:
    if canonical(root.tag) == "channel":
        return root
    return next((child for child in root if canonical(child.tag) == "channel"), root)


def _iter_items(root: etree._Element) -> Iterator[etree._Element]:
    """Items in document order, also those that an unclosed item swallowed."""
    is_found = False
    for element in root.iter("{*}item"):
        if element.tag == "item" or canonical(element.tag) == "item":
            is_found = True
            yield element
    if not is_found:
        yield from (element for element in root.iter() if canonical(element.tag) == "item")


def _fields(parent: etree._Element) -> Fields:
    """The children of *parent* that hold something, by name; of several the first."""
    fields: Fields = {}
    for child in parent:
        name = canonical(child.tag)
        if name and name not in fields and (len(child) or ((text := child.text) and not text.isspace())):
            fields[name] = child
            if name == "media:group":
                fields = _fields(child) | fields
    return fields


def _entry(item: etree._Element, base: str, position: int) -> Entry:
    fields = _fields(item)
    if item.attrib and (stated := base_of(item, base)) != base:
        base = stated
    guid = text_of(fields.get("guid")) or _about(item) or text_of(_first(fields, ("atom:id", "dc:identifier")))
    content = _first(fields, _CONTENT_NAMES)
    summary, html = split_content(inner_markup(_first(fields, _SUMMARY_NAMES)), inner_markup(content))
    if summary is None and "itunes:subtitle" in fields:
        summary = summary_of(inner_markup(fields["itunes:subtitle"]))
    return Entry(
        url=_link(item, fields, guid, base),
        title=title_of(inner_markup(_first(fields, ("title", "dc:title", "atom:title", "media:title")))),
        guid=guid,
        summary=summary,
        html=html,
        authors=_authors(item, fields),
        published_at=_date(fields, _PUBLISHED_NAMES),
        updated_at=_date(fields, _UPDATED_NAMES),
        language=language_of(_lang(item) or text_of(fields.get("dc:language"))),
        position=position,
    )


def _first(fields: Fields, names: tuple[str, ...]) -> etree._Element | None:
    for name in names:
        if name in fields:
            return fields[name]
    return None


def _link(item: etree._Element, fields: Fields, guid: str | None, base: str) -> str | None:
    """Where the entry leads: the address before FeedBurner's redirect, its link, or its guid if that is an address."""
    stated = text_of(fields.get("feedburner:origlink")) or text_of(fields.get("link"))
    if stated is None and (alternate := _atom_link(item)):
        stated = alternate
    if stated and (url := resolve(base, stated)):
        return url
    guid_element = fields.get("guid")
    if guid and is_web_url(guid):
        is_permalink = guid_element is None or (guid_element.get("isPermaLink") or "true").lower() != "false"
        return guid if is_permalink else None
    return None


def _atom_link(parent: etree._Element) -> str | None:
    """The ``href`` of an Atom (or misplaced RSS) link that leads to the page, not to the feed."""
    for child in parent:
        if canonical(child.tag) in ("atom:link", "link"):
            href: str | None = child.get("href")
            if href and child.get("rel", "alternate") == "alternate":
                return href
    return None


def _about(item: etree._Element) -> str | None:
    """The item's identifier in RSS 1.0 (``rdf:about``)."""
    for name, value in item.attrib.items():
        if name.endswith("about") and canonical(str(name)) in ("rdf:about", "about"):
            return str(value).strip() or None
    return None


def _authors(item: etree._Element, fields: Fields) -> tuple[str, ...]:
    name = next((name for name in _AUTHOR_NAMES if name in fields), None)
    if name is not None:
        stated = names_of(inner_markup(child) for child in item if canonical(child.tag) == name)
        if stated:
            return stated
    atom = [child for child in item if canonical(child.tag) == "atom:author"]
    return names_of(text_of(part) for author in atom for part in author if canonical(part.tag) == "atom:name")


def _date(fields: Fields, names: tuple[str, ...]) -> datetime | None:
    for name in names:
        if name in fields and (moment := parse_date(text_of(fields[name]))):
            return moment
    return None


def _lang(element: etree._Element) -> str | None:
    lang: str | None = element.get(XML_LANG)
    return lang


def _ttl_s(channel: Fields) -> int | None:
    """How long the publisher asks to wait, in seconds, at most 30 days: ``ttl`` (minutes) or the module sy."""
    ttl = text_of(channel.get("ttl"))
    if ttl and ttl.isdecimal() and 0 < int(ttl[:9]) <= _MAX_TTL_S // 60:
        return int(ttl) * 60
    period = _PERIODS_S.get((text_of(channel.get("sy:updateperiod")) or "").lower())
    frequency = text_of(channel.get("sy:updatefrequency")) or "1"
    if period is None or not frequency.isdecimal() or int(frequency[:6]) < 1:
        return None
    return min(period // int(frequency[:6]), _MAX_TTL_S) or None


def _skip_hours(channel: Fields) -> tuple[int, ...]:
    """The hours (0 to 23, UTC) in which the publisher wants no visits; 24 is midnight in older versions of RSS."""
    words = _children(channel.get("skiphours"))
    return tuple(sorted({int(word) % 24 for word in words if word.isdecimal() and len(word) <= 2 and int(word) <= 24}))


def _skip_days(channel: Fields) -> tuple[int, ...]:
    """The days (0 is Monday, UTC) on which the publisher wants no visits."""
    return tuple(sorted({_DAYS.index(word) for word in _children(channel.get("skipdays")) if word in _DAYS}))


def _children(element: etree._Element | None) -> list[str]:
    return [] if element is None else [(text_of(child) or "").lower() for child in element]
