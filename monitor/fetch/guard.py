"""The one door to the network: names are looked up once, every address is judged, and judged literals are dialled.

A check before the request would leave a gap in which the name can change its mind (DNS rebinding), and writing the
address into the URL would key the connection pool and the certificate check by IP. A backend below the connection has
neither fault: host header, SNI and certificate stay those of the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_address

import httpcore

from monitor.fetch.addresses import AddressPolicy
from monitor.fetch.limits import RefusedError
from monitor.fetch.names import NameService

_MAX_DIALS = 6
"""Addresses tried for one name; a name with a thousand of them must not become a thousand connections."""


class Guard:
    """Judges hosts by the addresses that they have at this moment."""

    def __init__(self, policy: AddressPolicy, names: NameService) -> None:
        self._policy = policy
        self._names = names

    async def find_judged(self, host: str) -> Sequence[str]:
        """The addresses of *host*, all of them allowed; a name with a single forbidden one is refused altogether."""
        try:
            addresses: Sequence[str] = (str(ip_address(host)),)
        except ValueError:
            addresses = await self._names.find_addresses(host)
        for address in addresses:
            self.judge(address)
        return addresses

    async def judge_if_known(self, host: str) -> None:
        """RefusedError ``forbidden_address`` if *host* has such an address; a name that nobody here knows passes."""
        try:
            await self.find_judged(host)
        except RefusedError as error:
            if error.kind != "dns":
                raise

    def judge(self, address: str) -> None:
        """RefusedError ``forbidden_address`` unless the policy allows *address*."""
        if (reason := self._policy.judge(address)) is not None:
            raise RefusedError("forbidden_address", reason, permanent=True)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Dials only addresses that the guard lets pass, and looks again at whom it got."""

    def __init__(self, guard: Guard, dialler: httpcore.AsyncNetworkBackend) -> None:
        self._guard = guard
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
        addresses = await self._guard.find_judged(host)
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
        """Wait; httpcore calls it between retries."""
        await self._dialler.sleep(seconds)

    async def _check_peer(self, stream: httpcore.AsyncNetworkStream) -> httpcore.AsyncNetworkStream:
        peer = stream.get_extra_info("server_addr")
        try:
            self._guard.judge(str(peer[0]) if peer else "unknown peer")
        except RefusedError:
            await stream.aclose()
            raise
        return stream
