"""Why an article was left out, in words a reader understands."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Article, Dropped, JudgedArticle, Outcome, Reason, StoryMember

WAITS = "no room in this edition; offered again with the next"
NO_ROOM = "found no room in any edition for a week"


def describe_drop(
    judged: JudgedArticle, *, on_topic: bool, why: str | None = None, of: Article | StoryMember | None = None
) -> Dropped:
    """One line of the dropped page. *on_topic* is False when the article is none of this digest's topics.

    *why* is the reason for news that was left out; without it, an earlier edition showed all of it. *of* is what a
    copy is a copy of, where that is at hand.
    """
    article, verdict = judged.article, judged.verdict
    outcome, reason = verdict.outcome, describe(verdict.outcome, verdict.because)
    if outcome.is_kept and why is not None:
        reason = why
    elif outcome.is_kept and on_topic:
        outcome, reason = Outcome.KNOWN, "an earlier edition showed all of its news"
    elif outcome.is_kept:
        outcome, reason = Outcome.OFF_TOPIC, "not about this digest's topics"
    if of is not None:
        name = of.id if isinstance(of, Article) else of.article_id
        reason = reason.replace(f"article:{name}", "another article")
    known = (sentence.known_from for sentence in verdict.sentences if sentence.known_from is not None)
    source = of or (next(known, None) if outcome is Outcome.KNOWN else None)
    return Dropped(
        article_id=article.id,
        url=article.url,
        title=article.title,
        outlet=article.outlet,
        outcome=outcome,
        reason=reason,
        of_title=source.title if source else None,
        of_url=source.url if source else None,
    )


def describe(outcome: Outcome, because: Sequence[Reason]) -> str:
    """The deciding reason as a sentence fragment."""
    by_stage = {reason.stage: reason for reason in because}
    if "mark" in by_stage:
        return by_stage["mark"].detail or "marked by the reader"
    match outcome:
        case Outcome.DUPLICATE:
            reason = by_stage.get("dedup") or by_stage.get("address")
            if reason is None:
                return "copy of a known article"
            if reason.signal == "same_address":
                return "the same address came in another feed"
            if reason.signal == "same_text":
                return f"the same text as {_spell(reason.against)}"
            return f"copy of {_spell(reason.against)}: {reason.detail}"
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


def _spell(against: str | None) -> str:
    """The other side of a copy as a reader calls it: files of the corpus by their name."""
    kind, _, name = (against or "").partition(":")
    return f"{name} of your corpus" if kind == "corpus" else against or "another article"
