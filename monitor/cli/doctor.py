"""``monitor doctor``: is everything there that the program needs?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, console, opened, read_settings, write_json
from monitor.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from monitor.app import Finding

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("doctor")(doctor)


def doctor(
    context: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no feed and no mail server.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Check everything the program needs, and say what to do. Exit status 1 if something fails."""
    options: Options = context.obj
    found = _examine(options, offline=offline, is_shown=not as_json)
    has_failure = any(finding.level == "fail" for finding in found)
    if as_json:
        checks = [
            {"check": one.check, "level": one.level.value, "text": one.text, "advice": one.advice} for one in found
        ]
        write_json({"ok": not has_failure, "checks": checks}, indent=2)
    if has_failure:
        raise typer.Exit(1)


def _examine(options: Options, *, offline: bool, is_shown: bool) -> list[Finding]:
    """Configuration first; without one, or without a store, nothing else can be checked."""
    from monitor.app import Finding, Level, run_checks

    found: list[Finding] = []

    def note(finding: Finding) -> None:
        found.append(finding)
        if is_shown:
            _show(finding)

    try:
        settings = read_settings(options)
    except ConfigError as error:
        for problem in error.problems:
            advice = "mend it; `monitor config check` shows all mistakes"
            note(Finding(check="config", level=Level.FAIL, text=str(problem), advice=advice))
        return found
    counted = f"{len(settings.feeds)} feeds, {len(settings.topics)} topics, {len(settings.digests)} digests"
    note(Finding(check="config", level=Level.OK, text=f"{settings.path}: {counted}"))
    for remark in settings.notes:
        note(Finding(check="config", level=Level.WARN, text=remark, advice="nothing need be done if this is meant"))
    try:
        with opened(options, settings) as app:
            run_checks(app, offline=offline, tell=note)
    except StoreError as error:
        note(Finding(check="store", level=Level.FAIL, text=str(error), advice="do what the message says"))
    return found


def _show(finding: Finding) -> None:
    from monitor.cli.screen import show

    screen = console()
    show(screen, finding.text, lead=f"{finding.level.value:<5} {finding.check:<10}", style=_STYLES[finding.level.value])
    if finding.advice:
        show(screen, finding.advice, lead=" " * 16, style="dim")
