"""``monitor articles`` and ``monitor stories``: what was judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, console, opened, read_time, write_json
from monitor.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.app import App
    from monitor.model import JudgedArticle, Story

_OUTCOMES = "new, update, duplicate, known, off_topic, failed"
_Topic = Annotated[str | None, typer.Option(help="Only this topic.", metavar="ID")]


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command("articles")(articles)
    app.command("stories")(stories)


def articles(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(help="Judged after this time.", metavar="TIME")] = None,
    topic: _Topic = None,
    outcome: Annotated[str | None, typer.Option(help=f"Only this outcome: {_OUTCOMES}.", metavar="OUTCOME")] = None,
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
    since_at = read_time(since, now=options.now) if since else None
    screen = console()
    with opened(options) as app:
        _check_topic(app, topic)
        for _, judged in app.store.articles.iter_judged(since=since_at, topic_id=topic, outcome=wanted):
            if as_json:
                write_json(article_object(judged))
            else:
                _show_article(screen, judged)


def _check_topic(app: App, topic: str | None) -> None:
    known = [entry.id for entry in app.settings.topics]
    if topic is not None and topic not in known:
        raise UsageError(f"no topic {topic!r} in {app.settings.path.name}; it has: {', '.join(known)}")


def _show_article(screen: Console, judged: JudgedArticle) -> None:
    from monitor.cli.screen import day, show

    article, outcome = judged.article, judged.verdict.outcome
    n_new = sum(sentence.is_novel for sentence in judged.verdict.sentences)
    news = f"{n_new:3d} new" if outcome.is_kept else " " * 7
    name = f"{article.title or article.url or article.id} ({article.outlet or 'no outlet'})"
    show(
        screen,
        name,
        lead=f"{day(article.published_at)}  {outcome.value:<9} {news}  ",
        style="bold" if outcome.is_kept else None,
    )


def stories(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(help="Seen after this time.", metavar="TIME")] = None,
    topic: _Topic = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """List stories with their articles, newest first."""
    from monitor.cli.objects import story_object

    options: Options = context.obj
    since_at = read_time(since, now=options.now) if since else None
    screen = console()
    with opened(options) as app:
        _check_topic(app, topic)
        wanted = {judged.article.id for _, judged in app.store.articles.iter_judged(topic_id=topic)} if topic else None
        for story in app.store.articles.load_stories(since=since_at):
            if wanted is not None and not any(member.article_id in wanted for member in story.members):
                continue
            if as_json:
                write_json(story_object(story))
            else:
                _show_story(screen, story)


def _show_story(screen: Console, story: Story) -> None:
    from monitor.cli.screen import day, show

    show(screen, story.headline, lead=f"{day(story.first_seen_at)}  ", style="bold")
    for member in story.members:
        name = member.title or member.url or member.article_id
        show(
            screen, f"{name} ({member.outlet})" if member.outlet else name, lead=f"            {member.role.value:<8} "
        )
