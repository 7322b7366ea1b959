"""What a reader's mark does: to the verdict of the article, and to the relevance of others like it.

A mark reverses a verdict in sight: the new verdict carries a reason of stage ``mark``, and the old one stays in the
history, so that taking the mark back restores it. "wanted" and "off-topic" also move the topics: articles like a marked
one in rare words and meaning gain or lose up to ``MAX_MOVE`` of evidence, never more, however many are marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model import JudgedArticle, Mark, MarkKind, Outcome, Reason, Verdict
from monitor.stages.analysis import Analysis, cosine

STAGE = "mark"

MAX_MOVE = 1.5
"""Log odds by which marks can raise or lower relevance: from .5 to .82 or .18."""

_LIKE_FROM, _LIKE_FULLY = 0.35, 0.75
"""Likeness (mean of word and meaning cosine) where a mark begins to matter, and where it has its whole weight."""

_WORDS = {
    MarkKind.KNEW: "the reader knew it",
    MarkKind.NEW: "the reader calls it new",
    MarkKind.OFF_TOPIC: "the reader calls it off topic",
    MarkKind.WANTED: "the reader wants such articles",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Example:
    """A marked article as a measure for others; ``topic_ids`` are the topics it speaks for or against."""

    analysis: Analysis
    is_wanted: bool
    topic_ids: frozenset[str]


def needs_fresh_verdict(kind: MarkKind) -> bool:
    """True if the article has to be judged again with the wish to keep it."""
    return kind in (MarkKind.NEW, MarkKind.WANTED)


def moves_topics(kind: MarkKind) -> bool:
    """True if the mark tells what other articles the reader wants."""
    return kind in (MarkKind.WANTED, MarkKind.OFF_TOPIC)


def marked_verdict(before: Verdict, mark: Mark, fresh: Verdict | None = None) -> Verdict:
    """The verdict that a mark makes of *before*; *fresh* is the one with the wish to keep the article.

    What the reader knew or does not want has no new sentences. What the reader calls new and judgement did not has all
    its sentences for new ones, but those that say nothing.
    """
    reason = Reason(
        stage=STAGE, signal=mark.kind.value,
        detail=f"{_WORDS[mark.kind]}, marked {mark.marked_at:%Y-%m-%d}; judged {before.outcome.value} before",
    )  # fmt: skip
    if fresh is not None and needs_fresh_verdict(mark.kind):
        return replace(_kept(fresh, mark.marked_at), because=(reason, *fresh.because))
    outcome = Outcome.KNOWN if mark.kind is MarkKind.KNEW else Outcome.OFF_TOPIC
    return replace(
        before,
        outcome=outcome,
        of=None,
        story_id=before.story_id if outcome is Outcome.KNOWN else None,
        because=(reason, *before.because),
        sentences=tuple(replace(sentence, is_novel=False) for sentence in before.sentences),
        changes=(),
    )


def _kept(verdict: Verdict, marked_at: datetime) -> Verdict:
    sentences = verdict.sentences
    if not any(sentence.is_novel for sentence in sentences):
        tells_nothing = all(sentence.is_filler for sentence in sentences)
        sentences = tuple(
            replace(sentence, is_novel=tells_nothing or not sentence.is_filler, seen_at=marked_at)
            for sentence in sentences
        )
    outcome = verdict.outcome if verdict.outcome.is_kept else Outcome.UPDATE
    return replace(verdict, outcome=outcome, sentences=sentences)


def is_marked(verdict: Verdict) -> bool:
    """True for a verdict that a mark made."""
    return any(reason.stage == STAGE for reason in verdict.because)


def unmarked_verdict(history: Sequence[JudgedArticle]) -> Verdict | None:
    """The newest verdict of the program itself; *history* is oldest first."""
    return next((judged.verdict for judged in reversed(history) if not is_marked(judged.verdict)), None)


def move_of_marks(analysis: Analysis, examples: Sequence[Example], topic_id: str) -> tuple[float, Example | None]:
    """Log odds by which marked articles move an article's relevance, in [-MAX_MOVE, MAX_MOVE], and the likest of them.

    The likest wanted article pulls up, the likest unwanted one down.
    """
    pulls = [
        (_pull(analysis, example) * (1 if example.is_wanted else -1), example)
        for example in examples
        if topic_id in example.topic_ids and example.analysis.article.id != analysis.article.id
    ]
    if not pulls:
        return 0.0, None
    strengths = [0.0, *(pull for pull, _ in pulls)]
    move = MAX_MOVE * (max(strengths) + min(strengths))
    return move, max(pulls, key=lambda pair: abs(pair[0]))[1] if move else None


def _pull(analysis: Analysis, example: Example) -> float:
    likeness = (cosine(analysis.lexical, example.analysis.lexical) + float(analysis.mean @ example.analysis.mean)) / 2
    return min(1.0, max(0.0, (likeness - _LIKE_FROM) / (_LIKE_FULLY - _LIKE_FROM)))
