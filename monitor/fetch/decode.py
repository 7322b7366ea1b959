"""Undoes gzip under a byte cap and a ratio cap.

httpx decodes without any limit: 809 bytes of brotli arrive as one piece of a gigabyte. So only gzip is offered, and
it is taken apart here in slices, counted as they come out.
"""

from __future__ import annotations

import zlib

from monitor.fetch.limits import RefusedError

_GZIP = 16 + zlib.MAX_WBITS
_GZIP_FIRST_BYTE = b"\x1f"
_SLICE_BYTES = 65_536
_BITE_BYTES = 4_096
"""Input taken at once. A piece from the network has 64 KB and may hold 65 MB; in bites this small the ratio of a bomb
shows after a megabyte, so that twenty of them hold the event loop for 6 ms each instead of 60 (measured 2026)."""
_RATIO_FREE_BYTES = 1_000_000
"""Below this much output any ratio passes: it harms nobody, and an almost empty table can exceed 200:1."""
_MAX_MEMBERS = 100


class BodyDecoder:
    """Collects one body; ``feed`` it the pieces, then ``finish``. RefusedError ``too_large`` or ``decode``.

    With ``is_cut`` a body beyond *max_bytes* is cut there instead of refused. Memory: the decoded body and one slice.
    """

    def __init__(self, coding: str | None, *, max_bytes: int, max_ratio: int, is_cut: bool = False) -> None:
        names = [name.strip().lower() for name in (coding or "").split(",")]
        names = [name for name in names if name not in ("", "identity")]
        if names and names not in (["gzip"], ["x-gzip"]):
            raise RefusedError("decode", f"content coding {', '.join(names)} was not offered")
        self._is_packed = bool(names)
        self._inflater = zlib.decompressobj(_GZIP)
        self._max_bytes = max_bytes
        self._max_ratio = max_ratio
        self._is_cut = is_cut
        self._body = bytearray()
        self._n_in = 0
        self._n_members = 1

    def feed(self, piece: bytes) -> bool:
        """Take a piece as received; False when the body is cut and no more is wanted."""
        if not self._is_packed:
            self._n_in += len(piece)
            return self._take(piece)
        starts = range(0, max(1, len(piece)), _BITE_BYTES)
        return all(self._unpack(piece[start : start + _BITE_BYTES]) for start in starts)

    def finish(self) -> bytes:
        """The decoded body. A gzip stream that ends early is an error, unless the body was cut."""
        if self._is_packed and self._n_in:
            is_whole = self._inflater.eof or (self.feed(b"") and self._inflater.eof)
            if not is_whole and not self._is_full():
                raise RefusedError("decode", "gzip stream ends early")
        return bytes(self._body)

    def _unpack(self, data: bytes) -> bool:
        self._n_in += len(data)
        if self._n_in > self._max_bytes and not self._is_cut:
            raise self._too_large("compressed")
        try:
            return self._inflate(data)
        except zlib.error as error:
            raise RefusedError("decode", f"broken gzip: {error}") from error

    def _inflate(self, data: bytes) -> bool:
        inflater = self._inflater
        while True:
            if inflater.eof:
                if not data.startswith(_GZIP_FIRST_BYTE):
                    # padding that some servers append
                    return True
                inflater = self._inflater = self._open_next_member()
            out = inflater.decompress(data, _SLICE_BYTES)
            if not self._take(out):
                return False
            self._check_ratio()
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            if not data and len(out) < _SLICE_BYTES:
                return True

    def _open_next_member(self) -> zlib._Decompress:
        """An inflater for a further gzip member (RFC 1952 section 2.2)."""
        self._n_members += 1
        if self._n_members > _MAX_MEMBERS:
            raise RefusedError("decode", f"more than {_MAX_MEMBERS} gzip members")
        return zlib.decompressobj(_GZIP)

    def _take(self, out: bytes) -> bool:
        room = self._max_bytes - len(self._body)
        if len(out) > room and not self._is_cut:
            raise self._too_large("decoded")
        self._body += out[:room]
        return not self._is_full()

    def _is_full(self) -> bool:
        return self._is_cut and len(self._body) >= self._max_bytes

    def _check_ratio(self) -> None:
        if len(self._body) > max(_RATIO_FREE_BYTES, self._max_ratio * self._n_in):
            raise RefusedError("too_large", f"unpacks to more than {self._max_ratio} times its size")

    def _too_large(self, what: str) -> RefusedError:
        return RefusedError("too_large", f"{what} body exceeds {self._max_bytes:,} bytes")
