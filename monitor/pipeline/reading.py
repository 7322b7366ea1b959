"""Pending entries to judged articles: one transaction an entry."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.errors import ExtractError, FetchError, MonitorError
from monitor.model import (
    Article,
    ArticleKeys,
    Feed,
    JudgedArticle,
    Mark,
    MarkKind,
    Outcome,
    Page,
    PendingEntry,
    Reason,
    Role,
    Story,
    Verdict,
)
from monitor.pipeline.pages import read_article
from monitor.pipeline.report import FetchReport, Progress, quiet
from monitor.ports import Fetcher, Reader, Store
from monitor.stages.analysis import Analysis
from monitor.stages.judge import Judge, Judgement
from monitor.stages.marking import marked_verdict
from monitor.stages.reading import article_from, article_id, needs_page, page_of_summary, with_summary
from monitor.text.fingerprints import to_bytes
from monitor.text.tokens import search_terms
from monitor.text.urls import url_key

_BATCH = 200
"""Entries read at once: bounds memory, and a crash costs at most the pages of one batch a second fetch."""


_MAX_ATTEMPTS = 4


_FIRST_WAIT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """An entry with what was read of it; ``error`` is set if the page could not be had."""

    pending: PendingEntry
    page: Page | None
    because: tuple[Reason, ...] = ()
    error: FetchError | ExtractError | None = None


class VectorKeeper(Protocol):
    """Keeps the vectors of judged articles for the next start."""

    def keep(self, taken_apart: Analysis) -> None:
        """Remember its vectors and words for the next ``flush``."""
        ...

    def flush(self) -> None:
        """Store what is new."""
        ...


@dataclass(slots=True, kw_only=True)
class Desk:
    """Where entries are judged: the judge, the stories so far, the feeds by address, kept vectors, marks by article."""

    judge: Judge
    stories: dict[str, Story]
    feeds: Mapping[str, Feed]
    vectors: VectorKeeper
    marks: Mapping[str, Mark] = field(default_factory=dict)


async def read(
    desk: Desk,
    *,
    store: Store,
    pages: Fetcher,
    reader: Reader,
    now: datetime,
    report: FetchReport,
    progress: Progress = quiet,
) -> None:
    """Read and judge every pending entry, oldest publication first; one transaction an entry."""
    total = store.feeds.count_pending(now=now)
    n_done = 0
    while batch := store.feeds.load_pending(limit=_BATCH, now=now):
        for item in await _read_batch(desk, batch, store=store, pages=pages, reader=reader):
            _settle(desk, item, store=store, now=now, report=report)
            n_done += 1
            progress("read", n_done, max(total, n_done))
            await asyncio.sleep(0)
        desk.vectors.flush()


async def _read_batch(
    desk: Desk, batch: Sequence[PendingEntry], *, store: Store, pages: Fetcher, reader: Reader
) -> list[_Read]:
    """The batch in its order, each page fetched and extracted; pages known by address are not fetched."""

    async def one(pending: PendingEntry) -> _Read:
        if pending.article_id is None and _known_at(desk, store, pending.entry.url, pending) is not None:
            return _Read(pending=pending, page=None)
        return await _read_entry(pending, desk.feeds.get(pending.feed_url), pages=pages, reader=reader)

    return list(await asyncio.gather(*(one(pending) for pending in batch)))


async def _read_entry(pending: PendingEntry, feed: Feed | None, *, pages: Fetcher, reader: Reader) -> _Read:
    entry = pending.entry
    if not needs_page(feed, pending):
        if entry.html and not pending.is_backfill:
            try:
                page = await reader.read_html(entry.html, entry.url, entry)
            except ExtractError as error:
                return _with_summary_only(pending, Page(url=entry.url), "extract", f"{error.kind}: {error.detail}")
            if page.paragraphs:
                return _Read(pending=pending, page=page)
        return _Read(pending=pending, page=page_of_summary(entry))
    try:
        page, because = await read_article(entry.url or "", entry, pages=pages, reader=reader)
    except FetchError as error:
        if error.kind == "robots" and error.permanent:
            return _with_summary_only(pending, Page(url=entry.url), "robots", error.detail)
        return _Read(pending=pending, page=None, error=error)
    except ExtractError as error:
        return _Read(pending=pending, page=None, error=error)
    if page.problem is not None or not page.paragraphs:
        return _with_summary_only(pending, page, "page", page.problem or "no text found")
    return _Read(pending=pending, page=page, because=because)


def _with_summary_only(pending: PendingEntry, page: Page, signal: str, detail: str) -> _Read:
    reason = Reason(stage="read", signal=signal, detail=f"{detail}; judged by headline and summary")
    return _Read(pending=pending, page=with_summary(page, pending.entry), because=(reason,))


def _known_at(desk: Desk, store: Store, url: str | None, pending: PendingEntry) -> str | None:
    """The id of another article at this address."""
    key = url_key(url) if url else None
    if key is None:
        return None
    document = desk.judge.known.find_by_address(key)
    found = document.article.id if document is not None else store.articles.find_id_by_address(key)
    return found if found != pending.article_id else None


def _settle(desk: Desk, item: _Read, *, store: Store, now: datetime, report: FetchReport) -> None:
    """End one entry: judged and stored, closed as the same address, put off, or failed for good."""
    pending = item.pending
    if item.error is not None:
        _settle_failure(desk, item, item.error, store=store, now=now, report=report)
        return
    url = (item.page and item.page.canonical_url) or pending.entry.url
    other = _known_at(desk, store, url, pending) or _known_at(desk, store, pending.entry.url, pending)
    if item.page is None or (other is not None and pending.article_id is None):
        reason = Reason(stage="address", signal="same_address", score=1.0, threshold=1.0, against=f"article:{other}")
        store.feeds.close_entry(pending.seq, Outcome.DUPLICATE, (reason,), article_id=other, now=now)
        report.outcomes[Outcome.DUPLICATE] += 1
        return
    try:
        _judge_entry(desk, item, item.page, store=store, now=now, report=report)
    except MonitorError:
        raise  # the store refuses: nothing that follows could be kept
    except Exception as error:  # noqa: BLE001 - one article that nobody foresaw must not stop all others for ever
        _settle_defect(item, error, store=store, now=now, report=report)


def _settle_defect(item: _Read, error: Exception, *, store: Store, now: datetime, report: FetchReport) -> None:
    """Put off, and in the end close, an article that judgement stumbled over; the reason names the defect."""
    pending = item.pending
    detail = f"{type(error).__name__}: {error}"
    reason = Reason(stage="judge", signal="defect", detail=detail)
    is_final = pending.n_attempts + 1 >= _MAX_ATTEMPTS
    report.errors.append(
        {"feed": pending.feed_url, "url": pending.entry.url, "error": "defect", "detail": detail, "permanent": is_final}
    )
    report.outcomes[Outcome.FAILED] += 1
    if is_final:
        store.feeds.close_entry(pending.seq, Outcome.FAILED, (reason,), article_id=_own_id(pending), now=now)
    else:
        store.feeds.put_off(pending.seq, (reason,), until=now + _FIRST_WAIT * 4**pending.n_attempts)


def _own_id(pending: PendingEntry) -> str:
    return pending.article_id or article_id(pending.entry.url, f"{pending.feed_url} {pending.key}")


def _settle_failure(
    desk: Desk, item: _Read, error: FetchError | ExtractError, *, store: Store, now: datetime, report: FetchReport
) -> None:
    pending = item.pending
    reason = Reason(stage="read", signal=error.kind, detail=error.detail)
    is_final = (isinstance(error, FetchError) and error.permanent) or pending.n_attempts + 1 >= _MAX_ATTEMPTS
    report.errors.append(
        {
            "feed": pending.feed_url,
            "url": pending.entry.url,
            "error": error.kind,
            "detail": error.detail,
            "permanent": is_final,
        }
    )
    if not is_final:
        report.outcomes[Outcome.FAILED] += 1
        store.feeds.put_off(pending.seq, (reason,), until=now + _FIRST_WAIT * 4**pending.n_attempts)
        return
    page = page_of_summary(pending.entry)
    if pending.entry.summary:
        told = replace(reason, detail=f"{error.detail}; judged by headline and summary")
        _judge_entry(desk, replace(item, page=page, because=(told,)), page, store=store, now=now, report=report)
        return
    report.outcomes[Outcome.FAILED] += 1
    store.feeds.close_entry(pending.seq, Outcome.FAILED, (reason,), article_id=_own_id(pending), now=now)


def _judge_entry(desk: Desk, item: _Read, page: Page, *, store: Store, now: datetime, report: FetchReport) -> None:
    pending = item.pending
    feed = desk.feeds.get(pending.feed_url)
    article = article_from(page, pending, feed, now=now)
    before = store.articles.find_judged(article.id) if pending.revision > 1 else None
    if before is not None and before.article.sentences == article.sentences:
        article = replace(article, title=before.article.title)
    judgement = desk.judge.judge(
        article, now=now, topic_ids=feed.topic_ids if feed else None,
        earlier=before.verdict.sentences if before else (), is_backfill=pending.is_backfill,
    )  # fmt: skip
    judgement = replace(
        judgement, verdict=replace(judgement.verdict, because=(*item.because, *judgement.verdict.because))
    )
    mark = desk.marks.get(article.id)
    if mark is not None and mark.kind is MarkKind.OFF_TOPIC:  # a later version is no more wanted
        judgement = replace(judgement, verdict=marked_verdict(judgement.verdict, mark), role=None)
    stored = save_judgement(desk, judgement, store=store, entry_seq=pending.seq, revision=pending.revision, now=now)
    report.outcomes[judgement.verdict.outcome] += 1
    if judgement.verdict.outcome.is_kept:
        report.kept.append(stored)


def save_judgement(
    desk: Desk, judgement: Judgement, *, store: Store, entry_seq: int | None, revision: int, now: datetime
) -> JudgedArticle:
    """Store a judgement and take it into the known base."""
    judged = JudgedArticle(article=judgement.article, verdict=judgement.verdict, revision=revision, judged_at=now)
    story = _story_after(desk, store, judgement.article, judgement.verdict.story_id, now)
    prints = to_bytes(judgement.prints) if judgement.verdict.of is None else b""
    seq = store.articles.save_judged(
        judged,
        ArticleKeys(url_key=judgement.address, text_hash=judgement.hash_of_text, prints=prints),
        entry_seq=entry_seq,
        story=story,
        role=judgement.role or Role.REPORTS,
        search_terms=search_terms(" ".join([judgement.article.title or "", *judgement.article.sentences])),
    )
    if story is not None:
        desk.stories[story.id] = story
    analysis = judgement.analysis if has_own_words(judgement.verdict) else None
    desk.judge.remember(replace(judgement, analysis=analysis), seq=seq)
    if analysis is not None:
        desk.vectors.keep(analysis)
    return judged


def has_own_words(verdict: Verdict) -> bool:
    """True if later articles are compared with its sentences: on topic, and no copy.

    Asked for every judgement that enters the known base, fresh or from the store, so that a restart changes no verdict.
    """
    return verdict.outcome in (Outcome.NEW, Outcome.UPDATE, Outcome.KNOWN) and bool(verdict.matches)


def _story_after(desk: Desk, store: Store, article: Article, story_id: str | None, now: datetime) -> Story | None:
    """The story with this article in it; its headline stays that of its first article."""
    if story_id is None:
        return None
    story = desk.stories.get(story_id) or store.articles.find_story(story_id)
    if story is None:
        headline = article.title or (article.sentences[0] if article.sentences else "(no headline)")
        return Story(id=story_id, headline=headline, first_seen_at=now, last_seen_at=now)
    return replace(story, last_seen_at=max(story.last_seen_at, now))
