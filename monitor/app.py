"""The composition root: wires settings, store, client, workers and judge; the only place that names adapters.

Everything that a command does with more than one room of the house is a function here, so that commands, the scheduler
and tests share one wiring.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from monitor import __version__, pipeline
from monitor.config import FetchSettings, Settings
from monitor.deliver import Press, open_channel
from monitor.errors import ExtractError, FetchError, MonitorError, StoreLockedError, UsageError
from monitor.extract import PoolLimits, ReaderPool
from monitor.fetch import AddressPolicy, FetchLimits, HttpFetcher, PageFetcher, RobotsGate
from monitor.library import Library, load_library
from monitor.meaning import CachingEmbedder, SentenceEncoder, VectorCache
from monitor.model import (
    Article,
    ArticleKeys,
    ChannelAddress,
    Digest,
    Dropped,
    Edition,
    Feed,
    FeedState,
    FeedTrouble,
    JudgedArticle,
    KnownRecord,
    Outcome,
    Page,
    Reason,
    Request,
    Response,
    Trend,
    Verdict,
)
from monitor.pipeline import DeliveryReport, Desk, FetchReport, Progress, has_own_words
from monitor.ports import Channel, Embedder, Fetcher, Store
from monitor.render import plan_site, render
from monitor.sources.auto import is_html
from monitor.stages.analysis import Analysis, analyse, stacked
from monitor.stages.clipping import read_clipping
from monitor.stages.compose import Composition, Material, compose, edition_id
from monitor.stages.judge import Judge, Judgement
from monitor.stages.known import KnownBase
from monitor.stages.ledger import describe
from monitor.stages.reading import cut
from monitor.stages.relevance import build_profile
from monitor.stages.schedule import is_due
from monitor.store import open_store
from monitor.text.charset import decode
from monitor.text.fingerprints import from_bytes, prints, to_bytes
from monitor.text.normalise import text_hash
from monitor.text.urls import is_web_url, url_key

_TREND_DAYS = 14
_FIRST_EDITION = timedelta(hours=24)
_LOCK_WAIT_S = 600.0
_LOCK_PAUSE_S = 0.1
_USER_AGENT = f"monitor/{__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One configuration with its open store; ``now`` is fixed for the command, so that replays are exact."""

    settings: Settings
    store: Store
    now: datetime


@contextmanager
def open_app(settings: Settings, *, now: datetime | None, store: str | None = None) -> Iterator[App]:
    """The application on the configured store (or on *store*); closes it at the end."""
    opened = open_store(store or settings.store)
    try:
        yield App(settings=settings, store=opened, now=now or datetime.now(UTC))
    finally:
        opened.close()


# --- outside: client and workers -----------------------------------------------------------------------


@asynccontextmanager
async def open_client(wanted: FetchSettings, now: datetime) -> AsyncIterator[tuple[HttpFetcher, Fetcher]]:
    """The client for feeds, and the one for article pages, which asks robots.txt unless told otherwise."""
    agent = f"{_USER_AGENT} (+{wanted.contact})" if wanted.contact else _USER_AGENT
    limits = FetchLimits(
        total_s=wanted.timeout_s, max_bytes=wanted.max_bytes, per_host=wanted.per_host,
        concurrency=wanted.concurrency, host_gap_s=wanted.host_gap_s,
    )  # fmt: skip
    policy = AddressPolicy(allow_private=wanted.allow_private, allow_networks=wanted.allow_networks)

    def clock() -> datetime:
        return now

    async with HttpFetcher(limits, policy, agent, clock=clock) as fetcher:
        pages: Fetcher = PageFetcher(fetcher, RobotsGate(fetcher, agent, clock=clock)) if wanted.robots else fetcher
        yield fetcher, pages


def open_reader() -> ReaderPool:
    """The worker pool with its shipped limits."""
    return ReaderPool(PoolLimits())


# --- the desk: corpus, known base, judge ---------------------------------------------------------------


