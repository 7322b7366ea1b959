"""One tick of the scheduler, and the tasks it starts.

A tick is short. It starts what is due: to make editions, to fetch, to deliver. These go on beside later ticks, at most
one of each, so that neither slow feeds nor a hanging mail server makes an edition late. A delivery runs in a thread with
a store of its own, since channels wait for their servers.

A slot that was missed (the computer was off or asleep) waits for the next fetch: its edition should tell the news of
now. It does not wait longer than ``PATIENCE_S``.
"""

from __future__ import annotations

import asyncio
import os
import platform
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

from monitor.app import (
    App,
    Bench,
    DueSlot,
    choose_feeds,
    deliver_outbox,
    fetch_at,
    find_due_slots,
    find_next_slot,
    has_deliveries,
    open_app,
    open_reader,
    publish_slot,
    write_lines,
)
from monitor.app.locking import work_lock
from monitor.config import Settings
from monitor.errors import MonitorError, StoreError, StoreLockedError
from monitor.jobs.log import tell, warn
from monitor.jobs.turn import WorkTurn
from monitor.jobs.watch import ConfigWatch
from monitor.model import Beat, Edition, Feed, Outcome
from monitor.pipeline import DeliveryReport, FetchReport
from monitor.ports import Embedder

TICK_S = 30.0
"""Longest pause between two ticks; feeds are due to the hour, retries of mail to minutes."""
BUSY_S = 5.0
"""The pause while another process works on the database."""
PATIENCE_S = 600.0
BEAT_S = 60.0
_LATE = timedelta(minutes=2)
_FETCH, _PUBLISH, _DELIVER = "fetch", "publish", "deliver"
_MARGIN_S = 0.05  # so that a timer that fires early does not find a slot not due yet


