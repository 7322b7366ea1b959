"""``monitor fetch``: poll, read, judge, store, and say what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, console, errors, opened, write_json

if TYPE_CHECKING:
    from monitor.pipeline import FetchReport, Progress

_SHOWN_ERRORS = 10


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("fetch")(fetch)


def fetch(
    context: typer.Context,
    feed: Annotated[list[str] | None, typer.Option(help="Only this feed, by address or title; may be repeated.", metavar="URL_OR_TITLE")] = None,
    all_feeds: Annotated[bool, typer.Option("--all", help="Every feed, not only those that are due.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Poll the due feeds, read and judge what is new, store it."""
    import asyncio

    from monitor.app import choose_feeds
    from monitor.app import fetch as run_fetch
    from monitor.cli.objects import fetch_object

    options: Options = context.obj
    began = monotonic()
    with opened(options) as app:
        feeds = choose_feeds(app, only=feed or (), all_feeds=all_feeds)
        with progress_bar(options) as progress:
            report = asyncio.run(run_fetch(app, feeds, progress=progress))
    if as_json:
        write_json(fetch_object(report, monotonic() - began))
    else:
        show_report(report, monotonic() - began)
    if report.polled and report.failed_feeds == report.polled and not as_json:
        errors().print("No feed could be reached. Is there a network? `monitor demo` shows the whole flow without one.")


@contextmanager
def progress_bar(options: Options) -> Iterator[Progress]:
    """A progress bar on stderr while the block runs; only on a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress as Bar, TextColumn, TimeElapsedColumn

    screen = errors()
    if not screen.is_terminal or options.verbosity < 0:
        yield lambda stage, done, total: None
        return
    names = {"poll": "Feeds", "read": "Articles"}
    with Bar(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=screen, transient=True
    ) as bar:
        tasks = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(names.get(stage, stage), total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield advance


def show_report(report: FetchReport, seconds: float) -> None:
    """The report for a person: what came, what was kept, what failed."""
    from monitor.model import Outcome

    screen = console()
    screen.print(
        f"{report.polled} feeds asked, {report.not_modified} unchanged, {report.failed_feeds} failed; "
        f"{report.new_entries} new entries in {seconds:.1f} s"
    )
    count = report.outcomes
    screen.print(
        f"[bold]{count[Outcome.NEW]} new[/], [bold]{count[Outcome.UPDATE]} updates[/]; left out: "
        f"{count[Outcome.DUPLICATE]} copies, {count[Outcome.KNOWN]} known, {count[Outcome.OFF_TOPIC]} off topic, "
        f"{count[Outcome.FAILED]} failed"
    )
    for judged in report.kept[:15]:
        n_new = sum(sentence.is_novel for sentence in judged.verdict.sentences)
        screen.print(f"  {n_new:2d} new sentences  {judged.article.title or judged.article.url}  [dim]{judged.article.outlet or ''}[/]", markup=True)
    if len(report.kept) > 15:
        screen.print(f"  and {len(report.kept) - 15} more; `monitor articles` lists them")
    for error in report.errors[:_SHOWN_ERRORS]:
        errors().print(f"failed: {error.get('url') or error['feed']}: {error['error']}: {error['detail']}", markup=False)
    if len(report.errors) > _SHOWN_ERRORS:
        errors().print(f"and {len(report.errors) - _SHOWN_ERRORS} more failures; `monitor status` lists feeds in trouble")