async def load_corpus(app: App, reader: ReaderPool) -> Library:
    """The articles that the reader knows, with what could not be read."""
    return await load_library(app.settings.corpus, reader, is_corpus=True)


def open_desk(app: App, corpus: Iterable[Article], *, embedder: Embedder | None = None) -> Desk:
    """The judge with everything known: the corpus first, then every article judged, then what editions showed."""
    encoder = CachingEmbedder(embedder or SentenceEncoder(), app.store.vectors)
    cache = VectorCache(app.store.vectors, encoder.name)
    texts = list(corpus)
    records = _load_known(app)
    cache.preload([*texts, *(record.judged.article for record in records if has_own_words(record.judged.verdict))])

    def analysed(article: Article) -> Analysis:
        rows = cache.find(article)
        analysis = analyse(article, encoder, vectors=rows)
        if rows is None:
            cache.keep(article, stacked(analysis))
        return analysis

    known = KnownBase()
    analyses = [analysed(article) for article in texts]
    for analysis in analyses:
        article, text = analysis.article, " ".join(analysis.article.sentences)
        known.add(
            article, outcome=Outcome.KNOWN, prints=prints(text), hash_of_text=text_hash(text),
            address=url_key(article.url) if article.url else None, analysis=analysis,
        )  # fmt: skip
    profiles = tuple(build_profile(topic, app.settings.aliases, analyses) for topic in app.settings.topics)
    judge = Judge(profiles=profiles, known=known, embedder=encoder)
    for record in records:
        judged, keys = record.judged, record.keys
        judge.remember(
            Judgement(
                article=judged.article,
                verdict=judged.verdict,
                prints=from_bytes(keys.prints),
                hash_of_text=keys.text_hash,
                address=keys.url_key,
                analysis=analysed(judged.article) if has_own_words(judged.verdict) else None,
                role=None,
            )
        )
    for shown_in, sentence in app.store.editions.load_shown():
        known.shown[text_hash(sentence.text)] = shown_in
    cache.flush()
    return Desk(
        judge=judge,
        stories={story.id: story for story in app.store.articles.load_stories()},
        feeds={feed.url: feed for feed in app.settings.feeds},
        vectors=cache,
    )


def _load_known(app: App) -> list[KnownRecord]:
    """Every judgement with the text it was made on, in their order.

    What a later version of an article no longer says was read all the same, and stays known.
    """
    records = []
    for record in app.store.articles.iter_known():
        records.append(record)
        if record.judged.revision > 1:
            history = app.store.articles.load_history(record.judged.article.id)
            records += [_earlier(record, seq, judged) for seq, judged in history if seq != record.seq]
    return sorted(records, key=lambda record: record.seq)


def _earlier(current: KnownRecord, seq: int, judged: JudgedArticle) -> KnownRecord:
    """The record of an earlier version, its text taken from the verdict on it."""
    sentences = tuple(sentence.text for sentence in judged.verdict.sentences)
    text = " ".join(sentences)
    article = replace(judged.article, sentences=sentences, starts=tuple(place == 0 for place in range(len(sentences))))
    keys = ArticleKeys(
        url_key=current.keys.url_key, text_hash=text_hash(text) if sentences else None, prints=to_bytes(prints(text))
    )
    return KnownRecord(seq=seq, judged=replace(judged, article=article), keys=keys)


# --- fetch ---------------------------------------------------------------------------------------------


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
    states = app.store.feeds.load_states()
    return tuple(feed for feed in enabled if is_due(feed, states.get(feed.url, FeedState(url=feed.url)), app.now))


