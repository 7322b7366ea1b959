"""A real SMTP server (aiosmtpd) on loopback that keeps what it takes."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from fast_mail_parser import parse_email

from tests.deliver.scripted import HOST, PASSWORD, USERNAME


@dataclass
class Sink:
    """Takes mail; *refused* recipients get 550, and *verdict* answers the end of a message."""

    refused: set[str] = field(default_factory=set)
    verdict: str = "250 taken"
    mails: list[tuple[str, str, bytes]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]) -> str:
        if address in self.refused:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.verdict.startswith("250"):
            (recipient,) = envelope.rcpt_tos
            self.mails.append((str(envelope.mail_from), recipient, bytes(envelope.original_content or b"")))
        return self.verdict

    @property
    def message_ids(self) -> list[str]:
        return [parse_email(body).headers["Message-ID"][0] for _, _, body in self.mails]

    @property
    def recipients(self) -> list[str]:
        return [recipient for _, recipient, _ in self.mails]


def check_login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (USERNAME.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


@contextmanager
def sink(
    context: ssl.SSLContext | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    handler: Sink | None = None,
    **options: Any,
) -> Iterator[Sink]:
    """A running server; with *context* it asks for STARTTLS and a login, with *tls* it is encrypted from the start."""
    made = handler or Sink()
    if context is not None:
        asked = {"tls_context": context, "require_starttls": True, "auth_required": True}
        options = asked | {"authenticator": check_login} | options
    loop = asyncio.new_event_loop()

    def make() -> SMTP:
        return SMTP(made, loop=loop, hostname="mx.example", **{"enable_SMTPUTF8": True} | options)

    server = loop.run_until_complete(loop.create_server(make, HOST, 0, ssl=tls))
    made.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
