"""Backups: the database alone as one file, or with the configuration beside it in an archive."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO

from monitor import __version__
from monitor.app.opening import App
from monitor.config import Settings
from monitor.errors import StoreError, StoreLockedError, UsageError
from monitor.store import open_store
from monitor.store.backup import check_copy, copy_database, is_dump, put_postgresql, put_sqlite, sqlite_file
from monitor.store.open import SqlStore, connect

DATABASE = "database"
MANIFEST = "manifest.json"
CONFIG = "config"
_MAX_MANIFEST_BYTES = 1_000_000
_ALIVE = timedelta(minutes=3)
"""A scheduler that gave a sign of life within this time counts as running: it gives one a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What is in a backup: rows by table, and the files of the configuration by their path from its folder."""

    path: Path
    n_bytes: int
    rows: Mapping[str, int]
    config: tuple[str, ...]


def make_backup(app: App, target: Path, *, with_config: bool, may_replace: bool) -> Backup:
    """Write a proven backup to *target* while others go on working; it is there whole or not at all."""
    if not isinstance(app.store, SqlStore):
        raise StoreError("this store cannot be backed up")
    database = app.store.database
    if database.path is not None and target.resolve() == Path(database.path).resolve():
        raise UsageError(f"{target} is the database itself: name another file")
    if target.is_dir():
        raise UsageError(f"{target} is a folder: name a file in it")
    if target.exists() and not may_replace:
        raise UsageError(f"{target} exists: name another file, or add --force to replace it")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"the folder {target.absolute().parent} does not exist: make it first")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.absolute().parent) as scratch:
            copy = Path(scratch, DATABASE)
            rows = copy_database(database, copy)
            files = dict(_config_files(app.settings)) if with_config else {}
            whole = _pack(copy, rows, files, Path(scratch, "archive"), app.now) if with_config else copy
            n_bytes = whole.stat().st_size
            os.replace(whole, target)
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror or error}") from error
    return Backup(path=target, n_bytes=n_bytes, rows=rows, config=tuple(sorted(files)))


def restore_config(file: Path, folder: Path, *, may_replace: bool) -> tuple[str, ...]:
    """Put the configuration of an archive into *folder*; nothing is overwritten unless that is allowed."""
    with _opened(file) as archive:
        if archive is None:
            raise UsageError(f"{file} holds no configuration: it was made without --with-config")
        members = [member for member in _members(archive, file) if member.name != DATABASE and member.name != MANIFEST]
        wanted = {folder.joinpath(*PurePosixPath(member.name).parts[1:]): member for member in members}
        there = [path for path in wanted if path.exists()]
        if there and not may_replace:
            raise UsageError(f"{there[0]} exists: add --force to replace it by that of the backup")
        for path, member in wanted.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with _content(archive, member) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
    return tuple(sorted(str(path) for path in wanted))


def restore_backup(file: Path, address: str, *, may_replace: bool) -> tuple[Backup, Path | None]:
    """Prove a backup and make it the database at *address*; gives what was in it, and where the old one is kept.

    StoreLockedError if a scheduler or command is at work on the database that is there.
    """
    target = sqlite_file(address)
    if not file.is_file():
        raise UsageError(f"there is no file {file}")
    with tempfile.TemporaryDirectory(prefix=".restore.", dir=target.parent if target else None) as scratch:
        copy, files = _unpack(file, Path(scratch, DATABASE))
        rows = check_copy(copy)
        backup = Backup(path=file, n_bytes=file.stat().st_size, rows=rows, config=files)
        if is_dump(copy) is not (target is None):
            kind = "PostgreSQL dump" if is_dump(copy) else "SQLite database"
            raise UsageError(
                f"{file} holds a {kind}, and the store is {'a file' if target else 'a server'}: see --store"
            )
        if target is None:
            _restore_server(copy, address, may_replace=may_replace)
            return backup, None
        if target.exists() and may_replace:
            _refuse_if_used(address)
        return backup, put_sqlite(copy, target, may_replace=may_replace)


def _restore_server(copy: Path, address: str, *, may_replace: bool) -> None:
    database = connect(address)
    try:
        put_postgresql(copy, database, may_replace=may_replace)
    finally:
        database.close()
    open_store(address).close()


def _refuse_if_used(address: str) -> None:
    """StoreLockedError if somebody works on the database; one that cannot be opened is used by nobody."""
    try:
        store = open_store(address)
    except StoreError:
        return
    try:
        alive = [beat.name for beat in store.slots.load_beats() if is_alive(beat.beat_at, datetime.now(UTC))]
        if alive:
            raise StoreLockedError(f"`monitor run` ({', '.join(alive)}) uses this database: stop it first")
        with store.lock("work", wait_s=0), store.lock("outbox", wait_s=0):
            return
    finally:
        store.close()


def is_alive(beat_at: datetime, now: datetime) -> bool:
    """True if a scheduler that gave its last sign of life then counts as running; its clock may run ahead."""
    return abs(now - beat_at) < _ALIVE


def _config_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Configuration, lists, corpus and templates below the folder of feeds.yaml; hidden files and others stay out."""
    folder = settings.path.parent
    roots = [settings.path, *settings.opml, *settings.corpus, *([settings.templates] if settings.templates else [])]
    for root in roots:
        for path in [root] if root.is_file() else sorted(root.rglob("*")):
            name = os.path.relpath(path, folder)
            is_hidden = any(part.startswith(".") for part in Path(name).parts)
            if path.is_file() and not path.is_symlink() and not is_hidden:
                yield Path(name).as_posix(), path


