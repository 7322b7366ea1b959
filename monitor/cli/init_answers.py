"""The questions of ``monitor init``, and what counts as an answer. A wrong one is explained and asked again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from monitor.cli.init_feeds import Finder, find_feed
from monitor.cli.init_file import DEFAULT_TITLE, MailWish, Wishes
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.model import Feed

T = TypeVar("T")

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_SERVER = re.compile(r"([^\s:/@]+)(?::(\d{1,5}))?")
_LAST_PORT = 65_535


def ask(wishes: Wishes, finder: Finder) -> Wishes:
    """*wishes* with the answers of whoever sits at the terminal; what they say already are the defaults."""
    words = _prompt("Words and names of your topic, separated by commas", ", ".join(wishes.words), read_words)
    named = wishes.title if wishes.title != DEFAULT_TITLE or not words else title_of(words)
    title = _prompt("Heading of the topic", named, lambda text: text.strip() or named)
    corpus = _prompt(
        "Folder for articles you have read already", wishes.corpus, lambda text: text.strip() or wishes.corpus
    )
    feeds, opml, finder = _ask_sources(wishes, finder)
    mail = _ask_mail(wishes.mail)
    at = _prompt("Time of the daily digest", wishes.at, read_clock)
    timezone = _prompt("Time zone", wishes.timezone, read_timezone)
    return Wishes(
        title=title, words=words, corpus=corpus, feeds=feeds, opml=opml, mail=mail, at=at, timezone=timezone,
        allow_private=finder.allow_private,
    )  # fmt: skip


def _prompt(question: str, default: str, read: Callable[[str], T]) -> T:
    while True:
        text = typer.prompt(question, default, show_default=bool(default))
        try:
            return read(str(text))
        except UsageError as error:
            typer.echo(f"  {error}")


def _ask_sources(wishes: Wishes, finder: Finder) -> tuple[tuple[Feed, ...], tuple[str, ...], Finder]:
    feeds, opml = list(wishes.feeds), list(wishes.opml)
    question = "A feed, any page of a site, or an OPML file (empty: no more)"
    while source := _prompt(question, "", _read_source):
        if isinstance(source, Path):
            opml.append(str(source))
            continue
        feed, finder = find_feed(finder, source)
        if feed is not None and feed.url not in {known.url for known in feeds}:
            feeds.append(feed)
    return tuple(feeds), tuple(opml), finder


def _read_source(text: str) -> str | Path | None:
    """A web address, the path of an OPML file, or None for nothing."""
    if not text.strip():
        return None
    path = Path(text.strip()).expanduser()
    is_address = "://" in text or (path.suffix != ".opml" and not path.is_file())
    return read_url(text) if is_address else Path(read_opml(str(path)))


def _ask_mail(wished: MailWish | None) -> MailWish | None:
    to = _prompt(
        "Mail address that gets the digest (empty: pages in site/ only)",
        ", ".join(wished.to) if wished else "",
        lambda text: tuple(read_mailbox(part) for part in text.replace(",", " ").split()),
    )
    if not to:
        return None
    given = "" if wished is None else wished.host if wished.port is None else f"{wished.host}:{wished.port}"
    server = _prompt("Mail server that takes it, like smtp.example.org or localhost:25", given, read_server)
    username = _prompt(
        "Name to log in with (empty: no login)", (wished and wished.username) or "", lambda text: text.strip() or None
    )
    mail = make_mail(to, server, username, wished.sender if wished else None)
    return replace(mail, sender=_prompt("Sender", mail.sender, read_mailbox))


def make_mail(
    to: tuple[str, ...], server: tuple[str, int | None], username: str | None, sender: str | None
) -> MailWish:
    """The wish; without a sender it is the name of the login if that is a mail address, else the first reader."""
    own = username if username and "@" in username else to[0]
    return MailWish(to=to, host=server[0], port=server[1], username=username, sender=sender or own)


def title_of(words: tuple[str, ...]) -> str:
    """A heading from the first term, with a capital letter unless its spelling is its own, like "iPhone"."""
    return words[0].capitalize() if words[0].islower() else words[0]


def read_words(text: str) -> tuple[str, ...]:
    """Terms from one line; commas of both widths separate them."""
    return tuple(part.strip() for part in re.split("[,，、]", text) if part.strip())


def read_url(text: str) -> str:
    """A web address from what people type or paste."""
    from monitor.cli.feeds_find import read_address

    return read_address(text)


def read_opml(name: str) -> str:
    """*name* if it is a readable OPML file."""
    from monitor.errors import ParseError
    from monitor.sources.opml import parse_opml

    try:
        parse_opml(Path(name).read_bytes(), name=name)
    except OSError as error:
        raise UsageError(f"no OPML file {name!r}: {error.strerror or error}") from error
    except ParseError as error:
        raise UsageError(f"{name}: {error.detail}; name a subscription list that a feed reader exported") from error
    return name


def read_clock(text: str) -> str:
    """``HH:MM``."""
    if not _CLOCK.fullmatch(text.strip()):
        raise UsageError(f"not a time of day: {text!r}; write it like 07:00")
    return text.strip()


def read_timezone(text: str) -> str:
    """The IANA name of a zone that this computer knows."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(text.strip()).key
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise UsageError(f"no time zone {text!r}; write it like Europe/Berlin") from None


def read_mailbox(text: str) -> str:
    """A bare mail address."""
    from monitor.text.mailboxes import parse_mailbox

    try:
        parse_mailbox(text.strip())
    except ValueError as error:
        raise UsageError(f"not a mail address: {text!r}; write it like you@example.org") from error
    return text.strip()


def read_server(text: str) -> tuple[str, int | None]:
    """Host and port of a mail server, the port None if it is not said."""
    found = _SERVER.fullmatch(text.strip())
    port = int(found[2]) if found and found[2] else None
    if found is None or (port is not None and not 1 <= port <= _LAST_PORT):
        raise UsageError(f"not a mail server: {text!r}; write it like smtp.example.org or smtp.example.org:465")
    return found[1], port
