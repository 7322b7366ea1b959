"""The reader's own words for a topic, matched the way people mean them.

A term with a capital letter is a name and matches only where it is capitalised ("Ascend" is not "to ascend"), except in
text that is all capitals. Plural endings match. A term of several words also counts where all its words stand in one
sentence ("Nvidia China" in "Nvidia may not sell to China").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.model import Topic
from monitor.text.tokens import CJK, has_cjk, tokens

_MIN_STEM = 4
_OPEN = rf"(?<![^\W_{CJK}])"  # Chinese sets no blanks around a Latin name
_CLOSE = rf"(?![^\W_{CJK}])"


@dataclass(frozen=True, slots=True)
class _Term:
    name: str
    pattern: re.Pattern[str]
    words: frozenset[str]  # empty unless the term has several words


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A topic's terms, compiled. ``find`` and the others take one sentence or headline."""

    wanted: tuple[_Term, ...]
    required: tuple[tuple[_Term, ...], ...]
    forbidden: tuple[_Term, ...]
    misleading: tuple[_Term, ...]

    def find(self, text: str) -> frozenset[str]:
        """Names of the wanted terms that *text* holds; empty if it also holds a misleading one."""
        if any(term.pattern.search(text) for term in self.misleading):
            return frozenset()
        words: frozenset[str] | None = None
        found = set()
        for term in self.wanted:
            if term.pattern.search(text):
                found.add(term.name)
            elif term.words:
                words = words if words is not None else frozenset(tokens(text))
                if all(_has_word(word, words) for word in term.words):
                    found.add(term.name)
        return frozenset(found)

    def find_misleading(self, text: str) -> str | None:
        """The first ``none`` term in *text*."""
        return next((term.name for term in self.misleading if term.pattern.search(text)), None)

    def find_forbidden(self, text: str) -> str | None:
        """The first ``-never`` term in *text*."""
        return next((term.name for term in self.forbidden if term.pattern.search(text)), None)

    def find_missing(self, texts: Sequence[str]) -> str | None:
        """The first ``+must`` term that no text holds, in none of its spellings."""
        for spellings in self.required:
            if not any(term.pattern.search(text) for term in spellings for text in texts):
                return spellings[0].name
        return None


def _has_word(wanted: str, words: frozenset[str]) -> bool:
    """True if the word or a near inflection of it is there: "china" in "chinese", "centre" in "centres"."""
    if wanted in words:
        return True
    stem = wanted[: max(_MIN_STEM, len(wanted) - 2)]
    return len(stem) >= _MIN_STEM and any(word.startswith(stem) for word in words)


def compile_terms(topic: Topic, aliases: Iterable[Sequence[str]]) -> Terms:
    """The topic's terms with all their aliases: a name in one language stands for itself in the others."""
    groups = [tuple(group) for group in aliases]
    wanted: dict[str, _Term] = {}
    required: list[tuple[_Term, ...]] = []
    forbidden: list[_Term] = []
    for raw in topic.any_terms:
        sign, name = (raw[0], raw[1:].strip()) if raw.startswith(("+", "-")) else ("", raw.strip())
        if not name:
            continue
        spellings = tuple(_compile(spelling) for spelling in _spellings(name, groups))
        if sign == "-":
            forbidden += spellings
            continue
        if sign == "+":
            required.append(spellings)
        wanted.update({term.name: term for term in spellings})
    return Terms(
        wanted=tuple(wanted.values()),
        required=tuple(required),
        forbidden=tuple(forbidden),
        misleading=tuple(_compile(name) for name in topic.none_terms),
    )


def _spellings(name: str, groups: Sequence[tuple[str, ...]]) -> list[str]:
    found = [name]
    for group in groups:
        if any(spelling.casefold() == name.casefold() for spelling in group):
            found += [spelling for spelling in group if spelling.casefold() != name.casefold()]
    return found


def _compile(name: str) -> _Term:
    escaped = r"[\s-]+".join(re.escape(word) for word in re.split(r"[\s-]+", name))
    words = frozenset(tokens(name)) if re.search(r"\s", name) else frozenset()
    if has_cjk(name):
        return _Term(name, re.compile(escaped, re.IGNORECASE), frozenset())
    body = rf"{_OPEN}{escaped}(?:s|es|en|n|['’]s)?{_CLOSE}"
    is_name = name != name.lower()
    if not is_name:
        return _Term(name, re.compile(body, re.IGNORECASE), words)
    capitals = rf"{_OPEN}{escaped.upper() if name.isascii() else escaped}{_CLOSE}"
    safe = capitals.replace(r"[\S-]+", r"[\s-]+")
    return _Term(name, re.compile(f"{body}|{safe}"), words)
