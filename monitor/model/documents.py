"""What files hold: collected texts and rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.arrivals import Page, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipping:
    """What was understood of a collected text.

    ``paragraphs`` hold prose only, each a tuple of sentences. ``n_repeated`` counts sentences that stood there
    before, ``furniture`` keeps the lines that were left out, for ``monitor corpus list``.
    """

    title: str | None
    published_at: datetime | None
    language: str | None
    paragraphs: tuple[tuple[str, ...], ...]
    n_repeated: int
    furniture: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One article of a file, or why it is none.

    ``number`` counts rows or lines from 1, None where the whole file is one article. ``page`` holds what was read,
    the row's own statements before those of its HTML; ``id`` is the row's. ``clipping`` is set for collected texts.
    """

    number: int | None = None
    page: Page | None = None
    id: str | None = None
    clipping: Clipping | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One record of a web archive: an answer that was kept, or why there is none to read.

    ``skipped`` is a machine name for a record that holds no page (``request``, ``http_status``, ...); ``problem`` says
    what is wrong with one that cannot be read. ``offset`` is its place in the file, in bytes.
    """

    offset: int
    response: Response | None = None
    captured_at: datetime | None = None
    skipped: str | None = None
    problem: str | None = None
