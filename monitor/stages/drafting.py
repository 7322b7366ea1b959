"""Stories on their way into an edition: what of each was never shown, in which words, with what the reader knew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from math import log1p

from monitor.model import (
    Article,
    Digest,
    JudgedArticle,
    JudgedSentence,
    KnownFrom,
    Outcome,
    Role,
    ShownChange,
    ShownSentence,
    Story,
    StoryItem,
    StoryMember,
)
from monitor.stages.excerpt import choose_sentences, count_words, cut_dateline, quote_around
from monitor.stages.headline import choose_headline, is_roundup_title
from monitor.stages.recall import choose_known
from monitor.stages.record import find_documents, is_official
from monitor.text.normalise import text_hash

MAX_SENTENCES = 3
_MAX_CHANGES = 3
_MAX_MEMBERS = 12
_MAX_BRIEF_WORDS = 150
_MAX_HEADLINE = 300  # characters
_ROUNDUP_WEIGHT = 0.3
"""A round-up repeats other stories in words of its own; what seems new in it seldom is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What readers of the digest have seen: keys of sentences (``shown_key``) and ids of the articles they stood in."""

    sentences: AbstractSet[str]
    articles: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A kept article with those of its new sentences that nobody was shown."""

    seq: int
    judged: JudgedArticle
    sentences: tuple[JudgedSentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDraft:
    """A story that may stand in the edition: in full as ``item``, as a one-liner as ``brief``."""

    item: StoryItem
    brief: StoryItem
    topic_id: str
    score: float
    seqs: tuple[int, ...]
    is_roundup: bool

    @property
    def rank(self) -> tuple[float, bool, float, str]:
        """Sorts drafts: most news first, the official record first on ties, then the youngest."""
        return (-self.score, not self.item.is_official, -self.item.first_seen_at.timestamp(), self.item.id)


def shown_key(text: str) -> str:
    """Under which a sentence is remembered as shown, with or without its dateline."""
    return text_hash(cut_dateline(text))


def best_topic(digest: Digest, judged: JudgedArticle) -> str | None:
    """The digest's topic that the article matches best."""
    wanted = [match for match in judged.verdict.matches if match.topic_id in digest.topic_ids]
    return max(wanted, key=lambda match: match.score).topic_id if wanted else None


def fresh_articles(
    digest: Digest, judged: Sequence[tuple[int, JudgedArticle]], past: Past, since_at: datetime
) -> list[Fresh]:
    """The kept articles on the digest's topics that have something to show, in the order they were judged."""
    found = []
    told: dict[str, str] = {}
    for seq, one in sorted(judged, key=lambda pair: pair[0]):
        if not one.verdict.outcome.is_kept or best_topic(digest, one) is None:
            continue
        story = one.verdict.story_id or one.article.id
        was_shown = any(shown_key(sentence.text) in past.sentences for sentence in one.verdict.sentences)
        sentences = tuple(
            sentence
            for sentence in one.verdict.sentences
            if sentence.is_novel
            and (key := shown_key(sentence.text)) not in past.sentences
            # Of an article that was shown, only what a later version added; one revised while it waited comes whole.
            and (not was_shown or sentence.seen_at is None or sentence.seen_at >= since_at)
            and told.setdefault(key, story) == story  # two stories never print the same
        )
        if sentences:
            found.append(Fresh(seq=seq, judged=one, sentences=sentences))
    return found


def draft_stories(
    digest: Digest,
    fresh: Sequence[Fresh],
    stories: Mapping[str, Story],
    past: Past,
    *,
    common: AbstractSet[str],
    since_at: datetime,
) -> list[StoryDraft]:
    """One draft a story, and one for each official paper in it: those are never merged away."""
    groups: dict[tuple[str, str], list[Fresh]] = defaultdict(list)
    for one in fresh:
        article = one.judged.article
        story_id = one.judged.verdict.story_id or article.id
        groups[story_id, article.id if is_official(article.url) else ""].append(one)
    told = {story_id for story_id, paper in groups if not paper}
    drafts = []
    for (story_id, paper), group in groups.items():
        # Beside press reports of the same event, a paper has its own article's id, since the story has its place.
        item_id = paper if paper and (story_id in told or _n_papers(groups, story_id) > 1) else story_id
        story = stories.get(story_id)
        drafts.append(_draft(digest, group, story, past, item_id=item_id, common=common, since_at=since_at))
    return drafts


def _n_papers(groups: Mapping[tuple[str, str], object], story_id: str) -> int:
    return sum(story == story_id and bool(paper) for story, paper in groups)


def count_item_words(item: StoryItem) -> int:
    """Words of a story as it is printed."""
    texts = [item.headline, *(sentence.text for sentence in item.new), *(known.text for known in item.known)]
    changes = [f"{change.context or change.what} {change.old} {change.new}" for change in item.changed]
    return sum(count_words(text) for text in [*texts, *changes])


def _draft(
    digest: Digest,
    group: Sequence[Fresh],
    story: Story | None,
    past: Past,
    *,
    item_id: str,
    common: AbstractSet[str],
    since_at: datetime,
) -> StoryDraft:
    members = _members(story, group)
    lead = max(group, key=lambda article: (len(article.sentences), -article.seq))
    changes = _changes(group)
    chosen, first = (_choose(digest, group, limit) for limit in (MAX_SENTENCES, 1))
    new = tuple(_shown(article, sentence) for article, sentence in chosen)
    outlets = {member.outlet for member in members if member.outlet}
    independent = {member.outlet for member in members if member.outlet and member.role is not Role.COPY}
    first_seen = story.first_seen_at if story else lead.judged.judged_at or since_at
    n_new = sum(len(article.sentences) for article in group)
    articles = [article.judged.article for article in group]
    headline = choose_headline(
        articles, chosen, language=digest.language,
        lead=next((member for member in members if member.role is Role.LEAD), None),
    )  # fmt: skip
    official = any(is_official(article.url) for article in articles)
    item = StoryItem(
        id=item_id,
        headline=headline.text,
        headline_of=headline.article_id,
        is_update=_was_shown(past, group, members) or (first_seen <= since_at and not _is_start(group)),
        first_seen_at=first_seen,
        n_outlets=max(1, len(outlets)),
        n_independent=max(1, len(independent)),
        languages=tuple(sorted({member.language for member in members if member.language})),
        new=new,
        known=choose_known(
            _known_sources(digest, group), common=common,
            told=[headline.text, *(sentence.text for sentence in new)],
            own_urls={member.url for member in members if member.url},
        ),
        changed=_printed_first(changes, new)[:_MAX_CHANGES],
        articles=members[:_MAX_MEMBERS],
        is_official=official,
        documents=find_documents(_texts(articles)) if official else (),
        n_more=n_new - len(chosen),
    )  # fmt: skip
    is_roundup = all(one.judged.verdict.is_roundup or is_roundup_title(one.judged.article.title) for one in group)
    weight = max(match.score for match in lead.judged.verdict.matches if match.topic_id in digest.topic_ids)
    return StoryDraft(
        item=item,
        brief=_as_brief(item, tuple(_shown(article, sentence) for article, sentence in first), n_new, changes),
        topic_id=best_topic(digest, lead.judged) or digest.topic_ids[0],
        score=n_new * (1 + log1p(len(independent))) * weight * (_ROUNDUP_WEIGHT if is_roundup else 1.0),
        seqs=tuple(article.seq for article in group),
        is_roundup=is_roundup,
    )


def _choose(digest: Digest, group: Sequence[Fresh], limit: int) -> list[tuple[Article, JudgedSentence]]:
    changes = [change for article in group for change in article.judged.verdict.changes]
    fresh = {sentence.text for article in group for sentence in article.sentences}
    return choose_sentences(
        [(article.judged.article, article.sentences) for article in group],
        limit=limit,
        language=digest.language,
        wanted={change.new_text for change in changes},
        outdated={change.old_text for change in changes if change.new_text in fresh},
    )


def _texts(articles: Sequence[Article]) -> list[str]:
    return [
        text for article in articles for text in (article.title or "", article.standfirst or "", *article.sentences)
    ]


def _was_shown(past: Past, group: Sequence[Fresh], members: Sequence[StoryMember]) -> bool:
    """True if an earlier edition told of this story, by one of its articles or by a sentence of these."""
    return any(member.article_id in past.articles for member in members) or any(
        shown_key(sentence.text) in past.sentences
        for article in group
        for sentence in article.judged.verdict.sentences
        if sentence.is_novel
    )


def _is_start(group: Sequence[Fresh]) -> bool:
    """True if the report with which the story began is among these: it waited, and the reader has not seen it."""
    return any(article.judged.verdict.outcome is Outcome.NEW for article in group)


def _members(story: Story | None, group: Sequence[Fresh]) -> tuple[StoryMember, ...]:
    """Articles of the story, those behind this edition first, then the others, oldest first."""
    fresh_ids = {article.judged.article.id for article in group}
    if story is None or not story.members:
        return tuple(
            StoryMember(
                article_id=article.judged.article.id, url=article.judged.article.url, title=article.judged.article.title,
                outlet=article.judged.article.outlet, published_at=article.judged.article.published_at,
                language=article.judged.article.language, role=Role.REPORTS if place else Role.LEAD,
            )
            for place, article in enumerate(group)
        )  # fmt: skip
    return tuple(sorted(story.members, key=lambda member: member.article_id not in fresh_ids))


def _shown(article: Article, sentence: JudgedSentence) -> ShownSentence:
    return ShownSentence(
        text=cut_dateline(sentence.text), article_id=article.id, url=article.url, outlet=article.outlet,
        language=article.language,
    )  # fmt: skip


def _known_sources(digest: Digest, group: Sequence[Fresh]) -> list[KnownFrom]:
    """From where sentences of these articles were known to the digest's readers: the corpus, or its own editions."""
    found: dict[str, KnownFrom] = {}
    for article in group:
        verdict = article.judged.verdict
        own = {sentence.text for sentence in verdict.sentences}
        origins = [sentence.known_from for sentence in verdict.sentences] + [c.old_source for c in verdict.changes]
        for source in origins:
            if source is None or source.text in own:
                continue
            if source.kind == "corpus" or (source.kind == "edition" and source.id.startswith(f"{digest.id}/")):
                found.setdefault(text_hash(source.text), source)
    return list(found.values())


def _changes(group: Sequence[Fresh]) -> tuple[ShownChange, ...]:
    """Changed figures that stand in a sentence nobody was shown."""
    return tuple(
        ShownChange(
            what=change.what,
            old=change.old,
            new=change.new,
            old_source=change.old_source,
            new_source=KnownFrom(
                kind="article", id=source.id, text=cut_dateline(change.new_text), url=source.url, title=source.title
            ),
            context=quote_around(cut_dateline(change.new_text), change.new),
        )
        for article in group
        for source in (article.judged.article,)
        for change in article.judged.verdict.changes
        if change.new_text in {sentence.text for sentence in article.sentences}
    )


def _printed_first(changes: Sequence[ShownChange], new: Sequence[ShownSentence]) -> tuple[ShownChange, ...]:
    printed = {sentence.text for sentence in new}
    return tuple(sorted(changes, key=lambda change: change.new_source.text not in printed))


def _as_brief(
    item: StoryItem, best: tuple[ShownSentence, ...], n_new: int, changes: Sequence[ShownChange]
) -> StoryItem:
    """The story as a one-liner: its best sentence alone, or its headline alone if that is a table rather than one."""
    new = tuple(sentence for sentence in best if count_words(sentence.text) <= _MAX_BRIEF_WORDS)
    printed = {sentence.text for sentence in new}
    return replace(
        item, is_brief=True, new=new, known=(), n_more=n_new - len(new), headline=_cut(item.headline),
        changed=tuple(change for change in changes if change.new_source.text in printed)[:1],
    )  # fmt: skip


def _cut(headline: str) -> str:
    return headline if len(headline) <= _MAX_HEADLINE else headline[:_MAX_HEADLINE].rstrip() + " …"
