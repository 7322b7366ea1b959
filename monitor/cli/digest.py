"""``monitor digest``: compose an edition, as a preview or for good."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, console, errors, opened, read_time, write_json
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.app import App, Draft
    from monitor.model import ChannelAddress, Edition
    from monitor.pipeline import DeliveryReport


class Format(StrEnum):
    """What ``--format`` takes."""

    HTML = "html"
    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    EMAIL = "email"
    ATOM = "atom"


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("digest")(digest)


def digest(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Which digest; may be left out if there is one.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Everything kept after this time, shown before or not.", metavar="TIME")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Up to this time.", metavar="TIME")] = None,
    format_: Annotated[Format | None, typer.Option("--format", help="Default: text on a terminal.")] = None,
    edition_id: Annotated[
        str | None, typer.Option("--edition", help="Show a stored edition again, unchanged.", metavar="EDITION")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of stdout.")] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Store the edition, deliver it, count its content as known.")
    ] = False,
    to: Annotated[
        str | None,
        typer.Option(metavar="CHANNEL", help="With --send: only to this mail address or channel of the digest."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what --send would send where; nothing is sent or stored.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Compose what is new since the last edition. Without --send it is a preview: nothing is stored or delivered."""
    from monitor.app import draft_edition, find_channel, find_digest, render_edition, send_edition

    options: Options = context.obj
    if to is not None and not (send or dry_run):
        raise UsageError("--to goes with --send or --dry-run")
    format_name = "json" if as_json else (format_ or Format.TEXT).value
    if edition_id is not None:
        if send or dry_run or since or until:
            raise UsageError(
                "--edition shows what is stored; it does not go with --send, --dry-run, --since or --until"
            )
        _show_again(options, name, edition_id, format_name, output)
        return
    if (send or dry_run) and (since or until):
        raise UsageError("--send makes the next edition; --since and --until are for previews")
    with opened(options) as app:
        order = find_digest(app, name)
        only = find_channel(app, order, to) if to is not None else None
        draft = draft_edition(
            app,
            order,
            since=read_time(since, now=options.now) if since else None,
            until=read_time(until, now=options.now) if until else None,
        )
        edition = draft.composition.edition
        if dry_run:
            _show_plan(app, draft, only, as_json=as_json)
            return
        if send:
            stored, report = send_edition(app, draft, only=only)
            edition = stored or edition
            if not as_json and format_ is None and output is None:
                _tell(draft, stored=stored, report=report)
                _fail_if_undelivered(report)
                return
            _warn(report)
        _put_out(render_edition(app, edition, format_name), output)
        if send:
            _fail_if_undelivered(report)


def _show_again(options: Options, name: str | None, wanted: str, format_name: str, output: Path | None) -> None:
    """A stored edition by its id (``daily/2026-09-04``), or by its part after the digest's (``2026-09-04``)."""
    from monitor.app import find_edition, render_edition

    with opened(options) as app:
        _put_out(render_edition(app, find_edition(app, wanted, digest=name), format_name), output)


def _show_plan(app: App, draft: Draft, only: ChannelAddress | None, *, as_json: bool) -> None:
    """What would go where, one line a channel."""
    from monitor.app import plan_sending
    from monitor.cli.screen import show

    edition = draft.composition.edition
    is_sent = not draft.is_empty or draft.digest.send_empty
    planned = plan_sending(app, edition, draft.digest.channels if only is None else (only,)) if is_sent else ()
    if as_json:
        rows = [{"channel": one.channel.key, "subject": one.subject, "bytes": one.n_bytes} for one in planned]
        write_json({"edition": edition.id if is_sent else None, "channels": rows}, indent=2)
        return
    if not is_sent:
        typer.echo("Nothing new since the last edition; nothing would be sent.")
        return
    typer.echo(f"Edition {edition.id} would go to:")
    for one in planned:
        size = f", {one.n_bytes / 1000:,.1f} kB" if one.n_bytes is not None else ""
        show(console(), f"{one.subject}{size}" if one.subject else size.removeprefix(", "), lead=f"{one.channel.key}: ")
    typer.echo("Nothing was sent or stored.")


def _put_out(body: bytes, path: Path | None) -> None:
    if path is not None:
        _write(path, body)
    else:
        sys.stdout.buffer.write(body if body.endswith(b"\n") else body + b"\n")


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
    errors().print(f"written: {path}", markup=False)


def _tell(draft: Draft, *, stored: Edition | None, report: DeliveryReport) -> None:
    if stored:
        typer.echo(f"Edition {stored.id} is stored.")
    for key in report.sent:
        kind, _, target = key.partition(":")
        typer.echo(f"Delivered: {Path(target, 'index.html') if kind == 'html' else target}")
    if not stored and not report.sent:
        typer.echo("Nothing new since the last edition; nothing sent.")
        for channel in draft.digest.channels:
            index = Path(channel.target, "index.html")
            if channel.kind == "html" and index.is_file():
                typer.echo(f"The editions so far: {index}")
    _warn(report)


def _warn(report: DeliveryReport) -> None:
    for key, detail in report.failed:
        errors().print(f"not delivered: {key}: {detail}; the edition stays in the outbox", markup=False)


def _fail_if_undelivered(report: DeliveryReport) -> None:
    if report.failed:
        raise typer.Exit(1)
