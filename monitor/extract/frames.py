"""Frames on a pipe: eight bytes of lengths, a JSON object, raw bytes.

``>II`` holds the length of the JSON and of the bytes. Nothing that a reader of these frames does can run code that
the other side chose (no pickle): the far end of the pipe has read hostile pages.
"""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any, BinaryIO

_LENGTHS = struct.Struct(">II")
MAX_HEAD_BYTES = 1_000_000
"""The parent decodes a head at one go; pieces of answers are in the body."""
MAX_FRAME_BYTES = 32 * 1024 * 1024


class FrameError(Exception):
    """The other side sent what is no frame; only within this package."""


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    """One frame."""
    raw = json.dumps(head, separators=(",", ":")).encode()
    return b"".join((_LENGTHS.pack(len(raw), len(body)), raw, body))


def read(pipe: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """The next frame of a blocking pipe; EOFError at its end."""
    n_head, n_body = _LENGTHS.unpack(_exactly(pipe, _LENGTHS.size))
    return json.loads(_exactly(pipe, n_head)), _exactly(pipe, n_body)


async def read_async(pipe: asyncio.StreamReader) -> tuple[dict[str, Any], bytes]:
    """The next frame; ``asyncio.IncompleteReadError`` at the end, FrameError if it is malformed or oversized."""
    n_head, n_body = _LENGTHS.unpack(await pipe.readexactly(_LENGTHS.size))
    if n_head > MAX_HEAD_BYTES or n_head + n_body > MAX_FRAME_BYTES:
        raise FrameError(f"a frame of {n_head + n_body} bytes")
    try:
        head = json.loads(await pipe.readexactly(n_head))
    except (ValueError, RecursionError) as error:
        raise FrameError("the head of a frame is no JSON") from error
    if not isinstance(head, dict):
        raise FrameError("the head of a frame is no object")
    return head, await pipe.readexactly(n_body)


def _exactly(pipe: BinaryIO, n_bytes: int) -> bytes:
    data = pipe.read(n_bytes)
    if len(data) < n_bytes:
        raise EOFError
    return data
