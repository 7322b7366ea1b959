"""What the pipeline needs from the outside world, as Protocols; ``app`` decides who plays each part.

Every method of a store that writes is ONE transaction: wholly done or not at all, and harmless when it is
repeated after a crash. Stores are used from one thread.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.model import (
    Arrival,
    ArticleKeys,
    Beat,
    Capture,
    Document,
    Edition,
    EditionRecord,
    Entry,
    Feed,
    FeedState,
    JudgedArticle,
    KnownRecord,
    Mark,
    OutboxItem,
    OutboxState,
    Outcome,
    Page,
    ParsedFeed,
    PendingEntry,
    QuarantineRecord,
    Reason,
    Request,
    Response,
    RobotsRecord,
    Role,
    SeenEntry,
    ShownSentence,
    SlotRecord,
    Story,
)

Vectors = NDArray[np.float32]


class Fetcher(Protocol):
    """The guarded HTTP client."""

    async def fetch(self, request: Request) -> Response:
        """The answer, status 200 or 304. Everything else raises FetchError."""
        ...


class Reader(Protocol):
    """Parses foreign bytes where they can do no harm (worker processes with limits)."""

    async def parse_feed(self, feed: Feed, response: Response) -> ParsedFeed:
        """The document's entries. ParseError if it is no feed, ExtractError if it breaks the limits."""
        ...

    async def read_page(self, response: Response, entry: Entry | None) -> Page:
        """The article on a page. ``problem`` is set when there is none; ExtractError if it breaks the limits."""
        ...

    async def read_html(self, html: str, url: str | None, entry: Entry | None) -> Page:
        """The same for an HTML fragment, e.g. the full text that a feed carries."""
        ...

    async def read_documents(self, body: bytes, suffix: str, *, name: str) -> Sequence[Document]:
        """The articles of a file (``stages.documents``); ExtractError, under *name*, if it breaks the limits."""
        ...

    def iter_captures(self, path: str) -> AsyncIterator[Capture]:
        """The records of a web archive, those that cannot be read as problems; OSError if there is no such file."""
        ...


class FeedStore(Protocol):
    """Feed state and the entries that wait to be read."""

    def load_states(self) -> dict[str, FeedState]:
        """All states by feed address."""
        ...

    def find_seen(
        self, feed_url: str, *, keys: Collection[str], link_keys: Collection[str], text_hashes: Collection[str]
    ) -> tuple[SeenEntry, ...]:
        """Entries of the feed that share an identity key, a link key or a text hash with those given."""
        ...

    def save_poll(self, state: FeedState, arrivals: Sequence[Arrival], *, now: datetime) -> int:
        """Store the state and the arrivals as pending, in one transaction; returns how many became pending.

        An arrival with ``revises`` sets that entry pending again with the next revision. One whose key is
        there already is left alone.
        """
        ...

    def save_waits(self, states: Sequence[FeedState]) -> None:
        """Store ``last_polled_at`` and ``next_poll_at`` of feeds that were not polled since the states were read."""
        ...

    def save_polls(self, polls: Sequence[tuple[FeedState, Sequence[Arrival]]], *, now: datetime) -> int:
        """The same for several feeds in one transaction; returns how many became pending in all."""
        ...

    def load_pending(self, *, limit: int, now: datetime) -> tuple[PendingEntry, ...]:
        """Entries to read that are not put off to later than *now*, oldest publication first (undated by first sight)."""
        ...

    def count_pending(self, *, now: datetime) -> int:
        """How many ``load_pending`` would return without a limit."""
        ...

    def iter_waiting(self) -> Iterator[tuple[PendingEntry, datetime | None, tuple[Reason, ...]]]:
        """Every pending entry by number, until when it is put off (None: it is not), and why its last reading failed."""
        ...

    def find_entries(
        self, *, link_key: str | None, article_id: str | None
    ) -> tuple[tuple[PendingEntry, Outcome | None, datetime | None, tuple[Reason, ...]], ...]:
        """Pending and closed entries at an address or closed for an article, by number.

        With outcome (None while it waits), until when it is put off, and reasons.
        """
        ...

    def close_entry(
        self,
        seq: int,
        outcome: Outcome,
        because: Sequence[Reason],
        *,
        article_id: str | None,
        now: datetime | None = None,
    ) -> None:
        """End a pending entry that makes no article of its own (same address as another, failed for good).

        *article_id* names the article it is closed for. *now* is what ``iter_closed_entries`` goes by, None
        stands for the entry's first sight.
        """
        ...

    def put_off(self, seq: int, because: Sequence[Reason], *, until: datetime) -> None:
        """Keep an entry pending, not to be tried before *until*; counts one attempt."""
        ...


