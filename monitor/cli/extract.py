"""``monitor extract``: what extraction makes of pages."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, console, errors, read_settings, write_json
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.config import FetchSettings
    from monitor.model import Page


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("extract")(extract)


def extract(
    context: typer.Context,
    sources: Annotated[list[str], typer.Argument(metavar="FILE|URL...", help="Saved pages or addresses.")],
    url: Annotated[str | None, typer.Option(help="The address that a saved page had.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, in the given order.")] = False,
) -> None:
    """Show what extraction makes of pages: title, authors, dates, text."""
    from monitor.app import extract_pages
    from monitor.cli.objects import page_object

    options: Options = context.obj
    screen = console()
    failed = False
    found = asyncio.run(extract_pages(sources, url=url, wanted=_fetch_settings(options), now=options.now or datetime.now(UTC)))
    for source, page in found:
        if isinstance(page, MonitorError):
            failed = True
            if as_json:
                write_json({"url": source, "title": None, "text": "", "error": str(page)})
            errors().print(f"failed: {page}", markup=False)
        elif as_json:
            write_json(page_object(page, url))
        else:
            _show(screen, source, page)
    if failed:
        raise typer.Exit(1)


def _fetch_settings(options: Options) -> FetchSettings:
    """Those of the configuration; the shipped ones where there is none."""
    from monitor.config import FetchSettings

    return read_settings(options).fetch if options.config.exists() else FetchSettings()


def _show(screen: Console, source: str, page: Page) -> None:
    screen.print(page.title or "(no title)", style="bold", markup=False)
    facts = [page.outlet, ", ".join(page.authors), page.published_at and f"{page.published_at:%Y-%m-%d %H:%M} UTC", page.language]
    screen.print(" · ".join(fact for fact in [source, *facts] if fact), style="dim", markup=False)
    if page.problem:
        screen.print(f"problem: {page.problem}", style="red", markup=False)
    for paragraph in ([page.standfirst] if page.standfirst else []) + list(page.paragraphs):
        screen.print(f"\n{paragraph}", markup=False)
    screen.print()
