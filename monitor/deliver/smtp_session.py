"""One SMTP session (RFC 5321), stage by stage; nothing is retried inside.

The stages are driven here and not by a library, since what matters is hidden there: ``smtplib`` raises the same error
for a connection that was lost before the message and for one lost after its end, where the first is safe to repeat and
the second may bring the mail twice. Every failure here names its stage.

What came before TLS began is refused with the connection: it could be anybody's (CVE-2011-0411). Nothing that a server
says is handed on with a password in it.
"""

from __future__ import annotations

import base64
import contextlib
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from monitor.deliver.smtp_wire import Reply, SmtpFailure, SmtpLimits, Stage, Wire

Tell = Callable[[Stage, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The server that takes mail. ``security`` is ``starttls``, ``tls`` or ``none``; ``sender`` a bare address.

    ``ca_file`` holds further certificates to trust, PEM; None: those of the system.
    """

    host: str
    port: int
    security: str
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None


class Session:
    """A session with *server*; ``open`` connects and logs in, ``send`` hands over one message, ``quit`` says farewell.

    *tell* hears of every stage that succeeded. Every method raises SmtpFailure. A context manager: left in any way,
    the connection is closed.
    """

    def __init__(self, server: MailServer, limits: SmtpLimits | None = None, tell: Tell | None = None) -> None:
        self._server = server
        self._limits = limits or SmtpLimits()
        self._tell = tell
        self._wire = Wire(self._limits)
        self._offers: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wire.close()

    def open(self) -> None:
        """Connect, encrypt as configured, log in if there is a name to log in with."""
        self._done(f"{self._wire.connect(self._server.host, self._server.port)} port {self._server.port}")
        if self._server.security == "tls":
            self._encrypt()
        self._wire.stage = Stage.GREETING
        self._expect(self._wire.read_reply(), 220)
        self._greet()
        if self._server.security == "starttls":
            self._start_tls()
        if self._server.username is not None and self._server.password is not None:
            self._log_in(self._server.username, self._server.password)

    def send(self, sender: str, recipient: str, message: bytes) -> None:
        """Hand over *message*; if this returns, it is the server's.

        A failure in ``Stage.END`` without a code means that nobody knows whether the server has it. Addresses are bare;
        *message* may have any line ends and leaves with CRLF alone, dots doubled: what looks like the end of a
        message inside one is not (SMTP smuggling, CVE-2023-51764).
        """
        body = prepare(message)
        wire = self._wire
        wire.stage = Stage.MAIL
        self._expect(self._command(f"MAIL FROM:<{sender}>{self._options(sender, recipient, len(body))}"), 250)
        wire.stage = Stage.RCPT
        self._expect(self._command(f"RCPT TO:<{recipient}>"), 250, 251, 252)
        wire.stage = Stage.DATA
        self._expect(self._command("DATA"), 354)
        wire.stage = Stage.MESSAGE
        wire.write(body)
        wire.refuse_early_answer()
        wire.stage = Stage.END
        wire.restart_clock(self._limits.final_s)
        wire.write(b".\r\n")
        self._expect(wire.read_reply(self._limits.final_s), 250)

    def quit(self) -> None:
        """Say farewell; whatever the server answers changes nothing."""
        self._wire.stage = Stage.QUIT
        self._wire.restart_clock(self._limits.quit_s)
        with contextlib.suppress(SmtpFailure):
            self._done(self._command("QUIT").shown)

    def _greet(self) -> None:
        self._wire.stage = Stage.EHLO
        # An address literal (RFC 5321, 4.1.3): looking up our own name may take seconds and may bring a wrong one.
        address = self._wire.own_address
        name = f"IPv6:{address}" if ":" in address else address
        reply = self._expect(self._command(f"EHLO [{name}]"), 250)
        self._offers = {}
        for line in reply.text.split("\n")[1:]:
            word, _, details = line.strip().replace("=", " ", 1).partition(" ")
            self._offers[word.upper()] = f"{self._offers.get(word.upper(), '')} {details}".strip()

    def _start_tls(self) -> None:
        self._wire.stage = Stage.STARTTLS
        how = "nothing was sent. Set `security: tls` and its port (465), or `none` for a server on this machine"
        if "STARTTLS" not in self._offers:
            raise self._wire.failure(f"the server offers no encryption, {how}", is_lasting=True)
        reply = self._command("STARTTLS")
        if reply.code >= 500:
            detail = f"the server refuses encryption ({reply.shown}), {how}"
            raise self._wire.failure(detail, code=reply.code, is_lasting=True)
        self._expect(reply, 220)
        if self._wire.has_unread:
            raise self._wire.failure("the server talked on before encryption began: somebody may sit in between")
        self._encrypt()
        self._greet()

    def _encrypt(self) -> None:
        self._wire.stage = Stage.TLS
        context = ssl.create_default_context()
        if self._server.ca_file is not None:
            try:
                context.load_verify_locations(self._server.ca_file)
            except OSError as error:
                detail = f"email.ca_file cannot be used: {self._server.ca_file}: {error.strerror or error}"
                raise self._wire.failure(detail, is_lasting=True) from error
        version = self._wire.encrypt(context, self._server.host)
        self._done(f"{version}, certificate of {self._server.host}")

    def _log_in(self, username: str, password: str) -> None:
        self._wire.stage = Stage.LOGIN
        offered = self._offers.get("AUTH", "").upper().split()
        if "PLAIN" in offered:
            reply = self._command(f"AUTH PLAIN {_plain(username, password)}")
        elif "LOGIN" in offered:
            reply = self._command("AUTH LOGIN")
            for word in (username, password):
                if reply.code == 334:
                    reply = self._command(_encoded(word))
        else:
            said = f"only by {', '.join(offered)}" if offered else "none"
            detail = f"the server offers no login by name and password ({said}): remove email.username, or encrypt"
            raise self._wire.failure(detail, is_lasting=True)
        if reply.code >= 500:
            detail = f"{reply.shown}: check email.username and email.password"
            raise self._wire.failure(detail, code=reply.code, is_lasting=True)
        self._expect(reply, 235)

    def _options(self, sender: str, recipient: str, n_bytes: int) -> str:
        limit = self._offers.get("SIZE", "")
        if limit.isdecimal() and 0 < int(limit) < n_bytes:
            detail = f"the mail has {n_bytes // 1000:,} kB, the server takes {int(limit) // 1000:,} kB"
            raise self._wire.failure(detail, code=552)
        options = f" SIZE={n_bytes}" if "SIZE" in self._offers else ""
        if sender.isascii() and recipient.isascii():
            return options
        if "SMTPUTF8" not in self._offers:
            detail = (
                "the server takes ASCII only before the @ (it lacks SMTPUTF8): "
                "use another address of this recipient, or another server"
            )
            raise SmtpFailure(Stage.RCPT, detail, is_lasting=True)
        return f"{options} BODY=8BITMIME SMTPUTF8"

    def _command(self, line: str) -> Reply:
        self._wire.write(line.encode() + b"\r\n")
        reply = self._wire.read_reply(self._limits.quit_s if self._wire.stage is Stage.QUIT else None)
        return replace(reply, text=self._without_secrets(reply.text))

    def _expect(self, reply: Reply, *codes: int) -> Reply:
        if reply.code not in codes:
            raise self._wire.failure(reply.shown, code=reply.code)
        self._done(reply.shown)
        return reply

    def _done(self, detail: str) -> None:
        if self._tell is not None:
            self._tell(self._wire.stage, detail)

    def _without_secrets(self, text: str) -> str:
        name, password = self._server.username, self._server.password
        if name is None or password is None:
            return text
        for secret in (_plain(name, password), _encoded(password), password):
            text = text.replace(secret, "***")
        return text


def prepare(message: bytes) -> bytes:
    """*message* with CRLF at every line end and every dot at the beginning of a line doubled (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    lines = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return re.sub(rb"^\.", b"..", lines, flags=re.MULTILINE)


def _plain(username: str, password: str) -> str:
    """The one word of AUTH PLAIN (RFC 4616)."""
    return _encoded(f"\0{username}\0{password}")


def _encoded(word: str) -> str:
    return base64.b64encode(word.encode()).decode()
