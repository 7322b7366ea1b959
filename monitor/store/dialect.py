"""The few statements that SQLite and PostgreSQL spell differently; both offer ``on_conflict_do_...``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Connection, Function, Table, func, select
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can carry ``ON CONFLICT``, in the connection's dialect."""
    return _insert(connection.dialect.name, table)


def upsert(connection: Connection, table: Table, key: str) -> sqlite.Insert | postgresql.Insert:
    """An INSERT to be run with all columns, which replaces the row with the same *key* column, if there is one."""
    return _upsert(connection.dialect.name, table, key)


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    if dialect == "sqlite":
        return sqlite.insert(table)
    # Costs 50 ms and asyncio; who keeps a SQLite file need not pay for it.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


@cache
def _upsert(dialect: str, table: Table, key: str) -> sqlite.Insert | postgresql.Insert:
    """Kept, since building one takes longer than running it (1 ms)."""
    statement = _insert(dialect, table)
    changed = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name != key and column is not table.autoincrement_column
    }
    return statement.on_conflict_do_update(index_elements=[key], set_=changed)


def is_postgresql(connection: Connection) -> bool:
    """True on PostgreSQL, False on SQLite; there is no third."""
    return connection.dialect.name == "postgresql"


def hold_until_commit(connection: Connection, name: str) -> None:
    """Wait until no other transaction holds *name*, then hold it to the end of this one.

    On SQLite there is nothing to do: a write transaction is alone anyway.
    """
    if is_postgresql(connection):
        connection.execute(select(func.pg_advisory_xact_lock(advisory_key(name))))


def advisory_key(name: str) -> Function[int]:
    """A 64-bit lock number for *name*, different in each schema: two monitors may share one server database."""
    return func.hashtextextended(func.concat(func.current_schema(), ":monitor:", name), 0, type_=BigInteger)
