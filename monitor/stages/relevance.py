"""Is an article about a topic? What it is mainly about counts, not that a name occurs.

Four kinds of evidence, combined by a fitted logistic model (``weights``): where the reader's terms stand (headline,
opening, share of sentences); whether its sentences are closer in meaning to the corpus than to everyday news about
anything; the rare words it shares with the corpus; and how close it is to the nearest article that was on topic, which
is how the follow-up finds its way when it names none of the terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.model import Match, Reason, Topic
from monitor.ports import Embedder, Vectors
from monitor.stages.analysis import Analysis, cosine
from monitor.stages.fitted import RELEVANCE, RELEVANCE_TERMS_ONLY
from monitor.stages.known import KnownBase, KnownDocument, name_of
from monitor.stages.marking import Example, move_of_marks
from monitor.stages.terms import Terms, compile_terms

_ENOUGH_SHARE = 0.5  # an article that names its subject in every second sentence cannot be more about it
_ENOUGH_TERMS = 4
_N_OPENING = 3
_N_CLOSEST = 4
_WISHES = {True: "wants", False: "does not want"}
_WORDS_BY_MEANING, _MEANING_FLOOR = 0.6, 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TopicProfile:
    """A topic with its compiled terms and, if it learns, the corpus's sentence vectors and words.

    ``examples`` are the articles that readers marked.
    """

    topic: Topic
    terms: Terms
    corpus_vectors: Vectors | None
    corpus_lexical: dict[str, float]
    examples: tuple[Example, ...] = ()


def build_profile(topic: Topic, aliases: Sequence[Sequence[str]], corpus: Sequence[Analysis]) -> TopicProfile:
    """The profile of a topic, learnt from the corpus unless the topic says ``learn: false``."""
    learnt = [analysis for analysis in corpus if len(analysis.vectors)] if topic.learn else []
    lexical: dict[str, float] = {}
    for analysis in learnt:
        for stem, weight in analysis.lexical.items():
            lexical[stem] = lexical.get(stem, 0.0) + weight
    return TopicProfile(
        topic=topic,
        terms=compile_terms(topic, aliases),
        corpus_vectors=np.vstack([analysis.vectors for analysis in learnt]) if learnt else None,
        corpus_lexical=lexical,
    )


def match_topic(
    analysis: Analysis, profile: TopicProfile, known: KnownBase, embedder: Embedder
) -> tuple[Match, tuple[Reason, ...]]:
    """The article's score for one topic with its reasons; on topic from ``topic.threshold`` upwards."""
    topic = profile.topic
    if topic.threshold <= 0:
        return Match(topic_id=topic.id, score=1.0), (_reason(topic, "everything", 1.0),)
    veto = _veto(analysis, profile)
    if veto:
        signal, detail = veto
        return Match(topic_id=topic.id, score=0.0), (_reason(topic, signal, 0.0, detail=detail),)
    signals, nearest, found = relevance_signals(analysis, profile, known, embedder)
    model = RELEVANCE if profile.corpus_vectors is not None else RELEVANCE_TERMS_ONLY
    move, example = move_of_marks(analysis, profile.examples, topic.id)
    score = round(model.probability(signals, move=move), 4)
    terms = ", ".join(sorted(found)[:6]) or "none"
    detail = f"terms: {terms}; " + ", ".join(f"{name} {signals[name]:.2f}" for name in model.weights)
    against = name_of(nearest) if nearest is not None else None
    reasons = [_reason(topic, "profile", score, detail=detail, against=against)]
    if example is not None:
        told = f"moved by {move:+.2f} of evidence: like an article that the reader {_WISHES[example.is_wanted]}"
        reasons.append(_reason(topic, "marks", None, detail=told, against=f"article:{example.analysis.article.id}"))
    return Match(topic_id=topic.id, score=score), tuple(reasons)


def _reason(
    topic: Topic, signal: str, score: float | None, *, detail: str | None = None, against: str | None = None
) -> Reason:
    return Reason(
        stage="match", signal=f"{topic.id}:{signal}", score=score, threshold=topic.threshold,
        detail=detail, against=against,
    )  # fmt: skip


