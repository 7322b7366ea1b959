"""A reader's mark: the verdict it reverses and the mark itself, stored in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from monitor import pipeline
from monitor.app.desk import load_corpus, open_desk
from monitor.app.locking import work_lock
from monitor.app.opening import App, open_reader
from monitor.errors import MonitorError
from monitor.model import (
    Article,
    ArticleKeys,
    JudgedArticle,
    KnownRecord,
    Mark,
    MarkKind,
    Outcome,
    Role,
    Story,
    Verdict,
)
from monitor.pipeline import Progress
from monitor.ports import Embedder
from monitor.stages.marking import marked_verdict, needs_fresh_verdict, unmarked_verdict
from monitor.text.fingerprints import prints, to_bytes
from monitor.text.tokens import search_terms
from monitor.text.urls import url_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """An article after marking: ``mark`` is None when it was taken back, ``before`` what it was judged until then."""

    judged: JudgedArticle
    mark: Mark | None
    before: Outcome


async def mark_article(
    app: App, ref: str, kind: MarkKind, *, progress: Progress = pipeline.quiet, embedder: Embedder | None = None
) -> Marked:
    """Mark the article with that id or address; the mark takes the place of an earlier one.

    "new" and "wanted" have the article judged again with the wish to keep it, which needs everything known: seconds.
    MonitorError if there is no such article.
    """
    async with work_lock(app, progress):
        record = _find(app, ref)
        article = record.judged.article
        history = [judged for _, judged in app.store.articles.load_history(article.id)]
        plain = unmarked_verdict(history) or record.judged.verdict
        mark = Mark(article_id=article.id, kind=kind, marked_at=app.now)
        fresh = await _judge_again(app, article, embedder) if needs_fresh_verdict(kind) else None
        return _save(app, record, marked_verdict(plain, mark, fresh), mark)


async def unmark_article(app: App, ref: str, *, progress: Progress = pipeline.quiet) -> Marked:
    """Take the mark of an article back: its verdict is what it was before. MonitorError if it has none."""
    async with work_lock(app, progress):
        record = _find(app, ref)
        article = record.judged.article
        if all(mark.article_id != article.id for mark in app.store.articles.load_marks()):
            raise MonitorError(f"{ref}: this article has no mark; `monitor marks list` shows those that have")
        history = [judged for _, judged in app.store.articles.load_history(article.id)]
        return _save(app, record, unmarked_verdict(history) or record.judged.verdict, None)


def _find(app: App, ref: str) -> KnownRecord:
    ref = ref.strip().removeprefix("article:")
    key = url_key(ref)
    judged = app.store.articles.find_judged(ref, url_key=key)
    if judged is None and key is not None:
        entries = app.store.feeds.find_entries(link_key=key, article_id=None)
        ids = [
            entry.article_id for entry, outcome, _, _ in entries if outcome is Outcome.DUPLICATE and entry.article_id
        ]
        judged = app.store.articles.find_judged(ids[0]) if ids else None
    record = app.store.articles.find_known(article_id=judged.article.id) if judged is not None else None
    if record is None:
        raise MonitorError(f"no article {ref} was judged up to now; `monitor articles` and `monitor search` list them")
    return record


async def _judge_again(app: App, article: Article, embedder: Embedder | None) -> Verdict:
    """The verdict on *article* as if it had come in now and had to be kept."""
    async with open_reader(app) as reader:
        corpus = await load_corpus(app, reader)
    desk = open_desk(app, [item.article for item in corpus.items], embedder=embedder, without=article.id)
    return desk.judge.judge(article, now=app.now, is_wanted=True).verdict


def _save(app: App, record: KnownRecord, verdict: Verdict, mark: Mark | None) -> Marked:
    article, before = record.judged.article, record.judged.verdict
    judged = JudgedArticle(article=article, verdict=verdict, revision=record.judged.revision, judged_at=app.now)
    text = " ".join(article.sentences)
    # A copy has no fingerprints of its own until it counts as an article of its own.
    is_indexed = bool(record.keys.prints) or before.of is None
    raw = b"" if is_indexed or verdict.of is not None else to_bytes(prints(text))
    app.store.articles.save_judged(
        judged,
        ArticleKeys(url_key=record.keys.url_key, text_hash=record.keys.text_hash, prints=raw),
        entry_seq=None,
        story=_story(app, article, verdict.story_id),
        role=_role(verdict),
        search_terms=search_terms(" ".join([article.title or "", *article.sentences])),
        mark=mark,
        is_mark_undone=mark is None,
    )
    return Marked(judged=judged, mark=mark, before=before.outcome)


def _story(app: App, article: Article, story_id: str | None) -> Story | None:
    """The story if it has to be made: a mark does not make an old one newer."""
    if story_id is None or app.store.articles.find_story(story_id) is not None:
        return None
    headline = article.title or next(iter(article.sentences), "(no headline)")
    return Story(id=story_id, headline=headline, first_seen_at=app.now, last_seen_at=app.now)


def _role(verdict: Verdict) -> Role:
    if verdict.of is not None:
        return Role.COPY
    return Role.LEAD if verdict.outcome is Outcome.NEW else Role.REPORTS
