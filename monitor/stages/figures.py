"""Figures that changed: a new sentence gives another value for what a known sentence gave a value for.

Two values are of the same thing if they have one unit and stand in sentences that mean the same and share most of
their words besides the numbers, or if the new sentence itself names the old value ("up from 41 million", "not 96 as
first reported") and that value is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor.model import Change, JudgedSentence
from monitor.ports import Vectors
from monitor.stages.analysis import Analysis, SentenceView
from monitor.stages.known import KnownBase, KnownSentence
from monitor.stages.novelty import Neighbours
from monitor.text.numbers import Quantity, quantities
from monitor.text.tokens import CJK, cjk_share, stems

_CORPUS_LIKENESS = 0.5
_N_SOURCES = 40
_UNIT_BONUS = 0.35
_ALIKE = 1.1
_ALIKE_WITHOUT_UNIT = 1.15
_MAX_RATIO = 4.0
_MAX_RATIO_NAMED = 20.0
_REACH = 50  # characters on either side of a figure that say what it measures
_COMPARED_KINDS = frozenset({"count", "money", "percent"})
_OLD_VALUE = re.compile(
    r"(?:\b(?:from|instead of|rather than|not|previously|earlier|against|compared with|down from|up from|after|versus|statt|"
    r"von|nicht|zuvor|bisher|gegenüber)\b|由|从|此前|原|而非|而不是|不是)\W*(?:\w+\W+){0,3}$",
    re.IGNORECASE,
)
_AGE = re.compile(r"[\s-]*(?:years?[\s-]old|Jahre alt|jährige|岁)", re.IGNORECASE)
_WORDS_AROUND = 8
_WORDS_NAMED = 3
_WORD = re.compile(rf"[{CJK}]{{2,4}}|[^\W\d_{CJK}][^\W{CJK}]*(?:['’-][^\W{CJK}]+)*")


def find_changes(
    analysis: Analysis,
    judged: Sequence[JudgedSentence],
    neighbours: Sequence[Neighbours],
    known: KnownBase,
    *,
    story_id: str | None,
) -> tuple[Change, ...]:
    """The changed figures of the article's new sentences, in reading order, each value pair once.

    *story_id* is the story the article belongs to: only what was said there, or in the corpus, can have changed.
    """
    earlier = _earlier_sentences(known, story_id)
    changes: list[Change] = []
    told: set[tuple[str, str]] = set()
    replaced: set[str] = set()
    for place, (view, sentence, near) in enumerate(zip(analysis.sentences, judged, neighbours, strict=True)):
        if not sentence.is_novel or not view.values:
            continue
        sources = _sources(analysis.vectors[place], near, earlier, known)
        for new, old, source in _changed_values(view, sources, analysis.language):
            keys = (old.key, new.key)
            if keys not in told and old.key not in replaced:
                told.add(keys)
                replaced.add(old.key)
                changes.append(_change(view, new, old.text, source, known))
    return tuple(changes)


def _earlier_sentences(known: KnownBase, story_id: str | None) -> list[int]:
    """Places of the known sentences that stand in articles of the story."""
    if story_id is None:
        return []
    return [
        place
        for place, sentence in enumerate(known.sentences)
        if known.documents[sentence.document].story_id == story_id
    ]


def _sources(
    vector: Vectors, near: Neighbours, earlier: Sequence[int], known: KnownBase
) -> list[tuple[float, KnownSentence]]:
    """Sentences that may hold the old value, likest first: of the story, and near ones of the corpus."""
    found = [
        (cosine, sentence)
        for cosine, sentence in zip(near.cosines, near.sentences, strict=True)
        if known.documents[sentence.document].is_corpus and cosine >= _CORPUS_LIKENESS
    ]
    if earlier:
        likeness = known.vectors[list(earlier)] @ vector
        found += [(float(cosine), known.sentences[place]) for cosine, place in zip(likeness, earlier, strict=True)]
    return sorted(found, key=lambda pair: -pair[0])


def _changed_values(
    view: SentenceView, sources: Sequence[tuple[float, KnownSentence]], language: str | None
) -> Iterator[tuple[Quantity, Quantity, KnownSentence]]:
    """Pairs of a new and an old value of the same thing, each value of the sentence at most once."""
    in_text = quantities(view.text, language)
    known_keys = frozenset().union(*(source.view.values for _, source in sources))
    named_old = {
        quantity.key: quantity
        for quantity in in_text
        if quantity.kind in _COMPARED_KINDS
        and quantity.key in known_keys
        and _OLD_VALUE.search(view.text[max(0, quantity.start - 60) : quantity.start])
    }
    for new in in_text:
        if new.kind not in _COMPARED_KINDS or new.key in known_keys or _AGE.match(view.text, new.end):
            continue
        named = [old for old in named_old.values() if _is_comparable(new, old, by_name=True)]
        if named:
            old = min(named, key=lambda quantity: abs(quantity.start - new.start))
            source = next(source for _, source in sources if old.key in source.view.values)
            yield new, old, source
            named_old.pop(old.key)
            continue
        best = _best_old_value(view, new, sources, language)
        if best is not None:
            yield new, *best


def _best_old_value(
    view: SentenceView, new: Quantity, sources: Sequence[tuple[float, KnownSentence]], language: str | None
) -> tuple[Quantity, KnownSentence] | None:
    """The old value whose sentence and surroundings are likest, None if none is like enough."""
    best: tuple[float, Quantity, KnownSentence] | None = None
    for cosine, source in sources[:_N_SOURCES]:
        for old in quantities(source.view.text, language):
            if old.kind not in _COMPARED_KINDS or old.key in view.values or not _is_comparable(new, old, by_name=False):
                continue
            same_unit = _same_unit(new, old, language)
            around = _shared_surroundings(view.text, new, source.view.text, old, language)
            score = cosine + _UNIT_BONUS * same_unit + around
            if score >= (_ALIKE if same_unit else _ALIKE_WITHOUT_UNIT) and (best is None or score > best[0]):
                best = (score, old, source)
    return None if best is None else (best[1], best[2])


def _is_comparable(new: Quantity, old: Quantity, *, by_name: bool) -> bool:
    """True if one can be another value of the same thing: one kind, one currency, no wild ratio."""
    if new.kind != old.kind or new.key == old.key:
        return False
    if new.kind == "money" and new.unit != old.unit:
        return False
    if not new.value or not old.value:
        return False
    ratio = new.value / old.value
    limit = _MAX_RATIO_NAMED if by_name else _MAX_RATIO
    return 1 / limit <= ratio <= limit


def _same_unit(one: Quantity, two: Quantity, language: str | None) -> bool:
    if one.unit is None or two.unit is None:
        return one.unit is two.unit
    return stems(one.unit, language) == stems(two.unit, language)


def _shared_surroundings(text: str, new: Quantity, other: str, old: Quantity, language: str | None) -> float:
    """Share of the words near one figure that also stand near the other, in [0, 1]."""
    one, two = _surroundings(text, new, language), _surroundings(other, old, language)
    return len(one & two) / max(1, min(len(one), len(two)))


def _surroundings(text: str, quantity: Quantity, language: str | None) -> set[str]:
    around = text[max(0, quantity.start - _REACH) : quantity.start] + " " + text[quantity.end : quantity.end + _REACH]
    return {stem for stem in stems(around, language) if (stem.isalpha() and len(stem) > 2) or cjk_share(stem) > 0}


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
