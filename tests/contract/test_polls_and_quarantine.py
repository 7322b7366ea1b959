"""Polls stored together and documents that ended workers, on either database."""

from datetime import UTC, datetime, timedelta

from monitor.model import Arrival, Entry, FeedState, QuarantineRecord
from monitor.ports import Store

NOW = datetime(2026, 9, 4, 7, tzinfo=UTC)


def arrival(key: str) -> Arrival:
    return Arrival(entry=Entry(url=f"https://news.example/{key}"), key=key, link_key=None, text_hash=key)


def state(name: str) -> FeedState:
    return FeedState(url=f"https://{name}.example/rss", etag=f'"{name}"', n_polls=1, last_ok_at=NOW)


def test_polls_of_several_feeds_are_stored_and_counted_together(store: Store) -> None:
    polls = [(state("a"), [arrival("1"), arrival("2")]), (state("b"), []), (state("c"), [arrival("1")])]
    assert store.feeds.save_polls(polls, now=NOW) == 3
    assert set(store.feeds.load_states().values()) == {state(name) for name in "abc"}
    assert store.feeds.count_pending(now=NOW) == 3


def test_entries_that_are_there_already_are_not_counted_again(store: Store) -> None:
    store.feeds.save_polls([(state("a"), [arrival("1")])], now=NOW)
    assert store.feeds.save_polls([(state("a"), [arrival("1"), arrival("2")])], now=NOW) == 1


def test_no_polls_are_nothing(store: Store) -> None:
    assert store.feeds.save_polls([], now=NOW) == 0


def record(key: str, *, n_kills: int = 1, hours: int = 24) -> QuarantineRecord:
    return QuarantineRecord(key=key, kind="timeout", n_kills=n_kills, until=NOW + timedelta(hours=hours))


def test_a_count_replaces_the_one_before(store: Store) -> None:
    store.quarantine.save(record("a"), now=NOW)
    store.quarantine.save(record("a", n_kills=2), now=NOW)
    assert tuple(store.quarantine.load(now=NOW)) == (record("a", n_kills=2),)


def test_counts_that_lapsed_are_not_loaded(store: Store) -> None:
    store.quarantine.save(record("a", hours=1), now=NOW)
    store.quarantine.save(record("b", hours=2), now=NOW)
    assert tuple(store.quarantine.load(now=NOW + timedelta(hours=1))) == (record("b", hours=2),)
