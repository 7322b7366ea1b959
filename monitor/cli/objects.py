"""The JSON of the contract, made of the program's own values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.library import Library
from monitor.model import JudgedArticle, JudgedSentence, KnownFrom, Outcome, Page, Reason, Story
from monitor.pipeline import FetchReport


def time(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC with ``Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def fetch_object(report: FetchReport, seconds: float) -> dict[str, Any]:
    """``fetch --json``."""
    return {
        "feeds": {"polled": report.polled, "not_modified": report.not_modified, "failed": report.failed_feeds},
        "entries": {"new": report.new_entries},
        "articles": {outcome.value: report.outcomes[outcome] for outcome in Outcome},
        "errors": report.errors,
        "remarks": report.remarks,
        "seconds": round(seconds, 1),
    }


def import_object(report: FetchReport, library: Library, seconds: float) -> dict[str, Any]:
    """``import --json``."""
    return {
        "read": len(library.items),
        "skipped": dict(library.n_skipped),
        "articles": {outcome.value: report.outcomes[outcome] for outcome in Outcome},
        "errors": [{"file": problem.path, "detail": problem.detail} for problem in library.problems],
        "seconds": round(seconds, 1),
    }


def article_object(judged: JudgedArticle) -> dict[str, Any]:
    """One line of ``articles --json``."""
    article, verdict = judged.article, judged.verdict
    return {
        "id": article.id,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "outlet": article.outlet,
        "language": article.language,
        "authors": list(article.authors),
        "published": time(article.published_at),
        "first_seen": time(article.first_seen_at),
        "outcome": verdict.outcome.value,
        "of": verdict.of,
        "topics": [{"id": match.topic_id, "score": round(match.score, 4)} for match in verdict.matches],
        "story": verdict.story_id,
        "roundup": verdict.is_roundup,
        "revision": judged.revision,
        "judged": time(judged.judged_at),
        "because": [reason_object(reason) for reason in verdict.because],
        "sentences": [_sentence_object(sentence) for sentence in verdict.sentences],
        "changed": [
            {"what": change.what, "old": change.old, "new": change.new, "old_source": _source_object(change.old_source)}
            for change in verdict.changes
        ],
    }


def reason_object(reason: Reason) -> dict[str, Any]:
    """One entry of ``because``; what is absent is left out, but for score and threshold."""
    found: dict[str, Any] = {
        "stage": reason.stage, "signal": reason.signal, "score": reason.score, "threshold": reason.threshold,
        "against": reason.against,
    }  # fmt: skip
    if reason.passage is not None:
        found["passage"] = reason.passage
    if reason.own_passage is not None:
        found["own_passage"] = reason.own_passage
    if reason.detail is not None:
        found["detail"] = reason.detail
    return found


def _sentence_object(sentence: JudgedSentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "novel": sentence.is_novel,
        "score": sentence.score,
        "known_from": _source_object(sentence.known_from) if sentence.known_from else None,
    }


def _source_object(source: KnownFrom) -> dict[str, Any]:
    return {"kind": source.kind, "id": source.id, "url": source.url, "title": source.title, "text": source.text}


def story_object(story: Story) -> dict[str, Any]:
    """One line of ``stories --json``."""
    return {
        "id": story.id,
        "headline": story.headline,
        "first_seen": time(story.first_seen_at),
        "last_seen": time(story.last_seen_at),
        "articles": [
            {
                "id": member.article_id, "url": member.url, "title": member.title, "outlet": member.outlet,
                "published": time(member.published_at), "language": member.language, "role": member.role.value,
            }
            for member in story.members
        ],
    }  # fmt: skip


def page_object(page: Page, url: str | None) -> dict[str, Any]:
    """One line of ``extract --json``."""
    return {
        "url": page.url or url,
        "canonical_url": page.canonical_url,
        "title": page.title,
        "standfirst": page.standfirst,
        "text": page.text,
        "authors": list(page.authors),
        "published": time(page.published_at),
        "modified": time(page.modified_at),
        "language": page.language,
        "outlet": page.outlet,
        "image": page.image,
        "problem": page.problem,
    }
