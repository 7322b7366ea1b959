"""Large answers in pieces, so that the parent never decodes for long at a stretch.

A feed is sent as its head without entries, then groups of entries. Checking 1 MB of JSON against the dataclasses takes
the parent about 10 ms; between pieces its event loop runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from monitor import codec
from monitor.model import Document, Entry, ParsedFeed

MAX_ANSWER_BYTES = 24_000_000
"""More than any document within the client's limits needs; a worker that was taken over cannot flood its parent."""

_MAX_FEED_BYTES = 12_000_000
_PIECE_BYTES = 250_000


def in_pieces(feed: ParsedFeed) -> list[bytes]:
    """*feed* as JSON documents: the head, then arrays of entries.

    Entries beyond 12 MB come without their full text, and ``problems`` says so: their pages can be fetched.
    """
    rows = []
    n_bytes = n_cut = 0
    for entry in feed.entries:
        raw = codec.dump(entry)
        if n_bytes + len(raw) > _MAX_FEED_BYTES and entry.html:
            raw = codec.dump(replace(entry, html=None))
            n_cut += 1
        rows.append(raw)
        n_bytes += len(raw)
    cut = (f"the full text of {n_cut:,} entries is left out: the document is too large",) if n_cut else ()
    return [codec.dump(replace(feed, entries=(), problems=(*feed.problems, *cut))), *in_groups(rows)]


def in_groups(rows: Iterable[bytes]) -> list[bytes]:
    """JSON documents as arrays of about 250 kB each."""
    groups: list[list[bytes]] = []
    n_bytes = 0
    for row in rows:
        if not groups or n_bytes + len(row) > _PIECE_BYTES:
            groups.append([])
            n_bytes = 0
        groups[-1].append(row)
        n_bytes += len(row)
    return [b"[" + b",".join(group) + b"]" for group in groups]


async def join_feed(pieces: Sequence[bytes]) -> ParsedFeed:
    """The feed again; ValueError if a piece is not what it should be."""
    if not pieces:
        raise ValueError("no pieces")
    head = codec.load(ParsedFeed, pieces[0])
    entries: list[Entry] = []
    async for piece in _with_breaks(pieces[1:]):
        entries += codec.load(tuple[Entry, ...], piece)
    return replace(head, entries=tuple(entries))


async def join_documents(pieces: Sequence[bytes]) -> tuple[Document, ...]:
    """The documents again; ValueError if a piece is not what it should be."""
    return tuple(
        [document async for piece in _with_breaks(pieces) for document in codec.load(tuple[Document, ...], piece)]
    )


def split(raw: bytes, lengths: object) -> list[bytes]:
    """*raw* cut as the worker said; ValueError if that cannot be."""
    if not isinstance(lengths, list) or not all(isinstance(n, int) and n >= 0 for n in lengths):
        raise ValueError("no lengths of pieces")
    if len(lengths) == 1 and lengths[0] == len(raw):
        return [raw]
    edges = [0]
    for length in lengths:
        edges.append(edges[-1] + length)
    if edges[-1] != len(raw):
        raise ValueError("the pieces do not make the whole")
    return [raw[start:end] for start, end in pairwise(edges)]


async def _with_breaks(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for number, piece in enumerate(pieces):
        if number:
            await asyncio.sleep(0)
        yield piece
