"""``monitor import``: an archive of articles through the same judgement."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, console, note, opened, write_json
from monitor.errors import MonitorError, UsageError

if TYPE_CHECKING:
    from monitor.library import Library
    from monitor.pipeline import FetchReport


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("import")(import_)


def import_(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="JSON Lines, web archives (.warc.gz), or folders of texts and pages."),
    ],
    as_known: Annotated[bool, typer.Option("--as-known", help="Into the known base, not as news.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Bring an archive of articles in. They are judged in order of publication, as if each had been fetched then."""
    import asyncio

    from monitor.app import import_articles
    from monitor.cli.fetch import progress_bar
    from monitor.cli.objects import import_object

    options: Options = context.obj
    _check_paths(paths)
    began = monotonic()
    with opened(options) as app, progress_bar(options) as progress:
        report, library = asyncio.run(import_articles(app, paths, as_known=as_known, progress=progress))
    if as_json:
        write_json(import_object(report, library, monotonic() - began))
    else:
        _show(report, library, monotonic() - began)
    for problem in library.problems:
        note(options, f"not imported: {problem}")
    if not library.items:
        raise MonitorError(f"no article found in {', '.join(map(str, paths))}")


def _check_paths(paths: list[Path]) -> None:
    from importlib.util import find_spec

    from monitor.library import is_web_archive

    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder")
        if is_web_archive(path) and find_spec("warcio") is None:
            raise UsageError(f"{path}: web archives need the package warcio: install monitor-news[archive]")


def _show(report: FetchReport, library: Library, seconds: float) -> None:
    from monitor.cli.fetch import show_outcomes
    from monitor.cli.screen import count

    screen = console()
    screen.print(f"{count(len(library.items), 'article')} read in {seconds:.1f} s")
    if library.n_skipped:
        parts = (f"{number:,} {name}" for name, number in sorted(library.n_skipped.items()))
        screen.print(f"records that are no articles: {', '.join(parts)}")
    show_outcomes(screen, report)
