"""``monitor why``: the way of an article, stage by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.context import Options, console, opened, write_json
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.answers import EntryWay, Way
    from monitor.app import App


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("why")(why)


def why(
    context: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="URL|ID", help="An article's address or id.")],
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Tell what happened to an article and why."""
    from monitor.answers import find_way

    options: Options = context.obj
    with opened(options) as app:
        way = find_way(app, ref)
        if way is None:
            raise MonitorError(
                f"nothing is known of {ref}: no feed has listed it up to now; "
                "`monitor search WORDS` and `monitor articles` show what is there, `monitor check URL` judges it"
            )
        if as_json:
            write_json(_way_object(way))
        else:
            _show_way(console(), app, way)


def _way_object(way: Way) -> dict[str, Any]:
    """The object of the article as in ``articles --json``, with ``state``, ``entries`` and ``history``."""
    from monitor.cli.objects import article_object, reason_object, time

    entries = [_entry_object(entry) for entry in way.entries]
    history = [
        {
            "revision": judged.revision, "judged": time(judged.judged_at), "outcome": judged.verdict.outcome.value,
            "because": [reason_object(reason) for reason in judged.verdict.because],
        }
        for judged in way.history
    ]  # fmt: skip
    if way.judged is not None:
        return {**article_object(way.judged), "state": "judged", "entries": entries, "history": history}
    return {**entries[-1], "entries": entries, "history": history}


def _entry_object(entry: EntryWay) -> dict[str, Any]:
    from monitor.cli.objects import reason_object, time

    pending = entry.pending
    return {
        "state": "closed" if entry.outcome else "pending",
        "id": pending.article_id,
        "url": pending.entry.url,
        "title": pending.entry.title,
        "feed": pending.feed_url,
        "published": time(pending.entry.published_at),
        "first_seen": time(pending.first_seen_at),
        "outcome": entry.outcome.value if entry.outcome else None,
        "attempts": pending.n_attempts,
        "put_off_until": time(entry.put_off_until),
        "because": [reason_object(reason) for reason in entry.because],
    }


def _show_way(screen: Console, app: App, way: Way) -> None:
    from monitor.cli.screen import minute, show
    from monitor.cli.verdict import find_titles, show_article

    if way.judged is not None:
        article = way.judged.article
        show_article(screen, way.judged, find_titles(app, way.judged))
        screen.print()
        story = way.judged.verdict.story_id or "none"
        show(
            screen, f"article {article.id}, story {story}, first seen {minute(article.first_seen_at)}", lead="stored   "
        )
        if article.feed_url:
            show(screen, article.feed_url, lead="from     ")
    if len(way.history) > 1:
        _show_history(screen, way)
    for entry in way.entries:
        _show_entry(screen, entry)


def _show_history(screen: Console, way: Way) -> None:
    from monitor.cli.screen import minute, show

    screen.print()
    for judged in way.history:
        n_new = sum(sentence.is_novel for sentence in judged.verdict.sentences)
        told = f"revision {judged.revision}: {judged.verdict.outcome.value}, {n_new} of {len(judged.verdict.sentences)} sentences new"
        show(screen, told, lead=f"{minute(judged.judged_at)}  ")


def _show_entry(screen: Console, entry: EntryWay) -> None:
    from monitor.cli.screen import minute, show
    from monitor.cli.verdict import show_reasons

    pending = entry.pending
    screen.print()
    show(screen, pending.entry.title or pending.entry.url or pending.key, lead="entry    ", style="bold")
    show(
        screen,
        f"{pending.feed_title or pending.feed_url}, first seen {minute(pending.first_seen_at)}",
        lead=" " * 9,
        style="dim",
    )
    if entry.outcome is not None:
        show(screen, f"{entry.outcome.value}: made no article of its own", lead="outcome  ")
    elif pending.n_attempts:
        told = f"waits to be read again at {minute(entry.put_off_until)}; {pending.n_attempts} readings failed"
        show(screen, told, lead="outcome  ", style="yellow")
    else:
        show(screen, "waits to be read: `monitor fetch` reads it", lead="outcome  ", style="yellow")
    show_reasons(screen, entry.because, {})
