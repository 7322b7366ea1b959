"""Web archives (WARC 1.0 and 1.1, ISO 28500) as answers that can be read; to be run in a worker.

Foreign archives hold what a crawler kept: requests, metadata, images, answers in any coding, records cut off by a
crash. What is no page is skipped under a name; what is broken is told once, and reading goes on at the next record.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from monitor.model import Capture, Response

MAX_BODY_BYTES = 10_000_000

_PAGES = frozenset(("text/html", "application/xhtml+xml", ""))
_FEED = re.compile(r"(?:application|text)/(?:(?:rss|atom|rdf|feed)\+)?(?:xml|json)")
_CODINGS = frozenset(("", "identity", "gzip", "x-gzip", "deflate"))
_OWN_LAYER = frozenset(("content-encoding", "transfer-encoding", "content-length"))
_GZIP_START, _PLAIN_START = b"\x1f\x8b\x08", b"WARC/1."
_STEP = 1 << 20
_BREATH_BYTES = 8 * _STEP
_BROKEN = (ArchiveLoadFailed, zlib.error, OSError, EOFError, ValueError, IndexError, KeyError, AttributeError)
"""What warcio raises on bytes that are no archive; it promises nothing narrower."""


def read_captures(file: BinaryIO, offset: int = 0) -> Iterator[Capture | None]:
    """Every record from the one at or after *offset* on. None now and then, while a long record is passed over."""
    file.seek(0)
    start = _GZIP_START if file.read(3) == _GZIP_START else _PLAIN_START
    place: int | None = offset if offset == 0 else _find_start(file, offset, start)
    is_broken = False
    while place is not None:
        file.seek(place)
        records = ArchiveIterator(file)
        try:
            for record in records:
                place = records.offset
                yield from _read_record(record, place)
                is_broken = False
        except _BROKEN as error:
            if not is_broken:
                yield Capture(
                    offset=place, problem=f"no record can be read here: {str(error).strip()[:200] or 'cut off'}"
                )
            is_broken = True
            place = _find_start(file, max(place, records.offset) + 1, start)
            continue
        return


def _find_start(file: BinaryIO, offset: int, start: bytes) -> int | None:
    """The place of the next bytes that look like the start of a record."""
    file.seek(offset)
    tail = b""
    while step := file.read(_STEP):
        found = (tail + step).find(start)
        if found >= 0:
            return offset - len(tail) + found
        offset += len(step)
        tail = (tail + step)[-len(start) + 1 :]
    return None


def _read_record(record: Any, offset: int) -> Iterator[Capture | None]:
    why = _reason_to_skip(record)
    capture = Capture(offset=offset, skipped=why) if why else _capture(record, offset)
    yield from _pass_over(record)
    if getattr(record.raw_stream, "limit", 0) > 0:
        capture = Capture(offset=offset, problem="the record is cut off")
    yield capture


def _reason_to_skip(record: Any) -> str | None:
    if record.rec_type not in ("response", "resource"):
        return str(record.rec_type or "unknown")[:40]
    if record.rec_type == "response" and record.http_headers is None:
        return "not_http"
    if not re.match(r"https?://", _address(record), re.IGNORECASE):
        return "not_http"
    if record.http_headers is not None and record.http_headers.get_statuscode() != "200":
        return "http_status"
    kind = _media_type(record)
    return None if kind in _PAGES or _FEED.fullmatch(kind) else "not_a_page"


def _capture(record: Any, offset: int) -> Capture:
    if _header(record, "content-encoding").lower() not in _CODINGS:
        return Capture(offset=offset, skipped="coding")
    body, stream = b"", record.content_stream()
    while len(body) <= MAX_BODY_BYTES and (step := stream.read(_STEP)):  # a stream may give less than it was asked for
        body += step
    if len(body) > MAX_BODY_BYTES:
        return Capture(offset=offset, skipped="too_large")
    pairs = record.http_headers.headers if record.http_headers is not None else [("Content-Type", _media_type(record))]
    headers = tuple((name.lower(), value) for name, value in pairs if name.lower() not in _OWN_LAYER)
    return Capture(
        offset=offset,
        response=Response(url=_address(record), status=200, headers=headers, body=body),
        captured_at=_moment(record.rec_headers.get_header("WARC-Date")),
    )


def _pass_over(record: Any) -> Iterator[None]:
    """Read to the end of the record, with breaks for the parent's clock."""
    n_bytes = 0
    while step := record.raw_stream.read(_STEP):
        n_bytes += len(step)
        if n_bytes >= _BREATH_BYTES:
            n_bytes = 0
            yield None


def _address(record: Any) -> str:
    return (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")


def _header(record: Any, name: str) -> str:
    headers = record.http_headers if record.http_headers is not None else record.rec_headers
    return (headers.get_header(name) or "").strip()


def _media_type(record: Any) -> str:
    return _header(record, "content-type").split(";")[0].strip().lower()


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
