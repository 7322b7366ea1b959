"""What a web page offers for subscription: the feeds it announces, and links that look like feeds.

Announcing by ``<link rel="alternate">`` is feed autodiscovery (HTML, 4.6.7.1; RSS Advisory Board, 2006). Sites that
announce nothing often link their feeds in the page, or have them where their software puts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

import lxml.html

from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed, Response
from monitor.sources.fields import title_of
from monitor.sources.page import base_url, read_html
from monitor.text.urls import resolve, url_key

MAX_OFFERS: Final = 30

_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/json"}
)
_FEED_PATH = re.compile(
    r"/(?:rss|feeds?|atom|rdf)\d?/?$"
    r"|[._-](?:rss|atom|rdf|feed)\d?(?:\.(?:xml|php|aspx|json))?$"
    r"|/(?:rss|feed|atom|index)[\w.-]{0,30}\.(?:xml|json|rdf)$"
    r"|/(?:rss|feeds?)/[^?]{1,100}\.xml$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(r"(?:^|&)(?:feed|format|type|output)=(?:rss2?|atom|feed|rdf)", re.IGNORECASE)
_FEED_WORDS = re.compile(r"\b(?:rss|atom|feed)\b", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|kommentar|commentaire|comentario", re.IGNORECASE)

_HERE = ("feed", "rss", "feed.xml", "rss.xml", "atom.xml", "index.xml")
_AT_THE_TOP = (
    "/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds/posts/default", "/feed.json",
    "/news-sitemap.xml", "/sitemap-news.xml", "/wp-json/wp/v2/posts?per_page=20",
)  # fmt: skip
"""WordPress, Ghost and Jekyll, Hugo, Blogger, micro.blog; then news sitemaps under their two usual names."""


def parse_offers(response: Response) -> ParsedFeed:
    """The feeds that a page offers, one entry each: announced ones first, feeds of comments last; at most 30.

    ``summary`` says how each was found, ``announced`` or ``linked``. ParseError ``empty`` or ``not_a_feed`` (none).
    """
    root = read_html(response)
    base = base_url(root, response.url)
    found: dict[str, Entry] = {}
    for url, title in _iter_announced(root, base):
        _add(found, url, title, "announced")
    for url, title in _iter_linked(root, base):
        _add(found, url, title, "linked")
    if not found:
        raise ParseError(response.url, "not_a_feed", "the page announces no feed and links to none")
    ordered = sorted(found.values(), key=_is_of_comments)
    return ParsedFeed(
        kind="offers", title=title_of(root.findtext(".//title")), entries=tuple(ordered[:MAX_OFFERS]),
        site_url=response.url,
    )  # fmt: skip


def discover_feeds(response: Response) -> tuple[str, ...]:
    """Addresses of the feeds that an HTML page announces (``<link rel=alternate>``), in page order, each once."""
    root = read_html(response)
    return tuple(dict.fromkeys(url for url, _ in _iter_announced(root, base_url(root, response.url))))


def usual_places(url: str) -> tuple[str, ...]:
    """Addresses at which the site of *url* may have a feed: beside the page first, then at the top; each once."""
    path = urlsplit(url).path
    here = url.partition("?")[0].partition("#")[0]
    folder = here if here.endswith("/") else f"{here}/"
    beside = [folder + name for name in _HERE] if path not in ("", "/") else []
    return tuple(dict.fromkeys([*beside, *(urljoin(url, place) for place in _AT_THE_TOP)]))


def _iter_announced(root: lxml.html.HtmlElement, base: str) -> Iterator[tuple[str, str | None]]:
    for link in root.iter("link"):
        rels = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").lower().split(";")[0].strip()
        url = resolve(base, link.get("href"))
        is_machinery = kind == "application/json" and url is not None and ("oembed" in url or "/wp-json/" in url)
        if "alternate" in rels and kind in _FEED_TYPES and url and not is_machinery:
            yield url, title_of(link.get("title"))


def _iter_linked(root: lxml.html.HtmlElement, base: str) -> Iterator[tuple[str, str | None]]:
    for anchor in root.iter("a"):
        url = resolve(base, anchor.get("href"))
        if url is None:
            continue
        parts = urlsplit(url)
        text = title_of(" ".join(anchor.itertext())) or title_of(anchor.get("title"))
        says_so = bool(text and len(text) < 60 and _FEED_WORDS.search(text)) and parts.path.endswith((".xml", ".json"))
        if _FEED_PATH.search(parts.path) or _FEED_QUERY.search(parts.query) or says_so:
            yield url, text


def _add(found: dict[str, Entry], url: str, title: str | None, how: str) -> None:
    key = url_key(url) or url
    if key not in found:
        found[key] = Entry(url=url, title=title, summary=how, position=len(found))


def _is_of_comments(entry: Entry) -> bool:
    return bool(_COMMENTS.search(f"{entry.title or ''} {urlsplit(entry.url or '').path}"))
