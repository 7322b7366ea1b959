"""Feed state and the entries that wait to be read; implements ``ports.FeedStore``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    or_,
    select,
    update,
)

from monitor.model import Arrival, Entry, FeedState, Outcome, PendingEntry, Reason, SeenEntry
from monitor.store.bodies import pack, pack_bytes, unpack, unpack_bytes
from monitor.store.database import AnyRow, Database
from monitor.store.dialect import insert, is_postgresql, upsert
from monitor.store.schema import entries, feeds

# Far below what either database takes as parameters of one statement (SQLite 32,766, PostgreSQL 65,535).
CHUNK = 500

# Rows read at a time by what may be long; 200 articles with their verdicts are some 4 MB.
PAGE = 200

T = TypeVar("T")

_STATE_COLUMNS = tuple(field.name for field in fields(FeedState))

PENDING = "pending"
CLOSED = "closed"
JUDGED = "judged"


class SqlFeeds:
    """Feeds and entries in one database."""

    def __init__(self, database: Database) -> None:
        """*database* has the current schema."""
        self._database = database

    def load_states(self) -> dict[str, FeedState]:
        """All states by feed address."""
        with self._database.read() as connection:
            rows = connection.execute(select(feeds)).mappings().all()
        return {row["url"]: FeedState(**row) for row in rows}

    def find_seen(
        self, feed_url: str, *, keys: Collection[str], link_keys: Collection[str], text_hashes: Collection[str]
    ) -> tuple[SeenEntry, ...]:
        """Entries of the feed that share an identity key, a link key or a text hash with those given, by number."""
        columns = (entries.c.seq, entries.c.key, entries.c.link_key, entries.c.text_hash, entries.c.revision)
        wanted = ((entries.c.key, keys), (entries.c.link_key, link_keys), (entries.c.text_hash, text_hashes))
        seen: dict[int, SeenEntry] = {}
        with self._database.read() as connection:
            for column, values in wanted:
                for chunk in chunks(values):
                    query = select(*columns).where(entries.c.feed_url == feed_url, column.in_(chunk))
                    for row in connection.execute(query):
                        seen[row.seq] = SeenEntry(**row._mapping)
        return tuple(seen[seq] for seq in sorted(seen))

    def save_poll(self, state: FeedState, arrivals: Sequence[Arrival], *, now: datetime) -> int:
        """Store the state and the arrivals as pending, in one transaction; returns how many became pending.

        A revision that the entry carries already (by text hash) is left alone, so that a repeat is harmless.
        """
        return self.save_polls([(state, arrivals)], now=now)

    def save_polls(self, polls: Sequence[tuple[FeedState, Sequence[Arrival]]], *, now: datetime) -> int:
        """The same for several feeds in one transaction; returns how many became pending in all."""
        if not polls:
            return 0
        new = [(state.url, arrival) for state, arrivals in polls for arrival in arrivals if arrival.revises is None]
        revised = [arrival for _, arrivals in polls for arrival in arrivals if arrival.revises is not None]
        with self._database.write() as connection:
            connection.execute(upsert(connection, feeds, "url"), [_row_of(state) for state, _ in polls])
            return _add(connection, new, now) + sum(_revise(connection, arrival) for arrival in revised)

    def save_waits(self, states: Sequence[FeedState]) -> None:
        """Store ``last_polled_at`` and ``next_poll_at`` of feeds that were not polled since the states were read."""
        with self._database.write() as connection:
            for state in states:
                is_same = and_(feeds.c.url == state.url, feeds.c.n_polls == state.n_polls)
                waits = {"last_polled_at": state.last_polled_at, "next_poll_at": state.next_poll_at}
                connection.execute(update(feeds).where(is_same).values(**waits))

    def load_pending(self, *, limit: int, now: datetime) -> tuple[PendingEntry, ...]:
        """Entries to read that are not put off to later than *now*, oldest publication first, then by number."""
        query = _with_titles().where(_is_due(now)).order_by(entries.c.sort_at, entries.c.seq).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(_pending(row, article_id=row.article_id) for row in rows)

    def count_pending(self, *, now: datetime) -> int:
        """How many ``load_pending`` would return without a limit."""
        query = select(func.count()).select_from(entries).where(_is_due(now))
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def iter_waiting(self) -> Iterator[tuple[PendingEntry, datetime | None, tuple[Reason, ...]]]:
        """Every pending entry by number, until when it is put off (None: it is not), and why its last reading failed."""
        query = _with_titles().where(entries.c.status == PENDING).order_by(entries.c.seq).limit(PAGE)
        after = 0
        while True:
            with self._database.read() as connection:
                rows = connection.execute(query.where(entries.c.seq > after)).all()
            for row in rows:
                reasons = () if row.because is None else unpack(tuple[Reason, ...], row.because)
                yield _pending(row, article_id=row.article_id), row.not_before, reasons
            if len(rows) < PAGE:
                return
            after = rows[-1].seq

    def find_entries(
        self, *, link_key: str | None, article_id: str | None
    ) -> tuple[tuple[PendingEntry, Outcome | None, datetime | None, tuple[Reason, ...]], ...]:
        """Pending and closed entries at an address or closed for an article, by number.

        With outcome (None while it waits), until when it is put off, and reasons.
        """
        wanted = [
            column == value
            for column, value in ((entries.c.link_key, link_key), (entries.c.closed_as, article_id))
            if value
        ]
        found: dict[int, tuple[PendingEntry, Outcome | None, datetime | None, tuple[Reason, ...]]] = {}
        with self._database.read() as connection:
            for condition in wanted:
                for row in connection.execute(_with_titles().where(condition, entries.c.status != JUDGED)):
                    reasons = () if row.because is None else unpack(tuple[Reason, ...], row.because)
                    is_closed = row.status == CLOSED
                    pending = _pending(row, article_id=row.closed_as if is_closed else row.article_id)
                    found[row.seq] = (pending, row.outcome if is_closed else None, row.not_before, reasons)
        return tuple(found[seq] for seq in sorted(found))

    def close_entry(
        self,
        seq: int,
        outcome: Outcome,
        because: Sequence[Reason],
        *,
        article_id: str | None,
        now: datetime | None = None,
    ) -> None:
        """End a pending entry that makes no article of its own; *now* None dates it at the entry's first sight."""
        statement = (
            update(entries)
            .where(entries.c.seq == seq, entries.c.status == PENDING)
            .values(
                status=CLOSED,
                outcome=outcome,
                because=pack(tuple(because), tuple[Reason, ...]),
                closed_as=article_id,
                closed_at=entries.c.first_seen_at if now is None else now,
                html=None,
                not_before=None,
            )
        )
        with self._database.write() as connection:
            connection.execute(statement)

    def put_off(self, seq: int, because: Sequence[Reason], *, until: datetime) -> None:
        """Keep an entry pending, not to be tried before *until*; counts one attempt, once for each *until*."""
        statement = (
            update(entries)
            .where(
                entries.c.seq == seq,
                entries.c.status == PENDING,
                or_(entries.c.not_before.is_(None), entries.c.not_before != until),
            )
            .values(
                not_before=until,
                n_attempts=entries.c.n_attempts + 1,
                because=pack(tuple(because), tuple[Reason, ...]),
            )
        )
        with self._database.write() as connection:
            connection.execute(statement)


