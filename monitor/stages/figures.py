"""Figures that changed: a sentence gives another value for what a known sentence gave a value for.

Either the sentence says so itself ("60 days and not 90", "three more than first reported", see ``corrections``) and the
old value is known; or two values of one unit stand in sentences that mean the same and share most of their words besides
the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from monitor.model import Change, JudgedSentence
from monitor.ports import Vectors
from monitor.stages.analysis import Analysis, SentenceView
from monitor.stages.corrections import Correction, find_corrections, old_keys, says_change, says_until_now
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
_MAX_RATIO_SUGGESTED = 2.5
_REACH = 50  # characters on either side of a figure that say what it measures
_COMPARED_KINDS = frozenset({"count", "money", "percent", "date"})
_CHANGE_BONUS = 0.15
_ELSEWHERE = 0.15
_NEAR_ELSEWHERE = 0.6
_LIKENESS_PLAIN = (0.1, 0.25)
_LIKENESS_PLAIN_TELLING = (0.1, 0.12)
_LIKENESS_SUGGESTED = (0.4, 0.6)
_LIKENESS_BY_DIFFERENCE = (0.2, 0.4)
_LIKENESS_TELLING = 0.25
"""Likeness that the sentence with the old value must have: in the story, and elsewhere."""

_TELLING_DIGITS = 3
"""Significant digits from which an equal value is hardly chance."""

_TOLD_LIKENESS = (0.4, 0.6)
_ALIKE_THOUGH_KNOWN = 0.6
"""How much more alike two sentences must be to overrule that the new one seemed known."""

_MAX_RATIO = 4.0
_MAX_RATIO_NAMED = 20.0
_MAX_RATIO_SUGGESTED = 2.5
_REACH = 50  # characters on either side of a figure that say what it measures
_COMPARED_KINDS = frozenset({"count", "money", "percent", "date"})
_CHANGE_BONUS = 0.15
_ELSEWHERE = 0.15
_NEAR_ELSEWHERE = 0.6
_LIKENESS_STATED = {True: (0.15, 0.4), False: (0.4, 0.6)}
"""Likeness that the sentence with the old value must have, in the story and elsewhere, by whether the correction is
plain."""

_LIKENESS_BY_DIFFERENCE = (0.3, 0.5)
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
    documents = {known.sentences[place].document for place in earlier}
    changes: list[Change] = []
    told: set[tuple[str, str]] = set()
    replaced: set[str] = set()
    for place, (view, sentence, near) in enumerate(zip(analysis.sentences, judged, neighbours, strict=True)):
        if not view.values:
            continue
        vector = analysis.vectors[place]
        found = list(_stated(view, vector, earlier, known, analysis.language))
        if place + 1 < len(judged) and says_until_now(analysis.sentences[place + 1].text):
            found += _stated_next(view, analysis, place + 1, earlier, known)
        sources = _sources(vector, near, earlier, known)
        margin = 0.0 if sentence.is_novel else _ALIKE_THOUGH_KNOWN
        found += _alike(view, sources, found, analysis.language, margin=margin, documents=documents)
        for new, old_key, old_text, source in found:
            if (old_key, new.key) not in told and old_key not in replaced:
                told.add((old_key, new.key))
                replaced.add(old_key)
                changes.append(_change(view, new, old_text, source, known))
    return tuple(changes)


_Found = tuple[Quantity, str, str, KnownSentence]
"""New value, key and text of the old one, and the sentence that gave it."""


def _stated(
    view: SentenceView, vector: Vectors, earlier: Collection[int], known: KnownBase, language: str | None
) -> Iterator[_Found]:
    """The corrections that the sentence states, if the old value is known from a sentence about the same."""
    done: set[str] = set()
    for correction in find_corrections(view.text, language):
        new = correction.new
        if new.key in done or _AGE.match(view.text, new.end) or not _is_possible(correction):
            continue
        if _is_told(new.key, vector, earlier, known):
            continue
        bounds = _bounds(correction)
        for key in (key for key in old_keys(correction) if key not in done):
            source = _source_of(key, vector, earlier, known, bounds)
            old = (
                None
                if source is None
                else _quantity(source.view, key, new, known.documents[source.document].article.language)
            )
            if source is not None and old is not None:
                done |= {new.key, key}
                yield new, key, old.text, source
                break


def _stated_next(
    view: SentenceView, analysis: Analysis, place: int, earlier: Collection[int], known: KnownBase
) -> Iterator[_Found]:
    """What the sentence at *place* says of how things stood: "Until now it had spoken of 890 million"."""
    text, vector = analysis.sentences[place].text, analysis.vectors[place]
    for old in quantities(text, analysis.language):
        if old.kind not in _COMPARED_KINDS or old.unit is None:
            continue
        for new in quantities(view.text, analysis.language):
            if new.unit != old.unit or not _is_comparable(new, old) or _is_told(new.key, vector, earlier, known):
                continue
            source = _source_of(old.key, vector, earlier, known, _LIKENESS_BY_DIFFERENCE)
            if source is not None:
                yield new, old.key, old.text, source


def _bounds(correction: Correction) -> tuple[float, float]:
    if correction.old is None:
        in_story, elsewhere = _LIKENESS_BY_DIFFERENCE
        keys = old_keys(correction)
        return in_story, _LIKENESS_TELLING if keys and all(map(_is_telling, keys)) else elsewhere
    if not correction.is_plain:
        return _LIKENESS_SUGGESTED
    is_telling = correction.new.kind == "money" or _is_telling(correction.old.key)
    return _LIKENESS_PLAIN_TELLING if is_telling else _LIKENESS_PLAIN


def _is_telling(key: str) -> bool:
    return key[:1].isdigit() and len(key.replace(".", "").strip("0%")) >= _TELLING_DIGITS


def _is_possible(correction: Correction) -> bool:
    old, new = correction.old, correction.new
    if old is None or not old.value or not new.value or new.kind == "date":
        return True
    if new.kind == "money" and old.unit != new.unit:
        return False
    limit = _MAX_RATIO_NAMED if correction.is_plain else _MAX_RATIO_SUGGESTED
    return 1 / limit <= new.value / old.value <= limit


def _is_told(key: str, vector: Vectors, earlier: Collection[int], known: KnownBase) -> bool:
    """True if the story, or a near sentence elsewhere, gave the new value already."""
    return any(
        float(known.vectors[place] @ vector) >= (_TOLD_LIKENESS[place not in earlier])
        for place in known.sentences_with(key)
    )


def _source_of(
    key: str, vector: Vectors, earlier: Collection[int], known: KnownBase, bounds: tuple[float, float]
) -> KnownSentence | None:
    """The likest known sentence with the old value; *bounds* are for the story and for elsewhere."""
    best: tuple[float, int] | None = None
    for place in known.sentences_with(key):
        likeness = float(known.vectors[place] @ vector)
        if likeness >= bounds[place not in earlier] and (best is None or likeness > best[0]):
            best = (likeness, place)
    return None if best is None else known.sentences[best[1]]


def _quantity(view: SentenceView, key: str, new: Quantity, language: str | None) -> Quantity | None:
    return next((each for each in quantities(view.text, language) if each.key == key and each.kind == new.kind), None)


def _earlier_sentences(known: KnownBase, story_id: str | None) -> dict[int, None]:
    """Places of the known sentences that stand in articles of the story."""
    if story_id is None:
        return {}
    return {
        place: None
        for place, sentence in enumerate(known.sentences)
        if known.documents[sentence.document].story_id == story_id
    }


def _sources(
    vector: Vectors, near: Neighbours, earlier: Collection[int], known: KnownBase
) -> list[tuple[float, KnownSentence]]:
    """Sentences that may hold the old value, likest first: of the story, and near ones of the corpus."""
    found = [
        (cosine, sentence)
        for cosine, sentence in zip(near.cosines, near.sentences, strict=True)
        if cosine >= (_CORPUS_LIKENESS if known.documents[sentence.document].is_corpus else _NEAR_ELSEWHERE)
    ]
    if earlier:
        likeness = known.vectors[list(earlier)] @ vector
        found += [(float(cosine), known.sentences[place]) for cosine, place in zip(likeness, earlier, strict=True)]
    return sorted(found, key=lambda pair: -pair[0])


def _alike(
    view: SentenceView,
    sources: Sequence[tuple[float, KnownSentence]],
    stated: Sequence[_Found],
    language: str | None,
    *,
    margin: float,
    documents: Collection[int],
) -> list[_Found]:
    """Pairs of a new and an old value of the same thing by the likeness of what is said about them."""
    known_keys = frozenset().union(*(source.view.values for _, source in sources))
    settled = {key for new, old_key, _, _ in stated for key in (new.key, old_key)}
    found = []
    for new in quantities(view.text, language):
        if new.kind not in _COMPARED_KINDS or new.key in known_keys | settled or _AGE.match(view.text, new.end):
            continue
        best = _best_old_value(view, new, sources, language, margin=margin, documents=documents)
        if best is not None:
            found.append((new, best[0].key, best[0].text, best[1]))
    return found


def _best_old_value(
    view: SentenceView,
    new: Quantity,
    sources: Sequence[tuple[float, KnownSentence]],
    language: str | None,
    *,
    margin: float,
    documents: Collection[int],
) -> tuple[Quantity, KnownSentence] | None:
    """The old value whose sentence and surroundings are likest, None if none is like enough."""
    best: tuple[float, Quantity, KnownSentence] | None = None
    bonus = _CHANGE_BONUS if says_change(view.text) else 0.0
    for cosine, source in sources[:_N_SOURCES]:
        for old in quantities(source.view.text, language):
            if old.kind not in _COMPARED_KINDS or old.key in view.values or not _is_comparable(new, old):
                continue
            same_unit = _same_unit(new, old, language)
            around = _shared_surroundings(view.text, new, source.view.text, old, language)
            elsewhere = _ELSEWHERE if source.document not in documents else 0.0
            score = cosine + bonus - elsewhere + _UNIT_BONUS * same_unit + around
            if score >= margin + (_ALIKE if same_unit else _ALIKE_WITHOUT_UNIT) and (best is None or score > best[0]):
                best = (score, old, source)
    return None if best is None else (best[1], best[2])


def _is_comparable(new: Quantity, old: Quantity) -> bool:
    """True if one can be another value of the same thing: one kind, one currency, no wild ratio."""
    if new.kind != old.kind or new.key == old.key or not new.value or not old.value:
        return False
    if new.kind in ("money", "date") and new.unit != old.unit:
        return False
    return new.kind == "date" or 1 / _MAX_RATIO <= new.value / old.value <= _MAX_RATIO


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
