"""The ``work`` lock: one process at a time judges, composes and sends on a database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from monitor.app.opening import App
from monitor.errors import StoreLockedError
from monitor.pipeline import Progress

LOCK_WAIT_S = 600.0
"""How long a command waits for another that works on the same database."""

_LOCK_PAUSE_S = 0.1


@asynccontextmanager
async def work_lock(app: App, progress: Progress) -> AsyncIterator[None]:
    """Hold the ``work`` lock; tells *progress* ``wait`` once if it must wait. An interrupt ends the waiting."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + LOCK_WAIT_S
    is_waiting = False
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(app.store.lock("work", wait_s=0))
                break
            except StoreLockedError:
                if clock() >= deadline:
                    raise
            if not is_waiting:
                is_waiting = True
                progress("wait", 0, 1)
            await asyncio.sleep(_LOCK_PAUSE_S)
        yield
