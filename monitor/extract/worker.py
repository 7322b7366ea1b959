"""The child process: reads foreign pages and feeds where a failure costs one process and nothing else.

Started by ``pool`` with an empty environment and two pipes. It loads what it needs, takes the limits upon itself, says
that it is ready, then answers one frame at a time until its input ends. After any error other than a ParseError it
reports and ends, since libraries at their memory limit fail in every way but an honest one (measured: None, wrong
XPath results). It opens no connection, and where the kernel allows it has no network at all.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from typing import Any, BinaryIO

from monitor import codec, sources
from monitor.errors import ParseError
from monitor.extract import frames
from monitor.model import Entry, Response
from monitor.stages.extract import extract_page

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h
_MAX_OPEN_FILES = 16
_MEMORY_ALMOST_FULL = 0.9


def main() -> None:
    """Serve frames until the input ends. Arguments: memory limit in bytes, CPU seconds a frame may take."""
    memory_bytes, cpu_s = int(sys.argv[1]), int(sys.argv[2])
    _die_with_parent()
    pipe_in, pipe_out = _take_pipes()
    _warm_up()
    _limit(memory_bytes)
    _send(pipe_out, {"ready": True})
    while True:
        try:
            head, body = frames.read(pipe_in)
        except EOFError:
            return
        _limit_cpu(cpu_s)
        answer, raw = _answer(head, body, memory_bytes)
        _send(pipe_out, answer, raw)
        if "error" in answer:
            return


def _answer(head: dict[str, Any], body: bytes, memory_bytes: int) -> tuple[dict[str, Any], bytes]:
    try:
        raw, is_whole = _work(head, body)
    except ParseError as error:
        return {"parse_error": [error.url, error.kind, error.detail]}, b""
    except MemoryError:
        return {"error": "resources", "detail": "out of memory"}, b""
    except Exception as error:  # noqa: BLE001 - whatever a foreign page breaks ends as an answer to the parent
        kind = "resources" if _peak_bytes() > _MEMORY_ALMOST_FULL * memory_bytes else "crashed"
        return {"error": kind, "detail": f"{type(error).__name__}: {error}"[:500]}, b""
    peak = _peak_bytes()
    if not is_whole and peak > _MEMORY_ALMOST_FULL * memory_bytes:
        return {"error": "resources", "detail": "the page had no text when memory was short"}, b""
    return {"ok": True, "is_tired": peak > 0.7 * memory_bytes}, raw


def _work(head: dict[str, Any], body: bytes) -> tuple[bytes, bool]:
    """The answer as JSON, and whether it is whole (an empty one is not to be trusted when memory was short)."""
    if head["do"] == "feed":
        outline = codec.load(Response, head["response"])
        response = Response(url=outline.url, status=outline.status, headers=outline.headers, body=body)
        feed = sources.parse(head["kind"], response)
        return codec.dump(feed), bool(feed.entries)
    entry = codec.load(Entry, head["entry"]) if head["entry"] else None
    page = extract_page(body, url=head["url"], charset=head["charset"], entry=entry)
    return codec.dump(page), page.problem is None


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Our two pipes under other numbers, so that a library's ``print`` cannot get between the frames."""
    pipe_in, pipe_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return pipe_in, pipe_out


def _warm_up() -> None:
    """Load every model and lazy module now: with the limits on there may be no room for them."""
    text = b"<html><body><article><p>" + b"The warm-up page has one paragraph of English text. " * 9
    extract_page(text, url=None, charset=None, entry=None)


def _limit(memory_bytes: int) -> None:
    _leave_network()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_OPEN_FILES, _MAX_OPEN_FILES))


def _limit_cpu(seconds: int) -> None:
    """From now on *seconds* of CPU, then SIGXCPU; a second line behind the parent's clock."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = int(spent.ru_utime + spent.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _die_with_parent() -> None:
    """Have the kernel kill us when the parent is gone, even in the middle of a page."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _leave_network() -> None:
    """Move into a network namespace of our own, which has no interface; kernels that forbid it leave us as we are."""
    ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _peak_bytes() -> int:
    """The most address space this process ever had."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        return next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmPeak")), 0)


def _send(pipe: BinaryIO, head: dict[str, Any], body: bytes = b"") -> None:
    pipe.write(frames.pack(head, body))
    pipe.flush()
