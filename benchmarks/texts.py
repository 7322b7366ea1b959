"""Made-up articles for benchmarks, always the same, and the memory of this process."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from monitor.model import Article

_VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "r", "st", "ma", "lo", "ke", "ti")]
WORDS = [one + two for one in _VOCABULARY for two in _VOCABULARY[::9]]
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 3_500)]
_ZIPF = np.cumsum(1 / np.arange(1, len(WORDS) + 1))
_ZIPF_HAN = np.cumsum(1 / np.arange(1, len(HAN) + 1))


def words_of(number: int) -> list[str]:
    """The words (or characters) of article *number*, always the same; every twelfth ends a sentence."""
    random = np.random.default_rng(number)
    is_chinese = number % 8 == 0
    items, weights = (HAN, _ZIPF_HAN) if is_chinese else (WORDS, _ZIPF)
    n_words = int(random.integers(300, 500)) * (3 if is_chinese else 2) // 2
    places = np.searchsorted(weights, random.random(n_words) * weights[-1])
    return [items[place] for place in places.tolist()]


def article_of(number: int, words: list[str]) -> Article:
    """An article of these words, a sentence every eighteen."""
    is_chinese = words[0] >= "一"
    joiner, stop = ("", "。") if is_chinese else (" ", ".")
    sentences = tuple(joiner.join(words[place : place + 18]) + stop for place in range(0, len(words), 18))
    return Article(
        id=f"a{number}", url=None, canonical_url=None, title=None, standfirst=None, sentences=sentences,
        starts=(True,) * len(sentences), outlet=None, language="zh" if is_chinese else "en",
    )  # fmt: skip


def resident_bytes() -> int:
    """Memory of this process."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
