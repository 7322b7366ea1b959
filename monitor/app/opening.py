"""Settings to the wired things that a command works with: store, client, workers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor import __version__
from monitor.config import FetchSettings, Settings
from monitor.extract import PoolLimits, Quarantine, ReaderPool
from monitor.fetch import AddressPolicy, FetchLimits, HttpFetcher, PageFetcher, RobotsGate
from monitor.ports import Fetcher, HostStore, Store
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
async def open_client(
    wanted: FetchSettings, now: datetime, *, hosts: HostStore | None = None
) -> AsyncIterator[tuple[HttpFetcher, Fetcher]]:
    """The client for feeds, and the one for article pages, which asks robots.txt unless told otherwise.

    With *hosts* the pauses at hosts hold across processes, and what robots.txt said is kept between them.
    """
    agent = f"{_USER_AGENT} (+{wanted.contact})" if wanted.contact else _USER_AGENT
    limits = FetchLimits(
        total_s=wanted.timeout_s, max_bytes=wanted.max_bytes, per_host=wanted.per_host,
        concurrency=wanted.concurrency, host_gap_s=wanted.host_gap_s,
    )  # fmt: skip
    policy = AddressPolicy(allow_private=wanted.allow_private, allow_networks=wanted.allow_networks)

    def clock() -> datetime:
        return now

    def reserve(host: str, gap_s: float) -> float:
        """Hosts live in real time, whatever the command acts as."""
        return 0.0 if hosts is None else hosts.reserve(host, gap_s=gap_s, now=datetime.now(UTC))

    async with HttpFetcher(limits, policy, agent, clock=clock, reserve=reserve, proxy=wanted.proxy) as fetcher:
        gate = RobotsGate(fetcher, agent, clock=clock, memory=hosts)
        pages: Fetcher = PageFetcher(fetcher, gate) if wanted.robots else fetcher
        yield fetcher, pages


def open_reader(app: App | None = None) -> ReaderPool:
    """The worker pool with its shipped limits; with *app* it remembers in the store what ended workers."""
    if app is None:
        return ReaderPool(PoolLimits())
    return ReaderPool(PoolLimits(), Quarantine(app.store.quarantine, clock=lambda: app.now))
