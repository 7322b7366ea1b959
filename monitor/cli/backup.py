"""``monitor backup`` and ``monitor restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.context import Options, console, note, opened, read_settings, write_json

if TYPE_CHECKING:
    from monitor.app import Backup


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the backup goes.")],
    with_config: Annotated[
        bool, typer.Option("--with-config", help="An archive with configuration, corpus and templates in it.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Copy the database while it is in use, and prove the copy."""
    from monitor.app import make_backup

    options: Options = context.obj
    with opened(options) as app:
        made = make_backup(app, file, with_config=with_config, may_replace=force)
    if as_json:
        write_json(_backup_object(made), indent=2)
        return
    from monitor.cli.screen import count, show

    counted = f"{count(made.rows.get('articles', 0), 'article')}, {count(made.rows.get('editions', 0), 'edition')}"
    files = f", {count(len(made.config), 'file')} of the configuration" if with_config else ""
    show(console(), f"{made.path}: {made.n_bytes / 1e6:.1f} MB, {counted}{files}; checked")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    with_config: Annotated[
        bool, typer.Option("--with-config", help="Also the configuration, into the folder of --config.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there; an old database is kept.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object.")] = False,
) -> None:
    """Check a backup and put it in the place of the database."""
    from monitor.app import restore_backup, restore_config

    options: Options = context.obj
    written: tuple[str, ...] = ()
    if with_config:
        written = restore_config(file, options.config.absolute().parent, may_replace=force)
    address = options.store or read_settings(options).store
    found, kept = restore_backup(file, address, may_replace=force)
    if as_json:
        write_json({**_backup_object(found), "kept": str(kept) if kept else None, "written": list(written)}, indent=2)
        return
    from monitor.cli.screen import count, show

    screen = console()
    for path in written:
        show(screen, f"written: {path}")
    counted = "" if found.rows.get("articles", -1) < 0 else f" with {count(found.rows['articles'], 'article')}"
    show(screen, f"The database{counted} is back.")
    if kept is not None:
        note(options, f"the old one is kept as {kept}")


def _backup_object(made: Backup) -> dict[str, Any]:
    rows = {name: n for name, n in made.rows.items() if n >= 0}
    return {"path": str(made.path), "bytes": made.n_bytes, "rows": rows, "config": list(made.config)}
