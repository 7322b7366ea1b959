"""The one door to the network: names are looked up once, every address is judged, and judged literals are dialled.

A check before the request would leave a gap in which the name can change its mind (DNS rebinding), and writing the
address into the URL would key the connection pool and the certificate check by IP. A backend below the pool has
neither fault: host header, SNI and certificate stay those of the name.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from ipaddress import ip_address

import httpcore
import httpx

from monitor.fetch.addresses import AddressPolicy
from monitor.fetch.limits import FetchLimits, RefusedError

Resolver = Callable[[str], Sequence[str]]
"""Blocking: host name to addresses. OSError or UnicodeError if there are none."""

_MAX_DIALS = 6
"""Addresses tried for one name; a name with a thousand of them must not become a thousand connections."""


def resolve_by_system(host: str) -> Sequence[str]:
    """The addresses of *host* in the order of RFC 6724, without repeats; blocks as long as the system's resolver."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Dials only addresses that the policy allows; a name with a single forbidden address is refused altogether."""

    def __init__(
        self,
        policy: AddressPolicy,
        *,
        dns_s: float,
        resolver: Resolver,
        executor: Executor,
        dialler: httpcore.AsyncNetworkBackend,
    ) -> None:
        self._policy = policy
        self._dns_s = dns_s
        self._resolver = resolver
        self._executor = executor
        self._dialler = dialler

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first judged address of *host* that answers."""
        addresses = await self._find_addresses(host)
        for address in addresses:
            self._judge(address)
        failure: Exception = RefusedError("dns", f"{host} has no address")
        for address in addresses[:_MAX_DIALS]:
            try:
                stream = await self._dialler.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            return await self._check_peer(stream)
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Always refused."""
        raise RefusedError("forbidden_address", f"unix socket {path}", permanent=True)

    async def sleep(self, seconds: float) -> None:
        """Wait; the connection pool calls it between retries."""
        await self._dialler.sleep(seconds)

    async def _find_addresses(self, host: str) -> Sequence[str]:
        try:
            return (str(ip_address(host)),)
        except ValueError:
            looking = asyncio.get_running_loop().run_in_executor(self._executor, self._resolver, host)
        try:
            return await asyncio.wait_for(looking, self._dns_s)
        except TimeoutError as error:
            raise RefusedError("dns", f"no answer for {host} within {self._dns_s:g} s") from error
        except (OSError, UnicodeError) as error:
            raise RefusedError("dns", f"cannot look up {host}: {error}") from error

    def _judge(self, address: str) -> None:
        if (reason := self._policy.judge(address)) is not None:
            raise RefusedError("forbidden_address", reason, permanent=True)

    async def _check_peer(self, stream: httpcore.AsyncNetworkStream) -> httpcore.AsyncNetworkStream:
        peer = stream.get_extra_info("server_addr")
        try:
            self._judge(str(peer[0]) if peer else "unknown peer")
        except RefusedError:
            await stream.aclose()
            raise
        return stream


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx over a guarded pool: HTTP/1.1, no proxies, nothing from the environment, a connection for each request.

    httpx 0.28 offers no public way to hand in a network backend, so the pool is replaced after construction; the
    tests hold that requests go through it. Connections are not kept: most hosts get one request in an hour, the
    pool's cost grows with the square of its connections, and a kept one may be dead when it is needed.
    """

    def __init__(self, backend: GuardedBackend, limits: FetchLimits, ssl_context: ssl.SSLContext) -> None:
        super().__init__(verify=ssl_context, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context,
            max_connections=limits.concurrency,
            max_keepalive_connections=0,
            http1=True,
            http2=False,
            network_backend=backend,
        )
