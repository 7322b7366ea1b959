"""Servers that misbehave: each ends with the right error, before the deadline, in flat memory."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from typing import Any

import pytest

from monitor.errors import FetchError
from monitor.fetch import FetchLimits
from monitor.model import Request

BRIEF = FetchLimits(total_s=0.2, read_s=0.15, connect_s=0.15, max_bytes=1_000_000)
OK = b"HTTP/1.1 200 OK\r\n"


async def drip(writer: asyncio.StreamWriter, start: bytes, piece: bytes, pause_s: float = 0.0) -> None:
    """Send *start* and then *piece* until the other side hangs up."""
    writer.write(start)
    while True:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause_s)


DRIPS = {
    "nothing at all": (b"", b"", 0.02),
    "status line byte by byte": (b"HTTP/1.1 200 ", b"O", 0.02),
    "header lines without end": (OK, b"X: y\r\n", 0.02),
    "one header byte by byte": (OK + b"X: ", b"y", 0.02),
    "early hints without end": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 0.02),
    "continue without end": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02),
    "body byte by byte": (OK + b"Content-Length: 9999\r\n\r\n", b"x", 0.02),
    "chunks of one byte": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.02),
    "chunk size without end": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0", 0.02),
    "chunk extension drip": (OK + b"Transfer-Encoding: chunked\r\n\r\n1", b";x", 0.02),
    "trailer without end": (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X: y\r\n", 0.02),
    "gzip that never comes": (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x")[:5], b"", 0.02),
    "empty gzip blocks": (
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10],
        b"\0\0\0\xff\xff",
        0.01,
    ),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", DRIPS)
async def test_a_drip_ends_at_the_deadline(kit: Any, name: str) -> None:
    async with kit.server(lambda _, writer: drip(writer, *DRIPS[name])) as server:
        assert (await kit.fail(server.url(), BRIEF)).kind == "timeout"


@pytest.mark.asyncio
async def test_a_flood_of_early_hints_ends_at_the_deadline(kit: Any) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 50
    async with kit.server(lambda _, writer: drip(writer, b"", hints)) as server:
        assert (await kit.fail(server.url(), BRIEF)).kind == "timeout"


@pytest.mark.asyncio
async def test_a_server_that_accepts_and_says_nothing_times_out_on_read(kit: Any) -> None:
    async def hold(_: str, writer: asyncio.StreamWriter) -> None:
        await writer.wait_closed()

    async with kit.server(hold) as server:
        assert (await kit.fail(server.url(), FetchLimits(total_s=10, read_s=0.1))).kind == "timeout"


@pytest.mark.asyncio
async def test_the_deadline_covers_the_redirects_together(kit: Any) -> None:
    async def move(path: str, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        writer.write(kit.answer("302 Found", [("Location", f"{path}x")]))

    async with kit.server(move) as server:
        error = await kit.fail(server.url(), FetchLimits(total_s=0.4, max_redirects=50))
    assert error.kind == "timeout"
    assert len(server.heads) < 6


FLOODS = {
    "headers": (OK, b"X: " + b"y" * 1_000 + b"\r\n", "protocol"),
    "one long header": (OK + b"X: ", b"y" * 10_000, "protocol"),
    "status line": (b"HTTP/1.1 200 ", b"O" * 10_000, "protocol"),
    "garbage": (b"", b"\0\xff" * 1_000, "protocol"),
    "body without length": (OK + b"\r\n", b"x" * 10_000, "too_large"),
    "body in chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"2710\r\n" + b"x" * 10_000 + b"\r\n", "too_large"),
    "trailers": (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: " + b"y" * 1_000 + b"\r\n", "protocol"),
    "chunk extension": (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 10_000, "protocol"),
    "bytes after gzip": (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x"), b"\0" * 10_000, "too_large"),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", FLOODS)
async def test_a_flood_is_cut_off(kit: Any, name: str) -> None:
    start, piece, kind = FLOODS[name]
    limits = FetchLimits(total_s=10, max_bytes=1_000_000)
    async with kit.server(lambda _, writer: drip(writer, start, piece)) as server:
        assert (await kit.fail(server.url(), limits)).kind == kind


BROKEN = {
    "length too long": (OK + b"Content-Length: 10\r\n\r\nabc", "protocol"),
    "length negative": (OK + b"Content-Length: -1\r\n\r\nabc", "protocol"),
    "two lengths": (OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "protocol"),
    "length of a thousand digits": (OK + b"Content-Length: " + b"9" * 1_000 + b"\r\n\r\nabc", "protocol"),
    "length beyond the cap": (OK + b"Content-Length: 99999999999\r\n\r\nabc", "too_large"),
    "chunks cut off": (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", "protocol"),
    "chunks without the last": (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "protocol"),
    "chunk size no number": (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n", "protocol"),
    "gzip cut off": (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello" * 99)[:-9], "decode"),
    "gzip without checksum": (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello" * 99)[:-8], "decode"),
    "gzip with a wrong checksum": (
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello")[:-8] + b"\0" * 8,
        "decode",
    ),
    "gzip that is text": (OK + b"Content-Encoding: gzip\r\n\r\nhello", "decode"),
    "brotli": (OK + b"Content-Encoding: br\r\n\r\nhello", "decode"),
    "zstd": (OK + b"Content-Encoding: zstd\r\n\r\nhello", "decode"),
    "gzip twice": (OK + b"Content-Encoding: gzip, gzip\r\n\r\n" + gzip.compress(gzip.compress(b"x")), "decode"),
    "gzip in two headers": (OK + b"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\nx", "decode"),
    "hung up": (b"", "protocol"),
    "http/0.9": (b"<html>hello", "protocol"),
    "not a status": (b"HTTP/1.1 abc\r\n\r\n", "protocol"),
    "smtp": (b"220 mail.example ESMTP\r\n", "protocol"),
    "header without colon": (OK + b"nonsense\r\n\r\n", "protocol"),
    "nul in a header": (OK + b"X: a\0b\r\n\r\n", "protocol"),
    "circle": (b"HTTP/1.1 301 Moved\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "redirect"),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_answer_is_never_taken_for_a_whole_one(kit: Any, name: str) -> None:
    answer, kind = BROKEN[name]
    async with kit.server(answer) as server:
        assert (await kit.fail(server.url(), FetchLimits(total_s=5))).kind == kind


@pytest.mark.asyncio
async def test_a_feed_cut_at_any_byte_is_an_error(kit: Any) -> None:
    whole = kit.answer(headers=[("ETag", '"a"')], body=b"<rss></rss>")
    for end in range(len(whole)):
        async with kit.server(whole[:end]) as server:
            assert (await kit.fail(server.url())).kind == "protocol"


@pytest.mark.asyncio
async def test_a_reset_in_the_middle_of_a_body_is_an_error(kit: Any) -> None:
    async def reset(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 100\r\n\r\nabc")
        await writer.drain()
        writer.transport.abort()

    async with kit.server(reset) as server:
        assert (await kit.fail(server.url())).kind in ("connect", "protocol")


def make_bomb(n_megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b"\0" * 1_000_000
    return b"".join(packer.compress(zeros) for _ in range(n_megabytes)) + packer.flush()


@pytest.mark.asyncio
async def test_a_gzip_bomb_is_refused_in_flat_memory(kit: Any) -> None:
    bomb = kit.answer(headers=[("Content-Encoding", "gzip")], body=make_bomb(100))
    async with kit.server(bomb) as server:
        tracemalloc.start()
        try:
            error = await kit.fail(server.url(), FetchLimits(total_s=10))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert error.kind == "too_large"
    assert peak < 8_000_000


@pytest.mark.asyncio
@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
async def test_the_body_of_a_redirect_is_never_read(kit: Any, coding: str) -> None:
    zeros = make_bomb(5)
    start = f"HTTP/1.1 302 Found\r\nLocation: /end\r\nContent-Encoding: {coding}\r\n\r\n".encode()

    async def move(path: str, writer: asyncio.StreamWriter) -> None:
        if path == "/end":
            writer.write(kit.answer(body=b"here"))
        else:
            await drip(writer, start, zeros)

    async with kit.server(move) as server:
        assert (await kit.fetch(server.url("/"))).body == b"here"


@pytest.mark.asyncio
async def test_the_body_of_an_error_is_never_read(kit: Any) -> None:
    start = b"HTTP/1.1 503 Busy\r\nContent-Encoding: gzip\r\n\r\n"
    zeros = make_bomb(5)
    async with kit.server(lambda _, writer: drip(writer, start, zeros)) as server:
        assert (await kit.fail(server.url())).status == 503


@pytest.mark.asyncio
async def test_hung_servers_do_not_hold_up_healthy_ones(kit: Any) -> None:
    async def hang(_: str, writer: asyncio.StreamWriter) -> None:
        await writer.wait_closed()

    limits = FetchLimits(total_s=60, read_s=60, per_host=2, concurrency=64)
    async with kit.server(hang) as hung, kit.server(kit.answer(body=b"ok")) as healthy, kit.fetcher(limits) as fetcher:
        stuck = [asyncio.create_task(fetcher.fetch(Request(url=hung.url(f"/{n}")))) for n in range(6)]
        well = await asyncio.gather(*(fetcher.fetch(Request(url=healthy.url(f"/{n}"))) for n in range(30)))
        assert not any(task.done() for task in stuck)
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)
    assert [answer.body for answer in well] == [b"ok"] * 30


@pytest.mark.asyncio
async def test_a_cancelled_fetch_gives_its_turn_back(kit: Any) -> None:
    async def play(path: str, writer: asyncio.StreamWriter) -> None:
        if path == "/hang":
            await writer.wait_closed()
        else:
            writer.write(kit.answer(body=b"ok"))

    limits = FetchLimits(per_host=1, concurrency=1)
    async with kit.server(play) as server, kit.fetcher(limits) as fetcher:
        stuck = asyncio.create_task(fetcher.fetch(Request(url=server.url("/hang"))))
        while not server.heads:
            await asyncio.sleep(0)
        stuck.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stuck
        answer = await fetcher.fetch(Request(url=server.url("/")))
    assert answer.body == b"ok"


@pytest.mark.asyncio
async def test_one_failure_leaves_the_client_usable(kit: Any) -> None:
    pages = {"/bad": OK + b"Content-Length: 10\r\n\r\nabc", "/good": kit.answer(body=b"ok")}
    async with kit.server(pages) as server, kit.fetcher() as fetcher:
        with pytest.raises(FetchError):
            await fetcher.fetch(Request(url=server.url("/bad")))
        assert (await fetcher.fetch(Request(url=server.url("/good")))).body == b"ok"
