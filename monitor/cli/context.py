"""What every command shares: the global options, opening the application, and output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.app import App
    from monitor.config import Settings

_SPANS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


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
def opened(options: Options, settings: Settings | None = None) -> Iterator[App]:
    """The application, closed at the end; *settings* are those that are read already."""
    from monitor.app import open_app

    with open_app(settings or read_settings(options), now=options.now, store=options.store) as app:
        yield app


def read_time(text: str, *, now: datetime | None = None) -> datetime:
    """A moment from ISO 8601, a date, or an age like ``36h`` or ``7d`` counted back from *now* (None: the clock).

    UTC where no zone is written. UsageError for anything else.
    """
    value = text.strip()
    try:
        if value[:-1].isdecimal() and value[-1:] in _SPANS:
            return (now or datetime.now(UTC)) - int(value[:-1]) * _SPANS[value[-1]]
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"not a time: {text!r}; write 2026-09-04, 2026-09-04T07:00:00Z or an age like 36h or 7d"
        ) from None


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


def note(options: Options, text: str, *, is_detail: bool = False) -> None:
    """One line on stderr; silent with ``-q``, and a detail only with ``-v``."""
    from monitor.cli.screen import show

    if options.verbosity >= int(is_detail):
        show(errors(), text)
