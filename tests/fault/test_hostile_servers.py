"""Servers that mean harm, met by a whole poll: the right error is remembered, nothing grows, nothing stops."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import pipeline
from monitor.errors import FetchError
from monitor.fetch import AddressPolicy, FetchLimits, HttpFetcher, PageFetcher, RobotsGate
from monitor.model import Feed, FeedState, ParsedFeed, Request, Response
from monitor.pipeline import FetchReport
from monitor.sources import parse
from monitor.store import open_store
from tests.fault.servers import CASES, flood, hold, once, open_hostile, pack, packed
from tests.fault.watch import watch

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BRIEF = FetchLimits(total_s=0.25, read_s=0.2, connect_s=0.2, max_bytes=5_000_000)
PATIENT = FetchLimits(total_s=60, read_s=60, connect_s=60, max_bytes=5_000_000)
"""Where something else than the deadline must end a request, so that a busy machine changes nothing."""
GROWTH_BYTES = 30_000_000
HELD_S = 0.1
RSS = b"""<?xml version="1.0"?>
<rss version="2.0"><channel><title>News</title><link>http://news.example/</link>
<item><guid>1</guid><title>One</title><link>http://news.example/1</link><description>First &amp; foremost</description></item>
<item><guid>2</guid><title>Two</title><link>http://news.example/2</link><description>Second</description></item>
</channel></rss>
"""
GOOD = b'HTTP/1.1 200 OK\r\nETag: "good"\r\nContent-Length: %d\r\n\r\n' % len(RSS) + RSS

pytestmark = pytest.mark.asyncio


class PlainReader:
    """Parses in this process, as the workers would."""

    async def parse_feed(self, feed: Feed, response: Response) -> ParsedFeed:
        return parse(feed.kind, response)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    opened = open_store("sqlite://")
    yield opened
    opened.close()


def open_fetcher(limits: FetchLimits = PATIENT, **how: Any) -> HttpFetcher:
    policy = AddressPolicy(allow_private=True)
    return HttpFetcher(limits, policy, "monitor/0.1 (+https://m.example)", clock=lambda: NOW, **how)


async def poll(
    store: Any, fetcher: Any, *urls: str, now: datetime = NOW, report: FetchReport | None = None
) -> FetchReport:
    told = report or FetchReport()
    await pipeline.poll(
        [Feed(url=url, kind="feed") for url in urls], store=store, fetcher=fetcher, reader=PlainReader(), now=now,
        max_age_s=7 * 86_400.0, report=told,
    )  # fmt: skip
    return told


def count_entries(store: Any) -> int:
    n_entries: int = store.feeds.count_pending(now=NOW + timedelta(days=99))
    return n_entries


@pytest.mark.parametrize("name", CASES)
async def test_a_hostile_server_costs_one_poll_and_nothing_else(store: Any, name: str) -> None:
    play, expected = CASES[name]
    limits = BRIEF if expected == "timeout" else PATIENT
    async with (
        open_hostile(play) as port, open_hostile(once(GOOD)) as good,
        open_fetcher(limits) as fetcher, open_fetcher() as patient,
    ):  # fmt: skip
        url = f"http://127.0.0.1:{port}/feed"
        with watch() as seen:
            async with asyncio.timeout(30):
                await poll(store, fetcher, url)
        state = store.feeds.load_states()[url]
        assert (state.error, state.etag, state.last_ok_at) == (expected, None, None)
        assert state.next_poll_at >= NOW + timedelta(hours=1)
        assert count_entries(store) == 0
        next_one = patient if expected == "timeout" else fetcher
        assert (await poll(store, next_one, f"http://127.0.0.1:{good}/feed")).new_entries == 2
    assert seen.longest_s < HELD_S
    assert seen.grown_bytes < GROWTH_BYTES


ROBOTS = {
    "bomb": once(packed("gzip", pack(100))),
    "bomb behind a redirect": once(packed("gzip", pack(100), "302 Found", "Location: /robots.txt\r\n")),
    "flood": flood(b"HTTP/1.1 200 OK\r\n\r\n", b"User-agent: *\nDisallow: /" + b"*a" * 5_000 + b"\n"),
    "silence": hold(),
    "brotli": once(packed("br", b"x" * 1_000)),
}


@pytest.mark.parametrize("name", ROBOTS)
async def test_a_hostile_robots_txt_stops_no_other_page(name: str) -> None:
    async with (
        open_hostile(ROBOTS[name]) as port, open_hostile(once(GOOD)) as good,
        open_fetcher(BRIEF if name == "silence" else PATIENT) as fetcher, open_fetcher() as patient,
    ):  # fmt: skip
        pages, next_ones = (
            PageFetcher(client, RobotsGate(client, "monitor/0.1", clock=lambda: NOW)) for client in (fetcher, patient)
        )
        with watch() as seen:
            async with asyncio.timeout(30):
                try:
                    await pages.fetch(Request(url=f"http://127.0.0.1:{port}/page"))
                except FetchError as error:
                    assert error.kind in {"robots", "redirect", "too_large", "timeout", "decode"}
        assert (await next_ones.fetch(Request(url=f"http://127.0.0.1:{good}/page"))).status == 200
    assert seen.longest_s < HELD_S
    assert seen.grown_bytes < GROWTH_BYTES


# a feed that is cut

PACKED = gzip.compress(RSS, mtime=0)
HEAD = b'HTTP/1.1 200 OK\r\nETag: "cut"\r\n'
FRAMES = {
    "by length": HEAD + b"Content-Length: %d\r\n\r\n" % len(RSS) + RSS,
    "until the end": HEAD + b"\r\n" + RSS,
    "in chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(RSS) + RSS + b"\r\n0\r\n\r\n",
    "in gzip by length": HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED,
    "in gzip until the end": HEAD + b"Content-Encoding: gzip\r\n\r\n" + PACKED,
}
CUTS_A_FRAME = 60


@pytest.mark.slow
@pytest.mark.parametrize("name", FRAMES)
async def test_a_feed_cut_anywhere_is_not_taken_for_a_whole_one(store: Any, name: str) -> None:
    whole, now = FRAMES[name], NOW
    n_sent = 0

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(whole[:n_sent])
        await writer.drain()

    async with open_hostile(play) as port, open_fetcher() as fetcher:
        url = f"http://127.0.0.1:{port}/feed"
        known = FeedState(url=url, etag='"old"', last_modified="noon", last_ok_at=NOW, n_polls=1)
        # white space after the last element is no part of the document
        last = len(whole) - (2 if name == "until the end" else 1) - (len(b"</rss>\n") if name == "until the end" else 0)
        for number in range(CUTS_A_FRAME):
            n_sent = round(last * number / (CUTS_A_FRAME - 1))
            store.feeds.save_poll(known, (), now=now)
            await poll(store, fetcher, url, now=now)
            state = store.feeds.load_states()[url]
            assert state.error in {"protocol", "decode", "truncated", "empty", "not_a_feed"}, (n_sent, whole[:n_sent])
            assert (state.etag, state.last_modified, state.last_ok_at) == ('"old"', "noon", NOW)
        assert count_entries(store) == 0
        n_sent = len(whole)
        assert (await poll(store, fetcher, url)).new_entries == 2
        assert store.feeds.load_states()[url].etag == '"cut"'


# a crowd

N_HUNG, N_HEALTHY = 200, 50
HUNG = {
    "silent": hold(),
    "in the headers": hold(b"HTTP/1.1 200 OK\r\nX: y\r\n"),
    "in the body": hold(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HUNG)
async def test_a_crowd_of_hung_servers_keeps_no_healthy_one_waiting(store: Any, name: str) -> None:
    async with (
        open_hostile(HUNG[name]) as bad, open_hostile(once(GOOD)) as good,
        open_fetcher(replace(PATIENT, patience_s=0.02), resolver=lambda _: ["127.0.0.1"]) as fetcher,
    ):  # fmt: skip
        urls = [f"http://bad{n}.localhost:{bad}/feed" for n in range(N_HUNG)]
        urls += [f"http://good{n}.localhost:{good}/feed" for n in range(N_HEALTHY)]
        report = FetchReport()
        polling = asyncio.create_task(poll(store, fetcher, *urls, report=report))
        async with asyncio.timeout(60):
            while count_entries(store) < 2 * N_HEALTHY:
                await asyncio.sleep(0.01)
        assert not polling.done()
        assert report.failed_feeds == 0
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
    assert sum(state.last_ok_at is not None for state in store.feeds.load_states().values()) == N_HEALTHY


async def test_feeds_that_answered_are_asked_first_and_feeds_that_failed_last(store: Any) -> None:
    asked = []

    class Listener:
        async def fetch(self, request: Request) -> Response:
            asked.append(request.url)
            raise FetchError(request.url, "timeout", "x")

    store.feeds.save_poll(FeedState(url="http://a.example/", n_polls=3, n_failures=3), (), now=NOW)
    store.feeds.save_poll(FeedState(url="http://c.example/", n_polls=1), (), now=NOW)
    await poll(store, Listener(), "http://a.example/", "http://b.example/", "http://c.example/")
    assert asked == ["http://c.example/", "http://b.example/", "http://a.example/"]
