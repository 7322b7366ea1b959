"""Is an article a copy of something known, or does it hold a known text, or part of one?

Word-run fingerprints in an inverted index answer both directions at once: what share of this text stands in a known
one, and what share of the known one stands here. A changed figure vetoes: two texts that differ only in their numbers
are two reports ("the 12th package", "the 13th"), not one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from monitor.model import Article, Reason
from monitor.stages.known import KnownBase, KnownDocument, name_of
from monitor.text.fingerprints import RUN, SAMPLE, prints
from monitor.text.normalise import text_hash
from monitor.text.numbers import quantities
from monitor.text.tokens import characters_and_words

COPY_SHARE = 0.6
"""Share of a text that must stand in a known one for a copy. Labelled wire copies with a paragraph cut and one added
have .70 to .95; the most similar independent reports of one event stay below .15 (development months, 2026-11)."""

CONTAINED_SHARE = 0.7
"""Share of a known text that must stand in this one for "holds a copy"."""

_MIN_PRINTS = 6
"""Fewer sampled prints (about 17 words) say nothing about copying."""

_SAME_SENTENCE = 0.6
_COPIED_SENTENCE = 0.5
_REACH = 150
"""Sentences up and down among which the original is sought: a copy keeps the order, and a book must not take minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFinding:
    """The known text an article shares most with.

    ``share`` is how much of the article stands there, ``holds`` how much of it stands in the article. ``own`` are
    the places of the article's sentences that do not come from any known text. ``changed`` is a pair of sentences
    (article, known) that differ in a figure, None if there is none.
    """

    document: KnownDocument
    share: float
    holds: float
    own: tuple[int, ...]
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
        """The finding as a line of ``because``."""
        signal = "containment" if self.share >= self.holds else "contains"
        score, threshold = (self.share, COPY_SHARE) if signal == "containment" else (self.holds, CONTAINED_SHARE)
        detail = f"{self.share:.0%} of this text stands there, {self.holds:.0%} of that text stands here"
        if self.changed is not None:
            detail += f'; but a figure differs: "{self.changed[0]}" / "{self.changed[1]}"'
        return Reason(
            stage="dedup", signal=signal, score=round(score, 3), threshold=threshold,
            against=name_of(self.document), detail=detail,
        )  # fmt: skip


def find_same_text(article: Article, known: KnownBase) -> KnownDocument | None:
    """The document whose normalised text is the same."""
    return known.find_by_hash(text_hash(" ".join(article.sentences))) if article.sentences else None


def find_copy(article: Article, article_prints: np.ndarray, known: KnownBase) -> CopyFinding | None:
    """The document that shares most with the article, None if nothing worth telling is shared.

    Cost: one look-up a print, then exact work against the best document only.
    """
    if len(article_prints) < _MIN_PRINTS:
        return None
    counts = known.shared_prints(article_prints)
    best = _strongest(article, article_prints, known, counts)
    if best is None:
        return None
    document, n_shared = known.documents[best], counts[best]
    return CopyFinding(
        document=document,
        share=n_shared / len(article_prints),
        holds=n_shared / document.n_prints,
        own=own_sentences(article, known),
        changed=find_changed_figure(article.sentences, document.article.sentences, article.language),
    )


def _strongest(article: Article, article_prints: np.ndarray, known: KnownBase, counts: Mapping[int, int]) -> int | None:
    """The document that is copied or held.

    What is on topic comes first: a page may hold a corpus article and, for the greater part, one about something else.
    """
    best: tuple[bool, float, int] | None = None
    for number, n_shared in counts.items():
        document = known.documents[number]
        if document.n_prints < _MIN_PRINTS or document.article.id == article.id:
            continue
        share, holds = n_shared / len(article_prints), n_shared / document.n_prints
        if share >= COPY_SHARE or (holds >= CONTAINED_SHARE and document.is_on_topic):
            candidate = (document.is_on_topic, max(share, holds), -number)
            best = max(best, candidate) if best is not None else candidate
    return None if best is None else -best[2]


def own_sentences(article: Article, known: KnownBase) -> tuple[int, ...]:
    """Places of the sentences whose word runs are mostly unknown; very short ones go with their neighbours' verdict."""
    own = []
    for place, sentence in enumerate(article.sentences):
        if len(characters_and_words(sentence)) < RUN + SAMPLE:
            continue
        values = prints(sentence)
        if sum(known.has_print(int(value)) for value in values) < _COPIED_SENTENCE * len(values):
            own.append(place)
    return tuple(own)


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
