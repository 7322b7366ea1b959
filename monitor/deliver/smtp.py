"""Mail as a channel: one recipient a message, one session a message."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.deliver.smtp_session import MailServer, Session, Tell
from monitor.deliver.smtp_wire import SmtpFailure, SmtpLimits, Stage
from monitor.errors import DeliveryError, RenderError
from monitor.model import Edition
from monitor.text.mailboxes import Mailbox, parse_mailbox

WriteMail = Callable[[Edition, Sequence[Edition], Mailbox], bytes]
"""The mail of an edition to a recipient; the editions are all of its digest, newest first."""

_FOR_ALL = frozenset({Stage.CONNECT, Stage.GREETING, Stage.EHLO, Stage.STARTTLS, Stage.TLS, Stage.LOGIN, Stage.MAIL})
"""Who fails here would fail for every recipient."""


class MailChannel:
    """Sends editions to one *recipient* through *server*; *write* makes the mail."""

    def __init__(
        self, recipient: str, *, name: str, server: MailServer, write: WriteMail, limits: SmtpLimits | None = None
    ) -> None:
        self._recipient = recipient
        self._name = name
        self._server = server
        self._write = write
        self._limits = limits

    def send(self, edition: Edition, *, history: Sequence[Edition], key: str) -> None:
        """Send *edition*; takes as long as the server needs, with the shipped limits at most 15 minutes.

        *key* is not looked at: the Message-ID is made from edition and recipient, so every attempt has the same.
        """
        try:
            recipient = parse_mailbox(self._recipient)
        except ValueError as error:
            detail = f"the address {error}"
            raise DeliveryError(self._name, detail, permanent=True) from error
        try:
            message = self._write(edition, history, recipient)
        except RenderError as error:
            raise DeliveryError(self._name, str(error), permanent=False) from error
        try:
            send_message(self._server, recipient.address, message, limits=self._limits)
        except SmtpFailure as failure:
            raise describe(failure, self._name, f"{self._server.host}:{self._server.port}") from failure


def send_message(
    server: MailServer, recipient: str, message: bytes, *, limits: SmtpLimits | None = None, tell: Tell | None = None
) -> None:
    """Hand *message* to *server* for *recipient*, in a session of its own; SmtpFailure if it did not take it."""
    with Session(server, limits, tell) as session:
        session.open()
        session.send(server.sender, recipient, message)
        session.quit()


def describe(failure: SmtpFailure, channel: str, server: str) -> DeliveryError:
    """What *failure* means for the edition on its way to *channel*.

    Without an answer to the end of the message nobody knows whether it arrived. A refusal for good (5xx) counts where
    it concerns this mail (its end, its size), its recipient, its sender or the login; a 5xx in the greeting is most
    often a server in trouble or a block that passes, so it is tried again, as Postfix does.
    """
    detail = f"{server}: {failure.stage}: {failure.detail}"
    code, stage = failure.code, failure.stage
    refused = failure.is_lasting or (code is not None and code >= 500)
    if stage is Stage.END and code is None:
        return DeliveryError(channel, f"{detail}; it may have arrived", permanent=False, cause="ambiguous")
    if stage is Stage.RCPT:
        return DeliveryError(channel, detail, permanent=refused, cause="recipient")
    if stage in _FOR_ALL and code != 552:
        is_passing = stage in (Stage.GREETING, Stage.EHLO)
        return DeliveryError(channel, detail, permanent=refused and not is_passing, cause="server")
    return DeliveryError(channel, detail, permanent=refused, cause="message" if refused else "channel")
