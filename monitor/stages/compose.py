"""An edition out of judged articles: what is new, ranked, within what one sitting can take, with an account of the rest.

A digest must be finishable: at most five full stories and ten one-liners, under 900 words; no topic takes more than
40 % of the full stories while others have news. Kept articles that do not fit wait for the next edition. A sentence is
never shown twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil, log1p
from zoneinfo import ZoneInfo

from monitor.model import (
    Article,
    BottomLine,
    Digest,
    Dropped,
    Edition,
    FeedTrouble,
    JudgedArticle,
    JudgedSentence,
    KnownFrom,
    Ledger,
    Outcome,
    Role,
    ShownChange,
    ShownSentence,
    Story,
    StoryItem,
    StoryMember,
    Topic,
    TopicSection,
    Trend,
)
from monitor.stages.excerpt import choose_headline, choose_sentences, count_words
from monitor.stages.ledger import describe_drop, is_official
from monitor.text.normalise import text_hash

MAX_FULL = 5
MAX_BRIEF = 10
MAX_WORDS = 850
MAX_SENTENCES = 3
MAX_TOPIC_SHARE = 0.4
WORDS_A_MINUTE = 220
_MAX_BOTTOM = 3
_MAX_KNOWN = 2
_MAX_CHANGES = 3
_MAX_MEMBERS = 12
_MAX_BRIEF_WORDS = 150
_MAX_HEADLINE = 300  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything an edition is made from.

    ``judged`` are the judgements since the last edition (and those that waited), with their numbers; ``stories``
    the stories they belong to, by id; ``shown`` text hashes of sentences earlier editions showed; ``closed`` entries
    that ended without an article of their own.
    """

    judged: Sequence[tuple[int, JudgedArticle]]
    stories: Mapping[str, Story]
    shown: AbstractSet[str]
    closed: Sequence[Dropped] = ()
    troubles: Sequence[FeedTrouble] = ()
    trends: Mapping[str, tuple[Trend, ...]]
    topics: Sequence[Topic]


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """An edition with the numbers of the kept judgements that did not fit."""

    edition: Edition
    waiting: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fresh:
    """A kept article with those of its new sentences that nobody was shown."""

    seq: int
    judged: JudgedArticle
    sentences: tuple[JudgedSentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A story on its way into the edition."""

    item: StoryItem
    topic_id: str
    score: float
    seqs: tuple[int, ...]
    n_words: int


def compose(digest: Digest, material: Material, *, edition_id: str, since_at: datetime, to_at: datetime) -> Composition:
    """The edition of *digest* for the time after *since_at* up to *to_at*; it has no topics when nothing is new."""
    fresh = _fresh_articles(digest, material, since_at)
    drafts = sorted(_draft_stories(digest, material, fresh, since_at), key=_rank)
    chosen, waiting = _fit(drafts, len(digest.topic_ids))
    sections = _sections(digest, material, chosen)
    shown_seqs = {seq for draft in chosen for seq in draft.seqs}
    waiting_seqs = tuple(sorted(seq for draft in waiting for seq in draft.seqs))
    dropped = _dropped(digest, material, shown_seqs | set(waiting_seqs))
    stories = [story for section in sections for story in section.stories]
    n_words = sum(_words_of(story) for story in stories)
    edition = Edition(
        id=edition_id,
        digest_id=digest.id,
        title=digest.title,
        from_at=since_at,
        to_at=to_at,
        timezone=digest.timezone,
        topics=tuple(sections),
        bottom_line=_bottom_line(sorted(chosen, key=_rank)),
        ledger=_ledger(material, dropped, shown_seqs, waiting_seqs),
        dropped=dropped,
        troubles=tuple(material.troubles),
        n_words=n_words,
        reading_minutes=ceil(n_words / WORDS_A_MINUTE),
    )
    return Composition(edition=edition, waiting=waiting_seqs)


def edition_id(digest: Digest, to_at: datetime, taken: Iterable[str]) -> str:
    """``<digest>/<local date>``, with ``-2`` and so on when that is taken."""
    day = to_at.astimezone(ZoneInfo(digest.timezone)).date().isoformat()
    used = set(taken)
    plain = f"{digest.id}/{day}"
    number = 1
    while (plain if number == 1 else f"{plain}-{number}") in used:
        number += 1
    return plain if number == 1 else f"{plain}-{number}"


def _fresh_articles(digest: Digest, material: Material, since_at: datetime) -> list[_Fresh]:
    found = []
    told: dict[str, str] = {}
    for seq, judged in sorted(material.judged, key=lambda pair: pair[0]):
        if not judged.verdict.outcome.is_kept or _best_topic(digest, judged) is None:
            continue
        story = judged.verdict.story_id or judged.article.id
        was_shown = any(text_hash(sentence.text) in material.shown for sentence in judged.verdict.sentences)
        sentences = tuple(
            sentence
            for sentence in judged.verdict.sentences
            if sentence.is_novel
            and text_hash(sentence.text) not in material.shown
            # Of an article that was shown, only what a later version added; one revised while it waited comes whole.
            and (not was_shown or sentence.seen_at is None or sentence.seen_at >= since_at)
            and told.setdefault(text_hash(sentence.text), story) == story  # two stories never print the same
        )
        if sentences:
            found.append(_Fresh(seq=seq, judged=judged, sentences=sentences))
    return found


def _best_topic(digest: Digest, judged: JudgedArticle) -> str | None:
    """The digest's topic that the article matches best."""
    wanted = [match for match in judged.verdict.matches if match.topic_id in digest.topic_ids]
    return max(wanted, key=lambda match: match.score).topic_id if wanted else None


def _draft_stories(digest: Digest, material: Material, fresh: Sequence[_Fresh], since_at: datetime) -> list[_Draft]:
    groups: dict[str, list[_Fresh]] = defaultdict(list)
    for article in fresh:
        groups[article.judged.verdict.story_id or article.judged.article.id].append(article)
    return [_draft(digest, material, story_id, group, since_at) for story_id, group in groups.items()]


def _draft(digest: Digest, material: Material, story_id: str, group: Sequence[_Fresh], since_at: datetime) -> _Draft:
    story = material.stories.get(story_id)
    members = _members(story, group)
    lead = max(group, key=lambda article: (len(article.sentences), -article.seq))
    topic_id = _best_topic(digest, lead.judged) or digest.topic_ids[0]
    chosen = choose_sentences([(article.judged.article, article.sentences) for article in group], limit=MAX_SENTENCES)
    outlets = {member.outlet for member in members if member.outlet}
    independent = {member.outlet for member in members if member.outlet and member.role is not Role.COPY}
    first_seen = story.first_seen_at if story else lead.judged.judged_at or since_at
    n_new = sum(len(article.sentences) for article in group)
    item = StoryItem(
        id=story_id,
        headline=choose_headline([article.judged.article for article in group], chosen),
        is_update=_was_shown(material, group) or (first_seen <= since_at and not _is_start(group)),
        first_seen_at=first_seen,
        n_outlets=max(1, len(outlets)),
        n_independent=max(1, len(independent)),
        languages=tuple(sorted({member.language for member in members if member.language})),
        new=tuple(_shown(article, sentence) for article, sentence in chosen),
        known=_known_lines(group),
        changed=_changes(group),
        articles=members[:_MAX_MEMBERS],
        is_official=any(is_official(article.judged.article.url) for article in group),
        n_more=n_new - len(chosen),
    )
    score = n_new * (1 + log1p(len(independent))) * _match_weight(digest, lead.judged)
    return _Draft(
        item=item, topic_id=topic_id, score=score, seqs=tuple(article.seq for article in group), n_words=_words_of(item)
    )


def _match_weight(digest: Digest, judged: JudgedArticle) -> float:
    return max(match.score for match in judged.verdict.matches if match.topic_id in digest.topic_ids)


def _was_shown(material: Material, group: Sequence[_Fresh]) -> bool:
    """True if a sentence of these articles stood in an earlier edition."""
    return any(
        text_hash(sentence.text) in material.shown
        for article in group
        for sentence in article.judged.verdict.sentences
        if sentence.is_novel
    )


def _is_start(group: Sequence[_Fresh]) -> bool:
    """True if the report with which the story began is among these: it waited, and the reader has not seen it."""
    return any(article.judged.verdict.outcome is Outcome.NEW for article in group)


def _members(story: Story | None, group: Sequence[_Fresh]) -> tuple[StoryMember, ...]:
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
    ordered = sorted(story.members, key=lambda member: member.article_id not in fresh_ids)
    return tuple(ordered)


def _shown(article: Article, sentence: JudgedSentence) -> ShownSentence:
    return ShownSentence(
        text=sentence.text, article_id=article.id, url=article.url, outlet=article.outlet, language=article.language
    )


def _known_lines(group: Sequence[_Fresh]) -> tuple[KnownFrom, ...]:
    """What the reader knew of this: the sources of the surest known sentences, each once, the corpus first."""
    sources: dict[str, tuple[float, KnownFrom]] = {}
    for article in group:
        own = {sentence.text for sentence in article.judged.verdict.sentences}
        for sentence in article.judged.verdict.sentences:
            source = sentence.known_from
            if source is None or source.text in own or source.kind == "article":
                continue
            key = text_hash(source.text)
            if key not in sources or sources[key][0] < sentence.score:
                sources[key] = (sentence.score, source)
    best = sorted(sources.values(), key=lambda pair: -pair[0])
    return tuple(source for _, source in best[:_MAX_KNOWN])


def _changes(group: Sequence[_Fresh]) -> tuple[ShownChange, ...]:
    found: list[ShownChange] = []
    for article in group:
        fresh_texts = {sentence.text for sentence in article.sentences}
        for change in article.judged.verdict.changes:
            if change.new_text not in fresh_texts:
                continue
            source = article.judged.article
            found.append(
                ShownChange(
                    what=change.what,
                    old=change.old,
                    new=change.new,
                    old_source=change.old_source,
                    new_source=KnownFrom(
                        kind="article", id=source.id, text=change.new_text, url=source.url, title=source.title
                    ),
                )
            )
    return tuple(found[:_MAX_CHANGES])


def _rank(draft: _Draft) -> tuple[float, bool, float, str]:
    return (-draft.score, not draft.item.is_official, -draft.item.first_seen_at.timestamp(), draft.item.id)


def _fit(drafts: Sequence[_Draft], n_topics: int) -> tuple[list[_Draft], list[_Draft]]:
    """What fits, the first as full stories, then as one-liners, and what has to wait."""
    chosen: list[_Draft] = []
    waiting: list[_Draft] = []
    n_full: dict[str, int] = defaultdict(int)
    has_others = len({draft.topic_id for draft in drafts}) > 1 and n_topics > 1
    per_topic = max(1, int(MAX_FULL * MAX_TOPIC_SHARE)) if has_others else MAX_FULL
    words = 0
    for draft in drafts:
        full = sum(not entry.item.is_brief for entry in chosen)
        brief = len(chosen) - full
        candidate = draft
        if full >= MAX_FULL or n_full[draft.topic_id] >= per_topic or words + draft.n_words > MAX_WORDS:
            candidate = _as_brief(draft)
            if brief >= MAX_BRIEF or words + candidate.n_words > MAX_WORDS:
                waiting.append(draft)
                continue
        else:
            n_full[draft.topic_id] += 1
        words += candidate.n_words
        chosen.append(candidate)
    return chosen, waiting


def _as_brief(draft: _Draft) -> _Draft:
    """The story as a one-liner: its best sentence alone, or its headline alone if that is a table rather than one."""
    new = tuple(sentence for sentence in draft.item.new[:1] if count_words(sentence.text) <= _MAX_BRIEF_WORDS)
    item = replace(
        draft.item, is_brief=True, new=new, known=(), changed=draft.item.changed[:1] if new else (),
        headline=_cut(draft.item.headline),
        n_more=draft.item.n_more + len(draft.item.new) - len(new),
    )  # fmt: skip
    return replace(draft, item=item, n_words=_words_of(item))


def _cut(headline: str) -> str:
    return headline if len(headline) <= _MAX_HEADLINE else headline[:_MAX_HEADLINE].rstrip() + " …"


def _words_of(item: StoryItem) -> int:
    texts = [item.headline, *(sentence.text for sentence in item.new), *(known.text for known in item.known)]
    changes = [f"{change.what} {change.old} {change.new}" for change in item.changed]
    return sum(count_words(text) for text in [*texts, *changes])


def _sections(digest: Digest, material: Material, chosen: Sequence[_Draft]) -> list[TopicSection]:
    titles = {topic.id: topic.title for topic in material.topics}
    sections = []
    for topic_id in digest.topic_ids:
        stories = [draft.item for draft in chosen if draft.topic_id == topic_id]
        if stories:
            full_first = sorted(stories, key=lambda story: story.is_brief)
            sections.append(
                TopicSection(
                    id=topic_id,
                    title=titles.get(topic_id, topic_id),
                    stories=tuple(full_first),
                    trend=material.trends.get(topic_id, ()),
                )
            )
    return sections


def _bottom_line(chosen: Sequence[_Draft]) -> tuple[BottomLine, ...]:
    lines = []
    for draft in chosen[:_MAX_BOTTOM]:
        item = draft.item
        printed = {sentence.text for sentence in item.new}
        change = next((change for change in item.changed if change.new_source.text in printed), None)
        if change is not None:  # a figure leads only with its sentence in sight
            headline = change.new_source.title or item.headline
            text = f"{headline} ({change.old} → {change.new})"
            lines.append(BottomLine(tag="CHANGED", text=text, story_id=item.id))
        else:
            lines.append(BottomLine(tag="UPDATE" if item.is_update else "NEW", text=item.headline, story_id=item.id))
    return tuple(lines)


def _dropped(digest: Digest, material: Material, accounted: AbstractSet[int]) -> tuple[Dropped, ...]:
    found = [
        describe_drop(judged, on_topic=_best_topic(digest, judged) is not None)
        for seq, judged in material.judged
        if seq not in accounted
    ]
    return (*found, *material.closed)


def _ledger(material: Material, dropped: Sequence[Dropped], shown: AbstractSet[int], waiting: Sequence[int]) -> Ledger:
    def count(outcome: Outcome) -> int:
        return sum(drop.outcome is outcome for drop in dropped)

    return Ledger(
        fetched=len(material.judged) + len(material.closed),
        shown=len(shown),
        waiting=len(waiting),
        duplicate=count(Outcome.DUPLICATE),
        known=count(Outcome.KNOWN),
        off_topic=count(Outcome.OFF_TOPIC),
        failed=count(Outcome.FAILED),
        feeds_failing=len(material.troubles),
    )
