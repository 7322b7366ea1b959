"""How many workers a document has ended; implements ``ports.QuarantineStore``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select

from monitor.model import QuarantineRecord
from monitor.store.database import Database
from monitor.store.dialect import upsert
from monitor.store.schema import quarantine


class SqlQuarantine:
    """The counts that have not lapsed, in one table."""

    def __init__(self, database: Database) -> None:
        """*database* has the current schema."""
        self._database = database

    def load(self, *, now: datetime) -> tuple[QuarantineRecord, ...]:
        """Every record that has not lapsed."""
        with self._database.read() as connection:
            rows = connection.execute(select(quarantine).where(quarantine.c.until > now)).mappings().all()
        return tuple(QuarantineRecord(**row) for row in rows)

    def save(self, record: QuarantineRecord, *, now: datetime) -> None:
        """Keep the record in place of an earlier one, and forget those that have lapsed."""
        with self._database.write() as connection:
            connection.execute(delete(quarantine).where(quarantine.c.until <= now))
            connection.execute(upsert(connection, quarantine, "key"), asdict(record))
