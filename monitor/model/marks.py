"""What readers say of a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MarkKind(StrEnum):
    """A reader's word on an article; the words are those of ``monitor mark``."""

    KNEW = "knew"
    NEW = "new"
    OFF_TOPIC = "off-topic"
    WANTED = "wanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A reader's word on one article; an article has one mark at most."""

    article_id: str
    kind: MarkKind
    marked_at: datetime
