"""What a fetch did, and who is told while it works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from monitor.model import (
    JudgedArticle,
    Outcome,
)

Progress = Callable[[str, int, int], None]
"""Called with the stage (``poll`` or ``read``), how much is done and how much there is."""


@dataclass(slots=True)
class FetchReport:
    """What a fetch did; the shape of ``fetch --json``. ``remarks`` are odd things that went well, e.g. a flood."""

    polled: int = 0
    not_modified: int = 0
    failed_feeds: int = 0
    new_entries: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    errors: list[dict[str, object]] = field(default_factory=list)
    remarks: list[dict[str, object]] = field(default_factory=list)
    kept: list[JudgedArticle] = field(default_factory=list)


def quiet(stage: str, done: int, total: int) -> None:
    """Report progress to nobody."""
