"""Running text as blocks: what trafilatura's result tree says, one paragraph a block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from monitor.stages.extract.source import one_line, raw_text, text_of

_SENTENCE_ENDS = tuple('.!?:;。！？：…"”’»）)')
_BREAK = "\x1e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph of plain text; ``kind`` is ``p``, ``head``, ``item``, ``row`` or ``quote``."""

    kind: str
    text: str
    n_link_chars: int = 0


def blocks_of(body: _Element) -> list[Block]:
    """The paragraphs under trafilatura's ``body``, in reading order, none of them blank."""
    return [block for child in body for block in _blocks(child)]


def _blocks(element: _Element) -> Iterator[Block]:
    kind = element.tag
    if kind == "table":
        for row in element.iter("row"):
            cells = [text_of(cell) for cell in row.iter("cell")]
            if text := " | ".join(cell for cell in cells if cell):
                yield Block(kind="row", text=text)
    elif kind == "list":
        for item in element.iter("item"):
            yield from _split("item", item)
    elif kind in ("quote", "code"):
        yield from _split("quote", element)
    elif kind == "head":
        yield from _split("head", element)
    else:
        yield from _split("p", element)
    if element.tail and (text := one_line(element.tail)):
        yield Block(kind="p", text=text)


def _split(kind: str, element: _Element) -> Iterator[Block]:
    n_links = sum(len(raw_text(ref)) for ref in element.iter("ref"))
    for text in split_breaks("".join(_pieces(element))):
        yield Block(kind=kind, text=text, n_link_chars=n_links)


def _pieces(element: _Element) -> Iterator[str]:
    """The element's text with a mark for every line break and around every inner block."""
    if element.text:
        yield element.text
    for child in element:
        if child.tag == "lb":
            yield _BREAK
        elif child.tag in ("p", "item", "list", "quote", "row", "head"):
            yield _BREAK * 2
            yield from _pieces(child)
            yield _BREAK * 2
        elif child.tag != "item":
            yield from _pieces(child)
        if child.tail:
            yield child.tail


_NEW_WINDOW = re.compile(
    r"\s?\((?:öffnet im neuen Fenster|opens in (?:a )?new (?:tab|window)|Link wird in einem neuen Tab geöffnet)\)",
    re.IGNORECASE,
)


def split_breaks(text: str) -> Iterator[str]:
    """The paragraphs of a text with marked line breaks.

    Two breaks in a row part paragraphs; so does a single one after the end of a sentence. Other single breaks are
    layout and become a blank.
    """
    current = ""
    n_breaks = 0
    for piece in text.split(_BREAK):
        line = one_line(_NEW_WINDOW.sub("", piece) if "(" in piece else piece)
        if line:
            if current and (n_breaks > 1 or current.endswith(_SENTENCE_ENDS)):
                yield current
                current = line
            else:
                current = f"{current} {line}" if current else line
            n_breaks = 0
        n_breaks += 1
    if current:
        yield current
