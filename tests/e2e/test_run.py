"""``monitor run`` as a process: it does its work on time, hears signals, and can be stopped at any moment.

``MONITOR_TEST_STOPS`` sets how many SIGTERMs are sent at moments drawn from a fixed seed (2).
"""

import json
import os
import random
import signal
import sqlite3
import time
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.demo import DemoWorld
from tests.e2e.days import Desk, children_of, count, finish, is_running, succeeded, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

_STOPS = int(os.environ.get("MONITOR_TEST_STOPS", "2"))


def desk_of(world: DemoWorld, folder) -> Desk:
    world.set_clock(world.days[0])
    world.write_config(folder)
    return Desk(folder=folder, store=f"sqlite:///{folder}/monitor.db")


def events(done) -> list[dict]:
    return [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]


def stop(process, number=signal.SIGTERM):
    """End a scheduler by a signal; what it said, and how long it took."""
    workers = children_of(process.pid)
    began = time.monotonic()
    process.send_signal(number)
    done = finish(process)
    took_s = time.monotonic() - began
    wait_until(lambda: not any(is_running(pid) for pid in workers))
    return done, took_s


def test_an_edition_is_made_at_its_time_and_the_process_ends_in_good_order(world, tmp_path):
    desk = desk_of(world, tmp_path / "desk")
    process = desk.start(world.days[0] - timedelta(seconds=1), "run", "--log-format", "json")
    wait_until(lambda: count(desk, "SELECT count(*) FROM slots") == 2)
    done, took_s = stop(process)
    assert done.status == 0, done.stderr
    assert took_s < 10
    told = [line["event"] for line in events(done)]
    assert told[0] == "started"
    assert told[-2:] == ["stopping", "stopped"]
    assert {"edition_stored", "slot_empty"} & set(told)
    assert count(desk, "SELECT count(*) FROM beats") == 0


@pytest.mark.long
def test_a_manual_fetch_works_beside_the_scheduler(world, tmp_path):
    desk = desk_of(world, tmp_path / "desk")
    morning = world.days[0] - timedelta(hours=2)
    process = desk.start(morning, "run", "--log-format", "json")
    wait_until(lambda: count(desk, "SELECT count(*) FROM entries") > 0)
    report = desk.fetch(morning)
    assert report["feeds"]["polled"] == len(world.feeds)
    done, _ = stop(process, signal.SIGINT)
    assert done.status == 130
    assert "defect" not in [line["event"] for line in events(done)]


@pytest.mark.parametrize("number", [pytest.param(n, marks=[pytest.mark.long] if n else []) for n in range(_STOPS)])
def test_stopped_at_any_moment_and_started_again_nothing_is_lost(world, tmp_path, number):
    desk = desk_of(world, tmp_path / "desk")
    dice = random.Random(number)
    query = dice.choice(
        ["SELECT count(*) FROM entries", "SELECT count(*) FROM judgements", "SELECT count(*) FROM feeds"]
    )
    evening = world.days[0]
    process = desk.start(evening - timedelta(hours=1), "run", "--log-format", "json")
    wait_until(lambda: process.poll() is not None or count(desk, query) >= dice.randint(1, 4))
    done, took_s = stop(process)
    assert (done.status, took_s < 10) == (0, True), done.stderr
    succeeded(desk.run(evening + timedelta(minutes=1), "run", "--once", "--log-format", "json"))
    with closing(sqlite3.connect(desk.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM entries WHERE status = 'pending'").fetchone() == (0,)
        keys = [key for (key,) in connection.execute("SELECT url_key FROM articles")]
        assert len(keys) == len(set(keys)) > 0
        slots = connection.execute("SELECT slot FROM slots").fetchall()
        assert len(slots) == len(set(slots))
