"""What a sentence adds to everything known: is it new, and if not, from where is it known?

Meaning decides, not wording. Each sentence is compared with its nearest known sentences in the encoder's space; what
they say together covers it or not; a figure or a name that none of them holds speaks for news however near the rest
is. A fitted logistic model (``fitted``) weighs these signals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.model import JudgedSentence
from monitor.stages.analysis import Analysis, SentenceView
from monitor.stages.fitted import NOVEL
from monitor.stages.known import KnownBase, KnownSentence
from monitor.text.normalise import text_hash

NOVEL_FROM = 0.45
"""Probability from which a sentence counts as new."""

NEWS_FROM = 0.75
"""Probability that at least one sentence of an article must reach for it to be news; the first report of an event has
many near 1.0."""

NEWS_FROM_IN_STORY = 0.5
"""The same for an article that joins a story: a follow-up repeats most of what is known and may add one small fact."""

NEWS_FROM_IN_BACKGROUND = 0.89
"""The same for an article that retells the corpus. It has many sentences in words never seen: its highest is .3 to .8
without news and mostly above .9 with one new fact (retellings of three subjects, each predicted from the others)."""

NEWS_FROM_TWICE = 0.8
"""Two sentences as sure as this are news where one would have to be surer: retellings without news have one at most."""

BACKGROUND_SHARE = 0.33
"""Share of sentences known from the corpus from which an article counts as background."""

_VETO_LIKENESS = 0.8
_VETO_PROBABILITY = 0.8
"""A sentence as near as this to a known one, with a value that nobody ever gave in place of another, is new."""

_N_NEAREST = 12
_N_COVER = 5
_N_VALUES = 8
_QUOTABLE = 0.45
"""Likeness from which a known sentence is worth quoting as the source."""

_MIN_WORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The nearest known sentences of one sentence, nearest first, with their cosines."""

    sentences: tuple[KnownSentence, ...]
    cosines: tuple[float, ...]


def find_neighbours(analysis: Analysis, known: KnownBase) -> list[Neighbours]:
    """For each sentence its nearest known ones; one matrix product for the whole article."""
    if not known.sentences or not len(analysis.vectors):
        return [Neighbours(sentences=(), cosines=())] * len(analysis.sentences)
    likeness = analysis.vectors @ known.vectors.T
    n_nearest = min(_N_NEAREST, likeness.shape[1])
    found = []
    for row in likeness:
        top = np.argpartition(-row, n_nearest - 1)[:n_nearest]
        top = top[np.argsort(-row[top], kind="stable")]
        found.append(
            Neighbours(
                sentences=tuple(known.sentences[int(place)] for place in top),
                cosines=tuple(float(row[place]) for place in top),
            )
        )
    return found


def novelty_signals(
    view: SentenceView,
    neighbours: Neighbours,
    known: KnownBase,
    *,
    is_foreign: bool,
    position: float,
    article_likeness: float,
) -> dict[str, float]:
    """The signals by name. ``position`` is the place in the article in [0, 1]."""
    cosines = [*neighbours.cosines, 0.0, 0.0, 0.0]
    near = [sentence.view for sentence in neighbours.sentences]
    mass = sum(view.weights.values()) or 1e-6
    together = frozenset().union(*(other.weights.keys() for other in near[:_N_COVER]))
    covered = sum(weight for stem, weight in view.weights.items() if stem in together) / mass
    singly = max(
        (sum(w for stem, w in view.weights.items() if stem in other.weights) / mass for other in near[:_N_COVER]),
        default=0.0,
    )
    values = frozenset().union(*(other.values for other in near[:_N_VALUES]))
    names = frozenset().union(*(other.names for other in near[:_N_VALUES]))
    unseen = [stem for stem in view.weights if stem not in known.seen_stems]
    n_new_names = len(view.names - names)
    return {
        "nearest": cosines[0],
        "second": cosines[1],
        "third": cosines[2],
        "covered": covered,
        "covered_singly": singly,
        "values": min(len(view.values), 6.0),
        "values_unseen_near": min(len(view.values - values), 5.0),
        "values_unseen": min(len(view.values - known.seen_values), 5.0),
        "words_unseen": min(len(unseen), 6.0),
        "mass_unseen": sum(view.weights[stem] for stem in unseen) / mass,
        "length": min(view.n_words, 40) / 10,
        "mass": min(mass, 150.0) / 100,
        "mass_uncovered": min(mass * (1 - covered), 150.0) / 100,
        "quote": float(view.is_quote),
        "names_unseen_near": min(n_new_names, 4.0),
        "name_share_unseen": n_new_names / max(1, len(view.names)),
        "foreign": float(is_foreign),
        "position": position,
        "article_likeness": article_likeness,
        "bare": float(not view.values and len(view.names) <= 1),
    }


