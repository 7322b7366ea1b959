"""Manners that outlive a process, on either database."""

import os
import signal
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

from monitor.model import FeedState, RobotsRecord
from monitor.ports import Store
from monitor.store import open_store

NOW = datetime(2026, 9, 4, 7, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def reserve(store: Store, host: str = "h.example", *, at_s: float = 0.0, gap_s: float = 2.0) -> float:
    return store.hosts.reserve(host, gap_s=gap_s, now=NOW + at_s * SECOND)


def test_a_rested_host_is_free_and_the_next_callers_queue(store: Store) -> None:
    assert [reserve(store), reserve(store), reserve(store, at_s=1), reserve(store, at_s=60)] == [0, 2, 3, 0]


def test_hosts_do_not_wait_for_each_other(store: Store) -> None:
    assert [reserve(store, f"{name}.example") for name in "abc"] == [0, 0, 0]


def test_what_one_process_reserved_holds_for_the_next(address: str) -> None:
    waits = []
    for at_s in (0.0, 0.5, 1.0):
        store = open_store(address)
        waits.append(reserve(store, at_s=at_s))
        store.close()
    assert waits == [0, 1.5, 3.0]


def test_a_clock_that_was_set_back_does_not_stop_a_host(store: Store) -> None:
    reserve(store, at_s=100_000_000)
    assert reserve(store) == 0
    assert reserve(store) == 2


def test_hosts_that_rest_for_a_day_are_forgotten_by_the_next_process(address: str) -> None:
    first = open_store(address)
    reserve(first, "old.example")
    first.close()
    second = open_store(address)
    reserve(second, at_s=2 * 86_400)
    with second.database.read() as connection:
        names = connection.exec_driver_sql("SELECT host FROM hosts").scalars().all()
    second.close()
    assert names == ["h.example"]


def take_turns(address: str, path: str, n_turns: int) -> None:
    """What a process does: reserve, and write down the moment that it may start at."""
    store = open_store(address)
    for _ in range(n_turns):
        line = f"{store.hosts.reserve('h.example', gap_s=2.0, now=NOW)}\n"
        with Path(path).open("a") as file:
            file.write(line)
    store.close()


def test_processes_at_the_same_time_never_get_the_same_moment(address: str, tmp_path: Path) -> None:
    open_store(address).close()
    path = tmp_path / "starts"
    path.touch()
    spawn = get_context("fork" if address.startswith("sqlite") else "spawn")
    processes = [spawn.Process(target=take_turns, args=(address, str(path), 8)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    starts = sorted(float(line) for line in path.read_text().split())
    assert len(starts) == 24
    assert all(later - earlier >= 2 for earlier, later in pairwise(starts))


def test_a_reservation_of_a_process_that_dies_ends_by_itself(address: str) -> None:
    open_store(address).close()
    if (child := os.fork()) == 0:
        reserve(open_store(address))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    store = open_store(address)
    assert reserve(store, at_s=1) == 1
    assert reserve(store, at_s=30) == 0
    store.close()


def test_what_robots_txt_said_comes_back_as_it_was(store: Store) -> None:
    for rules in (None, "", "User-agent: *\nDisallow: /ä\ud800"):
        record = RobotsRecord(
            origin="https://h.example", rules=rules, asked_at=NOW, until=NOW + SECOND, unreachable_since=NOW - SECOND
        )
        store.hosts.save_robots(record)
        found = store.hosts.find_robots("https://h.example")
        assert found is not None
        assert (found.rules, found.until, found.unreachable_since) == (
            None if rules is None else rules.replace("\ud800", "?"),
            NOW + SECOND,
            NOW - SECOND,
        )
    assert store.hosts.find_robots("http://h.example") is None


def test_quiet_hours_and_days_of_a_feed_come_back(store: Store) -> None:
    for hours, days in (((), ()), ((0, 23), (6,))):
        state = FeedState(url="http://h.example/rss", skip_hours=hours, skip_days=days)
        store.feeds.save_poll(state, (), now=NOW)
        assert store.feeds.load_states()[state.url] == state


def test_waits_are_stored_unless_the_feed_was_polled_meanwhile(store: Store) -> None:
    seen = FeedState(url="http://h.example/a", n_polls=3, next_poll_at=NOW, etag='"a"')
    store.feeds.save_poll(seen, (), now=NOW)
    later = FeedState(url="http://h.example/b", n_polls=4, next_poll_at=NOW)
    store.feeds.save_poll(later, (), now=NOW)
    store.feeds.save_waits(
        [
            FeedState(url=seen.url, n_polls=3, next_poll_at=NOW - SECOND, last_polled_at=NOW - 2 * SECOND),
            FeedState(url=later.url, n_polls=3, next_poll_at=NOW - SECOND),
        ]
    )
    states = store.feeds.load_states()
    assert (states[seen.url].next_poll_at, states[seen.url].etag) == (NOW - SECOND, '"a"')
    assert states[later.url].next_poll_at == NOW
