"""Reports for people: foreign text made harmless, long lines folded under themselves on a terminal.

In a pipe every item stays on one line, so that ``grep`` and ``cut`` work.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text

from monitor.render.clean import clean_text

if TYPE_CHECKING:
    from rich.console import Console

_LEAST_WIDTH = 30


def clean_lines(text: str) -> str:
    """*text* with its lines kept and everything else in it that moves a cursor taken out."""
    return "\n".join(clean_text(line) for line in text.split("\n"))


def show(screen: Console, text: str, *, lead: str = "", style: str | None = None) -> None:
    """Print *lead* and *text*; on a terminal the text folds at words and continues under its own beginning."""
    body = Text(clean_text(text), style=style or "")
    indent = Text(lead).cell_len
    if not screen.is_terminal or screen.width - indent < _LEAST_WIDTH:
        screen.print(Text(lead) + body)
        return
    for number, line in enumerate(body.wrap(screen, screen.width - indent)):
        line.rstrip()
        screen.print(Text(lead if number == 0 else " " * indent) + line)


def day(moment: datetime | None) -> str:
    """``2026-09-04``, or as many blanks."""
    return f"{moment:%Y-%m-%d}" if moment else " " * 10


def minute(moment: datetime | None) -> str:
    """``2026-09-04 07:00 UTC``, or ``never``."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"


def span(seconds: int) -> str:
    """``45 s``, ``30 min``, ``2 h``, ``1 h 30 min`` or ``3 days``; whole units, at most two."""
    minutes, hours, days = seconds // 60, seconds // 3_600, seconds // 86_400
    if days:
        return count(days, "day")
    if hours:
        return f"{hours} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{minutes} min" if minutes else f"{seconds} s"


def count(number: int, noun: str, many: str | None = None) -> str:
    """``1 feed``, ``2 feeds``, ``3 copies``."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"
