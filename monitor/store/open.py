"""``open_store``: from an address to a store whose schema is current."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from monitor.errors import StoreError
from monitor.store import migrations
from monitor.store.articles import SqlArticles
from monitor.store.database import Database, connect_postgresql, connect_sqlite, start_wal
from monitor.store.editions import SqlEditions
from monitor.store.feeds import SqlFeeds
from monitor.store.hosts import SqlHosts
from monitor.store.quarantine import SqlQuarantine
from monitor.store.slots import SqlSlots
from monitor.store.vectors import SqlVectors

_FORMS = "sqlite:///FILE or postgresql://USER@HOST/DATABASE"
_SQLITE = "sqlite://"
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
_SECRET_OPTIONS = ("password", "passfile", "sslpassword", "sslkey")


class SqlStore:
    """One database, seen through ``feeds``, ``articles``, ``editions``, ``slots``, ``vectors``, ``hosts``; implements ``ports.Store``."""

    def __init__(self, database: Database) -> None:
        """*database* has the current schema."""
        self.database = database
        self.feeds = SqlFeeds(database)
        self.articles = SqlArticles(database)
        self.editions = SqlEditions(database)
        self.slots = SqlSlots(database)
        self.vectors = SqlVectors(database)
        self.hosts = SqlHosts(database)
        self.quarantine = SqlQuarantine(database)

    @property
    def address(self) -> str:
        """The database's address, its password hidden."""
        return self.database.name

    def lock(self, name: str, *, wait_s: float) -> AbstractContextManager[None]:
        """Hold a lock that other processes on the same database respect; StoreLockedError after *wait_s* seconds.

        It is free again when the process ends, however it ends. A database in memory has nobody to exclude.
        """
        return self.database.lock(name, wait_s=wait_s)

    def close(self) -> None:
        """Close every connection; the store cannot be used any more."""
        self.database.close()


def open_store(address: str, *, read_only: bool = False) -> SqlStore:
    """The store at *address*, made if it is a SQLite file that does not exist, and brought up to date.

    A SQLite path is taken as written, a relative one from the working directory; ``sqlite://`` is a new database
    in memory. With *read_only* nothing is made or brought up to date. StoreError names the address and what to
    do; StoreTooNewError if a newer version made the database.
    """
    database = connect(address, read_only=read_only)
    try:
        migrations.bring_up_to_date(database, read_only=read_only)
    except BaseException:
        database.close()
        raise
    return SqlStore(database)


def connect(address: str, *, read_only: bool = False) -> Database:
    """The database at *address*, whatever tables it has; a SQLite file is made if need be."""
    if not address.startswith(_SQLITE):
        url, name = _parse_server(address)
        return connect_postgresql(url, name)
    file = address.removeprefix(_SQLITE).removeprefix("/")
    if file in ("", ":memory:"):
        return connect_sqlite(None, address, read_only=False)
    if not address.startswith(f"{_SQLITE}/") or "?" in file:
        msg = f"{address}: a SQLite address is sqlite:/// and a path, without a host or options"
        raise StoreError(msg)
    _check_file(Path(file), address, read_only=read_only)
    if not read_only:
        start_wal(file, address)
    return connect_sqlite(file, address, read_only=read_only)


def _parse_server(address: str) -> tuple[URL, str]:
    """The address and how to show it. A malformed one is not shown: it may hold a password anywhere."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        msg = f"the address of the database cannot be read: write {_FORMS}"
        raise StoreError(msg) from error
    if url.drivername not in _POSTGRESQL:
        msg = f"{url.drivername!r} databases are not supported: write {_FORMS}"
        raise StoreError(msg)
    return url, url.difference_update_query(_SECRET_OPTIONS).render_as_string(hide_password=True)


def _check_file(path: Path, name: str, *, read_only: bool) -> None:
    folder = path.parent
    try:
        is_folder_there, is_folder, is_there = folder.is_dir(), path.is_dir(), path.exists()
    except OSError as error:
        msg = f"{name} cannot be reached ({error.strerror}): check who may enter the folder {folder}"
        raise StoreError(msg) from error
    if not is_folder_there:
        msg = f"{name}: the folder {folder} does not exist: make it, or correct `store:` in the configuration"
        raise StoreError(msg)
    if is_folder:
        msg = f"{name}: this is a folder: add the name of a file, for example {path / 'monitor.db'}"
        raise StoreError(msg)
    if read_only and not is_there:
        msg = f"{name} does not exist yet: run `monitor fetch` to make it"
        raise StoreError(msg)
    is_writable = os.access(folder, os.W_OK) and (not is_there or os.access(path, os.W_OK))
    if not read_only and not is_writable:
        msg = f"{name} cannot be written: check who may write to the file and to the folder {folder}"
        raise StoreError(msg)