class ArticleStore(Protocol):
    """Articles with their verdicts, and the stories they belong to."""

    def find_id_by_address(self, url_key: str) -> str | None:
        """The article at that address key."""
        ...

    def save_judged(
        self,
        judged: JudgedArticle,
        keys: ArticleKeys,
        *,
        entry_seq: int | None,
        story: Story | None,
        role: Role = Role.REPORTS,
        search_terms: Sequence[str] = (),
        mark: Mark | None = None,
        is_mark_undone: bool = False,
    ) -> int:
        """Store article, verdict, fingerprints, story and the entry's outcome in one transaction; the judgement's number.

        A later revision replaces text and verdict at the same id; the earlier judgement stays in the history.
        ``judged.revision`` is the entry's: an entry that was revised meanwhile stays pending. A repeat stores
        nothing and gives the first number again. *story* brings headline and times, None leaves them; the
        article belongs to ``verdict.story_id`` in *role*. *search_terms* are what ``search`` finds it by.
        *mark* takes the place of an earlier mark of the article; *is_mark_undone* removes it.
        """
        ...

    def load_marks(self) -> tuple[Mark, ...]:
        """What readers marked, oldest first."""
        ...

    def iter_known(self, *, with_own_words: bool = False) -> Iterator[KnownRecord]:
        """The current judgement of every article, in the order they were judged.

        *with_own_words* limits it to what later articles are compared with sentence by sentence: kept or known, about a
        topic, and no copy.
        """
        ...

    def find_last_seq(self) -> int:
        """The number of the newest judgement, 0 if there is none."""
        ...

    def iter_prints(self) -> Iterator[tuple[Sequence[int], Sequence[bytes]]]:
        """Pages of judgement numbers with the fingerprints of their texts; copies have none."""
        ...

    def load_known(self, seqs: Collection[int]) -> tuple[KnownRecord, ...]:
        """Those judgements, each with the text it was made on."""
        ...

    def find_known(self, *, article_id: str | None = None, text_hash: str | None = None) -> KnownRecord | None:
        """The current judgement of an article, or of the first one with that text."""
        ...

    def iter_judged(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        topic_id: str | None = None,
        outcome: Outcome | None = None,
        after_seq: int | None = None,
        seqs: Collection[int] | None = None,
    ) -> Iterator[tuple[int, JudgedArticle]]:
        """Current judgements with their numbers, in order; ``since``/``until`` look at ``judged_at`` (exclusive, inclusive)."""
        ...

    def find_judged(self, ref: str, *, url_key: str | None = None) -> JudgedArticle | None:
        """By id, address or canonical address as they were written, or else by the address key of *ref*."""
        ...

    def load_history(self, article_id: str) -> tuple[tuple[int, JudgedArticle], ...]:
        """Every judgement of one article, oldest first; articles of earlier revisions carry the current text."""
        ...

    def iter_closed_entries(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[tuple[PendingEntry, Outcome, tuple[Reason, ...]]]:
        """Entries that ended without an article of their own, with outcome and reasons, by number.

        ``since`` (exclusive) and ``until`` (inclusive) look at the time they were closed. ``article_id`` is the
        article they were closed for; the feed's own full text is gone.
        """
        ...

    def load_stories(self, *, since: datetime | None = None) -> tuple[Story, ...]:
        """Stories seen since then with their members, newest first."""
        ...

    def find_story(self, story_id: str) -> Story | None:
        """One story with its members."""
        ...

    def search(self, terms: Sequence[str], *, limit: int) -> tuple[JudgedArticle, ...]:
        """Articles that hold all the terms (already cut by ``text.tokens``), best first."""
        ...

    def count_outcomes(self) -> Mapping[Outcome, int]:
        """How many articles and closed entries have each outcome."""
        ...


class EditionStore(Protocol):
    """Editions, what they showed, and the outbox."""

    def find_last(self, digest_id: str) -> EditionRecord | None:
        """The newest edition of a digest."""
        ...

    def find_edition(self, edition_id: str) -> EditionRecord | None:
        """One edition by id."""
        ...

    def load_editions(self, digest_id: str) -> tuple[Edition, ...]:
        """All editions of a digest, newest first."""
        ...

    def save_edition(self, record: EditionRecord, shown: Sequence[ShownSentence], outbox: Sequence[OutboxItem]) -> bool:
        """Store edition, shown sentences and outbox rows in one transaction; False if its id or slot is taken."""
        ...

    def load_shown(self) -> tuple[tuple[str, ShownSentence], ...]:
        """Every sentence any edition has shown, with the edition's id, oldest first."""
        ...

    def load_outbox(self, *, now: datetime) -> tuple[OutboxItem, ...]:
        """Items to deliver that are due (``ready`` and ``ambiguous`` ones), oldest first."""
        ...

    def list_outbox(self) -> tuple[OutboxItem, ...]:
        """Items that are neither sent nor dropped, oldest first."""
        ...

    def save_outbox(self, before: OutboxItem, after: OutboxItem) -> bool:
        """Put *after* in the place of *before*; False if somebody else has changed its state or tried it since."""
        ...

    def count_outbox(self) -> Mapping[OutboxState, int]:
        """How many items are in each state; every state is there."""
        ...

    def count_resends(self) -> int:
        """How often something was sent again because nobody could know whether it had arrived."""
        ...


class SlotStore(Protocol):
    """Which scheduled times of digests were decided, and which schedulers are alive."""

    def find_schedule(self, digest_id: str) -> str | None:
        """The schedule that was started last for a digest."""
        ...

    def start_schedule(self, digest_id: str, schedule: str, *, past: str | None, now: datetime) -> None:
        """Note a schedule, and its slot *past* as decided without an edition, in one transaction."""
        ...

    def find_slot(self, digest_id: str, slot: str) -> SlotRecord | None:
        """What was decided for a slot, None if nothing was yet."""
        ...

    def save_empty_slot(self, digest_id: str, slot: str, *, now: datetime) -> bool:
        """Decide a slot without an edition; False if it was decided before."""
        ...

    def load_beats(self) -> tuple[Beat, ...]:
        """The last sign of life of every scheduler that did not end in good order, newest first."""
        ...

    def save_beat(self, beat: Beat) -> None:
        """Note a sign of life in place of the last one of that name."""
        ...

    def end_beat(self, name: str) -> None:
        """Forget a scheduler that ends."""
        ...


class Archive(Protocol):
    """The part of the article store that judgement itself asks: texts that are not held in memory."""

    def load_known(self, seqs: Collection[int]) -> Sequence[KnownRecord]:
        """Those judgements, each with the text it was made on."""
        ...

    def find_known(self, *, article_id: str | None = None, text_hash: str | None = None) -> KnownRecord | None:
        """The current judgement of an article, or of the first one with that text."""
        ...


class VectorStore(Protocol):
    """Sentence vectors by text and model; a cache."""

    def load(self, keys: Collection[str], *, model: str) -> dict[str, bytes]:
        """What is stored under those keys for that model."""
        ...

    def save(self, values: Mapping[str, bytes], *, model: str) -> None:
        """Keep them, in one transaction; what is there already stays."""
        ...


class HostStore(Protocol):
    """What is remembered of hosts between runs, so that manners hold across processes on one database."""

    def reserve(self, host: str, *, gap_s: float, now: datetime) -> float:
        """Seconds to wait until *host* may be asked; the next caller is told to wait *gap_s* longer."""
        ...

    def find_robots(self, origin: str) -> RobotsRecord | None:
        """What its robots.txt said."""
        ...

    def save_robots(self, record: RobotsRecord) -> None:
        """Remember what its robots.txt said, in place of what it said before."""
        ...


class QuarantineStore(Protocol):
    """How many workers each document has ended, so that the count holds across runs."""

    def load(self, *, now: datetime) -> Sequence[QuarantineRecord]:
        """Every record that has not lapsed."""
        ...

    def save(self, record: QuarantineRecord, *, now: datetime) -> None:
        """Keep the record in place of an earlier one of the same key, and forget those that have lapsed."""
        ...


class Store(Protocol):
    """One database, seen through small ports."""

    @property
    def feeds(self) -> FeedStore:
        """Feed state and entries."""
        ...

    @property
    def articles(self) -> ArticleStore:
        """Articles, verdicts, stories."""
        ...

    @property
    def editions(self) -> EditionStore:
        """Editions and the outbox."""
        ...

    @property
    def slots(self) -> SlotStore:
        """Decided slots and schedulers."""
        ...

    @property
    def vectors(self) -> VectorStore:
        """The cache of sentence vectors."""
        ...

    @property
    def hosts(self) -> HostStore:
        """When hosts may be asked, and what their robots.txt said."""
        ...

    @property
    def quarantine(self) -> QuarantineStore:
        """Documents that ended workers."""
        ...

    @property
    def address(self) -> str:
        """The database's address without a password."""
        ...

    def lock(self, name: str, *, wait_s: float) -> AbstractContextManager[None]:
        """Hold a lock that other processes on the same database respect; StoreLockedError after *wait_s*."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


class Renderer(Protocol):
    """Turns an edition into bytes of one format."""

    def __call__(self, edition: Edition) -> bytes:
        """The bytes."""
        ...


class Channel(Protocol):
    """Takes an edition to the reader."""

    def send(self, edition: Edition, *, history: Sequence[Edition], key: str) -> None:
        """Deliver; *history* holds all editions of the digest, newest first. DeliveryError if it did not work.

        *key* is the same for every attempt of one edition and channel: a repeat must not be seen twice.
        """
        ...


class Writer(Protocol):
    """A language model that is asked for one line."""

    async def write(self, instructions: str, material: str) -> str:
        """Its answer as it came, not to be trusted. FetchError if there is none in time."""
        ...


class Embedder(Protocol):
    """Meaning as vectors, and how common a word is."""

    @property
    def name(self) -> str:
        """Model and version; vectors of different names are never compared."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, float32, length 1. About 2 ms a sentence in batches on one core."""
        ...

    def rarity(self, word: str) -> float:
        """Negative natural log of the word's probability in ordinary text: 5 for "the", 20 for "lithium"."""
        ...

    def background(self) -> Vectors:
        """Vectors of everyday news sentences about anything, the measure for "close to the subject"."""
        ...
