"""A folder with the demo world's configuration, and the real commands run in it as processes of their own."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

from monitor.demo import LoggedRequest

PATIENCE_S = 120.0

# What a poll may change although nothing was new, and what only saves work.
_IDLE_COLUMNS = {"n_polls", "last_polled_at", "last_ok_at", "next_poll_at", "interval_s", "last_status"}
_CONTENT = (
    "SELECT url, title, kind, etag, last_modified, error, is_gone, has_unstable_ids FROM feeds",
    "SELECT feed_url, key, text_hash, revision, status, outcome, article_id, closed_as FROM entries",
    "SELECT id, url, canonical_url, title, outlet, outcome, story_id, role, terms FROM articles",
    "SELECT article_id, revision, prints.data FROM prints JOIN judgements ON judgements.seq = prints.seq",
    "SELECT article_id, revision, judged_at, outcome, verdict FROM judgements",
    "SELECT article_id, topic_id, score FROM matches",
    "SELECT id, headline, first_seen_at, last_seen_at FROM stories",
    "SELECT id, digest_id, slot, created_at FROM editions",
    "SELECT edition_id, text, article_id, url FROM shown",
    "SELECT edition_id, channel_kind, state, sent_at FROM outbox",
)
_NO_CONTENT = {"vectors", "sqlite_sequence", "alembic_version"}


@dataclass(frozen=True, kw_only=True)
class Done:
    """An ended command."""

    status: int
    stdout: str
    stderr: str

    @property
    def value(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.stdout)


@dataclass(kw_only=True)
class Desk:
    """One installation: its folder and its database."""

    folder: Path
    store: str

    @property
    def config(self) -> Path:
        return self.folder / "feeds.yaml"

    @property
    def database(self) -> Path:
        return Path(self.store.removeprefix("sqlite:///"))

    def start(self, now: datetime, *command: str) -> subprocess.Popen[str]:
        """The command, started in a process group of its own."""
        line = [sys.executable, "-m", "monitor", "--config", str(self.config), "--store", self.store]
        return subprocess.Popen(
            [*line, "--now", now.isoformat(), *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            cwd=self.folder,
            preexec_fn=heed_interrupts,
        )

    def run(self, now: datetime, *command: str) -> Done:
        """The command, run to its end."""
        return finish(self.start(now, *command))

    def fetch(self, now: datetime) -> dict[str, Any]:
        """The report of ``fetch --all``."""
        return succeeded(self.run(now, "fetch", "--all", "--json")).value

    def send(self, now: datetime) -> dict[str, Any]:
        """The edition of ``digest daily --send``."""
        return succeeded(self.run(now, "digest", "daily", "--send", "--json")).value

    def copy_to(self, folder: Path) -> "Desk":
        """The same installation, with a SQLite database, elsewhere; nobody may be at work in it."""
        shutil.copytree(self.folder, folder)
        return Desk(folder=folder, store=f"sqlite:///{folder / 'monitor.db'}")


@dataclass(kw_only=True)
class Play:
    """What the commands of several days said, and what they left behind at each evening."""

    desk: Desk
    reports: list[dict[str, Any]] = field(default_factory=list)
    editions: list[dict[str, Any]] = field(default_factory=list)
    evenings: list[Desk] = field(default_factory=list)
    requests: Sequence[LoggedRequest] = ()


def heed_interrupts() -> None:
    """Undo what a shell does to its background jobs, which would hand it down to the commands under test."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finish(process: subprocess.Popen[str]) -> Done:
    stdout, stderr = process.communicate(timeout=PATIENCE_S)
    return Done(status=process.returncode, stdout=stdout, stderr=stderr)


def succeeded(done: Done) -> Done:
    assert done.status == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done


def kill(process: subprocess.Popen[str]) -> None:
    """End the process at once, and wait until its workers are gone too."""
    workers = children_of(process.pid)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=PATIENCE_S)
    wait_until(lambda: not any(is_running(pid) for pid in workers))


def children_of(pid: int) -> list[int]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for each in lists for child in each.read_text().split()]


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_until(condition: Callable[[], bool]) -> None:
    """Return as soon as *condition* holds; it fails the test if that takes too long."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


def tables(store: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted, without what an idle poll may change."""
    with rows_of(store) as (names, select):
        content = {}
        for name in names:
            if name in _NO_CONTENT or name.startswith("article_search"):
                continue
            rows = select(f"SELECT * FROM {name}")
            content[name] = sorted(
                (tuple(value for column, value in row.items() if column not in _IDLE_COLUMNS) for row in rows), key=repr
            )
        return content


@contextmanager
def rows_of(store: str) -> Iterator[tuple[list[str], Callable[[str], list[dict[str, Any]]]]]:
    """The names of all tables, and a function that runs a query."""
    url = make_url(store)
    is_server = url.drivername.startswith("postgresql")
    engine = create_engine(url.set(drivername="postgresql+psycopg") if is_server else url)
    listing = (
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        if is_server
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    )
    with engine.connect() as connection:

        def select(query: str) -> list[dict[str, Any]]:
            return [
                {key: bytes(value) if isinstance(value, memoryview) else value for key, value in row.items()}
                for row in connection.execute(text(query)).mappings()
            ]

        yield [next(iter(row.values())) for row in select(listing)], select
    engine.dispose()


def content(store: str) -> dict[str, list[tuple[Any, ...]]]:
    """What the tables say whatever numbers their rows got: feeds are asked side by side, so those differ by run."""
    with rows_of(store) as (_, select):
        return {query: sorted((tuple(row.values()) for row in select(query)), key=repr) for query in _CONTENT}


def count(desk: Desk, query: str) -> int:
    """One number from the SQLite database while others write to it; 0 while it cannot be had."""
    try:
        with closing(sqlite3.connect(f"file:{desk.database}?mode=ro", uri=True, timeout=0.5)) as connection:
            return int(connection.execute(query).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def files(folder: Path) -> dict[str, bytes]:
    """The content of every file below *folder* by its path."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def new_sentences(edition: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return [new for topic in edition["topics"] for story in topic["stories"] for new in story["new"]]
