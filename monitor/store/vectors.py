"""Sentence vectors by text and model, so that nothing is encoded twice; a cache: losing it costs time only."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from monitor.store.database import Database
from monitor.store.dialect import insert
from monitor.store.feeds import chunks
from monitor.store.schema import vectors


class SqlVectors:
    """Implements ``ports.VectorStore``."""

    def __init__(self, database: Database) -> None:
        """*database* has the current schema."""
        self._database = database

    def load(self, keys: Collection[str], *, model: str) -> dict[str, bytes]:
        """What is stored under those keys for that model."""
        found: dict[str, bytes] = {}
        with self._database.read() as connection:
            for part in chunks(sorted(keys)):
                query = select(vectors.c.key, vectors.c.data).where(vectors.c.key.in_(part), vectors.c.model == model)
                found.update({row.key: row.data for row in connection.execute(query)})
        return found

    def save(self, values: Mapping[str, bytes], *, model: str) -> None:
        """Keep them, in one transaction; what is there already stays."""
        if not values:
            return
        rows = [{"key": key, "model": model, "data": data} for key, data in sorted(values.items())]
        with self._database.write() as connection:
            connection.execute(insert(connection, vectors).on_conflict_do_nothing(), rows)
