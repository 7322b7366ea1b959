"""Fetchers that keep what they bring, if the configuration asks for an archive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from monitor import __version__
from monitor.app.opening import App
from monitor.pipeline import FetchReport
from monitor.ports import Fetcher


@asynccontextmanager
async def archived(
    app: App, fetchers: tuple[Fetcher, Fetcher], report: FetchReport
) -> AsyncIterator[tuple[Fetcher, Fetcher]]:
    """The fetchers for feeds and for pages, as they are or with an archive behind them.

    What could not be kept is one line in the report, however many answers it were; the fetch goes on.
    """
    if (wanted := app.settings.archive) is None:
        yield fetchers
        return
    from monitor.archive import ArchivingFetcher, WarcFolder

    failures: list[str] = []
    folder = WarcFolder(wanted.folder, max_bytes=wanted.file_bytes, software=f"monitor/{__version__}")
    feeds, pages = (
        ArchivingFetcher(inner, folder, clock=lambda: app.now, on_failure=failures.append) for inner in fetchers
    )
    try:
        yield feeds, pages
    finally:
        try:
            folder.close()
        except OSError as error:
            failures.append(f"{wanted.folder} cannot be written to the disk: {error}")
        if failures:
            more = f" (and {len(failures) - 1} more answers)" if len(failures) > 1 else ""
            detail = f"{failures[0]}{more}"
            report.errors.append(
                {"feed": None, "url": str(wanted.folder), "error": "archive", "detail": detail, "permanent": False}
            )
