"""Log lines: an event and its fields, readable on a terminal, one JSON object a line for everything else."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import IO, Any

from monitor.render.clean import clean_text

log = logging.getLogger("monitor")

_FIELDS = "monitor_fields"
_LONGEST = 500
_BARE = re.compile(r"[^\s\"=]+")
_USER_PART = re.compile(r"(?<=://)[^/\s@]*@")
_SECRET_VALUE = re.compile(
    r"([?&;](?:[\w-]*(?:key|token|secret|pass|passwd|password|auth|sig|signature))=)[^&;\s#]+", re.IGNORECASE
)
_NOTIFY = re.compile(r"\bnotify:([A-Za-z][\w+.-]*)://\S*")


def tell(event: str, *, level: int = logging.INFO, trace: BaseException | None = None, **fields: Any) -> None:
    """Log *event* with *fields*; those that are None are left out. *trace* is shown in full with ``-v`` only."""
    shown = {name: value for name, value in fields.items() if value is not None}
    trail = trace if trace is not None and log.isEnabledFor(logging.DEBUG) else None
    log.log(level, event, extra={_FIELDS: shown}, exc_info=trail)


def warn(event: str, **fields: Any) -> None:
    """Log what somebody should look at."""
    tell(event, level=logging.WARNING, **fields)


def redact(text: str) -> str:
    """*text* without what may be a secret in an address: user parts, keys in queries, targets of notifications."""
    text = _NOTIFY.sub(r"notify:\1://...", text)
    return _SECRET_VALUE.sub(r"\1...", _USER_PART.sub("...@", text))


def start_log(form: str, *, verbosity: int, stream: IO[str] | None = None) -> None:
    """Send the program's log to *stream* (stderr), as ``text``, as ``json``, or (``auto``) as fits a terminal or none.

    *verbosity* is -1 (warnings only), 0 or 1 (everything).
    """
    target = stream or sys.stderr
    is_text = form == "text" or (form == "auto" and target.isatty())
    handler = logging.StreamHandler(target)
    handler.setFormatter(_TextLines() if is_text else _JsonLines())
    log.handlers[:] = [handler]
    log.propagate = False
    log.setLevel({-1: logging.WARNING, 1: logging.DEBUG}.get(verbosity, logging.INFO))
    # A job that raises is reported by the caretaker; the library's own lines would say it twice.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)


class _TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).astimezone()
        mark = "" if record.levelno < logging.WARNING else f"{record.levelname} "
        fields = " ".join(f"{name}={_quoted(value)}" for name, value in _fields(record).items())
        line = f"{moment:%Y-%m-%d %H:%M:%S} {mark}{_event(record)} {fields}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": moment.replace("+00:00", "Z"), "level": record.levelname.lower(), "event": _event(record)}
        line |= _fields(record)
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _event(record: logging.LogRecord) -> str:
    return _harmless(record.getMessage())


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int | float) else _harmless(str(value))
        for name, value in getattr(record, _FIELDS, {}).items()
    }


def _harmless(text: str) -> str:
    text = redact(clean_text(text))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _quoted(value: Any) -> str:
    text = str(value)
    return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)
