"""The kind ``page``: a web page without a feed that lists articles, e.g. the press releases of a ministry.

No site-specific rule: a link counts when it leads to the same site, its path looks like an article's and its text
reads like a headline. What stands in navigation, header, footer or sidebar does not count. Where that finds the wrong
links, the reader picks them by a pattern or a CSS selector.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import lxml.html
from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed, Response
from monitor.sources.dates import parse_date
from monitor.sources.fields import MAX_ENTRIES, language_of, title_of
from monitor.sources.xml import charset_of
from monitor.text.charset import decode
from monitor.text.urls import resolve, site_of, url_key

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"

N_HEADLINE_WORDS: Final = 4
N_HEADLINE_CJK: Final = 8
_MAX_ANCHOR_CHARS = 400
_N_ANCESTORS = 12

_ASIDE = frozenset({"nav", "header", "footer", "aside", "form", "menu"})
_HEADED = frozenset({"article", "main", "section"})
_CONTAINERS = frozenset({"article", "li", "tr", "dd"})
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_DULL_SEGMENTS = frozenset(
    [
        "tag",
        "tags",
        "topic",
        "topics",
        "category",
        "categories",
        "author",
        "authors",
        "user",
        "users",
        "profile",
        "about",
        "contact",
        "contacts",
        "impressum",
        "imprint",
        "privacy",
        "datenschutz",
        "terms",
        "legal",
        "login",
        "signin",
        "signup",
        "register",
        "account",
        "subscribe",
        "subscription",
        "newsletter",
        "newsletters",
        "search",
        "archive",
        "archives",
        "page",
        "feed",
        "feeds",
        "rss",
        "sitemap",
        "help",
        "faq",
        "jobs",
        "careers",
        "advertise",
        "cookies",
        "cookie-policy",
        "shop",
        "store",
        "events",
        "calendar",
    ]
)
_FILE = re.compile(r"\.(?:s?html?|php|aspx?|jsp|do)$", re.IGNORECASE)
_NOT_A_PAGE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|svg|webp|mp[34]|zip|docx?|xlsx?|pptx?|xml|rss|json|css|js|ics)$", re.IGNORECASE
)
_DATE_PATH = re.compile(r"/(?:19|20)\d{2}[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?(?:[0-2]?\d|3[01]))?(?:/|-|_|$)")
_NUMBER = re.compile(r"\d{4,}")
_LONG_SLUG = re.compile(r"[^\W_][-_][^\W_]+[-_][^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picking:
    """Which links of a page are its articles, as the reader says it; what is None excludes nothing.

    ``links`` is a pattern for the whole address or for its path and query, in which ``*`` stands for any characters;
    ``selector`` a CSS selector of the links, or of elements that hold them.
    """

    links: str | None = None
    selector: str | None = None


def parse_page(response: Response) -> ParsedFeed:
    """The articles that a list page links to, in page order. ParseError ``empty`` or ``not_a_feed`` (no such links).

    Several links to one article (picture, headline, "read on") make one entry with the longest text.
    """
    root = read_html(response)
    site = site_of(response.url)

    def title_for(anchor: lxml.html.HtmlElement, url: str) -> str | None:
        if site_of(url) != site or not is_article_path(url):
            return None
        title = _headline(anchor)
        return None if title is None or _is_aside(anchor) else title

    feed = _listed(response, root, root.iter("a"), title_for)
    if not feed.entries:
        raise ParseError(response.url, "not_a_feed", "the page lists no articles: no link reads like a headline")
    return feed


def parse_picked(response: Response, picking: Picking) -> ParsedFeed:
    """The articles behind the links of *picking*, however they read. ParseError as above, and for a wrong selector."""
    root = read_html(response)
    anchors = root.iter("a") if picking.selector is None else _select(root, picking.selector, response.url)

    def title_for(anchor: lxml.html.HtmlElement, url: str) -> str | None:
        if picking.links is not None and not fits(url, picking.links):
            return None
        return _headline(anchor) or title_of(_joined_text(anchor)[:_MAX_ANCHOR_CHARS]) or title_of(anchor.get("title"))

    feed = _listed(response, root, anchors, title_for)
    if not feed.entries:
        wanted = " and ".join(
            f"`{name}: {value}`" for name, value in (("links", picking.links), ("selector", picking.selector)) if value
        )
        raise ParseError(response.url, "not_a_feed", f"no link on the page fits {wanted}")
    return feed


def fits(url: str, pattern: str) -> bool:
    """True if the whole of *url*, or its path with the query, is *pattern* with any characters for every ``*``."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return any(_fits_whole(text, pattern) for text in (url, path))