@asynccontextmanager
async def _work_lock(app: App, progress: Progress) -> AsyncIterator[None]:
    """Hold the ``work`` lock; tells *progress* ``wait`` once if it must wait. An interrupt ends the waiting."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + _LOCK_WAIT_S
    is_waiting = False
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(app.store.lock("work", wait_s=0))
                break
            except StoreLockedError:
                if clock() >= deadline:
                    raise
            if not is_waiting:
                is_waiting = True
                progress("wait", 0, 1)
            await asyncio.sleep(_LOCK_PAUSE_S)
        yield


async def fetch(
    app: App, feeds: Sequence[Feed], *, progress: Progress = pipeline.quiet, embedder: Embedder | None = None
) -> FetchReport:
    """Poll the feeds, then read and judge everything that waits. Holds the store's ``work`` lock."""
    report = FetchReport()
    client = open_client(app.settings.fetch, app.now)
    async with _work_lock(app, progress), client as (fetcher, pages), open_reader() as reader:
        await pipeline.poll(
            feeds, store=app.store, fetcher=fetcher, reader=reader, now=app.now,
            max_age_s=app.settings.fetch.max_age_s, report=report, progress=progress,
        )  # fmt: skip
        if app.store.feeds.count_pending(now=app.now):
            corpus = await load_corpus(app, reader)
            report.errors += [
                {"feed": None, "url": problem.path, "error": "corpus", "detail": problem.detail, "permanent": True}
                for problem in corpus.problems
            ]
            desk = open_desk(app, [item.article for item in corpus.items], embedder=embedder)
            await pipeline.read(
                desk, store=app.store, pages=pages, reader=reader, now=app.now, report=report, progress=progress
            )
    return report


async def import_articles(
    app: App, paths: Sequence[Path], *, as_known: bool, progress: Progress = pipeline.quiet,
    embedder: Embedder | None = None,
) -> tuple[FetchReport, Library]:  # fmt: skip
    """Judge the articles of files in order of publication, as if each had been fetched then."""
    report = FetchReport()
    async with _work_lock(app, progress):
        async with open_reader() as reader:
            library = await load_library(paths, reader, is_corpus=False)
            corpus = await load_corpus(app, reader)
        desk = open_desk(app, [item.article for item in corpus.items], embedder=embedder)
        ordered = sorted(library.items, key=lambda item: item.article.published_at or app.now)
        for number, item in enumerate(ordered, start=1):
            _import_one(app, desk, item.article, as_known=as_known, report=report)
            progress("read", number, len(ordered))
        desk.vectors.flush()
    return report, library


def _import_one(app: App, desk: Desk, article: Article, *, as_known: bool, report: FetchReport) -> None:
    moment = article.published_at or app.now
    address = url_key(article.canonical_url or article.url or "")
    if app.store.articles.find_judged(article.id) or (address and app.store.articles.find_id_by_address(address)):
        report.outcomes[Outcome.DUPLICATE] += 1
        return
    dated = replace(article, first_seen_at=moment)
    judgement = desk.judge.judge(dated, now=moment)
    if as_known:
        reason = Reason(stage="import", signal="as_known", detail="imported into the known base")
        verdict = Verdict(
            outcome=Outcome.KNOWN, matches=judgement.verdict.matches, because=(reason,),
            sentences=tuple(replace(s, is_novel=False) for s in judgement.verdict.sentences),
        )  # fmt: skip
        judgement = replace(judgement, verdict=verdict, role=None)
    stored = pipeline.save_judgement(desk, judgement, store=app.store, entry_seq=None, revision=1, now=moment)
    report.outcomes[judgement.verdict.outcome] += 1
    if judgement.verdict.outcome.is_kept:
        report.kept.append(stored)


# --- check and extract ---------------------------------------------------------------------------------


async def check(app: App, page: Page, *, embedder: Embedder | None = None) -> JudgedArticle:
    """The verdict on one text against everything known; stores no judgement."""
    async with open_reader() as reader:
        corpus = await load_corpus(app, reader)
    sentences, starts = cut(page, page.language)
    article = Article(
        id="check", url=page.url, canonical_url=page.canonical_url or page.url, title=page.title,
        standfirst=page.standfirst, sentences=sentences, starts=starts, outlet=page.outlet, language=page.language,
        authors=page.authors, published_at=page.published_at, first_seen_at=app.now,
    )  # fmt: skip
    desk = open_desk(app, [item.article for item in corpus.items], embedder=embedder)
    judgement = desk.judge.judge(article, now=app.now)
    return JudgedArticle(article=article, verdict=judgement.verdict, judged_at=app.now)