def end_judged(connection: Connection, seq: int, *, revision: int, article_id: str, outcome: Outcome) -> None:
    """Tie the entry to its article, and end it unless a later revision has arrived meanwhile."""
    mine = entries.c.seq == seq
    connection.execute(update(entries).where(mine).values(article_id=article_id))
    connection.execute(
        update(entries)
        .where(mine, entries.c.revision <= revision)
        .values(status=JUDGED, outcome=outcome, because=None, closed_at=None, html=None, not_before=None)
    )


def is_ended(connection: Connection, seq: int, article_id: str) -> bool:
    """True if the entry was judged already, as that article, and no later revision of it waits."""
    query = select(entries.c.status, entries.c.article_id).where(entries.c.seq == seq)
    row = connection.execute(query).one_or_none()
    return row is not None and row.status == JUDGED and row.article_id == article_id


def iter_closed(
    database: Database, *, since: datetime | None, until: datetime | None
) -> Iterator[tuple[PendingEntry, Outcome, tuple[Reason, ...]]]:
    """Entries closed after *since* and not after *until*, by number; ``article_id`` is the one they were closed for."""
    query = _with_titles().where(entries.c.status == CLOSED).order_by(entries.c.seq).limit(PAGE)
    if since is not None:
        query = query.where(entries.c.closed_at > since)
    if until is not None:
        query = query.where(entries.c.closed_at <= until)
    after = 0
    while True:
        with database.read() as connection:
            rows = connection.execute(query.where(entries.c.seq > after)).all()
        for row in rows:
            reasons = unpack(tuple[Reason, ...], row.because)
            yield _pending(row, article_id=row.closed_as), row.outcome, reasons
        if len(rows) < PAGE:
            return
        after = rows[-1].seq


