"""Vectors kept in the store: encoding is most of the cost of judging, and nothing need be encoded twice."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from hashlib import blake2b
from zlib import compress, decompress

import numpy as np

from monitor import codec
from monitor.meaning.encoder import background_sentences
from monitor.model import Article
from monitor.ports import Embedder, Vectors, VectorStore
from monitor.stages import analysis
from monitor.stages.analysis import Analysis, TextParts, parts_of, stacked
from monitor.text import numbers, tokens

_WIDTH = 512


class VectorCache:
    """The vectors of whole articles (title, then sentences) and their words, by their text.

    New ones are held until ``flush``, so that they cost one transaction a batch.
    """

    def __init__(self, store: VectorStore, model: str) -> None:
        """*model* is the embedder's name: vectors of another one are never found."""
        self._store = store
        self._model = model
        self._parts_name = f"{model}/parts-{_version_of_parts()}"
        self._loaded: dict[str, bytes] = {}
        self._fresh: dict[str, bytes] = {}
        self._loaded_parts: dict[str, bytes] = {}
        self._fresh_parts: dict[str, bytes] = {}

    def preload(self, articles: Iterable[Article]) -> None:
        """Fetch the vectors of many articles at once."""
        keys = [key_of(article) for article in articles]
        self._loaded |= self._store.load(keys, model=self._model)
        self._loaded_parts |= self._store.load(keys, model=self._parts_name)

    def find(self, article: Article) -> Vectors | None:
        """The article's rows, None if they are not loaded."""
        raw = self._loaded.get(key_of(article))
        return _unpack(raw) if raw else None

    def find_parts(self, article: Article) -> TextParts | None:
        """The article's words, None if they are not loaded."""
        raw = self._loaded_parts.get(key_of(article))
        return codec.load(TextParts, decompress(raw)) if raw else None

    def keep(self, taken_apart: Analysis) -> None:
        """Remember rows and words for the next ``flush``."""
        key = key_of(taken_apart.article)
        if key not in self._loaded:
            self._fresh[key] = stacked(taken_apart).astype("<f2").tobytes()
        if key not in self._loaded_parts:
            self._fresh_parts[key] = compress(codec.dump(parts_of(taken_apart)), level=1)

    def flush(self) -> None:
        """Store what is new."""
        self._store.save(self._fresh, model=self._model)
        self._store.save(self._fresh_parts, model=self._parts_name)
        self._known_keys()
        self._fresh, self._fresh_parts = {}, {}

    def release(self) -> None:
        """Forget what was loaded, but which it was: a start has used it once, and needs it no more."""
        self._known_keys()
        self._loaded = dict.fromkeys(self._loaded, b"")
        self._loaded_parts = dict.fromkeys(self._loaded_parts, b"")

    def _known_keys(self) -> None:
        self._loaded |= dict.fromkeys(self._fresh, b"")
        self._loaded_parts |= dict.fromkeys(self._fresh_parts, b"")


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


@cache
def _version_of_parts() -> str:
    """Changes with the code that takes texts apart, so that nothing is compared that was made differently."""
    return _digest([inspect.getsource(module) for module in (analysis, numbers, tokens)])[:12]


def key_of(article: Article) -> str:
    """The key of an article's text: the same text has the same vectors wherever it stands."""
    return _digest([article.title or "", *article.sentences])


def _digest(texts: Sequence[str]) -> str:
    return blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _unpack(raw: bytes) -> Vectors:
    return np.frombuffer(raw, dtype="<f2").astype(np.float32).reshape(-1, _WIDTH)