def signals_of_all(analysis: Analysis, neighbours: Sequence[Neighbours], known: KnownBase) -> list[dict[str, float]]:
    """The signals of every sentence of an article."""
    nearest = sorted((near.cosines[0] if near.cosines else 0.0 for near in neighbours), reverse=True)
    likeness = sum(nearest[:3]) / max(1, len(nearest[:3]))
    return [
        novelty_signals(
            view, near, known,
            is_foreign=analysis.language != "en",
            position=place / max(1, len(analysis.sentences)),
            article_likeness=likeness,
        )
        for place, (view, near) in enumerate(zip(analysis.sentences, neighbours, strict=True))
    ]  # fmt: skip


def judge_sentences(
    analysis: Analysis, neighbours: Sequence[Neighbours], known: KnownBase
) -> tuple[JudgedSentence, ...]:
    """Every sentence with its verdict; ``score`` is the probability that it is known."""
    judged: list[JudgedSentence] = []
    inside: set[str] = set()
    for view, near, signals in zip(
        analysis.sentences, neighbours, signals_of_all(analysis, neighbours, known), strict=True
    ):
        key = text_hash(view.text)
        novel = 0.0 if key in inside or view.n_words < _MIN_WORDS else _probability(view, near, signals)
        inside.add(key)
        is_novel = novel >= NOVEL_FROM
        source = None
        if not is_novel and near.cosines and near.cosines[0] >= _QUOTABLE:
            source = known.source_of(near.sentences[0])
        judged.append(
            JudgedSentence(
                text=view.text,
                is_novel=is_novel,
                score=round(1 - novel, 4),
                known_from=source,
                is_filler=not is_novel and source is None,
            )
        )
    return tuple(judged)


def _probability(view: SentenceView, near: Neighbours, signals: Mapping[str, float]) -> float:
    """That a sentence is new; a changed figure vetoes "known", however near the rest of the sentence is.

    Changed means replaced: the near sentence gave a value that this one does not. A value that merely joins ("the
    order of Thursday", "the order of September 3") is left to the model.
    """
    novel = NOVEL.probability(signals)
    is_near = signals["values_unseen"] >= 1 and signals["nearest"] >= _VETO_LIKENESS
    if is_near and near.sentences[0].view.values - view.values:
        return max(novel, _VETO_PROBABILITY)
    return novel


def is_background(sentences: Sequence[JudgedSentence]) -> bool:
    """True if an article mostly retells the corpus: it tells no event that later reports could belong to."""
    n_from_corpus = sum(
        not sentence.is_novel and sentence.known_from is not None and sentence.known_from.kind == "corpus"
        for sentence in sentences
    )
    return n_from_corpus >= BACKGROUND_SHARE * max(1, len(sentences))


def news_threshold(sentences: Sequence[JudgedSentence], *, joins_story: bool) -> float:
    """How sure the surest new sentence must be for these sentences to be news."""
    if is_background(sentences):
        return NEWS_FROM_IN_BACKGROUND
    return NEWS_FROM_IN_STORY if joins_story else NEWS_FROM


def has_news(sentences: Sequence[JudgedSentence], threshold: float) -> bool:
    """True if one new sentence is as sure as *threshold* asks, or two nearly are."""
    sure = sorted((1 - sentence.score for sentence in sentences if sentence.is_novel), reverse=True)
    return sure[:1] >= [threshold] or sure[1:2] >= [NEWS_FROM_TWICE]
