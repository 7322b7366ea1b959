"""The child process: reads foreign pages, feeds and files where a failure costs one process and nothing else.

Started by ``pool`` with an empty environment and two pipes. It loads what it needs, takes the limits upon itself
(``confine``), says that it is ready and which limits hold, then answers one frame at a time until its input ends.
After any error other than a ParseError it reports and ends, since libraries at their memory limit fail in every way
but an honest one (measured: None, wrong XPath results).
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from monitor import codec, sources
from monitor.errors import ParseError
from monitor.extract import frames
from monitor.extract.answers import MAX_ANSWER_BYTES, in_groups, in_pieces
from monitor.extract.confine import confine
from monitor.model import Capture, Document, Entry, Response

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_MAX_OPEN_FILES = 16
_MEMORY_ALMOST_FULL = 0.9
_MEMORY_TIRED = 0.7
_ARCHIVE_TURN_S, _ARCHIVE_TURN_BYTES, _ARCHIVE_TURN_ROWS = 1.0, 2_000_000, 2_000


def main() -> None:
    """Serve frames until the input ends.

    Arguments: memory limit in bytes, CPU seconds a frame may take, ``feeds`` or ``pages``. A worker that reads feeds
    alone loads no model and starts in half the time.
    """
    memory_bytes, cpu_s, has_pages = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "pages"
    _die_with_parent()
    pipe_in, pipe_out = _take_pipes()
    if has_pages:
        _warm_up()
    status = os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)
    locks = _limit(memory_bytes)
    _send(pipe_out, {"ready": True, "locks": locks})
    while True:
        try:
            head, body = frames.read(pipe_in)
        except EOFError:
            return
        _limit_cpu(cpu_s)
        answer, raw = _answer(head, body, lambda: _peak_bytes(status) / memory_bytes)
        _send(pipe_out, answer, raw)
        if "error" in answer:
            return


def _answer(head: dict[str, Any], body: bytes, memory_used: Callable[[], float]) -> tuple[dict[str, Any], bytes]:
    try:
        pieces, is_whole = _TASKS[head["do"]](head, body)
    except ParseError as error:
        return {"parse_error": [error.url[:2000], error.kind, error.detail[:500]]}, b""
    except MemoryError:
        return {"error": "resources", "detail": "out of memory"}, b""
    except Exception as error:  # noqa: BLE001 - whatever a foreign page breaks ends as an answer to the parent
        kind = "resources" if memory_used() > _MEMORY_ALMOST_FULL else "crashed"
        return {"error": kind, "detail": f"{type(error).__name__}: {error}"[:500]}, b""
    peak = memory_used()
    if not is_whole and peak > _MEMORY_ALMOST_FULL:
        return {"error": "resources", "detail": "the page had no text when memory was short"}, b""
    if sum(map(len, pieces)) > MAX_ANSWER_BYTES:
        return {"error": "resources", "detail": f"what was read has more than {MAX_ANSWER_BYTES // 10**6} MB"}, b""
    return {"ok": True, "is_tired": peak > _MEMORY_TIRED, "pieces": [len(piece) for piece in pieces]}, b"".join(pieces)


def _read_feed(head: dict[str, Any], body: bytes) -> tuple[list[bytes], bool]:
    outline = codec.load(Response, head["response"])
    links, selector = head.get("picked") or (None, None)
    picking = sources.Picking(links=links, selector=selector) if links or selector else None
    response = Response(url=outline.url, status=200, headers=outline.headers, body=body)
    feed = sources.parse(head["kind"], response, picking)
    return in_pieces(feed), bool(feed.entries)


def _read_page(head: dict[str, Any], body: bytes) -> tuple[list[bytes], bool]:
    from monitor.stages.extract import extract_page

    entry = codec.load(Entry, head["entry"]) if head["entry"] else None
    page = extract_page(body, url=head["url"], charset=head["charset"], entry=entry)
    return [codec.dump(page)], page.problem is None


def _read_documents(head: dict[str, Any], body: bytes) -> tuple[list[bytes], bool]:
    from monitor.stages.documents import read_documents

    found = read_documents(body, head["suffix"])
    return in_groups([codec.dump(document, Document) for document in found]), all(d.problem is None for d in found)


def _read_archive(head: dict[str, Any], body: bytes) -> tuple[list[bytes], bool]:
    """The next records of the archive behind descriptor ``fd``; from ``offset`` on in the first call."""
    from monitor.extract.warc import read_captures

    if not _ARCHIVES:
        _ARCHIVES.append(read_captures(os.fdopen(head["fd"], "rb"), head["offset"]))
    until, n_bytes, rows = time.monotonic() + _ARCHIVE_TURN_S, 0, list[bytes]()
    for capture in _ARCHIVES[0]:
        if capture is not None:
            content = b"" if capture.response is None else capture.response.body
            bare = (
                capture if capture.response is None else replace(capture, response=replace(capture.response, body=b""))
            )
            rows += [codec.dump(bare), content]
            n_bytes += len(content)
        if n_bytes > _ARCHIVE_TURN_BYTES or len(rows) > _ARCHIVE_TURN_ROWS or time.monotonic() > until:
            return [b"more", *rows], True
    return [b"end", *rows], True


_ARCHIVES: list[Iterator[Capture | None]] = []
"""The archive this worker was started for, as far as it is read."""

_TASKS: Mapping[str, Callable[[dict[str, Any], bytes], tuple[list[bytes], bool]]] = {
    "feed": _read_feed,
    "page": _read_page,
    "documents": _read_documents,
    "archive": _read_archive,
}
"""What a frame may ask for: JSON pieces, and whether the result is whole (an empty one is not when memory was short)."""


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Our two pipes under other numbers, so that a library's ``print`` cannot get between the frames."""
    pipe_in, pipe_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return pipe_in, pipe_out


def _warm_up() -> None:
    """Load every model and lazy module now: with the limits on there may be no room and no file for them."""
    from monitor.stages.extract import extract_page

    text = b"<html><body><article><p>" + b"The warm-up page has one paragraph of English text. " * 9
    extract_page(text, url=None, charset=None, entry=None)


def _limit(memory_bytes: int) -> tuple[str, ...]:
    """Take the limits on; the locks that hold on this kernel."""
    locks = confine()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_OPEN_FILES, _MAX_OPEN_FILES))
    return locks


def _limit_cpu(seconds: int) -> None:
    """From now on *seconds* of CPU, then SIGXCPU; a second line behind the parent's clock."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = int(spent.ru_utime + spent.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _die_with_parent() -> None:
    """Have the kernel kill us when the parent is gone, even in the middle of a page."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _peak_bytes(status: int) -> int:
    """The most address space this process ever had."""
    lines = os.pread(status, 10_000, 0).splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(b"VmPeak")), 0)


def _send(pipe: BinaryIO, head: dict[str, Any], body: bytes = b"") -> None:
    pipe.write(frames.pack(head, body))
    pipe.flush()
