"""What a person reads when the database cannot be opened."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from monitor.errors import StoreError, StoreLockedError, StoreTooNewError
from monitor.store import open_store
from monitor.store.lock import hold_file

# As whom a test runs a child that file permissions hold for: they do not hold for root.
NOBODY = 65534


def refusal(address: str, *, read_only: bool = False) -> str:
    with pytest.raises(StoreError) as caught:
        open_store(address, read_only=read_only)
    return str(caught.value)


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_needs_no_file(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store(address)
    with store.lock("work", wait_s=0):
        assert store.feeds.load_states() == {}
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_a_relative_path_is_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///here.db").close()
    assert (tmp_path / "here.db").is_file()


@pytest.mark.parametrize("name", ["with blank.db", "100%41.db", "a#b.db", "ünï.db", "a:b@c.db"])
def test_a_file_name_is_taken_as_written(tmp_path: Path, name: str) -> None:
    open_store(f"sqlite:///{tmp_path}/{name}").close()
    assert (tmp_path / name).is_file()


def test_a_file_is_written_ahead_and_synced(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/a.db")
    with store.database.write() as connection:
        found = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "mmap_size")
        }
    store.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000, "foreign_keys": 1, "mmap_size": 0}


def test_a_write_transaction_holds_the_write_lock_from_its_start(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/a.db")
    other = sqlite3.connect(tmp_path / "a.db", timeout=0, isolation_level=None)
    with store.database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    with store.database.read():
        other.execute("BEGIN IMMEDIATE")
        other.rollback()
    other.close()
    store.close()


def test_a_write_transaction_takes_its_turn_at_the_lock_file(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/a.db")
    turn = hold_file(f"{tmp_path}/a.db.lock", wait_s=0, busy="writing")
    with store.database.write(), pytest.raises(StoreLockedError, match="writing"), turn:
        pytest.fail("two writers at once")
    with store.database.read(), hold_file(f"{tmp_path}/a.db.lock", wait_s=0, busy="writing"):
        pass
    store.close()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert f"the folder {tmp_path}/none does not exist" in refusal(f"sqlite:///{tmp_path}/none/a.db")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert f"add the name of a file, for example {tmp_path}/monitor.db" in refusal(f"sqlite:///{tmp_path}")


def test_a_text_file_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes.\n" * 200)
    assert "notes.txt is not a database of the monitor" in refusal(f"sqlite:///{path}")
    assert path.read_text() == "These are my notes.\n" * 200


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    assert "holds tables that the monitor did not make (recipes)" in refusal(f"sqlite:///{path}")


def test_a_database_of_a_newer_version_is_refused_and_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    open_store(f"sqlite:///{path}").close()
    other = sqlite3.connect(path)
    other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreTooNewError, match=r"a\.db was made by a newer version .*9999.*upgrade the program"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    open_store(f"sqlite:///{path}").close()
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * 3900 + whole[4000:])
    assert "a.db is damaged: restore it from a backup" in refusal(f"sqlite:///{path}")


def test_reading_only_makes_no_database(tmp_path: Path) -> None:
    assert "does not exist yet: run `monitor fetch`" in refusal(f"sqlite:///{tmp_path}/a.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_reading_only_does_not_bring_up_to_date(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    assert "has no tables of this version" in refusal(f"sqlite:///{tmp_path}/a.db", read_only=True)


def test_a_read_only_store_cannot_write(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/a.db").close()
    store = open_store(f"sqlite:///{tmp_path}/a.db", read_only=True)
    with pytest.raises(StoreError, match=r"a\.db cannot be written"):
        store.feeds.put_off(1, (), until=_now())
    store.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can reach, which holds a database."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        open_store(f"sqlite:///{name}/a.db").close()
        yield Path(name)


def test_a_file_that_may_not_be_written_is_refused(folder: Path) -> None:
    (folder / "a.db").chmod(0o444)
    folder.chmod(0o777)
    assert "a.db cannot be written: check who may write" in _refusal_without_rights(folder / "a.db")


def test_a_folder_that_may_not_be_written_is_refused(folder: Path) -> None:
    folder.chmod(0o555)
    assert "b.db cannot be written: check who may write" in _refusal_without_rights(folder / "b.db")
    folder.chmod(0o755)


def test_a_folder_that_may_not_be_entered_is_named(folder: Path) -> None:
    folder.chmod(0o000)
    assert f"check who may enter the folder {folder}" in _refusal_without_rights(folder / "a.db")
    folder.chmod(0o755)


def test_a_full_disk_is_reported_and_loses_nothing(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/a.db")
    with store.database.read() as connection:
        n_pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={n_pages}")
    with (
        pytest.raises(StoreError, match=r"a\.db cannot grow, the disk is full"),
        store.database.write() as connection,
    ):
        connection.exec_driver_sql("CREATE TABLE filler AS SELECT randomblob(1000000)")
    assert store.feeds.load_states() == {}
    store.close()


def test_a_store_that_another_program_writes_for_long_is_locked(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/a.db")
    with store.database.read() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLockedError, match="another process is writing"):
        store.feeds.put_off(1, (), until=_now())
    other.close()
    store.close()


@pytest.mark.parametrize("address", ["sqlite:///a.db?mode=ro", "sqlite://host/a.db"])
def test_a_sqlite_address_with_options_or_a_host_is_refused(address: str) -> None:
    assert "without a host or options" in refusal(address)


@pytest.mark.parametrize("address", ["mysql://host/db", "monitor.db", "", "postgresql://host:port:port/db"])
def test_an_address_of_no_kind_tells_what_to_write(address: str) -> None:
    assert "write sqlite:///FILE or postgresql://USER@HOST/DATABASE" in refusal(address)


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        text = refusal(f"postgresql://me:sEcret@127.0.0.1:{port}/news?sslpassword=sEcret")
    assert f"postgresql://me:***@127.0.0.1:{port}/news: the server does not answer or refuses the login" in text
    assert "sEcret" not in text


def test_postgresql_without_its_driver_tells_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "install monitor-news[postgresql]" in refusal("postgresql://127.0.0.1/news")


def test_opening_a_current_database_does_not_import_alembic(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/a.db"
    code = (
        "import sys; from monitor.store import open_store\n"
        f"for _ in range(2): open_store({address!r}).close()\n"
        "print([name for name in ('alembic', 'sqlalchemy.dialects.postgresql') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert ran.stdout == "[]\n"


def _now() -> datetime:
    return datetime(2026, 9, 4, tzinfo=UTC)


def _refusal_without_rights(path: Path) -> str:
    """The refusal that an ordinary user gets; in a child when the tests run as root."""
    if os.geteuid() != 0:
        return refusal(f"sqlite:///{path}")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(writing, refusal(f"sqlite:///{path}").encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return text
