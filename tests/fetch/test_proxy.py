"""A proxy from the operator's file: what goes through it, and what is still judged here."""

from __future__ import annotations

import asyncio
import base64
import ssl
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from monitor.errors import FetchError
from monitor.fetch import AddressPolicy
from monitor.model import Request

PUBLIC = "93.184.215.14"
UNKNOWN = OSError("no such name here")


def names(known: dict[str, list[str]]) -> Any:
    def look_up(host: str) -> list[str]:
        if host not in known:
            raise UNKNOWN
        return known[host]

    return look_up


def through(kit: Any, proxy: Any, known: dict[str, list[str]], *, login: str = "", **changes: Any) -> Any:
    """A client behind *proxy* that may not talk to private networks itself."""
    address = f"http://{login}127.0.0.1:{proxy.port}"
    return kit.fetcher(policy=AddressPolicy(), proxy=address, resolver=names(known), **changes)


@pytest.mark.asyncio
async def test_a_request_goes_to_the_proxy_with_the_whole_address(kit: Any) -> None:
    async with kit.server(kit.answer(body=b"hi")) as proxy, through(kit, proxy, {"news.example": [PUBLIC]}) as fetcher:
        answer = await fetcher.fetch(Request(url="http://news.example/rss?a=1"))
    assert answer.body == b"hi"
    assert proxy.heads[0].startswith("GET http://news.example/rss?a=1 HTTP/1.1")
    assert proxy.headers()["host"] == "news.example"
    assert "proxy-authorization" not in proxy.headers()


@pytest.mark.asyncio
async def test_a_name_that_only_the_proxy_knows_is_left_to_it(kit: Any) -> None:
    async with kit.server(kit.answer(body=b"hi")) as proxy, through(kit, proxy, {}) as fetcher:
        assert (await fetcher.fetch(Request(url="http://news.example/"))).body == b"hi"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "host", ["169.254.169.254", "inside.example", "100.64.0.1", "[fe80::1]", "[64:ff9b::a9fe:a9fe]"]
)
async def test_literals_and_known_names_are_still_judged_first(kit: Any, host: str) -> None:
    async with kit.server(kit.answer()) as proxy, through(kit, proxy, {"inside.example": ["10.0.0.1"]}) as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(Request(url=f"http://{host}/"))
    assert caught.value.kind == "forbidden_address"
    assert proxy.heads == []


@pytest.mark.asyncio
async def test_a_redirect_behind_the_proxy_is_judged_too(kit: Any) -> None:
    moved = kit.answer("302 Found", [("Location", "http://169.254.169.254/")])
    async with kit.server(moved) as proxy, through(kit, proxy, {}) as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(Request(url="http://news.example/"))
    assert caught.value.kind == "forbidden_address"
    assert len(proxy.heads) == 1


@pytest.mark.asyncio
async def test_private_addresses_that_are_allowed_are_dialled_directly(kit: Any) -> None:
    async with kit.server(kit.answer()) as proxy, kit.server(kit.answer(body=b"near")) as near:
        async with kit.fetcher(proxy=f"http://127.0.0.1:{proxy.port}") as fetcher:
            assert (await fetcher.fetch(Request(url=near.url()))).body == b"near"
    assert proxy.heads == []


@pytest.mark.asyncio
async def test_the_login_goes_to_the_proxy_and_no_further_into_errors(kit: Any) -> None:
    async with kit.server(kit.answer("407 Proxy Authentication Required")) as proxy:
        async with through(kit, proxy, {}, login="me:hush@") as fetcher:
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(Request(url="http://news.example/"))
    assert proxy.headers()["proxy-authorization"] == "Basic " + base64.b64encode(b"me:hush").decode()
    assert (caught.value.kind, caught.value.status) == ("http_status", 407)
    assert "hush" not in str(caught.value)


@pytest.mark.asyncio
async def test_a_proxy_that_is_not_there_is_a_connect_error(kit: Any) -> None:
    async with kit.server(kit.answer()) as proxy:
        client = through(kit, proxy, {})
    async with client as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(Request(url="http://news.example/"))
    assert caught.value.kind == "connect"


@asynccontextmanager
async def open_tunnel(kit: Any, refusal: bytes | None = None) -> Any:
    """A proxy that answers CONNECT by leading to a TLS server, or with *refusal*; gives its port and what it was asked."""
    asked: list[str] = []
    certificate = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.load_cert_chain(kit.tls_pem)
    async with kit.server(kit.answer(body=b"secret"), tls=certificate) as target:

        async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                while piece := await reader.read(65_536):
                    writer.write(piece)
                    await writer.drain()
            writer.close()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
            if refusal is not None:
                writer.write(refusal)
                writer.close()
                return
            there = await asyncio.open_connection("127.0.0.1", target.port)
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))

        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        try:
            yield listener.sockets[0].getsockname()[1], asked
        finally:
            listener.close()


@pytest.mark.asyncio
async def test_https_goes_through_a_tunnel_and_the_certificate_is_still_that_of_the_name(kit: Any) -> None:
    trust = ssl.create_default_context(cafile=kit.tls_pem)
    async with open_tunnel(kit) as (port, asked):
        async with kit.fetcher(
            policy=AddressPolicy(), proxy=f"http://127.0.0.1:{port}", resolver=names({}), ssl_context=trust
        ) as fetcher:
            assert (await fetcher.fetch(Request(url="https://news.example/"))).body == b"secret"
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(Request(url="https://other.example/"))
    assert [head.split(" HTTP")[0] for head in asked] == ["CONNECT news.example:443", "CONNECT other.example:443"]
    assert caught.value.kind == "tls"


@pytest.mark.asyncio
async def test_a_tunnel_that_is_refused_says_so(kit: Any) -> None:
    async with open_tunnel(kit, b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n") as (port, _):
        async with kit.fetcher(policy=AddressPolicy(), proxy=f"http://127.0.0.1:{port}", resolver=names({})) as fetcher:
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(Request(url="https://news.example/"))
    assert caught.value.kind == "connect"
    assert "502" in caught.value.detail


@pytest.mark.asyncio
async def test_the_environment_names_no_proxy(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async with kit.server(kit.answer()) as proxy, kit.server(kit.answer(body=b"direct")) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "")
        assert (await kit.fetch(server.url())).body == b"direct"
    assert proxy.heads == []
