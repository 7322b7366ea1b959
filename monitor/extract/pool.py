"""A pool of worker processes that read foreign bytes under limits of time and memory.

Byte caps do not bound extraction time: it is quadratic on hostile input (0.4 MB of attributes took 10 s, a 1 MB
table row 32 s), and no HTML parser measured was safe. So every document is read by a child that can be killed. It costs
the parent 0.3 to 0.8 ms of CPU a page. A child is thrown away after any failure and after ``recycle_after`` documents;
the next one gets a fresh one. Threads are no alternative: libxml under concurrent threads crashed in production.

Feeds take 1 to 5 ms each and a worker half a second to start, so they share one worker until many of them wait. Pages
need a worker with models loaded, which takes twice as long to start and reads feeds too.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from monitor import codec
from monitor.errors import ExtractError, ParseError
from monitor.extract import answers, frames
from monitor.extract.child import Child
from monitor.extract.quarantine import Quarantine, key_of
from monitor.model import Capture, Document, Entry, Feed, Page, ParsedFeed, Response

log = logging.getLogger(__name__)

_MANY_FEEDS = 32
"""Feeds that wait before a second worker is worth its start."""
_MAX_ARCHIVE_FAILURES = 20
"""Workers one web archive may end before the rest of it is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """What the workers may use.

    ``timeout_s`` is wall time for one document; ``memory_bytes`` address space of one worker (a fresh one takes about
    250 MB of it); ``max_html_bytes`` cuts longer pages; ``recycle_after`` documents end a worker, against leaks.
    """

    n_workers: int = 2
    timeout_s: float = 10.0
    memory_bytes: int = 512 * 1024 * 1024
    recycle_after: int = 500
    max_html_bytes: int = 3_000_000


