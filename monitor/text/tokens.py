"""Words of a text, in a form in which they can be compared and counted.

Latin and similar scripts are cut at everything that is no letter or digit; Chinese is cut by a dictionary
(jieba's, through ``rjieba``), since blanks do not separate its words. Numbers keep their separators, names
of models keep their digits (``910c``, ``gb200``).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

CJK = "㐀-䶿一-鿿豈-﫿"
_TOKEN = re.compile(
    rf"(?P<cjk>[{CJK}]+)"
    rf"|(?P<number>\d+(?:[.,]\d+)*(?![^\W_{CJK}]))"
    rf"|(?P<word>[^\W_{CJK}]+(?:[’'][^\W\d_{CJK}]+)*)"
)
_POSSESSIVE = re.compile(r"[’'](?:s|S)?$")
_CJK_CHAR = re.compile(rf"[{CJK}]")
_STEMMED = {"en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian",
            "nl": "dutch", "pt": "portuguese", "sv": "swedish", "ru": "russian"}  # fmt: skip


def has_cjk(text: str) -> bool:
    """True if the text holds at least one Han character."""
    return _CJK_CHAR.search(text) is not None


def cjk_share(text: str) -> float:
    """Share of Han characters among letters, in [0, 1]; 0.0 for a text without letters."""
    letters = sum(char.isalpha() for char in text)
    return len(_CJK_CHAR.findall(text)) / letters if letters else 0.0


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers in reading order; Chinese as dictionary words.

    >>> tokens("Huawei's Ascend 910C costs 1,250 yuan")
    ['huawei', 'ascend', '910c', 'costs', '1,250', 'yuan']
    """
    found: list[str] = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "cjk":
            found += _cut(match.group())
        else:
            found.append(_word(match.group()))
    return found


def _word(written: str) -> str:
    return _POSSESSIVE.sub("", written).replace("’", "'").lower()


def characters_and_words(text: str) -> list[str]:
    """Like ``tokens``, but every Han character on its own: stable under editing, so copies are found by these."""
    found: list[str] = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "cjk":
            found += match.group()
        else:
            found.append(_word(match.group()))
    return found


def search_terms(text: str) -> list[str]:
    """Tokens for the full-text index: words stemmed by no language, Chinese words and their single characters."""
    found: list[str] = []
    for token in tokens(text):
        found.append(token)
        if len(token) > 1 and has_cjk(token):
            found += token
    return found


def stems(text: str, language: str | None) -> list[str]:
    """``tokens`` with inflections cut off (Porter2 and its sisters, by snowballstemmer); Chinese unchanged."""
    name = _STEMMED.get(language or "", "english")
    return [_stem(token, name) for token in tokens(text)]


@lru_cache(maxsize=100_000)
def _stem(token: str, name: str) -> str:
    if not token.isalpha() or has_cjk(token):
        return token
    return str(_stemmer(name).stemWord(token))


@lru_cache(maxsize=16)
def _stemmer(name: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(name)


@lru_cache(maxsize=20_000)
def _cut(run: str) -> tuple[str, ...]:
    import rjieba

    return tuple(rjieba.cut(run))
