"""The known base: everything the reader or the monitor has seen, indexed for the comparisons of judgement.

Kept in memory, rebuilt from the store at start. Copy fingerprints of every document, sentences (with vectors) of the
documents that are on topic. Flat lists and one growing matrix, so that a comparison is one matrix product.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from monitor.model import Article, KnownFrom, Outcome
from monitor.ports import Vectors
from monitor.stages.analysis import Analysis, SentenceView
from monitor.text.normalise import text_hash

_WIDTH = 512


@dataclass(slots=True, kw_only=True, eq=False)
class KnownDocument:
    """A document of the known base. ``analysis`` is None for copies and for what is off topic.

    ``can_anchor`` is False for round-ups and background pieces: no later report joins their story.
    """

    number: int
    article: Article
    outcome: Outcome
    n_prints: int
    analysis: Analysis | None
    topic_ids: tuple[str, ...]
    story_id: str | None
    can_anchor: bool
    published_at: datetime | None

    @property
    def is_corpus(self) -> bool:
        """True for what the reader had read before."""
        return self.article.is_corpus

    @property
    def is_on_topic(self) -> bool:
        """True for the corpus and for every article about a topic."""
        return self.outcome is not Outcome.OFF_TOPIC


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSentence:
    """A sentence of the known base and the document it stands in."""

    document: int
    view: SentenceView


@dataclass(slots=True, eq=False)
class KnownBase:
    """Everything known. ``add`` is the only change; all else are questions."""

    documents: list[KnownDocument] = field(default_factory=list)
    sentences: list[KnownSentence] = field(default_factory=list)
    document_frequency: Counter[str] = field(default_factory=Counter)
    seen_stems: set[str] = field(default_factory=set)
    seen_values: set[str] = field(default_factory=set)
    n_analysed: int = 0
    shown: dict[str, str] = field(default_factory=dict)
    _prints: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _by_hash: dict[str, int] = field(default_factory=dict)
    _by_address: dict[str, int] = field(default_factory=dict)
    _by_id: dict[str, int] = field(default_factory=dict)
    _matrix: Vectors = field(default_factory=lambda: np.zeros((256, _WIDTH), dtype=np.float32))
    _sentence_hashes: set[str] = field(default_factory=set)
    _mean_sum: Vectors = field(default_factory=lambda: np.zeros(_WIDTH, dtype=np.float32))
    _lead_sum: Vectors = field(default_factory=lambda: np.zeros(_WIDTH, dtype=np.float32))

    def add(
        self,
        article: Article,
        *,
        outcome: Outcome,
        prints: np.ndarray,
        hash_of_text: str | None,
        address: str | None,
        analysis: Analysis | None,
        topic_ids: Sequence[str] = (),
        story_id: str | None = None,
        can_anchor: bool = True,
        new_sentences: Sequence[int] | None = None,
    ) -> KnownDocument:
        """Take a judged article in. *new_sentences* limits which of its sentences join (None: all, if on topic)."""
        document = KnownDocument(
            number=len(self.documents), article=article, outcome=outcome, n_prints=len(prints),
            analysis=None if outcome is Outcome.OFF_TOPIC else analysis,
            topic_ids=tuple(topic_ids), story_id=story_id, can_anchor=can_anchor,
            published_at=article.published_at or article.first_seen_at,
        )  # fmt: skip
        self.documents.append(document)
        self._by_id[article.id] = document.number
        if hash_of_text:
            self._by_hash.setdefault(hash_of_text, document.number)
        if address:
            self._by_address.setdefault(address, document.number)
        if outcome is not Outcome.DUPLICATE:  # its text is known from elsewhere; what it adds may be about anything
            for value in prints.tolist():
                self._prints[value].append(document.number)
        if analysis is not None:
            self._learn(document, analysis, new_sentences)
        return document

    def _learn(self, document: KnownDocument, analysis: Analysis, new_sentences: Sequence[int] | None) -> None:
        if not document.is_on_topic:
            return
        self.n_analysed += 1
        self._mean_sum += analysis.mean
        self._lead_sum += analysis.lead
        self.document_frequency.update(analysis.lexical.keys())
        wanted = range(len(analysis.sentences)) if new_sentences is None else new_sentences
        for place in wanted:
            view = analysis.sentences[place]
            key = text_hash(view.text)
            if key in self._sentence_hashes:
                continue  # the first source keeps the credit
            self._sentence_hashes.add(key)
            self._append(KnownSentence(document=document.number, view=view), analysis.vectors[place])
        if analysis.title is not None:
            self.seen_stems.update(analysis.title.weights)
            self.seen_values.update(analysis.title.values)

    def _append(self, sentence: KnownSentence, vector: Vectors) -> None:
        place = len(self.sentences)
        if place == len(self._matrix):
            self._matrix = np.vstack([self._matrix, np.zeros_like(self._matrix)])
        self._matrix[place] = vector
        self.sentences.append(sentence)
        self.seen_stems.update(sentence.view.weights)
        self.seen_values.update(sentence.view.values)

    @property
    def vectors(self) -> Vectors:
        """One row for each of ``sentences``."""
        return self._matrix[: len(self.sentences)]

    @property
    def middle(self) -> tuple[Vectors, Vectors]:
        """The average document on topic: its mean and its lead vector. Zeros while there is none.

        The product with it is how alike an article is to the documents of this subject on average.
        """
        n = np.float32(max(1, self.n_analysed))
        return np.asarray(self._mean_sum / n, np.float32), np.asarray(self._lead_sum / n, np.float32)

    def find_by_hash(self, hash_of_text: str) -> KnownDocument | None:
        """The first document with that text."""
        number = self._by_hash.get(hash_of_text)
        return None if number is None else self.documents[number]

    def find_by_address(self, address: str) -> KnownDocument | None:
        """The document at that address key."""
        number = self._by_address.get(address)
        return None if number is None else self.documents[number]

    def find_by_id(self, article_id: str) -> KnownDocument | None:
        """The latest revision of an article."""
        number = self._by_id.get(article_id)
        return None if number is None else self.documents[number]

    def shared_prints(self, prints: np.ndarray) -> Counter[int]:
        """How many prints each document shares with these, by document number."""
        counts: Counter[int] = Counter()
        for value in prints.tolist():
            counts.update(self._prints.get(value, ()))
        return counts

    def has_print(self, value: int) -> bool:
        """True if any document holds that print."""
        return value in self._prints

    def on_topic_documents(self) -> Iterator[KnownDocument]:
        """Corpus documents and articles on topic that carry an analysis."""
        return (doc for doc in self.documents if doc.is_on_topic and doc.analysis is not None)

    def source_of(self, sentence: KnownSentence) -> KnownFrom:
        """The sentence as something that can be quoted: what an edition has shown is named as such."""
        document = self.documents[sentence.document]
        edition = self.shown.get(text_hash(sentence.view.text))
        kind = "edition" if edition else "corpus" if document.is_corpus else "article"
        return KnownFrom(
            kind=kind,
            id=edition or document.article.id,
            text=sentence.view.text,
            url=document.article.url,
            title=document.article.title,
        )


def name_of(document: KnownDocument) -> str:
    """How ``because`` names a document: ``corpus:003`` or ``article:<id>``."""
    return document.article.id if document.is_corpus else f"article:{document.article.id}"
