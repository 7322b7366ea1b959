"""A scripted SMTP server: it behaves well up to a stage, and there shows one fault. And one that always behaves."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from monitor.deliver import MailServer, SmtpLimits

HOST = "127.0.31.7"
USERNAME, PASSWORD = "digest@mail.example", "correct horse battery"
STAGES = (
    "connect", "banner", "ehlo", "starttls", "tls", "auth", "mail", "rcpt", "data", "body", "dot", "quit",
)  # fmt: skip
FAULTS = ("refused", "drop", "hang", "drip", "4xx", "421", "5xx", "garbage", "long line", "endless")
LIMITS = SmtpLimits(connect_s=2.0, reply_s=2.0, final_s=2.0, total_s=20.0, quit_s=1.0)

_OFFERS = b"250-mx.example\r\n250-AUTH PLAIN LOGIN\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
_TLS_OFFERS = b"250-mx.example\r\n250 STARTTLS\r\n"
_REPLIES = {
    "banner": b"220 mx.example ready\r\n",
    "starttls": b"220 go ahead\r\n",
    "auth": b"235 welcome\r\n",
    "mail": b"250 sender ok\r\n",
    "rcpt": b"250 recipient ok\r\n",
    "data": b"354 go on\r\n",
    "dot": b"250 taken\r\n",
    "quit": b"221 bye\r\n",
}
_STATUS = {"4xx": b"450 4.7.1 not now\r\n", "421": b"421 closing\r\n", "5xx": b"550 5.7.1 never\r\n"}


class Ended(Exception):
    """The script is over."""


@dataclass
class ScriptedServer:
    """Accepts sessions one after the other until it is closed; *fault* is shown at *stage* in each."""

    context: ssl.SSLContext
    stage: str = ""
    fault: str = ""
    taken: list[bytes] = field(default_factory=list)
    commands: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.socket()
        if self.stage == "body":
            # Small, so that a message that nobody reads does not fit and the sender notices.
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._listener.bind((HOST, 0))
        self.port = self._listener.getsockname()[1]
        if (self.stage, self.fault) == ("connect", "refused"):
            self._listener.close()
            return
        self._closing = threading.Event()
        self._listener.listen(1)
        if self.stage == "connect" and self.fault == "hang":
            # A full queue of connections: further ones get no answer.
            self._listener.listen(0)
            self._fillers = [socket.socket() for _ in range(3)]
            for filler in self._fillers:
                filler.setblocking(False)
                with suppress(BlockingIOError):
                    filler.connect((HOST, self.port))
            return
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        if hasattr(self, "_closing"):
            self._closing.set()
        for filler in getattr(self, "_fillers", []):
            filler.close()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if hasattr(self, "_thread"):
            self._thread.join(timeout=10)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connection = connection
            self._read = b""
            try:
                self._session()
            except (Ended, OSError):
                continue
            finally:
                self._connection.close()

    def _session(self) -> None:
        self._answer("connect", b"")
        self._answer("banner")
        self._expect(b"EHLO")
        self._answer("ehlo", _TLS_OFFERS)
        self._expect(b"STARTTLS")
        self._answer("starttls")
        self._answer("tls", b"")
        self._connection = self.context.wrap_socket(self._connection, server_side=True)
        self._expect(b"EHLO")
        self._send(_OFFERS)
        self._expect(b"AUTH PLAIN")
        self._answer("auth")
        self._expect(b"MAIL FROM:")
        self._answer("mail")
        self._expect(b"RCPT TO:")
        self._answer("rcpt")
        self._expect(b"DATA")
        self._answer("data")
        self._answer("body", b"")
        message = self._read_message()
        self._answer("dot", before=lambda: self.taken.append(message) if self.fault == "drop after" else None)
        self.taken.append(message)
        self._expect(b"QUIT")
        self._answer("quit")

    def _answer(self, stage: str, reply: bytes | None = None, before: Callable[[], object] = lambda: None) -> None:
        before()
        if stage != self.stage:
            self._send(_REPLIES[stage] if reply is None else reply)
            return
        match self.fault:
            case "refused" | "drop":
                raise Ended
            case "hang":
                self._wait()
            case "drip":
                while not self._closing.wait(0.05):
                    self._send(b"2")
            case "4xx" | "421" | "5xx":
                self._send(_STATUS[self.fault])
                self._wait()
            case "garbage":
                self._send(b"\x16\x03\x01 what? \xff\xfe\r\n" * 3)
                self._wait()
            case "long line":
                self._send(b"250-" + b"x" * 100_000)
                self._wait()
            case "endless":
                while not self._closing.is_set():
                    self._send(b"250-and more\r\n" * 100)
        raise Ended

    def _wait(self) -> None:
        """Until the other end goes or the test ends."""
        self._connection.settimeout(0.05)
        while not self._closing.is_set():
            with suppress(TimeoutError, ssl.SSLWantReadError):
                if not self._connection.recv(1 if self.stage == "body" and self.fault == "hang" else 4096):
                    break
            if self.stage == "body" and self.fault == "hang":
                self._closing.wait()
        raise Ended

    def _send(self, body: bytes) -> None:
        self._connection.settimeout(10)
        self._connection.sendall(body)

    def _expect(self, beginning: bytes) -> bytes:
        line = self._read_until(b"\r\n")
        self.commands.append(line)
        if not line.upper().startswith(beginning):
            raise Ended
        return line

    def _read_message(self) -> bytes:
        return self._read_until(b"\r\n.\r\n")

    def _read_until(self, end: bytes) -> bytes:
        self._connection.settimeout(10)
        pieces, tail = [self._read], self._read
        while end not in tail:
            pieces.append(self._connection.recv(65_536))
            if not pieces[-1]:
                raise Ended
            tail = tail[-len(end) :] + pieces[-1]
        found, _, self._read = b"".join(pieces).partition(end)
        return found


@contextmanager
def scripted(context: ssl.SSLContext, stage: str = "", fault: str = "") -> Iterator[ScriptedServer]:
    """A running server with one fault, or with none."""
    server = ScriptedServer(context=context, stage=stage, fault=fault)
    try:
        yield server
    finally:
        server.close()


def mail_server(port: int, ca_file: Path | None, **changes: object) -> MailServer:
    """The configuration for a server of these tests."""
    plain: dict[str, object] = {
        "host": HOST, "port": port, "security": "starttls", "sender": "digest@mail.example", "username": USERNAME,
        "password": PASSWORD, "ca_file": str(ca_file) if ca_file else None,
    }  # fmt: skip
    return MailServer(**(plain | changes))  # type: ignore[arg-type]
