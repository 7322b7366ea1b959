"""Which sentences and which headline stand for a story: the most news in the fewest words, readable on their own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.model import Article, JudgedSentence
from monitor.text.numbers import quantities
from monitor.text.tokens import cjk_share, tokens

_DANGLING = re.compile(
    r"^[\"“'‘„「]?(?:it|they|he|she|this|that|these|those|but|and|so|yet|instead|however|such|its|their|his|her|both|"
    r"er|sie|es|dies|diese|dieser|dieses|aber|doch|und|其中|他|她|这|该|此|但|而|另外)\b",
    re.IGNORECASE,
)
_CJK_DANGLING = re.compile(r"^(?:其中|他|她|这|此|但|而|另外|对此)")
_NAME = re.compile(r"(?<![^\W_])[A-ZÀ-Þ][\w-]+")
_MIN_WORDS, _GOOD_WORDS, _MAX_WORDS = 6, 30, 45
_TOO_ALIKE = 0.55
_LONGEST_HEADLINE = 120
_HAN_A_WORD = 1.7  # Han characters that carry as much as one English word


def count_words(text: str) -> int:
    """Words as a reader feels them; Chinese characters count 1 / 1.7 word each."""
    words = tokens(text)
    n_han = sum("㐀" <= char <= "鿿" for char in text)
    return round(sum(cjk_share(word) < 0.5 for word in words) + n_han / _HAN_A_WORD)


def choose_sentences(
    articles: Sequence[tuple[Article, Sequence[JudgedSentence]]], *, limit: int
) -> list[tuple[Article, JudgedSentence]]:
    """At most *limit* sentences, the best first choices put back into the order of their articles.

    Greedy: each next sentence is the best that does not say again what a chosen one says.
    """
    candidates = [
        (_worth(article, sentence, place), number, place, article, sentence)
        for number, (article, sentences) in enumerate(articles)
        for place, sentence in enumerate(sentences)
    ]
    chosen: list[tuple[int, int, Article, JudgedSentence]] = []
    for _, number, place, article, sentence in sorted(candidates, key=lambda item: (-item[0], item[1], item[2])):
        if len(chosen) == limit:
            break
        if all(_likeness(sentence.text, other.text) < _TOO_ALIKE for _, _, _, other in chosen):
            chosen.append((number, place, article, sentence))
    chosen.sort(key=lambda item: (item[0], item[1]))
    return [(article, sentence) for _, _, article, sentence in chosen]


def _worth(article: Article, sentence: JudgedSentence, place: int) -> float:
    """How much a sentence is worth showing: sure to be new, rich in names and figures, early, and whole."""
    text = sentence.text
    n_words = count_words(text)
    worth = 2.0 * (1 - sentence.score)
    worth += 0.25 * min(4, len(quantities(text, article.language))) + 0.15 * min(4, len(set(_NAME.findall(text))))
    worth += 0.8 if article.sentences and text == article.sentences[0] else 0.0
    worth -= 0.05 * min(place, 8)
    if _DANGLING.match(text) or _CJK_DANGLING.match(text):
        worth -= 0.9
    if n_words < _MIN_WORDS or n_words > _MAX_WORDS:
        worth -= 0.8
    elif n_words > _GOOD_WORDS:
        worth -= 0.2
    if _has_open_quote(text):
        worth -= 0.8
    if text.rstrip().endswith("?"):
        worth -= 0.6
    return worth


def _has_open_quote(text: str) -> bool:
    return text.count('"') % 2 == 1 or text.count("“") != text.count("”") or text.count("「") != text.count("」")


def _likeness(one: str, two: str) -> float:
    """Dice coefficient of the words of two sentences."""
    first, second = set(tokens(one)), set(tokens(two))
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def choose_headline(articles: Sequence[Article], chosen: Sequence[tuple[Article, JudgedSentence]]) -> str:
    """The outlet's headline that tells most: names and figures, not too long; the first chosen sentence if none has one."""
    titles = [(article, article.title) for article in articles if article.title]
    if not titles:
        return chosen[0][1].text if chosen else "(no headline)"

    def telling(pair: tuple[Article, str]) -> float:
        article, title = pair
        score = 0.5 * min(3, len(set(_NAME.findall(title)))) + 0.6 * min(2, len(quantities(title, article.language)))
        score -= 1.0 if title.rstrip().endswith("?") else 0.0
        score -= 1.5 if len(title) > _LONGEST_HEADLINE else 0.0
        score -= 1.2 if article.language != articles[0].language and article.language == "zh" else 0.0
        score += 0.5 * sum(article.id == source.id for source, _ in chosen)
        return score

    return max(titles, key=telling)[1]