def _pack(copy: Path, rows: Mapping[str, int], files: Mapping[str, Path], target: Path, now: datetime) -> Path:
    manifest = {
        "program": "monitor", "version": __version__, "made": now.isoformat(), "rows": dict(rows),
        "database_sha256": _hash(copy),
    }  # fmt: skip
    described = target.with_name(MANIFEST)
    described.write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    with tarfile.open(target, "w:gz", compresslevel=6) as archive:
        archive.add(described, MANIFEST)
        archive.add(copy, DATABASE)
        for name, path in files.items():
            archive.add(path, f"{CONFIG}/{name}", recursive=False)
    with target.open("rb") as written:
        os.fsync(written.fileno())
    return target


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile | None]:
    """The archive in a file, None if the file is a bare database."""
    if not file.is_file():
        raise UsageError(f"there is no file {file}")
    with file.open("rb") as opened:
        if opened.read(2) != b"\x1f\x8b":
            yield None
            return
    try:
        with tarfile.open(file, "r:gz") as archive:
            yield archive
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise StoreError(f"{file} is no whole backup: {error}") from error


def _members(archive: tarfile.TarFile, file: Path) -> list[tarfile.TarInfo]:
    """The members, each of which may be written: plain files below the folders that a backup has."""
    members = archive.getmembers()
    for member in members:
        path = PurePosixPath(member.name)
        is_ours = member.name in (MANIFEST, DATABASE) or (path.parts[0] == CONFIG and len(path.parts) > 1)
        if not member.isfile() or path.is_absolute() or ".." in path.parts or "\\" in member.name or not is_ours:
            raise StoreError(f"{file} is refused: it holds {member.name!r}, which no backup of the monitor does")
    if not {MANIFEST, DATABASE} <= {member.name for member in members}:
        raise StoreError(f"{file} is no backup of the monitor: it lacks {MANIFEST} or {DATABASE}")
    return members


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    found = archive.extractfile(member)
    if found is None:
        raise StoreError(f"{member.name} cannot be read from the backup")
    return found


def _unpack(file: Path, target: Path) -> tuple[Path, tuple[str, ...]]:
    """The database of a backup as a file of its own, proven by the manifest's hash, and the names of its other files."""
    with _opened(file) as archive:
        if archive is None:
            return file, ()
        members = {member.name: member for member in _members(archive, file)}
        try:
            manifest = json.loads(_content(archive, members[MANIFEST]).read(_MAX_MANIFEST_BYTES))
            with _content(archive, members[DATABASE]) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy)
        except ValueError as error:
            raise StoreError(f"{file} is no whole backup: {error}") from error
        if not isinstance(manifest, dict) or manifest.get("database_sha256") != _hash(target):
            raise StoreError(f"{file} is damaged: its database is not the one that was packed; use another backup")
        names = (name.removeprefix(f"{CONFIG}/") for name in members if name.startswith(f"{CONFIG}/"))
        return target, tuple(sorted(names))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
