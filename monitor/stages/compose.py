"""An edition out of judged articles: what is new, ranked, within what one sitting can take, with an account of the rest.

A digest must be finishable (``fitting``); kept articles that do not fit wait for the next edition. A sentence is never
shown twice in one digest. Each digest remembers its own editions only: a weekly one tells what happened since its last
edition, whether or not a daily one over the same topics has told it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from monitor.model import (
    BottomLine,
    Digest,
    Dropped,
    Edition,
    FeedTrouble,
    JudgedArticle,
    Ledger,
    Outcome,
    Story,
    Topic,
    TopicSection,
    Trend,
)
from monitor.stages.drafting import (
    Past,
    StoryDraft,
    best_topic,
    count_item_words,
    draft_stories,
    fresh_articles,
)
from monitor.stages.fitting import Placed, fit
from monitor.stages.ledger import NO_ROOM, WAITS, describe_drop
from monitor.stages.recall import common_words

WORDS_A_MINUTE = 220
MAX_WAIT = timedelta(days=7)
"""How long news is offered again that did not fit; it stays in the list of what was left out."""

_MAX_BOTTOM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything an edition is made from.

    ``judged`` are the judgements since the last edition (and those that waited), with their numbers; ``stories``
    the stories they belong to, by id; ``past`` what earlier editions of the digest showed; ``waited`` the numbers
    of the judgements that had no room in the last one; ``closed`` entries that ended without an article of their own.
    """

    judged: Sequence[tuple[int, JudgedArticle]]
    stories: Mapping[str, Story]
    past: Past
    waited: AbstractSet[int] = frozenset()
    closed: Sequence[Dropped] = ()
    troubles: Sequence[FeedTrouble] = ()
    trends: Mapping[str, tuple[Trend, ...]]
    topics: Sequence[Topic]


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """An edition with the numbers of the kept judgements that did not fit."""

    edition: Edition
    waiting: tuple[int, ...]


def compose(digest: Digest, material: Material, *, edition_id: str, since_at: datetime, to_at: datetime) -> Composition:
    """The edition of *digest* for the time after *since_at* up to *to_at*; it has no topics when nothing is new."""
    fresh = fresh_articles(digest, material.judged, material.past, since_at)
    topics = [topic for topic in material.topics if topic.id in digest.topic_ids]
    common = common_words(topics, [one.judged.article for one in fresh])
    drafts = draft_stories(digest, fresh, material.stories, material.past, common=common, since_at=since_at)
    placed, left = fit(drafts, n_topics=len(digest.topic_ids), waited=material.waited)
    reasons = _reasons(material, left, to_at)
    waiting = tuple(sorted(seq for seq, reason in reasons.items() if reason == WAITS))
    shown = {seq for one in placed for seq in one.draft.seqs}
    dropped = _dropped(digest, material, shown, reasons)
    n_words = sum(count_item_words(one.item) for one in placed)
    edition = Edition(
        id=edition_id,
        digest_id=digest.id,
        title=digest.title,
        from_at=since_at,
        to_at=to_at,
        timezone=digest.timezone,
        language=digest.language,
        topics=tuple(_sections(digest, material, placed)),
        bottom_line=_bottom_line(placed),
        ledger=_ledger(material, dropped, n_shown=len(shown), n_waiting=len(waiting)),
        dropped=dropped,
        troubles=tuple(material.troubles),
        n_words=n_words,
        reading_minutes=ceil(n_words / WORDS_A_MINUTE),
    )
    return Composition(edition=edition, waiting=waiting)


def edition_id(digest: Digest, to_at: datetime, taken: Iterable[str]) -> str:
    """``<digest>/<local date>``, with ``-2`` and so on when that is taken."""
    day = to_at.astimezone(ZoneInfo(digest.timezone)).date().isoformat()
    used = set(taken)
    plain = f"{digest.id}/{day}"
    number = 1
    while (plain if number == 1 else f"{plain}-{number}") in used:
        number += 1
    return plain if number == 1 else f"{plain}-{number}"


def is_edition_of(digest: Digest, edition: str) -> bool:
    """True if an edition with that id is one of the digest."""
    return edition.startswith(f"{digest.id}/")


def _reasons(material: Material, left: Sequence[StoryDraft], to_at: datetime) -> dict[int, str]:
    """Why each judgement that found no place is left out: it waits, or has been offered for long enough."""
    judged_at = {seq: judged.judged_at for seq, judged in material.judged}
    return {
        seq: NO_ROOM
        if seq in material.waited and (at := judged_at.get(seq)) is not None and to_at - at > MAX_WAIT
        else WAITS
        for draft in left
        for seq in draft.seqs
    }


def _sections(digest: Digest, material: Material, placed: Sequence[Placed]) -> list[TopicSection]:
    titles = {topic.id: topic.title for topic in material.topics}
    sections = []
    for topic_id in digest.topic_ids:
        stories = [one.item for one in placed if one.draft.topic_id == topic_id]
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


def _bottom_line(placed: Sequence[Placed]) -> tuple[BottomLine, ...]:
    lines = []
    for one in placed[:_MAX_BOTTOM]:
        item = one.item
        printed = {sentence.text for sentence in item.new}
        change = next((change for change in item.changed if change.new_source.text in printed), None)
        if change is not None:  # a figure leads only with its sentence in sight
            headline = change.new_source.title or item.headline
            text = f"{headline} ({change.old} → {change.new})"
            lines.append(BottomLine(tag="CHANGED", text=text, story_id=item.id))
        else:
            lines.append(BottomLine(tag="UPDATE" if item.is_update else "NEW", text=item.headline, story_id=item.id))
    return tuple(lines)


def _dropped(
    digest: Digest, material: Material, shown: AbstractSet[int], reasons: Mapping[int, str]
) -> tuple[Dropped, ...]:
    titles = {judged.article.id: judged.article for _, judged in material.judged}
    members = {member.article_id: member for story in material.stories.values() for member in story.members}
    found = []
    for seq, judged in material.judged:
        if seq in shown:
            continue
        of = (titles.get(judged.verdict.of) or members.get(judged.verdict.of)) if judged.verdict.of else None
        on_topic = best_topic(digest, judged) is not None
        found.append(describe_drop(judged, on_topic=on_topic, why=reasons.get(seq), of=of))
    return (*found, *material.closed)


def _ledger(material: Material, dropped: Sequence[Dropped], *, n_shown: int, n_waiting: int) -> Ledger:
    def count(outcome: Outcome) -> int:
        return sum(drop.outcome is outcome for drop in dropped)

    return Ledger(
        fetched=len(material.judged) + len(material.closed),
        shown=n_shown,
        waiting=n_waiting,
        no_room=sum(drop.reason == NO_ROOM for drop in dropped),
        duplicate=count(Outcome.DUPLICATE),
        known=count(Outcome.KNOWN),
        off_topic=count(Outcome.OFF_TOPIC),
        failed=count(Outcome.FAILED),
        feeds_failing=len(material.troubles),
    )
