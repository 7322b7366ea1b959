"""Which scheduled times were decided, and which schedulers are alive; implements ``ports.SlotStore``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from monitor.model import Beat, SlotRecord
from monitor.store.database import Database
from monitor.store.dialect import insert, upsert
from monitor.store.schema import beats, schedules, slots


class SqlSlots:
    """Slots and signs of life in one database."""

    def __init__(self, database: Database) -> None:
        """*database* has the current schema."""
        self._database = database

    def find_schedule(self, digest_id: str) -> str | None:
        """The schedule that was started last for a digest."""
        with self._database.read() as connection:
            return connection.scalar(select(schedules.c.schedule).where(schedules.c.digest_id == digest_id))

    def start_schedule(self, digest_id: str, schedule: str, *, past: str | None, now: datetime) -> None:
        """Note a schedule, and its slot *past* as decided without an edition, in one transaction."""
        with self._database.write() as connection:
            values = {"digest_id": digest_id, "schedule": schedule, "since_at": now}
            connection.execute(upsert(connection, schedules, "digest_id"), values)
            if past is not None:
                take_slot(connection, SlotRecord(digest_id=digest_id, slot=past, edition_id=None, decided_at=now))

    def find_slot(self, digest_id: str, slot: str) -> SlotRecord | None:
        """What was decided for a slot, None if nothing was yet."""
        query = select(slots).where(slots.c.digest_id == digest_id, slots.c.slot == slot)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else SlotRecord(**row._mapping)

    def save_empty_slot(self, digest_id: str, slot: str, *, now: datetime) -> bool:
        """Decide a slot without an edition; False if it was decided before."""
        with self._database.write() as connection:
            return take_slot(connection, SlotRecord(digest_id=digest_id, slot=slot, edition_id=None, decided_at=now))

    def load_beats(self) -> tuple[Beat, ...]:
        """The last sign of life of every scheduler that did not end in good order, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(beats).order_by(beats.c.beat_at.desc())).all()
        return tuple(Beat(**row._mapping) for row in rows)

    def save_beat(self, beat: Beat) -> None:
        """Note a sign of life in place of the last one of that name."""
        values = {"name": beat.name, "started_at": beat.started_at, "beat_at": beat.beat_at, "trouble": beat.trouble}
        with self._database.write() as connection:
            connection.execute(upsert(connection, beats, "name"), values)

    def end_beat(self, name: str) -> None:
        """Forget a scheduler that ends."""
        with self._database.write() as connection:
            connection.execute(delete(beats).where(beats.c.name == name))


def take_slot(connection: Connection, record: SlotRecord) -> bool:
    """Decide a slot inside the transaction of *connection*; False if it was decided before."""
    statement = insert(connection, slots).values(
        digest_id=record.digest_id, slot=record.slot, edition_id=record.edition_id, decided_at=record.decided_at
    )
    return connection.scalar(statement.on_conflict_do_nothing().returning(slots.c.slot)) is not None
