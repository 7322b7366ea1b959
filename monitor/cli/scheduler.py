"""``monitor run``: the scheduler."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class LogFormat(StrEnum):
    """What ``--log-format`` takes."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("run")(run)


def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then end.")] = False,
    log_format: Annotated[
        LogFormat, typer.Option(help="Lines on stderr; auto: text on a terminal, else JSON.")
    ] = LogFormat.AUTO,
) -> None:
    """Poll, read, compose and deliver on time until stopped."""
    import asyncio

    from monitor import jobs

    options: Options = context.obj
    jobs.start_log(log_format.value, verbosity=options.verbosity)
    watch = jobs.ConfigWatch(lambda: read_settings(options))
    caretaker = jobs.Caretaker(watch, store=options.store, clock=_clock(options.now))

    async def work() -> int:
        return await (jobs.run_once(caretaker) if once else jobs.run_forever(caretaker))

    status = asyncio.run(work())
    if status:
        raise typer.Exit(status)


def _clock(start: datetime | None) -> Callable[[], datetime]:
    """The time; with ``--now`` a clock that starts there and goes on."""
    from datetime import UTC, datetime, timedelta
    from time import monotonic

    if start is None:
        return lambda: datetime.now(UTC)
    began_s = monotonic()
    return lambda: start + timedelta(seconds=monotonic() - began_s)
