"""What every command shares: the global options, opening the application, and output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.app import App
    from monitor.config import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The global options. ``now`` None means the clock; ``verbosity`` is -1 (quiet), 0 or 1."""

    config: Path
    store: str | None = None
    now: datetime | None = None
    verbosity: int = 0


def load_options(config: Path | None, store: str | None, now: str | None, verbosity: int) -> Options:
    """The options with defaults from the environment (``MONITOR_CONFIG``)."""
    path = config or Path(os.environ.get("MONITOR_CONFIG", "feeds.yaml"))
    return Options(config=path, store=store, now=read_time(now) if now else None, verbosity=verbosity)


def read_settings(options: Options) -> Settings:
    """The configuration; ConfigError with all its mistakes."""
    from monitor.config import load_settings

    return load_settings(options.config, env=os.environ)


@contextmanager
def opened(options: Options) -> Iterator[App]:
    """The application, closed at the end."""
    from monitor.app import open_app

    with open_app(read_settings(options), now=options.now, store=options.store) as app:
        yield app


def read_time(text: str) -> datetime:
    """A moment from ISO 8601, a date, or an age like ``36h`` or ``7d`` (counted back from the clock); UTC if no zone."""
    value = text.strip()
    if value[:-1].isdigit() and value[-1:] in "hdm":
        span = {"h": timedelta(hours=1), "d": timedelta(days=1), "m": timedelta(minutes=1)}[value[-1]]
        return datetime.now(UTC) - int(value[:-1]) * span
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise UsageError(f"not a time: {text!r}; write 2026-09-04, 2026-09-04T07:00:00Z or an age like 36h or 7d") from None
    if isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def write_json(value: Any, *, indent: int | None = None) -> None:
    """One JSON value and a line end on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=indent) + "\n")


def console() -> Console:
    """Where reports for people go: stdout, coloured on a terminal only."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def errors() -> Console:
    """Where everything else goes: stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)
