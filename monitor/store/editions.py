"""Editions, what they showed, and the outbox; implements ``ports.EditionStore``.

The newest edition of a digest is the one saved last: its ``to_seq`` is where the next one starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, func, or_, select, update
from sqlalchemy import insert as plain_insert

from monitor.model import ChannelAddress, Edition, EditionRecord, OutboxItem, ShownSentence
from monitor.store.bodies import pack, unpack
from monitor.store.database import AnyRow, Database
from monitor.store.dialect import insert
from monitor.store.schema import editions, outbox, shown

READY = "ready"
SENT = "sent"
DEAD = "dead"


class SqlEditions:
    """Editions and the outbox in one database."""

    def __init__(self, database: Database) -> None:
        """*database* has the current schema."""
        self._database = database

    def find_last(self, digest_id: str) -> EditionRecord | None:
        """The newest edition of a digest."""
        return self._find(_newest_first(digest_id))

    def find_edition(self, edition_id: str) -> EditionRecord | None:
        """One edition by id."""
        return self._find(select(editions.c.payload).where(editions.c.id == edition_id))

    def load_editions(self, digest_id: str) -> tuple[Edition, ...]:
        """All editions of a digest, newest first."""
        with self._database.read() as connection:
            packed = connection.scalars(_newest_first(digest_id)).all()
        return tuple(unpack(EditionRecord, payload).edition for payload in packed)

    def save_edition(self, record: EditionRecord, shown: Sequence[ShownSentence], outbox: Sequence[OutboxItem]) -> bool:
        """Store edition, shown sentences and outbox rows in one transaction; False if its id or slot is taken."""
        with self._database.write() as connection:
            if not _add_edition(connection, record):
                return False
            _add_shown(connection, record.edition.id, shown)
            _add_outbox(connection, outbox)
            return True

    def load_shown(self) -> tuple[tuple[str, ShownSentence], ...]:
        """Every sentence any edition has shown, with the edition's id, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(shown).order_by(shown.c.number)).all()
        return tuple((row.edition_id, _sentence(row)) for row in rows)

    def load_outbox(self, *, now: datetime) -> tuple[OutboxItem, ...]:
        """Items to deliver that are due, oldest first."""
        is_due = or_(outbox.c.due_at.is_(None), outbox.c.due_at <= now)
        query = select(outbox).where(outbox.c.state == READY, is_due).order_by(outbox.c.number)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(_item(row) for row in rows)

    def mark_sent(self, item: OutboxItem, *, now: datetime) -> None:
        """The channel has it."""
        values = {"state": SENT, "sent_at": now, "n_attempts": item.n_attempts + 1, "due_at": None, "detail": None}
        with self._database.write() as connection:
            connection.execute(update(outbox).where(outbox.c.key == item.key, outbox.c.state != SENT).values(values))

    def mark_failed(self, item: OutboxItem, detail: str, *, retry_at: datetime | None) -> None:
        """The channel did not take it: try again at *retry_at*, or never (None). One attempt counts once."""
        state = DEAD if retry_at is None else READY
        values = {"state": state, "due_at": retry_at, "n_attempts": item.n_attempts + 1, "detail": detail}
        is_this_attempt = (outbox.c.state == READY, outbox.c.n_attempts == item.n_attempts)
        with self._database.write() as connection:
            connection.execute(update(outbox).where(outbox.c.key == item.key, *is_this_attempt).values(values))

    def count_outbox(self) -> Mapping[str, int]:
        """How many items are ``ready``, ``sent`` and ``dead``; all three are there."""
        counts = dict.fromkeys((READY, SENT, DEAD), 0)
        with self._database.read() as connection:
            for state, n in connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)):
                counts[state] = n
        return counts

    def _find(self, query: Select[bytes]) -> EditionRecord | None:
        with self._database.read() as connection:
            packed = connection.scalar(query.limit(1))
        if packed is None:
            return None
        record: EditionRecord = unpack(EditionRecord, packed)
        return record


def _newest_first(digest_id: str) -> Select[bytes]:
    return select(editions.c.payload).where(editions.c.digest_id == digest_id).order_by(editions.c.number.desc())


def _add_edition(connection: Connection, record: EditionRecord) -> bool:
    statement = insert(connection, editions).values(
        id=record.edition.id,
        digest_id=record.edition.digest_id,
        slot=record.slot,
        to_seq=record.to_seq,
        created_at=record.created_at,
        payload=pack(record),
    )
    return connection.scalar(statement.on_conflict_do_nothing().returning(editions.c.number)) is not None


def _add_shown(connection: Connection, edition_id: str, sentences: Sequence[ShownSentence]) -> None:
    rows = [
        {
            "edition_id": edition_id,
            "text": sentence.text,
            "article_id": sentence.article_id,
            "url": sentence.url,
            "outlet": sentence.outlet,
            "language": sentence.language,
        }
        for sentence in sentences
    ]
    if rows:
        connection.execute(plain_insert(shown), rows)


def _add_outbox(connection: Connection, items: Sequence[OutboxItem]) -> None:
    rows = [
        {
            "key": item.key,
            "edition_id": item.edition_id,
            "channel_kind": item.channel.kind,
            "channel_target": item.channel.target,
            "state": READY,
            "n_attempts": item.n_attempts,
            "due_at": item.due_at,
        }
        for item in items
    ]
    if rows:
        connection.execute(plain_insert(outbox), rows)


def _sentence(row: AnyRow) -> ShownSentence:
    return ShownSentence(
        text=row.text, article_id=row.article_id, url=row.url, outlet=row.outlet, language=row.language
    )


def _item(row: AnyRow) -> OutboxItem:
    return OutboxItem(
        edition_id=row.edition_id,
        channel=ChannelAddress(kind=row.channel_kind, target=row.channel_target),
        n_attempts=row.n_attempts,
        due_at=row.due_at,
    )
