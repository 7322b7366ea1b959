"""One edition as a mail: plain text and HTML of the same content, headers that no title can break.

Rendered here, sent elsewhere: addresses come in by ``Options.envelope`` and may be missing in a preview. The same
edition and envelope give the same bytes, so a repeated attempt is the same mail with the same Message-ID.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from monitor.model import Edition
from monitor.render.mail_body import render_mail_body
from monitor.render.mail_headers import fingerprint, write_headers
from monitor.render.options import Options
from monitor.render.text import render_text

# Every server takes seven bits; not every one offers 8BITMIME, and a relay that converts breaks DKIM signatures.
_BODY = SMTP.clone(cte_type="7bit")


def render_email(edition: Edition, options: Options) -> bytes:
    """*edition* as ``message/rfc822`` bytes with CRLF line ends: ``multipart/alternative``, text first."""
    body = EmailMessage(policy=_BODY)
    body.set_content(render_text(edition, options).decode())
    body.add_alternative(render_mail_body(edition, options), subtype="html")
    body.set_boundary(f"=_{fingerprint(edition, options.envelope)}")
    return write_headers(edition, options.envelope, options.history) + body.as_bytes()
