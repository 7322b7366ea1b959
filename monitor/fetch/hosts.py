"""Who may ask which host when: few requests at a time, with a pause between their starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

Sleep = Callable[[float], Awaitable[None]]

Reserve = Callable[[str, float], float]
"""Seconds to wait until a host may be asked, as agreed with other processes; the next is told to wait the gap longer."""

_SWEEP_SIZE = 1_000
"""Hosts remembered before those at rest are forgotten."""

_OPEN_FACTOR = 8
"""Open requests for each place: room for 448 silent servers beside the 64 that send, below the usual 1,024 files."""

_IDLE_BYTES = 1_000
"""Who receives less between two looks takes nothing away from anybody."""


@dataclass(slots=True)
class _Host:
    free: asyncio.Semaphore
    starting: asyncio.Lock
    n_users: int = 0
    next_start: float = float("-inf")


class Turn:
    """A request under way, and the place it holds while something comes in.

    One that waits for a silent server gives its place up after *patience_s* seconds and takes one again when bytes
    arrive. So a crowd of servers that hang or drip never keeps the healthy ones waiting, and no more than the
    configured number load at a time.
    """

    def __init__(self, places: asyncio.Semaphore, patience_s: float) -> None:
        self._places = places
        self._patience_s = patience_s
        self._loop = asyncio.get_running_loop()
        self._n_bytes = 0
        self._has_place = True
        self._look = self._loop.call_later(patience_s, self._give_up)

    async def receive(self, n_bytes: int) -> None:
        """Tell that bytes came in; waits for a place if they are many and the own one was given up."""
        self._n_bytes += n_bytes
        if not self._has_place and self._n_bytes >= _IDLE_BYTES:
            await self._places.acquire()
            self._has_place = True
            self._rest()

    def end(self) -> None:
        """Give the place back."""
        self._look.cancel()
        if self._has_place:
            self._has_place = False
            self._places.release()

    def _rest(self) -> None:
        self._n_bytes = 0
        self._look = self._loop.call_later(self._patience_s, self._give_up)

    def _give_up(self) -> None:
        if self._n_bytes >= _IDLE_BYTES:
            self._rest()
            return
        self._n_bytes = 0
        self._has_place = False
        self._places.release()


class HostTurns:
    """Turns at hosts: at most *per_host* at a time for one of them, *concurrency* in all that receive.

    *gap_s* tells the least time between two starts at a host; *reserve*, if given, agrees on it with other processes.
    *monotonic* is a clock in seconds; *sleep* waits. Waiting at one host takes no place in the whole, so a slow host
    never holds up the others.
    """

    def __init__(
        self,
        *,
        per_host: int,
        concurrency: int,
        gap_s: Callable[[str], float],
        monotonic: Callable[[], float],
        sleep: Sleep,
        patience_s: float = 0.03,
        reserve: Reserve | None = None,
    ) -> None:
        self._per_host = per_host
        self._places = asyncio.Semaphore(concurrency)
        self._open = asyncio.Semaphore(concurrency * _OPEN_FACTOR)
        self._gap_s = gap_s
        self._monotonic = monotonic
        self._sleep = sleep
        self._patience_s = patience_s
        self._reserve = reserve
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, *, has_gap: bool = True) -> AsyncIterator[Turn]:
        """Hold a turn at *host*; without *has_gap* (a redirect within it) only the number at a time counts."""
        self._sweep()
        place = self._hosts.setdefault(host, _Host(asyncio.Semaphore(self._per_host), asyncio.Lock()))
        place.n_users += 1
        try:
            async with place.free, self._started(host, place, has_gap=has_gap) as turn:
                yield turn
        finally:
            place.n_users -= 1

    @asynccontextmanager
    async def _started(self, host: str, place: _Host, *, has_gap: bool) -> AsyncIterator[Turn]:
        """A turn from the moment of its start; one at a time starts at each host."""
        gap_s = self._gap_s(host)
        async with place.starting:
            wait_s = place.next_start - self._monotonic()
            if has_gap and wait_s > 0:
                await self._sleep(wait_s)
            await self._open.acquire()
            try:
                turn = await self._take_place(host, gap_s if has_gap else 0.0)
            except BaseException:
                self._open.release()
                raise
            place.next_start = self._monotonic() + gap_s
        try:
            yield turn
        finally:
            turn.end()
            self._open.release()

    async def _take_place(self, host: str, gap_s: float) -> Turn:
        """A turn that begins; the moment is agreed on last, since waiting for a place would make it an earlier one."""
        await self._places.acquire()
        try:
            if gap_s > 0 and self._reserve is not None and (wait_s := self._reserve(host, gap_s)) > 0:
                await self._sleep(wait_s)
        except BaseException:
            self._places.release()
            raise
        return Turn(self._places, self._patience_s)

    def _sweep(self) -> None:
        if len(self._hosts) < _SWEEP_SIZE:
            return
        now = self._monotonic()
        resting = [name for name, place in self._hosts.items() if not place.n_users and place.next_start <= now]
        for name in resting:
            del self._hosts[name]
