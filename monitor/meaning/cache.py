"""Vectors kept in the store: encoding is most of the cost of judging, and nothing need be encoded twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from hashlib import blake2b

import numpy as np

from monitor.meaning.encoder import background_sentences
from monitor.model import Article
from monitor.ports import Embedder, Vectors, VectorStore

_WIDTH = 512


class VectorCache:
    """The vectors of whole articles (title, then sentences), by their text.

    New ones are held until ``flush``, so that they cost one transaction a batch.
    """

    def __init__(self, store: VectorStore, model: str) -> None:
        """*model* is the embedder's name: vectors of another one are never found."""
        self._store = store
        self._model = model
        self._loaded: dict[str, bytes] = {}
        self._fresh: dict[str, bytes] = {}

    def preload(self, articles: Iterable[Article]) -> None:
        """Fetch the vectors of many articles at once."""
        self._loaded |= self._store.load([key_of(article) for article in articles], model=self._model)

    def find(self, article: Article) -> Vectors | None:
        """The article's rows, None if they are not loaded."""
        raw = self._loaded.get(key_of(article))
        return None if raw is None else _unpack(raw)

    def keep(self, article: Article, rows: Vectors) -> None:
        """Remember rows for the next ``flush``."""
        key = key_of(article)
        if key not in self._loaded:
            self._fresh[key] = rows.astype("<f2").tobytes()

    def flush(self) -> None:
        """Store what is new."""
        self._store.save(self._fresh, model=self._model)
        self._loaded |= self._fresh
        self._fresh = {}


class CachingEmbedder:
    """An embedder whose background vectors come from the store; implements ``ports.Embedder``."""

    def __init__(self, embedder: Embedder, store: VectorStore) -> None:
        """*embedder* does the work once."""
        self._embedder = embedder
        self._store = store

    @property
    def name(self) -> str:
        """The model's name."""
        return self._embedder.name

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The model's vectors."""
        return self._embedder.embed(texts)

    def rarity(self, word: str) -> float:
        """The model's word rarity."""
        return self._embedder.rarity(word)

    def background(self) -> Vectors:
        """The background vectors, encoded once a database."""
        return self._background

    @cached_property
    def _background(self) -> Vectors:
        key = f"background-{_digest(background_sentences())}"
        stored = self._store.load([key], model=self.name)
        if key in stored:
            return _unpack(stored[key])
        rows = self._embedder.background()
        self._store.save({key: rows.astype("<f2").tobytes()}, model=self.name)
        return rows


def key_of(article: Article) -> str:
    """The key of an article's text: the same text has the same vectors wherever it stands."""
    return _digest([article.title or "", *article.sentences])


def _digest(texts: Sequence[str]) -> str:
    return blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _unpack(raw: bytes) -> Vectors:
    return np.frombuffer(raw, dtype="<f2").astype(np.float32).reshape(-1, _WIDTH)
