"""Which entries of a polled feed are new, which are changed, and which were there before.

Theory of operation. Publishers' ids lie: they change with every poll, flip between http and https, or are the same on
all entries. So an entry's key is the first of these that can be trusted in its document:

1. its guid, if no other entry of the document has it (web addresses among guids are compared as addresses),
2. its link, if no other entry of the document leads there,
3. the hash of its title and content.

A guid that was never seen is believed, with two exceptions. An entry with the link AND the text of a known one is that
one. And if at least 80 % of a document would be new by guid while three entries and 30 % are known by link or text, the
feed has *unstable ids*: from then on its guids are ignored, and nothing is stored twice. Not more than 30 %, since the
rest of the document may be news indeed; in a sound feed what stayed in the document is known by its guid.

What was considered and dropped: taking a known link alone as identity. Feeds whose entries all lead to one page (a
change log, a status page) would lose every entry but the first.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from monitor.model import Arrival, Entry, ParsedFeed, SeenEntry
from monitor.text.normalise import text_hash
from monitor.text.urls import url_key

UNSTABLE_SHARE: Final = 0.8
KNOWN_SHARE: Final = 0.3
MIN_UNSTABLE_ENTRIES: Final = 3
MAX_REVISIONS: Final = 5
"""Changed texts taken of one entry; a page that shows the time of day would come back at every poll."""

N_NEWEST_UNDATED: Final = 20
"""Entries without a date that count as news at a feed's first poll, from the top of the document."""

FLOOD: Final = 200
"""New entries in one poll of a feed polled before from which it is worth a remark: most often its ids changed for good."""

MAX_AHEAD_S: Final = 86_400
"""Dates further in the future than this are mistakes (time zones explain 14 hours at most)."""

MAX_GUID_CHARS: Final = 300

