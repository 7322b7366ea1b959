"""``monitor config``: is the file right, and its JSON Schema."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Options, note, read_settings, write_json
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.config import Settings


def register(app: typer.Typer) -> None:
    """Add the command group to the root."""
    group = typer.Typer(help="The configuration: check it, print its JSON Schema.", no_args_is_help=True)
    group.command("check")(check)
    group.command("schema")(schema)
    app.add_typer(group, name="config")


def check(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Show every mistake with its place. Exit status 2 if there are any."""
    options: Options = context.obj
    try:
        settings = read_settings(options)
    except ConfigError as error:
        if not as_json:
            raise
        problems = [asdict(problem) for problem in error.problems]
        write_json({"ok": False, "file": str(options.config), "problems": problems, "notes": []}, indent=2)
        raise typer.Exit(2) from None
    if as_json:
        notes = list(settings.notes)
        write_json({"ok": True, "file": str(options.config), "problems": [], "notes": notes}, indent=2)
        return
    typer.echo(f"{options.config}: {_summary(settings)}")
    for remark in settings.notes:
        note(options, f"note: {remark}")


def _summary(settings: Settings) -> str:
    from monitor.cli.screen import count

    n_off = sum(not feed.is_enabled for feed in settings.feeds)
    parts = [
        count(len(settings.topics), "topic"),
        count(len(settings.feeds), "feed") + (f" ({n_off} switched off)" if n_off else ""),
        count(len(settings.digests), "digest"),
        count(len(settings.corpus), "corpus path"),
    ]
    return f"no mistakes; {', '.join(parts)}"


def schema() -> None:
    """Print the JSON Schema. Editors complete and check with it."""
    from monitor.config import json_schema

    write_json(json_schema(), indent=2)
