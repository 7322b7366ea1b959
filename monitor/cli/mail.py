"""``monitor deliver`` and ``monitor mail``: what waits in the outbox, and whether the mail server works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.context import Options, console, errors, opened, write_json

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.app import OutboxStanding, TrialStep
    from monitor.model import OutboxItem
    from monitor.pipeline import DeliveryReport

_MEANING = {
    "ready": "waits",
    "sending": "was interrupted",
    "ambiguous": "may have arrived, is sent again",
    "held": "held: refused for good",
    "unknown": "may have arrived, is not sent again",
    "dead": "given up",
}


def register(app: typer.Typer) -> None:
    """Add the command and the group to the root."""
    app.command("deliver")(deliver)
    group = typer.Typer(help="The mail server.", no_args_is_help=True)
    group.command("test")(try_server)
    app.add_typer(group, name="mail")


def deliver(
    context: typer.Context,
    retry: Annotated[
        bool, typer.Option("--retry", help="Also what is not due yet, was refused, given up or may have arrived.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Deliver what is due in the outbox, and show what waits. Exit status 1 if a channel did not take its edition."""
    from monitor.app import deliver_outbox, read_outbox

    options: Options = context.obj
    with opened(options) as app:
        report = deliver_outbox(app, retry=retry)
        standing = read_outbox(app)
    if as_json:
        write_json(_delivery_object(report, standing), indent=2)
    else:
        _show_delivery(console(), report, standing)
    if report.failed:
        raise typer.Exit(1)


def _delivery_object(report: DeliveryReport, standing: OutboxStanding) -> dict[str, Any]:
    return {
        "sent": report.sent,
        "failed": [{"channel": channel, "detail": detail} for channel, detail in report.failed],
        "outbox": outbox_object(standing),
    }


def outbox_object(standing: OutboxStanding) -> dict[str, Any]:
    """The outbox for JSON: counts by state, resends, and every item that is neither sent nor dropped."""
    from monitor.cli.objects import time

    return {
        "counts": {state.value: n for state, n in standing.counts.items()},
        "ambiguous_resends": standing.n_resends,
        "oldest": time(standing.oldest_at),
        "items": [
            {
                "edition": item.edition_id,
                "channel": item.channel.key,
                "state": item.state.value,
                "attempts": item.n_attempts,
                "since": time(item.since_at),
                "due": time(item.due_at),
                "cause": item.cause,
                "detail": item.detail,
            }
            for item in standing.items
        ],
    }


def _show_delivery(screen: Console, report: DeliveryReport, standing: OutboxStanding) -> None:
    from monitor.cli.screen import count, show

    for channel in report.sent:
        show(screen, channel, lead="delivered  ")
    if not standing.items:
        if not report.sent:
            show(screen, "Nothing waits in the outbox.")
        return
    for item in standing.items:
        show(screen, f"{item.edition_id} to {item.channel.key}: {_describe(item)}", lead="waits      ")
        if item.detail:
            show(screen, item.detail, lead="           ", style="dim")
    if standing.troubles:
        n = count(len(standing.troubles), "edition")
        show(screen, f"{n} will not be sent unless you say so: when the cause is mended, `monitor deliver --retry`")


def _describe(item: OutboxItem) -> str:
    from monitor.cli.screen import count, minute

    due = f", due {minute(item.due_at)}" if item.due_at is not None else ""
    return f"{_MEANING[item.state.value]} after {count(item.n_attempts, 'attempt')}{due}"


def try_server(
    context: typer.Context,
    to: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Who gets the test mail; default: the sender.")
    ] = None,
    send: Annotated[bool, typer.Option("--send/--no-send", help="Send a test mail, or end after the login.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Try the mail server: connect, encrypt, log in, send a small mail. Shows every stage; exit status 1 at a failure."""
    from monitor.app import mail_server, try_mail_server

    options: Options = context.obj
    screen = console()
    with opened(options) as app:
        server = mail_server(app)
        sender = server.sender if server is not None else None
        recipient = (to or sender) if send else None
        steps = try_mail_server(
            app, recipient=recipient, tell=(lambda _step: None) if as_json else lambda step: _show_step(screen, step)
        )
    is_ok = all(step.is_ok for step in steps)
    if as_json:
        stages = [{"stage": step.stage.value, "ok": step.is_ok, "detail": step.detail} for step in steps]
        write_json({"ok": is_ok, "to": recipient, "stages": stages}, indent=2)
    elif is_ok:
        typer.echo(
            f"A test mail is on its way to {recipient}." if recipient else "The mail server works; nothing was sent."
        )
    else:
        errors().print("the mail server did not take it", markup=False)
    if not is_ok:
        raise typer.Exit(1)


def _show_step(screen: Console, step: TrialStep) -> None:
    from monitor.cli.screen import show

    mark = "ok  " if step.is_ok else "FAIL"
    show(screen, step.detail, lead=f"{mark} {step.stage.value:<15}", style=None if step.is_ok else "red")
