"""A fetcher that keeps what it brings; implements ``ports.Fetcher`` around another one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from monitor.archive.folder import WarcFolder
from monitor.model import Request, Response
from monitor.ports import Fetcher


class ArchivingFetcher:
    """Passes on what *inner* fetches, and writes every new answer (status 200) to *folder* first.

    A fetch never fails for its archive: *on_failure* is told of every answer that could not be kept.
    """

    def __init__(
        self, inner: Fetcher, folder: WarcFolder, *, clock: Callable[[], datetime], on_failure: Callable[[str], None]
    ) -> None:
        self._inner = inner
        self._folder = folder
        self._clock = clock
        self._on_failure = on_failure

    async def fetch(self, request: Request) -> Response:
        """The answer, status 200 or 304. Everything else raises FetchError."""
        response = await self._inner.fetch(request)
        if response.status == 200:
            try:
                await asyncio.to_thread(self._folder.write, response, asked=request.url, now=self._clock())
            except (OSError, ValueError) as error:
                self._on_failure(f"{request.url} is not in the archive: {error}")
        return response
