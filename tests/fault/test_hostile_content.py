"""Crafted pages and feeds: the parent never dies, never stops, never grows, and the next good page is read.

Sizes are small here; ``MONITOR_HOSTILE_BYTES=2000000 MONITOR_HOSTILE_ROUNDS=3`` plays the whole of it at full size with
the shipped limits.
"""

import asyncio
import asyncio.events
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from monitor.errors import ExtractError, ParseError
from monitor.extract import PoolLimits, ReaderPool
from monitor.model import Feed, Page, ParsedFeed, Response
from tests.fault.crafted import FEEDS, PAGE, PAGES

SIZE = int(os.environ.get("MONITOR_HOSTILE_BYTES", "30000"))
ROUNDS = range(int(os.environ.get("MONITOR_HOSTILE_ROUNDS", "1")))
LIMIT_S = PoolLimits().timeout_s if "MONITOR_HOSTILE_BYTES" in os.environ else 3.0
GROWTH_BYTES = 30_000_000
HELD_S = 0.1

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


class Watch:
    """Measures what the event loop's thread spends at one go, and what the process holds."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self.rss_bytes = rss()

    def run(self, handle: asyncio.events.Handle) -> None:
        began = time.thread_time()
        RUN(handle)
        self.longest_s = max(self.longest_s, time.thread_time() - began)


RUN = asyncio.events.Handle._run


def rss() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool() -> AsyncIterator[ReaderPool]:
    async with ReaderPool(PoolLimits(n_workers=1, timeout_s=LIMIT_S)) as reader:
        await read_good(reader)
        yield reader


@pytest.fixture(scope="module")
def watch(pool: ReaderPool) -> Watch:
    return Watch()


def response(body: bytes, url: str = "https://news.example/a") -> Response:
    return Response(url=url, status=200, headers=(("content-type", "text/html"),), body=body)


async def read_good(pool: ReaderPool) -> bool:
    page = await pool.read_page(response(PAGE.format("").encode(), "https://news.example/good"), None)
    return page.title == "Bridge opens" and len(page.paragraphs) == 2


async def is_answered(pool: ReaderPool, watch: Watch, body: bytes, *, is_feed: bool) -> bool:
    """True if the document came back as what it is, or failed for one of the named reasons.

    Each has an address of its own, since one that ended two workers is not tried again.
    """
    url = f"https://hostile.example/{hash(body):x}"
    asyncio.events.Handle._run = lambda handle: watch.run(handle)  # type: ignore[method-assign]
    try:
        if is_feed:
            return isinstance(await pool.parse_feed(Feed(url=url, kind="auto"), response(body, url)), ParsedFeed)
        return isinstance(await pool.read_page(response(body, url), None), Page)
    except ParseError:
        return is_feed
    except ExtractError as error:
        return error.kind in ("timeout", "resources", "crashed")
    finally:
        asyncio.events.Handle._run = RUN  # type: ignore[method-assign]


@pytest.mark.parametrize("round_", ROUNDS)
@pytest.mark.parametrize("name", PAGES)
async def test_a_crafted_page_ends_in_an_answer_and_the_next_page_is_read(
    pool: ReaderPool, watch: Watch, name: str, round_: int
) -> None:
    assert await is_answered(pool, watch, PAGES[name](SIZE), is_feed=False)
    assert await read_good(pool)
    assert watch.longest_s < HELD_S
    assert rss() - watch.rss_bytes < GROWTH_BYTES


@pytest.mark.parametrize("round_", ROUNDS)
@pytest.mark.parametrize("name", FEEDS)
async def test_a_crafted_feed_ends_in_an_answer_and_the_next_page_is_read(
    pool: ReaderPool, watch: Watch, name: str, round_: int
) -> None:
    assert await is_answered(pool, watch, FEEDS[name](SIZE), is_feed=True)
    assert await read_good(pool)
    assert watch.longest_s < HELD_S
    assert rss() - watch.rss_bytes < GROWTH_BYTES


KILLERS = {
    "attributes on one tag": 2_000_000,
    "cells of one row": 2_500_000,
    "links in one paragraph": 2_500_000,
    "unclosed paragraphs": 2_900_000,
    "line breaks": 2_900_000,
    "namespaces": 2_900_000,
    "nested tables": 2_900_000,
    "unclosed links": 2_900_000,
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def hasty() -> AsyncIterator[ReaderPool]:
    async with ReaderPool(PoolLimits(n_workers=1, timeout_s=1.0)) as reader:
        yield reader


@pytest.mark.parametrize("name", KILLERS)
async def test_a_page_made_to_end_workers_ends_in_time_or_for_want_of_resources(
    hasty: ReaderPool, watch: Watch, name: str
) -> None:
    body = PAGES[name](KILLERS[name])
    assert await read_good(hasty)
    async with asyncio.timeout(1.0 + 5.0):  # one second by the rule, the rest for a machine that is busy
        assert await is_answered(hasty, watch, body, is_feed=False)
    assert await read_good(hasty)
    assert watch.longest_s < HELD_S
    assert rss() - watch.rss_bytes < GROWTH_BYTES


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP])
async def test_a_worker_that_dies_or_hangs_under_a_page_costs_that_page_alone(
    hasty: ReaderPool, number: signal.Signals
) -> None:
    assert await read_good(hasty)
    (child,) = hasty._idle
    os.kill(child.pid, number)
    with pytest.raises(ExtractError) as caught:
        await hasty.read_page(response(PAGE.format("").encode(), f"https://news.example/{number}"), None)
    assert caught.value.kind == ("timeout" if number == signal.SIGSTOP else "crashed")
    assert await read_good(hasty)


async def test_the_largest_feed_is_taken_over_without_holding_the_loop(watch: Watch) -> None:
    entry = "<item><title>{0}</title><link>https://news.example/{0}</link><content:encoded>{1}</content:encoded></item>"
    items = "".join(entry.format(n, "&lt;p&gt;" + "word " * 900) for n in range(2000))
    head = '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>x</title>'
    body = f"{head}{items}</channel></rss>".encode()
    async with ReaderPool(PoolLimits(n_workers=1)) as pool:
        held = Watch()
        assert await is_answered(pool, held, body, is_feed=True)
        assert len((await pool.parse_feed(Feed(url="https://a.example/", kind="auto"), response(body))).entries) == 2000
    assert held.longest_s < HELD_S
