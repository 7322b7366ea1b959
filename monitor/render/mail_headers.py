"""The headers of a mail, written here and not by Python's ``email``: nothing foreign can open a header of its own.

``email`` folds a header by parsing and writing it anew, and below 3.13 what an encoded word hides comes out as a line
break (CVE-2024-6923); long names with commas lose their quotes on the way. Here every value is made of parts that
hold no break, folded at blanks only. Texts are cleaned before (``clean_header``), so decoding them gives back exactly
what was meant.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote

from monitor.model import Edition
from monitor.render.clean import clean_header
from monitor.render.options import Envelope
from monitor.render.view import make_anchor, top_fact

NO_HOST = "monitor.invalid"
"""Right side of ids while no sender is known; RFC 2606 keeps ``.invalid`` free of owners."""

_WIDTH = 76
_N_REFERENCES = 5
"""Earlier editions named in ``References``: enough to keep a thread together when a reader has deleted some."""

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


def write_headers(edition: Edition, envelope: Envelope, history: Sequence[Edition]) -> bytes:
    """The header block of *edition* as a mail, without those that describe the body; lines end in CRLF.

    *history* holds all editions of the digest, newest first; those before *edition* are what the mail answers to, so
    that mail programs show the editions as one thread. The same arguments give the same bytes. Addresses with other
    letters than ASCII before the @ are written in UTF-8 (RFC 6532); everything else is ASCII.
    """
    return b"".join(_line(name, value) for name, value in list_headers(edition, envelope, history))


def list_headers(edition: Edition, envelope: Envelope, history: Sequence[Edition]) -> list[tuple[str, str]]:
    """Names and values in their order; a value is ready for the wire but for folding."""
    earlier = _earlier(edition, history)[:_N_REFERENCES]
    answers = [make_message_id(one, envelope) for one in reversed(earlier)]
    headers = [
        ("From", _address(envelope.sender, envelope.sender_name) if envelope.sender else ""),
        ("To", envelope.recipient or ""),
        ("Subject", encode_text("Subject", make_subject(edition))),
        ("Date", format_datetime(edition.to_at.astimezone(UTC))),
        ("Message-ID", make_message_id(edition, envelope)),
        ("In-Reply-To", answers[-1] if answers else ""),
        ("References", " ".join(answers)),
        ("List-Id", f"<{make_anchor('digest', edition.digest_id)}.{_host(envelope)}>"),
        *_unsubscribe(edition, envelope),
        ("Content-Language", edition.language),
        ("Auto-Submitted", "auto-generated"),  # RFC 3834: keeps out-of-office replies away
    ]
    return [(name, value) for name, value in headers if value]


def make_subject(edition: Edition) -> str:
    """The top fact, since a subject ``Daily digest`` tells nothing; an empty edition adds its title.

    Where cleaning leaves nothing of them, the title, or else the digest's id.
    """
    subject = top_fact(edition)
    subject = clean_header(subject if edition.stories else f"{subject}: {edition.title}")
    return subject or clean_header(edition.title) or edition.digest_id


def make_message_id(edition: Edition, envelope: Envelope) -> str:
    """The same for every attempt of one edition to one recipient."""
    return f"<{make_anchor('edition', edition.id)}.{fingerprint(edition, envelope)}@{_host(envelope)}>"


def fingerprint(edition: Edition, envelope: Envelope) -> str:
    """20 hex digits that differ by edition and recipient."""
    parts = (edition.id, edition.to_at.isoformat(), envelope.recipient or "")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def encode_text(name: str, text: str) -> str:
    """*text* as the value of the header *name*: as it is if it is ASCII, else in encoded words (RFC 2047)."""
    if text.isascii():
        return text
    return Header(text, "utf-8", header_name=name, maxlinelen=_WIDTH).encode(linesep="")


def _earlier(edition: Edition, history: Sequence[Edition]) -> Sequence[Edition]:
    place = next((number for number, one in enumerate(history) if one.id == edition.id), None)
    return [one for one in history if one.to_at < edition.to_at] if place is None else history[place + 1 :]


def _unsubscribe(edition: Edition, envelope: Envelope) -> list[tuple[str, str]]:
    """RFC 2369 by mail, and RFC 8058 (one click) where an address takes the POST."""
    ways = []
    if envelope.one_click is not None:
        ways.append(f"<{envelope.one_click}>")
    by_mail = envelope.unsubscribe or envelope.sender
    if by_mail is not None:
        ways.append(f"<mailto:{quote(by_mail, safe='@')}?subject={quote(f'unsubscribe {edition.digest_id}')}>")
    post = [("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")] if envelope.one_click is not None else []
    return [("List-Unsubscribe", ", ".join(ways)), *post]


def _address(address: str, name: str | None) -> str:
    shown = clean_header(name or "")
    if not shown:
        return address
    if not shown.isascii():
        return f"{encode_text('From', shown)} <{address}>"
    plain = shown if _ATOMS.fullmatch(shown) else '"' + re.sub(r'(["\\])', r"\\\1", shown) + '"'
    return f"{plain} <{address}>"


def _line(name: str, value: str) -> bytes:
    """One header, folded before blanks; no line is longer than 78 bytes unless one word alone is."""
    lines = [f"{name}:"]
    for word in value.split(" "):
        if len(lines[-1]) + 1 + len(word) > _WIDTH and lines[-1].strip() not in ("", f"{name}:"):
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines).encode() + b"\r\n"


def _host(envelope: Envelope) -> str:
    return NO_HOST if envelope.sender is None else envelope.sender.rpartition("@")[2]
