"""Values as compressed bytes for the columns that nobody queries.

JSON through ``monitor.codec``, then zstd with its checksum: a flipped bit in a body is found when it is read.
"""

from __future__ import annotations

import threading
from typing import TypeVar

import zstandard

from monitor import codec
from monitor.errors import StoreError

T = TypeVar("T")

# zstd's own default. On 600 articles and verdicts of 4 to 10 kB (September 2026) level 9 was 3 % smaller and took
# seven times as long.
_LEVEL = 3
_OF_THREAD = threading.local()


def _compressor() -> zstandard.ZstdCompressor:
    """One for each thread: making one takes longer than packing an entry, and it is not to be shared."""
    found: zstandard.ZstdCompressor | None = getattr(_OF_THREAD, "compressor", None)
    if found is None:
        found = _OF_THREAD.compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    return found


def pack_bytes(plain: bytes) -> bytes:
    """*plain*, compressed, with a checksum."""
    return _compressor().compress(plain)


def unpack_bytes(packed: bytes) -> bytes:
    """What ``pack_bytes`` was given; StoreError if the bytes were damaged."""
    try:
        return zstandard.ZstdDecompressor().decompress(packed)
    except (zstandard.ZstdError, TypeError) as error:
        msg = f"the database holds a damaged record ({error}): restore it from a backup"
        raise StoreError(msg) from error


def pack(value: object, kind: object = None) -> bytes:
    """*value* as compressed JSON; *kind* names its type where ``type(value)`` is too vague."""
    return pack_bytes(codec.dump(value, kind))


def unpack(kind: type[T], packed: bytes) -> T:
    """The value of type *kind* that ``pack`` was given; StoreError if it cannot be read."""
    plain = unpack_bytes(packed)
    try:
        return codec.load(kind, plain)
    except ValueError as error:
        what = str(error).partition("\n")[0]
        msg = f"the database holds a record that is damaged or of another version ({what}): restore it from a backup"
        raise StoreError(msg) from error
