"""The official record: papers of governments, told by their address, with the numbers under which they are filed."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OFFICIAL = re.compile(
    r"^https?://(?:[^/]*\.)?(?:gov|mil|europa\.eu|gc\.ca|gov\.[a-z]{2}|gouv\.[a-z]{2}|go\.[a-z]{2}|bund\.de)(?::\d+)?(?:/|$)",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    r"\b(?:\d{2,3} FR \d{3,6}"  # Federal Register page
    r"|(?:FR Doc\.? |Document (?:No\.?|Number) )?20\d\d-\d{5}"  # Federal Register document
    r"|RIN \d{4}-[A-Z]{2}\d{2}"
    r"|Docket (?:No\.? )?[A-Z0-9][\w:–-]{4,}\d"
    r"|(?:Regulation|Directive|Decision|Verordnung|Richtlinie) \((?:EU|EC|EG|EWG)\) (?:No |Nr\. )?\d{1,4}/\d{1,4}"
    r"|(?:COM|SWD|JOIN)\(20\d\d\) ?\d{1,4}"
    r"|[CL]/20\d\d/\d{1,5}"
    r"|Executive Order (?:No\.? )?\d{5}"
    r"|BGBl\. (?:20\d\d )?I{1,2}(?: Nr\.)? \d{1,4}"
    r"|(?:Case |Civil Action )?No\. \d{1,2}:\d{2}-(?:cv|cr|mc)-\d{3,6})"
    r"|〔20\d\d〕\d{1,4}号"
    r"|20\d\d年第\d{1,4}号",
)  # fmt: skip
_MOST = 3


def is_official(url: str | None) -> bool:
    """True for the address of a government or of the European Union."""
    return bool(url and _OFFICIAL.match(url))


def find_documents(texts: Iterable[str]) -> tuple[str, ...]:
    """Numbers under which papers are filed, as written, in reading order, at most three.

    Federal Register (1 CFR 5), EU acts (Interinstitutional Style Guide 1.2.2), US court dockets, BGBl., Chinese notices.
    """
    found = (match.group() for text in texts for match in _NUMBERS.finditer(text))
    return tuple(dict.fromkeys(found))[:_MOST]
