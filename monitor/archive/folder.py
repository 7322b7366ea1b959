"""A folder of ``.warc.gz`` files, one a day and more if one grows too large.

Every record is a gzip member of its own (WARC 1.1, annex D), written at one go at the end of the file. A crash can cut
off the last one only; it is found when the file is opened again and removed, so that what follows can be read.
"""

from __future__ import annotations

import fcntl
import io
import os
import threading
import zlib
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import MonitorError
from monitor.model import Response

if TYPE_CHECKING:
    from warcio.warcwriter import WARCWriter

_CHANGED = frozenset(("content-encoding", "transfer-encoding", "content-length"))
_PHRASES = {200: "OK", 304: "Not Modified"}
_PIECE_BYTES = 1 << 16


class WarcFolder:
    """Appends answers; usable from several threads, one process a file. *software* names the writer in each file."""

    def __init__(self, folder: Path, *, max_bytes: int, software: str) -> None:
        """*folder* is made when the first answer is written. MonitorError if the library for it is missing."""
        try:
            import warcio  # noqa: F401 - asked for here, so that a run does not end in the middle
        except ModuleNotFoundError as error:
            msg = "`archive:` needs the package warcio: install monitor-news[archive], or take `archive:` out"
            raise MonitorError(msg) from error
        self._folder = folder
        self._max_bytes = max_bytes
        self._software = software
        self._lock = threading.Lock()
        self._file: io.FileIO | None = None
        self._day = ""

    def write(self, response: Response, *, asked: str, now: datetime) -> None:
        """Append one answer as a record, dated *now*; *asked* is the address of the request. OSError if it fails.

        The body is kept as it was decoded, so the headers about its coding are kept under other names, as other
        archives do. What was written before a failure stays readable.
        """
        record = _gzipped(lambda writer: _response_record(writer, response, asked=asked, now=now))
        with self._lock:
            file = self._current(f"{now.astimezone(UTC):%Y%m%d}")
            _append(file, record)

    def close(self) -> None:
        """Flush the file to the disk and close it."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            with file:
                os.fsync(file.fileno())

    def _current(self, day: str) -> io.FileIO:
        """The file to append to: of this day, not full, and not written by another process."""
        if self._file is not None and (self._day != day or self._file.tell() >= self._max_bytes):
            self._close()
        if self._file is None:
            self._file, self._day = self._open(day), day
        return self._file

    def _open(self, day: str) -> io.FileIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            path = self._folder / f"monitor-{day}-{number:04}.warc.gz"
            if path.exists() and path.stat().st_size >= self._max_bytes:
                continue
            file = io.FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644), "r+")
            try:
                if _is_ours(file):
                    self._go_to_end(file, path.name)
                    return file
            except BaseException:
                file.close()
                raise
            file.close()
        raise AssertionError("there is always a next number")

    def _go_to_end(self, file: io.FileIO, name: str) -> None:
        """Behind the last whole record; a new file gets the one that tells what it is."""
        end = find_end(file)
        file.truncate(end)
        file.seek(end)
        if end == 0:
            _append(file, _gzipped(lambda writer: writer.create_warcinfo_record(name, self._info())))

    def _info(self) -> dict[str, str]:
        return {
            "software": self._software,
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        }


def find_end(file: io.FileIO) -> int:
    """The place behind the last whole gzip member."""
    file.seek(0)
    end = place = 0
    unpacker = zlib.decompressobj(wbits=31)
    while piece := file.read(_PIECE_BYTES):
        place += len(piece)
        while piece:
            try:
                unpacker.decompress(piece)
            except zlib.error:
                return end
            piece = unpacker.unused_data
            if unpacker.eof:
                end = place - len(piece)
                unpacker = zlib.decompressobj(wbits=31)
    return end


def _append(file: io.FileIO, record: bytes) -> None:
    """The whole record or nothing of it: what a full disk took of it is given back."""
    start = file.tell()
    try:
        rest = memoryview(record)
        while rest:
            rest = rest[file.write(rest) :]
    except OSError:
        file.truncate(start)
        file.seek(start)
        raise


def _is_ours(file: io.FileIO) -> bool:
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _gzipped(make: Any) -> bytes:
    """The record that *make* builds, as bytes."""
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    writer.write_record(make(writer))
    return out.getvalue()


def _response_record(writer: WARCWriter, response: Response, *, asked: str, now: datetime) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    headers = [(f"X-Archive-Orig-{name}" if name in _CHANGED else name, value) for name, value in response.headers]
    headers.append(("Content-Length", str(len(response.body))))
    status = f"{response.status} {_PHRASES.get(response.status, '')}".strip()
    told = {"WARC-Date": now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")}
    if asked != response.url:
        told["WARC-Refers-To-Target-URI"] = asked
    return writer.create_warc_record(
        response.url, "response", payload=io.BytesIO(response.body), length=len(response.body),
        http_headers=StatusAndHeaders(status, headers, protocol="HTTP/1.1"), warc_headers_dict=told,
    )  # fmt: skip
