"""What is judged: articles, reasons, verdicts, stories."""

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

    ``against`` names the other side (``corpus:003``, ``article:<id>``, ``feed``), ``passage`` quotes it, and
    ``own_passage`` the words of the article itself that it is held against.
    """

    stage: str
    signal: str
    score: float | None = None
    threshold: float | None = None
    against: str | None = None
    passage: str | None = None
    detail: str | None = None
    own_passage: str | None = None


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
