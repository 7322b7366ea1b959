"""``monitor init``: a first configuration from a few questions."""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, console
from monitor.errors import ConfigError, MonitorError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_DEFAULT_TITLE = "My topic"


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("init")(init)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the answers or options say. ``at`` is ``HH:MM``, ``corpus`` and ``opml`` are paths as written."""

    title: str
    words: tuple[str, ...]
    corpus: str
    feeds: tuple[str, ...]
    opml: tuple[str, ...]
    at: str
    timezone: str


def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where feeds.yaml goes; default: here.")] = Path(),
    title: Annotated[str | None, typer.Option(help="Heading of the topic.")] = None,
    word: Annotated[list[str] | None, typer.Option(help="A word or name of the topic; may be repeated.")] = None,
    corpus: Annotated[str, typer.Option(help="Folder for articles you have read.", metavar="FOLDER")] = "seeds/",
    feed: Annotated[list[str] | None, typer.Option(help="Address of a feed; may be repeated.", metavar="URL")] = None,
    opml: Annotated[
        list[str] | None, typer.Option(help="Subscription list of a feed reader; may be repeated.", metavar="FILE")
    ] = None,
    at: Annotated[str, typer.Option(help="When the digest is made.", metavar="HH:MM")] = "07:00",
    timezone: Annotated[
        str | None, typer.Option(help="Its time zone; default: this computer's.", metavar="ZONE")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing, take options and defaults.")] = False,
) -> None:
    """Write a first feeds.yaml. Makes the corpus folder too; never overwrites anything."""
    options: Options = context.obj
    path = _target(options, folder)
    wishes = Wishes(
        title=title or _DEFAULT_TITLE, words=tuple(word or ()), corpus=corpus, feeds=tuple(feed or ()),
        opml=tuple(opml or ()), at=at, timezone=timezone or _local_timezone(),
    )  # fmt: skip
    if not yes and sys.stdin.isatty():
        wishes = _ask(wishes)
    _check(wishes)
    wishes = replace(wishes, opml=tuple(_relative(name, path.parent) for name in wishes.opml))
    _write(path, wishes)
    _say_next(path, wishes)


def _target(options: Options, folder: Path) -> Path:
    # --config or MONITOR_CONFIG names the file that every other command will read.
    path = options.config if options.config != Path("feeds.yaml") else folder / "feeds.yaml"
    if path.exists():
        raise UsageError(f"{path} is there already and stays as it is; name another folder: monitor init FOLDER")
    return path


def _ask(wishes: Wishes) -> Wishes:
    words = typer.prompt(
        "Words and names of your topic, separated by commas",
        ", ".join(wishes.words) or "",
        show_default=bool(wishes.words),
    )
    title = typer.prompt("Heading of the topic", wishes.title if wishes.title != _DEFAULT_TITLE else _title(words))
    corpus = typer.prompt("Folder for articles you have read already", wishes.corpus)
    given = " ".join((*wishes.feeds, *wishes.opml))
    sources = typer.prompt(
        "Feed addresses or OPML files, separated by blanks (none: add them later)", given, show_default=bool(given)
    )
    at = typer.prompt("Time of the daily digest", wishes.at)
    timezone = typer.prompt("Time zone", wishes.timezone)
    parts = sources.replace(",", " ").split()
    return Wishes(
        title=title.strip(), words=tuple(part.strip() for part in words.split(",") if part.strip()), corpus=corpus.strip(),
        feeds=tuple(part for part in parts if "://" in part), opml=tuple(part for part in parts if "://" not in part),
        at=at.strip(), timezone=timezone.strip(),
    )  # fmt: skip


def _title(words: str) -> str:
    return words.partition(",")[0].strip() or _DEFAULT_TITLE


def _check(wishes: Wishes) -> None:
    from zoneinfo import ZoneInfo

    from monitor.text.urls import is_web_url

    for url in wishes.feeds:
        if not is_web_url(url):
            raise UsageError(f"not the address of a feed: {url!r}; it starts with http:// or https://")
    for name in wishes.opml:
        if not Path(name).is_file():
            raise UsageError(f"there is no OPML file {name!r}")
    if not _CLOCK.fullmatch(wishes.at):
        raise UsageError(f"not a time of day: {wishes.at!r}; write it like 07:00")
    try:
        ZoneInfo(wishes.timezone)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise UsageError(f"no time zone {wishes.timezone!r}; write it like Europe/Berlin") from None


def _relative(name: str, folder: Path) -> str:
    """A path seen from the working directory as the configuration in *folder* has to write it."""
    return name if Path(name).is_absolute() else os.path.relpath(name, folder)


def _write(path: Path, wishes: Wishes) -> None:
    """Make the folders and the file; a file that the configuration's own check refuses is taken back."""
    from monitor.config import load_settings

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / Path(wishes.corpus).expanduser()).mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(compose(wishes))
    except OSError as error:
        raise MonitorError(f"{error.filename or path}: cannot be written: {error.strerror}") from error
    try:
        load_settings(path, env=os.environ)
    except ConfigError:
        path.unlink()
        raise


