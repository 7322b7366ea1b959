"""The nouns: frozen dataclasses that every other module speaks in.

Values are valid once they exist: configuration and foreign bytes are checked at the border. Times are
aware UTC and end in ``_at``; absence is ``None``. Collections are tuples, so that a value never changes
behind somebody's back; use ``dataclasses.replace`` for a changed copy.

In the Topic Detection and Tracking papers (Allan et al. 1998) a "story" is one report; here, as readers
speak, a *story* is the set of articles about one event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What became of an article; the words are fixed by the JSON contract."""

    NEW = "new"
    UPDATE = "update"
    DUPLICATE = "duplicate"
    KNOWN = "known"
    OFF_TOPIC = "off_topic"
    FAILED = "failed"

    @property
    def is_kept(self) -> bool:
        """True for what a digest may show."""
        return self in (Outcome.NEW, Outcome.UPDATE)


class Role(StrEnum):
    """The part an article plays in its story."""

    LEAD = "lead"
    REPORTS = "reports"
    COPY = "copy"


# --- what the reader wants ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A standing interest. ``any_terms`` may carry a leading ``+`` (must occur) or ``-`` (must not)."""

    id: str
    title: str
    learn: bool = True
    any_terms: tuple[str, ...] = ()
    none_terms: tuple[str, ...] = ()
    threshold: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One subscribed document. ``every_s`` None means adaptive; ``topic_ids`` None means all topics."""

    url: str
    title: str | None = None
    kind: str = "auto"
    every_s: int | None = None
    full_text: bool = True
    topic_ids: tuple[str, ...] | None = None
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAddress:
    """Where an edition goes: ``kind`` is ``html``, ``email`` or ``notify``, ``target`` its folder or address."""

    kind: str
    target: str

    @property
    def key(self) -> str:
        """The stable name under which the outbox knows this channel."""
        return f"{self.kind}:{self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A standing order for editions. ``schedule`` is a cron line in ``timezone``, None for "only by hand"."""

    id: str
    title: str
    topic_ids: tuple[str, ...]
    schedule: str | None = None
    timezone: str = "UTC"
    send_empty: bool = False
    channels: tuple[ChannelAddress, ...] = ()


# --- what arrives ------------------------------------------------------------------------------------


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
    was last decided, ``next_poll_at`` the moment from which the feed is due.
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
class ParsedFeed:
    """A feed document read. ``has_dates`` is False when no entry carries one; ``ttl_s`` is the publisher's wish."""

    kind: str
    title: str | None
    entries: tuple[Entry, ...]
    language: str | None = None
    site_url: str | None = None
    ttl_s: int | None = None
    problems: tuple[str, ...] = ()

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
    no usable text (``paywall``, ``consent``, ``empty``), None when all is well.
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

    @property
    def text(self) -> str:
        """The paragraphs joined by blank lines."""
        return "\n\n".join(self.paragraphs)


