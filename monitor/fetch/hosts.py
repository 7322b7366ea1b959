"""Who may ask which host when: few requests at a time, with a pause between their starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

Sleep = Callable[[float], Awaitable[None]]

_SWEEP_SIZE = 1_000
"""Hosts remembered before those at rest are forgotten."""


@dataclass(slots=True)
class _Host:
    free: asyncio.Semaphore
    starting: asyncio.Lock
    n_users: int = 0
    next_start: float = float("-inf")


class HostTurns:
    """Turns at hosts: at most *per_host* at a time for one of them, *concurrency* in all.

    *gap_s* tells the least time between two starts at a host. *monotonic* is a clock in seconds; *sleep* waits.
    Waiting at one host takes no place in the whole, so a slow host never holds up the others.
    """

    def __init__(
        self,
        *,
        per_host: int,
        concurrency: int,
        gap_s: Callable[[str], float],
        monotonic: Callable[[], float],
        sleep: Sleep,
    ) -> None:
        self._per_host = per_host
        self._places = asyncio.Semaphore(concurrency)
        self._gap_s = gap_s
        self._monotonic = monotonic
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, *, has_gap: bool = True) -> AsyncIterator[None]:
        """Hold a turn at *host*; without *has_gap* (a redirect within it) only the number at a time counts."""
        self._sweep()
        place = self._hosts.setdefault(host, _Host(asyncio.Semaphore(self._per_host), asyncio.Lock()))
        place.n_users += 1
        try:
            async with place.free:
                await self._start(place, self._gap_s(host), has_gap=has_gap)
                try:
                    yield
                finally:
                    self._places.release()
        finally:
            place.n_users -= 1

    async def _start(self, place: _Host, gap_s: float, *, has_gap: bool) -> None:
        """Return at the moment of the start, with a place taken; one at a time for each host."""
        async with place.starting:
            wait_s = place.next_start - self._monotonic()
            if has_gap and wait_s > 0:
                await self._sleep(wait_s)
            await self._places.acquire()
            place.next_start = self._monotonic() + gap_s

    def _sweep(self) -> None:
        if len(self._hosts) < _SWEEP_SIZE:
            return
        now = self._monotonic()
        resting = [name for name, place in self._hosts.items() if not place.n_users and place.next_start <= now]
        for name in resting:
            del self._hosts[name]
