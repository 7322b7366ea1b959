"""Looks names up without ever holding anybody else up.

The system's resolver blocks, and a lookup that hangs cannot be cancelled, only left behind. A pool of 32 threads is
empty after 32 names whose server keeps silent, and Python waits for the threads of a pool when the program ends. So
each lookup has a thread of its own that nobody waits for.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread

from monitor.fetch.limits import RefusedError

Resolver = Callable[[str], Sequence[str]]
"""Blocking: host name to addresses. OSError or ValueError (UnicodeError is one) if there are none."""

_MAX_THREADS = 256
"""Lookups under way. A thread that waits costs some 100 kB; glibc gives a lookup up after 10 to 30 s."""

_Answer = asyncio.Future[Sequence[str]]


def resolve_by_system(host: str) -> Sequence[str]:
    """The addresses of *host* in the order of RFC 6724, without repeats; blocks as long as the system's resolver."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class NameService:
    """Addresses of names by *resolver*, each within *timeout_s* seconds. Use it in one event loop."""

    def __init__(self, resolver: Resolver, *, timeout_s: float, max_threads: int = _MAX_THREADS) -> None:
        self._resolver = resolver
        self._timeout_s = timeout_s
        self._free = asyncio.Semaphore(max_threads)

    async def find_addresses(self, host: str) -> Sequence[str]:
        """The addresses of *host*. RefusedError ``dns`` if there are none, or not in time."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        answer: _Answer = loop.create_future()
        try:
            Thread(target=self._look_up, args=(loop, answer, host), name="dns", daemon=True).start()
        except RuntimeError as error:
            self._free.release()
            raise RefusedError("dns", f"no thread is left to look {host} up") from error
        try:
            async with asyncio.timeout(self._timeout_s):
                return await answer
        except TimeoutError as error:
            raise RefusedError("dns", f"no answer for {host} within {self._timeout_s:g} s") from error
        except (OSError, ValueError) as error:
            raise RefusedError("dns", f"cannot look up {host}: {error}") from error

    def _look_up(self, loop: asyncio.AbstractEventLoop, answer: _Answer, host: str) -> None:
        found: Sequence[str] | Exception
        try:
            found = self._resolver(host)
        except Exception as error:  # noqa: BLE001 - raised again where the answer is awaited
            found = error
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
            loop.call_soon_threadsafe(self._finish, answer, found)

    def _finish(self, answer: _Answer, found: Sequence[str] | Exception) -> None:
        self._free.release()
        if answer.done():
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)
