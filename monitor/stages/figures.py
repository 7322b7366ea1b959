"""Figures that changed: a new sentence gives another value for what a known sentence gave a value for.

Two values are of the same thing if they have one unit and stand in sentences that mean the same and share most of
their words besides the numbers, or if the new sentence itself names the old value ("up from 41 million", "not 96 as
first reported") and that value is known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.model import Change, JudgedSentence
from monitor.stages.analysis import Analysis, SentenceView
from monitor.stages.known import KnownBase, KnownSentence
from monitor.stages.novelty import Neighbours
from monitor.text.numbers import Quantity, quantities
from monitor.text.tokens import CJK, cjk_share, stems

_LIKENESS = 0.5
_SHARED_WORDS = 0.35
_COMPARED_KINDS = frozenset({"count", "money", "percent"})
_OLD_VALUE = re.compile(
    r"(?:\b(?:from|instead of|rather than|not|previously|earlier|against|compared with|down from|up from|after|versus|statt|"
    r"von|nicht|zuvor|bisher|gegenüber)\b|由|从|此前|原|而非|而不是|不是)\W*(?:\w+\W+){0,3}$",
    re.IGNORECASE,
)
_WORDS_AROUND = 8
_WORDS_NAMED = 3
_WORD = re.compile(rf"[{CJK}]{{2,4}}|[^\W\d_{CJK}][^\W{CJK}]*(?:['’-][^\W{CJK}]+)*")


def find_changes(
    analysis: Analysis,
    judged: Sequence[JudgedSentence],
    neighbours: Sequence[Neighbours],
    known: KnownBase,
) -> tuple[Change, ...]:
    """At most one change for each new sentence, in reading order, each value pair once."""
    changes: list[Change] = []
    told: set[tuple[str, str]] = set()
    for view, sentence, near in zip(analysis.sentences, judged, neighbours, strict=True):
        if not sentence.is_novel or not view.values:
            continue
        change = _named_change(view, near, known, analysis.language) or _silent_change(view, near, known, analysis.language)
        if change is not None and (change.old, change.new) not in told:
            told.add((change.old, change.new))
            changes.append(change)
    return tuple(changes)


def _named_change(
    view: SentenceView, near: Neighbours, known: KnownBase, language: str | None
) -> Change | None:
    """The new sentence names the old value itself, and a near known sentence holds it."""
    found = [quantity for quantity in quantities(view.text, language) if quantity.kind in _COMPARED_KINDS]
    for old in found:
        if not _OLD_VALUE.search(view.text[max(0, old.start - 60) : old.start]):
            continue
        source = _source_of_value(old.key, near)
        if source is None:
            continue
        partners = [new for new in found if new.key != old.key and _same_kind(new, old)]
        if partners:
            new = min(partners, key=lambda quantity: abs(quantity.start - old.start))
            return _change(view, new, old.text, source, known)
    return None


def _source_of_value(key: str, near: Neighbours) -> KnownSentence | None:
    for sentence, cosine in zip(near.sentences, near.cosines, strict=True):
        if key in sentence.view.values and cosine >= _LIKENESS / 2:
            return sentence
    return None


def _silent_change(
    view: SentenceView, near: Neighbours, known: KnownBase, language: str | None
) -> Change | None:
    """A near known sentence says the same with another value of the same unit, which this one does not repeat."""
    all_values = frozenset().union(*(sentence.view.values for sentence in near.sentences))
    fresh = [
        quantity
        for quantity in quantities(view.text, language)
        if quantity.kind in _COMPARED_KINDS and quantity.key not in all_values
    ]
    for sentence, cosine in zip(near.sentences, near.cosines, strict=True):
        if cosine < _LIKENESS:
            break
        for new in fresh:
            for old in quantities(sentence.view.text, language):
                if (
                    old.kind == new.kind
                    and old.key not in view.values
                    and _same_unit(new, old, language)
                    and _same_surroundings(view.text, new, sentence.view.text, old, language)
                ):
                    return _change(view, new, old.text, sentence, known)
    return None


def _same_kind(one: Quantity, two: Quantity) -> bool:
    return one.kind == two.kind or {one.kind, two.kind} <= {"count", "money"}


def _same_unit(one: Quantity, two: Quantity, language: str | None) -> bool:
    if one.unit is None or two.unit is None:
        return one.unit is two.unit
    return stems(one.unit, language) == stems(two.unit, language)


def _same_surroundings(text: str, new: Quantity, other: str, old: Quantity, language: str | None) -> bool:
    """True if the sentences share enough words besides their numbers."""
    one = {stem for stem in stems(text, language) if stem.isalpha()}
    two = {stem for stem in stems(other, language) if stem.isalpha()}
    return len(one & two) >= _SHARED_WORDS * max(1, min(len(one), len(two)))


def _change(view: SentenceView, new: Quantity, old_text: str, source: KnownSentence, known: KnownBase) -> Change:
    return Change(
        what=name_figure(view, new),
        old=old_text,
        new=new.text,
        old_text=source.view.text,
        new_text=view.text,
        old_source=known.source_of(source),
    )


def name_figure(view: SentenceView, quantity: Quantity) -> str:
    """What the figure measures, in the sentence's own words: the few most telling words around it, in their order."""
    words = [match for match in _WORD.finditer(view.text) if not quantity.start <= match.start() < quantity.end]
    near = sorted(words, key=lambda word: _distance(word, quantity))[:_WORDS_AROUND]
    weights = {word.start(): _weight(word.group(), view) / (2 + _distance(word, quantity) / 10) for word in near}
    best = sorted(near, key=lambda word: -weights[word.start()])[:_WORDS_NAMED]
    telling = [word.group() for word in sorted(best, key=lambda word: word.start()) if weights[word.start()] > 0]
    return ("" if cjk_share(view.text) > 0.3 else " ").join(telling) or quantity.unit or "figure"


def _distance(word: re.Match[str], quantity: Quantity) -> int:
    """Characters between a word and the figure; the words after it usually say what is counted."""
    return word.start() - quantity.end if word.start() >= quantity.end else 2 * (quantity.start - word.end())


def _weight(word: str, view: SentenceView) -> float:
    return max((weight for stem, weight in view.weights.items() if word.lower().startswith(stem[:4])), default=0.0)
