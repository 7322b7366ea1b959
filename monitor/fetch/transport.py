"""httpx over guarded connections: HTTP/1.1, nothing from the environment, a connection for each request."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import httpcore
import httpx

from monitor.fetch.guard import GuardedBackend


class GuardedTransport(httpx.AsyncHTTPTransport):
    """Sends requests through *backend*, or with *proxy* through that proxy, to which *backend* then leads.

    httpx 0.28 offers no public way to hand in a network backend, so its pool is replaced after construction; the
    tests hold that requests go through it. Connections are not kept: most hosts get one request in an hour, a pool's
    cost grows with the square of its connections, and a kept one may be dead when it is needed.
    """

    def __init__(self, backend: GuardedBackend, ssl_context: ssl.SSLContext, proxy: httpx.Proxy | None = None) -> None:
        super().__init__(verify=ssl_context, trust_env=False)
        maker: httpcore.AsyncConnectionPool
        if proxy is None:
            maker = httpcore.AsyncConnectionPool(ssl_context=ssl_context, network_backend=backend)
        else:
            maker = httpcore.AsyncHTTPProxy(
                proxy_url=str(proxy.url),
                proxy_auth=proxy.raw_auth,
                ssl_context=ssl_context,
                proxy_ssl_context=ssl_context if proxy.url.scheme == "https" else None,
                network_backend=backend,
            )
        self._pool = _OneShots(maker)  # type: ignore[assignment]


class _OneShots:
    """Stands where httpx expects a pool: makes each connection as the pool would, and closes it after its answer."""

    def __init__(self, maker: httpcore.AsyncConnectionPool) -> None:
        self._maker = maker

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        connection = self._maker.create_connection(request.url.origin)
        try:
            answer = await connection.handle_async_request(request)
        except BaseException:
            await connection.aclose()
            raise
        return httpcore.Response(
            status=answer.status,
            headers=answer.headers,
            content=_LastAnswer(answer, connection),
            extensions=answer.extensions,
        )


class _LastAnswer:
    """The body of an answer; closing it closes its connection."""

    def __init__(self, answer: httpcore.Response, connection: httpcore.AsyncConnectionInterface) -> None:
        self._answer = answer
        self._connection = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._answer.aiter_stream():
            yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()
        await self._connection.aclose()