def _veto(analysis: Analysis, profile: TopicProfile) -> tuple[str, str] | None:
    """The hard rules of the configuration: ``-never``, ``+must``, and ``none`` terms at the head of the article."""
    title = analysis.article.title or ""
    texts = [title, *analysis.article.sentences]
    for text in texts:
        if name := profile.terms.find_forbidden(text):
            return "never", f'holds "{name}"'
    if name := profile.terms.find_missing(texts):
        return "must", f'lacks "{name}"'
    for text in texts[:2]:
        if name := profile.terms.find_misleading(text):
            return "none", f'is about "{name}"'
    return None


def relevance_signals(
    analysis: Analysis, profile: TopicProfile, known: KnownBase, embedder: Embedder
) -> tuple[dict[str, float], KnownDocument | None, frozenset[str]]:
    """The signals by name, the nearest document on topic, and the terms found."""
    hits = [profile.terms.find(text) for text in analysis.article.sentences]
    in_title = profile.terms.find(analysis.article.title or "")
    found = frozenset().union(in_title, *hits)
    n_sentences = max(1, len(hits))
    n_opening = min(_N_OPENING, n_sentences)
    in_opening = sum(map(bool, hits[:_N_OPENING]))
    if not in_opening and profile.terms.find(" ".join(analysis.article.sentences[:_N_OPENING])):
        in_opening = 1  # a term of several words may be spread over two sentences
    nearest, nearest_words, nearest_meaning = _nearest(analysis, profile, known)
    signals = {
        "title": float(bool(in_title)),
        "share": min(1.0, sum(map(bool, hits)) / n_sentences / _ENOUGH_SHARE),
        "opening": in_opening / n_opening,
        "terms": min(len(found), _ENOUGH_TERMS) / _ENOUGH_TERMS,
        "nearest_words": nearest_words,
        "nearest_meaning": nearest_meaning,
        "alone": float(nearest is None),
    }
    if profile.corpus_vectors is not None:
        signals |= _corpus_signals(analysis, profile, embedder)
    return signals, nearest, found


def _corpus_signals(analysis: Analysis, profile: TopicProfile, embedder: Embedder) -> dict[str, float]:
    rows = analysis.vectors
    if analysis.title_vector is not None:
        rows = np.vstack([rows, analysis.title_vector[None, :]])
    if not len(rows) or profile.corpus_vectors is None:
        return {"contrast": 0.0, "closer": 0.0, "closest": 0.0, "words": 0.0}
    contrast = (rows @ profile.corpus_vectors.T).max(axis=1) - (rows @ embedder.background().T).max(axis=1)
    return {
        "contrast": float(contrast.mean()),
        "closer": float((contrast > 0).mean()),
        "closest": float(np.sort(contrast)[::-1][:_N_CLOSEST].mean()),
        "words": cosine(analysis.lexical, profile.corpus_lexical),
    }


def _nearest(analysis: Analysis, profile: TopicProfile, known: KnownBase) -> tuple[KnownDocument | None, float, float]:
    """The nearest document on this topic (the corpus counts if the topic learns), its word and meaning likeness."""
    on_topic = [
        doc
        for doc in known.on_topic_documents()
        if (doc.is_corpus and profile.topic.learn) or profile.topic.id in doc.topic_ids
    ]
    return _closest(analysis, on_topic)


def _closest(analysis: Analysis, documents: Sequence[KnownDocument]) -> tuple[KnownDocument | None, float, float]:
    pairs = [
        (doc, doc.analysis) for doc in documents if doc.analysis is not None and doc.article.id != analysis.article.id
    ]
    if not pairs:
        return None, 0.0, 0.0
    meanings = np.vstack([other.mean for _, other in pairs]) @ analysis.mean
    order = np.argsort(-meanings)[:40]  # word cosines only where meaning is near: keeps the cost flat
    words = {int(place): cosine(analysis.lexical, pairs[int(place)][1].lexical) for place in order}
    best = max(words, key=lambda place: (words[place], float(meanings[place])))
    nearest, meaning = pairs[best][0], float(meanings.max())
    if all(other.language != analysis.language for _, other in pairs):
        # Words cannot meet across languages: what articles of that likeness in meaning share within one.
        return nearest, max(words[best], _WORDS_BY_MEANING * max(0.0, meaning - _MEANING_FLOOR)), meaning
    return nearest, words[best], meaning
