"""Whether the configured mail server works, tried out stage by stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, make_msgid

from monitor.app.delivery import mail_server
from monitor.app.opening import App
from monitor.deliver import MailServer, Session, SmtpFailure, Stage, send_message
from monitor.errors import UsageError
from monitor.text.mailboxes import parse_mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStep:
    """One stage of a session: what the server said, or why it ended there (``is_ok`` False)."""

    stage: Stage
    detail: str
    is_ok: bool


def try_mail_server(
    app: App, *, recipient: str | None, tell: Callable[[TrialStep], None] = lambda _step: None
) -> tuple[TrialStep, ...]:
    """The stages of a session with the configured server, to the first that fails; *tell* hears of each at once.

    With *recipient* a short mail is sent there; without it the session ends after the login. UsageError without a mail
    server in the configuration, or for a recipient that is no address.
    """
    server = mail_server(app)
    if server is None:
        raise UsageError("there is no mail server: add `email: {host: ..., from: ...}` to feeds.yaml")
    steps: list[TrialStep] = []

    def note(step: TrialStep) -> None:
        steps.append(step)
        tell(step)

    def done(stage: Stage, detail: str) -> None:
        note(TrialStep(stage=stage, detail=detail, is_ok=True))

    try:
        if recipient is None:
            with Session(server, tell=done) as session:
                session.open()
                session.quit()
        else:
            to = _address(recipient)
            send_message(server, to, _trial_mail(server, to, app.now), tell=done)
    except SmtpFailure as failure:
        note(TrialStep(stage=failure.stage, detail=failure.detail, is_ok=False))
    return tuple(steps)


def _trial_mail(server: MailServer, recipient: str, now: datetime) -> bytes:
    host = server.sender.rpartition("@")[2]
    lines = (
        f"From: {server.sender}",
        f"To: {recipient}",
        "Subject: Test mail of monitor",
        f"Date: {format_datetime(now)}",
        f"Message-ID: {make_msgid(domain=host)}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "This mail server takes mail from monitor. Editions will come this way.",
        "",
    )
    return "\r\n".join(lines).encode()


def _address(recipient: str) -> str:
    try:
        return parse_mailbox(recipient).address
    except ValueError as error:
        raise UsageError(f"--to {recipient}: the address {error}") from error
