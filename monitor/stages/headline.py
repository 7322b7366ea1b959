"""The headline of a story: of those the outlets gave, the one that tells most, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Article, JudgedSentence, StoryMember
from monitor.stages.excerpt import NAME, count_words, cut_dateline
from monitor.text.numbers import quantities
from monitor.text.tokens import stems

_LONGEST = 120  # characters
_FEWEST_WORDS = 4
_STATUS = re.compile(
    r"^(?:(?:updated?|breaking(?: news)?|exclusive|just in|live|watch|video|corrected|correction|refile|aktualisiert|"
    r"eilmeldung|exklusiv)(?: ?\d)? ?[:|–—-]|(?:快讯|更新|独家|突发|最新)[:：|丨]|UPDATE \d-|WRAPUP \d-) *",
    re.IGNORECASE,
)
_STATUS_BEHIND = re.compile(r"[(（](?:updated?|corrected|aktualisiert|更新)[)）]$", re.IGNORECASE)
_TALK = re.compile(
    r"^(?:inside|explainer|background|opinion|comment|analysis|podcast|newsletter|editorial|interview|q&a|why|how|what|"
    r"hintergrund|kommentar|analyse|warum|wie|was|观点|评论|解读)\b|\b(?:the week in|seven days in|digest|roundup|round-up|"
    r"what we know|for beginners|notes on|what you need to know|year on)\b|^i\b|\b(?:my|your|you)\b",
    re.IGNORECASE,
)


_ROUNDUP = re.compile(
    r"\b(?:the week in|week in review|seven days in|digest|round-?up|wrap-?up|briefing|in brief|newsletter|"
    r"wochenrückblick|newsletter)\b|一周(?:要闻|回顾)|周报|早报|晚报",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A headline with the id and the language of the article it belongs to."""

    text: str
    article_id: str | None
    language: str | None


def choose_headline(
    articles: Sequence[Article],
    chosen: Sequence[tuple[Article, JudgedSentence]],
    *,
    lead: StoryMember | None = None,
    language: str = "en",
) -> Headline:
    """Names and figures, what the *chosen* sentences tell, no question; the first of them if no article has a title.

    One in the reader's *language* goes before any other. *lead* is the report the story began with, taken only where
    the articles behind this edition offer nothing readable.
    """
    told = {stem for article, sentence in chosen for stem in stems(sentence.text, article.language) if len(stem) > 2}
    cited = {article.id for article, _ in chosen}
    found = [
        (Headline(text=title, article_id=article.id, language=article.language), article.id in cited, 0.0)
        for article in articles
        if (title := clean_headline(article.title))
    ]
    if lead is not None and lead.title and all(lead.article_id != article.id for article in articles):
        title = clean_headline(lead.title)
        found.append((Headline(text=title, article_id=lead.article_id, language=lead.language), False, -1.5))
    if not found:
        text = cut_dateline(chosen[0][1].text) if chosen else "(no headline)"
        source = chosen[0][0] if chosen else None
        return Headline(
            text=text, article_id=source.id if source else None, language=source.language if source else None
        )

    def telling(candidate: tuple[Headline, bool, float]) -> float:
        headline, is_cited, bonus = candidate
        return bonus + 0.5 * is_cited + _telling(headline, told, language)

    return max(found, key=telling)[0]


def is_roundup_title(title: str | None) -> bool:
    """True for "The week in chips" and "Morning briefing": many stories under one headline."""
    return bool(title and _ROUNDUP.search(title))


def clean_headline(title: str | None) -> str:
    """*title* without "Updated:", "UPDATE 2-" and the like, which an edition says by itself; empty for None."""
    text = (title or "").strip()
    return _STATUS_BEHIND.sub("", _STATUS.sub("", text)).strip() or text


def _telling(headline: Headline, told: set[str], language: str) -> float:
    text = headline.text
    score = 0.4 * min(3, len(set(NAME.findall(text)))) + 0.6 * min(2, len(quantities(text, headline.language)))
    words = {stem for stem in stems(text, headline.language) if len(stem) > 2}
    score += 1.5 * len(words & told) / max(4, len(words))
    score -= 1.0 * text.endswith(("?", "？"))
    score -= 1.5 * (len(text) > _LONGEST)
    score -= 0.8 * (count_words(text) < _FEWEST_WORDS)
    score -= 1.0 * bool(_TALK.search(text))
    score -= 4.0 * (headline.language is not None and headline.language != language)
    return score
