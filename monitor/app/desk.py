"""The desk at which articles are judged: corpus, known base, judge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from monitor.app.opening import App
from monitor.extract import ReaderPool
from monitor.library import Library, load_library
from monitor.meaning import CachingEmbedder, SentenceEncoder, VectorCache
from monitor.model import (
    Article,
    ArticleKeys,
    JudgedArticle,
    KnownRecord,
    Outcome,
)
from monitor.pipeline import Desk, has_own_words
from monitor.ports import Embedder
from monitor.stages.analysis import Analysis, analyse, stacked
from monitor.stages.judge import Judge, Judgement
from monitor.stages.known import KnownBase
from monitor.stages.relevance import build_profile
from monitor.text.fingerprints import from_bytes, prints, to_bytes
from monitor.text.normalise import text_hash
from monitor.text.urls import url_key


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
