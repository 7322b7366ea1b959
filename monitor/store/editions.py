"""Editions, what they showed, and the outbox; implements ``ports.EditionStore``.

The newest edition of a digest is the one saved last: its ``to_seq`` is where the next one starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, update
from sqlalchemy import insert as plain_insert

from monitor.model import ChannelAddress, Edition, EditionRecord, OutboxItem, OutboxState, ShownSentence, SlotRecord
from monitor.store.bodies import pack, unpack
from monitor.store.database import AnyRow, Database
from monitor.store.dialect import insert
from monitor.store.schema import editions, outbox, shown
from monitor.store.slots import take_slot

_SPLIT = {"channel_kind", "channel_target"}
_ITEM_COLUMNS = tuple(column.name for column in outbox.columns if column.name not in {"number", "key"} | _SPLIT)


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
            if record.slot is not None and not take_slot(connection, _slot_of(record, record.slot)):
                return False
            if not _add_edition(connection, record):
                connection.rollback()
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
        waits = outbox.c.state.in_((OutboxState.READY, OutboxState.AMBIGUOUS))
        return self._load_items(select(outbox).where(waits, is_due))

    def list_outbox(self) -> tuple[OutboxItem, ...]:
        """Items that are neither sent nor dropped, oldest first."""
        is_over = outbox.c.state.in_((OutboxState.SENT, OutboxState.DROPPED))
        return self._load_items(select(outbox).where(~is_over))

    def _load_items(self, query: Select[Any]) -> tuple[OutboxItem, ...]:
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(outbox.c.number)).all()
        return tuple(_item(row) for row in rows)

    def save_outbox(self, before: OutboxItem, after: OutboxItem) -> bool:
        """Put *after* in the place of *before*; False if somebody else has changed its state or tried it since."""
        row = _item_row(after)
        is_as_before = (outbox.c.state == before.state, outbox.c.n_attempts == before.n_attempts)
        statement = update(outbox).where(outbox.c.key == before.key, *is_as_before)
        with self._database.write() as connection:
            return connection.execute(statement.values({name: row[name] for name in _ITEM_COLUMNS})).rowcount == 1

    def count_outbox(self) -> Mapping[OutboxState, int]:
        """How many items are in each state; every state is there."""
        counts = dict.fromkeys(OutboxState, 0)
        with self._database.read() as connection:
            for state, n in connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)):
                counts[state] = n
        return counts

    def count_resends(self) -> int:
        """How often something was sent again because nobody could know whether it had arrived."""
        with self._database.read() as connection:
            return int(connection.scalar(select(func.sum(outbox.c.n_resends))) or 0)

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


def _slot_of(record: EditionRecord, slot: str) -> SlotRecord:
    edition = record.edition
    return SlotRecord(digest_id=edition.digest_id, slot=slot, edition_id=edition.id, decided_at=record.created_at)


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
    rows = [_item_row(item) for item in items]
    if rows:
        connection.execute(plain_insert(outbox), rows)


def _sentence(row: AnyRow) -> ShownSentence:
    return ShownSentence(
        text=row.text, article_id=row.article_id, url=row.url, outlet=row.outlet, language=row.language
    )


def _item_row(item: OutboxItem) -> dict[str, object]:
    """The row of *item*: a secret in the address of its channel stays outside."""
    columns = {name: getattr(item, name) for name in _ITEM_COLUMNS}
    return columns | {"key": item.key, "channel_kind": item.channel.kind, "channel_target": item.channel.name}


def _item(row: AnyRow) -> OutboxItem:
    channel = ChannelAddress(kind=row.channel_kind, target=row.channel_target)
    return OutboxItem(channel=channel, **{name: getattr(row, name) for name in _ITEM_COLUMNS})
