"""``monitor feeds remove``, ``import`` and ``export``: the list of feeds as a whole."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, console, note, opened, read_settings, write_json
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.model import Feed


def register(group: typer.Typer) -> None:
    """Add the commands to ``feeds``."""
    group.command("remove")(remove)
    group.command("import")(import_)
    group.command("export")(export)


def remove(
    context: typer.Context,
    feed: Annotated[list[str], typer.Argument(metavar="URL_OR_TITLE...", help="As in `monitor feeds list`.")],
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Take feeds out of feeds.yaml. What was fetched from them stays."""
    from monitor.cli.screen import show
    from monitor.config.editing import remove_feed
    from monitor.config.saving import change_file

    options: Options = context.obj
    settings = read_settings(options)
    chosen = _choose(options, settings, feed)
    places = sorted({place for found in chosen for place in _places(settings, found)}, reverse=True)

    def change(text: str) -> str:
        for place in places:
            text = remove_feed(text, place)
        return text

    change_file(settings.path, change)
    if as_json:
        write_json({"file": str(settings.path), "removed": [found.url for found in chosen]})
        return
    for found in chosen:
        show(console(), f"removed {found.title or found.url}")


def _choose(options: Options, settings: Settings, names: list[str]) -> list[Feed]:
    """The feeds meant by *names*: addresses in any spelling, or titles as ``feeds list`` shows them."""
    from monitor.answers import list_feeds
    from monitor.cli.feeds_find import find_double

    own_titles: dict[str, str | None] = {}
    if any(find_double(settings.feeds, name) is None for name in names):
        with opened(options, settings) as app:
            own_titles = {standing.feed.url: standing.state.title for standing in list_feeds(app)}
    chosen: dict[str, Feed] = {}
    for name in names:
        same = find_double(settings.feeds, name)
        found = [same] if same else [f for f in settings.feeds if name in {f.title, own_titles.get(f.url)}]
        if not found:
            raise UsageError(f"no feed has the address or title {name!r}; `monitor feeds list` lists them")
        if len(found) > 1:
            raise UsageError(f"{len(found)} feeds have the title {name!r}: name one by its address")
        chosen[found[0].url] = found[0]
    return list(chosen.values())


def _places(settings: Settings, feed: Feed) -> list[int]:
    """Where *feed* stands in the file's list, every time; UsageError if it comes from elsewhere."""
    from monitor.config.document import read_document

    document = read_document(settings.path.read_bytes(), file=str(settings.path), env=os.environ)
    data = document.data if isinstance(document.data, dict) else {}
    listed = [item.get("url") if isinstance(item, dict) else item for item in data.get("feeds") or []]
    places = [number for number, url in enumerate(listed) if isinstance(url, str) and url.strip() == feed.url]
    if not places:
        raise UsageError(
            f"{feed.url} is not in {settings.path.name} but in an OPML file that it names: remove it there"
        )
    return places


def import_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="OPML, as feed readers export it; - for stdin.")],
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Add the feeds of an OPML file to feeds.yaml. Folders are left out, doubles skipped and counted."""
    from monitor.cli.screen import count, show
    from monitor.config.editing import add_feeds
    from monitor.config.saving import change_file
    from monitor.sources.opml import parse_opml

    options: Options = context.obj
    settings = read_settings(options)
    parsed = parse_opml(_read(file), name=file)
    known = _Known(settings.feeds)
    added = [feed for feed in parsed.feeds if known.add(feed)]
    change_file(settings.path, lambda text: add_feeds(text, added))
    n_doubles = len(parsed.feeds) - len(added)
    if as_json:
        write_json(
            {
                "file": str(settings.path),
                "added": [feed.url for feed in added],
                "doubles": n_doubles,
                "problems": list(parsed.problems),
            }
        )
        return
    for problem in parsed.problems:
        note(options, problem)
    left_out = f"; {count(n_doubles, 'double')} skipped" if n_doubles else ""
    show(console(), f"{count(len(added), 'feed')} added to {options.config}{left_out}", style="bold")
    if added:
        note(options, "`monitor feeds check` tells which of them answer")


class _Known:
    """Addresses that are taken, in whatever spelling."""

    def __init__(self, feeds: tuple[Feed, ...]) -> None:
        self._keys = {key for feed in feeds for key in self._spellings(feed)}

    def add(self, feed: Feed) -> bool:
        """True if *feed* is new, and from now on it is not."""
        keys = self._spellings(feed)
        is_new = not self._keys & keys
        self._keys |= keys
        return is_new

    @staticmethod
    def _spellings(feed: Feed) -> set[str]:
        from monitor.text.urls import url_key

        return {feed.url, url_key(feed.url) or feed.url}


def _read(file: str) -> bytes:
    from monitor.sources.opml import MAX_BYTES

    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(file).open("rb") as opened_file:
            return opened_file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}") from error


def export(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option(help="File to write; default: standard output.", metavar="PATH")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a feed instead of OPML.")] = False,
) -> None:
    """Write the feeds as OPML 2.0, for feed readers and for `monitor feeds import`."""
    from monitor.cli.screen import count
    from monitor.sources.opml import compose_opml

    options: Options = context.obj
    settings = read_settings(options)
    if as_json:
        for feed in settings.feeds:
            write_json({"url": feed.url, "title": feed.title, "kind": feed.kind, "enabled": feed.is_enabled})
        return
    body = compose_opml(settings.feeds, title="Feeds of monitor")
    if output is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(body)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror or error}") from error
    note(options, f"{count(len(settings.feeds), 'feed')} written to {output}")
