"""An article taken apart once: words, names, values and vectors, for all later decisions.

The weight of a word is how rare it is in ordinary text (negative log probability from the encoder's vocabulary) above
a floor, so that function words of any language weigh nothing without a stop list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import log

import numpy as np

from monitor.model import Article
from monitor.ports import Embedder, Vectors
from monitor.text.numbers import quantities
from monitor.text.tokens import CJK, stems, tokens

_COMMON = 9.5
"""Rarity below which a word carries nothing ("company" 9.6, "said" 8.1, "the" 4.9)."""

_RAREST = 20.0
_NAME = re.compile(rf"(?<![^\W_{CJK}])(?:[A-ZÀ-Þ][^\W{CJK}-]*(?:-[^\W{CJK}]+)*[^\W{CJK}]|[A-Za-z]+\d[^\W{CJK}]*)")
_N_LEAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceView:
    """One sentence as a comparison sees it: ``weights`` maps stems to rarity, ``values`` are keys of quantities."""

    text: str
    weights: Mapping[str, float]
    n_words: int
    values: frozenset[str]
    names: frozenset[str]
    is_quote: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TextParts:
    """All of an ``Analysis`` that comes from the words alone; taking a text apart costs 6 ms, reading this back 0.5."""

    sentences: tuple[SentenceView, ...]
    title: SentenceView | None
    lexical: Mapping[str, float]
    names: frozenset[str]
    values: frozenset[str]
    lead_terms: Mapping[str, float]
    lead_names: Mapping[str, float]
    lead_values: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """An article taken apart. ``vectors`` has one row a sentence, ``title_vector`` is None without a title.

    The lead is the title and the first three sentences: ``lead_terms`` and ``lead_names`` map its words and names to
    weights (of names by how often the whole text has them).
    """

    article: Article
    sentences: tuple[SentenceView, ...]
    title: SentenceView | None
    vectors: Vectors
    title_vector: Vectors | None
    lexical: Mapping[str, float]
    names: frozenset[str]
    values: frozenset[str]
    lead_terms: Mapping[str, float]
    lead_names: Mapping[str, float]
    lead_values: frozenset[str]
    mean: Vectors
    lead: Vectors

    @property
    def language(self) -> str | None:
        """The article's language."""
        return self.article.language


def analyse(
    article: Article, embedder: Embedder, *, vectors: Vectors | None = None, parts: TextParts | None = None
) -> Analysis:
    """The article taken apart.

    *vectors* (title first, then sentences) spare the encoding and *parts* the rest when they are stored.
    """
    texts = [article.title or "", *article.sentences]
    rows = vectors if vectors is not None and len(vectors) == len(texts) else embedder.embed(texts)
    parts = parts if parts is not None and len(parts.sentences) == len(texts) - 1 else take_apart(article, embedder)
    title_vector = rows[0] if parts.title else None
    body = rows[1:]
    head = [*([title_vector] if title_vector is not None else []), *body[:_N_LEAD]]
    all_rows = [*([title_vector] if title_vector is not None else []), *body]
    return Analysis(
        article=article,
        sentences=parts.sentences,
        title=parts.title,
        vectors=body,
        title_vector=title_vector,
        lexical=parts.lexical,
        names=parts.names,
        values=parts.values,
        lead_terms=parts.lead_terms,
        lead_names=parts.lead_names,
        lead_values=parts.lead_values,
        mean=unit_mean(all_rows),
        lead=unit_mean(head),
    )


def parts_of(analysis: Analysis) -> TextParts:
    """What ``analyse`` takes back as *parts*."""
    return TextParts(**{field.name: getattr(analysis, field.name) for field in fields(TextParts)})


def take_apart(article: Article, embedder: Embedder) -> TextParts:
    """Words, names and values of an article, without its meaning."""
    views = tuple(view_sentence(text, article.language, embedder) for text in article.sentences)
    title = view_sentence(article.title, article.language, embedder) if article.title else None
    everything = [*([title] if title else []), *views]
    opening = [*([title] if title else []), *views[:_N_LEAD]]
    return TextParts(
        sentences=views,
        title=title,
        lexical=_lexical(everything, article.language),
        names=frozenset().union(*(view.names for view in everything)),
        values=frozenset().union(*(view.values for view in everything)),
        lead_terms={stem: weight for view in opening for stem, weight in view.weights.items() if weight > 0},
        lead_names=_lead_names(opening, everything, embedder),
        lead_values=frozenset().union(*(view.values for view in opening)),
    )


def stacked(analysis: Analysis) -> Vectors:
    """The rows in the order in which ``analyse`` takes them back: title, then sentences."""
    width = analysis.mean.shape[0]
    title = analysis.title_vector if analysis.title_vector is not None else np.zeros(width, dtype=np.float32)
    return np.vstack([title[None, :], analysis.vectors]) if len(analysis.vectors) else title[None, :]


def view_sentence(text: str, language: str | None, embedder: Embedder) -> SentenceView:
    """One sentence with its weights, values and names."""
    words = tokens(text)
    weights = {stem: _weight(word, embedder) for stem, word in zip(stems(text, language), words, strict=True)}
    return SentenceView(
        text=text,
        weights=weights,
        n_words=len(words),
        values=frozenset(quantity.key for quantity in quantities(text, language)),
        names=frozenset(name.lower() for name in _NAME.findall(text)),
        is_quote=any(mark in text for mark in '"“„「'),
    )


def _weight(word: str, embedder: Embedder) -> float:
    return min(_RAREST, max(0.0, embedder.rarity(word) - _COMMON))


def _lead_names(
    opening: Sequence[SentenceView], everything: Sequence[SentenceView], embedder: Embedder
) -> dict[str, float]:
    """The names of the lead: (1 + ln count in the whole text) x rarity."""
    counts = Counter(name for view in everything for name in view.names)
    names = frozenset().union(*(view.names for view in opening))
    weights = {name: (1 + log(counts[name])) * _weight(name, embedder) for name in sorted(names)}
    return {name: weight for name, weight in weights.items() if weight > 0}


def _lexical(views: Sequence[SentenceView], language: str | None) -> dict[str, float]:
    """Term weights of a whole text: (1 + ln count) x rarity, for cosines."""
    counts: Counter[str] = Counter()
    weights: dict[str, float] = {}
    for view in views:
        counts.update(stems(view.text, language))
        weights.update(view.weights)
    return {stem: (1 + log(count)) * weights[stem] for stem, count in counts.items() if weights[stem] > 0}


def unit_mean(rows: Sequence[Vectors] | Vectors) -> Vectors:
    """The mean of the rows, scaled to length 1; zeros if there are none."""
    if not len(rows):
        return np.zeros(512, dtype=np.float32)
    mean = np.mean(np.asarray(rows), axis=0)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length else mean, dtype=np.float32)


def cosine(one: Mapping[str, float], two: Mapping[str, float]) -> float:
    """Cosine of two sparse vectors, in [0, 1]; 0.0 if either is empty."""
    if len(one) > len(two):
        one, two = two, one
    dot = sum(weight * two.get(term, 0.0) for term, weight in one.items())
    if not dot:
        return 0.0
    return float(dot / (_length(one) * _length(two)))


def _length(vector: Mapping[str, float]) -> float:
    return float(np.sqrt(sum(weight * weight for weight in vector.values())))
