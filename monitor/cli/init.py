"""``monitor init``: a first configuration from a few questions."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, console
from monitor.errors import ConfigError, MonitorError, UsageError

if TYPE_CHECKING:
    from monitor.cli.init_feeds import Finder
    from monitor.cli.init_file import MailWish, Wishes
    from monitor.model import Feed


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("init")(init)


def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where feeds.yaml goes; default: here.")] = Path(),
    title: Annotated[str | None, typer.Option(help="Heading of the topic; default: its first word.")] = None,
    word: Annotated[list[str] | None, typer.Option(help="A word or name of the topic; may be repeated.")] = None,
    corpus: Annotated[str, typer.Option(help="Folder for articles you have read.", metavar="FOLDER")] = "seeds/",
    feed: Annotated[
        list[str] | None, typer.Option(help="A feed, or any page of its site; may be repeated.", metavar="URL")
    ] = None,
    opml: Annotated[
        list[str] | None, typer.Option(help="Subscription list of a feed reader; may be repeated.", metavar="FILE")
    ] = None,
    mail: Annotated[
        list[str] | None, typer.Option(help="Who gets the digest by mail; may be repeated.", metavar="ADDRESS")
    ] = None,
    smtp: Annotated[str | None, typer.Option(help="Mail server that takes it.", metavar="HOST[:PORT]")] = None,
    smtp_user: Annotated[
        str | None, typer.Option(help="Name to log in with; the password comes from SMTP_PASSWORD.", metavar="NAME")
    ] = None,
    at: Annotated[str, typer.Option(help="When the digest is made.", metavar="HH:MM")] = "07:00",
    timezone: Annotated[
        str | None, typer.Option(help="Its time zone; default: this computer's.", metavar="ZONE")
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch from this computer and private networks too.")
    ] = False,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Take feeds as they are, without asking them.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there; it is kept beside it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing, take options and defaults.")] = False,
) -> None:
    """Write a first feeds.yaml and make the corpus folder. Asks on a terminal; overwrites nothing unasked."""
    from monitor.cli.init_answers import ask, read_clock, read_opml, read_timezone, read_url, title_of
    from monitor.cli.init_feeds import Finder
    from monitor.cli.init_file import DEFAULT_TITLE, Wishes

    options: Options = context.obj
    may_ask = not yes and sys.stdin.isatty()
    path = _target(options, folder, force=force, may_ask=may_ask)
    words = tuple(word or ())
    urls = [read_url(url) for url in feed or ()]
    wishes = Wishes(
        title=title or (title_of(words) if words else DEFAULT_TITLE), words=words, corpus=corpus, feeds=(),
        opml=tuple(read_opml(name) for name in opml or ()), mail=_read_mail(mail, smtp, smtp_user),
        at=read_clock(at), timezone=read_timezone(timezone or _local_timezone()), allow_private=allow_private,
    )  # fmt: skip
    finder = Finder(options=options, may_ask=may_ask, is_unchecked=unchecked, allow_private=allow_private)
    feeds, finder = _find_feeds(finder, urls)
    wishes = replace(wishes, feeds=feeds, allow_private=finder.allow_private)
    if may_ask:
        wishes = ask(wishes, finder)
    wishes = replace(wishes, opml=tuple(_relative(name, path.parent) for name in wishes.opml))
    kept = _write(path, wishes)
    _say_next(path, wishes, kept)


def _target(options: Options, folder: Path, *, force: bool, may_ask: bool) -> Path:
    # --config or MONITOR_CONFIG names the file that every other command will read.
    path = options.config if options.config != Path("feeds.yaml") else folder / "feeds.yaml"
    if not path.exists() or force:
        return path
    if may_ask and typer.confirm(f"{path} is there already. Make a new one, and keep the old one beside it?"):
        return path
    raise UsageError(
        f"{path} is there already and stays as it is; name another folder (monitor init FOLDER), or write --force"
    )


def _read_mail(to: list[str] | None, smtp: str | None, user: str | None) -> MailWish | None:
    from monitor.cli.init_answers import make_mail, read_mailbox, read_server

    if not to:
        if smtp or user:
            raise UsageError("--smtp and --smtp-user say how mail is sent: --mail ADDRESS says who gets it")
        return None
    if not smtp:
        raise UsageError("--mail needs the server that takes it: --smtp smtp.example.org")
    return make_mail(tuple(read_mailbox(address) for address in to), read_server(smtp), user, None)


def _find_feeds(finder: Finder, urls: list[str]) -> tuple[tuple[Feed, ...], Finder]:
    from monitor.cli.init_feeds import find_feed

    feeds: dict[str, Feed] = {}
    for url in urls:
        feed, finder = find_feed(finder, url)
        if feed is not None:
            feeds.setdefault(feed.url, feed)
    return tuple(feeds.values()), finder


def _relative(name: str, folder: Path) -> str:
    """A path seen from the working directory as the configuration in *folder* has to write it."""
    return name if Path(name).is_absolute() else os.path.relpath(name, folder)


def _write(path: Path, wishes: Wishes) -> Path | None:
    """Make the folders and the file; gives where a file of that name is kept, None if there was none.

    A file that the configuration's own check refuses is taken back.
    """
    from monitor.cli.init_file import PASSWORD, compose
    from monitor.config import load_settings

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / Path(wishes.corpus).expanduser()).mkdir(parents=True, exist_ok=True)
        kept = path.rename(_free_name(path)) if path.exists() else None
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(compose(wishes))
            # The password may come later; everything else has to be right.
            load_settings(path, env={**os.environ, PASSWORD: os.environ.get(PASSWORD) or "later"})
        except (OSError, ConfigError):
            path.unlink(missing_ok=True)
            if kept is not None:
                kept.rename(path)
            raise
    except OSError as error:
        raise MonitorError(f"{error.filename or path}: cannot be written: {error.strerror}") from error
    return kept


def _free_name(path: Path) -> Path:
    """A name beside *path* that nothing has: ``feeds.yaml.before-init``, or with a number."""
    free, number = path.with_name(f"{path.name}.before-init"), 1
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}.before-init-{number}")
    return free


def _local_timezone() -> str:
    """The computer's zone by its IANA name, ``UTC`` if it does not tell."""
    name = os.environ.get("TZ", "").lstrip(":") or str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")[2]
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name).key.removeprefix("Etc/") if name else "UTC"
    except (ValueError, OSError, KeyError):
        return "UTC"