class Caretaker:
    """Does what is due. All but deliveries happens in the thread of its event loop."""

    def __init__(
        self,
        watch: ConfigWatch,
        *,
        store: str | None,
        clock: Callable[[], datetime],
        embedder: Embedder | None = None,
    ) -> None:
        """*store* stands for that of the configuration; *clock* tells the time, which may jump."""
        self.clock = clock
        self.wake: Callable[[], None] = lambda: None
        self.trouble: str | None = None
        self._watch = watch
        self._address = store or watch.settings.store
        self._life = ExitStack()
        opened = open_app(watch.settings, now=clock(), store=self._address)
        self._store = self._life.enter_context(opened).store
        self._turn = WorkTurn(self._store)
        self._bench = Bench(reader=open_reader(), embedder=embedder)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._name = f"{platform.node()}:{os.getpid()}"
        self._started_at = clock()
        self._beat_s: float | None = None
        self._is_elsewhere = False
        self._awake_s = time.monotonic()
        self._has_fetched = False
        self._has_delivered = False
        self._failing: dict[str, str] = {}

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._watch.settings

    @property
    def is_idle(self) -> bool:
        """True if nothing was started that still runs."""
        return not self._tasks

    def next_pause_s(self) -> float:
        """Seconds to the next tick: when the next slot is met, at most ``TICK_S``."""
        if self._is_elsewhere:
            return BUSY_S
        now = self.clock()
        met_at = find_next_slot(self._app(), after=now)
        return TICK_S if met_at is None else min(TICK_S, (met_at - now).total_seconds() + _MARGIN_S)

    def ask_reload(self) -> None:
        """Read the configuration again at the next tick."""
        self._watch.ask()

    def wake_up(self) -> None:
        """The computer slept or its clock was set: news may have piled up, and missed slots wait for them."""
        self._awake_s, self._has_fetched = time.monotonic(), False
        self.wake()

    async def tick(self) -> None:
        """Start whatever is due. Never raises for what a later tick can do: it is said once and tried again."""
        try:
            self._tick()
        except StoreError as error:
            self._note_trouble(error)
        except Exception as error:  # noqa: BLE001 - one tick that nobody foresaw must not be the last
            _tell_defect("tick", error)

    def _tick(self) -> None:
        self._watch.look()
        app = self._app()
        self._beat(app)
        if not self._turn.try_enter():
            self._note_elsewhere(is_elsewhere=True)
            return
        with self._turn.hold():
            self._note_elsewhere(is_elsewhere=False)
            feeds = choose_feeds(app)
            has_work = bool(feeds) or app.store.feeds.count_pending(now=app.now) > 0
            self._has_fetched = self._has_fetched or not has_work
            if slots := self._choose_slots(app):
                self._start(_PUBLISH, lambda: self._alone(lambda: self._publish(app, slots)))
            if has_work:
                self._start(_FETCH, lambda: self._alone(lambda: self._fetch(app, feeds)))
        if not self._has_delivered or has_deliveries(app):
            self._start(_DELIVER, lambda: self._deliver(app))

    async def run_once(self) -> bool:
        """Fetch, compose and deliver what is due now, in this order; False if a delivery failed.

        Waits for another process at work on the database as commands do, and raises what they raise.
        """
        async with work_lock(self._app(), _tell_waiting):
            await self._fetch(self._app(), choose_feeds(self._app()))
            app = self._app()
            await self._publish(app, find_due_slots(app))
        return not (await self._deliver(app)).failed

    async def close(self, *, patience_s: float) -> bool:
        """End every task, the workers and the store; False if a task could not be ended in time."""
        tasks = list(self._tasks.values())
        for task in tasks:
            # A delivery runs in a thread, which cannot be ended; what it is sending should be noted as sent.
            if task.get_name() != _DELIVER:
                task.cancel()
        late = (await asyncio.wait(tasks, timeout=patience_s))[1] if tasks else set()
        await self._bench.reader.close()
        if late:
            return False
        if self._beat_s is not None:
            try:
                self._store.slots.end_beat(self._name)
            except StoreError as error:
                self._note_trouble(error)
        self._life.close()
        return True

    def _app(self) -> App:
        return App(settings=self._watch.settings, store=self._store, now=self.clock())

    def _beat(self, app: App) -> None:
        """Note a sign of life now and then; while there is trouble at every tick, as a trial whether it is over.

        Without it a full disk would have every feed asked again and again for nothing.
        """
        now_s = time.monotonic()
        if self._beat_s is not None and now_s - self._beat_s < BEAT_S and self.trouble is None:
            return
        beat = Beat(name=self._name, started_at=self._started_at, beat_at=app.now)
        self._store.slots.save_beat(beat)
        self._beat_s = now_s
        if self.trouble is not None:
            tell("store_works_again")
            self.trouble = None

    def _choose_slots(self, app: App) -> list[DueSlot]:
        """The slots to decide now: all that are due but those that wait for a fetch."""
        is_ready = self._has_fetched or time.monotonic() - self._awake_s > PATIENCE_S
        return [due for due in find_due_slots(app) if is_ready or app.now - due.slot.at <= _LATE]

    async def _publish(self, app: App, slots: Sequence[DueSlot]) -> None:
        for due in slots:
            lines = await asyncio.to_thread(write_lines, app, due) if app.settings.llm else None
            self._tell_edition(app, due, publish_slot(app, due, lines))
        self.wake()

    def _tell_edition(self, app: App, due: DueSlot, edition: Edition | None) -> None:
        late_s = round((app.now - due.slot.at).total_seconds(), 1)
        if edition is None:
            tell("slot_empty", digest=due.digest.id, slot=due.slot.name, late_s=late_s)
            return
        self._bench.note_edition(app, edition)
        tell(
            "edition_stored", digest=due.digest.id, slot=due.slot.name, edition=edition.id, late_s=late_s,
            stories=len(edition.stories), new_sentences=edition.n_facts,
        )  # fmt: skip

    def _start(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Run *work* beside the ticks, unless the last one of that name still runs."""
        if name in self._tasks:
            return
        self._tasks[name] = asyncio.create_task(self._guard(name, work), name=name)

    async def _guard(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except* StoreLockedError:
            _tell_waiting("wait", 0, 1)
        except* StoreError as errors:
            self._note_trouble(errors.exceptions[0])
        except* MonitorError as errors:
            for error in errors.exceptions:
                warn(f"{name}_failed", detail=str(error))
        except* Exception as errors:  # noqa: BLE001 - what one task stumbles over must not end the others
            _tell_defect(name, errors)
        finally:
            del self._tasks[name]

    async def _alone(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do *work* while no other process works on the database."""
        if self._turn.try_enter():
            with self._turn.hold():
                await work()

    async def _fetch(self, app: App, feeds: tuple[Feed, ...]) -> FetchReport:
        began_s = time.monotonic()
        report = await fetch_at(self._bench, app, feeds)
        if report.polled or report.outcomes:
            self._tell_fetch(feeds, report, time.monotonic() - began_s)
        if not self._has_fetched:
            # Missed slots may have waited for this.
            self._has_fetched = True
            self.wake()
        return report

    def _tell_fetch(self, feeds: Sequence[Feed], report: FetchReport, seconds: float) -> None:
        self._tell_feeds(feeds, report)
        outcomes: dict[str, Any] = {outcome.value: report.outcomes[outcome] for outcome in Outcome}
        tell(
            "fetched", feeds=report.polled, unchanged=report.not_modified, failed_feeds=report.failed_feeds,
            entries=report.new_entries, **outcomes, seconds=round(seconds, 1),
        )  # fmt: skip

    def _tell_feeds(self, feeds: Sequence[Feed], report: FetchReport) -> None:
        """One line for each feed that begins or ceases to fail, and for each article that nobody foresaw."""
        found = {str(error["feed"]): error for error in report.errors if "url" not in error}
        for feed in feeds:
            error = found.get(feed.url)
            before = self._failing.pop(feed.url, None)
            if error is not None:
                self._failing[feed.url] = str(error["error"])
                if before != error["error"]:
                    warn("feed_failed", feed=feed.url, error=error["error"], detail=error["detail"])
            elif before is not None:
                tell("feed_works_again", feed=feed.url)
        for error in report.errors:
            if error["error"] in ("defect", "corpus"):
                warn("article_failed", url=error["url"], error=error["error"], detail=error["detail"])

    async def _deliver(self, app: App) -> DeliveryReport:
        report = await asyncio.to_thread(_deliver_aside, app.settings, self._address, self.clock)
        self._has_delivered = True
        for channel in report.sent:
            tell("delivered", channel=channel)
        for channel, detail in report.failed:
            is_over = (channel, detail) in report.held
            warn("delivery_given_up" if is_over else "delivery_failed", channel=channel, detail=detail)
        return report

    def _note_elsewhere(self, *, is_elsewhere: bool) -> None:
        if is_elsewhere and not self._is_elsewhere:
            _tell_waiting("wait", 0, 1)
        self._is_elsewhere = is_elsewhere

    def _note_trouble(self, error: BaseException) -> None:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if self.trouble != str(error):
            warn("store_refuses", detail=str(error), doing=f"trying again every {TICK_S:.0f} s")
        self.trouble = str(error)


def _tell_waiting(stage: str, _done: int, _total: int) -> None:
    if stage == "wait":
        tell("waiting", detail="another monitor is at work on this database")


def _deliver_aside(settings: Settings, store: str, clock: Callable[[], datetime]) -> DeliveryReport:
    with open_app(settings, now=clock(), store=store) as app:
        return deliver_outbox(app, wait_s=0)


def _tell_defect(where: str, error: BaseException) -> None:
    first = error
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    warn("defect", where=where, error=f"{type(first).__name__}: {first}", trace=error)
