"""Killed at a chosen system call that writes, and run again: nothing is lost and nothing is there twice.

A day (fetch, two digests) runs under strace, which sends SIGKILL at the n-th write-class call of the main thread. n goes
over all there are, evenly: ``MONITOR_TEST_KILL_POINTS`` of them (4).
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.demo import DemoWorld
from tests.e2e.days import files

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CALLS = "write,pwrite64,fdatasync,fsync,ftruncate,rename,unlink,sendto"
N_POINTS = int(os.environ.get("MONITOR_TEST_KILL_POINTS", "4"))
STRACE = shutil.which("strace")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Day:
    """A folder whose second day is to come, and what it holds when that day went well."""

    before: Path
    after: Path
    now: str
    n_calls: int


def command(folder: Path, now: str) -> list[str]:
    return [sys.executable, "-m", "tests.e2e.one_day", str(folder / "feeds.yaml"), now]


def run(folder: Path, now: str, *, under: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*under, *command(folder, now)], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory):
    if STRACE is None:
        pytest.skip("needs strace")
    probe = subprocess.run([STRACE, "-o", "/dev/null", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("this machine lets nobody trace a process")
    folder = tmp_path_factory.mktemp("day")
    with DemoWorld() as world:
        world.set_clock(world.days[0])
        config = world.write_config(folder / "before")
        text = config.read_text()
        second = "digests:\n  - id: second\n    topics: [tidal-power]\n    deliver: [{html: second/}]\n"
        config.write_text(text.replace("digests:\n", second))
        run(folder / "before", world.days[0].isoformat()).check_returncode()
        world.set_clock(world.days[1])
        now = world.days[1].isoformat()
        shutil.copytree(folder / "before", folder / "after")
        counts = folder / "counts"
        run(folder / "after", now, under=(STRACE, "-o", str(counts), "-e", f"trace={CALLS}")).check_returncode()
        n_calls = len(re.findall(rf"^({CALLS.replace(',', '|')})\(", counts.read_text(errors="replace"), re.MULTILINE))
        yield Day(before=folder / "before", after=folder / "after", now=now, n_calls=n_calls)


@pytest.mark.parametrize("point", [pytest.param(n, marks=[pytest.mark.long] if n % 2 else []) for n in range(N_POINTS)])
def test_a_day_killed_at_a_write_ends_like_one_that_was_not(day: Day, tmp_path: Path, point: int):
    number = 1 + point * (day.n_calls - 1) // max(1, N_POINTS - 1)
    desk = tmp_path / "desk"
    shutil.copytree(day.before, desk)
    inject = f"inject={CALLS}:signal=KILL:when={number}"
    killed = run(desk, day.now, under=(STRACE or "", "-o", "/dev/null", "-e", f"trace={CALLS}", "-e", inject))
    run(desk, day.now).check_returncode()
    with closing(sqlite3.connect(desk / "monitor.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    print(f"call {number} of {day.n_calls}: {'killed' if killed.returncode == -9 else 'ended before'}")
    assert summary(desk) == summary(day.after)


SEEN = (
    "SELECT url, title, etag, last_modified, error, is_gone FROM feeds",
    "SELECT feed_url, key, text_hash, revision, status, outcome, article_id, closed_as FROM entries",
    "SELECT id, url_key, title, outlet, outcome, story_id, role FROM articles",
    "SELECT article_id, revision, judged_at, outcome, verdict FROM judgements",
    "SELECT article_id, topic_id, score FROM matches",
    "SELECT id, headline, first_seen_at, last_seen_at FROM stories",
    "SELECT id, digest_id, created_at FROM editions",
    "SELECT edition_id, text, article_id FROM shown",
    "SELECT edition_id, channel_kind, state FROM outbox",
)


def summary(folder: Path) -> dict[str, object]:
    """What readers see of a day, but for how often something was tried."""
    with closing(sqlite3.connect(folder / "monitor.db")) as connection:
        found: dict[str, object] = {query: sorted(connection.execute(query), key=repr) for query in SEEN}
    pages = files(folder)
    return found | {name: body for name, body in pages.items() if name.startswith(("site/", "second/"))}
