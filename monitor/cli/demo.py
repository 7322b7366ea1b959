"""``monitor demo``: the whole flow on an invented news world that this computer serves to itself."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.context import console, write_json
from monitor.errors import MonitorError, UsageError

if TYPE_CHECKING:
    from monitor.demo import DemoWorld
    from monitor.model import Edition
    from monitor.pipeline import FetchReport
    from monitor.ports import Embedder

_MOST_DAYS = 3
_FIRST_LINE = "# Everything here happens in an invented world"
"""How the configuration of the demo begins (``demo/data/feeds.yaml``)."""
_WRITTEN = ("feeds.yaml", "corpus", "site")


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("demo")(demo)


def demo(
    keep: Annotated[
        Path | None,
        typer.Option(help="Put everything into this folder, new or of an earlier demo.", metavar="FOLDER"),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=_MOST_DAYS, help="How many days to play.", metavar="N")] = _MOST_DAYS,
    as_json: Annotated[bool, typer.Option("--json", help="One object at the end.")] = False,
) -> None:
    """Play the whole flow on an invented news world. Needs no network; three days take some 20 s."""
    from monitor.demo import DemoWorld
    from monitor.meaning import SentenceEncoder

    folder = _make_folder(keep)
    played = []
    with DemoWorld() as world:
        config = world.write_config(folder)
        if not as_json:
            _say_beginning(world, folder)
        for day in _play(world, config, SentenceEncoder(), days):
            played.append(day)
            if not as_json:
                _say_day(day)
    index = folder / "site" / "index.html"
    if not index.is_file():
        raise MonitorError(f"the demo delivered no digest: {index} is missing")
    if as_json:
        write_json(_demo_object(folder, index, played), indent=2)
    else:
        _say_end(config, index)


def _make_folder(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="monitor-demo-"))
    try:
        keep.mkdir(parents=True, exist_ok=True)
        _clear_earlier_demo(keep)
        if any(keep.iterdir()):
            raise UsageError(f"{keep} is not empty: name a new folder")
    except OSError as error:
        raise UsageError(f"{keep}: {error.strerror}") from error
    return keep.resolve()


def _clear_earlier_demo(folder: Path) -> None:
    """Remove an earlier demo, told by its configuration, unless anything else stands beside it."""
    config = folder / "feeds.yaml"
    if not config.is_file() or not config.read_text(encoding="utf-8", errors="replace").startswith(_FIRST_LINE):
        return
    found = list(folder.iterdir())
    if not all(path.name in _WRITTEN or path.name.startswith("monitor.db") for path in found):
        return
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """What one day of the demo brought; ``edition`` is None if there was nothing to tell."""

    at: datetime
    report: FetchReport
    edition: Edition | None


def _play(world: DemoWorld, config: Path, embedder: Embedder, n_days: int) -> Iterator[_Day]:
    """Each evening: fetch, then compose and deliver."""
    import asyncio

    from monitor.app import choose_feeds, draft_edition, fetch, find_digest, open_app, send_edition
    from monitor.config import load_settings

    # The demo is the same everywhere: the environment has no say in its configuration.
    settings = load_settings(config, env={})
    for evening in world.days[:n_days]:
        world.set_clock(evening)
        with open_app(settings, now=evening) as app:
            report = asyncio.run(fetch(app, choose_feeds(app, all_feeds=True), embedder=embedder))
            draft = draft_edition(app, find_digest(app, None))
            stored, delivery = send_edition(app, draft)
        if report.failed_feeds or delivery.failed:
            raise MonitorError(f"the demo could not go on: {[*report.errors, *delivery.failed]}")
        yield _Day(at=evening, report=report, edition=draft.composition.edition if stored else None)


def _say_beginning(world: DemoWorld, folder: Path) -> None:
    from monitor.cli.screen import count, show

    screen = console()
    outlets = f"{count(len(world.feeds), 'outlet')}, all on this computer"
    show(screen, f"An invented news world: {outlets}. You have read the articles in {folder / 'corpus'}.")
    show(screen, "The first day takes longest, since the language model is loaded and its vectors are stored.")


def _say_day(day: _Day) -> None:
    from monitor.cli.screen import count, show
    from monitor.model import Outcome

    screen = console()
    counts = day.report.outcomes
    kept = counts[Outcome.NEW] + counts[Outcome.UPDATE]
    screen.print()
    show(
        screen,
        f"{count(day.report.new_entries, 'entry', 'entries')} in the feeds",
        lead=f"{day.at:%Y-%m-%d}  ",
        style="bold",
    )
    told = (
        f"{count(kept, 'article')} with news; left out: {count(counts[Outcome.DUPLICATE], 'copy', 'copies')}, "
        f"{counts[Outcome.KNOWN]} known, {counts[Outcome.OFF_TOPIC]} off topic"
    )
    show(screen, told, lead=" " * 12)
    if day.edition is None:
        show(screen, "nothing new to tell, so no edition", lead=" " * 12)
        return
    stories = count(len(day.edition.stories), "story", "stories")
    show(screen, f"edition {day.edition.id}: {stories}, {count(day.edition.n_facts, 'new sentence')}", lead=" " * 12)


def _say_end(config: Path, index: Path) -> None:
    from monitor.cli.screen import show

    screen = console()
    screen.print()
    show(
        screen,
        f"monitor --config {config} COMMAND, with articles, stories, why, search or corpus list",
        lead="Look closer: ",
    )
    # One unbroken line, so that it can be clicked and copied.
    screen.print(f"The digest:  {index}", markup=False)


def _demo_object(folder: Path, index: Path, played: list[_Day]) -> dict[str, Any]:
    from monitor.cli.objects import time

    return {
        "folder": str(folder),
        "config": str(folder / "feeds.yaml"),
        "index": str(index),
        "days": [
            {
                "at": time(day.at),
                "entries": day.report.new_entries,
                "articles": {outcome.value: n for outcome, n in sorted(day.report.outcomes.items())},
                "edition": day.edition.id if day.edition else None,
            }
            for day in played
        ],
    }
