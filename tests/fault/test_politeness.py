"""Days in the life of a reader before a judge: restarts, clocks that jump, servers of every character.

``MONITOR_JUDGE_DAYS=30 MONITOR_JUDGE_FEEDS=500 MONITOR_JUDGE_STARTS=100`` plays the whole of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from monitor import pipeline
from monitor.app import App, choose_feeds, open_client
from monitor.config import FetchSettings, Settings
from monitor.model import Feed, FeedState, ParsedFeed, Response, Topic
from monitor.pipeline import FetchReport
from monitor.sources import parse
from monitor.store import open_store
from tests.fault.judge import CHARACTERS, DAY, HOUR, START, Judge, describe

DAYS = int(os.environ.get("MONITOR_JUDGE_DAYS", "7"))
N_FEEDS = int(os.environ.get("MONITOR_JUDGE_FEEDS", str(len(CHARACTERS))))
N_STARTS = int(os.environ.get("MONITOR_JUDGE_STARTS", "25"))
TICK = timedelta(minutes=15)

pytestmark = [pytest.mark.slow, pytest.mark.asyncio]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: thousands of synced commits are not what is tested here."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as path:
        yield Path(path)


class PlainReader:
    """Parses in this process, as the workers would."""

    async def parse_feed(self, feed: Feed, response: Response) -> ParsedFeed:
        return parse(feed.kind, response)


class Life:
    """A reader that lives through the judge's time, on a clock that may be off."""

    def __init__(self, judge: Judge, path: Path, feeds: Sequence[Feed]) -> None:
        self.judge = judge
        self.address = f"sqlite:///{path}/monitor.db"
        self.settings = Settings(
            path=path / "feeds.yaml", topics=(Topic(id="all", title="All", threshold=0.0),), feeds=tuple(feeds),
            fetch=FetchSettings(contact="https://reader.example/about", allow_private=True), store=self.address,
        )  # fmt: skip
        self.offset = timedelta(0)
        self.store = open_store(self.address)
        self.n_new = 0
        self.wake_at: datetime | None = None

    def restart(self) -> None:
        self.store.close()
        self.store = open_store(self.address)
        self.judge.n_starts += 1
        self.wake_at = None

    def jump(self, by: timedelta) -> None:
        self.offset += by
        self.judge.knows_hour = not self.offset % DAY
        self.wake_at = None
        if by > timedelta(0):
            self.judge.jumps.append(self.judge.now)

    async def live(self, until: datetime) -> None:
        while self.judge.now < until:
            if self.wake_at is None or self.wake_at <= self.judge.now + self.offset:
                await self.tick()
            self.judge.now += TICK

    async def tick(self) -> None:
        app = App(settings=self.settings, store=self.store, now=self.judge.now + self.offset)
        due = choose_feeds(app)
        report = FetchReport()
        async with open_client(self.settings.fetch, app.now, hosts=self.store.hosts) as (fetcher, _):
            await pipeline.poll(
                due, store=self.store, fetcher=fetcher, reader=PlainReader(), now=app.now, max_age_s=7 * 86_400.0,
                report=report,
            )  # fmt: skip
        self.n_new += report.new_entries
        self.wake_at = min(state.next_poll_at for state in self.states().values() if state.next_poll_at is not None)

    def states(self) -> dict[str, FeedState]:
        return self.store.feeds.load_states()


async def test_a_week_with_restarts_and_a_clock_that_goes_back_breaks_no_rule(folder: Path) -> None:
    async with Judge() as judge:
        life = Life(judge, folder, [Feed(url=url) for url in judge.feeds(N_FEEDS)])
        back = [timedelta(seconds=1), HOUR, DAY, 400 * DAY]
        for number in range(N_STARTS):
            await life.live(START + (number + 1) * DAYS * DAY / N_STARTS)
            life.restart()
            if number % 5 == 4:
                life.jump(-back[number // 5 % len(back)])
        n_visits = sum(map(len, judge.visits.values()))
        assert describe(judge.grade()) == {}
        assert judge.n_open_at_most == 1
        assert len(judge.visits) == N_FEEDS
        assert n_visits > N_FEEDS * DAYS
        assert life.n_new > N_FEEDS * DAYS
        life.store.close()


async def test_a_clock_that_goes_forward_costs_one_early_request_a_feed_and_stops_none(folder: Path) -> None:
    async with Judge() as judge:
        life = Life(judge, folder, [Feed(url=url) for url in judge.feeds(len(CHARACTERS))])
        await life.live(START + DAY / 2)
        for by in (timedelta(seconds=1), HOUR, DAY, 3_650 * DAY, -3_651 * DAY):
            before = {number: len(book) for number, book in judge.visits.items()}
            life.jump(by)
            await life.tick()
            await life.tick()
            for number, book in judge.visits.items():
                n_polls = sum(visit.status not in (301, 302, 308) for visit in book[before[number] :])
                assert n_polls <= 1
            await life.live(judge.now + DAY / 2)
        assert describe(judge.grade()) == {}
        alive = [state for state in life.states().values() if not state.is_gone]
        now = judge.now + life.offset
        assert all(state.next_poll_at is not None and state.next_poll_at <= now + 7 * DAY for state in alive)
        life.store.close()


async def test_a_wish_of_the_user_is_taken_literally_down_to_what_the_server_states(folder: Path) -> None:
    async with Judge() as judge:
        urls = judge.feeds(len(CHARACTERS))
        plain, cached = urls[CHARACTERS.index("strong etag")], urls[CHARACTERS.index("max-age")]
        life = Life(judge, folder, [Feed(url=url, every_s=1_800) for url in (plain, cached)])
        await life.live(START + DAY)
        books = [judge.visits[CHARACTERS.index(name)] for name in ("strong etag", "max-age")]
        assert [len(book) for book in books] == [48, 5]
        life.store.close()


async def test_the_judge_notices_a_reader_without_manners(folder: Path) -> None:
    async with Judge() as judge:
        life = Life(judge, folder, [Feed(url=url) for url in judge.feeds(len(CHARACTERS))])
        await life.live(START + 1.25 * DAY)
        polite = describe(judge.grade())
        for path in folder.glob("monitor.db*"):
            path.unlink()
        life.restart()
        judge.now -= TICK
        await life.tick()
        assert polite == {}
        assert {"conditions", "gap", "wait", "gone", "restart"} <= set(describe(judge.grade()))
        life.store.close()
