"""``monitor mark`` and ``monitor marks``: what a reader says of a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.context import Options, console, note, opened, write_json
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.app import App, Marked
    from monitor.model import MarkKind

_KINDS = "knew, new, off-topic, wanted"


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command("mark")(mark)
    group = typer.Typer(help="What you marked.", no_args_is_help=True)
    group.command("list")(list_marks)
    app.add_typer(group, name="marks")


def mark(
    context: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="URL|ID", help="An article's address or id.")],
    kind: Annotated[str | None, typer.Argument(metavar="MARK", help=f"One of {_KINDS}.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the mark back.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Correct a verdict: what you knew, what is new, what is off topic, what you want more of."""
    import asyncio

    from monitor.app import mark_article, unmark_article
    from monitor.cli.fetch import progress_bar

    options: Options = context.obj
    wanted = _read_kind(kind, undo=undo)
    with opened(options) as app, progress_bar(options) as progress:
        if wanted is None:
            marked = asyncio.run(unmark_article(app, ref, progress=progress))
        else:
            marked = asyncio.run(mark_article(app, ref, wanted, progress=progress))
        if as_json:
            write_json(_object(marked))
        else:
            _show(options, app, marked)


def _read_kind(kind: str | None, *, undo: bool) -> MarkKind | None:
    """The mark to set, None to take one back."""
    from monitor.model import MarkKind

    if undo and kind is None:
        return None
    if undo:
        raise UsageError("--undo takes back whatever mark there is: leave the mark out")
    if kind is None:
        raise UsageError(f"which mark? one of {_KINDS}; or --undo")
    try:
        return MarkKind(kind)
    except ValueError:
        raise UsageError(f"no mark {kind!r}; choose one of {_KINDS}") from None


def _object(marked: Marked) -> dict[str, Any]:
    from monitor.cli.objects import article_object

    kind = marked.mark.kind.value if marked.mark else None
    return {**article_object(marked.judged), "mark": kind, "before": marked.before.value}


def _show(options: Options, app: App, marked: Marked) -> None:
    from monitor.cli.screen import show
    from monitor.cli.verdict import find_titles, show_reasons

    article, verdict = marked.judged.article, marked.judged.verdict
    screen = console()
    show(screen, article.title or article.url or article.id, style="bold")
    show(screen, f"{verdict.outcome.value}, before: {marked.before.value}", lead="outcome  ")
    show_reasons(
        screen, [reason for reason in verdict.because if reason.stage == "mark"], find_titles(app, marked.judged)
    )
    if verdict.outcome.is_kept:
        note(options, "the next edition shows it")
    if marked.mark is not None:
        note(options, f"`monitor mark {article.id} --undo` takes the mark back")


def list_marks(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """List marked articles, oldest mark first."""
    from monitor.cli.objects import time
    from monitor.cli.screen import day, show

    options: Options = context.obj
    screen = console()
    with opened(options) as app:
        for one in app.store.articles.load_marks():
            judged = app.store.articles.find_judged(one.article_id)
            article = judged.article if judged else None
            title, url = (article.title, article.url) if article else (None, None)
            if as_json:
                write_json(
                    {
                        "id": one.article_id, "mark": one.kind.value, "marked": time(one.marked_at), "title": title,
                        "url": url, "outcome": judged.verdict.outcome.value if judged else None,
                    }
                )  # fmt: skip
            else:
                show(screen, title or url or one.article_id, lead=f"{day(one.marked_at)}  {one.kind.value:<9}  ")
