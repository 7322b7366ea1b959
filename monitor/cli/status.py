"""``monitor status``: how an installation stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.context import Options, console, opened, write_json

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from monitor.answers import Status

_SHOWN_TROUBLES = 20


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("status")(status)


def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Show how things stand. Exit status 1 if something needs you before it can go on."""
    from monitor.answers import read_status

    options: Options = context.obj
    with opened(options) as app:
        found, now = read_status(app), app.now
    if as_json:
        write_json(_status_object(found, now), indent=2)
    else:
        _show(console(), found)
    if any(problem.is_failure for problem in found.problems):
        raise typer.Exit(1)


def _status_object(found: Status, now: datetime) -> dict[str, Any]:
    from monitor.cli.objects import time

    return {
        "now": time(now),
        "store": {"address": found.store, "bytes": found.store_bytes, "free_bytes": found.free_bytes},
        "schedulers": [
            {"name": beat.name, "started": time(beat.started_at), "last_seen": time(beat.beat_at)}
            for beat in found.schedulers
        ],
        "feeds": {
            "total": sum(found.feeds.values()),
            "due": found.n_due,
            "failing": found.feeds["failing"],
            "gone": found.feeds["gone"],
            "off": found.feeds["off"],
            "never_polled": found.feeds["new"],
            "ok": found.feeds["waiting"] + found.feeds["due"],
            "silent": found.n_silent,
            "troubles": [
                {"url": t.url, "title": t.title, "error": t.error, "detail": t.detail, "since": time(t.since)}
                for t in found.troubles
            ],
        },
        "entries": {"pending": found.n_pending, "put_off": found.n_put_off},
        "articles": {outcome.value: n for outcome, n in found.outcomes.items()},
        "digests": [
            {
                "id": item.digest.id,
                "last": {"id": item.last.id, "to": time(item.last.to_at)} if item.last else None,
                "next": time(item.next_at),
                "timezone": item.digest.timezone,
            }
            for item in found.digests
        ],
        "outbox": dict(found.outbox),
        "problems": [
            {"text": problem.text, "advice": problem.advice, "failure": problem.is_failure}
            for problem in found.problems
        ],
    }


def _show(screen: Console, found: Status) -> None:
    from monitor.cli.screen import minute, show

    size = f", {found.store_bytes / 1e6:.1f} MB" if found.store_bytes is not None else ""
    room = f", {found.free_bytes / 1e9:.1f} GB free" if found.free_bytes is not None else ""
    show(screen, f"{found.store}{size}{room}", lead="store     ")
    for beat in found.schedulers:
        show(screen, f"{beat.name} since {minute(beat.started_at)}, seen {minute(beat.beat_at)}", lead="running   ")
    feeds = found.feeds
    parts = [f"{feeds['waiting'] + feeds['due']} ok", f"{found.n_due} due", f"{feeds['failing']} failing"]
    parts += [f"{feeds['gone']} gone", f"{feeds['off']} off", f"{found.n_silent} silent"]
    show(screen, f"{sum(feeds.values())}: {', '.join(parts)}", lead="feeds     ")
    for trouble in found.troubles[:_SHOWN_TROUBLES]:
        show(screen, trouble.title or trouble.url, lead="          ", style="red")
        since = f"last success {minute(trouble.since)}" if trouble.since else "never succeeded"
        show(
            screen, f"{trouble.url}: {trouble.error}: {trouble.detail or ''}; {since}", lead="            ", style="dim"
        )
    if len(found.troubles) > _SHOWN_TROUBLES:
        show(
            screen,
            f"and {len(found.troubles) - _SHOWN_TROUBLES} more; `monitor feeds list` shows them",
            lead="          ",
        )
    _show_rest(screen, found)


def _show_rest(screen: Console, found: Status) -> None:
    from monitor.cli.screen import count, show

    put_off = f", {found.n_put_off} of them put off after a failure" if found.n_put_off else ""
    show(screen, f"{count(found.n_pending, 'entry', 'entries')} to read{put_off}", lead="waiting   ")
    outcomes = ", ".join(f"{n:,} {outcome.value.replace('_', ' ')}" for outcome, n in found.outcomes.items())
    show(screen, outcomes, lead="articles  ")
    for item in found.digests:
        last = f"last edition {item.last.id}" if item.last else "no edition yet"
        following = f"next {_local(item.next_at, item.digest.timezone)}" if item.next_at else "by hand only"
        show(screen, f"{item.digest.id}: {last}; {following}", lead="digest    ")
    show(screen, ", ".join(f"{n} {word}" for word, n in found.outbox.items()), lead="outbox    ")
    for problem in found.problems:
        show(screen, problem.text, lead="problem   ", style="bold red" if problem.is_failure else "yellow")
        show(screen, problem.advice, lead="            ", style="dim")


def _local(moment: datetime, timezone: str) -> str:
    from zoneinfo import ZoneInfo

    return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} {timezone}"
