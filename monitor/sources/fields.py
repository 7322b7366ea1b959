"""What every source kind does to the fields of an entry: plain text, caps, names, languages, dates."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

from monitor.text.normalise import plain_text

MAX_ENTRIES: Final = 2_000
"""Entries read of one document; real feeds of publishers stay below 500, archives reach 100,000."""

MAX_TITLE_CHARS: Final = 1_000
MAX_SUMMARY_CHARS: Final = 20_000
MAX_HTML_CHARS: Final = 1_000_000
MAX_AUTHORS: Final = 20
LEAD_MARKUP_CHARS: Final = 2_000
"""How much of a full text is read for the summary of an entry that has none of its own."""

FULL_TEXT_CHARS: Final = 1_500
"""A description of this length with paragraphs is the article itself; teasers of news feeds stay below 1,000."""

_PARAGRAPHS = re.compile(r"<(?:p|br)[\s/>]", re.IGNORECASE)
_TEASER_END = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\]|&hellip;|&#8230;)\]?\s*(?:<[^<>]*>\s*){0,6}$")
_TEASER_TAIL_CHARS = 300
_ADDRESS = re.compile(r"(?<![^\s@<>()])[^\s@<>()]++@[^\s@<>()]+")
_EMPTY_BRACKETS = re.compile(r"[<(]\s*[>)]")
_LANGUAGE = re.compile(r"^([A-Za-z]{2})(?:[-_].{0,20})?$")
_BLANK_LINE = re.compile(r"\n\s*\n")


def title_of(markup: str | None) -> str | None:
    """A title as plain text, at most 1,000 characters; None if there is nothing to read."""
    if not markup:
        return None
    return plain_text(cut_markup(markup, 4 * MAX_TITLE_CHARS))[:MAX_TITLE_CHARS] or None


def summary_of(markup: str | None) -> str | None:
    """A summary as plain text, at most 20,000 characters; None if there is nothing to read."""
    if not markup:
        return None
    return plain_text(cut_markup(markup, 4 * MAX_SUMMARY_CHARS))[:MAX_SUMMARY_CHARS] or None


def html_of(markup: str | None) -> str | None:
    """Full content, at most 1,000,000 characters and not cut inside a tag; None if it is blank."""
    if not markup or markup.isspace():
        return None
    return cut_markup(markup, MAX_HTML_CHARS).strip()


def split_content(description: str | None, content: str | None) -> tuple[str | None, str | None]:
    """Summary (plain text) and html (full content) of an entry that states a *description* and a *content*.

    A long description with paragraphs that does not break off is itself the full content. An entry with full
    content only gets the opening of it as its summary, so that it can be judged without reading on.
    """
    full = html_of(content)
    if full is None and description and is_full_text(description):
        full, description = html_of(description), None
    summary = summary_of(description)
    if summary is None and full:
        summary = plain_text(cut_markup(full, LEAD_MARKUP_CHARS)) or None
    return summary, full


def is_full_text(markup: str) -> bool:
    """True if *markup* is long, has paragraphs and does not end like a teaser."""
    if len(markup) < FULL_TEXT_CHARS:
        return False
    if next((n for n, _ in enumerate(_PARAGRAPHS.finditer(markup), 1) if n == 2), 0) < 2:
        return False
    return _TEASER_END.search(markup[-_TEASER_TAIL_CHARS:].rstrip()) is None


def cut_markup(markup: str, n_chars: int) -> str:
    """At most *n_chars* of *markup*, cut before a tag or entity that would be split."""
    if len(markup) <= n_chars:
        return markup
    cut = markup[:n_chars]
    opened = cut.rfind("<")
    if opened > cut.rfind(">"):
        cut = cut[:opened]
    escaped = cut.rfind("&", -12)
    return cut[:escaped] if escaped > cut.rfind(";") else cut


def paragraphs_as_html(text: str) -> str:
    """Plain text as HTML, one ``<p>`` for each block between blank lines."""
    return "".join(f"<p>{html.escape(block.strip())}</p>" for block in _BLANK_LINE.split(text) if block.strip())


def names_of(stated: Iterable[str | None]) -> tuple[str, ...]:
    """Authors' names without mail addresses, in order, each once; at most 20.

    RSS writes ``mail@example.org (Name)``; what holds nothing but an address names nobody.
    """
    names: dict[str, None] = {}
    for text in stated:
        if not text:
            continue
        name = plain_text(text[:MAX_TITLE_CHARS])
        if "@" in name:
            name = _EMPTY_BRACKETS.sub("", _ADDRESS.sub("", name)).strip()
            if name.startswith("(") and name.endswith(")"):
                name = name[1:-1].strip()
            name = name.removeprefix("mailto:").strip(" ,;")
        if name:
            names[name] = None
    return tuple(names)[:MAX_AUTHORS]


def language_of(code: str | None) -> str | None:
    """``en-US`` as ``en``; None for what is no two-letter code (ISO 639-1) with an optional region."""
    match = _LANGUAGE.match(code.strip()) if code else None
    return match[1].lower() if match else None


def text_or_none(value: object) -> str | None:
    """*value* if it is a non-blank string, else None; for JSON of unknown shape."""
    return value if isinstance(value, str) and not value.isspace() and value else None
