"""The caretaker's ticks by APScheduler, and the signals that stop it.

One job in memory; what is due is in the store. Its trigger always names one moment after now, so that a clock that
jumps ahead by years yields one tick and not one for each that was missed. APScheduler waits for moments of the wall
clock: set back by a day, it would sleep a day. So a pulse by the monotonic clock looks whether the two went apart, and
pulls the tick forward. It also tells the service manager that the loop is alive.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from monitor.jobs.caretaker import TICK_S, Caretaker
from monitor.jobs.log import tell, warn
from monitor.jobs.systemd import ServiceManager

STOP_S = 8.0
"""How long a stop may take before the process ends itself; service managers often kill after 10 s."""
_TASKS_S = 6.0
PULSE_S = 2.0
_JUMP_S = 2.0
_INTERRUPTED = 130


class NextTick(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """The moment of the next tick, always after now."""

    def __init__(self, caretaker: Caretaker) -> None:
        self._caretaker = caretaker

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """*now* and the pause that the caretaker wants; the pause alone counts, not when a tick should have been."""
        return now + timedelta(seconds=self._caretaker.next_pause_s())


class _Stop:
    """Set by SIGTERM or SIGINT; ends the process itself if the clean way takes too long."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.event = asyncio.Event()
        self.status = 0

    def listen(self) -> None:
        """Take the signals. Not by the loop's own handlers: those would wait for a transaction that waits."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.event.is_set() and number == signal.SIGINT:
            os._exit(_INTERRUPTED)
        self.status = _INTERRUPTED if number == signal.SIGINT else 0
        timer = threading.Timer(STOP_S, self._end)
        timer.daemon = True
        timer.start()
        self._loop.call_soon_threadsafe(self.event.set)

    def _end(self) -> None:
        warn("stopped_hard", detail=f"not all work ended within {STOP_S:.0f} s; what was done is stored")
        self.end_now()

    def end_now(self) -> None:
        """End the process as a crash would, with the status of a clean stop: the store makes both the same."""
        logging.shutdown()
        sys.stderr.flush()
        os._exit(self.status)


async def run_forever(caretaker: Caretaker) -> int:
    """Tick until SIGTERM (status 0) or SIGINT (130); SIGHUP reads the configuration again."""
    loop = asyncio.get_running_loop()
    manager = ServiceManager(os.environ)
    stop = _Stop(loop)
    stop.listen()
    scheduler = AsyncIOScheduler(timezone=UTC)
    job = scheduler.add_job(
        caretaker.tick, NextTick(caretaker), id="tick", next_run_time=datetime.now(UTC), misfire_grace_time=None,
        coalesce=True, max_instances=1,
    )  # fmt: skip
    caretaker.wake = lambda: job.modify(next_run_time=datetime.now(UTC))

    def reload() -> None:
        manager.reloading()
        caretaker.ask_reload()
        caretaker.wake()
        loop.call_later(0.1, manager.ready)

    loop.add_signal_handler(signal.SIGHUP, reload)
    scheduler.start()
    manager.ready()
    settings = caretaker.settings
    tell("started", feeds=len(settings.feeds), digests=len(settings.digests), config=str(settings.path))
    pulse = asyncio.create_task(_pulse(caretaker, manager, lambda: job.next_run_time))
    await stop.event.wait()
    manager.stopping()
    tell("stopping")
    began_s = time.monotonic()
    pulse.cancel()
    scheduler.shutdown(wait=False)
    if not await caretaker.close(patience_s=_TASKS_S):
        warn("stopped_hard", detail="a delivery goes on; the next run finds out how it ended")
        stop.end_now()
    tell("stopped", seconds=round(time.monotonic() - began_s, 1))
    return stop.status


async def run_once(caretaker: Caretaker) -> int:
    """Do what is due now; status 1 if an edition could not be delivered to every channel."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return 0 if await caretaker.run_once() else 1
    finally:
        await caretaker.close(patience_s=_TASKS_S)


async def _pulse(caretaker: Caretaker, manager: ServiceManager, next_tick_at: Callable[[], datetime | None]) -> None:
    """Say that the loop is alive; find jumps of the clock, sleep of the computer, and a tick that is far off."""
    pause_s = min(PULSE_S, manager.watchdog_s / 3) if manager.watchdog_s else PULSE_S
    wall_s, steady_s = time.time(), time.monotonic()
    while True:
        await asyncio.sleep(pause_s)
        manager.alive()
        jumped_s = (time.time() - wall_s) - (time.monotonic() - steady_s)
        wall_s, steady_s = time.time(), time.monotonic()
        next_at = next_tick_at()
        is_far = next_at is not None and (next_at - datetime.now(UTC)).total_seconds() > TICK_S + _JUMP_S
        if abs(jumped_s) > _JUMP_S or is_far:
            tell("clock_jumped", seconds=round(jumped_s))
            caretaker.wake_up()
        manager.status(caretaker.trouble or "at work")
