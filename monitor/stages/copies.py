"""Is an article a copy of something known, or does it hold a known text, or part of one?

Fingerprints name the few known texts that may share a passage; those are compared word by word, both ways: what share
of this text stands there, and what share of that one stands here. A changed figure vetoes: two texts that differ only
in their numbers are two reports ("the 12th package", "the 13th"), not one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.model import Article, Reason
from monitor.stages.known import KnownBase, KnownDocument, name_of
from monitor.text.fingerprints import RUN, SURELY_FOUND, Prints, copy_words, run_hashes, spans
from monitor.text.normalise import text_hash
from monitor.text.numbers import quantities
from monitor.text.tokens import CJK, characters_and_words

COPY_SHARE = 0.6
"""Share of a text's words that must stand in a known one for a copy."""

CONTAINED_SHARE = 0.7
"""Share of a known text that must stand in this one for "holds a copy"."""

PASSAGE_WORDS = 25
"""Words in a row from which a shared passage is worth telling although it decides nothing."""

_QUOTED_WORDS = 60
_CHINESE_GAP = re.compile(rf"(?<=[{CJK}。！？；”]) (?=[{CJK}“])")
_SAME_SENTENCE = 0.6
_COPIED_SENTENCE = 0.5
_REACH = 150
"""Sentences up and down among which the original is sought: a copy keeps the order, and a book must not take minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFinding:
    """The known text an article shares most with.

    ``share`` is how much of the article's words stands there, ``holds`` how much of that text stands in the article.
    ``own`` are the places of the article's sentences that do not come from any known text, ``passage`` the longest that
    both share, as it is written here and there. ``changed`` is a pair of sentences (article, known) that differ in a
    figure, None if there is none.
    """

    document: KnownDocument
    share: float
    holds: float
    own: tuple[int, ...]
    passage: tuple[str, str]
    changed: tuple[str, str] | None

    @property
    def is_copy(self) -> bool:
        """Most of the article is a known text, and no figure was changed."""
        return self.share >= COPY_SHARE and self.changed is None

    @property
    def is_container(self) -> bool:
        """The article holds most of a known text as it was, no figure changed, and has more besides."""
        return self.holds >= CONTAINED_SHARE and self.changed is None and not self.is_copy

    def reason(self) -> Reason:
        """The finding as a line of ``because``; the differing sentences take the place of the passage."""
        signal = "containment" if self.share >= self.holds else "contains"
        score, threshold = (self.share, COPY_SHARE) if signal == "containment" else (self.holds, CONTAINED_SHARE)
        detail = f"{self.share:.0%} of this text stands there, {self.holds:.0%} of that text stands here"
        own, other = self.passage
        if self.changed is not None:
            own, other = self.changed
            detail += f'; but a figure differs: "{own}" / "{other}"'
        elif score < threshold:
            signal = "passage"
        return Reason(
            stage="dedup", signal=signal, score=round(score, 3), threshold=threshold,
            against=name_of(self.document), passage=other, own_passage=own, detail=detail,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Overlap:
    """Two texts held against each other: ``covered`` tells of each word of the article whether it stands there."""

    document: KnownDocument
    covered: NDArray[np.bool_]
    share: float
    holds: float


def find_same_text(article: Article, known: KnownBase) -> KnownDocument | None:
    """The document whose normalised text is the same."""
    return known.find_by_hash(text_hash(" ".join(article.sentences))) if article.sentences else None


def find_copy(article: Article, article_prints: Prints, known: KnownBase) -> CopyFinding | None:
    """The document that shares most with the article, None if nothing worth telling is shared.

    Cost: one look-up of the fingerprints, then exact work against at most twelve documents.
    """
    text = " ".join(article.sentences)
    words = copy_words(text)
    if len(words) < SURELY_FOUND:
        return None
    hashes = run_hashes(words)
    overlaps = [
        _overlap(hashes, len(words), document)
        for document in known.find_similar(article_prints)
        if document.article.id != article.id
    ]
    best = _strongest(overlaps)
    if best is None:
        return None
    passage, n_words = _longest_passage(text, hashes, best)
    if best.share < COPY_SHARE and best.holds < CONTAINED_SHARE and n_words < PASSAGE_WORDS:
        return None
    return CopyFinding(
        document=best.document,
        share=best.share,
        holds=best.holds,
        own=_own_sentences(article, overlaps),
        passage=passage,
        changed=find_changed_figure(article.sentences, best.document.article.sentences, article.language),
    )


def _overlap(hashes: Prints, n_words: int, document: KnownDocument) -> _Overlap:
    others = copy_words(" ".join(document.article.sentences))
    other_hashes = run_hashes(others)
    covered = _covered(np.isin(hashes, other_hashes), n_words)
    is_too_short = len(others) < SURELY_FOUND  # less than this says nothing about copying
    holds = 0.0 if is_too_short else float(_covered(np.isin(other_hashes, hashes), len(others)).mean())
    return _Overlap(document=document, covered=covered, share=float(covered.mean()), holds=holds)


def _covered(is_shared: NDArray[np.bool_], n_words: int) -> NDArray[np.bool_]:
    """For each word whether it lies in a shared run; *is_shared* has one value a run."""
    covered = np.zeros(n_words, dtype=np.bool_)
    for place in range(min(RUN, n_words)):
        covered[place : place + len(is_shared)] |= is_shared
    return covered


def _strongest(overlaps: Sequence[_Overlap]) -> _Overlap | None:
    """The document that is copied or held, or else the one that shares most.

    What is on topic comes first: a page may hold a corpus article and, for the greater part, one about something else.
    """

    def strength(overlap: _Overlap) -> tuple[bool, bool, float]:
        is_on_topic = overlap.document.is_on_topic
        decides = overlap.share >= COPY_SHARE or (overlap.holds >= CONTAINED_SHARE and is_on_topic)
        return decides, is_on_topic, max(overlap.share, overlap.holds)

    return max(overlaps, key=strength, default=None)


def _own_sentences(article: Article, overlaps: Sequence[_Overlap]) -> tuple[int, ...]:
    """Places of the sentences that stand in none of the texts; very short ones go with their neighbours' verdict."""
    covered = np.logical_or.reduce([overlap.covered for overlap in overlaps])
    own, start = [], 0
    for place, sentence in enumerate(article.sentences):
        n_words = len(copy_words(sentence))
        if n_words > RUN + 1 and covered[start : start + n_words].mean() < _COPIED_SENTENCE:
            own.append(place)
        start += n_words
    return tuple(own)