async def read_text(body: bytes) -> Page:
    """The article in a text as somebody collected it, or in HTML if the text opens like a web page."""
    text, _ = decode(body, http_charset=None, is_xml=False)
    if is_html(body.lstrip()):
        async with open_reader() as reader:
            return await reader.read_html(text, None, None)
    clipping = read_clipping(text)
    joiner = "" if clipping.language == "zh" else " "
    return Page(
        url=None, title=clipping.title, paragraphs=tuple(joiner.join(paragraph) for paragraph in clipping.paragraphs),
        published_at=clipping.published_at, language=clipping.language,
    )  # fmt: skip


async def extract_pages(
    sources: Sequence[str], *, url: str | None, wanted: FetchSettings, now: datetime
) -> list[tuple[str, Page | MonitorError]]:
    """What extraction makes of files and addresses, in the given order; what failed comes as its error."""
    async with open_client(wanted, now) as (_, pages), open_reader() as reader:

        async def one(source: str) -> tuple[str, Page | MonitorError]:
            try:
                response = await _load_source(source, url, pages)
                return source, await reader.read_page(response, None)
            except (FetchError, ExtractError, UsageError) as error:
                return source, error

        return list(await asyncio.gather(*(one(source) for source in sources)))


async def _load_source(source: str, url: str | None, pages: Fetcher) -> Response:
    if is_web_url(source):
        return await pages.fetch(Request(url=source))
    try:
        return Response(url=url or Path(source).resolve().as_uri(), status=200, body=Path(source).read_bytes())
    except OSError as error:
        raise UsageError(f"{source}: {error.strerror}") from error


# --- digest --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A composed edition with what storing it needs; ``is_stale`` when nothing happened since the last edition."""

    digest: Digest
    composition: Composition
    to_seq: int
    is_empty: bool


def find_digest(app: App, name: str | None) -> Digest:
    """The digest with that id, or the only one."""
    digests = app.settings.digests
    if name is None and len(digests) == 1:
        return digests[0]
    for digest in digests:
        if digest.id == name:
            return digest
    known = ", ".join(digest.id for digest in digests)
    raise UsageError(
        f"which digest? feeds.yaml has: {known}" if name is None else f"no digest {name!r}; feeds.yaml has: {known}"
    )


def draft_edition(app: App, digest: Digest, *, since: datetime | None = None, until: datetime | None = None) -> Draft:
    """What an edition would hold now, or for the given time (then everything kept in it, shown before or not)."""
    last = app.store.editions.find_last(digest.id) if since is None else None
    to_at = until or app.now
    since_at = since or (last.edition.to_at if last else _first_since(app, to_at))
    if last is not None:
        judged = dict(app.store.articles.iter_judged(after_seq=last.to_seq, until=to_at))
        judged |= dict(app.store.articles.iter_judged(seqs=last.waiting)) if last.waiting else {}
    else:
        judged = dict(app.store.articles.iter_judged(since=since_at, until=to_at))
    shown = set() if since is not None else {text_hash(s.text) for _, s in app.store.editions.load_shown()}
    taken = [edition.id for edition in app.store.editions.load_editions(digest.id)]
    material = Material(
        judged=sorted(judged.items()),
        stories={story.id: story for story in app.store.articles.load_stories()},
        shown=shown,
        closed=_closed(app, since_at, to_at),
        troubles=find_troubles(app),
        trends=_trends(app, digest, to_at),
        topics=app.settings.topics,
    )
    composition = compose(digest, material, edition_id=edition_id(digest, to_at, taken), since_at=since_at, to_at=to_at)
    to_seq = max([*judged, last.to_seq if last else 0])
    return Draft(digest=digest, composition=composition, to_seq=to_seq, is_empty=not composition.edition.topics)