# --- what is judged ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One text with its sentences, as it enters judgement.

    ``sentences`` are verbatim slices of title-less running text; ``starts`` (same length) tells which
    sentence opens a paragraph. ``id`` is opaque and stable across revisions. ``is_corpus`` marks what the
    reader has read already.
    """

    id: str
    url: str | None
    canonical_url: str | None
    title: str | None
    standfirst: str | None
    sentences: tuple[str, ...]
    starts: tuple[bool, ...]
    outlet: str | None
    language: str | None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    first_seen_at: datetime | None = None
    feed_url: str | None = None
    is_corpus: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One line of ``because``: which stage, which signal, its score against its threshold, and against what.

    ``against`` names the other side (``corpus:003``, ``article:<id>``, ``feed``), ``passage`` quotes it.
    """

    stage: str
    signal: str
    score: float | None = None
    threshold: float | None = None
    against: str | None = None
    passage: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How well an article fits a topic, in [0, 1]; on topic from the topic's threshold upwards."""

    topic_id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFrom:
    """Where a sentence was known from: ``kind`` is ``corpus``, ``article`` or ``edition``."""

    kind: str
    id: str
    text: str
    url: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSentence:
    """A sentence with its verdict. ``score`` is the likeness to the nearest known text, in [0, 1].

    ``is_filler`` marks what carries no information: neither new nor known from anywhere. ``seen_at`` is when the
    sentence first stood in the article, as far as the monitor saw.
    """

    text: str
    is_novel: bool
    score: float
    known_from: KnownFrom | None = None
    is_filler: bool = False
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure that replaced an earlier one, both sides as written (``600,000`` -> ``805,000``)."""

    what: str
    old: str
    new: str
    old_text: str
    new_text: str
    old_source: KnownFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement of one article: outcome, of what it is a copy, its story, and every reason."""

    outcome: Outcome
    of: str | None = None
    matches: tuple[Match, ...] = ()
    story_id: str | None = None
    is_roundup: bool = False
    because: tuple[Reason, ...] = ()
    sentences: tuple[JudgedSentence, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedArticle:
    """An article with its verdict: what the store keeps and the digest is made from."""

    article: Article
    verdict: Verdict
    revision: int = 1
    judged_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Articles about one event, oldest first; ids stay stable for links."""

    id: str
    headline: str
    first_seen_at: datetime
    last_seen_at: datetime
    members: tuple[StoryMember, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMember:
    """One article of a story, in the part it plays."""

    article_id: str
    url: str | None
    title: str | None
    outlet: str | None
    published_at: datetime | None
    language: str | None
    role: Role


# --- what is sent ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSentence:
    """A verbatim sentence with its source. ``article_id`` and ``url`` name the article it stands in."""

    text: str
    article_id: str
    url: str | None
    outlet: str | None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryItem:
    """One story as an edition shows it. ``is_brief`` puts it among the one-liners, ``is_official`` into the record."""

    id: str
    headline: str
    is_update: bool
    first_seen_at: datetime
    n_outlets: int
    n_independent: int
    languages: tuple[str, ...]
    new: tuple[ShownSentence, ...]
    known: tuple[KnownFrom, ...]
    changed: tuple[ShownChange, ...]
    articles: tuple[StoryMember, ...]
    is_brief: bool = False
    is_official: bool = False
    n_more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """A changed figure as shown: both values and both sources."""

    what: str
    old: str
    new: str
    old_source: KnownFrom
    new_source: KnownFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Counts for one day of a topic: articles kept, and new sentences among them. ``day`` is ``YYYY-MM-DD``."""

    day: str
    n_articles: int
    n_facts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSection:
    """The part of an edition about one topic; ``trend`` covers 14 days, oldest first."""

    id: str
    title: str
    stories: tuple[StoryItem, ...]
    trend: tuple[Trend, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BottomLine:
    """One of at most three lines that say what alters what the reader knew; ``tag`` is NEW, UPDATE or CHANGED."""

    tag: str
    text: str
    story_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """One article that an edition left out, and why, in words a reader understands."""

    article_id: str
    url: str | None
    title: str | None
    outlet: str | None
    outcome: Outcome
    reason: str
    of_title: str | None = None
    of_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTrouble:
    """A feed that fails, since when and why; ``since`` is the last success, None if there never was one."""

    url: str
    title: str | None
    error: str
    detail: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The account of an edition: every article that was fetched is in exactly one of the other counts.

    ``shown`` counts articles that stand behind a story of the edition; ``waiting`` kept ones that did not
    fit and come first next time.
    """

    fetched: int = 0
    shown: int = 0
    waiting: int = 0
    duplicate: int = 0
    known: int = 0
    off_topic: int = 0
    failed: int = 0
    feeds_failing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One dated issue of a digest, complete: all formats are rendered from this value alone.

    ``id`` is ``<digest>/<date>`` with ``-2`` and so on for further editions of one day. ``from_at`` is
    exclusive, ``to_at`` inclusive.
    """

    id: str
    digest_id: str
    title: str
    from_at: datetime
    to_at: datetime
    timezone: str
    topics: tuple[TopicSection, ...]
    bottom_line: tuple[BottomLine, ...]
    ledger: Ledger
    dropped: tuple[Dropped, ...]
    troubles: tuple[FeedTrouble, ...]
    n_words: int
    reading_minutes: int

    @property
    def stories(self) -> tuple[StoryItem, ...]:
        """All stories, in the order of the edition."""
        return tuple(story for topic in self.topics for story in topic.stories)

    @property
    def n_facts(self) -> int:
        """How many new sentences are shown."""
        return sum(len(story.new) for story in self.stories)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """One edition on its way to one channel; ``key`` (edition and channel) makes a repeat harmless."""

    edition_id: str
    channel: ChannelAddress
    n_attempts: int = 0
    due_at: datetime | None = None

    @property
    def key(self) -> str:
        """The same for every attempt of one edition and channel."""
        return f"{self.edition_id}|{self.channel.key}"


# --- what the store hands over -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEntry:
    """What the store remembers of an entry, enough to recognise it again (see ``stages.identity``)."""

    seq: int
    key: str
    link_key: str | None
    text_hash: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An entry that is to be read: new, or (``revises`` is its number) seen before with another text."""

    entry: Entry
    key: str
    link_key: str | None
    text_hash: str
    is_backfill: bool = False
    revises: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleKeys:
    """By what an article is found again.

    ``url_key`` is the normalised address, ``text_hash`` the hash of the normalised text (16 hex digits or
    more), ``prints`` the copy fingerprints: little-endian unsigned 64-bit numbers, ascending, without repeats.
    """

    url_key: str | None
    text_hash: str | None
    prints: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRecord:
    """One judged article as the known base is rebuilt from it."""

    seq: int
    judged: JudgedArticle
    keys: ArticleKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRecord:
    """An edition with the bookkeeping that decides what the next one starts from.

    ``to_seq`` is the highest judgement number the edition accounts for; ``waiting`` the numbers of kept
    judgements that did not fit and are offered again; ``slot`` the scheduled time it was made for
    (``YYYY-MM-DDTHH:MM`` local), None when made by hand.
    """

    edition: Edition
    to_seq: int
    waiting: tuple[int, ...] = ()
    slot: str | None = None
    created_at: datetime
