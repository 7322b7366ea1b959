"""The HTTP client: one request, under limits that hold whatever the server does.

Theory of operation. Redirects are followed by hand, since httpx reads their bodies without bound; each hop is parsed,
judged and dialled like a first request. A deadline around everything is the only one that ends a drip. Bodies are
taken raw and decoded in ``decode``. No cookie jar exists, no Referer is sent, and the environment is not read: the
transport is used without ``httpx.AsyncClient``, which would bring all three.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpcore
import httpx

from monitor.errors import FetchError
from monitor.fetch.addresses import AddressPolicy, is_local_host
from monitor.fetch.decode import BodyDecoder
from monitor.fetch.guard import Guard, GuardedBackend
from monitor.fetch.hosts import HostTurns, Reserve, Sleep, Turn
from monitor.fetch.limits import FetchLimits, RefusedError
from monitor.fetch.names import NameService, Resolver, resolve_by_system
from monitor.fetch.targets import host_key, origin_of, parse_target
from monitor.fetch.transport import GuardedTransport
from monitor.model import Request, Response
from monitor.stages.freshness import parse_http_date, parse_retry_after

Permit = Callable[[str], Awaitable[None]]
"""Raises FetchError if the address must not be asked."""

_PERMANENT_REDIRECTS = (301, 308)
_REDIRECTS = (301, 302, 303, 307, 308)
_OWN_HEADERS = frozenset(("host", "user-agent", "accept-encoding", "connection", "cookie", "referer", "content-length"))
_SAME_ORIGIN_HEADERS = frozenset(("authorization",))
_VALIDATORS = frozenset(("if-none-match", "if-modified-since"))
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_PUBLIC_GAP_S = 2.0
_PROXY_POLICY = AddressPolicy(allow_private=True)
"""A proxy stands in the operator's own file and mostly in the operator's own network."""
_PIECES_BETWEEN_BREATHS = 64
"""A body in one-byte chunks arrives 64 KB at a time; without a break its pieces would hold the event loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hop:
    """A redirect as sent."""

    location: str
    is_permanent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What to ask of every hop: headers, the cap, and whether a longer body is cut there or refused.

    ``url`` is the address as asked for, by which errors name the request. ``body`` None is a GET, else a POST;
    ``read_s`` and ``total_s`` are the waits for one piece and for all.
    """

    url: str
    headers: tuple[tuple[str, str], ...]
    max_bytes: int
    read_s: float
    total_s: float
    is_cut: bool = False
    body: bytes | None = None

    @property
    def is_conditional(self) -> bool:
        return any(name.lower() in _VALIDATORS for name, _ in self.headers)


class HttpFetcher:
    """The guarded client; implements ``ports.Fetcher``. Use it as an async context manager, in one event loop.

    *clock* tells the time for Retry-After dates. *reserve* agrees with other processes on when a host may be asked.
    *resolver* (blocking), *dialler* and *sleep* stand for the name service, the network and ``asyncio.sleep``.
    *ssl_context* replaces the bundled certificate authorities.

    With *proxy* (an http or https address, with a login if it needs one) all requests go through it, but those to
    loopback and private addresses. It looks names up itself, so it is the guard then: literals, and names that are known
    here too, are still judged first.
    """

    def __init__(
        self,
        limits: FetchLimits,
        policy: AddressPolicy,
        user_agent: str,
        *,
        clock: Callable[[], datetime],
        resolver: Resolver = resolve_by_system,
        dialler: httpcore.AsyncNetworkBackend | None = None,
        ssl_context: ssl.SSLContext | None = None,
        sleep: Sleep = asyncio.sleep,
        reserve: Reserve | None = None,
        proxy: str | None = None,
    ) -> None:
        self._limits = limits
        self._user_agent = user_agent
        self._clock = clock
        self._sleep = sleep
        self._reserve = reserve
        names, network = NameService(resolver, timeout_s=limits.dns_s), dialler or httpcore.AnyIOBackend()
        authorities = ssl_context or _load_authorities()
        self._guard = Guard(policy, names)
        self._transport = GuardedTransport(GuardedBackend(self._guard, network), authorities)
        self._proxied: GuardedTransport | None = None
        if proxy is not None:
            backend = GuardedBackend(Guard(_PROXY_POLICY, names), network)
            self._proxied = GuardedTransport(backend, authorities, httpx.Proxy(proxy))
        self._turns: HostTurns | None = None

    async def __aenter__(self) -> Self:
        self._turns = HostTurns(
            per_host=self._limits.per_host,
            concurrency=self._limits.concurrency,
            gap_s=self._gap_s,
            monotonic=asyncio.get_running_loop().time,
            sleep=self._sleep,
            patience_s=self._limits.patience_s,
            reserve=self._reserve,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turns = None

    async def fetch(self, request: Request) -> Response:
        """The answer, status 200 or 304. Everything else raises FetchError."""
        return await self._run(self._order(request), None)

    async def fetch_permitted(self, request: Request, permit: Permit) -> Response:
        """The same, with *permit* asked before the first request and before every redirect."""
        return await self._run(self._order(request), permit)

    async def fetch_start(self, request: Request, n_bytes: int) -> Response:
        """The same, with the decoded body cut after *n_bytes*."""
        return await self._run(replace(self._order(request), max_bytes=n_bytes, is_cut=True), None)

    async def post(
        self, url: str, body: bytes, *, headers: tuple[tuple[str, str], ...] = (), timeout_s: float | None = None
    ) -> Response:
        """The answer to a POST, status 200 to 299, for addresses that the operator wrote down. Else FetchError.

        Never repeated and never redirected. *timeout_s* is the time for all of it, where the usual one is too short.
        """
        order = self._order(Request(url=url, headers=headers))
        if timeout_s is not None:
            order = replace(order, read_s=timeout_s, total_s=timeout_s)
        return await self._run(replace(order, body=body), None)

    def _order(self, request: Request) -> _Order:
        limits = self._limits
        return _Order(
            url=request.url, headers=request.headers, max_bytes=limits.max_bytes, read_s=limits.read_s,
            total_s=limits.total_s,
        )  # fmt: skip

    async def _run(self, order: _Order, permit: Permit | None) -> Response:
        """The answer to *order*, with every foreign exception turned into a FetchError."""
        try:
            return await self._follow(order, permit)
        except RefusedError as error:
            raise FetchError(order.url, error.kind, error.detail, permanent=error.permanent) from error
        except TimeoutError as error:
            detail = f"not complete within {order.total_s:g} s"
            raise FetchError(order.url, "timeout", detail) from error
        except (httpx.TransportError, OSError) as error:
            # ssl errors in the middle of a body come through httpcore as they are
            raise FetchError(order.url, _kind_of(error), str(error) or type(error).__name__) from error

    async def _follow(self, order: _Order, permit: Permit | None) -> Response:
        """The answer at the end of the redirects; every hop takes its own turn at its host."""
        if self._turns is None:
            raise RuntimeError("use HttpFetcher as an async context manager")
        loop = asyncio.get_running_loop()
        left_s = order.total_s
        target, moved_to, is_moving = parse_target(order.url), None, True
        seen, last_host = {str(target)}, ""
        for _ in range(self._limits.max_redirects + 1):
            if permit is not None:
                await permit(str(target))
            host = host_key(target)
            async with self._turns.turn(host, has_gap=host != last_host) as turn:
                started = loop.time()
                async with asyncio.timeout(left_s):
                    answer = await self._ask(target, order, turn)
                left_s -= loop.time() - started
            if isinstance(answer, Response):
                return replace(answer, url=order.url if len(seen) == 1 else answer.url, moved_to=moved_to)
            last_host, previous, target = host, target, _resolve_hop(target, answer.location)
            if str(target) in seen:
                raise RefusedError("redirect", f"runs in a circle at {target}")
            seen.add(str(target))
            is_moving = is_moving and answer.is_permanent
            moved_to = str(target) if is_moving else moved_to
            order = _forward(order, previous, target, is_moving=is_moving)
        raise RefusedError("redirect", f"more than {self._limits.max_redirects} redirects")

    async def _ask(self, target: httpx.URL, order: _Order, turn: Turn) -> Response | _Hop:
        """One request; a redirect's body is never read. FetchError for any other status than 200 and 304."""
        transport = self._transport
        if self._proxied is not None and not is_local_host(target.host):
            await self._guard.judge_if_known(target.host)
            transport = self._proxied
        times = {"connect": self._limits.connect_s, "read": order.read_s, "write": order.read_s}
        method = "GET" if order.body is None else "POST"
        message = httpx.Request(
            method, target, headers=self._headers(order), content=order.body, extensions={"timeout": times}
        )
        answer = await transport.handle_async_request(message)
        try:
            return await self._read(answer, target, order, turn)
        finally:
            await answer.aclose()

    async def _read(self, answer: httpx.Response, target: httpx.URL, order: _Order, turn: Turn) -> Response | _Hop:
        status = answer.status_code
        if status in _REDIRECTS:
            if order.body is not None:
                raise RefusedError("redirect", f"a POST is not sent on: it leads to {_decode_location(answer)}")
            return _Hop(location=_decode_location(answer), is_permanent=status in _PERMANENT_REDIRECTS)
        headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in answer.headers.raw)
        if status == HTTPStatus.NOT_MODIFIED:
            if not order.is_conditional:
                raise RefusedError("protocol", "304 to a request without conditions")
            return Response(url=str(target), status=status, headers=headers)
        if status != HTTPStatus.OK and (order.body is None or not answer.is_success):
            raise self._status_error(answer, order)
        body = await self._read_body(answer, order, turn)
        return Response(url=str(target), status=status, headers=headers, body=body)

    async def _read_body(self, answer: httpx.Response, order: _Order, turn: Turn) -> bytes:
        decoder = BodyDecoder(
            answer.headers.get("content-encoding"),
            max_bytes=order.max_bytes,
            max_ratio=self._limits.max_ratio,
            is_cut=order.is_cut,
        )
        announced = answer.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > order.max_bytes and not order.is_cut:
            raise RefusedError("too_large", f"{int(announced):,} bytes announced, at most {order.max_bytes:,} are read")
        n_pieces = 0
        async for piece in answer.aiter_raw():
            await turn.receive(len(piece))
            if not decoder.feed(piece):
                break
            n_pieces += 1
            if n_pieces % _PIECES_BETWEEN_BREATHS == 0:
                await asyncio.sleep(0)
        return decoder.finish()

    def _headers(self, order: _Order) -> list[tuple[bytes, bytes]]:
        """The lines to send: the client's own, then the caller's byte for byte, less the names the client owns."""
        asked = [(name, value) for name, value in order.headers if name.lower() not in _OWN_HEADERS]
        if not any(name.lower() == "accept" for name, _ in asked):
            asked.insert(0, ("Accept", "*/*"))
        lines = [("User-Agent", self._user_agent), ("Accept-Encoding", "gzip"), *asked]
        try:
            return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in lines]
        except UnicodeEncodeError as error:
            raise RefusedError("protocol", f"a request header is not Latin-1: {error.object!r}") from error

    def _status_error(self, answer: httpx.Response, order: _Order) -> FetchError:
        status = answer.status_code
        # a date counts from the answer's own, so that a clock that is wrong here or there does no harm
        sent_at = parse_http_date(answer.headers.get("date", "")) or self._clock()
        return FetchError(
            order.url,
            "http_status",
            f"{status} {_PHRASES.get(status, '')}".strip(),
            permanent=status == HTTPStatus.GONE,
            status=status,
            retry_after_s=parse_retry_after(answer.headers.get("retry-after"), sent_at),
        )

    def _gap_s(self, host: str) -> float:
        if self._limits.host_gap_s is not None:
            return self._limits.host_gap_s
        name = httpx.URL(f"http://{host}/").host
        return 0.0 if is_local_host(name) else _PUBLIC_GAP_S


