"""Killed at any moment and run again, nothing is lost, nothing is there twice, and the readers see no difference.

The second day of the demo world is fetched and sent while the commands are killed, in all process groups, at random
moments drawn from a fixed seed: after so many requests that the world saw, rows in a table, or files in the folder.
``MONITOR_TEST_CRASHES`` sets the number of kills in the normal run (4); the slow rounds bring it to 8.
"""

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.demo import DemoWorld
from monitor.demo.articles import iter_live
from monitor.store import open_store
from monitor.text.normalise import text_hash
from monitor.text.urls import url_key
from tests.e2e.days import Desk, content, count, files, finish, kill, succeeded, wait_until

pytestmark = pytest.mark.e2e

_ROUNDS = max(1, int(os.environ.get("MONITOR_TEST_CRASHES", "4")) // 4)
_SLOW_ROUNDS = max(_ROUNDS, 2)
_INSIDE_S = 0.02  # as long as what lies between two things that can be seen from outside
_COMPOSING_S = 0.3


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Something that grows while the command with a given process id works, and how far it will grow."""

    name: str
    look: Callable[[int], int]
    end: int
    longest_extra_s: float = _INSIDE_S


def fetch_sights(world: DemoWorld, desk: Desk) -> list[Sight]:
    n_before = len(world.log)
    return [
        Sight(name="requests", look=lambda pid: len(world.log) - n_before, end=6),
        Sight(name="entries", look=lambda pid: count(desk, "SELECT count(*) FROM entries"), end=32),
        Sight(name="judgements", look=lambda pid: count(desk, "SELECT count(*) FROM judgements"), end=32),
    ]


def send_sights(desk: Desk, before: dict[str, bytes]) -> list[Sight]:
    site = desk.folder / "site"
    return [
        Sight(name="open", look=lambda pid: has_open(pid, desk.database), end=1, longest_extra_s=_COMPOSING_S),
        Sight(name="editions", look=lambda pid: count(desk, "SELECT count(*) FROM editions"), end=2),
        Sight(name="files", look=lambda pid: n_changed(site, before), end=5),
    ]


def n_changed(folder: Path, before: dict[str, bytes]) -> int:
    """How many files of the folder are new or have another content than before."""
    n = 0
    for path in folder.rglob("*"):
        try:
            n += path.is_file() and path.read_bytes() != before.get(path.relative_to(folder).as_posix())
        except FileNotFoundError:  # renamed meanwhile
            n += 1
    return n


def has_open(pid: int, path: Path) -> bool:
    """True if the process has the file open."""
    try:
        inode = path.stat().st_ino
        return any((Path(f"/proc/{pid}/fd") / name).stat().st_ino == inode for name in os.listdir(f"/proc/{pid}/fd"))
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False


def crash(dice: random.Random, sights: list[Sight], start: Callable[[], subprocess.Popen[str]]) -> str:
    """Start the command and kill it at a random moment that lies ahead; again if it was faster. Tells the moment."""
    while True:
        process = start()
        ahead = [(sight, level) for sight in sights for level in range(sight.look(process.pid) + 1, sight.end + 1)]
        name = dice.choice(sorted({sight.name for sight, _ in ahead}))
        sight, level = dice.choice([(sight, level) for sight, level in ahead if sight.name == name])
        if kill_at(process, sight, level, dice.uniform(0, sight.longest_extra_s)):
            return f"{level} {name}"


def kill_at(process: subprocess.Popen[str], sight: Sight, level: int, extra_s: float) -> bool:
    """Kill the command a little after *sight* has reached *level*; False if it ended before."""
    wait_until(lambda: process.poll() is not None or sight.look(process.pid) >= level)
    deadline = time.monotonic() + extra_s
    wait_until(lambda: process.poll() is not None or time.monotonic() >= deadline)
    if process.poll() is not None:
        succeeded(finish(process))
        return False
    kill(process)
    return True


def assert_sound(world: DemoWorld, desk: Desk, until) -> None:
    """The database is whole, every entry ever served ended, and no article or shown sentence is there twice."""
    with closing(sqlite3.connect(desk.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        keys = [key for (key,) in connection.execute("SELECT url_key FROM articles")]
    assert len(keys) == len(set(keys))
    store = open_store(desk.store)
    accounted = {url_key(judged.article.url) for _, judged in store.articles.iter_judged()}
    accounted |= {url_key(pending.entry.url) for pending, _, _ in store.articles.iter_closed_entries()}
    assert list(store.feeds.iter_waiting()) == []
    shown = [text_hash(sentence.text) for _, sentence in store.editions.load_shown()]
    outbox = store.editions.count_outbox()
    store.close()
    served = {url_key(world.url_of(live.first.id)) for live in iter_live(world.articles, until)}
    assert accounted == served
    assert len(shown) == len(set(shown))
    assert {word for word, n in outbox.items() if n} <= {"sent"}


@pytest.mark.parametrize("number", [pytest.param(n, marks=[pytest.mark.long]) for n in range(_SLOW_ROUNDS)])
def test_a_day_with_four_kills_ends_like_a_day_without(world, played, tmp_path, number):
    evening = world.days[1]
    world.set_clock(evening)
    desk = played.evenings[0].copy_to(tmp_path / "desk")
    dice = random.Random(number)
    moments = [crash(dice, fetch_sights(world, desk), lambda: desk.start(evening, "fetch", "--all")) for _ in range(2)]
    desk.fetch(evening)
    sights = send_sights(desk, files(desk.folder / "site"))
    moments += [crash(dice, sights, lambda: desk.start(evening, "digest", "daily", "--send")) for _ in range(2)]
    succeeded(desk.run(evening, "digest", "daily", "--send"))
    print(f"killed at {moments}")
    assert_sound(world, desk, evening)
    assert content(desk.store) == content(played.evenings[1].store)
    assert files(desk.folder / "site") == files(played.evenings[1].folder / "site")


@pytest.mark.slow
def test_a_kill_while_the_database_is_made_leaves_one_that_the_next_run_completes(world, tmp_path):
    morning = world.days[0]
    world.set_clock(morning)
    desk = Desk(folder=tmp_path / "desk", store=f"sqlite:///{tmp_path}/desk/monitor.db")
    world.write_config(desk.folder)
    made = Sight(name="made", look=lambda pid: desk.database.exists(), end=1)
    assert kill_at(desk.start(morning, "fetch", "--all"), made, 1, 0.0)
    desk.fetch(morning)
    assert_sound(world, desk, morning)


def test_two_fetches_at_once_do_the_work_once(world, played, tmp_path):
    evening = world.days[1]
    world.set_clock(evening)
    desk = played.evenings[0].copy_to(tmp_path / "desk")
    both = [desk.start(evening, "fetch", "--all", "--json") for _ in range(2)]
    reports = [succeeded(finish(process)).value for process in both]
    assert sorted(report["entries"]["new"] > 0 for report in reports) == [False, True]
    # The one that waited asks nobody a second time.
    assert sorted(report["feeds"]["polled"] for report in reports) == [0, len(world.feeds)]
    desk.send(evening)
    assert_sound(world, desk, evening)
    assert content(desk.store) == content(played.evenings[1].store)


def test_an_interrupted_fetch_says_so_in_one_line_and_goes_on_at_the_next_run(world, played, tmp_path):
    evening = world.days[1]
    world.set_clock(evening)
    desk = played.evenings[0].copy_to(tmp_path / "desk")
    process = desk.start(evening, "fetch", "--all", "--json")
    n_before = count(desk, "SELECT count(*) FROM judgements")
    wait_until(lambda: count(desk, "SELECT count(*) FROM judgements") > n_before)
    os.killpg(process.pid, signal.SIGINT)
    done = finish(process)
    assert done.status == 130
    assert done.stderr.splitlines() == ["interrupted; what was done is stored, run the command again to go on"]
    assert done.stdout == ""
    report = desk.fetch(evening)
    assert report["entries"]["new"] == 0
    assert sum(report["articles"].values()) > 0
    desk.send(evening)
    assert content(desk.store) == content(played.evenings[1].store)


def test_an_interrupt_while_another_process_works_ends_the_waiting_at_once(world, played, tmp_path):
    evening = world.days[1]
    desk = played.evenings[0].copy_to(tmp_path / "desk")
    store = open_store(desk.store)
    with store.lock("work", wait_s=0):
        process = desk.start(evening, "fetch", "--all", "--json")
        assert process.stderr
        assert process.stderr.readline().startswith("another monitor is at work on this database")
        os.killpg(process.pid, signal.SIGINT)
        done = finish(process)
    store.close()
    assert done.status == 130
    assert len(done.stderr.splitlines()) == 1
