"""A caretaker whose clock is set by hand, over a real database in a folder."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config import load_settings
from monitor.jobs import Caretaker, ConfigWatch
from monitor.model import ArticleKeys, Edition
from monitor.store import open_store
from tests.factories import FakeEmbedder, judged, story_of

START = datetime(2026, 9, 4, 5, 0, tzinfo=UTC)
DAILY = "{id: daily, topics: [chips], schedule: '0 7 * * *', timezone: UTC, deliver: [html: site/]}"


@dataclass
class Clock:
    """Tells the time it is set to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def set(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Post:
    """One installation: its folder, its clock, and the caretakers at work in it."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    n_articles: int = 0

    @property
    def config(self) -> Path:
        return self.folder / "feeds.yaml"

    @property
    def store(self) -> str:
        return f"sqlite:///{self.folder / 'monitor.db'}"

    def configure(self, *digests: str, feeds: str = "[]", more: str = "") -> None:
        lines = [
            "topics: [{id: chips, threshold: 0}]", "fetch: {allow_private: true, host_gap: 0s}", f"feeds: {feeds}", more,
        ]  # fmt: skip
        self.config.write_text("\n".join([*lines, "digests:", *(f"  - {digest}" for digest in digests)]) + "\n")

    def start(self) -> Caretaker:
        watch = ConfigWatch(lambda: load_settings(self.config, env={}))
        return Caretaker(watch, store=None, clock=self.clock, embedder=FakeEmbedder())

    def bring_news(self) -> None:
        """One more judged article with a sentence that nobody has read."""
        self.n_articles += 1
        number = self.n_articles
        one = judged(number, f"Works number {number} will close in May.", topics=["chips"], at=self.clock.now)
        opened = open_store(self.store)
        opened.articles.save_judged(
            one, ArticleKeys(url_key=f"k{number}", text_hash=f"{number:016x}"), entry_seq=None, story=story_of(one)
        )
        opened.close()

    def rows(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(self.folder / "monitor.db")) as connection:
            return connection.execute(query).fetchall()

    @property
    def slots(self) -> list[tuple[str, str, str | None]]:
        """Digest, slot and edition of every slot that was decided, in order."""
        return self.rows("SELECT digest_id, slot, edition_id FROM slots ORDER BY decided_at, slot")

    @property
    def sent(self) -> list[str]:
        """Slots that brought an edition, in the order of the editions."""
        return [slot for (slot,) in self.rows("SELECT slot FROM editions WHERE slot IS NOT NULL ORDER BY number")]

    def editions(self, digest: str = "daily") -> tuple[Edition, ...]:
        opened = open_store(self.store)
        found = opened.editions.load_editions(digest)
        opened.close()
        return found


async def settle(caretaker: Caretaker) -> None:
    """One tick, and another after what it started has ended, as the scheduler would do."""
    for _ in range(2):
        await caretaker.tick()
        while not caretaker.is_idle:
            await asyncio.sleep(0.001)


async def pass_time(post: Post, caretaker: Caretaker, length: timedelta, step: timedelta = timedelta(hours=2)) -> None:
    end = post.clock.now + length
    while post.clock.now < end:
        post.clock.now = min(end, post.clock.now + step)
        await settle(caretaker)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    post = Post(folder=tmp_path)
    post.configure(DAILY)
    return post
