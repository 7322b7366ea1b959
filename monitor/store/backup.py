"""Copies of a database that others write to, and databases out of such copies.

SQLite. The copy is made by SQLite's own backup interface inside one read transaction, so it holds exactly what that
transaction saw, whatever is written meanwhile; copying the file with other tools is how databases get damaged
(sqlite.org/howtocorrupt.html). Then it is proven: integrity, foreign keys, and as many rows in every table.

PostgreSQL. ``pg_dump`` and ``pg_restore`` do the work, both found by name; the password goes by the environment.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, func, select

from monitor.errors import StoreError, StoreTooNewError
from monitor.store.database import Database, refusal
from monitor.store.migrations import REVISIONS
from monitor.store.schema import metadata

SQLITE_MAGIC = b"SQLite format 3\0"
POSTGRESQL_MAGIC = b"PGDMP"
OLD_SUFFIX = ".before-restore"
_SIDE_FILES = ("", "-wal", "-shm")
_PROGRAM_WAIT_S = 3600.0

Counts = Mapping[str, int]


def copy_database(database: Database, target: Path) -> Counts:
    """Write a proven copy to *target*, which must not exist; rows by table. StoreError says what went wrong."""
    if database.is_postgresql:
        return _dump(database, target)
    if database.path is None:
        raise StoreError(f"{database.name}: a database in memory cannot be backed up")
    try:
        with closing(_open_file(Path(database.path), "ro")) as source:
            source.execute("BEGIN")
            expected = _count_rows(source)
            with closing(sqlite3.connect(target, isolation_level=None)) as copy:
                source.backup(copy)
                # One file, without a log beside it.
                copy.execute("PRAGMA journal_mode=DELETE")
            source.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise refusal(str(target), error) from error
    found = check_copy(target)
    if found != expected:
        wrong = ", ".join(f"{name} {found.get(name)} of {n}" for name, n in expected.items() if found.get(name) != n)
        raise StoreError(f"{target}: the copy lacks rows ({wrong}): run the backup again")
    _sync(target)
    return found


def check_copy(file: Path) -> Counts:
    """Rows by table of a copy, after proving it whole and of a known schema; StoreError otherwise.

    Of a dump only the table of contents is looked at, and nothing is counted.
    """
    if is_dump(file):
        listing = _run(["pg_restore", "--list", str(file)], {}, f"{file} is no whole backup")
        missing = [name for name in metadata.tables if not re.search(rf"TABLE DATA \S+ {name} ", listing)]
        if missing:
            raise StoreError(f"{file} is no whole backup of the monitor: it lacks {', '.join(missing[:3])}")
        return {}
    if not _starts_with(file, SQLITE_MAGIC):
        raise StoreError(f"{file} is no backup of the monitor: it is neither a SQLite database nor a PostgreSQL dump")
    try:
        with closing(_open_file(file, "ro", "&immutable=1")) as connection:
            problems = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            if problems != ["ok"]:
                raise StoreError(f"{file} is damaged: use another backup ({'; '.join(map(str, problems[:3]))})")
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise StoreError(f"{file} is damaged: rows refer to rows that are missing; use another backup")
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            revision = row[0] if row else None
            if revision not in REVISIONS:
                raise StoreTooNewError(
                    f"{file} was made by a newer version of the monitor (schema {revision}, this one knows "
                    f"{REVISIONS[-1]}): upgrade the program first"
                )
            return _count_rows(connection)
    except sqlite3.Error as error:
        raise StoreError(f"{file} is no whole backup of the monitor: {error}") from error


def is_dump(file: Path) -> bool:
    """True for a dump of a PostgreSQL database."""
    return _starts_with(file, POSTGRESQL_MAGIC)


def _starts_with(file: Path, head: bytes) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(head)) == head


def put_sqlite(file: Path, target: Path, *, may_replace: bool) -> Path | None:
    """Make a proven copy the database *target*; one that was there is kept under another name, which is returned.

    Nobody may have *target* open. Killed at any moment, the old or the new database is there, or neither yet both
    beside it, and a repeat completes it.
    """
    fresh = target.with_name(f".{target.name}.part")
    shutil.copyfile(file, fresh)
    _sync(fresh)
    kept = None
    if target.exists():
        if not may_replace:
            fresh.unlink()
            raise StoreError(f"{target} exists: add --force to put the backup in its place (the old one is kept)")
        kept = target.with_name(target.name + OLD_SUFFIX)
        for suffix in _SIDE_FILES:
            side = Path(f"{target}{suffix}")
            with suppress(FileNotFoundError):
                os.replace(side, f"{kept}{suffix}")
    for suffix in _SIDE_FILES[1:]:
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    os.replace(fresh, target)
    _sync(target.parent)
    return kept


def put_postgresql(file: Path, database: Database, *, may_replace: bool) -> None:
    """Load a dump into *database*, in one transaction; what is there is replaced only if that is allowed."""
    with database.read() as connection:
        is_used = bool(connection.scalar(select(func.to_regclass("alembic_version"))))
        schema = connection.scalar(select(func.current_schema()))
    if is_used and not may_replace:
        raise StoreError(f"{database.name} holds a monitor already: add --force to replace it by the backup")
    url = database.engine.url
    # Of the schema that the dump names, without making it: it is there.
    command = ["pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    command += [f"--schema={schema}"]
    command += ["--clean", "--if-exists"] if is_used else []
    _run([*command, "--dbname", _plain(url), str(file)], _secrets(url), f"{database.name}: the backup was not loaded")


def _dump(database: Database, target: Path) -> Counts:
    with database.read() as connection:
        schema = connection.scalar(select(func.current_schema()))
        counts = {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
        }
    url = database.engine.url
    command = ["pg_dump", "--format=custom", f"--schema={schema}", f"--file={target}", _plain(url)]
    _run(command, _secrets(url), f"{database.name} was not backed up")
    check_copy(target)
    _sync(target)
    return counts


def _open_file(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode={mode}{more}", uri=True, isolation_level=None)


def _count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    listing = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    names = [row[0] for row in connection.execute(listing)]
    known = sorted(name for name in names if name in metadata.tables)
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in known}  # noqa: S608


def _plain(url: URL) -> str:
    """The address as libpq reads it, without a password, which every user of the computer could see."""
    return url.set(drivername="postgresql", password=None).render_as_string()


def _secrets(url: URL) -> dict[str, str]:
    return {"PGPASSWORD": str(url.password)} if url.password else {}


def _run(command: list[str], secrets: Mapping[str, str], failure: str) -> str:
    """The output of a program of PostgreSQL; StoreError if it is not there or fails."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, its arguments from the configuration, no shell
            command, env={**os.environ, **secrets}, capture_output=True, text=True, check=False, timeout=_PROGRAM_WAIT_S
        )
    except FileNotFoundError as error:
        msg = f"{failure}: the program {command[0]} is not there: install PostgreSQL's client programs"
        raise StoreError(msg) from error
    except subprocess.TimeoutExpired as error:
        raise StoreError(f"{failure}: {command[0]} did not end within an hour") from error
    if done.returncode != 0:
        raise StoreError(f"{failure}: {command[0]}: {' '.join(done.stderr.split())[:500]}")
    return done.stdout


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sqlite_file(address: str) -> Path | None:
    """The file of a SQLite address; None for a server or a database in memory."""
    name = address.removeprefix("sqlite:///") if address.startswith("sqlite:///") else ""
    return Path(name) if name and name != ":memory:" else None