class ReaderPool:
    """Implements ``ports.Reader``; ``async with ReaderPool() as reader``. Workers start when they are first needed."""

    def __init__(self, limits: PoolLimits | None = None, quarantine: Quarantine | None = None) -> None:
        self._limits = limits or PoolLimits()
        self._quarantine = quarantine or Quarantine()
        self._free = asyncio.Semaphore(self._limits.n_workers)
        self._feed_lane = asyncio.Lock()
        self._n_feeds = 0
        self._idle: list[Child] = []
        self._running: set[Child] = set()
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
        outline = codec.dump(replace(response, body=b"")).decode()
        picked = [feed.links, feed.selector] if feed.links or feed.selector else None
        head = {"do": "feed", "kind": feed.kind, "picked": picked, "response": outline}
        pieces = await self._run(response.url, head, response.body, has_pages=False)
        with _checked(response.url):
            return await answers.join_feed(pieces)

    async def read_page(self, response: Response, entry: Entry | None) -> Page:
        """The article on a page. ``problem`` is set when there is none; ExtractError if it breaks the limits."""
        return await self._read(response.url, charset_of(response), response.body, entry)

    async def read_html(self, html: str, url: str | None, entry: Entry | None) -> Page:
        """The same for an HTML fragment, e.g. the full text that a feed carries."""
        return await self._read(url, "utf-8", html.encode("utf-8", "replace"), entry)

    async def read_documents(self, body: bytes, suffix: str, *, name: str) -> tuple[Document, ...]:
        """The articles of a file (``stages.documents.read_documents``); ExtractError if it breaks the limits.

        *name* stands for the file in errors. Failures are not remembered: the file is the reader's own.
        """
        pieces = await self._run(None, {"do": "documents", "suffix": suffix}, body, has_pages=True, name=name)
        with _checked(name):
            return await answers.join_documents(pieces)

    async def iter_captures(self, path: str) -> AsyncIterator[Capture]:
        """The records of a web archive; one that ends its worker is told as a problem, and the rest is read on.

        OSError if the file cannot be opened.
        """
        offset: int | None = 0
        n_failures = 0
        with open(path, "rb") as file:  # noqa: ASYNC230 - a local file, opened once
            while offset is not None:
                reached, offset = offset, None
                try:
                    async for capture in self._captures(path, file.fileno(), reached):
                        reached = capture.offset
                        yield capture
                except ExtractError as error:
                    yield Capture(offset=reached, problem=f"{error.kind} at or after this record: {error.detail}")
                    n_failures += 1
                    offset = reached + 1 if n_failures < _MAX_ARCHIVE_FAILURES else None

    async def probe(self) -> tuple[str, ...]:
        """Which of ``confine.LOCKS`` hold for workers on this machine; ExtractError if none can be started."""
        async with self._turn(has_pages=False):
            child = await self._take("worker", has_pages=False)
            await self._give_back(child, is_tired=False)
        return child.locks

    async def _captures(self, path: str, fd: int, offset: int) -> AsyncIterator[Capture]:
        """The records from *offset* on, by a worker of their own."""
        child = await self._start(path, has_pages=False, pass_fd=fd)
        try:
            while True:
                answer, raw = await self._ask_child(
                    child, path, frames.pack({"do": "archive", "fd": fd, "offset": offset})
                )
                with _checked(path):
                    state, *rows = answers.split(raw, answer.get("pieces"))
                    for told, body in zip(rows[::2], rows[1::2], strict=True):
                        capture = codec.load(Capture, told)
                        if capture.response is not None:
                            capture = replace(capture, response=replace(capture.response, body=body))
                        yield capture
                if state != b"more":
                    return
        finally:
            await asyncio.shield(self._drop(child))

    async def _read(self, url: str | None, charset: str | None, body: bytes, entry: Entry | None) -> Page:
        told = codec.dump(replace(entry, html=None)).decode() if entry else None
        head = {"do": "page", "url": url, "charset": charset, "entry": told}
        pieces = await self._run(url, head, body[: self._limits.max_html_bytes], has_pages=True)
        with _checked(url or "html"):
            return codec.load(Page, b"".join(pieces))

    async def _run(
        self, url: str | None, head: dict[str, Any], body: bytes, *, has_pages: bool, name: str | None = None
    ) -> list[bytes]:
        """The answer's pieces. Failures count against the document: two killed workers and it is not tried again."""
        key = None if name else key_of(url, body)
        name = name or url or "html"
        if key and (ban := self._quarantine.find_ban(key)):
            detail = f"not tried again before {ban.until:%Y-%m-%d %H:%M} UTC: it ended {ban.n_kills} workers"
            raise ExtractError(name, ban.kind, detail)
        async with self._turn(has_pages=has_pages):
            answer, raw = await self._ask(name, key, frames.pack(head, body), has_pages=has_pages)
        with _checked(name):
            if "parse_error" in answer:
                url_told, kind, detail = map(str, answer["parse_error"])
                raise ParseError(url_told, kind, detail)
            return answers.split(raw, answer.get("pieces"))

    @asynccontextmanager
    async def _turn(self, *, has_pages: bool) -> AsyncIterator[None]:
        """Hold the right to a worker."""
        if has_pages:
            async with self._free:
                yield
            return
        self._n_feeds += 1
        try:
            if self._n_feeds > _MANY_FEEDS:
                async with self._free:
                    yield
            else:
                async with self._feed_lane, self._free:
                    yield
        finally:
            self._n_feeds -= 1

    async def _ask(self, name: str, key: str | None, frame: bytes, *, has_pages: bool) -> tuple[dict[str, Any], bytes]:
        child = await self._take(name, has_pages=has_pages)
        try:
            answer, raw = await self._ask_child(child, name, frame)
        except ExtractError as error:
            await self._drop(child)
            if key is not None and not self._is_closed:  # else it was our own closing that ended the worker
                self._quarantine.count_kill(key, error.kind)
            raise
        except BaseException:
            await asyncio.shield(self._drop(child))
            raise
        await self._give_back(child, is_tired=bool(answer.get("is_tired")))
        return answer, raw

    async def _ask_child(self, child: Child, name: str, frame: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer; ExtractError if there is none, or one that tells of an error: the worker is to be dropped then."""
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                answer, raw = await child.ask(frame)
        except TimeoutError as error:
            raise ExtractError(name, "timeout", f"not read in {self._limits.timeout_s:g} s") from error
        except (EOFError, OSError, frames.FrameError) as error:
            status = await child.end()
            kind = "timeout" if status == -signal.SIGXCPU else "crashed"
            raise ExtractError(name, kind, f"the worker ended with status {status}") from error
        if "error" in answer:
            kind = "resources" if answer["error"] == "resources" else "crashed"
            raise ExtractError(name, kind, str(answer.get("detail"))[:500])
        return answer, raw

    async def _take(self, name: str, *, has_pages: bool) -> Child:
        while self._idle:
            child = self._idle.pop()
            if child.is_alive and (child.has_pages or not has_pages):
                self._running.add(child)
                return child
            await self._drop(child)
        return await self._start(name, has_pages=has_pages)

    async def _start(self, name: str, *, has_pages: bool, pass_fd: int | None = None) -> Child:
        if self._is_closed:
            raise ExtractError(name, "crashed", "the reader pool is closed")
        memory_bytes, cpu_s = self._limits.memory_bytes, int(self._limits.timeout_s) + 1
        try:
            child = await Child.start(memory_bytes=memory_bytes, cpu_s=cpu_s, has_pages=has_pages, pass_fd=pass_fd)
        except (OSError, EOFError, TimeoutError, frames.FrameError) as error:
            raise ExtractError(name, "crashed", f"no worker process can be started: {error!r}") from error
        self._running.add(child)
        log.debug("worker_started pid=%d locks=%s", child.pid, ",".join(child.locks) or "none")
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


@contextmanager
def _checked(name: str) -> Iterator[None]:
    """What comes out of a worker is no more trusted than what went in."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise ExtractError(name, "crashed", "the worker's answer cannot be read") from error


def charset_of(response: Response) -> str | None:
    """The charset label of the Content-Type header, as sent."""
    for part in (response.header("content-type") or "").split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None
