"""A pool of worker processes that read foreign bytes under limits of time and memory.

Byte caps do not bound extraction time: it is quadratic on hostile input (0.4 MB of attributes took 10 s, a 1 MB
table row 32 s), and no HTML parser measured was safe. So every page is read by a child that can be killed. It costs
the parent 0.3 to 0.8 ms of CPU a page. A child is thrown away after any failure and after ``recycle_after`` pages;
the next page gets a fresh one. Threads are no alternative: libxml under concurrent threads crashed in production.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import signal
from collections import OrderedDict
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from monitor import codec
from monitor.errors import ExtractError, ParseError
from monitor.extract import frames
from monitor.extract.child import Child
from monitor.model import Entry, Feed, Page, ParsedFeed, Response

T = TypeVar("T")
log = logging.getLogger(__name__)

_MAX_REMEMBERED = 10_000
_MAX_KILLS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """What the workers may use.

    ``timeout_s`` is wall time for one page; ``memory_bytes`` address space of one worker (a fresh one takes about
    250 MB of it); ``max_html_bytes`` cuts longer pages; ``recycle_after`` pages end a worker, against leaks.
    """

    n_workers: int = 2
    timeout_s: float = 10.0
    memory_bytes: int = 512 * 1024 * 1024
    recycle_after: int = 500
    max_html_bytes: int = 3_000_000


class ReaderPool:
    """Implements ``ports.Reader``; ``async with ReaderPool() as reader``. Workers start when they are first needed."""

    def __init__(self, limits: PoolLimits | None = None) -> None:
        self._limits = limits or PoolLimits()
        self._free = asyncio.Semaphore(self._limits.n_workers)
        self._idle: list[Child] = []
        self._running: set[Child] = set()
        self._kills: OrderedDict[str, tuple[int, str]] = OrderedDict()
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every worker, busy or idle. Later calls raise ExtractError."""
        self._is_closed = True
        children = [*self._idle, *self._running]
        self._idle.clear()
        await asyncio.gather(*(child.end() for child in children))

    async def parse_feed(self, feed: Feed, response: Response) -> ParsedFeed:
        """The document's entries. ParseError if it is no feed, ExtractError if it breaks the limits."""
        outline = Response(url=response.url, status=response.status, headers=response.headers)
        head = {"do": "feed", "kind": feed.kind, "response": codec.dump(outline).decode()}
        return _load(ParsedFeed, response.url, await self._run(response.url, head, response.body))

    async def read_page(self, response: Response, entry: Entry | None) -> Page:
        """The article on a page. ``problem`` is set when there is none; ExtractError if it breaks the limits."""
        return await self._read(response.url, charset_of(response), response.body, entry)

    async def read_html(self, html: str, url: str | None, entry: Entry | None) -> Page:
        """The same for an HTML fragment, e.g. the full text that a feed carries."""
        return await self._read(url, "utf-8", html.encode("utf-8", "replace"), entry)

    async def _read(self, url: str | None, charset: str | None, body: bytes, entry: Entry | None) -> Page:
        told = codec.dump(entry).decode() if entry else None
        head = {"do": "page", "url": url, "charset": charset, "entry": told}
        return _load(Page, url, await self._run(url, head, body[: self._limits.max_html_bytes]))

    async def _run(self, url: str | None, head: dict[str, Any], body: bytes) -> bytes:
        """The answer's bytes. Failures count against the page: two killed workers and it is not tried again."""
        name = url or "html"
        key = hashlib.sha256(url.encode("utf-8", "replace") if url else body).hexdigest()
        n_kills, kind = self._kills.get(key, (0, ""))
        if n_kills >= _MAX_KILLS:
            raise ExtractError(name, kind, f"not tried again: it ended {n_kills} workers")
        async with self._free:
            answer, raw = await self._ask(name, key, frames.pack(head, body))
        if "parse_error" in answer:
            raise ParseError(*(str(part) for part in answer["parse_error"][:3]))
        return raw

    async def _ask(self, name: str, key: str, frame: bytes) -> tuple[dict[str, Any], bytes]:
        child = await self._take(name)
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                answer, raw = await child.ask(frame)
        except TimeoutError as error:
            await self._drop(child)
            self._count_kill(key, "timeout")
            raise ExtractError(name, "timeout", f"not read in {self._limits.timeout_s:g} s") from error
        except (EOFError, OSError, frames.FrameError) as error:
            status = await self._drop(child)
            kind = "timeout" if status == -signal.SIGXCPU else "crashed"
            self._count_kill(key, kind)
            raise ExtractError(name, kind, f"the worker ended with status {status}") from error
        except BaseException:
            await asyncio.shield(self._drop(child))
            raise
        if "error" in answer:
            await self._drop(child)
            kind = "resources" if answer["error"] == "resources" else "crashed"
            self._count_kill(key, kind)
            raise ExtractError(name, kind, str(answer.get("detail"))[:500])
        await self._give_back(child, is_tired=bool(answer.get("is_tired")))
        return answer, raw

    async def _take(self, name: str) -> Child:
        if self._is_closed:
            raise ExtractError(name, "crashed", "the reader pool is closed")
        while self._idle:
            child = self._idle.pop()
            if child.is_alive:
                self._running.add(child)
                return child
        cpu_s = int(self._limits.timeout_s) + 1
        try:
            child = await Child.start(memory_bytes=self._limits.memory_bytes, cpu_s=cpu_s)
        except (OSError, EOFError, TimeoutError) as error:
            raise ExtractError(name, "crashed", f"no worker process can be started: {error!r}") from error
        self._running.add(child)
        log.debug("worker_started pid=%d", child.pid)
        return child

    async def _give_back(self, child: Child, *, is_tired: bool) -> None:
        if self._is_closed or is_tired or child.n_pages >= self._limits.recycle_after:
            await self._drop(child)
        else:
            self._running.discard(child)
            self._idle.append(child)

    async def _drop(self, child: Child) -> int:
        self._running.discard(child)
        return await child.end()

    def _count_kill(self, key: str, kind: str) -> None:
        n_kills, _ = self._kills.pop(key, (0, ""))
        self._kills[key] = (n_kills + 1, kind)
        if len(self._kills) > _MAX_REMEMBERED:
            self._kills.popitem(last=False)


def _load(kind: type[T], url: str | None, raw: bytes) -> T:
    """The worker's answer, checked: what comes out of it is no more trusted than what went in."""
    try:
        return codec.load(kind, raw)
    except ValueError as error:
        raise ExtractError(url or "html", "crashed", f"the worker's answer is no {kind.__name__}") from error


def charset_of(response: Response) -> str | None:
    """The charset label of the Content-Type header, as sent."""
    for part in (response.header("content-type") or "").split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None
