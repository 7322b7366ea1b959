"""Polls are stored some at a time: a commit that is synced to the disk costs more than all else of a quiet feed.

Each poll is still stored wholly or not at all: its state and its entries are in one transaction, together with those of
other feeds that came in at about the same time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Arrival, FeedState
from monitor.ports import FeedStore

_WAIT_S = 0.05
_MAX_POLLS = 64
_MAX_ARRIVALS = 300
"""About 30 ms of work: the event loop must run on."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    state: FeedState
    arrivals: Sequence[Arrival]
    is_stored: asyncio.Future[None]


class PollSaver:
    """Gathers polls for up to 50 ms, or until nobody is left whose poll could join; *n_polls* are expected in all."""

    def __init__(self, store: FeedStore, *, n_polls: int, now: datetime) -> None:
        self._store = store
        self._n_open = n_polls
        self._now = now
        self._waiting: list[_Waiting] = []
        self._timer: asyncio.TimerHandle | None = None
        self.n_added = 0

    async def save(self, state: FeedState, arrivals: Sequence[Arrival] = ()) -> None:
        """Store one poll; returns when it is safe on the disk. ``n_added`` then counts what became pending of it."""
        loop = asyncio.get_running_loop()
        item = _Waiting(state, arrivals, loop.create_future())
        self._waiting.append(item)
        self._n_open -= 1
        n_arrivals = sum(len(other.arrivals) for other in self._waiting)
        if self._n_open <= 0 or len(self._waiting) >= _MAX_POLLS or n_arrivals >= _MAX_ARRIVALS:
            self.flush()
        elif self._timer is None:
            self._timer = loop.call_later(_WAIT_S, self.flush)
        await item.is_stored

    def flush(self) -> None:
        """Store what waits, in one transaction; whoever waits for it is told what went wrong."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        together, self._waiting = self._waiting, []
        if not together:
            return
        try:
            self.n_added += self._store.save_polls([(item.state, item.arrivals) for item in together], now=self._now)
        except Exception as error:  # noqa: BLE001 - goes to everyone whose poll is not stored
            for item in together:
                if not item.is_stored.done():
                    item.is_stored.set_exception(error)
            return
        for item in together:
            if not item.is_stored.done():
                item.is_stored.set_result(None)
