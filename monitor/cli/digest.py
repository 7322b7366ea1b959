"""``monitor digest``: compose an edition, as a preview or for good."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, errors, opened, read_time
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.app import Draft
    from monitor.model import Edition
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
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Compose what is new since the last edition. Without --send it is a preview: nothing is stored or delivered."""
    from monitor.app import draft_edition, find_digest, render_edition, send_edition

    options: Options = context.obj
    format_name = "json" if as_json else (format_ or Format.TEXT).value
    if edition_id is not None:
        if send or since or until:
            raise UsageError("--edition shows what is stored; it does not go with --send, --since or --until")
        _show_again(options, name, edition_id, format_name, output)
        return
    if send and (since or until):
        raise UsageError("--send makes the next edition; --since and --until are for previews")
    with opened(options) as app:
        order = find_digest(app, name)
        draft = draft_edition(
            app,
            order,
            since=read_time(since, now=options.now) if since else None,
            until=read_time(until, now=options.now) if until else None,
        )
        edition = draft.composition.edition
        if send:
            stored, report = send_edition(app, draft)
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
