"""Foreign text made harmless before it is set: no control characters, no hidden direction changes, no odd links.

Titles, sentences and addresses come from publishers. Escaping for a format happens in the templates; what no
escaping cures (a title that reverses the line after it, a subject that opens a mail header) is taken out here.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

HEADER_LIMIT = 200
"""Characters kept of a header value: subjects beyond that are cut by every mail client anyway."""

_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Bidi marks and overrides (Trojan Source, CVE-2021-42574), invisible operators, byte order mark, annotation
# anchors, the two non-characters XML forbids, tag characters. Joiners stay: emoji and Indic scripts need them.
_HIDDEN = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_URL_CONTROLS = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029\\\\]")
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"})


def clean_text(text: str) -> str:
    """*text* as one line: breaks and control characters become a blank, hidden direction marks go.

    Lone surrogates become U+FFFD, since one bad title must not keep an edition from being written.
    """
    return replace_surrogates(_HIDDEN.sub("", _BREAKS.sub(" ", text)))


def replace_surrogates(text: str) -> str:
    """*text* with U+FFFD for lone surrogates, which no UTF-8 can carry; nothing else changes."""
    return _SURROGATES.sub("\ufffd", text)


def clean_header(text: str) -> str:
    """*text* fit for a mail header: one line, at most ``HEADER_LIMIT`` characters, never an encoded word.

    On Python below 3.13 ``=?utf-8?q?Hi=0ABcc=3A...?=`` in a subject puts a real ``Bcc:`` line on the wire
    (CVE-2024-6923), so every ``=?`` is broken with a zero-width space. Categories Cc, Zl and Zp become a
    blank, Cf and Cs go.
    """
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category not in ("Cf", "Cs"):
            kept.append(char)
    line = " ".join("".join(kept).split()).replace("=?", "=\u200b?")
    return line if len(line) <= HEADER_LIMIT else line[: HEADER_LIMIT - 1].rstrip() + "\u2026"


def safe_href(url: str | None) -> str | None:
    """*url* if a reader may follow it, else None: absolute http or https, no user part, nothing hidden inside.

    Blanks are written as ``%20``. Other schemes (``javascript:``, ``data:``, ``file:``) and addresses with
    backslashes or control characters, which browsers and parsers read differently, are to be shown as text.
    """
    if url is None:
        return None
    candidate = url.strip(" ").replace(" ", "%20")
    if _URL_CONTROLS.search(candidate) or _HIDDEN.search(candidate) or _SURROGATES.search(candidate):
        return None
    try:
        parts = urlsplit(candidate)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return candidate


def find_language(code: str | None) -> str | None:
    """*code* if it is a well-formed language tag other than English, the language of the page itself, else None."""
    if code is None or not _LANGUAGE.fullmatch(code) or code.lower().split("-")[0] == "en":
        return None
    return code


def is_right_to_left(code: str | None) -> bool:
    """True for languages written from right to left."""
    return code is not None and code.lower().split("-")[0] in _RIGHT_TO_LEFT
