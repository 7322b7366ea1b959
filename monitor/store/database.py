"""One database and its two kinds of transactions; every foreign exception becomes a StoreError here.

SQLite. A write transaction starts with ``BEGIN IMMEDIATE``: one that starts reading and turns to writing
later fails at once when another process has written meanwhile, whatever the busy timeout (measured with 16
processes: 1,130 of 1,600 such transactions lost, 0 of 1,600 with IMMEDIATE). Python's own transaction control
is off, since it would not begin before the first write. Commits are synced to the disk (``synchronous=FULL``)
before a feed's validators count as saved. No ``mmap``: damage spreads with it.

SQLite 3.7.0 to 3.51.2 can damage a database when one connection commits at the very moment that another one
checkpoints (sqlite.org/wal.html, "The WAL-reset bug"; fixed in 3.51.3, Debian 12 ships 3.40.1). So writers,
whose commits checkpoint too, and the closing of connections take turns on a lock file beside the database.
That is also fairer than SQLite's busy timeout: of 3,200 writes by 16 processes on two busy cores none failed
and the longest wait was 2.0 s, without the turns 1 or 2 failed after 5 s and the whole took twice as long.

PostgreSQL. Writes are ``READ COMMITTED``, reads see one snapshot (``REPEATABLE READ``, read only).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Row, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from monitor.errors import StoreError, StoreLockedError
from monitor.store.lock import WRITE_PAUSE_S, hold_advisory, hold_file

_WRITE_WAIT_S = 30.0
_CONNECT_TIMEOUT_S = 10
_PRAGMAS = ("busy_timeout=5000", "foreign_keys=ON", "synchronous=FULL", "cell_size_check=ON", "mmap_size=0")


AnyRow = Row[*tuple[Any, ...]]


class Database:
    """An engine, the name its errors carry, and how transactions begin on it."""

    def __init__(self, engine: Engine, name: str, path: str | None) -> None:
        """*path* is the file of a SQLite database, None in memory and on PostgreSQL."""
        self.engine = engine
        self.name = name
        self.path = path
        self._writer = engine.execution_options(for_writing=True)
        self._reader = engine
        if self.is_postgresql:
            self._reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @property
    def is_postgresql(self) -> bool:
        """True for a server, False for SQLite."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection in a transaction that sees one state of the database."""
        with self._translated(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a transaction that may write; committed at the end, rolled back on any exception."""
        with self._turn(), self._translated(), self._writer.begin() as connection:
            yield connection

    def lock(self, name: str, *, wait_s: float) -> AbstractContextManager[None]:
        """Hold the lock *name* against other processes on this database; nothing to hold in memory."""
        busy = f"{self.name}: another monitor is at work (it holds the lock {name!r}): wait for it, or stop it"
        if self.is_postgresql:
            return self._hold_advisory(name, wait_s, busy)
        if self.path is None:
            return nullcontext()
        return hold_file(f"{self.path}.{name}.lock", wait_s=wait_s, busy=busy)

    def close(self) -> None:
        """Close every connection."""
        with self._turn():
            self.engine.dispose()

    @contextmanager
    def _hold_advisory(self, name: str, wait_s: float, busy: str) -> Iterator[None]:
        with self._translated(), hold_advisory(self.engine, name, wait_s=wait_s, busy=busy):
            yield

    def _turn(self) -> AbstractContextManager[None]:
        if self.path is None or not Path(self.path).exists():
            return nullcontext()
        busy = f"{self.name}: another process has been writing for {_WRITE_WAIT_S:.0f} s: wait for it, or stop it"
        return hold_file(f"{self.path}.lock", wait_s=_WRITE_WAIT_S, busy=busy, pause_s=WRITE_PAUSE_S)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise refusal(self.name, error.orig or error) from error
        except UnicodeDecodeError as error:
            raise refusal(self.name, error) from error


def connect_sqlite(path: str | None, name: str, *, read_only: bool) -> Database:
    """The SQLite database in the file *path*, or a new one in memory (None)."""
    if path is None:
        engine = create_engine("sqlite://", poolclass=StaticPool, creator=lambda: _dial(":memory:"))
    else:
        uri = f"file:{quote(path)}?mode={'ro' if read_only else 'rwc'}"
        engine = create_engine("sqlite://", poolclass=QueuePool, creator=lambda: _dial(uri))
    event.listen(engine, "begin", _begin)
    return Database(engine, name, None if read_only else path)


def connect_postgresql(url: URL, name: str) -> Database:
    """The PostgreSQL database at *url*; no connection is made yet."""
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            connect_args={"connect_timeout": _CONNECT_TIMEOUT_S, "application_name": "monitor"},
        )
    except ModuleNotFoundError as error:
        msg = f"{name}: PostgreSQL needs the package psycopg: install monitor-news[postgresql]"
        raise StoreError(msg) from error
    return Database(engine, name, None)


def start_wal(path: str, name: str) -> None:
    """Switch the SQLite file *path* to write-ahead logging, making it if need be; StoreError if it is none.

    The mode stays in the file. Switching needs the file alone and heeds no busy timeout, hence the lock.
    """
    with hold_file(
        f"{path}.lock", wait_s=_WRITE_WAIT_S, busy=f"{name}: another process is writing", pause_s=WRITE_PAUSE_S
    ):
        try:
            connection = _dial(f"file:{quote(path)}?mode=rwc")
            try:
                (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
            finally:
                connection.close()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise refusal(name, error) from error
    if mode != "wal":
        msg = f"{name}: this file system cannot share memory between processes: move the database to a local disk"
        raise StoreError(msg)


def _dial(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _begin(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("for_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


_RESTORE = "restore it from a backup, or move it away and start anew"
_SQLITE_REFUSALS = (
    ("SQLITE_NOTADB", f"is not a database of the monitor, or is damaged: {_RESTORE}"),
    ("SQLITE_CORRUPT", f"is damaged: {_RESTORE}"),
    ("SQLITE_READONLY", "cannot be written: check who may write to the file and its folder"),
    ("SQLITE_CANTOPEN", "cannot be opened: check that the folder exists and who may read and write there"),
    ("SQLITE_FULL", "cannot grow, the disk is full: free some space; what was saved before is safe"),
    ("SQLITE_IOERR", "cannot be read or written, the disk reports an error: check the disk; have a backup at hand"),
    ("SQLITE_PERM", "cannot be opened: check who may read and write the file"),
    ("SQLITE_ERROR", f"lacks tables that it should have, or is damaged: {_RESTORE}"),
)


def refusal(name: str, error: BaseException) -> StoreError:
    """The StoreError that tells what the driver's *error* means for the database *name* and what to do."""
    code = getattr(error, "sqlite_errorname", None)
    if isinstance(code, str):
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return StoreLockedError(f"{name}: another process is writing: wait for it, or stop it")
        for prefix, text in _SQLITE_REFUSALS:
            if code.startswith(prefix):
                return StoreError(f"{name} {text} ({error})")
    if isinstance(error, UnicodeDecodeError | sqlite3.Error) and not isinstance(error, sqlite3.IntegrityError):
        # Text that is none: the driver fails to decode what it read, or the library's own message about it.
        return StoreError(f"{name} is damaged: {_RESTORE} ({error})")
    text = " ".join(str(error).split())
    if getattr(error, "sqlstate", "") is None:
        return StoreError(f"{name}: the server does not answer or refuses the login: {text}")
    return StoreError(f"{name}: {text}")