def _first_since(app: App, to_at: datetime) -> datetime:
    """Where the first edition begins: a day ago, or just before the first judgement if that day brought nothing."""
    day_ago = to_at - _FIRST_EDITION
    if next(app.store.articles.iter_judged(since=day_ago, until=to_at), None) is not None:
        return day_ago
    first = next(app.store.articles.iter_judged(until=to_at), None)
    if first is None or first[1].judged_at is None:
        return day_ago
    return first[1].judged_at - timedelta(microseconds=1)


def _closed(app: App, since_at: datetime, to_at: datetime) -> tuple[Dropped, ...]:
    return tuple(
        Dropped(
            article_id=pending.article_id or "",
            url=pending.entry.url,
            title=pending.entry.title,
            outlet=pending.feed_title,
            outcome=outcome,
            reason=describe(outcome, because),
        )
        for pending, outcome, because in app.store.articles.iter_closed_entries(since=since_at, until=to_at)
    )


def find_troubles(app: App) -> tuple[FeedTrouble, ...]:
    """Enabled feeds whose last poll failed."""
    states = app.store.feeds.load_states()
    return tuple(
        FeedTrouble(
            url=feed.url,
            title=feed.title or state.title,
            error=state.error,
            detail=state.error_detail,
            since=state.last_ok_at,
        )
        for feed in app.settings.feeds
        if feed.is_enabled and (state := states.get(feed.url)) is not None and state.error is not None
    )


def _trends(app: App, digest: Digest, to_at: datetime) -> dict[str, tuple[Trend, ...]]:
    days = [(to_at - timedelta(days=back)).date().isoformat() for back in range(_TREND_DAYS - 1, -1, -1)]
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for _, judged in app.store.articles.iter_judged(since=to_at - timedelta(days=_TREND_DAYS), until=to_at):
        if not judged.verdict.outcome.is_kept or judged.judged_at is None:
            continue
        day = judged.judged_at.date().isoformat()
        n_facts = sum(sentence.is_novel for sentence in judged.verdict.sentences)
        for match in judged.verdict.matches:
            articles, facts = counts.get((match.topic_id, day), (0, 0))
            counts[match.topic_id, day] = (articles + 1, facts + n_facts)
    return {
        topic_id: tuple(
            Trend(
                day=day,
                n_articles=counts.get((topic_id, day), (0, 0))[0],
                n_facts=counts.get((topic_id, day), (0, 0))[1],
            )
            for day in days
        )
        for topic_id in digest.topic_ids
    }


def send_edition(app: App, draft: Draft, *, slot: str | None = None) -> tuple[Edition | None, DeliveryReport]:
    """Store the edition and deliver it; an empty one only if the digest wants that and its day has none yet.

    Gives the edition as stored, None if nothing was. It is composed again under the ``work`` lock: what another process
    judged while this one waited belongs in it, and what it sent does not. Whatever else waits in the outbox is
    delivered too.
    """
    with app.store.lock("work", wait_s=_LOCK_WAIT_S):
        draft = draft_edition(app, draft.digest)
        stored = False
        if not draft.is_empty or (draft.digest.send_empty and _is_first_of_day(app, draft)):
            stored = pipeline.store_edition(
                draft.digest, draft.composition, store=app.store, to_seq=draft.to_seq, slot=slot, now=app.now
            )
        report = pipeline.deliver(partial(open_press_channel, app), store=app.store, now=app.now)
        return draft.composition.edition if stored else None, report


def _is_first_of_day(app: App, draft: Draft) -> bool:
    plain = edition_id(draft.digest, draft.composition.edition.to_at, ())
    return app.store.editions.find_edition(plain) is None


def open_press_channel(app: App, address: ChannelAddress) -> Channel:
    """The channel at *address* with the renderers it needs."""
    templates = app.settings.templates
    press = Press(render=partial(render, templates=templates), plan_site=partial(plan_site, templates=templates))
    return open_channel(address, base=app.settings.path.parent, press=press)


def render_edition(app: App, edition: Edition, format_name: str) -> bytes:
    """The edition in a format."""
    history = app.store.editions.load_editions(edition.digest_id) if format_name == "atom" else ()
    return render(edition, format_name, templates=app.settings.templates, history=history)
