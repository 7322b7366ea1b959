"""The desk at which articles are judged: corpus, known base, judge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from monitor.app.opening import App
from monitor.extract import ReaderPool
from monitor.library import Library, load_library
from monitor.meaning import CachingEmbedder, SentenceEncoder, VectorCache
from monitor.model import (
    Article,
    Edition,
    KnownRecord,
    Mark,
    MarkKind,
    Outcome,
)
from monitor.pipeline import Desk, has_own_words
from monitor.ports import Embedder
from monitor.stages.analysis import Analysis, analyse
from monitor.stages.judge import Judge, Judgement
from monitor.stages.known import KnownBase
from monitor.stages.marking import Example, moves_topics
from monitor.stages.relevance import build_profile
from monitor.text.fingerprints import prints
from monitor.text.normalise import text_hash
from monitor.text.urls import url_key

_STORY_LIFE = timedelta(days=60)
"""Stories last seen before are looked up one by one: later reports hardly ever join them."""


async def load_corpus(app: App, reader: ReaderPool) -> Library:
    """The articles that the reader knows, with what could not be read."""
    return await load_library(app.settings.corpus, reader, is_corpus=True)


def open_desk(
    app: App, corpus: Iterable[Article], *, embedder: Embedder | None = None, without: str | None = None
) -> Desk:
    """The judge with everything known: the corpus first, then every article judged, then what editions showed.

    Of what is on topic the texts are held in memory, of all else the fingerprints. *without* names an article that is
    to be judged as if it had never been seen.
    """
    encoder = CachingEmbedder(embedder or SentenceEncoder(), app.store.vectors)
    cache = VectorCache(app.store.vectors, encoder.name)
    texts = list(corpus)
    records = [record for record in _load_known(app) if record.judged.article.id != without]
    marked = _load_marked(app)
    cache.preload([*texts, *(record.judged.article for record in (*records, *(record for _, record in marked)))])

    def analysed(article: Article) -> Analysis:
        rows, parts = cache.find(article), cache.find_parts(article)
        analysis = analyse(article, encoder, vectors=rows, parts=parts)
        if rows is None or parts is None:
            cache.keep(analysis)
        return analysis

    known = KnownBase(archive=app.store.articles)
    analyses = [analysed(article) for article in texts]
    for analysis in analyses:
        article, text = analysis.article, " ".join(analysis.article.sentences)
        known.add(
            article, outcome=Outcome.KNOWN, prints=prints(text), hash_of_text=text_hash(text),
            address=url_key(article.url) if article.url else None, analysis=analysis,
        )  # fmt: skip
    profiles = tuple(build_profile(topic, app.settings.aliases, analyses) for topic in app.settings.topics)
    examples = tuple(_example(mark, record, analysed(record.judged.article)) for mark, record in marked)
    profiles = tuple(replace(profile, examples=examples) for profile in profiles)
    judge = Judge(profiles=profiles, known=known, embedder=encoder)
    known.load_prints(app.store.articles.iter_prints())
    for record in records:
        judge.remember(
            Judgement(
                article=record.judged.article,
                verdict=record.judged.verdict,
                prints=prints(""),  # in the index already
                hash_of_text=record.keys.text_hash,
                address=record.keys.url_key,
                analysis=analysed(record.judged.article),
                role=None,
            ),
            seq=record.seq,
        )
    for shown_in, sentence in app.store.editions.load_shown():
        known.shown[text_hash(sentence.text)] = shown_in
    cache.flush()
    cache.release()
    return Desk(
        judge=judge,
        stories={story.id: story for story in app.store.articles.load_stories(since=app.now - _STORY_LIFE)},
        feeds={feed.url: feed for feed in app.settings.feeds},
        vectors=cache,
        marks={mark.article_id: mark for mark in app.store.articles.load_marks()},
    )


def note_shown(known: KnownBase, edition: Edition) -> None:
    """Take in what *edition* shows, as if *known* were built anew."""
    for story in edition.stories:
        for sentence in story.new:
            known.shown[text_hash(sentence.text)] = edition.id


def _load_marked(app: App) -> list[tuple[Mark, KnownRecord]]:
    """The articles that readers want more or less of."""
    found = []
    for mark in app.store.articles.load_marks():
        record = app.store.articles.find_known(article_id=mark.article_id) if moves_topics(mark.kind) else None
        if record is not None:
            found.append((mark, record))
    return found


def _example(mark: Mark, record: KnownRecord, analysis: Analysis) -> Example:
    topic_ids = frozenset(match.topic_id for match in record.judged.verdict.matches)
    return Example(analysis=analysis, is_wanted=mark.kind is MarkKind.WANTED, topic_ids=topic_ids)


def _load_known(app: App) -> list[KnownRecord]:
    """Every judgement whose sentences later ones are compared with, each with the text it was made on, in their order.

    What a later version of an article no longer says was read all the same, and stays known.
    """
    records = list(app.store.articles.iter_known(with_own_words=True))
    earlier = [
        seq
        for record in records
        if record.judged.revision > 1
        for seq, judged in app.store.articles.load_history(record.judged.article.id)
        if seq != record.seq and has_own_words(judged.verdict)
    ]
    return sorted([*records, *app.store.articles.load_known(earlier)], key=lambda record: record.seq)
