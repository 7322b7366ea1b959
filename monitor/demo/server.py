"""HTTP for one outlet: conditional requests, gzip and a request log. RFC 9110 section 13 gives the rules."""

from __future__ import annotations

import gzip
import hashlib
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import cast
from urllib.parse import urlsplit

from monitor.demo.site import Document, Site

_GZIP_FROM_BYTES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """One request as it came in; ``headers`` have lower-case names."""

    outlet: str
    method: str
    path: str
    status: int
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """The first value of header *name* (any case), None if it was not sent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)


class RequestLog:
    """The requests to all outlets, in the order they were answered; safe between threads."""

    def __init__(self) -> None:
        self._rows: list[LoggedRequest] = []
        self._lock = threading.Lock()

    def add(self, row: LoggedRequest) -> None:
        """Append one request."""
        with self._lock:
            self._rows.append(row)

    def rows(self) -> tuple[LoggedRequest, ...]:
        """A copy of what is logged so far."""
        with self._lock:
            return tuple(self._rows)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._rows.clear()


class OutletServer(ThreadingHTTPServer):
    """Serves one outlet. ``site`` can only be set once the port is known."""

    site: Site
    daemon_threads = True

    def __init__(self, host: str, log: RequestLog, read_clock: Callable[[], datetime]) -> None:
        self.log = log
        self.read_clock = read_clock
        super().__init__((host, 0), _Handler)

    def server_bind(self) -> None:
        """Bind without the reverse DNS lookup of ``HTTPServer``, which leaves the machine and may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Report what went wrong, except that a client hung up: readers with limits do that on purpose."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    @property
    def home_url(self) -> str:
        """The root address, with a slash at the end."""
        return f"http://{self.server_name}:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "DemoWorld"
    # Idle keep-alive connections end by themselves.
    timeout = 10

    def do_GET(self) -> None:
        """Answer one request."""
        server = cast(OutletServer, self.server)
        document = server.site.find_document(urlsplit(self.path).path, server.read_clock())
        if document is None:
            missing = Document(body="<h1>Not found</h1>", content_type="text/html; charset=utf-8")
            self._send(HTTPStatus.NOT_FOUND, {"Content-Type": missing.content_type}, missing.body.encode())
            return
        body = document.body.encode()
        headers = _validators(document, body)
        if is_not_modified(self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since"), headers):
            self._send(HTTPStatus.NOT_MODIFIED, headers, b"")
            return
        headers |= {"Content-Type": document.content_type, "Vary": "Accept-Encoding"}
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) >= _GZIP_FROM_BYTES:
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self._send(HTTPStatus.OK, headers, body)

    def do_HEAD(self) -> None:
        """Answer as for GET, without the body."""
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr: the world keeps its own log."""

    def _send(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        server = cast(OutletServer, self.server)
        server.log.add(
            LoggedRequest(
                outlet=server.site.outlet.key,
                method=self.command,
                path=self.path,
                status=status.value,
                headers=tuple((name.lower(), value) for name, value in self.headers.items()),
            )
        )
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _validators(document: Document, body: bytes) -> dict[str, str]:
    # Weak, since one tag stands for the plain and the gzip form (RFC 9110, 8.8.3).
    headers = {"ETag": f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'}
    if document.modified_at:
        headers["Last-Modified"] = format_datetime(document.modified_at.astimezone(UTC), usegmt=True)
    return headers


def is_not_modified(if_none_match: str | None, if_modified_since: str | None, validators: dict[str, str]) -> bool:
    """True when the conditions of a request say that the client's copy is good.

    ``If-None-Match`` decides alone where it is sent (RFC 9110, 13.2.2), compared weakly (13.1.2). A date that
    cannot be read is ignored (13.1.3).
    """
    if if_none_match is not None:
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return "*" in tags or validators["ETag"].removeprefix("W/") in tags
    if if_modified_since is None or "Last-Modified" not in validators:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return parsedate_to_datetime(validators["Last-Modified"]) <= since
