"""Large answers come in pieces and are the same afterwards; what a worker made up is refused."""

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extract import frames
from monitor.extract.answers import in_groups, in_pieces, join_feed, split
from monitor.model import Entry, ParsedFeed

entries = st.builds(Entry, url=st.text() | st.none(), title=st.text() | st.none(), html=st.text() | st.none())


@given(st.builds(ParsedFeed, kind=st.just("rss"), title=st.text() | st.none(), entries=st.tuples(entries, entries)))
def test_a_feed_is_the_same_after_its_way_through_the_pipe(feed: ParsedFeed) -> None:
    pieces = in_pieces(feed)
    joined = asyncio.run(join_feed(split(b"".join(pieces), [len(piece) for piece in pieces])))
    assert joined == feed


def test_a_long_feed_comes_in_pieces_that_are_decoded_one_by_one() -> None:
    feed = ParsedFeed(kind="rss", title=None, entries=tuple(Entry(url=str(n), html="x" * 9_000) for n in range(200)))
    pieces = in_pieces(feed)
    assert len(pieces) > 5
    assert max(map(len, pieces)) < 300_000
    assert asyncio.run(join_feed(pieces)) == feed


def test_a_feed_that_is_too_large_keeps_its_entries_and_says_what_is_left_out() -> None:
    feed = ParsedFeed(kind="rss", title=None, entries=tuple(Entry(url=str(n), html="x" * 900_000) for n in range(20)))
    joined = asyncio.run(join_feed(in_pieces(feed)))
    assert len(joined.entries) == 20
    assert [entry.html is None for entry in joined.entries].count(True) == 7
    assert joined.problems == ("the full text of 7 entries is left out: the document is too large",)


@given(st.lists(st.binary(max_size=300_000), max_size=5))
def test_groups_hold_every_row_once(rows: list[bytes]) -> None:
    assert b"".join(
        group[1:-1].replace(b",", b"") for group in in_groups([row.replace(b",", b"") for row in rows])
    ) == (b"".join(rows).replace(b",", b""))


@pytest.mark.parametrize("lengths", [None, [1], [5, -1], ["4"], [2, 3], {}])
def test_lengths_that_do_not_fit_are_refused(lengths: object) -> None:
    with pytest.raises(ValueError):
        split(b"four", lengths)


async def fed(data: bytes) -> tuple[dict, bytes]:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return await frames.read_async(reader)


@given(st.dictionaries(st.text(), st.text()), st.binary())
def test_a_frame_is_the_same_on_the_other_side(head: dict[str, str], body: bytes) -> None:
    assert asyncio.run(fed(frames.pack(head, body))) == (head, body)


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">II", 2_000_000, 0),
        struct.pack(">II", 2, 40_000_000),
        struct.pack(">II", 2, 0) + b"[]",
        struct.pack(">II", 2, 0) + b"{]",
        struct.pack(">II", 60_000, 0) + b"[" * 60_000,
    ],
)
def test_what_is_no_frame_is_refused_before_it_costs_anything(data: bytes) -> None:
    with pytest.raises(frames.FrameError):
        asyncio.run(fed(data))
