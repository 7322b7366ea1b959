"""Sending to addresses that the operator wrote down."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from monitor.errors import FetchError
from monitor.fetch import AddressPolicy, FetchLimits

JSON = (("Content-Type", "application/json"), ("Authorization", "Bearer hush"))


async def post(kit: Any, server: Any, *, limits: FetchLimits | None = None, **how: Any) -> Any:
    async with kit.fetcher(limits or kit.short) as fetcher:
        return await fetcher.post(server.url("/v1"), b'{"a": 1}', headers=JSON, **how)


async def refuse(kit: Any, server: Any, **how: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await post(kit, server, **how)
    return caught.value


@pytest.mark.asyncio
async def test_the_body_and_its_type_arrive_whole(kit: Any) -> None:
    bodies: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        bodies.append(await reader.readexactly(int(fields["content-length"])))
        assert head.startswith("POST /v1 HTTP/1.1")
        assert (fields["content-type"], fields["authorization"]) == ("application/json", "bearer hush")
        writer.write(kit.answer("201 Created", body=b"done"))
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with kit.fetcher() as fetcher:
        answer = await fetcher.post(f"http://127.0.0.1:{port}/v1", b'{"a": 1}', headers=JSON)
    listener.close()
    assert (answer.status, answer.body, bodies) == (201, b"done", [b'{"a": 1}'])


@pytest.mark.asyncio
@pytest.mark.parametrize("status", ["200 OK", "202 Accepted", "204 No Content"])
async def test_every_success_is_one(kit: Any, status: str) -> None:
    async with kit.server(kit.answer(status)) as server:
        assert (await post(kit, server)).status == int(status[:3])


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "status", ["304 Not Modified", "400 Bad Request", "401 Unauthorized", "429 Too Many Requests", "500 Oops"]
)
async def test_everything_else_is_an_error_and_is_not_repeated(kit: Any, status: str) -> None:
    async with kit.server(kit.answer(status, [("Retry-After", "120")])) as server:
        error = await refuse(kit, server)
    assert error.kind == ("protocol" if status.startswith("304") else "http_status")
    assert len(server.heads) == 1


@pytest.mark.asyncio
async def test_a_post_is_never_sent_on(kit: Any) -> None:
    async with kit.server(kit.answer()) as there, kit.server(kit.answer("307 Go", [("Location", there.url())])) as here:
        assert (await refuse(kit, here)).kind == "redirect"
    assert there.heads == []


@pytest.mark.asyncio
async def test_the_guard_holds_for_it_too(kit: Any) -> None:
    async with kit.server(kit.answer()) as server, kit.fetcher(policy=AddressPolicy()) as fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.post(server.url(), b"x")
    assert caught.value.kind == "forbidden_address"
    assert server.heads == []


@pytest.mark.asyncio
async def test_it_may_be_given_its_own_time(kit: Any) -> None:
    async def think(_: str, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(kit.answer(body=b"thought"))

    limits = FetchLimits(total_s=0.1, read_s=0.1)
    async with kit.server(think) as server:
        assert (await refuse(kit, server, limits=limits)).kind == "timeout"
        assert (await post(kit, server, limits=limits, timeout_s=10)).body == b"thought"
