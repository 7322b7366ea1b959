"""What is sent: editions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.judgement import KnownFrom, Outcome, StoryMember


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSentence:
    """A verbatim sentence with its source. ``article_id`` and ``url`` name the article it stands in."""

    text: str
    article_id: str
    url: str | None
    outlet: str | None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstract:
    """One line about a story that a language model wrote, with the numbers (from 1) of the new sentences it rests on."""

    text: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryItem:
    """One story as an edition shows it. ``is_brief`` puts it among the one-liners, ``is_official`` into the record.

    ``headline_of`` is the article that the headline was taken from, ``documents`` the numbers under which an official
    paper is filed, ``n_more`` how many new sentences are not shown.
    """

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
    headline_of: str | None = None
    documents: tuple[str, ...] = ()
    abstract: Abstract | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """A changed figure as shown: both values and both sources.

    ``what`` names the figure in a few words, ``context`` quotes the words around the new value.
    """

    what: str
    old: str
    new: str
    old_source: KnownFrom
    new_source: KnownFrom
    context: str | None = None


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
    fit and are offered again; ``no_room`` those that were offered for a week and never fitted.
    """

    fetched: int = 0
    shown: int = 0
    waiting: int = 0
    duplicate: int = 0
    known: int = 0
    off_topic: int = 0
    failed: int = 0
    feeds_failing: int = 0
    no_room: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One dated issue of a digest, complete: all formats are rendered from this value alone.

    ``id`` is ``<digest>/<date>`` with ``-2`` and so on for further editions of one day. ``from_at`` is
    exclusive, ``to_at`` inclusive. ``language`` is the reader's; ``remarks`` tell what a reader should know of how
    the edition came about.
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
    language: str = "en"
    remarks: tuple[str, ...] = ()

    @property
    def stories(self) -> tuple[StoryItem, ...]:
        """All stories, in the order of the edition."""
        return tuple(story for topic in self.topics for story in topic.stories)

    @property
    def n_facts(self) -> int:
        """How many new sentences are shown."""
        return sum(len(story.new) for story in self.stories)
