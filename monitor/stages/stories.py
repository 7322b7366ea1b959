"""Which story an article belongs to: reports of one event, in any language.

Each pair of articles gets a likelihood of telling one event (``events``). A second model weighs what the pairs say
together with what only the story as a whole shows: are the words and names that its reports share, and that other
stories lack, in the article too, and does any of its reports know what the article leads with? One look-alike pair joins
nothing: "the twelfth package" and "the thirteenth" share all but the names of the day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from math import log

import numpy as np

from monitor.model import Outcome, Reason
from monitor.stages.analysis import Analysis
from monitor.stages.events import MAX_AGE_DAYS, pair_signals
from monitor.stages.fitted import SAME_EVENT, SAME_STORY
from monitor.stages.known import KnownBase, KnownDocument

JOIN = 0.6
"""Probability from which an article joins a story."""

_MAX_COMPARED = 24
_MAX_REPORTS = 16
_EVIDENCE_LIMIT = 6.0
_CORE_SHARE = 0.6
_NAME_SHARE = 0.3
_UNKNOWN = 0.5
_MIN_ROUNDUP_STORIES = 3
_ROUNDUP_LIKENESS = 0.6
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
    for document in candidates(analysis, known, at=at):
        if document.analysis is not None and document.story_id is not None:
            signals = pair_signals(analysis, document.analysis, known, days=days_apart(at, document))
            members[document.story_id].append((SAME_EVENT.evidence(signals), document))
    best: tuple[str, float, KnownDocument | None] = ("", 0.0, None)
    for story_id, pairs in members.items():
        reports = [document.analysis for _, document in pairs if document.analysis is not None]
        signals = story_signals(analysis, reports, [evidence for evidence, _ in pairs], known)
        probability = SAME_STORY.probability(signals)
        if probability > best[1]:
            best = (story_id, probability, max(pairs, key=lambda pair: pair[0])[1])
    return best


def candidates(analysis: Analysis, known: KnownBase, *, at: datetime) -> list[KnownDocument]:
    """Recent articles with a story that are near in meaning, and of each of their stories the 16 nearest."""
    recent = [
        document
        for document in known.on_topic_documents()
        if document.story_id is not None
        and document.can_anchor
        and document.outcome is not Outcome.DUPLICATE
        and document.article.id != analysis.article.id
        and days_apart(at, document) <= MAX_AGE_DAYS
    ]
    if not recent:
        return []
    likeness = np.vstack([document.analysis.mean for document in recent if document.analysis]) @ analysis.mean
    nearest = [recent[int(place)] for place in np.argsort(-likeness, kind="stable")]
    stories = {document.story_id for document in nearest[:_MAX_COMPARED]}
    taken: Counter[str | None] = Counter()
    found = []
    for document in nearest:
        taken[document.story_id] += 1
        if document.story_id in stories and taken[document.story_id] <= _MAX_REPORTS:
            found.append(document)
    return found


def days_apart(at: datetime, document: KnownDocument) -> float:
    """Days between a moment and a document's publication, 0.0 if that is not known."""
    if document.published_at is None:
        return 0.0
    return abs((at - document.published_at).total_seconds()) / _SECONDS_A_DAY


def story_signals(
    analysis: Analysis, reports: Sequence[Analysis], evidence: Sequence[float], known: KnownBase
) -> dict[str, float]:
    """The signals of "this article belongs to the story of these reports"; *evidence* is that of each pair.

    ``best`` and ``average`` are evidence cut to +-6, ``reports`` is the natural log of their number, all others are
    shares in [0, 1] of weights. A word weighs by how rare it is in ordinary text and in all other known documents, so what
    tells this story from its look-alikes counts most.
    """
    n_reports = len(reports)
    counts = Counter(stem for report in reports for stem in report.lexical)
    n_others = max(1, known.n_analysed - n_reports) + 1

    def specific(stem: str) -> float:
        return max(0.0, log(n_others / (max(0, known.document_frequency.get(stem, 0) - counts[stem]) + 0.5)))

    core = {stem: weight * specific(stem) for stem, weight in _core(reports, counts).items()}
    lead = {stem: weight * specific(stem) for stem, weight in analysis.lead_terms.items()}
    own_names = {name: weight * specific(name) for name, weight in analysis.lead_names.items()}
    names = _names_of(reports)
    story_names = {name: weight * specific(name) for name, weight in names.items()}
    values = frozenset().union(*(report.values for report in reports))
    told = frozenset().union(*(report.names for report in reports))
    return evidence_signals(evidence) | {
        "core": _share(core, lambda stem: float(stem in analysis.lexical)),
        "lead": _share(lead, lambda stem: min(1.0, 2 * counts[stem] / n_reports)),
        "lead_anywhere": _share(lead, lambda stem: float(stem in counts)),
        "lead_names": _share(own_names, lambda name: float(name in told)),
        "story_names": _share(story_names, lambda name: float(name in analysis.names)),
        "lead_values": len(analysis.lead_values & values) / len(analysis.lead_values)
        if analysis.lead_values
        else _UNKNOWN,
        "reports": log(n_reports),
    }


def evidence_signals(evidence: Sequence[float]) -> dict[str, float]:
    """The best and the average evidence of the pairs."""
    strength = [max(-_EVIDENCE_LIMIT, min(_EVIDENCE_LIMIT, each)) for each in evidence]
    return {"best": max(strength), "average": sum(strength) / len(strength)}


def _core(reports: Sequence[Analysis], counts: Counter[str]) -> dict[str, float]:
    """The words that most of the reports share, with their mean weight; of a single report those of its lead."""
    if len(reports) == 1:
        return dict(reports[0].lead_terms)
    shared = {stem for stem, count in counts.items() if count >= _CORE_SHARE * len(reports)}
    return {stem: sum(report.lexical.get(stem, 0.0) for report in reports) / len(reports) for stem in shared}


def _names_of(reports: Sequence[Analysis]) -> dict[str, float]:
    """The names that at least three in ten of the reports lead with, weighed by that share."""
    counts = Counter(name for report in reports for name in report.lead_names)
    weights = {name: weight for report in reports for name, weight in report.lead_names.items()}
    n = len(reports)
    return {name: weights[name] * count / n for name, count in counts.items() if count >= _NAME_SHARE * n}


def _share(weights: Mapping[str, float], held: Callable[[str], float]) -> float:
    """Share of the weight that is held; half if there is nothing to hold."""
    total = sum(weights.values())
    return sum(weight * held(term) for term, weight in weights.items()) / total if total else _UNKNOWN


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
