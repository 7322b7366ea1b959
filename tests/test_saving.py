"""Polls that come in together are stored together, and each waits until it is."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from monitor.errors import StoreError
from monitor.model import Arrival, Entry, FeedState
from monitor.pipeline.saving import PollSaver

NOW = datetime(2026, 9, 4, 7, tzinfo=UTC)


class Store:
    """Notes what was stored together; adds every arrival."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.together: list[list[str]] = []

    def save_polls(self, polls: Sequence[tuple[FeedState, Sequence[Arrival]]], *, now: datetime) -> int:
        if self.error:
            raise self.error
        self.together.append([state.url for state, _ in polls])
        return sum(len(arrivals) for _, arrivals in polls)


def arrivals(n: int) -> list[Arrival]:
    return [Arrival(entry=Entry(url=str(k)), key=str(k), link_key=None, text_hash=str(k)) for k in range(n)]


async def save(saver: PollSaver, *polls: tuple[str, int]) -> int:
    await asyncio.gather(*(saver.save(FeedState(url=url), arrivals(n)) for url, n in polls))
    return saver.n_added


def test_the_last_poll_that_is_expected_ends_the_gathering() -> None:
    store = Store()
    assert asyncio.run(save(PollSaver(store, n_polls=3, now=NOW), ("a", 0), ("b", 2), ("c", 1))) == 3
    assert store.together == [["a", "b", "c"]]


def test_a_poll_does_not_wait_for_one_that_hangs() -> None:
    store = Store()
    assert asyncio.run(save(PollSaver(store, n_polls=9, now=NOW), ("a", 1), ("b", 1))) == 2
    assert store.together == [["a", "b"]]


def test_many_arrivals_are_stored_at_once() -> None:
    store = Store()
    asyncio.run(save(PollSaver(store, n_polls=9, now=NOW), ("a", 200), ("b", 200), ("c", 1)))
    assert store.together == [["a", "b"], ["c"]]


def test_many_quiet_feeds_are_stored_64_at_a_time() -> None:
    store = Store()
    asyncio.run(save(PollSaver(store, n_polls=130, now=NOW), *((str(n), 0) for n in range(130))))
    assert [len(urls) for urls in store.together] == [64, 64, 2]


def test_everyone_learns_that_the_store_refused() -> None:
    saver = PollSaver(Store(StoreError("full")), n_polls=2, now=NOW)

    async def told() -> list[object]:
        return await asyncio.gather(*(saver.save(FeedState(url=url)) for url in "ab"), return_exceptions=True)

    assert [str(error) for error in asyncio.run(told())] == ["full", "full"]


def test_a_poll_that_was_cancelled_does_not_take_others_with_it() -> None:
    store = Store()

    async def play() -> int:
        saver = PollSaver(store, n_polls=3, now=NOW)
        one = asyncio.create_task(saver.save(FeedState(url="a")))
        two = asyncio.create_task(saver.save(FeedState(url="b"), arrivals(1)))
        await asyncio.sleep(0)
        one.cancel()
        with pytest.raises(asyncio.CancelledError):
            await one
        await two
        return saver.n_added

    assert asyncio.run(play()) == 1
