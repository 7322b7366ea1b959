"""Feeds with tags that do not match, read by feedparser's tolerant parser.

Slow (some 30 times the fast way) and therefore the last resort. The body goes in as a stream, since feedparser takes
a string for a path or an address; its sanitizer and link resolver stay off, being quadratic on hostile input.
"""

from __future__ import annotations

import io
from typing import Any

import feedparser

from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed
from monitor.sources.dates import parse_date
from monitor.sources.fields import language_of, names_of, split_content, text_or_none, title_of
from monitor.text.urls import is_web_url, resolve


def parse_tolerantly(text: str, url: str, *, n_max: int) -> ParsedFeed:
    """The feed that feedparser makes of *text*; without entries if it finds none. ParseError if it stumbles itself."""
    try:
        document = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # KeyError, AssertionError and others were seen on tags nested the wrong way
        raise ParseError(url, "not_a_feed", f"the tolerant parser failed: {error!r}") from error
    feed = document.feed
    site_url = resolve(url, text_or_none(feed.get("link")))
    base = site_url or url
    return ParsedFeed(
        kind="feed",
        title=title_of(text_or_none(feed.get("title"))),
        entries=tuple(_entry(item, base, position) for position, item in enumerate(document.entries[:n_max])),
        language=language_of(text_or_none(feed.get("language"))),
        site_url=site_url,
    )


def _entry(item: Any, base: str, position: int) -> Entry:
    guid = text_or_none(item.get("id"))
    contents = [text_or_none(content.get("value")) for content in item.get("content", ())]
    summary, html = split_content(text_or_none(item.get("summary")), next(filter(None, contents), None))
    link = resolve(base, text_or_none(item.get("link")))
    return Entry(
        url=link or (guid if guid and is_web_url(guid) else None),
        title=title_of(text_or_none(item.get("title"))),
        guid=guid,
        summary=summary,
        html=html,
        authors=names_of(text_or_none(author.get("name")) for author in item.get("authors", ())),
        published_at=parse_date(text_or_none(item.get("published"))),
        updated_at=parse_date(text_or_none(item.get("updated"))),
        position=position,
    )
