"""Is a database whole?"""

from __future__ import annotations

from monitor.store.database import Database
from monitor.store.migrations import find_revision


def find_damage(database: Database) -> list[str]:
    """What SQLite finds wrong, some seconds for each 100 MB; a server looks after itself. StoreError as it comes."""
    with database.read() as connection:
        if database.is_postgresql:
            return []
        problems = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(10)")]
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    return [
        *(problem for problem in problems if problem != "ok"),
        *(f"rows of {row[0]} are missing" for row in broken[:5]),
    ]


def find_schema(database: Database) -> str | None:
    """The revision of the schema."""
    with database.read() as connection:
        return find_revision(connection, database.name)
