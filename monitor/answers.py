"""Questions to what is stored, answered as values: the way of an article, the state of feeds, search, the whole.

For commands and pages alike; nothing here writes. Beside the store only the corpus files are read.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.app import App, find_troubles, is_alive, load_corpus, open_reader, read_outbox
from monitor.config import Settings
from monitor.errors import UsageError
from monitor.library import Library, load_library
from monitor.model import (
    Article,
    Beat,
    Digest,
    Edition,
    Feed,
    FeedState,
    FeedTrouble,
    JudgedArticle,
    OutboxState,
    Outcome,
    PendingEntry,
    Reason,
)
from monitor.stages.schedule import SILENT_AFTER, is_due, is_silent
from monitor.stages.slots import Slot, last_slot, next_slot
from monitor.text.tokens import search_terms
from monitor.text.urls import url_key

_MANY_FAILURES = 3
_LOW_BYTES = 200_000_000
_OVERDUE = timedelta(minutes=15)

# --- the way of an article -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryWay:
    """An entry that made no article of its own: closed with an outcome, or (``outcome`` None) waiting to be read.

    ``put_off_until`` is set while the entry waits after a reading that failed.
    """

    pending: PendingEntry
    outcome: Outcome | None
    because: tuple[Reason, ...]
    put_off_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What happened to an address: its article if there is one, every judgement of it, and entries that made none."""

    judged: JudgedArticle | None
    history: tuple[JudgedArticle, ...]
    entries: tuple[EntryWay, ...]


def find_way(app: App, ref: str) -> Way | None:
    """The way of the article with that id or address, None if nothing is known of it."""
    ref = ref.strip().removeprefix("article:")
    key = url_key(ref)
    judged = app.store.articles.find_judged(ref, url_key=key)
    entries = _find_entries(app, key, judged.article.id if judged else ref)
    if judged is None:
        own = next((entry.pending.article_id for entry in entries if entry.outcome is Outcome.DUPLICATE), None)
        judged = app.store.articles.find_judged(own) if own else None
    if judged is None and not entries:
        return None
    history = app.store.articles.load_history(judged.article.id) if judged else ()
    return Way(judged=judged, history=tuple(item for _, item in history), entries=entries)


def _find_entries(app: App, key: str | None, article_id: str) -> tuple[EntryWay, ...]:
    return tuple(
        EntryWay(pending=pending, outcome=outcome, because=because, put_off_until=until)
        for pending, outcome, until, because in app.store.feeds.find_entries(link_key=key, article_id=article_id)
    )


# --- feeds ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStanding:
    """A configured feed with what is remembered of it.

    ``word`` is ``off`` (switched off), ``gone`` (the server answered 410), ``failing``, ``new`` (never asked),
    ``due`` or ``waiting``.
    """

    feed: Feed
    state: FeedState
    word: str


def list_feeds(app: App) -> tuple[FeedStanding, ...]:
    """Every configured feed in the order of the configuration."""
    states = app.store.feeds.load_states()
    found = []
    for feed in app.settings.feeds:
        state = states.get(feed.url, FeedState(url=feed.url))
        found.append(FeedStanding(feed=feed, state=state, word=_standing(feed, state, app.now)))
    return tuple(found)


def _standing(feed: Feed, state: FeedState, now: datetime) -> str:
    if not feed.is_enabled:
        return "off"
    if state.is_gone:
        return "gone"
    if state.error is not None:
        return "failing"
    if state.last_polled_at is None:
        return "new"
    return "due" if is_due(feed, state, now) else "waiting"


# --- search --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A text that holds every word looked for; ``outcome`` is None for the corpus, ``passage`` its best sentence."""

    article: Article
    outcome: Outcome | None
    passage: str | None


async def search(app: App, query: str, *, limit: int) -> list[Found]:
    """Articles that hold all words of *query*, best first, then corpus texts, at most *limit* of each."""
    terms = list(dict.fromkeys(search_terms(query)))
    if not terms:
        raise UsageError(f"no word to look for in {query!r}")
    found = [
        Found(article=judged.article, outcome=judged.verdict.outcome, passage=_passage(judged.article, terms))
        for judged in app.store.articles.search(terms, limit=limit)
    ]
    async with open_reader() as reader:
        corpus = await load_corpus(app, reader)
    return found + _search_corpus(corpus, terms, limit)


def _search_corpus(corpus: Library, terms: Sequence[str], limit: int) -> list[Found]:
    counted = []
    for item in corpus.items:
        held = search_terms(" ".join([item.article.title or "", *item.article.sentences]))
        counts = [held.count(term) for term in terms]
        if all(counts):
            counted.append((sum(counts) / len(held), item.article))
    counted.sort(key=lambda pair: -pair[0])
    return [Found(article=article, outcome=None, passage=_passage(article, terms)) for _, article in counted[:limit]]


def _passage(article: Article, terms: Sequence[str]) -> str | None:
    """The first sentence with most of the terms."""
    wanted = frozenset(terms)
    return max(article.sentences, key=lambda sentence: len(wanted.intersection(search_terms(sentence))), default=None)


async def read_corpus(settings: Settings) -> Library:
    """The corpus as it stands in its files, with what cannot be read."""
    async with open_reader() as reader:
        return await load_library(settings.corpus, reader, is_corpus=True)


