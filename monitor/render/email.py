"""One edition as a mail: plain text and HTML of the same content, headers that no title can break.

Rendered here, sent elsewhere: addresses come in by ``Options.envelope`` and may be missing in a preview. The same
edition and envelope give the same bytes, so a repeated attempt is the same mail with the same Message-ID.
"""

from __future__ import annotations

import hashlib
from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from monitor.model import Edition
from monitor.render.clean import clean_header
from monitor.render.options import Envelope, Options
from monitor.render.templating import fill
from monitor.render.text import render_text
from monitor.render.view import arrange, make_anchor, top_fact

NO_HOST = "monitor.invalid"
"""Right side of ids while no sender is known; RFC 2606 keeps ``.invalid`` free of owners."""


def render_email(edition: Edition, options: Options) -> bytes:
    """*edition* as ``message/rfc822`` bytes with CRLF line ends: ``multipart/alternative``, text first."""
    message = EmailMessage(policy=SMTP)
    envelope = options.envelope
    if envelope.sender is not None:
        message["From"] = Address(display_name=clean_header(envelope.sender_name or ""), addr_spec=envelope.sender)
    if envelope.recipient is not None:
        message["To"] = Address(addr_spec=envelope.recipient)
    message["Subject"] = make_subject(edition)
    message["Date"] = format_datetime(edition.to_at.astimezone(UTC))
    message["Message-ID"] = make_message_id(edition, envelope)
    message["List-Id"] = f"<{make_anchor('digest', edition.digest_id)}.{_host(envelope)}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps out-of-office replies away
    values: dict[str, object] = {"view": arrange(edition), "edition": edition, "site": options.site}
    message.set_content(render_text(edition, options).decode())
    message.add_alternative(fill("digest/email.html", values, templates=options.templates), subtype="html")
    message.set_boundary(f"=_{_fingerprint(edition, envelope)}")
    return message.as_bytes()


def make_subject(edition: Edition) -> str:
    """The top fact, since a subject ``Daily digest`` tells nothing; an empty edition adds its title."""
    subject = top_fact(edition)
    return clean_header(subject if edition.stories else f"{subject}: {edition.title}")


def make_message_id(edition: Edition, envelope: Envelope) -> str:
    """The same for every attempt of one edition to one recipient."""
    return f"<{make_anchor('edition', edition.id)}.{_fingerprint(edition, envelope)}@{_host(envelope)}>"


def _fingerprint(edition: Edition, envelope: Envelope) -> str:
    parts = (edition.id, edition.to_at.isoformat(), envelope.sender or "", envelope.recipient or "")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def _host(envelope: Envelope) -> str:
    return NO_HOST if envelope.sender is None else envelope.sender.rpartition("@")[2]
