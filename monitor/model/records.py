"""What the store hands over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.arrivals import Entry
from monitor.model.editions import Edition
from monitor.model.judgement import JudgedArticle, Outcome


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
    more), ``prints`` the copy fingerprints: little-endian unsigned 32-bit numbers, ascending, without repeats; none for a
    copy, whose text is found by its original.
    """

    url_key: str | None
    text_hash: str | None
    prints: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRecord:
    """One judged article as the known base is rebuilt from it.

    ``outcome`` is what the article counts as today, if that is another than in this judgement.
    """

    seq: int
    judged: JudgedArticle
    keys: ArticleKeys
    outcome: Outcome | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRecord:
    """What ``robots.txt`` of an origin (scheme, host and port) said when it was last asked for.

    ``rules`` holds the lines that concern us, None if there were none to read. ``until`` is when to ask again;
    ``unreachable_since`` the first of the attempts in a row that brought no answer, None if the last one did.
    """

    origin: str
    rules: str | None
    asked_at: datetime
    until: datetime
    unreachable_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineRecord:
    """How many workers a document has ended.

    ``key`` is its host and a hash of its address, ``kind`` how it did so the last time (that of ExtractError); the
    count lapses at ``until``.
    """

    key: str
    kind: str
    n_kills: int
    until: datetime
