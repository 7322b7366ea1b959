"""Fetch and import: what brings articles in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from monitor import pipeline
from monitor.app.archiving import archived
from monitor.app.bench import Bench
from monitor.app.desk import load_corpus, open_desk
from monitor.app.locking import work_lock
from monitor.app.opening import App, open_client, open_reader
from monitor.errors import UsageError
from monitor.library import Library, LibraryItem, load_library
from monitor.model import (
    Feed,
    FeedState,
    Outcome,
    Reason,
    Verdict,
)
from monitor.pipeline import Desk, FetchReport, Progress
from monitor.ports import Embedder
from monitor.stages.schedule import is_due, reanchor
from monitor.text.urls import url_key


def choose_feeds(app: App, *, only: Sequence[str] = (), all_feeds: bool = False) -> tuple[Feed, ...]:
    """The feeds to poll: those named by address or title, or all enabled ones, or those that are due."""
    enabled = [feed for feed in app.settings.feeds if feed.is_enabled]
    if only:
        found = [feed for feed in app.settings.feeds if feed.url in only or (feed.title and feed.title in only)]
        missing = [name for name in only if not any(name in (feed.url, feed.title) for feed in found)]
        if missing:
            raise UsageError(f"no feed with this address or title in feeds.yaml: {', '.join(missing)}")
        return tuple(found)
    if all_feeds:
        return tuple(enabled)
    states = _load_states(app)
    return tuple(feed for feed in enabled if is_due(feed, states.get(feed.url, FeedState(url=feed.url)), app.now))


def _load_states(app: App) -> dict[str, FeedState]:
    """All states; waits begin anew where the clock was set back since the last poll."""
    states = app.store.feeds.load_states()
    settled = {url: reanchor(state, app.now) for url, state in states.items()}
    if changed := [state for url, state in settled.items() if state is not states[url]]:
        app.store.feeds.save_waits(changed)
    return settled


async def fetch(
    app: App, feeds: Sequence[Feed], *, progress: Progress = pipeline.quiet, embedder: Embedder | None = None
) -> FetchReport:
    """Poll the feeds, then read and judge everything that waits. Holds the store's ``work`` lock.

    A feed that another process asked while this one waited for the lock is not asked again.
    """
    before = app.store.feeds.load_states()
    async with work_lock(app, progress), open_reader(app) as reader:
        states = app.store.feeds.load_states()
        feeds = [feed for feed in feeds if _n_polls(states, feed) == _n_polls(before, feed)]
        return await fetch_at(Bench(reader=reader, embedder=embedder), app, feeds, progress=progress)


async def fetch_at(
    bench: Bench, app: App, feeds: Sequence[Feed], *, progress: Progress = pipeline.quiet
) -> FetchReport:
    """The same at a bench that is kept; the caller holds the ``work`` lock."""
    report = FetchReport()
    client = open_client(app.settings.fetch, app.now, hosts=app.store.hosts)
    async with client as fetchers, archived(app, fetchers, report) as (fetcher, pages):
        await pipeline.poll(
            feeds, store=app.store, fetcher=fetcher, reader=bench.reader, now=app.now,
            max_age_s=app.settings.fetch.max_age_s, report=report, progress=progress,
        )  # fmt: skip
        if app.store.feeds.count_pending(now=app.now):
            desk, problems = await bench.open_desk(app)
            report.errors += [
                {"feed": None, "url": problem.path, "error": "corpus", "detail": problem.detail, "permanent": True}
                for problem in problems
            ]
            try:
                await pipeline.read(
                    desk, store=app.store, pages=pages, reader=bench.reader, now=app.now, report=report,
                    progress=progress,
                )  # fmt: skip
            except BaseException:
                bench.clear()
                raise
            bench.note_work(app)
    return report


def _n_polls(states: Mapping[str, FeedState], feed: Feed) -> int:
    return states[feed.url].n_polls if feed.url in states else 0


async def import_articles(
    app: App, paths: Sequence[Path], *, as_known: bool, progress: Progress = pipeline.quiet,
    embedder: Embedder | None = None,
) -> tuple[FetchReport, Library]:  # fmt: skip
    """Judge the articles of files in order of publication, as if each had been fetched then."""
    report = FetchReport()
    async with work_lock(app, progress):
        async with open_reader(app) as reader:
            library = await load_library(paths, reader, is_corpus=False)
            corpus = await load_corpus(app, reader)
        desk = open_desk(app, [item.article for item in corpus.items], embedder=embedder)
        ordered = sorted(library.items, key=lambda item: item.at or app.now)
        for number, item in enumerate(ordered, start=1):
            _import_one(app, desk, item, as_known=as_known, report=report)
            progress("read", number, len(ordered))
        desk.vectors.flush()
    return report, library


def _import_one(app: App, desk: Desk, item: LibraryItem, *, as_known: bool, report: FetchReport) -> None:
    """Judge one article at its moment; one that is there already is a duplicate, unless the archive has it revised."""
    article, moment = item.article, item.at or app.now
    address = url_key(article.canonical_url or article.url or "")
    before = app.store.articles.find_judged(article.id)
    is_revised = item.is_revision and before is not None and before.article.sentences != article.sentences
    if not is_revised and (before or (address and app.store.articles.find_id_by_address(address))):
        report.outcomes[Outcome.DUPLICATE] += 1
        return
    dated = replace(article, first_seen_at=before.article.first_seen_at if before else moment)
    judgement = desk.judge.judge(dated, now=moment, earlier=before.verdict.sentences if before else ())
    if as_known:
        reason = Reason(stage="import", signal="as_known", detail="imported into the known base")
        verdict = Verdict(
            outcome=Outcome.KNOWN, matches=judgement.verdict.matches, because=(reason,),
            sentences=tuple(replace(s, is_novel=False) for s in judgement.verdict.sentences),
        )  # fmt: skip
        judgement = replace(judgement, verdict=verdict, role=None)
    revision = before.revision + 1 if before else 1
    stored = pipeline.save_judgement(desk, judgement, store=app.store, entry_seq=None, revision=revision, now=moment)
    report.outcomes[judgement.verdict.outcome] += 1
    if judgement.verdict.outcome.is_kept:
        report.kept.append(stored)