# --- the whole -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestStanding:
    """A digest with its newest edition and the next scheduled time (None: only by hand).

    ``overdue_slot`` is one that ``monitor run`` should have made an edition for by now.
    """

    digest: Digest
    last: Edition | None
    next_at: datetime | None
    overdue_slot: Slot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that wants a look; ``is_failure`` if the program cannot do its work until somebody acts."""

    text: str
    advice: str
    is_failure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of an installation. ``store_bytes`` is None for a server, ``feeds`` counts by ``FeedStanding.word``.

    ``n_silent`` counts feeds that answer and had nothing new for 30 days, ``free_bytes`` the room left beside the
    database (None for a server); ``schedulers`` are signs of life of ``monitor run``.
    """

    store: str
    store_bytes: int | None
    feeds: Mapping[str, int]
    n_due: int
    troubles: tuple[FeedTrouble, ...]
    n_pending: int
    n_put_off: int
    outcomes: Mapping[Outcome, int]
    digests: tuple[DigestStanding, ...]
    outbox: Mapping[OutboxState, int]
    n_silent: int = 0
    free_bytes: int | None = None
    schedulers: tuple[Beat, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_status(app: App) -> Status:
    """How things stand at ``app.now``."""
    standings = list_feeds(app)
    words = ("waiting", "due", "new", "failing", "gone", "off")
    waits = [until for _, until, _ in app.store.feeds.iter_waiting()]
    n_put_off = sum(until is not None and until > app.now for until in waits)
    found = Status(
        store=app.store.address,
        store_bytes=_size(app.store.address),
        feeds={word: sum(standing.word == word for standing in standings) for word in words},
        n_due=sum(is_due(standing.feed, standing.state, app.now) for standing in standings),
        troubles=find_troubles(app),
        n_pending=len(waits),
        n_put_off=n_put_off,
        outcomes=app.store.articles.count_outcomes(),
        digests=tuple(_digest_standing(app, digest) for digest in app.settings.digests),
        outbox=app.store.editions.count_outbox(),
        n_silent=sum(standing.feed.is_enabled and is_silent(standing.state, app.now) for standing in standings),
        free_bytes=_free_bytes(app.store.address),
        schedulers=app.store.slots.load_beats(),
    )
    return replace(found, problems=tuple(_find_problems(app, found, standings)))


def _find_problems(app: App, found: Status, standings: Sequence[FeedStanding]) -> Iterator[Problem]:
    """What somebody should look at, the worst first."""
    if found.free_bytes is not None and found.free_bytes < _LOW_BYTES:
        text = f"{found.free_bytes / 1e6:.0f} MB are free beside the database"
        yield Problem(text=text, advice="free some space", is_failure=found.free_bytes < _LOW_BYTES // 10)
    yield from _scheduler_problems(app, found)
    for item in read_outbox(app).troubles:
        text = f"{item.edition_id} was not delivered to {item.channel.key}: {item.detail or item.state.value}"
        yield Problem(text=text, advice="mend the cause, then `monitor deliver --retry`", is_failure=True)
    for standing in standings:
        name = standing.state.title or standing.feed.url
        if standing.word == "gone":
            yield Problem(text=f"{name} is gone (410)", advice=f"`monitor feeds remove {standing.feed.url}`")
        elif standing.word == "failing" and standing.state.n_failures >= _MANY_FAILURES:
            text = f"{name} failed {standing.state.n_failures} times in a row: {standing.state.error}"
            yield Problem(text=text, advice=f"`monitor feeds check {standing.feed.url}` shows why")
    if found.n_silent:
        advice = "`monitor feeds list` shows them; a feed that moved often stays behind empty"
        yield Problem(text=f"{found.n_silent} feeds had nothing new for {SILENT_AFTER.days} days", advice=advice)


def _scheduler_problems(app: App, found: Status) -> Iterator[Problem]:
    alive = [beat for beat in found.schedulers if is_alive(beat.beat_at, app.now)]
    for beat in found.schedulers:
        if beat not in alive:
            text = f"`monitor run` ({beat.name}) gave its last sign of life at {beat.beat_at:%Y-%m-%d %H:%M} UTC"
            yield Problem(text=text, advice="start it again; its log tells why it ended", is_failure=not alive)
    for item in found.digests:
        if alive and item.overdue_slot is not None and item.overdue_slot.at < app.now - _OVERDUE:
            text = f"the edition of {item.digest.id} for {item.overdue_slot.name} is late"
            yield Problem(text=text, advice="look at the log of `monitor run`", is_failure=True)


def _free_bytes(address: str) -> int | None:
    """Room on the disk of a SQLite file."""
    name = address.removeprefix("sqlite:///")
    return None if name == address else shutil.disk_usage(Path(name).absolute().parent).free


def _digest_standing(app: App, digest: Digest) -> DigestStanding:
    last = app.store.editions.find_last(digest.id)
    next_at, overdue = None, None
    if digest.schedule is not None:
        following = next_slot(digest.schedule, digest.timezone, app.now)
        next_at = following.at if following else None
        overdue = last_slot(digest.schedule, digest.timezone, app.now)
        is_started = app.store.slots.find_schedule(digest.id) == f"{digest.schedule} {digest.timezone}"
        if not is_started or (overdue and app.store.slots.find_slot(digest.id, overdue.name)):
            overdue = None
    return DigestStanding(digest=digest, last=last.edition if last else None, next_at=next_at, overdue_slot=overdue)


def _size(address: str) -> int | None:
    """Bytes of a SQLite file with its log."""
    name = address.removeprefix("sqlite:///")
    if name == address:
        return None
    parts = [Path(name), Path(f"{name}-wal")]
    return sum(part.stat().st_size for part in parts if part.is_file())
