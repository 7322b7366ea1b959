"""Turns at hosts, on a clock that only sleeping moves."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from monitor.fetch import FetchLimits
from monitor.fetch.hosts import HostTurns
from monitor.model import Request
from monitor.store import open_store


def make_turns(clock: Any, *, per_host: int = 1, concurrency: int = 10, gap_s: float = 2.0) -> HostTurns:
    return HostTurns(
        per_host=per_host, concurrency=concurrency, gap_s=lambda _: gap_s, monotonic=clock, sleep=clock.sleep
    )


async def start_many(turns: HostTurns, clock: Any, hosts: list[str], **options: Any) -> list[tuple[str, float]]:
    starts: list[tuple[str, float]] = []

    async def ask(host: str) -> None:
        async with turns.turn(host, **options):
            starts.append((host, clock() - 1_000.0))
            await asyncio.sleep(0)

    await asyncio.gather(*(ask(host) for host in hosts))
    return starts


@pytest.mark.asyncio
@pytest.mark.parametrize("per_host", [1, 2, 5])
async def test_starts_at_one_host_keep_the_gap(kit: Any, per_host: int) -> None:
    clock = kit.clock()
    starts = await start_many(make_turns(clock, per_host=per_host), clock, ["a"] * 5)
    assert [at for _, at in starts] == [0.0, 2.0, 4.0, 6.0, 8.0]


@pytest.mark.asyncio
async def test_other_hosts_do_not_wait(kit: Any) -> None:
    clock = kit.clock()
    starts = await start_many(make_turns(clock), clock, ["a", "b", "c"])
    assert starts == [("a", 0.0), ("b", 0.0), ("c", 0.0)]


@pytest.mark.asyncio
async def test_a_redirect_within_a_host_needs_no_gap(kit: Any) -> None:
    clock = kit.clock()
    await start_many(make_turns(clock), clock, ["a", "a"], has_gap=False)
    assert clock.slept == []


@pytest.mark.asyncio
async def test_a_rested_host_is_asked_at_once(kit: Any) -> None:
    clock = kit.clock()
    turns = make_turns(clock)
    await start_many(turns, clock, ["a"])
    clock.now_s += 5
    await start_many(turns, clock, ["a"])
    assert clock.slept == []


@pytest.mark.asyncio
async def test_the_gap_counts_from_the_real_start_when_places_were_short(kit: Any) -> None:
    clock = kit.clock()
    turns = make_turns(clock, per_host=5, concurrency=1)
    starts: list[float] = []

    async def ask() -> None:
        async with turns.turn("a"):
            starts.append(clock())
            await clock.sleep(10)

    await asyncio.gather(*(ask() for _ in range(3)))
    assert all(later - earlier >= 2 for earlier, later in pairwise(starts))


@pytest.mark.asyncio
async def test_hosts_at_rest_are_forgotten(kit: Any) -> None:
    clock = kit.clock()
    turns = make_turns(clock, gap_s=0)
    await start_many(turns, clock, [f"h{n}" for n in range(2_500)])
    await start_many(turns, clock, ["last"])
    assert len(turns._hosts) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("per_host", [1, 2])
async def test_a_host_gets_as_many_requests_at_a_time_as_configured_and_no_more(kit: Any, per_host: int) -> None:
    async def play(_: str, writer: asyncio.StreamWriter) -> None:
        for _turn in range(20):
            await asyncio.sleep(0)
        writer.write(kit.answer())

    async with kit.server(play) as server, kit.fetcher(FetchLimits(per_host=per_host)) as fetcher:
        await asyncio.gather(*(fetcher.fetch(Request(url=server.url(f"/{n}"))) for n in range(12)))
    assert len(server.heads) == 12
    assert server.n_open_at_most == per_host


@pytest.mark.asyncio
async def test_all_hosts_together_keep_the_overall_limit(kit: Any) -> None:
    open_now: set[str] = set()
    most = 0

    async def play(path: str, writer: asyncio.StreamWriter) -> None:
        nonlocal most
        open_now.add(path)
        most = max(most, len(open_now))
        for _turn in range(20):
            await asyncio.sleep(0)
        open_now.discard(path)
        writer.write(kit.answer())

    limits = FetchLimits(per_host=4, concurrency=3, patience_s=60)
    async with kit.server(play) as server, kit.fetcher(limits, resolver=lambda _: ["127.0.0.1"]) as fetcher:
        urls = [f"http://h{n}.localhost:{server.port}/{n}" for n in range(9)]
        await asyncio.gather(*(fetcher.fetch(Request(url=url)) for url in urls))
    assert most == 3


@pytest.mark.asyncio
async def test_public_hosts_rest_two_seconds_and_local_ones_do_not(kit: Any) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    page = kit.answer()
    network = kit.recorder({"8.8.8.8": page, "127.0.0.1": page})
    async with kit.fetcher(dialler=network, resolver=lambda _: ["8.8.8.8"], sleep=sleep) as fetcher:
        for url in ("http://127.0.0.1/a", "http://127.0.0.1/b", "http://news.example/a"):
            await fetcher.fetch(Request(url=url))
        assert slept == []
        await fetcher.fetch(Request(url="http://news.example:80/b"))
    assert len(slept) == 1
    assert 0 < slept[0] <= 2.0


@pytest.mark.asyncio
async def test_programs_one_after_the_other_keep_the_gap_together(kit: Any, tmp_path: Path) -> None:
    clock, starts = kit.clock(), []
    for _ in range(3):
        store = open_store(f"sqlite:///{tmp_path}/monitor.db")

        def reserve(host: str, gap_s: float, store: Any = store) -> float:
            return store.hosts.reserve(host, gap_s=gap_s, now=kit.now + timedelta(seconds=clock()))

        network = kit.recorder({"8.8.8.8": kit.answer()})
        async with kit.fetcher(
            dialler=network, resolver=lambda _: ["8.8.8.8"], sleep=clock.sleep, reserve=reserve
        ) as fetcher:
            for path in ("a", "b"):
                await fetcher.fetch(Request(url=f"http://news.example/{path}"))
                starts.append(clock())
        store.close()
    assert len(starts) == 6
    assert all(later - earlier > 1.9 for earlier, later in pairwise(starts))


@pytest.mark.asyncio
async def test_local_hosts_are_not_written_down(kit: Any) -> None:
    asked = []

    def reserve(host: str, gap_s: float) -> float:
        asked.append(host)
        return 0.0

    async with kit.server(kit.answer()) as server, kit.fetcher(reserve=reserve) as fetcher:
        await fetcher.fetch(Request(url=server.url()))
    assert asked == []


# places


def make_crowd(places: int) -> HostTurns:
    """Turns whose places are given up at the next breath of the loop."""
    return HostTurns(
        per_host=1, concurrency=places, gap_s=lambda _: 0.0, monotonic=lambda: 0.0, sleep=asyncio.sleep, patience_s=0.0
    )


@pytest.mark.asyncio
async def test_silent_hosts_give_their_places_to_others(kit: Any) -> None:
    turns, end = make_crowd(2), asyncio.Event()

    async def wait(host: str) -> None:
        async with turns.turn(host):
            await end.wait()

    silent = [asyncio.create_task(wait(f"silent{n}")) for n in range(10)]
    async with turns.turn("healthy"):
        assert not any(task.done() for task in silent)
    end.set()
    await asyncio.gather(*silent)
    assert turns._places._value == 2
    assert turns._open._value == 16


@pytest.mark.asyncio
async def test_never_more_than_eight_times_as_many_are_open_as_there_are_places(kit: Any) -> None:
    turns, end, n_open = make_crowd(2), asyncio.Event(), []

    async def wait(host: str) -> None:
        async with turns.turn(host):
            n_open.append(host)
            await end.wait()

    tasks = [asyncio.create_task(wait(f"h{n}")) for n in range(40)]
    for _ in range(200):
        await asyncio.sleep(0)
    assert len(n_open) == 16
    end.set()
    await asyncio.gather(*tasks)
    assert len(n_open) == 40


@pytest.mark.asyncio
async def test_only_as_many_load_at_a_time_as_there_are_places(kit: Any) -> None:
    turns, loading, most = make_crowd(2), 0, 0

    async def load(host: str) -> None:
        nonlocal loading, most
        async with turns.turn(host) as turn:
            for _ in range(3):
                await asyncio.sleep(0)
            for _ in range(5):
                await turn.receive(100_000)
                loading += 1
                most = max(most, loading)
                loading -= 1
            assert turn._has_place

    await asyncio.gather(*(load(f"h{n}") for n in range(12)))
    assert most >= 1
    assert (turns._places._value, turns._open._value) == (2, 16)


@pytest.mark.asyncio
async def test_a_drip_counts_for_nothing_and_takes_no_place_again(kit: Any) -> None:
    turns = make_crowd(1)
    async with turns.turn("drip") as drip:
        while drip._has_place:
            await asyncio.sleep(0)
        async with turns.turn("healthy"):
            for _ in range(9):
                await drip.receive(100)
            assert not drip._has_place
    assert turns._places._value == 1
