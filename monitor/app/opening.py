"""Settings to the wired things that a command works with: store, client, workers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor import __version__
from monitor.config import FetchSettings, Settings
from monitor.extract import PoolLimits, ReaderPool
from monitor.fetch import AddressPolicy, FetchLimits, HttpFetcher, PageFetcher, RobotsGate
from monitor.ports import Fetcher, Store
from monitor.store import open_store

_USER_AGENT = f"monitor/{__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One configuration with its open store; ``now`` is fixed for the command, so that replays are exact."""

    settings: Settings
    store: Store
    now: datetime


@contextmanager
def open_app(settings: Settings, *, now: datetime | None, store: str | None = None) -> Iterator[App]:
    """The application on the configured store (or on *store*); closes it at the end."""
    opened = open_store(store or settings.store)
    try:
        yield App(settings=settings, store=opened, now=now or datetime.now(UTC))
    finally:
        opened.close()


@asynccontextmanager
async def open_client(wanted: FetchSettings, now: datetime) -> AsyncIterator[tuple[HttpFetcher, Fetcher]]:
    """The client for feeds, and the one for article pages, which asks robots.txt unless told otherwise."""
    agent = f"{_USER_AGENT} (+{wanted.contact})" if wanted.contact else _USER_AGENT
    limits = FetchLimits(
        total_s=wanted.timeout_s, max_bytes=wanted.max_bytes, per_host=wanted.per_host,
        concurrency=wanted.concurrency, host_gap_s=wanted.host_gap_s,
    )  # fmt: skip
    policy = AddressPolicy(allow_private=wanted.allow_private, allow_networks=wanted.allow_networks)

    def clock() -> datetime:
        return now

    async with HttpFetcher(limits, policy, agent, clock=clock) as fetcher:
        pages: Fetcher = PageFetcher(fetcher, RobotsGate(fetcher, agent, clock=clock)) if wanted.robots else fetcher
        yield fetcher, pages


def open_reader() -> ReaderPool:
    """The worker pool with its shipped limits."""
    return ReaderPool(PoolLimits())
