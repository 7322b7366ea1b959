"""``monitor extract``: what extraction makes of pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, console, note, read_settings, write_json
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
    """Show what is read from pages. Title, authors, dates, text."""
    import asyncio

    from monitor.app import extract_pages
    from monitor.cli.objects import page_object

    options: Options = context.obj
    screen = console()
    failed = False
    found = asyncio.run(
        extract_pages(sources, url=url, wanted=_fetch_settings(options), now=options.now or datetime.now(UTC))
    )
    for source, page in found:
        if isinstance(page, MonitorError):
            failed = True
            if as_json:
                write_json({"url": source, "title": None, "text": "", "error": str(page)})
            note(options, f"failed: {page}")
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
    from monitor.cli.screen import minute, show

    show(screen, page.title or "(no title)", style="bold")
    facts = [page.outlet, ", ".join(page.authors), page.published_at and minute(page.published_at), page.language]
    show(screen, " · ".join(fact for fact in [source, *facts] if fact), style="dim")
    if page.problem:
        show(screen, f"problem: {page.problem}", style="red")
    for paragraph in ([page.standfirst] if page.standfirst else []) + list(page.paragraphs):
        screen.print()
        show(screen, paragraph)
    screen.print()
