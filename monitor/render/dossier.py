"""Pages that outlast an edition: one a story with its timeline, one a topic with its stories. Set from editions alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from monitor.model import Edition, StoryItem, TopicSection, Trend
from monitor.render import words
from monitor.render.options import Options
from monitor.render.places import page_name, story_name, topic_name
from monitor.render.story_view import Source, StoryView, view_story
from monitor.render.templating import fill

Told: TypeAlias = tuple[Edition, StoryItem, TopicSection]
"""What one edition tells of a story, and under which topic."""

MOST_STORIES = 200
"""Stories listed on a topic page; older ones are found by the editions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What one edition told of a story. ``page`` is the edition's file, ``day`` its day, ``story`` what it printed."""

    day: str
    at: datetime
    page: str
    anchor: str
    story: StoryView


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDossier:
    """A story over all editions of a digest: ``moments`` newest first, ``articles`` by time of publication."""

    headline: str
    language: str | None
    topic: str
    topic_page: str
    digest: str
    timezone: str
    first_seen_at: datetime
    n_facts: int
    moments: tuple[Moment, ...]
    articles: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLine:
    """One story on a topic page, with the last edition that told of it."""

    headline: str
    language: str | None
    tag: str
    page: str
    first_seen_at: datetime
    told_at: datetime
    n_editions: int
    n_facts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDossier:
    """A topic over all editions of a digest: the bars of its last edition, stories by when they were told last."""

    title: str
    digest: str
    timezone: str
    trend: tuple[Trend, ...]
    months: tuple[tuple[str, tuple[TopicLine, ...]], ...]
    n_stories: int
    n_older: int


def index_stories(editions: Iterable[Edition]) -> dict[str, tuple[Told, ...]]:
    """What *editions* (any order) tell of each story, newest first; linear in their size."""
    found: dict[str, list[Told]] = {}
    for edition in _newest_first(editions):
        for topic in edition.topics:
            for item in topic.stories:
                found.setdefault(item.id, []).append((edition, item, topic))
    return {story_id: tuple(told) for story_id, told in found.items()}


def render_story(told: Sequence[Told], options: Options) -> bytes:
    """The page of a story, from what ``index_stories`` found of it."""
    values: dict[str, object] = {"dossier": view_dossier(told), "site": options.site}
    return fill("digest/story_page.html", values, templates=options.templates).encode()


def render_topic(topic_id: str, editions: Sequence[Edition], options: Options) -> bytes:
    """The page of a topic, from all *editions* of its digest (any order); one at least has it."""
    values: dict[str, object] = {"dossier": view_topic(topic_id, editions), "site": options.site}
    return fill("digest/topic_page.html", values, templates=options.templates).encode()


def view_dossier(told: Sequence[Told]) -> StoryDossier:
    """The story as its page shows it; *told* is not empty."""
    last, newest, topic = told[0]
    moments = tuple(_moment(edition, view_story(item, each.title, edition.language)) for edition, item, each in told)
    articles: dict[str, Source] = {}
    for moment in moments:
        for source in (*moment.story.sources, *moment.story.others):
            articles.setdefault(source.href or source.name, source)
    undated = newest.first_seen_at
    return StoryDossier(
        headline=newest.headline,
        language=moments[0].story.language,
        topic=topic.title,
        topic_page=topic_name(topic.id),
        digest=last.title,
        timezone=last.timezone,
        first_seen_at=min(item.first_seen_at for _, item, _ in told),
        n_facts=sum(len(item.new) for _, item, _ in told),
        moments=moments,
        articles=tuple(sorted(articles.values(), key=lambda source: source.published_at or undated)),
    )


def view_topic(topic_id: str, editions: Iterable[Edition]) -> TopicDossier:
    """The topic over *editions*, of which one at least has it."""
    newest_first = _newest_first(editions)
    sections = [(edition, topic) for edition in newest_first for topic in edition.topics if topic.id == topic_id]
    told: dict[str, list[tuple[Edition, StoryItem]]] = {}
    for edition, topic in sections:
        for item in topic.stories:
            told.setdefault(item.id, []).append((edition, item))
    lines = [_topic_line(story_id, pairs) for story_id, pairs in told.items()]
    last, newest = sections[0]
    months: dict[str, list[TopicLine]] = {}
    for line in lines[:MOST_STORIES]:
        months.setdefault(words.month_name(words.local(line.told_at, last.timezone)), []).append(line)
    return TopicDossier(
        title=newest.title,
        digest=last.title,
        timezone=last.timezone,
        trend=newest.trend,
        months=tuple((month, tuple(group)) for month, group in months.items()),
        n_stories=len(lines),
        n_older=max(0, len(lines) - MOST_STORIES),
    )


def _newest_first(editions: Iterable[Edition]) -> list[Edition]:
    return sorted(editions, key=lambda edition: (edition.to_at, edition.id), reverse=True)


def _moment(edition: Edition, story: StoryView) -> Moment:
    return Moment(
        day=words.long_day(words.local(edition.to_at, edition.timezone)),
        at=edition.to_at,
        page=page_name(edition.id, edition.digest_id),
        anchor=story.anchor,
        story=story,
    )


def _topic_line(story_id: str, pairs: Sequence[tuple[Edition, StoryItem]]) -> TopicLine:
    edition, newest = pairs[0]
    view = view_story(newest, "", edition.language)
    return TopicLine(
        headline=newest.headline,
        language=view.language,
        tag=view.tag,
        page=story_name(story_id),
        first_seen_at=min(item.first_seen_at for _, item in pairs),
        told_at=edition.to_at,
        n_editions=len(pairs),
        n_facts=sum(len(item.new) for _, item in pairs),
    )
