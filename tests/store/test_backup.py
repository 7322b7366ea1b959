"""Backups: made while others write, proven, and put back."""

import io
import os
import sqlite3
import tarfile
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.app import App, make_backup, open_app, restore_backup, restore_config
from monitor.config import load_settings
from monitor.errors import StoreError, StoreLockedError, StoreTooNewError, UsageError
from monitor.model import Beat
from monitor.store import open_store
from monitor.store.backup import check_copy, copy_database

NOW = datetime(2026, 9, 4, 5, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "one.txt").write_text("Known\n\nThe works will close in May.\n")
    (tmp_path / "feeds.yaml").write_text("topics: [{id: all, threshold: 0}]\ncorpus: [seeds/]\n")
    return tmp_path


@pytest.fixture
def app(folder: Path):
    with open_app(load_settings(folder / "feeds.yaml", env={}), now=NOW) as opened:
        opened.store.vectors.save({"a": b"1"}, model="m")
        yield opened


def vectors(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [key for (key,) in connection.execute("SELECT key FROM vectors ORDER BY key")]


def test_a_backup_holds_what_the_database_does_in_one_file(app: App, tmp_path: Path):
    made = make_backup(app, tmp_path / "b.db", with_config=False, may_replace=False)
    assert made.rows["vectors"] == 1
    assert vectors(tmp_path / "b.db") == ["a"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(("b.db", ".b.db"))] == ["b.db"]


def test_a_backup_taken_while_others_write_is_one_moment(app: App, tmp_path: Path):
    stop = threading.Event()

    def write() -> None:
        store = open_store(app.settings.store)
        number = 0
        while not stop.is_set():
            # Both or none: a copy that tears a transaction has an odd count.
            store.vectors.save({f"x{number}": b"1" * 500, f"y{number}": b"1" * 500}, model="m")
            number += 1
        store.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            made = make_backup(app, tmp_path / f"{number}.db", with_config=False, may_replace=False)
            assert made.rows["vectors"] % 2 == 1
    finally:
        stop.set()
        writer.join()


def test_an_archive_brings_database_and_configuration_to_another_computer(app: App, tmp_path: Path):
    file = tmp_path / "move.tar.gz"
    made = make_backup(app, file, with_config=True, may_replace=False)
    assert made.config == ("feeds.yaml", "seeds/one.txt")
    there = tmp_path / "there"
    there.mkdir()
    restore_config(file, there, may_replace=False)
    address = load_settings(there / "feeds.yaml", env={}).store
    _, kept = restore_backup(file, address, may_replace=False)
    assert kept is None
    assert vectors(there / "monitor.db") == ["a"]
    assert (there / "seeds" / "one.txt").read_text().startswith("Known")
    with pytest.raises(UsageError, match="exists: add --force"):
        restore_config(file, there, may_replace=False)


def test_a_restore_overwrites_nothing_unless_told_to_and_keeps_the_old_database(app: App, tmp_path: Path):
    make_backup(app, tmp_path / "b.db", with_config=False, may_replace=False)
    app.store.vectors.save({"b": b"2"}, model="m")
    app.store.close()
    with pytest.raises(StoreError, match="--force"):
        restore_backup(tmp_path / "b.db", app.settings.store, may_replace=False)
    assert vectors(tmp_path / "monitor.db") == ["a", "b"]
    _, kept = restore_backup(tmp_path / "b.db", app.settings.store, may_replace=True)
    assert vectors(tmp_path / "monitor.db") == ["a"]
    assert kept == tmp_path / "monitor.db.before-restore"
    assert vectors(kept) == ["a", "b"]
    open_store(app.settings.store).close()


def test_a_restore_is_refused_while_a_scheduler_or_a_command_works(app: App, tmp_path: Path):
    make_backup(app, tmp_path / "b.db", with_config=False, may_replace=False)
    with app.store.lock("work", wait_s=0), pytest.raises(StoreLockedError):
        restore_backup(tmp_path / "b.db", app.settings.store, may_replace=True)
    now = datetime.now(UTC)
    app.store.slots.save_beat(Beat(name="here:1", started_at=now, beat_at=now))
    with pytest.raises(StoreLockedError, match="stop it first"):
        restore_backup(tmp_path / "b.db", app.settings.store, may_replace=True)


def test_a_backup_replaces_neither_a_file_nor_the_database(app: App, tmp_path: Path):
    (tmp_path / "b.db").write_text("mine")
    for name in ("b.db", "monitor.db", "seeds", "no/where.db"):
        with pytest.raises(UsageError):
            make_backup(app, tmp_path / name, with_config=False, may_replace=False)
    with pytest.raises(UsageError, match="the database itself"):
        make_backup(app, tmp_path / "monitor.db", with_config=False, may_replace=True)
    assert (tmp_path / "b.db").read_text() == "mine"


@pytest.mark.parametrize("suffix", ["db", "tar.gz"])
def test_a_backup_cut_anywhere_is_refused(app: App, tmp_path: Path, suffix: str):
    file = tmp_path / f"b.{suffix}"
    make_backup(app, file, with_config=suffix != "db", may_replace=False)
    whole = file.read_bytes()
    for size in range(0, len(whole) - 200, len(whole) // 7):
        file.write_bytes(whole[:size])
        with pytest.raises(StoreError):
            restore_backup(file, f"sqlite:///{tmp_path}/other.db", may_replace=False)
    assert not (tmp_path / "other.db").exists()


def test_a_backup_of_a_newer_version_is_refused(app: App, tmp_path: Path):
    make_backup(app, tmp_path / "b.db", with_config=False, may_replace=False)
    with closing(sqlite3.connect(tmp_path / "b.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreTooNewError, match="upgrade the program"):
        check_copy(tmp_path / "b.db")


@pytest.mark.parametrize("name", ["../out", "/etc/out", "config/../../out", "other", "config", "config\\..\\out"])
def test_an_archive_with_a_member_that_no_backup_has_is_refused(app: App, tmp_path: Path, name: str):
    file = tmp_path / "b.tar.gz"
    make_backup(app, file, with_config=True, may_replace=False)
    with tarfile.open(file) as old:
        members = [(member, old.extractfile(member).read()) for member in old.getmembers()]
    with tarfile.open(file, "w:gz") as bad:
        for member, body in [*members, (tarfile.TarInfo(name), b"x")]:
            member.size = len(body)
            bad.addfile(member, io.BytesIO(body))
    with pytest.raises(StoreError, match="refused"):
        restore_config(file, tmp_path / "there", may_replace=True)
    with pytest.raises(StoreError, match="refused"):
        restore_backup(file, f"sqlite:///{tmp_path}/other.db", may_replace=False)


def test_an_archive_with_a_link_is_refused(app: App, tmp_path: Path):
    file = tmp_path / "b.tar.gz"
    with tarfile.open(file, "w:gz") as bad:
        link = tarfile.TarInfo("config/feeds.yaml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        bad.addfile(link)
    with pytest.raises(StoreError, match="refused"):
        restore_config(file, tmp_path / "there", may_replace=True)


def test_a_server_is_dumped_and_loaded(tmp_path: Path):
    address = os.environ.get("MONITOR_TEST_POSTGRESQL")
    if address is None:
        pytest.skip("MONITOR_TEST_POSTGRESQL is not set, see .ci/postgres.sh")
    from sqlalchemy import create_engine, make_url, text

    url = make_url(address)
    engine = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    names = [f"backup_{os.getpid()}_{part}" for part in ("one", "two")]
    with engine.connect() as connection:
        for name in names:
            connection.execute(text(f"CREATE DATABASE {name}"))
    one, two = (url.set(database=name).render_as_string(hide_password=False) for name in names)
    try:
        store = open_store(one)
        store.vectors.save({"a": b"1"}, model="m")
        counts = copy_database(store.database, tmp_path / "dump")
        store.close()
        assert counts["vectors"] == 1
        restore_backup(tmp_path / "dump", two, may_replace=False)
        with pytest.raises(StoreError, match="--force"):
            restore_backup(tmp_path / "dump", two, may_replace=False)
        restore_backup(tmp_path / "dump", two, may_replace=True)
        copy = open_store(two)
        assert copy.vectors.load(["a"], model="m") == {"a": b"1"}
        copy.close()
    finally:
        with engine.connect() as connection:
            for name in names:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
