"""Mail addresses as SMTP and headers need them: domains in ASCII, and what cannot be an address refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

import idna

# RFC 5321, 4.5.3.1. Blanks and quoted local parts are valid there and used by nobody; brackets would end the path.
_LOCAL = re.compile(r"[^\x00-\x20\x7f-\xa0\s<>()\[\]\\,;:\"@]+")
_MAX_LOCAL_BYTES = 64
_MAX_DOMAIN_CHARS = 255
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address in its two halves; ``domain`` is ASCII, ``xn--`` where it was written in other letters."""

    local: str
    domain: str

    @property
    def address(self) -> str:
        """``local@domain``, as it goes on the wire."""
        return f"{self.local}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """True if only a server with SMTPUTF8 (RFC 6531) can take it: the part before the @ is not ASCII."""
        return not self.local.isascii()


def parse_mailbox(text: str) -> Mailbox:
    """The mailbox that *text* names; ValueError tells what is wrong, without repeating the text."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not local or not domain:
        raise ValueError("is not of the form name@host")
    try:
        size = len(local.encode())
    except UnicodeEncodeError:
        raise ValueError("has half a character before the @") from None
    if size > _MAX_LOCAL_BYTES or not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith("."):
        raise ValueError("has a part before the @ that no mail server takes")
    return Mailbox(local=local, domain=ascii_domain(domain))


def ascii_domain(domain: str) -> str:
    """*domain* in lower-case ASCII (IDNA 2008 with the mapping of UTS 46); ValueError if it is no host name."""
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise ValueError("has a host behind the @ that cannot be written as a host name") from None
    if len(domain) > _MAX_DOMAIN_CHARS or not _DOMAIN.fullmatch(domain):
        raise ValueError("has a host behind the @ that is no host name")
    return domain.lower()
