"""When it was published and modified: to the minute with its zone where the page says so, in UTC.

A moment without a zone is taken as UTC; a bare day as its midnight. Sources in order of trust: JSON-LD, ``meta``,
``<time datetime>`` in the article's head, the address, what stands in the page's title or near its headline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from htmldate import find_date
from lxml.html import HtmlElement

from monitor.stages.extract import shown_date
from monitor.stages.extract.source import Source, first, plain, text_of

_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T\s]+(\d\d?):(\d\d)(?::?(\d\d))?(?:[.,](\d{1,9}))?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d"
    r"|[+-]\d\d)?)?",
    re.IGNORECASE,
)
_ASCTIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2})\s+(\d{1,2}) (\d\d:\d\d:\d\d) (?:([A-Z]{2,5}) )?(\d{4})$")
_ZONES = {"CET": "+0100", "CEST": "+0200", "MEZ": "+0100", "MESZ": "+0200", "BST": "+0100", "EET": "+0200",
          "EEST": "+0300", "JST": "+0900", "IST": "+0530"}  # fmt: skip
"""Those that Java's ``Date.toString`` writes and RFC 2822 does not know."""
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)")
_PUBLISHED = (
    "article:published_time", "datepublished", "og:published_time", "parsely-pub-date", "sailthru.date", "date",
    "pubdate", "publishdate", "publish-date", "article:published", "dc.date.issued", "dcterms.created", "dc.date",
    "dcterms.date", "article.published", "published_time", "og:article:published_time", "cxenseparse:recs:publishtime",
    "last-modified-date", "created", "article_date_original", "ptime", "publishtime", "weibo: article:create_at",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified", "lastmod", "dcterms.modified",
    "article:modified", "revision_date",
)  # fmt: skip
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)


def parse_moment(text: object) -> datetime | None:
    """The moment that *text* states (ISO 8601 or RFC 2822), in UTC; None if it states none after 1990."""
    value = plain(first(text))
    if value is None:
        return None
    found = _ISO.search(value)
    try:
        moment = _from_iso(found) if found else _from_rfc(value)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return moment if moment is not None and moment >= _OLDEST else None


def find_published(source: Source, headline: HtmlElement | None) -> datetime | None:
    """When the article first appeared, None if the page does not tell; *headline* is the element that shows it."""
    told = [source.article.get("datePublished"), source.article.get("dateCreated"), source.article.get("uploadDate")]
    told += [value for name in _PUBLISHED for value in source.metas.get(name, ())]
    others = [thing.get("datePublished") for thing in source.things if thing is not source.article]
    machine = _first([*told, *_times(source), *others[:20], *_in_url(source)])
    return machine if machine is not None else _shown(source, headline)


def _shown(source: Source, headline: HtmlElement | None) -> datetime | None:
    """The day that readers see; htmldate, which costs most, is asked last."""
    is_american = (source.tree.get("lang") or source.meta("og:locale") or "").lower().replace("_", "-") == "en-us"
    for title in (
        source.meta("og:title"),
        text_of(element) if (element := source.tree.find(".//title")) is not None else None,
    ):
        for day, _ in shown_date.days_in((title or "").rpartition("|")[2].strip(), is_american=is_american):
            return day
    shown = shown_date.find_day(source.tree, headline, is_american=is_american)
    return shown or parse_moment(find_date(source.tree, original_date=True, extensive_search=False, url=source.url))


def find_modified(source: Source, published_at: datetime | None) -> datetime | None:
    """When the text last changed; None if that is not after its publication."""
    told = [source.article.get("dateModified"), *(v for name in _MODIFIED for v in source.metas.get(name, ()))]
    moment = _first(told)
    if moment is None or (published_at is not None and moment <= published_at):
        return None
    return moment


def _first(values: Iterable[object]) -> datetime | None:
    return next((moment for value in values if value and (moment := parse_moment(value))), None)


def _from_iso(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    text = f"{year}-{month}-{day}T{int(hour or 0):02}:{minute or '00'}:{second or '00'}.{micro:06}"
    if zone is None or zone.upper() in ("Z", "UTC", "GMT"):
        return datetime.fromisoformat(f"{text}+00:00")
    sign, digits = zone[0], zone[1:].replace(":", "").ljust(4, "0")
    return datetime.fromisoformat(f"{text}{sign}{digits[:2]}:{digits[2:]}").astimezone(UTC)


def _from_rfc(value: str) -> datetime | None:
    if len(value) > 60:
        return None
    if found := _ASCTIME.match(value):
        month, day, clock, zone, year = found.groups()
        value = f"{day} {month} {year} {clock} {_ZONES.get((zone or '').upper(), zone or '+0000')}"
    moment = parsedate_to_datetime(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _times(source: Source) -> Iterator[str]:
    """``datetime`` values in the page's order, marked ones (pubdate, published) first, those of teasers never."""
    plain_ones = []
    for n, element in enumerate(source.tree.iter("time", "abbr", "span", "meta")):
        if n > 3000:
            break
        value = element.get("datetime") or (element.get("content") if element.get("itemprop") else None)
        if not value or (element.tag in ("span", "meta") and "datePublished" not in (element.get("itemprop") or "")):
            continue
        mark = f"{element.get('itemprop') or ''} {element.get('class') or ''} {element.get('pubdate') or ''}".lower()
        if "publish" in mark or element.get("pubdate") is not None:
            yield value
        elif "modif" not in mark and "updat" not in mark and _is_in_head(element):
            plain_ones.append(value)
    yield from plain_ones


def _is_in_head(element: object) -> bool:
    for n, parent in enumerate(element.iterancestors()):  # type: ignore[attr-defined]
        mark = f"{parent.get('class') or ''} {parent.get('id') or ''}".lower()
        if parent.tag in ("aside", "footer", "li") or any(
            w in mark for w in ("related", "comment", "teaser", "sidebar", "card")
        ):
            return False
        if n > 8:
            break
    return True


def _in_url(source: Source) -> Iterator[str]:
    for url in (source.url, source.meta("og:url")):
        if url and (found := _URL_DAY.search(url)):
            yield "-".join(found.groups())
