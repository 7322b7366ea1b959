"""The text of a first ``feeds.yaml``, with a comment wherever a newcomer will want to change something."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Feed

PASSWORD = "SMTP_PASSWORD"  # noqa: S105 - the name of a variable
DEFAULT_TITLE = "My topic"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWish:
    """Who gets the digest and which server takes it. ``port`` and ``username`` None: not said."""

    to: tuple[str, ...]
    host: str
    port: int | None
    username: str | None
    sender: str

    @property
    def security(self) -> str:
        """What that port usually speaks: 465 TLS (RFC 8314), 25 without a login nothing, all others STARTTLS."""
        if self.port == 465:
            return "tls"
        return "none" if self.port == 25 and self.username is None else "starttls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the answers or options say. ``at`` is ``HH:MM``, ``corpus`` and ``opml`` are paths as they will be written."""

    title: str
    words: tuple[str, ...]
    corpus: str
    feeds: tuple[Feed, ...]
    opml: tuple[str, ...]
    mail: MailWish | None
    at: str
    timezone: str
    allow_private: bool = False


def compose(wishes: Wishes) -> str:
    """The configuration as a commented YAML file. Without words the topic takes everything (threshold 0)."""
    hour, minute = wishes.at.split(":")
    threshold = "0          # no words yet, so everything is taken" if not wishes.words else "0.5"
    return _TEMPLATE.format(
        corpus=_quoted(wishes.corpus), id=_quoted(_id(wishes.title)), title=_quoted(wishes.title),
        words=_listed(wishes.words), threshold=threshold, feeds=_feeds(wishes.feeds),
        opml=f"opml: [{_listed(wishes.opml)}]" if wishes.opml else "# opml: [subscriptions.opml]",
        cron=f"{int(minute)} {int(hour)} * * *", timezone=wishes.timezone, mail=_mail(wishes.mail),
        channel="".join(f"\n      - email: {_quoted(address)}" for address in wishes.mail.to) if wishes.mail else "",
        fetch=_PRIVATE if wishes.allow_private else _CONTACT,
    )  # fmt: skip


def _feeds(feeds: Sequence[Feed]) -> str:
    from monitor.config.editing import compose_feed

    if not feeds:
        return "feeds: []\n#  - https://news.example/rss"
    return "\n".join(["feeds:", *(compose_feed(feed, indent="  ") for feed in feeds)])


def _mail(mail: MailWish | None) -> str:
    if mail is None:
        return _NO_MAIL
    port = f"\n  port: {mail.port}" if mail.port is not None else ""
    login = f'\n  username: {_quoted(mail.username)}\n  password: "${{{PASSWORD}}}"' if mail.username else ""
    return (
        "# The mail server that takes the digests; `monitor mail test` tries it.\n"
        f"email:\n  host: {_quoted(mail.host)}{port}\n  security: {mail.security}{login}\n  from: {_quoted(mail.sender)}"
    )


def _quoted(text: str) -> str:
    # A JSON string is a YAML string too; "${" would ask for a variable.
    return json.dumps(text, ensure_ascii=False).replace("${", "$${")


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(_quoted(text) for text in texts)


def _id(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40].strip("-") or "topic"


_CONTACT = """\
# Where publishers reach you; it is sent along with every request.
# fetch: {contact: you@example.org}"""

_PRIVATE = """\
# Feeds on this computer and in private networks may be fetched too. contact: where publishers reach you.
fetch:
  allow_private: true
#  contact: you@example.org"""

_NO_MAIL = """\
# To get it by mail too, add "- email: you@example.org" under deliver, and the server:
# email:
#   host: smtp.example.org
#   username: you@example.org
#   password: "${SMTP_PASSWORD}"
#   from: you@example.org"""

_TEMPLATE = """\
# What to watch, where to look, and when to deliver. This one file is the whole configuration.
#
#   monitor config check     shows every mistake with line, column and the nearest right key
#   monitor config schema    prints the JSON Schema for editors
#   monitor feeds check      tries every address
#
# Relative paths start at this file. ${{NAME}} comes from the environment, so no secret stands here.

# Articles you have read: .txt, .md, .html, .json or .jsonl. What stands in them is not reported as new.
corpus: [{corpus}]

# What you want to know. any: terms that make an article more relevant ("+term" must occur, "-term" must not);
# none: terms that show that another thing of the same name is meant. threshold: higher brings less, lower more.
topics:
  - id: {id}
    title: {title}
    any: [{words}]
    none: []
    threshold: {threshold}

# Names of one thing, across spellings and languages, one list a thing.
aliases: []
#  - [Ascend, 昇腾]

# Where to look: feeds, news sitemaps, pages that list articles (kind: page). `monitor feeds add ADDRESS` finds more.
{feeds}

# Subscription lists that feed readers export.
{opml}

# When to deliver, and where to. schedule is a cron line: minute, hour, day, month, weekday.
digests:
  - id: daily
    title: What is new
    schedule: "{cron}"
    timezone: {timezone}
    deliver:
      - html: site/{channel}

{mail}

{fetch}
"""
