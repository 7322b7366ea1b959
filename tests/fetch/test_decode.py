"""Bodies under a byte cap and a ratio cap."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.decode import BodyDecoder
from monitor.fetch.limits import RefusedError

CAP = 1_000_000


def decode(pieces: list[bytes], coding: str | None = "gzip", *, cap: int = CAP, is_cut: bool = False) -> bytes:
    decoder = BodyDecoder(coding, max_bytes=cap, max_ratio=200, is_cut=is_cut)
    for piece in pieces:
        if not decoder.feed(piece):
            break
    return decoder.finish()


def refuse(pieces: list[bytes], coding: str | None = "gzip", *, cap: int = CAP) -> str:
    with pytest.raises(RefusedError) as caught:
        decode(pieces, coding, cap=cap)
    return caught.value.kind


def cut_up(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.binary(max_size=3_000), st.integers(1, 700), st.integers(1, 4), st.sampled_from([b"", b"\0\0", b"\r\n"]))
def test_gzip_comes_out_whole_however_it_is_cut(body: bytes, size: int, n_members: int, padding: bytes) -> None:
    packed = gzip.compress(body) * n_members + padding
    assert decode(cut_up(packed, size)) == body * n_members


@given(st.binary(max_size=300), st.data())
def test_a_gzip_stream_cut_anywhere_is_an_error(body: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(body)
    end = data.draw(st.integers(1, len(packed) - 1))
    assert refuse([packed[:end]]) == "decode"


@given(st.binary(min_size=1, max_size=300))
def test_bytes_that_are_no_gzip_are_an_error(body: bytes) -> None:
    try:
        expected = zlib.decompress(body, 31)
    except zlib.error:
        assert refuse([body]) == "decode"
    else:
        assert decode([body]) == expected


@pytest.mark.parametrize("coding", [None, "", "identity", " Identity "])
def test_plain_bodies_pass_unchanged(coding: str | None) -> None:
    assert decode([b"a", b"bc"], coding) == b"abc"


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "identity, gzip"])
def test_the_names_of_gzip_are_understood(coding: str) -> None:
    assert decode([gzip.compress(b"abc")], coding) == b"abc"


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "compress", "gzip, gzip", "gzip, br", "utf-8", "none"])
def test_codings_that_were_not_offered_are_refused(coding: str) -> None:
    assert refuse([b"abc"], coding) == "decode"


def test_an_empty_body_is_empty_even_if_called_gzip() -> None:
    assert decode([]) == b""


def test_a_body_of_exactly_the_cap_passes_and_one_byte_more_does_not() -> None:
    assert len(decode([b"x" * CAP], None)) == CAP
    assert refuse([b"x" * CAP, b"x"], None) == "too_large"


def test_a_decoded_body_beyond_the_cap_is_refused() -> None:
    noise = bytes(range(256)) * 4
    assert refuse([gzip.compress(noise * 1_000)]) == "too_large"


def test_a_ratio_beyond_200_is_refused_long_before_the_cap() -> None:
    assert refuse(cut_up(gzip.compress(b"\0" * 5_000_000), 1_000), cap=1_000_000_000) == "too_large"


def test_a_small_table_may_exceed_the_ratio() -> None:
    body = b"<td></td>" * 20_000
    assert decode([gzip.compress(body)]) == body


def test_a_bomb_is_refused_within_four_megabytes() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(60)) + packer.flush()
    tracemalloc.start()
    try:
        assert refuse([bomb], cap=10_000_000) == "too_large"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


def test_bytes_after_the_end_count_towards_the_cap() -> None:
    assert refuse([gzip.compress(b"x"), *([b"\0" * 100_000] * 11)]) == "too_large"


def test_thousands_of_empty_members_are_refused() -> None:
    assert refuse([gzip.compress(b"") * 5_000]) == "decode"


def test_a_cut_body_ends_at_the_cap_without_an_error() -> None:
    assert decode([b"abc", b"def", b"ghi"], None, cap=4, is_cut=True) == b"abcd"
    assert decode(cut_up(gzip.compress(b"\0" * 50_000), 7), cap=10, is_cut=True) == b"\0" * 10


def test_a_body_to_be_cut_that_ends_before_the_cap_is_still_checked() -> None:
    with pytest.raises(RefusedError, match="ends early"):
        decode([gzip.compress(b"abc" * 100)[:-1]], cap=1_000, is_cut=True)
