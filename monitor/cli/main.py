"""The root command with its global options; each command group registers itself here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command

from monitor import __version__
from monitor.cli import (
    archive,
    articles,
    backup,
    check,
    config,
    corpus,
    demo,
    digest,
    doctor,
    extract,
    feeds,
    fetch,
    init,
    mail,
    mark,
    scheduler,
    search,
    status,
    why,
)
from monitor.cli.context import load_options

_GROUPS = (
    init,
    demo,
    fetch,
    digest,
    mail,
    scheduler,
    articles,
    why,
    mark,
    check,
    search,
    extract,
    archive,
    corpus,
    feeds,
    config,
    status,
    doctor,
    backup,
)
"""In the order in which ``--help`` lists them."""

app = typer.Typer(
    name="monitor",
    help="You have read these articles; here is only what is new on the same topics, and why.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    # Help in boxes and colours costs 0.3 s of imports.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(help="The configuration file; default: feeds.yaml here.", envvar="MONITOR_CONFIG", metavar="FILE"),
    ] = None,
    store: Annotated[str | None, typer.Option(help="Another database than the configured one.", metavar="URL")] = None,
    now: Annotated[
        str | None, typer.Option(help="Act as if it were this time (replays, tests).", metavar="TIME")
    ] = None,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Tell more on stderr.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Tell less on stderr.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options that every command takes."""
    context.obj = load_options(config, store, now, int(verbose) - int(quiet))


for group in _GROUPS:
    group.register(app)

cli = get_command(app)