def count_closed(connection: Connection) -> dict[Outcome, int]:
    """How many closed entries have each outcome."""
    query = (
        select(entries.c.outcome, func.count().label("n")).where(entries.c.status == CLOSED).group_by(entries.c.outcome)
    )
    return {row.outcome: row.n for row in connection.execute(query)}


def chunks(values: Collection[T]) -> Iterator[list[T]]:
    """*values* without repeats, in lists that fit one statement."""
    unique = list(dict.fromkeys(values))
    for start in range(0, len(unique), CHUNK):
        yield unique[start : start + CHUNK]


def _content(arrival: Arrival, first_seen_at: datetime | Column[datetime]) -> dict[str, Any]:
    """The columns that a new revision replaces."""
    entry = arrival.entry
    return {
        "link_key": arrival.link_key,
        "text_hash": arrival.text_hash,
        "payload": pack(entry if entry.html is None else replace(entry, html=None)),
        "html": None if entry.html is None else pack_bytes(entry.html.encode("utf-8", "replace")),
        "sort_at": entry.published_at or first_seen_at,
        "is_backfill": arrival.is_backfill,
        "status": PENDING,
    }


def _row_of(state: FeedState) -> dict[str, Any]:
    """What ``asdict`` gives, without its copies: a tenth of the time."""
    return {name: getattr(state, name) for name in _STATE_COLUMNS}


def _add(connection: Connection, arrivals: Sequence[tuple[str, Arrival]], now: datetime) -> int:
    """Store arrivals with the feeds that brought them; how many were not there."""
    if not arrivals:
        return 0
    given = {"revision": 1, "first_seen_at": now, "n_attempts": 0}
    rows = [{**given, "feed_url": url, "key": arrival.key, **_content(arrival, now)} for url, arrival in arrivals]
    statement = insert(connection, entries).on_conflict_do_nothing(index_elements=["feed_url", "key"])
    if is_postgresql(connection):  # its driver does not count what many rows did
        return len(connection.execute(statement.returning(entries.c.seq), rows).all())
    return connection.execute(statement, rows).rowcount


def _revise(connection: Connection, arrival: Arrival) -> int:
    statement = (
        update(entries)
        .where(entries.c.seq == arrival.revises, entries.c.text_hash != arrival.text_hash)
        .values(
            revision=entries.c.revision + 1,
            n_attempts=0,
            not_before=None,
            outcome=None,
            because=None,
            closed_as=None,
            closed_at=None,
            **_content(arrival, entries.c.first_seen_at),
        )
    )
    return connection.execute(statement).rowcount


def _is_due(now: datetime) -> ColumnElement[bool]:
    is_free = or_(entries.c.not_before.is_(None), entries.c.not_before <= now)
    return and_(entries.c.status == PENDING, is_free)


def _with_titles() -> Select[Any]:
    joined = entries.join(feeds, entries.c.feed_url == feeds.c.url)
    return select(entries, feeds.c.title.label("feed_title")).select_from(joined)


def _pending(row: AnyRow, *, article_id: str | None) -> PendingEntry:
    entry: Entry = unpack(Entry, row.payload)
    if row.html is not None:
        entry = replace(entry, html=unpack_bytes(row.html).decode())
    return PendingEntry(
        seq=row.seq,
        feed_url=row.feed_url,
        feed_title=row.feed_title,
        key=row.key,
        entry=entry,
        first_seen_at=row.first_seen_at,
        revision=row.revision,
        is_backfill=row.is_backfill,
        article_id=article_id,
        n_attempts=row.n_attempts,
    )
