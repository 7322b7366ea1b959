"""``monitor feeds``: what is subscribed, how it stands, and does it answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import feeds_edit, feeds_find
from monitor.cli.context import Options, console, note, opened, read_settings, write_json
from monitor.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.answers import FeedStanding
    from monitor.app.probing import FeedCheck
    from monitor.config import Settings
    from monitor.model import Feed

_STYLES = {"failing": "red", "gone": "red", "off": "dim"}
"""From here on a feed without news is pointed out; monthly journals come more often."""


def register(app: typer.Typer) -> None:
    """Add the command group to the root."""
    group = typer.Typer(help="Feeds: find, add, remove, list and check them.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("check")(check)
    feeds_find.register(group)
    feeds_edit.register(group)
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
                _show_standing(screen, standing, app.now)
    if not standings:
        note(options, f"no feeds in {options.config}: `monitor feeds add URL` adds one")


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
        "moved_to": state.fetch_url,
        "unstable_ids": state.has_unstable_ids,
    }


def _show_standing(screen: Console, standing: FeedStanding, now: datetime) -> None:
    from monitor.cli.screen import minute, show, span
    from monitor.stages.schedule import is_silent

    feed, state = standing.feed, standing.state
    blank = " " * 9
    show(
        screen,
        feed.title or state.title or feed.url,
        lead=f"{standing.word:<8} ",
        style=_STYLES.get(standing.word, "bold"),
    )
    show(screen, feed.url, lead=blank)
    every_s = feed.every_s or state.interval_s
    facts = [state.kind or feed.kind, "all topics" if feed.topic_ids is None else ", ".join(feed.topic_ids)]
    facts += [f"every {span(every_s)}"] if every_s else []
    facts.append(f"last {minute(state.last_polled_at)}")
    if feed.is_enabled and state.next_poll_at is not None:
        facts.append(f"next {minute(state.next_poll_at)}")
    show(screen, " · ".join(facts), lead=blank, style="dim")
    if state.fetch_url:
        show(
            screen,
            f"moved for good to {state.fetch_url}: write that into the configuration",
            lead=blank,
            style="yellow",
        )
    if state.error is not None:
        since = f"since {minute(state.last_ok_at)}" if state.last_ok_at else "from the first poll on"
        times = f", {state.n_failures} times in a row" if state.n_failures > 1 else ""
        show(screen, f"fails {since}{times}: {state.error}: {state.error_detail or ''}", lead=blank, style="red")
    elif feed.is_enabled and state.last_news_at is not None and is_silent(state, now):
        silent = (
            f"silent since {minute(state.last_news_at)}: {(now - state.last_news_at).days} days without a new entry"
        )
        show(screen, silent, lead=blank, style="yellow")


def check(
    context: typer.Context,
    feed: Annotated[
        list[str] | None, typer.Argument(metavar="[URL_OR_TITLE]...", help="Only these; default: all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """Ask each feed and one of its articles. Nothing is stored: does it answer, what works, what to do."""
    import asyncio

    from monitor.app.probing import check_feeds
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
            _show_check(screen, answer, options.now or datetime.now(UTC))
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
        "moved_to": answer.moved_to,
        "validators": answer.has_validators,
        "dated": answer.n_dated,
        "full_text": answer.n_full_text,
        "page": answer.page.word,
        "problems": list(answer.problems),
    }


def _show_check(screen: Console, answer: FeedCheck, now: datetime) -> None:
    from monitor.cli.screen import count, show

    word, style = ("ok", "bold") if answer.is_ok else ("failed", "bold red")
    blank = " " * 9
    show(screen, answer.title or answer.feed.url, lead=f"{word:<8} ", style=style)
    show(screen, answer.feed.url, lead=blank)
    if answer.is_ok:
        facts = [str(answer.kind), count(answer.n_entries, "entry", "entries"), _freshness(answer, now)]
        facts.append("asks for changes only" if answer.has_validators else "no validators: asked once a day at most")
        facts.append(_PAGE_WORDS[answer.page.word])
        show(screen, " · ".join(facts), lead=blank, style="dim")
    for problem in answer.problems:
        show(screen, problem, lead=blank, style="yellow" if answer.is_ok else "red")


_PAGE_WORDS = {
    "in the feed": "full text in the feed",
    "by wish": "headlines and summaries only, by wish",
    "readable": "article pages readable",
    "robots": "article pages shut to robots",
    "failed": "article page failed",
    "no text": "article page without text",
    "no entry": "no article to try",
}


def _freshness(answer: FeedCheck, now: datetime) -> str:
    from monitor.cli.screen import minute, span

    if answer.newest_at is None:
        return "no dates"
    age_s = int((now - answer.newest_at).total_seconds())
    dated = "" if answer.n_dated == answer.n_entries else f" ({answer.n_dated} dated)"
    return f"newest {minute(answer.newest_at)}{f', {span(age_s)} ago' if age_s >= 60 else ''}{dated}"
