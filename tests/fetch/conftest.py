"""A server on loopback that answers with any bytes, and clients to try on it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpcore
import pytest

from monitor.errors import FetchError
from monitor.fetch import AddressPolicy, FetchLimits, HttpFetcher
from monitor.model import Request, Response

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SHORT = FetchLimits(total_s=15.0, dns_s=5.0, connect_s=5.0, read_s=5.0)
USER_AGENT = "monitor-news/0.1 (+https://monitor.example)"
TLS_PEM = Path(__file__).with_name("loopback_tls.pem")

Handler = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """Where the server listens, and the heads of the requests it got."""

    port: int
    heads: list[str] = field(default_factory=list)
    n_open: int = 0
    n_open_at_most: int = 0

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [head.split(" ")[1] for head in self.heads]

    def headers(self, position: int = -1) -> dict[str, str]:
        lines = self.heads[position].split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}


def make_answer(
    status: str = "200 OK", headers: Iterable[tuple[str, str]] = (), body: bytes = b"", *, length: int | None = None
) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@asynccontextmanager
async def open_server(
    handler: Handler | bytes | dict[str, bytes], *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            server.heads.append(head)
            server.n_open += 1
            server.n_open_at_most = max(server.n_open_at_most, server.n_open)
            try:
                await play(head, writer)
            finally:
                server.n_open -= 1
        writer.close()

    async def play(head: str, writer: asyncio.StreamWriter) -> None:
        path = head.split(" ")[1]
        if isinstance(handler, bytes):
            writer.write(handler)
        elif isinstance(handler, dict):
            writer.write(handler.get(path, make_answer("404 Not Found")))
        else:
            await handler(path, writer)
        await writer.drain()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    server = Server(port=listener.sockets[0].getsockname()[1])
    try:
        yield server
    finally:
        listener.close()


class CannedStream(httpcore.AsyncNetworkStream):
    """A connection that says its piece and claims to be with *peer*."""

    def __init__(self, peer: str, answer: bytes) -> None:
        self._peer = peer
        self._answer = answer
        self.sent = b""
        self.is_closed = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        piece, self._answer = self._answer[:max_bytes], self._answer[max_bytes:]
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.sent += buffer

    async def aclose(self) -> None:
        self.is_closed = True

    def get_extra_info(self, info: str) -> Any:
        return (self._peer, 80) if info == "server_addr" else None


class Recorder(httpcore.AsyncNetworkBackend):
    """A network that never leaves the process: writes down what was dialled and plays canned answers by address."""

    def __init__(self, answers: dict[str, bytes] | None = None, *, peer: str | None = None) -> None:
        self.dials: list[tuple[str, int]] = []
        self.streams: list[CannedStream] = []
        self._answers = answers or {}
        self._peer = peer

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dials.append((host, port))
        if host not in self._answers:
            raise httpcore.ConnectError("nobody there")
        self.streams.append(CannedStream(self._peer or host, self._answers[host]))
        return self.streams[-1]

    @property
    def addresses(self) -> list[str]:
        return [host for host, _ in self.dials]


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


def make_fetcher(
    limits: FetchLimits = SHORT, policy: AddressPolicy | None = None, **changes: Any
) -> AbstractAsyncContextManager[HttpFetcher]:
    """A client that may talk to loopback."""
    chosen = policy or AddressPolicy(allow_private=True)
    return HttpFetcher(limits, chosen, changes.pop("user_agent", USER_AGENT), **{"clock": lambda: NOW, **changes})


def make_public_fetcher(dialler: Recorder, **changes: Any) -> AbstractAsyncContextManager[HttpFetcher]:
    """A client that may not, on a recorded network."""
    return make_fetcher(policy=AddressPolicy(), dialler=dialler, **changes)


async def fetch_once(url: str, limits: FetchLimits = SHORT, **changes: Any) -> Response:
    async with make_fetcher(limits, **changes) as fetcher:
        return await fetcher.fetch(Request(url=url))


async def fail_once(url: str, limits: FetchLimits = SHORT, **changes: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        async with asyncio.timeout(20):
            await fetch_once(url, limits, **changes)
    return caught.value


@dataclass(frozen=True)
class Kit:
    """Everything above in one fixture, since test modules cannot import each other."""

    now: datetime = NOW
    short: FetchLimits = SHORT
    user_agent: str = USER_AGENT
    tls_pem: Path = TLS_PEM
    answer: Callable[..., bytes] = make_answer
    server: Callable[..., AbstractAsyncContextManager[Server]] = open_server
    fetcher: Callable[..., AbstractAsyncContextManager[HttpFetcher]] = make_fetcher
    public_fetcher: Callable[..., AbstractAsyncContextManager[HttpFetcher]] = make_public_fetcher
    fetch: Callable[..., Awaitable[Response]] = fetch_once
    fail: Callable[..., Awaitable[FetchError]] = fail_once
    recorder: type[Recorder] = Recorder
    clock: type[Clock] = Clock


@pytest.fixture
def kit() -> Kit:
    return Kit()
