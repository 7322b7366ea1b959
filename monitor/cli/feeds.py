"""``monitor feeds``: what is subscribed, and does it answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.context import Options, console, note, opened, read_settings, write_json
from monitor.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.answers import FeedCheck, FeedStanding
    from monitor.config import Settings
    from monitor.model import Feed

_STYLES = {"failing": "red", "gone": "red", "off": "dim"}


def register(app: typer.Typer) -> None:
    """Add the command group to the root."""
    group = typer.Typer(help="Feeds: list them, check that they answer.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("check")(check)
    app.add_typer(group, name="feeds")


def list_(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """List the feeds and how they stand."""
    from monitor.answers import list_feeds

    options: Options = context.obj
    screen = console()
    with opened(options) as app:
        standings = list_feeds(app)
        for standing in standings:
            if as_json:
                write_json(_standing_object(standing))
            else:
                _show_standing(screen, standing)
    if not standings:
        note(options, f"no feeds in {options.config}: add some under `feeds:`")


def _standing_object(standing: FeedStanding) -> dict[str, Any]:
    from monitor.cli.objects import time

    feed, state = standing.feed, standing.state
    return {
        "url": feed.url,
        "title": feed.title or state.title,
        "kind": state.kind or feed.kind,
        "topics": None if feed.topic_ids is None else list(feed.topic_ids),
        "enabled": feed.is_enabled,
        "every_s": feed.every_s or state.interval_s,
        "last_poll": time(state.last_polled_at),
        "last_ok": time(state.last_ok_at),
        "last_news": time(state.last_news_at),
        "next_poll": time(state.next_poll_at) if feed.is_enabled else None,
        "state": standing.word,
        "failures": state.n_failures,
        "error": state.error,
        "detail": state.error_detail,
    }


def _show_standing(screen: Console, standing: FeedStanding) -> None:
    from monitor.cli.screen import minute, show

    feed, state = standing.feed, standing.state
    show(
        screen,
        feed.title or state.title or feed.url,
        lead=f"{standing.word:<8} ",
        style=_STYLES.get(standing.word, "bold"),
    )
    show(screen, feed.url, lead=" " * 9)
    topics = "all topics" if feed.topic_ids is None else ", ".join(feed.topic_ids)
    facts = [state.kind or feed.kind, topics, f"last {minute(state.last_polled_at)}"]
    if feed.is_enabled and state.next_poll_at is not None:
        facts.append(f"next {minute(state.next_poll_at)}")
    show(screen, " · ".join(facts), lead=" " * 9, style="dim")
    if state.error is not None:
        since = f"; last success {minute(state.last_ok_at)}"
        show(screen, f"{state.error}: {state.error_detail or ''}{since}", lead=" " * 9, style="red")


def check(
    context: typer.Context,
    feed: Annotated[
        list[str] | None, typer.Argument(metavar="[URL_OR_TITLE]...", help="Only these; default: all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """Ask each feed once. Nothing is stored: does it answer, what is it, how fresh is it."""
    import asyncio

    from monitor.answers import check_feeds
    from monitor.cli.fetch import progress_bar

    options: Options = context.obj
    settings = read_settings(options)
    feeds = _choose(settings, feed or [])
    with progress_bar(options) as progress:
        found = asyncio.run(
            check_feeds(feeds, wanted=settings.fetch, now=options.now or datetime.now(UTC), progress=progress)
        )
    screen = console()
    for answer in found:
        if as_json:
            write_json(_check_object(answer))
        else:
            _show_check(screen, answer)
    n_bad = sum(not answer.is_ok for answer in found)
    note(options, f"{len(found) - n_bad} of {len(found)} feeds answer with entries that can be read")


def _choose(settings: Settings, names: list[str]) -> list[Feed]:
    """The feeds with those addresses or titles; an address that is not configured is checked as it is."""
    from monitor.model import Feed
    from monitor.text.urls import is_web_url

    if not names:
        return [feed for feed in settings.feeds if feed.is_enabled]
    chosen = []
    for name in names:
        found = [feed for feed in settings.feeds if name in (feed.url, feed.title)]
        if not found and not is_web_url(name):
            raise UsageError(
                f"no feed has the title {name!r}, and it is no web address; `monitor feeds list` lists them"
            )
        chosen += found or [Feed(url=name)]
    return chosen


def _check_object(answer: FeedCheck) -> dict[str, Any]:
    from monitor.cli.objects import time

    return {
        "url": answer.feed.url,
        "ok": answer.is_ok,
        "kind": answer.kind,
        "title": answer.title,
        "entries": answer.n_entries,
        "newest": time(answer.newest_at),
        "status": answer.status,
        "problems": list(answer.problems),
    }


def _show_check(screen: Console, answer: FeedCheck) -> None:
    from monitor.cli.screen import count, minute, show

    word, style = ("ok", "bold") if answer.is_ok else ("failed", "bold red")
    show(screen, answer.title or answer.feed.url, lead=f"{word:<8} ", style=style)
    show(screen, answer.feed.url, lead=" " * 9)
    if answer.is_ok:
        newest = f"newest {minute(answer.newest_at)}" if answer.newest_at else "no dates"
        show(
            screen,
            f"{answer.kind} · {count(answer.n_entries, 'entry', 'entries')} · {newest}",
            lead=" " * 9,
            style="dim",
        )
    for problem in answer.problems:
        show(screen, problem, lead=" " * 9, style="yellow" if answer.is_ok else "red")
