"""The configuration as the rest of the program sees it: checked, complete, with absolute paths."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import TypeAlias

from monitor.model import Digest, Feed, Topic

Network: TypeAlias = IPv4Network | IPv6Network

DEFAULT_STORE = "sqlite:///monitor.db"

# "Back-fill is never news": older than this at first sight is known, not new.
_WEEK_S = 7 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """The mail server that takes editions. ``security`` is ``starttls``, ``tls`` or ``none``.

    ``sender`` is an address, alone or as ``Name <address>``; ``username`` and ``password`` are both set or both None.
    ``ca_file`` holds further certificates to trust; ``unsubscribe`` is the address for those who want no more mail,
    ``unsubscribe_secret`` what makes their links for one click. ``at_most_once`` forbids to send again what may have
    arrived.
    """

    host: str
    port: int
    security: str
    username: str | None
    password: str | None = field(repr=False)
    sender: str
    ca_file: Path | None = None
    unsubscribe: str | None = None
    unsubscribe_secret: str | None = field(default=None, repr=False)
    at_most_once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmSettings:
    """A language model behind an OpenAI-compatible address, e.g. ``http://127.0.0.1:11434/v1``.

    ``timeout_s`` is the time for all questions about one edition.
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """The manners and limits of the HTTP client.

    ``contact`` is an address for the user agent; ``timeout_s`` the deadline of one whole request.
    ``allow_networks`` may be fetched from although they are not public. ``max_age_s`` is the age from which an entry
    counts as back-fill. ``host_gap_s`` None means: the client's own rule. ``proxy`` may hold a password.
    """

    contact: str | None = None
    timeout_s: float = 20.0
    max_bytes: int = 10_000_000
    per_host: int = 1
    concurrency: int = 64
    robots: bool = True
    allow_private: bool = False
    allow_networks: tuple[Network, ...] = ()
    max_age_s: int = _WEEK_S
    host_gap_s: float | None = None
    proxy: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """Where answers are kept; a new file is begun on a day from ``file_bytes`` on."""

    folder: Path
    file_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One feeds.yaml. Ids are unique, every topic that is named exists, every path is absolute.

    ``feeds`` are those of the file, then those of its OPML files, each address once; ``notes`` tells what was
    folded or left out on the way. ``store`` is a database address, a SQLite path in it absolute. ``public_url`` is where the pages can
    be read, without a slash at its end.
    """

    path: Path
    topics: tuple[Topic, ...]
    corpus: tuple[Path, ...] = ()
    aliases: tuple[tuple[str, ...], ...] = ()
    feeds: tuple[Feed, ...] = ()
    digests: tuple[Digest, ...] = ()
    email: EmailSettings | None = None
    fetch: FetchSettings = FetchSettings()
    archive: ArchiveSettings | None = None
    store: str
    templates: Path | None = None
    llm: LlmSettings | None = None
    public_url: str | None = None
    opml: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
