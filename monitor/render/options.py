"""What a renderer may be told beside the edition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monitor.model import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLinks:
    """Where the neighbours of a page are: our own addresses, relative to the page or absolute; None where unknown.

    ``page`` is the public address of the edition itself, for mail and text that leave the site. ``stories`` and
    ``topics`` are the folders of story and topic pages, ending in ``/``, ``editions`` that of the edition pages,
    of which those in ``pages`` are there.
    """

    archive: str | None = None
    feed: str | None = None
    dropped: str | None = None
    previous: str | None = None
    next: str | None = None
    page: str | None = None
    stories: str | None = None
    topics: str | None = None
    editions: str | None = None
    pages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Addresses of a mail as they are to stand in its headers: plain ``name@host``, with a name for the sender.

    Hosts are ASCII. ``unsubscribe`` is the mailbox for those who want no more mail, by default the sender;
    ``one_click`` the https address that takes the POST of RFC 8058, None where nothing takes it.
    """

    sender: str | None = None
    sender_name: str | None = None
    recipient: str | None = None
    unsubscribe: str | None = None
    one_click: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """*templates* is the user's own folder, looked into first; *history* all editions of the digest, newest first."""

    templates: Path | None = None
    site: SiteLinks = SiteLinks()
    history: tuple[Edition, ...] = ()
    envelope: Envelope = Envelope()


Format = Callable[[Edition, Options], bytes]