def _fits_whole(text: str, pattern: str) -> bool:
    """Linear: of several places for a piece the first is as good as any, but for the last piece."""
    first, *pieces = pattern.split("*")
    if not pieces:
        return text == pattern
    *inner, last = pieces
    position = len(first)
    if not text.startswith(first):
        return False
    for piece in inner:
        position = text.find(piece, position)
        if position < 0:
            return False
        position += len(piece)
    return text.endswith(last) and len(text) - len(last) >= position


def _select(root: lxml.html.HtmlElement, selector: str, url: str) -> Iterator[lxml.html.HtmlElement]:
    try:
        chosen = CSSSelector(selector, translator="html")(root)
    except (SelectorError, etree.XPathError) as error:
        raise ParseError(url, "not_a_feed", f"the selector {selector!r} cannot be used: {error}") from error
    for element in chosen:
        yield from element.iter("a")


def _listed(
    response: Response,
    root: lxml.html.HtmlElement,
    anchors: Iterable[lxml.html.HtmlElement],
    title_for: Callable[[lxml.html.HtmlElement, str], str | None],
) -> ParsedFeed:
    base = base_url(root, response.url)
    own_key = url_key(response.url)
    found: dict[str, Entry] = {}
    dates: dict[etree._Element, datetime | None] = {}
    for anchor in anchors:
        url = resolve(base, anchor.get("href"))
        key = url_key(url) if url else None
        if url is None or key is None or key == own_key:
            continue
        title = title_for(anchor, url)
        known = found.get(key)
        if title is None or (known and len(known.title or "") >= len(title)):
            continue
        position = known.position if known else len(found)
        if position >= MAX_ENTRIES:
            break
        found[key] = Entry(url=url, title=title, published_at=_date_near(anchor, dates), position=position)
    return ParsedFeed(
        kind="page",
        title=title_of(root.findtext(".//title")),
        entries=tuple(found.values()),
        language=language_of(root.get("lang")),
        site_url=response.url,
    )


def read_html(response: Response) -> lxml.html.HtmlElement:
    """The tree of an HTML body. ParseError ``empty`` or ``not_a_feed`` if there is no element."""
    text, _ = decode(response.body, http_charset=charset_of(response), is_xml=False)
    if not text.strip():
        raise ParseError(response.url, "empty", "the page is empty")
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ParseError(response.url, "not_a_feed", "the page holds no HTML") from error
    return root


def is_article_path(url: str) -> bool:
    """True if the path of *url* looks like an article's: a date, a number, an .html file or a slug of three words."""
    path = urlsplit(url).path
    segments = [segment.lower() for segment in path.split("/") if segment]
    if not segments or _NOT_A_PAGE.search(path) or _DULL_SEGMENTS.intersection(segments[:2]):
        return False
    return bool(
        _DATE_PATH.search(path) or _FILE.search(path) or _NUMBER.search(path) or _LONG_SLUG.search(segments[-1])
    )


def is_headline(text: str) -> bool:
    """True for at least 4 words, or 8 characters of a script that does not part words."""
    return len(text.split()) >= N_HEADLINE_WORDS or len(_CJK.findall(text)) >= N_HEADLINE_CJK


def _headline(anchor: lxml.html.HtmlElement) -> str | None:
    """The link's text; of a teaser that is one big link only its heading. None if it is no headline."""
    for heading in anchor.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        text = title_of(" ".join(heading.itertext()))
        if text and is_headline(text):
            return text
    text = title_of(_joined_text(anchor)) or title_of(anchor.get("title"))
    return text if text and len(text) <= _MAX_ANCHOR_CHARS and is_headline(text) else None


def _joined_text(anchor: lxml.html.HtmlElement) -> str:
    return " ".join(" ".join(anchor.itertext()).split()).replace("<", "&lt;")


def _is_aside(anchor: lxml.html.HtmlElement) -> bool:
    """True inside navigation and the like; a ``header`` of an article is no page header."""
    is_inner_header = False
    for n, parent in enumerate(anchor.iterancestors()):
        if n >= _N_ANCESTORS:
            return False
        tag = parent.tag
        if tag in _HEADED and is_inner_header:
            return False
        if tag == "header":
            is_inner_header = True
        elif tag in _ASIDE or parent.get("role") == "navigation":
            return True
    return is_inner_header


def _date_near(anchor: lxml.html.HtmlElement, dates: dict[etree._Element, datetime | None]) -> datetime | None:
    """The date of the list item around *anchor*, looked up once for each item."""
    for n, parent in enumerate(anchor.iterancestors()):
        if n >= _N_ANCESTORS:
            return None
        if parent.tag in _CONTAINERS:
            if parent not in dates:
                time = parent.find(".//time")
                dates[parent] = parse_date(time.get("datetime") or time.text) if time is not None else None
            return dates[parent]
    return None


def base_url(root: lxml.html.HtmlElement, url: str) -> str:
    """The address that the page's relative links start from."""
    base = root.find(".//base")
    return resolve(url, base.get("href")) or url if base is not None else url