def _say_next(path: Path, wishes: Wishes, kept: Path | None) -> None:
    from monitor.cli.screen import show

    screen = console()
    show(screen, f"Written: {path}" + (f" (the old one is {kept})" if kept else ""), style="bold")
    for number, step in enumerate(_steps(path, wishes), start=1):
        show(screen, step, lead=f"{number}. ")


def _steps(path: Path, wishes: Wishes) -> list[str]:
    """What to do now, in this order."""
    from monitor.cli.init_file import PASSWORD

    is_usual = path.name == "feeds.yaml"
    program = "monitor" if is_usual else f"monitor --config {path}"
    steps = [f"cd {path.parent}"] if is_usual and path.parent != Path() else []
    if wishes.mail is not None and wishes.mail.username and not os.environ.get(PASSWORD):
        steps.append(f"export {PASSWORD}='...'   (the file holds its name alone; every command needs it from here on)")
    if wishes.mail is not None:
        steps.append(f"`{program} mail test`")
    steps.append(f"put articles you have read into {wishes.corpus}, or `{program} corpus add FILE|URL`")
    if wishes.feeds or wishes.opml:
        steps.append(f"`{program} feeds check`")
    else:
        steps.append(f"`{program} feeds add ADDRESS` for each site, then `{program} feeds check`")
    steps.append(f"`{program} fetch`, then `{program} digest --send`")
    steps.append(f"read site/index.html; `{program} run` does all of it on time from now on")
    return steps
