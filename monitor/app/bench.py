"""What a program that goes on keeps between two fetches: warm workers, the encoder, the desk with everything known.

Opening a desk means reading every judgement; one that is kept stays true as long as nobody else wrote to the store and
no file of the corpus changed, which costs three short queries and one look at each file to find out.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from monitor.app.desk import load_corpus, note_shown, open_desk
from monitor.app.opening import App
from monitor.config import Settings
from monitor.errors import CorpusError
from monitor.extract import ReaderPool
from monitor.model import Edition
from monitor.pipeline import Desk
from monitor.ports import Embedder

_Files = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What a desk was opened on, or has taken in since."""

    settings: Settings
    files: _Files
    seq: int
    editions: tuple[str | None, ...]


@dataclass(slots=True, kw_only=True)
class Bench:
    """The workers, and a desk once one was needed; ``embedder`` None means the shipped encoder."""

    reader: ReaderPool
    embedder: Embedder | None = None
    _desk: Desk | None = None
    _mark: _Mark | None = None

    async def open_desk(self, app: App) -> tuple[Desk, tuple[CorpusError, ...]]:
        """The desk with everything known, the kept one if it still is that; and corpus files that cannot be read.

        A kept desk reports no problems again. Opens a new one in a thread, since that takes seconds for thousands of
        articles.
        """
        files = _look_at(app.settings.corpus)
        if self._desk is not None and self._is_true(app, files):
            return self._desk, ()
        self._desk = None
        corpus = await load_corpus(app, self.reader)
        articles = [item.article for item in corpus.items]
        self._mark = _mark(app, files)
        self._desk = await asyncio.to_thread(open_desk, app, articles, embedder=self.embedder)
        return self._desk, corpus.problems

    def note_work(self, app: App) -> None:
        """The desk has taken in everything that was judged up to now: nobody else could write meanwhile."""
        if self._mark is not None:
            self._mark = _mark(app, self._mark.files)

    def note_edition(self, app: App, edition: Edition) -> None:
        """What *edition* shows is known from now on."""
        if self._desk is not None and self._mark is not None:
            note_shown(self._desk.judge.known, edition)
            self._mark = _mark(app, self._mark.files)

    def clear(self) -> None:
        """Forget the desk: a reading ended halfway, or others may have written."""
        self._desk = self._mark = None

    def _is_true(self, app: App, files: _Files) -> bool:
        return self._mark is not None and self._mark == _mark(app, files)


def _mark(app: App, files: _Files) -> _Mark:
    last = [app.store.editions.find_last(digest.id) for digest in app.settings.digests]
    return _Mark(
        settings=app.settings,
        files=files,
        seq=app.store.articles.find_last_seq(),
        editions=tuple(record.edition.id if record else None for record in last),
    )


def _look_at(paths: tuple[Path, ...]) -> _Files:
    """Name, change time and size of everything in the corpus."""
    found = []
    for path in paths:
        for file in [path, *sorted(path.rglob("*"))]:
            try:
                status = file.stat()
            except OSError:
                continue
            found.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(found)
