"""What the reader knew of a story: one quotable line that is about the same thing, or none.

An article retells much that is known, and most of it is about the subject at large. A line is worth quoting only if it
shares names or figures with what is told now, other than those that the whole subject shares.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from monitor.model import Article, KnownFrom, Topic
from monitor.stages.excerpt import NAME, count_words, leans_on_context
from monitor.text.normalise import text_hash
from monitor.text.tokens import has_cjk, stems, tokens

_PLACELESS = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz "
    "mai juni juli oktober dezember the a an in on at for but and this that it they he she we"
)
_CALENDAR = frozenset(_PLACELESS.split())
_COMMON_SHARE = 0.25
_ENOUGH_ARTICLES = 8
_MAX_WORDS = 40
_NAME_WEIGHT, _WORD_WEIGHT = 1.0, 0.3
_RELATED = 1.6
_RELATED_IN_STORY = 0.85  # three plain words
_TELLING_STEM = 5  # letters


def common_words(topics: Iterable[Topic], articles: Sequence[Article]) -> frozenset[str]:
    """Words that tell nothing apart: those of the topics' titles and terms, and names in a quarter of the articles."""
    found = set(_CALENDAR)
    for topic in topics:
        for text in (topic.title, *topic.any_terms):
            found |= set(tokens(text)) | set(stems(text, "en"))
    if len(articles) >= _ENOUGH_ARTICLES:
        counts = Counter(name for article in articles for name in set(_names(" ".join(article.sentences))))
        found |= {name for name, count in counts.items() if count > _COMMON_SHARE * len(articles)}
    return frozenset(found)


def choose_known(
    sources: Iterable[KnownFrom], *, told: Sequence[str], own_urls: AbstractSet[str], common: AbstractSet[str]
) -> tuple[KnownFrom, ...]:
    """The one of *sources* that is nearest to what is *told*, as a tuple; empty if none is really related.

    *own_urls* are the addresses of the story's articles: what an edition showed of them needs less proof.
    """
    best: tuple[float, KnownFrom] | None = None
    printed = {text_hash(text) for text in told}
    for source in sources:
        if leans_on_context(source.text) or count_words(source.text) > _MAX_WORDS or text_hash(source.text) in printed:
            continue
        is_own = source.kind == "edition" and source.url in own_urls
        score, has_name = _relation(source.text, told, common)
        is_related = score >= _RELATED_IN_STORY if is_own else has_name and score >= _RELATED
        if is_related and (best is None or score > best[0]):
            best = (score, source)
    return () if best is None else (best[1],)


def _relation(text: str, told: Sequence[str], common: AbstractSet[str]) -> tuple[float, bool]:
    """How much of *text* is about what is *told*, and whether they share a name or a figure."""
    here, there = set(_names(text)) - common, {name for each in told for name in _names(each)} - common
    sure = {name for each in (text, *told) for name in _names(each, is_sure=True)}
    names = here & there & sure
    words = _words(text) & {word for each in told for word in _words(each)}
    words -= common | names | set(stems(" ".join(names), "en"))
    return _NAME_WEIGHT * len(names) + _WORD_WEIGHT * len(words), bool(names)


def _names(text: str, *, is_sure: bool = False) -> list[str]:
    """Names in lower case; *is_sure* leaves out a plain word that may be capitalised only for its place."""
    found = [
        match.group().lower()
        for match in NAME.finditer(text)
        if not is_sure or match.start() > 1 or not match.group()[1:].islower()
    ]
    found += [word for word in tokens(text) if any(char.isdigit() for char in word) and len(word) > 2]
    return [re.sub(r"['’]s$", "", name) for name in found]


def _words(text: str) -> set[str]:
    return {stem for stem in stems(text, "en") if len(stem) >= _TELLING_STEM or (len(stem) >= 2 and has_cjk(stem))}
