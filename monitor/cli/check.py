"""``monitor check``: one text judged against everything known."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, console, note, opened, read_settings, write_json
from monitor.errors import MonitorError, UsageError

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.model import Page

_PAGES = (".html", ".htm")
_LISTS = (".json", ".jsonl", ".gz")


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("check")(check)


def check(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL|-", help="A text, a saved page, an address, or - for stdin.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One object, as in `articles --json`.")] = False,
) -> None:
    """Judge one text and store nothing."""
    import asyncio

    from monitor.app import check as judge
    from monitor.cli.objects import article_object
    from monitor.cli.verdict import find_titles, show_article

    options: Options = context.obj
    settings = read_settings(options)
    name = "standard input" if source == "-" else source
    page = asyncio.run(_load(source, settings, options.now or datetime.now(UTC)))
    if page.problem:
        note(options, f"{name}: the page looks like {page.problem}; what could be read is judged")
    if not page.paragraphs:
        raise MonitorError(f"{name}: no running text in it, so there is nothing to judge")
    with opened(options, settings) as app:
        judged = asyncio.run(judge(app, page))
        if as_json:
            write_json(article_object(judged))
        else:
            show_article(console(), judged, find_titles(app, judged))


async def _load(source: str, settings: Settings, now: datetime) -> Page:
    from monitor.app import extract_pages, read_text
    from monitor.text.urls import is_web_url

    suffix = Path(source).suffix.lower()
    if is_web_url(source) or suffix in _PAGES:
        found = await extract_pages([source], url=None, wanted=settings.fetch, now=now)
        page = found[0][1]
        if isinstance(page, MonitorError):
            raise page
        return page
    if suffix in _LISTS:
        raise UsageError(f"{source}: check takes one text; `monitor import {source}` takes a list of articles")
    return await read_text(_read_bytes(source))


def _read_bytes(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise UsageError(f"{source}: {error.strerror}; name a text file, a page, an address, or - for stdin") from error
