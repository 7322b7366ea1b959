"""Which story an article belongs to: reports of one event, in any language.

Pairs of articles get a probability of telling one event from a fitted logistic model (``fitted``); an article joins the
story to which its best and its average member agree, if that is likely enough. Judging a story by its average as well
keeps two look-alike events apart that share one sentence of background.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from math import log, log1p, sqrt

import numpy as np

from monitor.model import Outcome, Reason
from monitor.stages.analysis import Analysis
from monitor.stages.fitted import SAME_EVENT
from monitor.stages.known import KnownBase, KnownDocument

JOIN = 0.7
"""Agreement (mean of best and average pair probability) from which an article joins a story."""

_MAX_AGE_DAYS = 45.0
_MAX_COMPARED = 24
_N_ALIGNED = 5
_MIN_ROUNDUP_STORIES = 3
_ROUNDUP_LIKENESS = 0.6
_SMALL_NUMBER = 10
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChoice:
    """The story an article goes to: an existing one, or a new one when ``is_new``."""

    story_id: str
    is_new: bool
    is_roundup: bool
    reasons: tuple[Reason, ...]


def new_story_id(article_id: str) -> str:
    """The id of the story that begins with this article; the same article always begins the same story."""
    return "s" + blake2b(article_id.encode(), digest_size=6).hexdigest()


def choose_story(analysis: Analysis, known: KnownBase, *, at: datetime) -> StoryChoice:
    """The story of an article on topic that is no copy. *at* is when it was published or first seen."""
    own_id = new_story_id(analysis.article.id)
    stories_told = _stories_in_paragraphs(analysis, known)
    if len(stories_told) >= _MIN_ROUNDUP_STORIES:
        reason = Reason(stage="story", signal="roundup", score=float(len(stories_told)),
                        threshold=float(_MIN_ROUNDUP_STORIES), detail="tells several stories, joins none")  # fmt: skip
        return StoryChoice(story_id=own_id, is_new=True, is_roundup=True, reasons=(reason,))
    best_id, agreement, document = _best_story(analysis, known, at)
    if document is None or agreement < JOIN:
        near = () if document is None else (_reason("apart", agreement, document),)
        return StoryChoice(story_id=own_id, is_new=True, is_roundup=False, reasons=near)
    return StoryChoice(
        story_id=best_id, is_new=False, is_roundup=False, reasons=(_reason("joins", agreement, document),)
    )


def _reason(signal: str, agreement: float, document: KnownDocument) -> Reason:
    return Reason(
        stage="story", signal=signal, score=round(agreement, 3), threshold=JOIN,
        against=f"article:{document.article.id}", passage=document.article.title,
    )  # fmt: skip


def _best_story(analysis: Analysis, known: KnownBase, at: datetime) -> tuple[str, float, KnownDocument | None]:
    members: dict[str, list[tuple[float, KnownDocument]]] = defaultdict(list)
    for document in _candidates(analysis, known, at):
        if document.analysis is not None and document.story_id is not None:
            signals = pair_signals(analysis, document.analysis, known, days=_days_apart(at, document))
            members[document.story_id].append((SAME_EVENT.probability(signals), document))
    best: tuple[str, float, KnownDocument | None] = ("", 0.0, None)
    for story_id, pairs in members.items():
        strongest = max(pairs, key=lambda pair: pair[0])
        agreement = (strongest[0] + sum(probability for probability, _ in pairs) / len(pairs)) / 2
        if agreement > best[1]:
            best = (story_id, agreement, strongest[1])
    return best


def _candidates(analysis: Analysis, known: KnownBase, at: datetime) -> list[KnownDocument]:
    """Recent articles with a story that are near in meaning, and all members of their stories."""
    recent = [
        document
        for document in known.on_topic_documents()
        if document.story_id is not None
        and document.can_anchor
        and document.outcome is not Outcome.DUPLICATE
        and document.article.id != analysis.article.id
        and _days_apart(at, document) <= _MAX_AGE_DAYS
    ]
    if not recent:
        return []
    likeness = np.vstack([document.analysis.mean for document in recent if document.analysis]) @ analysis.mean
    nearest = [recent[int(place)] for place in np.argsort(-likeness)[:_MAX_COMPARED]]
    stories = {document.story_id for document in nearest}
    return [document for document in recent if document.story_id in stories]


def _days_apart(at: datetime, document: KnownDocument) -> float:
    if document.published_at is None:
        return 0.0
    return abs((at - document.published_at).total_seconds()) / _SECONDS_A_DAY


def pair_signals(one: Analysis, two: Analysis, known: KnownBase, *, days: float) -> dict[str, float]:
    """The signals of "these two tell one event".

    All are in [0, 1] but for ``days`` (natural log of 1 + days) and the two ``_above``: how much closer the articles are
    to each other than to the average article of the subject. In a narrow subject everything is alike; that is what these
    correct for.
    """
    n_documents = max(2, known.n_analysed)

    def specific(stem: str) -> float:
        # What every document of the subject says tells no two events apart.
        return max(0.0, log((n_documents + 1) / (known.document_frequency.get(stem, 0) + 0.5)))

    mean, lead = known.middle
    usual_meaning = float((one.mean + two.mean) @ mean) / 2
    usual_lead = float((one.lead + two.lead) @ lead) / 2
    shared_values = {value for value in one.values & two.values if _is_telling(value)}
    likeness = _rows(one) @ _rows(two).T
    closest = [np.sort(likeness.max(axis=axis))[::-1][:_N_ALIGNED].mean() for axis in (1, 0)]
    return {
        "words": _weighted_cosine(one.lexical, two.lexical, specific),
        "names": _shared_names(one.names, two.names, specific),
        "values": min(len(shared_values), 6) / 6,
        "value_share": len(shared_values) / max(1, min(len(one.values), len(two.values))),
        "meaning": float(one.mean @ two.mean),
        "lead": float(one.lead @ two.lead),
        "meaning_above": float(one.mean @ two.mean) - usual_meaning,
        "lead_above": float(one.lead @ two.lead) - usual_lead,
        "aligned": float(sum(closest)) / 2,
        "other_language": float(one.language != two.language),
        "days": log1p(min(days, _MAX_AGE_DAYS)),
    }


def _rows(analysis: Analysis) -> np.ndarray:
    if analysis.title_vector is None:
        return analysis.vectors if len(analysis.vectors) else analysis.mean[None, :]
    return np.vstack([analysis.title_vector[None, :], analysis.vectors])


def _is_telling(value: str) -> bool:
    """False for small counts and years, which any two articles share."""
    if not value.isdigit():
        return True
    return int(value) > _SMALL_NUMBER and not 1990 <= int(value) <= 2035


def _weighted_cosine(one: Mapping[str, float], two: Mapping[str, float], specific: Callable[[str], float]) -> float:
    first = {stem: weight * specific(stem) for stem, weight in one.items()}
    second = {stem: weight * specific(stem) for stem, weight in two.items()}
    dot = sum(weight * second.get(stem, 0.0) for stem, weight in first.items())
    if not dot:
        return 0.0
    lengths = sqrt(sum(w * w for w in first.values())) * sqrt(sum(w * w for w in second.values()))
    return dot / lengths


def _shared_names(one: frozenset[str], two: frozenset[str], specific: Callable[[str], float]) -> float:
    total = min(sum(specific(name) for name in one), sum(specific(name) for name in two))
    return sum(specific(name) for name in one & two) / total if total else 0.0


def _stories_in_paragraphs(analysis: Analysis, known: KnownBase) -> set[str]:
    """Stories of which at least one sentence in ten of the article is a close retelling."""
    if not len(known.sentences) or not len(analysis.vectors):
        return set()
    likeness = analysis.vectors @ known.vectors.T
    counts: dict[str, int] = defaultdict(int)
    for row in likeness:
        place = int(row.argmax())
        document = known.documents[known.sentences[place].document]
        if row[place] >= _ROUNDUP_LIKENESS and document.story_id and not document.is_corpus:
            counts[document.story_id] += 1
    enough = max(2, len(analysis.sentences) // 10)
    return {story for story, count in counts.items() if count >= enough}
