"""Lines and replies of SMTP over a socket, under limits of time and size; the only socket outside the HTTP client.

Written out and not left to a library: ``smtplib`` and those built like it limit the time of one ``recv``, so a server
that sends a byte a minute holds them for ever, and read a reply of any length. Here an answer as a whole has a limit,
and so has all that comes before the end of the message.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum

_CHUNK = 16_384
_MAX_LINE = 4_000
"""RFC 5321, 4.5.3.1.5 allows 512 bytes; some servers write more, none this much."""

_MAX_LINES = 200
_MAX_SHOWN = 200
_REPLY = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f-\xa0]+")


class Stage(StrEnum):
    """How far a session came; a failure is one of the stage that was under way."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    TLS = "TLS"
    LOGIN = "login"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    MESSAGE = "message"
    END = "end of message"
    QUIT = "QUIT"


class SmtpFailure(Exception):  # noqa: N818 - one of two ways in which a session ends
    """A session ended in *stage*: with the reply *code*, or without one (None) by silence, loss or nonsense.

    ``is_lasting`` says that the same session will fail again until somebody changes the configuration.
    """

    def __init__(self, stage: Stage, detail: str, *, code: int | None = None, is_lasting: bool = False) -> None:
        self.stage = stage
        self.detail = detail
        self.code = code
        self.is_lasting = is_lasting
        super().__init__(f"{stage}: {detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpLimits:
    """Seconds, those of RFC 5321, 4.5.3.2, or less where nobody is waited for.

    To connect, for one answer, for the answer to the end of the message, for all before that end, for the farewell.
    """

    connect_s: float = 30.0
    reply_s: float = 60.0
    final_s: float = 600.0
    total_s: float = 300.0
    quit_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A server's answer: its code and its lines without it, separated by line ends."""

    code: int
    text: str

    @property
    def shown(self) -> str:
        """Code and text as one line of at most 200 characters, nothing in it that moves a cursor."""
        line = " ".join(_NOT_SHOWN.sub(" ", f"{self.code} {self.text}").split())
        return line if len(line) <= _MAX_SHOWN else f"{line[:_MAX_SHOWN]}..."


class Wire:
    """One connection. ``stage`` is written into every failure; the owner sets it as the session goes on."""

    def __init__(self, limits: SmtpLimits) -> None:
        self.stage = Stage.CONNECT
        self._limits = limits
        self._until = time.monotonic() + limits.total_s
        self._socket: socket.socket | None = None
        self._read = b""

    @property
    def has_unread(self) -> bool:
        """True if bytes have come that no reply has used."""
        return bool(self._read)

    @property
    def own_address(self) -> str:
        """The address of this end."""
        return str(self._opened().getsockname()[0])

    def connect(self, host: str, port: int) -> str:
        """Connect to the first address of *host* that answers, and give that address."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise self.failure(f"the name {host} cannot be looked up ({_reason(error)}): check email.host") from error
        until = time.monotonic() + self._limits.connect_s
        problem = f"no answer in {self._limits.connect_s:g} s"
        for family, kind, protocol, _, address in found:
            left = until - time.monotonic()
            if left <= 0:
                break
            attempt = socket.socket(family, kind, protocol)
            try:
                attempt.settimeout(left)
                attempt.connect(address)
            except TimeoutError:
                attempt.close()
                break
            except OSError as error:
                attempt.close()
                problem = _reason(error)
                continue
            attempt.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = attempt
            return str(address[0])
        raise self.failure(f"{problem}: check email.host and email.port, and that the server runs")

    def encrypt(self, context: ssl.SSLContext, host: str) -> str:
        """Go on in TLS with the owner of a certificate for *host*; gives the version of TLS."""
        plain = self._opened()
        plain.settimeout(self._left(self._limits.reply_s))
        try:
            encrypted = context.wrap_socket(plain, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            raise self.failure(
                f"the certificate is not accepted ({error.verify_message}): check that email.host is the name in it, "
                "or name the authority's certificate in email.ca_file"
            ) from error
        except TimeoutError as error:
            raise self.failure(f"no encryption in {self._limits.reply_s:g} s") from error
        except OSError as error:
            raise self.failure(f"{_reason(error)}: check that email.security fits email.port") from error
        self._socket = encrypted
        return encrypted.version() or "TLS"

    def write(self, body: bytes) -> None:
        """Send all of *body* within the time of one answer."""
        opened, view = self._opened(), memoryview(body)
        until = time.monotonic() + self._limits.reply_s
        while view:
            # TLS counts a socket's time limit anew with every piece.
            opened.settimeout(self._left(until - time.monotonic()))
            try:
                view = view[opened.send(view[:_CHUNK]) :]
            except TimeoutError as error:
                raise self.failure("the server stopped reading") from error
            except OSError as error:
                raise self.failure(f"the connection was lost ({_reason(error)})") from error

    def read_reply(self, limit_s: float | None = None) -> Reply:
        """The next reply, all its lines, within *limit_s* (None: the time of one answer)."""
        limit_s = self._limits.reply_s if limit_s is None else limit_s
        until = time.monotonic() + limit_s
        code: bytes | None = None
        texts: list[str] = []
        while len(texts) < _MAX_LINES:
            match = _REPLY.fullmatch(self._read_line(until, limit_s))
            if match is None or (code is not None and match[1] != code):
                raise self.failure("the server answers with something that is not SMTP")
            code = match[1]
            texts.append((match[3] or b"").decode("utf-8", "replace"))
            if match[2] != b"-":
                return Reply(code=int(code), text="\n".join(texts))
        raise self.failure(f"the server's answer has more than {_MAX_LINES} lines")

    def refuse_early_answer(self) -> None:
        """Fail if the server has answered, or has gone, without being asked."""
        opened = self._opened()
        if not self._read:
            opened.settimeout(0)
            try:
                self._read = opened.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError):
                return
            except OSError as error:
                raise self.failure(f"the connection was lost ({_reason(error)})") from error
            if not self._read:
                raise self.failure("the server closed the connection")
        reply = self.read_reply()
        raise self.failure(reply.shown, code=reply.code)

    def restart_clock(self, total_s: float) -> None:
        """From here on everything together may take *total_s*."""
        self._until = time.monotonic() + total_s

    def failure(self, detail: str, *, code: int | None = None, is_lasting: bool = False) -> SmtpFailure:
        """A failure in the stage under way."""
        return SmtpFailure(self.stage, detail, code=code, is_lasting=is_lasting)

    def close(self) -> None:
        """Close the connection, whatever state it is in."""
        if self._socket is not None:
            self._socket.close()

    def _read_line(self, until: float, limit_s: float) -> bytes:
        while b"\n" not in self._read[: _MAX_LINE + 1]:
            if len(self._read) > _MAX_LINE:
                raise self.failure(f"the server's answer has a line of more than {_MAX_LINE:,} bytes")
            left = min(until, self._until) - time.monotonic()
            try:
                if left <= 0:
                    raise TimeoutError
                opened = self._opened()
                opened.settimeout(left)
                piece = opened.recv(_CHUNK)
            except TimeoutError as error:
                raise self.failure(f"no answer in {limit_s:g} s") from error
            except OSError as error:
                raise self.failure(f"the connection was lost ({_reason(error)})") from error
            if not piece:
                raise self.failure("the server closed the connection")
            self._read += piece
        line, _, self._read = self._read.partition(b"\n")
        return line.removesuffix(b"\r")

    def _left(self, limit_s: float) -> float:
        left = min(limit_s, self._until - time.monotonic())
        if left <= 0:
            raise self.failure("the whole took too long")
        return left

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise self.failure("not connected")
        return self._socket


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return f"encryption failed, {(error.reason or str(error)).lower().replace('_', ' ')}"
    return str(getattr(error, "strerror", None) or error)
