"""What the event loop's thread spends at one go, and how much memory the process ever held."""

from __future__ import annotations

import asyncio
import asyncio.events
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Watch:
    """CPU seconds of the longest single step of the event loop (not wall time, so that a busy machine does not count)."""

    longest_s: float = 0.0
    grown_bytes: int = 0


def most_bytes() -> int:
    """The most memory that the process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def watch() -> Iterator[Watch]:
    found, before = Watch(), most_bytes()
    plain = asyncio.events.Handle._run

    def run(handle: asyncio.events.Handle) -> None:
        began = time.thread_time()
        try:
            plain(handle)
        finally:
            found.longest_s = max(found.longest_s, time.thread_time() - began)

    asyncio.events.Handle._run = run  # type: ignore[method-assign]
    try:
        yield found
    finally:
        asyncio.events.Handle._run = plain  # type: ignore[method-assign]
        found.grown_bytes = most_bytes() - before
