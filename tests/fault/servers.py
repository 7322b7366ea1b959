"""Servers that mean harm: what they send, and the error that has to be remembered of them."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache

import zstandard

Play = Callable[[asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ENDLESS = OK + b"\r\n"


@cache
def pack(n_megabytes: int, *, times: int = 1) -> bytes:
    """Zeros in gzip, *times* over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(n_megabytes)) + packer.flush()
    for _ in range(times - 1):
        body = gzip.compress(body)
    return body


BROTLI_BOMB = bytes.fromhex("9b ff ff 3f 00 00 c4 1d".replace(" ", "")) * 100
"""Not a valid stream: it must be refused by its name, before anybody looks inside."""


def packed(coding: str, body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Encoding: {coding}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def once(answer: bytes) -> Play:
    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return play


def drip(start: bytes, piece: bytes, pause_s: float = 0.02) -> Play:
    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return play


def flood(start: bytes, piece: bytes) -> Play:
    return drip(start, piece, 0.0)


def hold(start: bytes = b"") -> Play:
    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await writer.wait_closed()

    return play


def moved(location: str, status: str = "302 Found", body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: {len(body)}\r\n\r\n".encode("latin-1") + body


CASES: dict[str, tuple[Play, str]] = {
    # slow
    "says nothing": (hold(), "timeout"),
    "stops in the status line": (hold(b"HTTP/1.1 2"), "timeout"),
    "stops in the headers": (hold(OK + b"X: y\r\n"), "timeout"),
    "stops in the body": (hold(OK + b"Content-Length: 100\r\n\r\nabc"), "timeout"),
    "stops in a chunk": (hold(CHUNKED + b"5\r\nab"), "timeout"),
    "drips the status line": (drip(b"HTTP/1.1 200 ", b"O"), "timeout"),
    "drips header lines": (drip(OK, b"X: y\r\n"), "timeout"),
    "drips one header": (drip(OK + b"X: ", b"y"), "timeout"),
    "drips the body": (drip(OK + b"Content-Length: 99999\r\n\r\n", b"x"), "timeout"),
    "drips chunks": (drip(CHUNKED, b"1\r\nx\r\n"), "timeout"),
    "drips a chunk size": (drip(CHUNKED, b"0"), "timeout"),
    "drips a chunk extension": (drip(CHUNKED + b"1", b";x"), "timeout"),
    "drips trailers": (drip(CHUNKED + b"1\r\nx\r\n0\r\n", b"X: y\r\n"), "timeout"),
    "drips early hints": (drip(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), "timeout"),
    "drips continue": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "timeout"),
    "floods early hints": (flood(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50), "timeout"),
    "drips empty gzip blocks": (drip(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], b"\0\0\0\xff\xff"), "timeout"),
    # too much
    "floods headers": (flood(OK, b"X: " + b"y" * 1_000 + b"\r\n"), "protocol"),
    "floods short headers": (flood(OK, b"X: y\r\n" * 500), "protocol"),
    "floods one header": (flood(OK + b"X: ", b"y" * 10_000), "protocol"),
    "floods the status line": (flood(b"HTTP/1.1 200 ", b"O" * 10_000), "protocol"),
    "floods garbage": (flood(b"", b"\0\xff" * 5_000), "protocol"),
    "floods trailers": (flood(CHUNKED + b"0\r\n", b"X: " + b"y" * 1_000 + b"\r\n"), "protocol"),
    "floods a chunk extension": (flood(CHUNKED + b"1;", b"x" * 10_000), "protocol"),
    "floods a body without length": (flood(ENDLESS, b"x" * 60_000), "too_large"),
    "floods chunks": (flood(CHUNKED, b"ea60\r\n" + b"x" * 60_000 + b"\r\n"), "too_large"),
    "announces too much": (once(OK + b"Content-Length: 99999999999\r\n\r\nabc"), "too_large"),
    # bombs
    "gzip bomb": (once(packed("gzip", pack(100))), "too_large"),
    "gzip bomb in chunks": (once(CHUNKED[:-2] + b"Content-Encoding: gzip\r\n\r\n" + b"%x\r\n" % len(pack(100)) + pack(100)), "too_large"),
    "gzip of many members": (once(packed("gzip", gzip.compress(b"x") * 20_000)), "decode"),
    "gzip followed by zeros": (flood(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x"), b"\0" * 60_000), "too_large"),
    "gzip twice": (once(packed("gzip, gzip", pack(100, times=2))), "decode"),
    "gzip three times": (once(packed("gzip, gzip, gzip", pack(100, times=3))), "decode"),
    "gzip in two headers": (once(packed("gzip", pack(1), more="Content-Encoding: gzip\r\n")), "decode"),
    "gzip inside of gzip": (once(packed("gzip", pack(100, times=2))), "too_large"),
    "brotli bomb": (once(packed("br", BROTLI_BOMB)), "decode"),
    "zstd bomb": (once(packed("zstd", zstandard.compress(b"\0" * 50_000_000))), "decode"),
    "deflate bomb": (once(packed("deflate", zlib.compress(b"\0" * 50_000_000))), "decode"),
    "brotli inside of gzip": (once(packed("br, gzip", pack(100))), "decode"),
    "coding of a thousand names": (once(packed(",".join(["gzip"] * 1_000), pack(1))), "decode"),
    "bomb in a redirect to nowhere": (once(packed("gzip", pack(100), "302 Found", "Location: \r\n")), "redirect"),
    "bomb in an error": (once(packed("gzip", pack(100), "503 Busy")), "http_status"),
    "endless redirect body": (flood(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", pack(1)), "redirect"),
    "endless error body": (flood(b"HTTP/1.1 500 Oops\r\n\r\n", b"x" * 60_000), "http_status"),
    # broken
    "hangs up at once": (once(b""), "protocol"),
    "shorter than announced": (once(OK + b"Content-Length: 10\r\n\r\nabc"), "protocol"),
    "negative length": (once(OK + b"Content-Length: -1\r\n\r\nabc"), "protocol"),
    "two lengths": (once(OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), "protocol"),
    "length of a thousand digits": (once(OK + b"Content-Length: " + b"9" * 1_000 + b"\r\n\r\nabc"), "protocol"),
    "length with a plus": (once(OK + b"Content-Length: +3\r\n\r\nabc"), "protocol"),
    "chunk size of letters": (once(CHUNKED + b"zz\r\nab\r\n"), "protocol"),
    "chunk size of a hundred digits": (once(CHUNKED + b"f" * 100 + b"\r\nab\r\n"), "protocol"),
    "no last chunk": (once(CHUNKED + b"2\r\nab\r\n"), "protocol"),
    "transfer coding of its own": (once(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "protocol"),
    "gzip cut off": (once(packed("gzip", gzip.compress(b"hello" * 99)[:-9])), "decode"),
    "gzip with a wrong sum": (once(packed("gzip", gzip.compress(b"hello")[:-8] + b"\0" * 8)), "decode"),
    "gzip that is text": (once(packed("gzip", b"hello")), "decode"),
    "another protocol": (once(b"220 mail.example ESMTP\r\n"), "protocol"),
    "http 0.9": (once(b"<rss></rss>"), "protocol"),
    "nul in a header": (once(OK + b"X: a\0b\r\n\r\n"), "protocol"),
    "header without colon": (once(OK + b"nonsense\r\n\r\n"), "protocol"),
    "304 that nobody asked for": (once(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "protocol"),
    "206": (once(b"HTTP/1.1 206 Partial\r\nContent-Length: 3\r\n\r\nabc"), "http_status"),
    # elsewhere
    "redirect in a circle": (once(moved("/feed", "301 Moved")), "redirect"),
    "redirect to a file": (once(moved("file:///etc/passwd")), "bad_url"),
    "redirect to gopher": (once(moved("gopher://127.0.0.1:11211/_stats")), "bad_url"),
    "redirect to a script": (once(moved("javascript:alert(1)")), "bad_url"),
    "redirect to data": (once(moved("data:text/xml,<rss/>")), "bad_url"),
    "redirect with a backslash": (once(moved("http://127.0.0.1\\@news.example/")), "bad_url"),
    "redirect with a login": (once(moved("http://me:hush@127.0.0.1/")), "bad_url"),
    "redirect to metadata": (once(moved("http://169.254.169.254/latest/")), "forbidden_address"),
    "redirect to metadata in IPv6": (once(moved("http://[::ffff:169.254.169.254]/")), "forbidden_address"),
    "redirect to the mail server": (once(moved("http://127.0.0.1:25/")), "bad_url"),
    "redirect of 9,000 characters": (once(moved("/" + "x" * 9_000)), "bad_url"),
    "redirect without end": (flood(b"HTTP/1.1 302 Found\r\nLocation: /", b"x" * 10_000), "protocol"),
}  # fmt: skip


@asynccontextmanager
async def open_hostile(play: Play) -> AsyncIterator[int]:
    """The port of a server that plays *play* to everybody."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await play(writer)
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
