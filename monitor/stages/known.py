"""The known base: everything the reader or the monitor has seen, indexed for the comparisons of judgement.

Kept in memory, rebuilt from the store at start: copy fingerprints of every document, sentences (with vectors) of the
documents that are on topic. Flat lists and one growing matrix, so that a comparison is one matrix product. The texts of
all other documents stay in the archive (the store) and are fetched only when their fingerprints point at them.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from monitor.model import Article, KnownFrom, KnownRecord, Outcome, Verdict
from monitor.ports import Archive, Vectors
from monitor.stages.analysis import Analysis, SentenceView
from monitor.stages.postings import PostingIndex
from monitor.text.fingerprints import Prints
from monitor.text.normalise import text_hash

_WIDTH = 512
_MIN_SHARE = 0.1
"""Share of the fingerprints of the shorter text from which two texts are compared word by word."""

_MIN_SHARED, _MAX_PASSAGES = 2, 3
"""With less than that share, so many fingerprints (a paragraph has about four), and so many documents at most. With a
million articles any text shares one fingerprint by chance, and stock phrases with many."""

_MAX_SIMILAR = 12
_SUBJECT_WORD = 200
"""A telling word that more documents on topic hold is one of the subject."""


@dataclass(slots=True, kw_only=True, eq=False)
class KnownDocument:
    """A document of the known base. ``analysis`` is None for copies and for what is off topic.

    ``number`` is its place in ``KnownBase.documents``, None if it was fetched from the archive. ``can_anchor`` is False
    for round-ups and background pieces: no later report joins their story.
    """

    number: int | None
    article: Article
    outcome: Outcome
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
    """Everything known. ``add`` and ``load_prints`` are the only changes; all else are questions.

    ``documents`` are the corpus and what is on topic; with an ``archive``, all others are fetched from there.
    """

    archive: Archive | None = None
    documents: list[KnownDocument] = field(default_factory=list)
    sentences: list[KnownSentence] = field(default_factory=list)
    document_frequency: Counter[str] = field(default_factory=Counter)
    seen_stems: set[str] = field(default_factory=set)
    seen_values: set[str] = field(default_factory=set)
    n_analysed: int = 0
    shown: dict[str, str] = field(default_factory=dict)
    _postings: PostingIndex = field(default_factory=PostingIndex)
    # Of each document in the index: its number in the archive or, below zero, -1 less its place in ``documents``.
    _origins: array[int] = field(default_factory=lambda: array("q"))
    _sizes: array[int] = field(default_factory=lambda: array("I"))
    _by_hash: dict[str, int] = field(default_factory=dict)
    _by_address: dict[str, int] = field(default_factory=dict)
    _by_id: dict[str, int] = field(default_factory=dict)
    _matrix: Vectors = field(default_factory=lambda: np.zeros((256, _WIDTH), dtype=np.float32))
    _sentence_hashes: set[str] = field(default_factory=set)
    _by_value: dict[str, list[int]] = field(default_factory=dict)
    _holders: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _languages: set[str | None] = field(default_factory=set)
    _mean_sum: Vectors = field(default_factory=lambda: np.zeros(_WIDTH, dtype=np.float32))
    _lead_sum: Vectors = field(default_factory=lambda: np.zeros(_WIDTH, dtype=np.float32))

    def add(
        self,
        article: Article,
        *,
        outcome: Outcome,
        prints: Prints,
        hash_of_text: str | None,
        address: str | None,
        analysis: Analysis | None,
        topic_ids: Sequence[str] = (),
        story_id: str | None = None,
        can_anchor: bool = True,
        new_sentences: Sequence[int] | None = None,
        is_copy: bool = False,
        seq: int | None = None,
    ) -> KnownDocument:
        """Take a judged article in. *new_sentences* limits which of its sentences join (None: all, if on topic).

        The fingerprints of a copy (*is_copy*) are left out: its text is known from elsewhere. *seq* is its number in
        the archive, None if it is not there.
        """
        is_archived = self.archive is not None and seq is not None
        is_kept = analysis is not None or not is_archived
        document = KnownDocument(
            number=len(self.documents) if is_kept else None, article=article, outcome=outcome,
            analysis=None if outcome is Outcome.OFF_TOPIC else analysis,
            topic_ids=tuple(topic_ids), story_id=story_id, can_anchor=can_anchor,
            published_at=article.published_at or article.first_seen_at,
        )  # fmt: skip
        if is_kept:
            self._keep(document, hash_of_text, address)
        if len(prints) and not is_copy:
            self._postings.add(len(self._origins), prints)
            self._origins.append(seq if seq is not None and is_archived else -len(self.documents))
            self._sizes.append(len(prints))
        if analysis is not None:
            self._learn(document, analysis, new_sentences)
        return document

    def _keep(self, document: KnownDocument, hash_of_text: str | None, address: str | None) -> None:
        number = len(self.documents)
        self.documents.append(document)
        self._by_id[document.article.id] = number
        if hash_of_text:
            self._by_hash.setdefault(hash_of_text, number)
        if address:
            self._by_address.setdefault(address, number)

    def load_prints(self, pages: Iterable[tuple[Sequence[int], Sequence[bytes]]]) -> None:
        """Take in the fingerprints of everything in the archive: pages of numbers, and of what ``to_bytes`` made."""
        numbers: list[int] = []
        prints: list[bytes] = []
        for page_numbers, page_prints in pages:
            numbers += page_numbers
            prints += page_prints
        self._postings.load(len(self._origins), prints)
        self._origins.extend(numbers)
        self._sizes.extend(len(raw) // 4 for raw in prints)

    def _learn(self, document: KnownDocument, analysis: Analysis, new_sentences: Sequence[int] | None) -> None:
        if not document.is_on_topic:
            return
        self.n_analysed += 1
        self._mean_sum += analysis.mean
        self._lead_sum += analysis.lead
        self.document_frequency.update(analysis.lexical.keys())
        self._languages.add(analysis.language)
        for stem in analysis.lexical:
            self._holders[stem].append(self.n_analysed)
        wanted = range(len(analysis.sentences)) if new_sentences is None else new_sentences
        for place in wanted:
            view = analysis.sentences[place]
            key = text_hash(view.text)
            if key in self._sentence_hashes:
                continue  # the first source keeps the credit
            self._sentence_hashes.add(key)
            self._append(KnownSentence(document=len(self.documents) - 1, view=view), analysis.vectors[place])
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
        for value in sentence.view.values:
            self._by_value.setdefault(value, []).append(place)

    @property
    def vectors(self) -> Vectors:
        """One row for each of ``sentences``."""
        return self._matrix[: len(self.sentences)]

    def sentences_with(self, value: str) -> list[int]:
        """Places in ``sentences`` of those that hold the value with that key, oldest first."""
        return self._by_value.get(value, [])

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
        if number is not None:
            return self.documents[number]
        record = self.archive.find_known(text_hash=hash_of_text) if self.archive is not None else None
        return None if record is None else document_of(record)

    def find_by_address(self, address: str) -> KnownDocument | None:
        """The document at that address key."""
        number = self._by_address.get(address)
        return None if number is None else self.documents[number]

    def find_by_id(self, article_id: str) -> KnownDocument | None:
        """The latest revision of an article."""
        number = self._by_id.get(article_id)
        if number is not None:
            return self.documents[number]
        record = self.archive.find_known(article_id=article_id) if self.archive is not None else None
        return None if record is None else document_of(record)

    def find_similar(self, prints: Prints) -> list[KnownDocument]:
        """The documents that share most with these fingerprints, by the larger of the two shares; 12 at most.

        0.1 to 0.2 ms from twenty thousand to a million documents, and 0.1 ms for each that is fetched.
        """
        numbers, counts = self._postings.find(prints)
        if not len(numbers):
            return []
        shares = counts / np.minimum(np.frombuffer(self._sizes, dtype=np.uintc)[numbers], len(prints))
        order = np.lexsort((numbers, -counts, -shares))[: 4 * _MAX_SIMILAR]
        whole = [place for place in order if shares[place] >= _MIN_SHARE]
        parts = [place for place in order if shares[place] < _MIN_SHARE and counts[place] >= _MIN_SHARED]
        chosen = [*whole, *parts[:_MAX_PASSAGES]][:_MAX_SIMILAR]
        origins = [self._origins[int(numbers[place])] for place in chosen]
        archived = [origin for origin in origins if origin >= 0]
        records = self.archive.load_known(archived) if self.archive is not None and archived else ()
        fetched = {record.seq: document_of(record) for record in records}
        found = [self.documents[-1 - origin] if origin < 0 else fetched.get(origin) for origin in origins]
        return [document for document in found if document is not None]

    @property
    def languages(self) -> AbstractSet[str | None]:
        """Languages of the documents on topic."""
        return self._languages

    def most_shared(self, stems: Sequence[str]) -> int:
        """How many of these stems stand together in one document on topic; all of them if one is a word of the subject."""
        counts: Counter[int] = Counter()
        for stem in stems:
            holders = self._holders.get(stem, ())
            if len(holders) > _SUBJECT_WORD:
                return len(stems)
            counts.update(holders)
        return max(counts.values(), default=0)

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


def document_of(record: KnownRecord) -> KnownDocument:
    """A judgement from the archive as a document to compare with; its sentences are not taken apart."""
    article, verdict = record.judged.article, record.judged.verdict
    outcome = record.outcome or verdict.outcome
    is_off_topic = outcome is Outcome.OFF_TOPIC or is_about_nothing(verdict)
    return KnownDocument(
        number=None, article=article, outcome=Outcome.OFF_TOPIC if is_off_topic else outcome, analysis=None,
        topic_ids=() if is_off_topic else tuple(match.topic_id for match in verdict.matches),
        story_id=verdict.story_id, can_anchor=False, published_at=article.published_at or article.first_seen_at,
    )  # fmt: skip


def is_about_nothing(verdict: Verdict) -> bool:
    """True for back-fill that is about none of the topics: it is taken in as known, not as on topic."""
    return verdict.outcome is Outcome.KNOWN and not verdict.matches


def name_of(document: KnownDocument) -> str:
    """How ``because`` names a document: ``corpus:003`` or ``article:<id>``."""
    return document.article.id if document.is_corpus else f"article:{document.article.id}"
