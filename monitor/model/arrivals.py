"""What arrives: requests, responses, the state of a feed, entries, pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A GET to make; header names in their usual spelling."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A complete answer. ``url`` is where the redirects ended; ``headers`` have lower-case names.

    ``moved_to`` is the address that an unbroken chain of permanent redirects (301, 308) led to, else None.
    ``body`` is decoded (gzip undone) and empty for a 304.
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    moved_to: str | None = None

    def header(self, name: str) -> str | None:
        """The first value of header *name* (any case), None if it was not sent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What we remember of a feed between polls.

    ``etag`` and ``last_modified`` are kept byte for byte as the server sent them. ``fetch_url`` is the
    address after permanent redirects, None while it is the feed's own. ``interval_s`` is the wait that
    was last decided, ``next_poll_at`` the moment from which the feed is due. ``skip_hours`` (0 to 23, UTC) and
    ``skip_days`` (0 is Monday) are when the publisher wants no visits.
    """

    url: str
    fetch_url: str | None = None
    title: str | None = None
    kind: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    n_polls: int = 0
    n_failures: int = 0
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_news_at: datetime | None = None
    next_poll_at: datetime | None = None
    interval_s: int | None = None
    last_status: int | None = None
    error: str | None = None
    error_detail: str | None = None
    is_gone: bool = False
    has_unstable_ids: bool = False
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as a feed states it. ``html`` is the item's own full content, ``summary`` plain text.

    ``guid`` is the publisher's id (may be None, may lie); identity is decided in ``stages.identity``.
    ``position`` counts from 0 at the top of the document.
    """

    url: str | None
    title: str | None = None
    guid: str | None = None
    summary: str | None = None
    html: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherDocument:
    """A document that holds entries of the feed that names it, e.g. one sitemap of an index.

    ``changed_at`` is when it changed, as the feed states it.
    """

    url: str
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document read. ``has_dates`` is False when no entry carries one; ``ttl_s`` is the publisher's wish.

    ``skip_hours`` (0 to 23, UTC) and ``skip_days`` (0 is Monday) are when the publisher wants no visits. ``further``
    are documents that hold more of its entries, the most promising first.
    """

    kind: str
    title: str | None
    entries: tuple[Entry, ...]
    language: str | None = None
    site_url: str | None = None
    ttl_s: int | None = None
    problems: tuple[str, ...] = ()
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    further: tuple[FurtherDocument, ...] = ()

    @property
    def has_dates(self) -> bool:
        """True if any entry carries a date."""
        return any(entry.published_at or entry.updated_at for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingEntry:
    """An entry that waits to be read and judged.

    ``seq`` is our own monotone number, ``key`` the feed-scoped identity, ``revision`` 1 for the first sight
    and one more for every changed text. ``is_backfill`` says that the entry was older than news may be when
    it was first seen. ``article_id`` is set when an earlier revision became an article. ``n_attempts`` counts
    reads that failed for a passing reason.
    """

    seq: int
    feed_url: str
    feed_title: str | None
    key: str
    entry: Entry
    first_seen_at: datetime
    revision: int = 1
    is_backfill: bool = False
    article_id: str | None = None
    n_attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What extraction made of a web page (or of a feed's own full text, or of a file).

    ``paragraphs`` are plain text in reading order, without the title and the standfirst. ``language`` is a
    two-letter code (ISO 639-1) or None. ``outlet`` is the site's own name. ``problem`` tells why a page has
    no usable text (``bot_wall``, ``consent``, ``paywall``, ``empty``), None when all is well. ``next_url`` is the
    address of the page on which the article goes on.
    """

    url: str | None
    canonical_url: str | None = None
    title: str | None = None
    standfirst: str | None = None
    paragraphs: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    modified_at: datetime | None = None
    language: str | None = None
    outlet: str | None = None
    image: str | None = None
    problem: str | None = None
    next_url: str | None = None

    @property
    def text(self) -> str:
        """The paragraphs joined by blank lines."""
        return "\n\n".join(self.paragraphs)
