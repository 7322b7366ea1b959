"""What the store remembers of schedules and schedulers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRecord:
    """A scheduled time that was decided, once and for all.

    ``slot`` is local, ``YYYY-MM-DDTHH:MM``. ``edition_id`` is None if it brought no edition: nothing was new, or the
    schedule was seen for the first time after it.
    """

    digest_id: str
    slot: str
    edition_id: str | None
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A sign of life of one scheduler: ``name`` is host and process id, ``trouble`` what keeps it from working."""

    name: str
    started_at: datetime
    beat_at: datetime
    trouble: str | None = None
