"""An edition arranged for reading: which story goes where, numbered sources, the top fact, the counts.

All formats that people read are set from this one view, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitor.model import Edition, Ledger, Role, StoryItem, TopicSection
from monitor.render import words
from monitor.render.places import make_anchor, topic_name
from monitor.render.story_view import ChangeView, Fact, Origin, Source, StoryView, foreign_name, view_story

__all__ = [
    "ChangeView", "EditionView", "Fact", "Origin", "PointView", "SectionView", "Source", "StoryView", "arrange", "count_line",
    "make_anchor", "shorten", "top_fact", "view_story",
]  # fmt: skip

TOP_FACT_LIMIT = 140
"""Characters of a bottom line that may head the page; a longer one gives way to the headline of its story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """One topic: its full stories, how many stories of it stand further down, the file of its own page."""

    anchor: str
    topic: TopicSection
    stories: tuple[StoryView, ...]
    n_brief: int
    n_official: int
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointView:
    """One line of the bottom line, with the anchor of its story (None if the edition does not show it).

    ``foreign`` names its language if that is not the reader's.
    """

    tag: str
    text: str
    anchor: str | None
    language: str | None = None
    foreign: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionView:
    """A whole edition in reading order. ``points`` leaves out the line that is the top fact already.

    ``n_cut`` stories are left out of this view for its length; ``ledger`` are the counts that are not zero, named.
    """

    edition: Edition
    top: PointView
    points: tuple[PointView, ...]
    day: str
    period: str
    counts: str
    sections: tuple[SectionView, ...]
    briefs: tuple[StoryView, ...]
    record: tuple[StoryView, ...]
    ledger: tuple[tuple[str, int], ...]
    n_cut: int = 0

    @property
    def is_empty(self) -> bool:
        """True if there is no story at all."""
        return not (self.briefs or self.record or any(section.stories for section in self.sections))

    @property
    def stories(self) -> tuple[StoryView, ...]:
        """All stories in reading order."""
        return (*(story for section in self.sections for story in section.stories), *self.briefs, *self.record)

    @property
    def n_dropped(self) -> int:
        """How many articles were left out."""
        return len(self.edition.dropped)


def arrange(edition: Edition) -> EditionView:
    """*edition* in reading order; linear in its size."""
    top, points = _pick_top(edition)
    views = [
        (item, view_story(item, topic.title, edition.language)) for topic in edition.topics for item in topic.stories
    ]
    return EditionView(
        edition=edition,
        top=top,
        points=points,
        day=words.long_day(words.local(edition.to_at, edition.timezone)),
        period=words.period(edition.from_at, edition.to_at, edition.timezone),
        counts=count_line(edition),
        sections=tuple(_view_section(topic, edition.language) for topic in edition.topics) if views else (),
        briefs=tuple(view for item, view in views if item.is_brief and not item.is_official),
        record=tuple(view for item, view in views if item.is_official),
        ledger=_name_counts(edition.ledger),
    )


def shorten(view: EditionView, n_stories: int) -> EditionView:
    """*view* with its first *n_stories* stories alone; ``n_cut`` counts the others."""
    left = n_stories
    sections = []
    for section in view.sections:
        sections.append(replace(section, stories=section.stories[:left]))
        left = max(0, left - len(section.stories))
    briefs = view.briefs[:left]
    record = view.record[: max(0, left - len(view.briefs))]
    cut = replace(view, sections=tuple(sections), briefs=briefs, record=record)
    return replace(cut, n_cut=view.n_cut + len(view.stories) - len(cut.stories))


def _name_counts(ledger: Ledger) -> tuple[tuple[str, int], ...]:
    counts = (
        ("shown", ledger.shown), ("waiting for the next edition", ledger.waiting), ("without room", ledger.no_room),
        ("copies", ledger.duplicate), ("known", ledger.known), ("off topic", ledger.off_topic), ("failed", ledger.failed),
    )  # fmt: skip
    return tuple((name, number) for name, number in counts if number)


def top_fact(edition: Edition) -> str:
    """What the edition is known by: its first bottom line if that is short, else that story's headline.

    An empty edition has ``Nothing new``.
    """
    return _pick_top(edition)[0].text


def count_line(edition: Edition) -> str:
    """``7 new facts in 5 stories · 212 articles checked · 4 min``."""
    n_stories = len(edition.stories)
    checked = f"{words.plural(edition.ledger.fetched, 'article')} checked"
    if n_stories == 0:
        return checked
    facts = f"{words.plural(edition.n_facts, 'new fact')} in {words.plural(n_stories, 'story')}"
    return f"{facts} · {checked} · {max(1, edition.reading_minutes)} min"


def _view_section(topic: TopicSection, language: str) -> SectionView:
    full = [item for item in topic.stories if not item.is_brief and not item.is_official]
    n_official = sum(item.is_official for item in topic.stories)
    return SectionView(
        anchor=make_anchor("topic", topic.id),
        topic=topic,
        stories=tuple(view_story(item, topic.title, language) for item in full),
        n_brief=len(topic.stories) - len(full) - n_official,
        n_official=n_official,
        page=topic_name(topic.id),
    )


def _pick_top(edition: Edition) -> tuple[PointView, tuple[PointView, ...]]:
    stories = {story.id: story for story in edition.stories}

    def point(tag: str, text: str, story: StoryItem | None) -> PointView:
        return _point(tag, text, story, edition.language)

    points = tuple(point(line.tag, line.text, stories.get(line.story_id)) for line in edition.bottom_line)
    if not stories:
        return PointView(tag="", text="Nothing new", anchor=None), points
    if points and len(points[0].text) <= TOP_FACT_LIMIT:
        return points[0], points[1:]
    wanted = edition.bottom_line[0].story_id if points else None
    story = stories.get(wanted or "", edition.stories[0])
    tag = points[0].tag if points else "UPDATE" if story.is_update else "NEW"
    return point(tag, story.headline, story), points


def _point(tag: str, text: str, story: StoryItem | None, reader: str) -> PointView:
    if story is None:
        return PointView(tag=tag, text=text, anchor=None)
    lead = next((member.article_id for member in story.articles if member.role is Role.LEAD), None)
    members = {member.article_id: member.language for member in story.articles}
    languages = {sentence.text: sentence.language for sentence in story.new}
    languages[story.headline] = members.get(story.headline_of or lead or "")
    language = next((code for known, code in languages.items() if text == known or text.startswith(f"{known} (")), None)
    return PointView(
        tag=tag, text=text, anchor=make_anchor("story", story.id), language=language,
        foreign=foreign_name(language, reader),
    )  # fmt: skip
