"""``monitor search``: words in articles and corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.context import Options, console, note, opened, write_json

if TYPE_CHECKING:
    from monitor.answers import Found


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("search")(search)


def search(
    context: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="WORD...", help="All of them must occur, in any order.")],
    limit: Annotated[
        int, typer.Option(min=1, help="At most so many articles, and so many corpus texts.", metavar="N")
    ] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """Find articles and corpus texts by words. All must occur; best first."""
    import asyncio

    from monitor.answers import search as find
    from monitor.cli.screen import day, show

    options: Options = context.obj
    words = " ".join(query)
    with opened(options) as app:
        found = asyncio.run(find(app, words, limit=limit))
    screen = console()
    for item in found:
        if as_json:
            write_json(_found_object(item))
            continue
        article = item.article
        kind = item.outcome.value if item.outcome else "corpus"
        place = article.outlet or article.id
        show(
            screen,
            f"{article.title or '(no title)'} ({place})",
            lead=f"{day(article.published_at)}  {kind:<9}  ",
            style="bold",
        )
        for line in (item.passage, article.url):
            if line:
                show(screen, line, lead=" " * 23, style="dim")
    if not found:
        note(options, f"nothing holds all of: {words}")


def _found_object(item: Found) -> dict[str, Any]:
    from monitor.cli.objects import time

    article = item.article
    return {
        "kind": "article" if item.outcome else "corpus",
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "outlet": article.outlet,
        "language": article.language,
        "published": time(article.published_at),
        "outcome": item.outcome.value if item.outcome else None,
        "passage": item.passage,
    }