def _longest_passage(text: str, hashes: Prints, overlap: _Overlap) -> tuple[tuple[str, str], int]:
    """The longest passage in a row that both share, as written in each, cut to a paragraph; and its words in all."""
    other = " ".join(overlap.document.article.sentences)
    place_of = {value: place for place, value in reversed(list(enumerate(run_hashes(copy_words(other)).tolist())))}
    best = (0, 0, 0)
    length = last = -1
    for place, value in enumerate(hashes.tolist()):
        there = place_of.get(value, -1)
        length = 0 if there < 0 else length + 1 if there == last + 1 and length > 0 else 1
        last = there
        if length > best[0]:
            best = (length, place - length + 1, there - length + 1)
    n_runs, here, there = best
    if not n_runs:
        return ("", ""), 0
    n_words = n_runs + RUN - 1
    return (_quote(text, here, n_words), _quote(other, there, n_words)), n_words


def _quote(text: str, first: int, n_words: int) -> str:
    """*n_words* words of *text* as they are written there, cut to a paragraph."""
    places = spans(text)
    last = min(first + min(n_words, _QUOTED_WORDS), len(places)) - 1
    cut = " …" if n_words > _QUOTED_WORDS else ""
    return _CHINESE_GAP.sub("", text[places[first][0] : places[last][1]]) + cut


def find_changed_figure(new: Sequence[str], old: Sequence[str], language: str | None) -> tuple[str, str] | None:
    """A sentence pair that says the same with another number, None if every shared sentence kept its figures.

    A sentence is held against the old one that is nearest in words, so that a line of a list is not mistaken for its
    neighbour of the same pattern.
    """
    old_hashes = {text_hash(sentence) for sentence in old}
    old_words = [(frozenset(_plain_words(sentence)), sentence) for sentence in old]
    for place, sentence in enumerate(new):
        if text_hash(sentence) in old_hashes:
            continue
        words = frozenset(_plain_words(sentence))
        values = _values(sentence, language)
        if len(words) < 4 or not values:
            continue
        around = old_words[max(0, place - _REACH) : place + _REACH]
        others = [(other, _values(other, language)) for other in _nearest_in_words(words, around)]
        if others and all(values - other_values and other_values - values for _, other_values in others):
            return sentence, others[0][0]
    return None


def _nearest_in_words(words: frozenset[str], old: Sequence[tuple[frozenset[str], str]]) -> list[str]:
    """The sentences with the greatest Jaccard coefficient, if it is one of "says the same"."""
    nearest: list[str] = []
    best = _SAME_SENTENCE
    for other, sentence in old:
        if min(len(words), len(other)) < best * max(len(words), len(other)):
            continue  # cannot reach it
        likeness = len(words & other) / len(words | other)
        if likeness > best or (likeness == best and not nearest):
            nearest, best = [sentence], likeness
        elif likeness == best:
            nearest.append(sentence)
    return nearest


@lru_cache(maxsize=4096)
def _values(sentence: str, language: str | None) -> frozenset[str]:
    return frozenset(quantity.key for quantity in quantities(sentence, language))


def _plain_words(sentence: str) -> list[str]:
    return [word for word in characters_and_words(sentence) if not any(char.isdigit() for char in word)]