@cache
def _load_authorities() -> ssl.SSLContext:
    """One context for all clients: building one takes 25 ms."""
    return httpx.create_ssl_context(trust_env=False)


def _decode_location(answer: httpx.Response) -> str:
    """The Location header as text; servers send UTF-8 in it although only ASCII is allowed."""
    raw = next((value for name, value in answer.headers.raw if name.lower() == b"location"), b"").strip()
    if not raw:
        raise RefusedError("redirect", f"{answer.status_code} without a Location")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _resolve_hop(current: httpx.URL, location: str) -> httpx.URL:
    """Where *location* leads from *current* (RFC 3986 section 5), checked like any target."""
    if "\\" in location:
        raise RefusedError("bad_url", "redirect to an address with a backslash", permanent=True)
    try:
        joined = str(current.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise RefusedError("bad_url", f"redirect to an unreadable address: {error}", permanent=True) from error
    target = parse_target(joined)
    if current.scheme == "https" and target.scheme == "http":
        raise RefusedError("redirect", f"leads from https to {target}")
    return target


def _forward(order: _Order, previous: httpx.URL, target: httpx.URL, *, is_moving: bool) -> _Order:
    """The order as it may be repeated at *target*: without what is meant for the one before alone.

    Validators go along on passing redirects, since the document at their end is the one that they came with. A host to
    which a feed moves for good has never issued them.
    """
    dropped: frozenset[str] = frozenset()
    if origin_of(target) != origin_of(previous):
        dropped |= _SAME_ORIGIN_HEADERS
    if is_moving and target.host != previous.host:
        dropped |= _VALIDATORS
    return replace(order, headers=tuple(line for line in order.headers if line[0].lower() not in dropped))


def _kind_of(error: Exception) -> str:
    """The FetchError kind of what httpx raised."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    if isinstance(error, httpx.NetworkError | httpx.ProxyError):
        return "connect"
    return "protocol"
