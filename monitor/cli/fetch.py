"""``monitor fetch``: poll, read, judge, store, and say what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, console, errors, note, opened, read_settings, write_json

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.pipeline import FetchReport, Progress

_SHOWN_ERRORS = 10
_SHOWN_ARTICLES = 15


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("fetch")(fetch)


def fetch(
    context: typer.Context,
    feed: Annotated[
        list[str] | None,
        typer.Option(help="Only this feed, by address or title; may be repeated.", metavar="URL_OR_TITLE"),
    ] = None,
    all_feeds: Annotated[bool, typer.Option("--all", help="Every feed, not only those that are due.")] = False,
    require_any: Annotated[
        bool, typer.Option("--require-any", help="Exit status 1 if feeds were asked and none could be reached.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Poll the due feeds, read and judge what is new, store it."""
    import asyncio

    from monitor.app import choose_feeds
    from monitor.app import fetch as run_fetch
    from monitor.cli.objects import fetch_object

    options: Options = context.obj
    began = monotonic()
    settings = read_settings(options)
    for remark in settings.notes:
        note(options, f"note: {remark}", is_detail=True)
    with opened(options, settings) as app:
        feeds = choose_feeds(app, only=feed or (), all_feeds=all_feeds)
        with progress_bar(options) as progress:
            report = asyncio.run(run_fetch(app, feeds, progress=progress))
    if as_json:
        write_json(fetch_object(report, monotonic() - began))
    else:
        show_report(report, monotonic() - began)
        _show_errors(options, report)
    if report.polled and report.failed_feeds == report.polled:
        note(options, "no feed could be reached; is there a network? `monitor demo` shows the whole flow without one")
        if require_any:
            raise typer.Exit(1)


@contextmanager
def progress_bar(options: Options) -> Iterator[Progress]:
    """A progress bar on stderr while the block runs, only on a terminal; elsewhere a line if it must wait."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    def tell_waiting(stage: str, _done: int, _total: int) -> None:
        if stage == "wait":
            note(options, "another monitor is at work on this database; waiting until it ends")

    screen = errors()
    if not screen.is_terminal or options.verbosity < 0:
        yield tell_waiting
        return
    names = {"poll": "Feeds", "read": "Articles"}
    columns = (TextColumn("{task.description:<8}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=screen, transient=True) as bar:
        tasks = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage == "wait":
                tell_waiting(stage, done, total)
                return
            if stage not in tasks:
                tasks[stage] = bar.add_task(names.get(stage, stage), total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield advance


def show_report(report: FetchReport, seconds: float) -> None:
    """The report for a person: what came, what was kept."""
    from monitor.cli.screen import count

    screen = console()
    screen.print(
        f"{count(report.polled, 'feed')} asked, {report.not_modified} unchanged, {report.failed_feeds} failed; "
        f"{count(report.new_entries, 'new entry', 'new entries')} in {seconds:.1f} s"
    )
    show_outcomes(screen, report)


def show_outcomes(screen: Console, report: FetchReport) -> None:
    """What became of the articles, and the first of those that were kept."""
    from monitor.cli.screen import count, show
    from monitor.model import Outcome

    counts = report.outcomes
    kept = f"{counts[Outcome.NEW]} new, {count(counts[Outcome.UPDATE], 'update')}"
    left_out = (
        f"{count(counts[Outcome.DUPLICATE], 'copy', 'copies')}, {counts[Outcome.KNOWN]} known, "
        f"{counts[Outcome.OFF_TOPIC]} off topic, {counts[Outcome.FAILED]} failed"
    )
    screen.print(f"[bold]{kept}[/]; left out: {left_out}")
    for judged in report.kept[:_SHOWN_ARTICLES]:
        n_new = sum(sentence.is_novel for sentence in judged.verdict.sentences)
        title = judged.article.title or judged.article.url or judged.article.id
        outlet = f" ({judged.article.outlet})" if judged.article.outlet else ""
        show(screen, title + outlet, lead=f"  {count(n_new, 'new sentence'):>16}  ")
    if len(report.kept) > _SHOWN_ARTICLES:
        screen.print(f"  and {len(report.kept) - _SHOWN_ARTICLES} more; `monitor articles` lists them")


def _show_errors(options: Options, report: FetchReport) -> None:
    for error in report.errors[:_SHOWN_ERRORS]:
        note(options, f"failed: {error.get('url') or error['feed']}: {error['error']}: {error['detail']}")
    for remark in report.remarks[:_SHOWN_ERRORS]:
        note(options, f"{remark['remark']}: {remark['feed']}: {remark['detail']}")
    if len(report.errors) > _SHOWN_ERRORS:
        note(
            options, f"and {len(report.errors) - _SHOWN_ERRORS} more failures; `monitor status` lists feeds in trouble"
        )
