"""The day that a page shows near its headline, for pages that state none for machines.

A date line is short and says little else: a label, who wrote it, how long it takes to read. It stands after the
headline or just before it. A day after "updated" counts only where there is no other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from lxml.html import HtmlElement

from monitor.stages.extract.source import one_line, raw_text

_STEMS = (
    "jan ene gen sty янв", "feb fev lut фев", "mar maa mrt mrz мар", "apr avr abr kwi апр", "may mai mei maj mag мая май",
    "jun juin giu cze июн", "jul juil lug lip июл", "aug aou ago sie авг", "sep set wrz сен", "oct okt ott out paz окт",
    "nov lis ноя", "dec dez dic gru дек",
)  # fmt: skip
"""How months begin in the languages of Europe, without accents."""
_MONTHS = {stem: number for number, stems in enumerate(_STEMS, start=1) for stem in stems.split()}
_DAY = re.compile(
    r"(?<!\d)(?:"
    r"(?P<y1>\d{4})\s?[-/.年]\s?(?P<m1>\d{1,2})\s?[-/.月]\s?(?P<d1>\d{1,2})(?!\d)日?"
    r"|(?P<d2>\d{1,2})(?P<s2>[./-])(?P<m2>\d{1,2})(?P=s2)(?P<y2>\d{4})(?!\d)"
    r"|(?P<d3>\d{1,2})(?:\.|st|nd|rd|th|er)?[\s-](?:de\s|of\s)?(?P<w3>[^\W\d_]{3,12})\.?,?[\s-](?:de\s|del\s)?(?P<y3>\d{4})(?!\d)"
    r"|(?<![^\W_])(?P<w4>[^\W\d_]{3,9})\.?\s(?P<d4>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<y4>\d{4})(?!\d)"
    r")",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"updated|modified|reviewed|revised|aktualisiert|geändert|mis à jour|modifié|actualizado|aggiornato|bijgewerkt"
    r"|uppdaterad|opdateret|oppdatert|zaktualizowano|обновлено|更新|修改",
    re.IGNORECASE,
)
_NO_DAY_LINE = re.compile(r"©|copyright|\(c\)|all rights", re.IGNORECASE)
_ASIDE = re.compile(r"related|comment|teaser|sidebar|card|footer|recirc|popular|latest|archive|event", re.IGNORECASE)
_LINE = 90  # characters of a date line
_LABEL = 45  # characters before the day: "By Ada Vale, Harbour reporter | Published on"
_REST = 45  # characters after it: "at 10:15 am UTC | 4 min read"
_BEFORE, _NEAR, _FAR = 12, 25, 150  # elements before and after the headline; a browser's first screen
_YEARS = range(1990, 2101)


def find_day(tree: HtmlElement, headline: HtmlElement | None, *, is_american: bool) -> datetime | None:
    """Midnight UTC of the day shown near *headline*, None if none is. *is_american*: 3/4/2026 is the 4th of March."""
    if headline is None:
        return None
    updated: datetime | None = None
    for line in _lines(tree, headline):
        for day, label in days_in(line, is_american=is_american):
            if not _UPDATED.search(label):
                return day
            updated = updated or day
    return updated


def days_in(line: str, *, is_american: bool = False) -> Iterator[tuple[datetime, str]]:
    """The days of a date line with the words before each; nothing for a line that says more than that.

    >>> [day.date().isoformat() for day, _ in days_in("Published 4 September 2026, 10:15 | Updated Sept. 5th, 2026")]
    ['2026-09-04', '2026-09-05']
    """
    if len(line) > 2 * _LINE or _NO_DAY_LINE.search(line):
        return
    found = [(match, day) for match in _DAY.finditer(line) if (day := _day(match, is_american=is_american))]
    if not found or len(found) > 2 or len(line) > _LINE * len(found):
        return
    start = 0
    for n, (match, day) in enumerate(found):
        label = line[start : match.start()]
        end = found[n + 1][0].start() if n + 1 < len(found) else len(line)
        if len(label) <= _LABEL and end - match.end() <= _REST:
            yield day, label
        start = match.end()


def _day(match: re.Match[str], *, is_american: bool) -> datetime | None:
    part = match.groupdict()
    year = int(part["y1"] or part["y2"] or part["y3"] or part["y4"])
    day = int(part["d1"] or part["d2"] or part["d3"] or part["d4"])
    if word := part["w3"] or part["w4"]:
        month = _month(word)
    else:
        month = int(part["m1"] or part["m2"])
        if part["m2"] and (month > 12 or (part["s2"] == "/" and is_american and day <= 12)):
            day, month = month, day
    try:
        return datetime(year, month or 0, day, tzinfo=UTC) if year in _YEARS else None
    except ValueError:
        return None


def _month(word: str) -> int | None:
    folded = "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))
    return _MONTHS.get(folded[:4]) or _MONTHS.get(folded[:3])


def _lines(tree: HtmlElement, headline: HtmlElement) -> Iterator[str]:
    """Short texts near the headline: those right after it, those before it, then the rest of the first screen."""
    before: list[HtmlElement] = []
    after: list[HtmlElement] = []
    inside = set(headline.iter())
    has_started = False
    for element in tree.iter():
        if element is headline:
            has_started = True
        elif element in inside:
            continue
        elif has_started:
            after.append(element)
            if len(after) >= _FAR:
                break
        else:
            before.append(element)
    for element in (*islice(after, _NEAR), *reversed(before[-_BEFORE:]), *islice(after, _NEAR, None)):
        text = raw_text(element)
        if text and len(text) < 4 * _LINE and (line := one_line(text)) and not _is_aside(element):
            yield line


def _is_aside(element: HtmlElement) -> bool:
    for n, parent in enumerate((element, *element.iterancestors())):
        if parent.tag in ("aside", "footer", "nav", "blockquote", "figure"):
            return True
        if parent.tag in ("main", "body", "html") or n > 6:
            break
        if parent.tag != "article" and _ASIDE.search(f"{parent.get('class') or ''} {parent.get('id') or ''}"):
            return True
    return False
