"""Builders for the nouns that tests speak in, and an encoder that needs no model.

Every builder gives a valid value from as little as the test cares about; anything can be overridden by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import numpy as np

from monitor.model import (
    Article,
    Entry,
    Feed,
    JudgedArticle,
    JudgedSentence,
    Match,
    Outcome,
    PendingEntry,
    Role,
    Story,
    StoryMember,
    Topic,
    Verdict,
)
from monitor.ports import Vectors
from monitor.stages.analysis import Analysis, analyse
from monitor.stages.judge import Judge, Judgement
from monitor.stages.known import KnownBase, KnownDocument
from monitor.stages.relevance import build_profile
from monitor.text.fingerprints import prints
from monitor.text.normalise import text_hash
from monitor.text.sentences import split_sentences
from monitor.text.tokens import has_cjk, tokens

NOW = datetime(2026, 9, 4, 5, 0, tzinfo=UTC)
WIDTH = 512
_COMMON = frozenset(
    "the a an of to in on at by for from with and or but is are was were be has have had that this it its as not "
    "said will would which who their they he she than der die das und ist von zu 的 了 在 是 和".split()
)


class FakeEmbedder:
    """Implements ``ports.Embedder`` with hashed bags of words: the same words give the same vector, others do not."""

    name = "fake/1"

    def __init__(self) -> None:
        self.n_embedded = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.n_embedded += len(texts)
        rows = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in tokens(text):
                if word not in _COMMON:
                    row[int.from_bytes(blake2b(word.encode(), digest_size=2).digest(), "big") % WIDTH] += 1.0
            length = float(np.linalg.norm(row))
            if length:
                row /= length
        return rows

    def rarity(self, word: str) -> float:
        return 5.0 if word in _COMMON else 15.0

    def background(self) -> Vectors:
        return self.embed(["The weather will be fine at the weekend.", "The team won its match by two goals."])


def sentences_of(text: str, language: str | None = None) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """Sentences and starts of a text whose paragraphs are separated by blank lines."""
    language = language or ("zh" if has_cjk(text) else "en")
    sentences: list[str] = []
    starts: list[bool] = []
    for paragraph in text.split("\n\n"):
        for place, sentence in enumerate(split_sentences(" ".join(paragraph.split()), language)):
            sentences.append(sentence)
            starts.append(place == 0)
    return tuple(sentences), tuple(starts)


def article(text: str = "", *, id: str = "a1", **changes: object) -> Article:
    """An article of running text (paragraphs separated by a blank line), dated ``NOW``."""
    sentences, starts = sentences_of(text)
    plain = Article(
        id=id,
        url=f"https://outlet.example/{id}",
        canonical_url=f"https://outlet.example/{id}",
        title=None,
        standfirst=None,
        sentences=sentences,
        starts=starts,
        outlet="Harbour Times",
        language="zh" if has_cjk(text) else "en",
        published_at=NOW,
        first_seen_at=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def corpus_article(text: str, *, id: str = "corpus:001", **changes: object) -> Article:
    """An article that the reader knows."""
    return article(text, id=id, **{"url": None, "canonical_url": None, "is_corpus": True, **changes})


def judged_sentence(text: str, *, is_novel: bool = True, **changes: object) -> JudgedSentence:
    plain = JudgedSentence(text=text, is_novel=is_novel, score=0.05 if is_novel else 0.95)
    return replace(plain, **changes)  # type: ignore[arg-type]


def judged(
    number: int = 1,
    *texts: str | JudgedSentence,
    outcome: Outcome = Outcome.NEW,
    topics: Sequence[str] = ("chips",),
    story: str | None = None,
    at: datetime = NOW,
    revision: int = 1,
    outlet: str | None = None,
    **changes: object,
) -> JudgedArticle:
    """A judged article; plain *texts* are new sentences if the outcome is kept, known ones otherwise."""
    rows = tuple(
        judged_sentence(text, is_novel=outcome.is_kept, seen_at=at) if isinstance(text, str) else text for text in texts
    )
    verdict = Verdict(
        outcome=outcome,
        matches=tuple(Match(topic_id=topic, score=0.9) for topic in topics),
        story_id=story or (f"s{number}" if outcome.is_kept else None),
        sentences=rows,
    )
    piece = article(
        id=f"a{number}",
        title=f"Report {number} of the works",
        sentences=tuple(row.text for row in rows),
        starts=(True,) * len(rows),
        outlet=outlet or f"Outlet {number}",
    )
    return JudgedArticle(
        article=replace(piece, **changes),  # type: ignore[arg-type]
        verdict=verdict,
        revision=revision,
        judged_at=at,
    )


def story_of(*members: JudgedArticle, first_seen_at: datetime = NOW) -> Story:
    """The story of these articles, the first one leading."""
    return Story(
        id=members[0].verdict.story_id or "s",
        headline=members[0].article.title or "",
        first_seen_at=first_seen_at,
        last_seen_at=NOW,
        members=tuple(
            StoryMember(
                article_id=member.article.id,
                url=member.article.url,
                title=member.article.title,
                outlet=member.article.outlet,
                published_at=member.article.published_at,
                language=member.article.language,
                role=Role.LEAD if place == 0 else Role.REPORTS,
            )
            for place, member in enumerate(members)
        ),
    )


def topic(**changes: object) -> Topic:
    plain = Topic(id="chips", title="Chips", any_terms=("Lumen", "chip"))
    return replace(plain, **changes)  # type: ignore[arg-type]


def feed(**changes: object) -> Feed:
    return replace(Feed(url="https://outlet.example/rss"), **changes)  # type: ignore[arg-type]


def entry(**changes: object) -> Entry:
    plain = Entry(url="https://outlet.example/1", title="Works to close", guid="1", published_at=NOW)
    return replace(plain, **changes)  # type: ignore[arg-type]


def pending(of: Entry | None = None, **changes: object) -> PendingEntry:
    plain = PendingEntry(
        seq=1, feed_url="https://outlet.example/rss", feed_title="Harbour Times", key="1", entry=of or entry(),
        first_seen_at=NOW,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


class Newsroom:
    """A judge that remembers, over a corpus: feed it texts in order and look at the verdicts."""

    def __init__(self, *corpus: Article, topics: Sequence[Topic] = (), embedder: object | None = None) -> None:
        self.embedder = embedder or FakeEmbedder()
        self.known = KnownBase()
        analyses = [self.analyse(one) for one in corpus]
        for one in analyses:
            self.learn(one)
        profiles = tuple(build_profile(one, (), analyses) for one in (topics or (topic(threshold=0.0),)))
        self.judge = Judge(profiles=profiles, known=self.known, embedder=self.embedder)  # type: ignore[arg-type]
        self.now = NOW

    def analyse(self, one: Article) -> Analysis:
        return analyse(one, self.embedder)  # type: ignore[arg-type]

    def learn(self, one: Analysis, *, outcome: Outcome = Outcome.KNOWN, **details: object) -> KnownDocument:
        """Put an article into the known base as it is."""
        text = " ".join(one.article.sentences)
        return self.known.add(
            one.article, outcome=outcome, prints=prints(text), hash_of_text=text_hash(text), address=None, analysis=one,
            **details,  # type: ignore[arg-type]
        )  # fmt: skip

    def read(self, one: Article, **how: object) -> Verdict:
        """The verdict on an article, which is known from then on."""
        return self.judgement(one, **how).verdict

    def judgement(self, one: Article, **how: object) -> Judgement:
        self.now += timedelta(minutes=10)
        found = self.judge.judge(one, now=self.now, **how)  # type: ignore[arg-type]
        self.judge.remember(found)
        return found