_ANY_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """An entry with what it can be recognised by.

    ``key`` is its identity in the feed; ``fallback_key`` the one without regard to its guid. ``link_key`` is None if
    it has no link, ``has_own_link`` says that no other entry of the document leads there. ``text_hash`` covers title,
    summary and content; ``has_text`` is False when all three are missing.
    """

    entry: Entry
    key: str
    fallback_key: str
    link_key: str | None
    text_hash: str
    has_own_link: bool
    has_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupKeys:
    """What to ask the store for before ``decide_arrivals``; see ``FeedStore.find_seen``."""

    keys: frozenset[str]
    link_keys: frozenset[str]
    text_hashes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What a poll brought: entries to read, and how many of the document were known and unchanged.

    ``is_flood`` is True when a feed polled before brings more than 200 new ones at once.
    """

    arrivals: tuple[Arrival, ...]
    has_unstable_ids: bool
    n_seen: int
    is_flood: bool = False


def identify(parsed: ParsedFeed) -> tuple[Identified, ...]:
    """The entries of *parsed* with their keys, each once, in document order.

    An entry without guid, link and text is nothing and left out. Cost: linear in the text of the document.
    """
    described = _without_twins(_describe(entry) for entry in parsed.entries)
    guids = Counter(item.guid_key for item in described)
    links = Counter(item.link_key for item in described)
    identified = []
    for item in described:
        has_own_link = item.link_key is not None and links[item.link_key] == 1
        fallback_key = f"l:{item.link_key}" if has_own_link else f"t:{item.own_hash}"
        is_guid_own = item.guid_key is not None and guids[item.guid_key] == 1
        identified.append(
            Identified(
                entry=item.entry,
                key=f"g:{item.guid_key}" if is_guid_own else fallback_key,
                fallback_key=fallback_key,
                link_key=item.link_key,
                text_hash=item.text_hash,
                has_own_link=has_own_link,
                has_text=item.has_text,
            )
        )
    return _with_unique_keys(identified)


def lookup_keys(identified: Sequence[Identified]) -> LookupKeys:
    """Everything by which the store can know one of *identified*."""
    return LookupKeys(
        keys=frozenset(key for item in identified for key in (item.key, item.fallback_key)),
        link_keys=frozenset(item.link_key for item in identified if item.link_key),
        text_hashes=frozenset(item.text_hash for item in identified if item.has_text),
    )


def decide_arrivals(
    identified: Sequence[Identified],
    seen: Iterable[SeenEntry],
    *,
    is_first_poll: bool,
    now: datetime,
    max_age_s: float,
    has_unstable_ids: bool = False,
) -> Arrivals:
    """The entries that are to be read: unknown ones, and known ones whose text changed.

    *seen* is what the store knows under ``lookup_keys(identified)``; *has_unstable_ids* what was found at earlier
    polls. A date more than *max_age_s* before *now* makes back-fill, and so does no date at a first poll beyond the
    20 newest. Dates more than 24 h ahead are removed from the entry.
    """
    memory = _Memory(seen)
    is_unstable = has_unstable_ids or _has_unstable_ids(identified, memory)
    arrivals: list[Arrival] = []
    n_seen = 0
    taken: set[int | str] = set()
    for item in identified:
        known = memory.find(item, ignore_guid=is_unstable)
        if known is not None and known.seq in taken:
            n_seen += 1
        elif known is None:
            arrival = _new(item, is_first_poll, now, max_age_s, ignore_guid=is_unstable)
            if arrival.key not in taken:
                arrivals.append(arrival)
            taken.add(arrival.key)
        else:
            taken.add(known.seq)
            if item.has_text and item.text_hash != known.text_hash and known.revision <= MAX_REVISIONS:
                arrivals.append(_revision(item, known, now))
            else:
                n_seen += 1
    n_new = sum(arrival.revises is None for arrival in arrivals)
    return Arrivals(
        arrivals=tuple(arrivals), has_unstable_ids=is_unstable, n_seen=n_seen,
        is_flood=not is_first_poll and n_new > FLOOD,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Described:
    """An entry with all its possible identities, before the document is looked at as a whole."""

    entry: Entry
    guid_key: str | None
    link_key: str | None
    text_hash: str
    own_hash: str
    has_text: bool


class _Memory:
    """The seen entries, found by key, by link, by link and text, or by text; of several the newest."""

    def __init__(self, seen: Iterable[SeenEntry]) -> None:
        self._by_key: dict[str, SeenEntry] = {}
        self._by_link: dict[str, SeenEntry] = {}
        self._by_link_and_text: dict[tuple[str, str], SeenEntry] = {}
        self._by_text: dict[str, SeenEntry] = {}
        for entry in sorted(seen, key=lambda entry: entry.seq):
            self._by_key[entry.key] = entry
            self._by_text[entry.text_hash] = entry
            if entry.link_key:
                self._by_link[entry.link_key] = entry
                self._by_link_and_text[entry.link_key, entry.text_hash] = entry

    def find(self, item: Identified, *, ignore_guid: bool) -> SeenEntry | None:
        """The seen entry that *item* is, None if it is new."""
        has_guid_key = item.key.startswith("g:")
        if not (ignore_guid and has_guid_key) and (known := self._by_key.get(item.key)):
            return known
        if item.link_key and (known := self._by_link_and_text.get((item.link_key, item.text_hash))):
            return known
        return self.find_without_guid(item) if ignore_guid or not has_guid_key else None

    def find_without_guid(self, item: Identified) -> SeenEntry | None:
        """The seen entry with the link of *item*, if that is its own, or else with its text."""
        if known := self._by_key.get(item.fallback_key):
            return known
        if item.has_own_link and item.link_key and (known := self._by_link.get(item.link_key)):
            return known
        return self._by_text.get(item.text_hash) if item.has_text else None

    def has_key(self, key: str) -> bool:
        return key in self._by_key


def _describe(entry: Entry) -> _Described:
    content = html.unescape(_ANY_TAG.sub("", entry.html)) if entry.html else ""
    text = " ".join(part for part in (entry.title, entry.summary, content) if part)
    digest = text_hash(text)
    link_key = url_key(entry.url) if entry.url else None
    return _Described(
        entry=entry,
        guid_key=_guid_key(entry, link_key),
        link_key=link_key,
        text_hash=digest,
        own_hash=digest if link_key is None else _short_hash(f"{link_key} {digest}"),
        has_text=bool(text),
    )


def _guid_key(entry: Entry, link_key: str | None) -> str | None:
    """A guid as a key: addresses without scheme and tracking but with their fragment, which may tell entries apart."""
    guid = " ".join(entry.guid.split()) if entry.guid else ""
    if not guid:
        return None
    if guid == entry.url and link_key and "#" not in guid:
        return link_key
    address, _, fragment = guid.partition("#")
    key = url_key(address)
    if key is None:
        key = guid
    elif fragment:
        key = f"{key}#{fragment}"
    return key if len(key) <= MAX_GUID_CHARS else _short_hash(key)


def _short_hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _without_twins(described: Iterable[_Described]) -> list[_Described]:
    """Each entry once: same guid and link with the same title or text is one entry; the upper one stays."""
    kept: list[_Described] = []
    known: set[tuple[str | None, ...]] = set()
    for item in described:
        if item.guid_key is None and item.link_key is None and not item.has_text:
            continue
        identity = (item.guid_key, item.link_key)
        marks = {(*identity, "text", item.text_hash)}
        if item.entry.title:
            marks.add((*identity, "title", item.entry.title))
        if not known & marks:
            kept.append(item)
        known |= marks
    return kept


def _with_unique_keys(identified: Sequence[Identified]) -> tuple[Identified, ...]:
    """The first of every key: what is left with one key has one text, too."""
    first: dict[str, Identified] = {}
    for item in identified:
        first.setdefault(item.key, item)
    return tuple(first.values())


def _has_unstable_ids(identified: Sequence[Identified], memory: _Memory) -> bool:
    with_guid = [item for item in identified if item.key.startswith("g:")]
    if len(with_guid) < MIN_UNSTABLE_ENTRIES:
        return False
    unknown = [item for item in with_guid if not memory.has_key(item.key)]
    n_known = sum(memory.find_without_guid(item) is not None for item in unknown)
    return len(unknown) >= UNSTABLE_SHARE * len(with_guid) and n_known >= max(
        MIN_UNSTABLE_ENTRIES, KNOWN_SHARE * len(with_guid)
    )


def _new(item: Identified, is_first_poll: bool, now: datetime, max_age_s: float, *, ignore_guid: bool) -> Arrival:
    entry = _with_credible_dates(item.entry, now)
    dated_at = entry.published_at or entry.updated_at
    if dated_at is not None:
        is_backfill = now - dated_at > timedelta(seconds=max_age_s)
    else:
        is_backfill = is_first_poll and entry.position >= N_NEWEST_UNDATED
    return Arrival(
        entry=entry,
        key=item.fallback_key if ignore_guid else item.key,
        link_key=item.link_key,
        text_hash=item.text_hash,
        is_backfill=is_backfill,
    )


def _revision(item: Identified, known: SeenEntry, now: datetime) -> Arrival:
    """What changed counts as news however old the entry is: it was judged at its first sight already."""
    return Arrival(
        entry=_with_credible_dates(item.entry, now),
        key=known.key,
        link_key=item.link_key,
        text_hash=item.text_hash,
        revises=known.seq,
    )


def _with_credible_dates(entry: Entry, now: datetime) -> Entry:
    latest = now + timedelta(seconds=MAX_AHEAD_S)
    if entry.published_at and entry.published_at > latest:
        entry = replace(entry, published_at=None)
    if entry.updated_at and entry.updated_at > latest:
        entry = replace(entry, updated_at=None)
    return entry