def compose(wishes: Wishes) -> str:
    """The configuration as a commented YAML file."""
    hour, minute = wishes.at.split(":")
    words = f"[{_listed(wishes.words)}]"
    threshold = (
        "" if wishes.words else "\n    threshold: 0          # no words yet, so everything is taken; 0.5 is usual"
    )
    feeds = "\n".join(f"  - {_quoted(url)}" for url in wishes.feeds)
    opml = f"opml: [{_listed(wishes.opml)}]" if wishes.opml else "# opml: [subscriptions.opml]"
    return _TEMPLATE.format(
        corpus=_quoted(wishes.corpus), id=_quoted(_id(wishes.title)), title=_quoted(wishes.title), words=words, threshold=threshold,
        feeds=f"feeds:\n{feeds}" if feeds else "feeds: []\n#  - https://news.example/rss",
        opml=opml, cron=f"{int(minute)} {int(hour)} * * *", timezone=wishes.timezone,
    )  # fmt: skip


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
# none: terms that show that another thing of the same name is meant.
topics:
  - id: {id}
    title: {title}
    any: {words}
    none: []{threshold}

# Names of one thing, across spellings and languages, one list a thing.
aliases: []
#  - [Ascend, 昇腾]

# Where to look: feeds, news sitemaps, pages that list articles (kind: page).
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
      - html: site/
"""


def _quoted(text: str) -> str:
    # A JSON string is a YAML string too; "${" would ask for a variable.
    return json.dumps(text, ensure_ascii=False).replace("${", "$${")


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(_quoted(text) for text in texts)


def _id(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40].strip("-") or "topic"


def _local_timezone() -> str:
    """The computer's zone by its IANA name, ``UTC`` if it does not tell."""
    name = os.environ.get("TZ", "").lstrip(":") or str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")[2]
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name).key.removeprefix("Etc/") if name else "UTC"
    except (ValueError, OSError, KeyError):
        return "UTC"


def _say_next(path: Path, wishes: Wishes) -> None:
    from monitor.cli.screen import show

    screen = console()
    show(screen, f"Written: {path}", style="bold")
    if path.name == "feeds.yaml":
        config, place = "", "" if path.parent == Path() else f"cd {path.parent}; "
    else:
        config, place = f" --config {path}", ""
    add = "" if wishes.feeds or wishes.opml else "add feeds to the file, then "
    show(
        screen,
        f"{place}put articles you have read into {wishes.corpus}, or `monitor{config} corpus add FILE|URL`",
        lead="1. ",
    )
    show(screen, f"{add}`monitor{config} feeds check`", lead="2. ")
    show(screen, f"`monitor{config} fetch`, then `monitor{config} digest --send`", lead="3. ")
    show(screen, "read site/index.html", lead="4. ")
