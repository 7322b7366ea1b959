"""Why an article was left out, in words a reader understands."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Dropped, JudgedArticle, Outcome, Reason

def describe_drop(judged: JudgedArticle, *, on_topic: bool, why: str | None = None) -> Dropped:
    """One line of the dropped page. *on_topic* is False when the article is none of this digest's topics.

    *why* is the reason for news that was left out; without it, an earlier edition showed all of it.
    """
    article, verdict = judged.article, judged.verdict
    outcome, reason = verdict.outcome, describe(verdict.outcome, verdict.because)
    if outcome.is_kept and why is not None:
        reason = why
    elif outcome.is_kept and on_topic:
        outcome, reason = Outcome.KNOWN, "an earlier edition showed all of its news"
    elif outcome.is_kept:
        outcome, reason = Outcome.OFF_TOPIC, "not about this digest's topics"
    source = next((s.known_from for s in verdict.sentences if s.known_from is not None), None)
    return Dropped(
        article_id=article.id,
        url=article.url,
        title=article.title,
        outlet=article.outlet,
        outcome=outcome,
        reason=reason,
        of_title=source.title if source and outcome is Outcome.KNOWN else None,
        of_url=source.url if source and outcome is Outcome.KNOWN else None,
    )


def describe(outcome: Outcome, because: Sequence[Reason]) -> str:
    """The deciding reason as a sentence fragment."""
    by_stage = {reason.stage: reason for reason in because}
    match outcome:
        case Outcome.DUPLICATE:
            reason = by_stage.get("dedup") or by_stage.get("address")
            if reason is None:
                return "copy of a known article"
            if reason.signal == "same_address":
                return "the same address came in another feed"
            if reason.signal == "same_text":
                return f"the same text as {reason.against}"
            return f"copy of {reason.against}: {reason.detail}"
        case Outcome.KNOWN:
            if "age" in by_stage:
                return "older than news may be when it was first seen"
            novelty = by_stage.get("novelty")
            return f"tells nothing new: {novelty.detail}" if novelty else "tells nothing that was not shown already"
        case Outcome.OFF_TOPIC:
            scores = [reason for reason in because if reason.stage == "match" and reason.score is not None]
            best = max(scores, key=lambda reason: reason.score or 0.0, default=None)
            if best is None:
                return "not about this digest's topics"
            return (
                f"not about a topic: nearest {best.signal.split(':')[0]} with {best.score:.2f} of {best.threshold:.2f}"
            )
        case Outcome.FAILED:
            return "; ".join(reason.detail or reason.signal for reason in because) or "could not be read"
        case _:
            return "kept"
