"""``monitor articles`` and ``monitor stories``: what was judged."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.context import Options, console, opened, read_time, write_json
from monitor.errors import UsageError

_OUTCOMES = "new, update, duplicate, known, off_topic, failed"


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command("articles")(articles)
    app.command("stories")(stories)


def articles(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(help="Judged after this time.", metavar="TIME")] = None,
    topic: Annotated[str | None, typer.Option(help="Only this topic.", metavar="ID")] = None,
    outcome: Annotated[str | None, typer.Option(help=f"Only this outcome: {_OUTCOMES}.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """List judged articles with their outcome."""
    from monitor.cli.objects import article_object
    from monitor.model import Outcome

    options: Options = context.obj
    try:
        wanted = Outcome(outcome) if outcome else None
    except ValueError:
        raise UsageError(f"no outcome {outcome!r}; choose one of {_OUTCOMES}") from None
    screen = console()
    with opened(options) as app:
        _check_topic(app.settings.topics, topic)
        found = app.store.articles.iter_judged(since=read_time(since) if since else None, topic_id=topic, outcome=wanted)
        for _, judged in found:
            if as_json:
                write_json(article_object(judged))
                continue
            n_new = sum(sentence.is_novel for sentence in judged.verdict.sentences)
            day = f"{judged.article.published_at:%Y-%m-%d}" if judged.article.published_at else " " * 10
            news = f"{n_new:3d} new" if judged.verdict.outcome.is_kept else " " * 7
            screen.print(
                f"{day}  {judged.verdict.outcome.value:<9} {news}  {judged.article.title or judged.article.url or judged.article.id}"
                f"  ({judged.article.outlet or 'no outlet'})",
                markup=False,
            )


def _check_topic(topics: object, topic: str | None) -> None:
    known = [entry.id for entry in topics]  # type: ignore[attr-defined]
    if topic is not None and topic not in known:
        raise UsageError(f"no topic {topic!r} in feeds.yaml; it has: {', '.join(known)}")


def stories(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(help="Seen after this time.", metavar="TIME")] = None,
    topic: Annotated[str | None, typer.Option(help="Only this topic.", metavar="ID")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """List stories with their articles, newest first."""
    from monitor.cli.objects import story_object

    options: Options = context.obj
    screen = console()
    with opened(options) as app:
        _check_topic(app.settings.topics, topic)
        wanted = {judged.article.id for _, judged in app.store.articles.iter_judged(topic_id=topic)} if topic else None
        for story in app.store.articles.load_stories(since=read_time(since) if since else None):
            if wanted is not None and not any(member.article_id in wanted for member in story.members):
                continue
            if as_json:
                write_json(story_object(story))
                continue
            screen.print(f"{story.first_seen_at:%Y-%m-%d}  {story.headline}", markup=False, style="bold")
            for member in story.members:
                screen.print(f"            {member.role.value:<8} {member.outlet or ''}: {member.title or member.url}", markup=False)
