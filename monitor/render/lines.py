"""Plain text in columns: display width, and wrapping that knows Chinese, Japanese and Korean."""

from __future__ import annotations

import re
import unicodedata

COLUMNS = 78
"""RFC 5322 section 2.1.1 asks for lines of at most 78 characters."""

# Punctuation that must not open a line, and that must not end one (the core of JIS X 4051, GB/T 15834).
_NO_START = frozenset("。，、；：？！）］｝」』】》〉”’…％.,;:?!)]}%")
_NO_END = frozenset("（［｛「『【《〈“‘([{")
_WORDS = re.compile(r"\S+")


def char_width(char: str) -> int:
    """Columns of one character: 2 for East Asian wide ones, 0 for marks and joiners (UAX #11), else 1."""
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def text_width(text: str) -> int:
    """Columns that *text* takes in a terminal."""
    return sum(map(char_width, text))


def wrap_text(text: str, *, first: str = "", rest: str = "", width: int = COLUMNS) -> tuple[str, ...]:
    """*text* in lines of at most *width* columns, the first led in by *first*, the others by *rest*.

    Breaks at blanks and between wide characters, never before closing punctuation while there is a choice; a
    piece longer than a line is cut. The lead-ins must leave at least two columns. Nothing but blanks is lost.
    """
    lines: list[str] = []
    lead, line, used = first, "", 0
    for has_blank, piece in _pieces(text, width - max(text_width(first), text_width(rest))):
        gap = " " if has_blank and line else ""
        size = text_width(piece)
        if line and text_width(lead) + used + len(gap) + size > width:
            lines.append(lead + line)
            lead, line, used, gap = rest, "", 0, ""
        line += gap + piece
        used += len(gap) + size
    lines.append((lead + line).rstrip())
    return tuple(lines)


def _pieces(text: str, room: int) -> list[tuple[bool, str]]:
    """The unbreakable parts of *text*, each with whether a blank stood before it."""
    found: list[tuple[bool, str]] = []
    for word in _WORDS.findall(text):
        has_blank = True
        for unit in _units(word):
            for part in _cut(unit, room):
                found.append((has_blank, part))
                has_blank = False
    return found


def _units(word: str) -> list[str]:
    """*word* split beside its wide characters, punctuation kept with what it belongs to."""
    units: list[str] = []
    for char in word:
        if units and not _is_break(units[-1][-1], char):
            units[-1] += char
        else:
            units.append(char)
    return units


def _is_break(before: str, after: str) -> bool:
    if after in _NO_START or before in _NO_END or char_width(after) == 0:
        return False
    return char_width(before) == 2 or char_width(after) == 2


def _cut(unit: str, room: int) -> list[str]:
    """*unit* in parts of at most *room* columns."""
    if text_width(unit) <= room:
        return [unit]
    parts, part, used = [], "", 0
    for char in unit:
        size = char_width(char)
        if part and used + size > room:
            parts.append(part)
            part, used = "", 0
        part += char
        used += size
    return [*parts, part]
