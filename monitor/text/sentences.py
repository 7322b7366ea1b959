"""Sentences of a paragraph, as verbatim slices.

The cutting is sentencex's (rule-based, Wikimedia, 244 languages). Two of its habits are mended here: it cuts a
Chinese quotation off from its ``他说`` and English quotations from a following lower-case attribution. Two places it
does not cut are cut here: a Chinese full stop before a figure, and the month of May at the end of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSING_QUOTES = ("”", "」", "』", "’", '"')
_CHINESE_TAG = re.compile(
    r"^[^“”「」]{1,24}(?:说|称|表示|指出|透露|补充|强调|写道|认为|问道|回应|坦言|介绍)[^“”]{0,6}[。！？]?\s*$"
)
_LOWER_START = re.compile(r"^[a-zà-öø-ÿ]")
_MISSED_END = re.compile(r"(?<=。)(?=\d)|(?<=\d May\.) +(?=[A-Z])")
_HAS_WORD = re.compile(r"\w")
_WINDOW = 4_000
"""Characters cut at once: sentencex takes quadratic time on text that is not ASCII (100,000 characters: 4 s)."""

_ENDS = ("。", "！", "？", "\n", ". ", "! ", "? ")


def split_sentences(paragraph: str, language: str | None) -> list[str]:
    r"""Sentences in order, without surrounding blanks; their texts are verbatim slices of the paragraph.

    >>> split_sentences("It rose 3.5 percent. \\"Fine,\\" he said.", "en")
    ['It rose 3.5 percent.', '"Fine," he said.']
    """
    from sentencex import segment

    joined: list[list[str]] = []
    last = ""
    for window in _windows(paragraph):
        for run in segment(language or "en", window):
            for piece in _MISSED_END.split(run):
                if joined and (not piece.strip() or _belongs_to(last, piece)):
                    joined[-1].append(piece)
                else:
                    joined.append([piece])
                last = piece if piece.strip() else last
    return [sentence for pieces in joined if (sentence := "".join(pieces).strip())]


def _windows(paragraph: str) -> Iterator[str]:
    """The paragraph in slices, each but the last ending where a sentence ends if there is such a place."""
    start = 0
    while not paragraph.isascii() and len(paragraph) - start > _WINDOW:
        last_end = max(paragraph.rfind(mark, start, start + _WINDOW) for mark in _ENDS)
        end = last_end + 1 if last_end > start else start + _WINDOW
        yield paragraph[start:end]
        start = end
    yield paragraph[start:]


def _belongs_to(previous: str, piece: str) -> bool:
    """True if *piece* is the tail of the sentence in *previous* rather than a sentence of its own."""
    if not _HAS_WORD.search(piece):
        return True
    if not previous.rstrip().endswith(_CLOSING_QUOTES):
        return False
    return bool(_CHINESE_TAG.match(piece.strip()) or _LOWER_START.match(piece.lstrip()))
