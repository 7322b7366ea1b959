"""Documents that are packed themselves: sitemaps named ``.xml.gz``, and feeds that a server packed twice."""

from __future__ import annotations

import zlib
from typing import Final

from monitor.errors import ParseError

MAX_UNPACKED_BYTES: Final = 20_000_000
"""Some 100,000 addresses of a sitemap; sitemaps.org allows 50 MB, which no worker could hold as a tree."""

MAX_LAYERS: Final = 2

_GZIP = b"\x1f\x8b"


def unpack(body: bytes, url: str) -> bytes:
    """*body*, unpacked if it is a gzip stream (RFC 1952), up to two layers deep; else as it is.

    ParseError ``too_large`` beyond 20 MB, ``truncated`` if the stream breaks off or is broken. Memory is bounded by the
    limit, whatever the ratio.
    """
    for _ in range(MAX_LAYERS):
        if not body.startswith(_GZIP):
            break
        body = _unpack_once(body, url)
    return body


def _unpack_once(body: bytes, url: str) -> bytes:
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = stream.decompress(body, MAX_UNPACKED_BYTES)
    except zlib.error as error:
        raise ParseError(url, "truncated", f"the gzip stream is broken: {error}") from error
    if stream.unconsumed_tail:
        raise ParseError(url, "too_large", f"unpacks to more than {MAX_UNPACKED_BYTES // 10**6} MB")
    if not stream.eof:
        raise ParseError(url, "truncated", "the gzip stream breaks off")
    return unpacked
