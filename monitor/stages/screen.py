"""Is an article so far from every topic that its meaning need not be asked for?

Encoding is most of the cost of an article, and most articles are about something else altogether. What holds none of
a topic's terms and shares hardly any of its telling words with anything known is off topic whatever it means: of five
labelled sets, no article on topic without a term shared less than 7 of 20 words, and two thirds of those off topic at
most 3 (2026-11). What is written in a language in which nothing is known yet is always asked for its meaning.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Article, Match, Reason
from monitor.stages.analysis import TextParts
from monitor.stages.known import KnownBase
from monitor.stages.relevance import TopicProfile

N_TELLING = 20
"""Of an article's words so many are looked at, those that weigh most (rarity, and how often)."""

MOST_SHARED = 3
"""With more of them in one known article, marked ones included, the article is asked for its meaning."""


def find_far_topics(
    article: Article, parts: TextParts, profiles: Sequence[TopicProfile], known: KnownBase
) -> tuple[tuple[Match, Reason], ...] | None:
    """A match of 0 with its reason for every topic if the article is far from all of them, else None.

    Costs as much as looking for the terms.
    """
    if article.language not in known.languages or any(profile.topic.threshold <= 0 for profile in profiles):
        return None
    telling = sorted(parts.lexical, key=lambda stem: -parts.lexical[stem])[:N_TELLING]
    n_shared = known.most_shared(telling)
    for profile in profiles:
        shared = [len(example.analysis.lexical.keys() & set(telling)) for example in profile.examples]
        n_shared = max([n_shared, *shared])
    texts = [article.title or "", *article.sentences]
    if n_shared > MOST_SHARED or any(profile.terms.find(text) for profile in profiles for text in texts):
        return None
    if any(profile.terms.find(" ".join(texts[:4])) for profile in profiles):
        return None  # a term of several words may be spread over two sentences
    return tuple((Match(topic_id=profile.topic.id, score=0.0), _reason(profile, n_shared)) for profile in profiles)


def _reason(profile: TopicProfile, n_shared: int) -> Reason:
    return Reason(
        stage="match", signal=f"{profile.topic.id}:far", score=0.0, threshold=profile.topic.threshold,
        detail=f"none of its terms, and no article on topic shares more than {n_shared} of the {N_TELLING} most telling words",
    )  # fmt: skip
