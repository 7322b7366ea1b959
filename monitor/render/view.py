"""An edition arranged for reading: which story goes where, numbered sources, the top fact, the counts.

All formats that people read are set from this one view, so that they cannot disagree.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.model import (
    Edition,
    KnownFrom,
    Role,
    ShownChange,
    ShownSentence,
    StoryItem,
    StoryMember,
    TopicSection,
)
from monitor.render import words
from monitor.render.clean import clean_text, safe_href

TOP_FACT_LIMIT = 140
"""Characters of a bottom line that may head the page; a longer one gives way to the headline of its story."""

_NOT_ANCHOR = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An article that is cited: ``number`` counts from 1 within its story; ``href`` is None where no link is safe."""

    number: int
    name: str
    title: str | None
    href: str | None
    published_at: datetime | None
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A verbatim new sentence with its source."""

    text: str
    language: str | None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a known sentence or a figure stands, ready to be linked."""

    name: str
    text: str
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A changed figure with both origins."""

    what: str
    old: str
    new: str
    old_origin: Origin
    new_origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """One story: ``sources`` are the cited articles, primary first; ``others`` the rest; ``also`` sums the rest up."""

    anchor: str
    topic: str
    tag: str
    headline: str
    href: str | None
    language: str | None
    languages: tuple[str, ...]
    first_seen_at: datetime
    facts: tuple[Fact, ...]
    known: tuple[Origin, ...]
    changed: tuple[ChangeView, ...]
    sources: tuple[Source, ...]
    others: tuple[Source, ...]
    also: str | None
    n_more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """One topic: its full stories, and how many stories of it stand further down."""

    anchor: str
    topic: TopicSection
    stories: tuple[StoryView, ...]
    n_brief: int
    n_official: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PointView:
    """One line of the bottom line, with the anchor of its story (None if the edition does not show it)."""

    tag: str
    text: str
    anchor: str | None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionView:
    """A whole edition in reading order. ``points`` leaves out the line that is the top fact already."""

    edition: Edition
    top: PointView
    points: tuple[PointView, ...]
    day: str
    period: str
    counts: str
    sections: tuple[SectionView, ...]
    briefs: tuple[StoryView, ...]
    record: tuple[StoryView, ...]

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
    views = [(item, view_story(item, topic.title)) for topic in edition.topics for item in topic.stories]
    return EditionView(
        edition=edition,
        top=top,
        points=points,
        day=words.long_day(words.local(edition.to_at, edition.timezone)),
        period=words.period(edition.from_at, edition.to_at, edition.timezone),
        counts=count_line(edition),
        sections=tuple(_view_section(topic) for topic in edition.topics) if views else (),
        briefs=tuple(view for item, view in views if item.is_brief and not item.is_official),
        record=tuple(view for item, view in views if item.is_official),
    )


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


def make_anchor(kind: str, opaque_id: str) -> str:
    """A stable HTML id: ``story-<id>``; where *opaque_id* holds other characters than ``A-Za-z0-9._-``, with a hash."""
    plain = _NOT_ANCHOR.sub("-", opaque_id)
    if plain == opaque_id:
        return f"{kind}-{plain}"
    digest = hashlib.sha256(opaque_id.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{kind}-{plain.strip('-')[:40]}-{digest}"


def view_story(item: StoryItem, topic: str) -> StoryView:
    """*item* with its sources numbered in the order the reader meets them, the lead article first."""
    members = {member.article_id: member for member in item.articles}
    lead = next((member for member in item.articles if member.role is Role.LEAD), None)
    cited = [lead.article_id] if lead else []
    cited += [sentence.article_id for sentence in item.new]
    numbers = {article_id: number for number, article_id in enumerate(dict.fromkeys(cited), start=1)}
    by_sentence = {sentence.article_id: sentence for sentence in reversed(item.new)}
    sources = {
        article_id: _source(number, members.get(article_id), by_sentence.get(article_id))
        for article_id, number in numbers.items()
    }
    rest = [member for member in item.articles if member.article_id not in numbers]
    first = sources[cited[0]] if cited else None
    return StoryView(
        anchor=make_anchor("story", item.id),
        topic=topic,
        tag="UPDATE" if item.is_update else "NEW",
        headline=item.headline,
        href=first.href if first else None,
        language=first.language if first else None,
        languages=tuple(words.language_name(code) for code in item.languages),
        first_seen_at=item.first_seen_at,
        facts=tuple(
            Fact(text=sentence.text, language=sentence.language, source=sources[sentence.article_id])
            for sentence in item.new
        ),
        known=tuple(map(_origin, item.known)),
        changed=tuple(map(_view_change, item.changed)),
        sources=tuple(sources.values()),
        others=tuple(_source(len(sources) + at, member, None) for at, member in enumerate(rest, start=1)),
        also=_also(item, sources.values()),
        n_more=item.n_more,
    )


def _view_section(topic: TopicSection) -> SectionView:
    full = [item for item in topic.stories if not item.is_brief and not item.is_official]
    n_official = sum(item.is_official for item in topic.stories)
    return SectionView(
        anchor=make_anchor("topic", topic.id),
        topic=topic,
        stories=tuple(view_story(item, topic.title) for item in full),
        n_brief=len(topic.stories) - len(full) - n_official,
        n_official=n_official,
    )


def _pick_top(edition: Edition) -> tuple[PointView, tuple[PointView, ...]]:
    stories = {story.id: story for story in edition.stories}
    points = tuple(_point(line.tag, line.text, stories.get(line.story_id)) for line in edition.bottom_line)
    if not stories:
        return PointView(tag="", text="Nothing new", anchor=None), points
    if points and len(points[0].text) <= TOP_FACT_LIMIT:
        return points[0], points[1:]
    wanted = edition.bottom_line[0].story_id if points else None
    story = stories.get(wanted or "", edition.stories[0])
    tag = points[0].tag if points else "UPDATE" if story.is_update else "NEW"
    return _point(tag, story.headline, story), points


def _point(tag: str, text: str, story: StoryItem | None) -> PointView:
    if story is None:
        return PointView(tag=tag, text=text, anchor=None)
    lead = next((member.language for member in story.articles if member.role is Role.LEAD), None)
    languages = {story.headline: lead, **{sentence.text: sentence.language for sentence in story.new}}
    return PointView(tag=tag, text=text, anchor=make_anchor("story", story.id), language=languages.get(text))


def _source(number: int, member: StoryMember | None, sentence: ShownSentence | None) -> Source:
    """From the story's member, or from the sentence alone where the article is not among the members."""
    url = member.url if member else sentence.url if sentence else None
    outlet = member.outlet if member else sentence.outlet if sentence else None
    return Source(
        number=number,
        name=outlet or host_of(url) or "unnamed source",
        title=member.title if member else None,
        href=safe_href(url),
        published_at=member.published_at if member else None,
        language=member.language if member else sentence.language if sentence else None,
    )


def _origin(known: KnownFrom) -> Origin:
    names = {"corpus": "your corpus", "edition": f"edition {known.id}", "article": "an earlier article"}
    name = known.title or host_of(known.url) or names.get(known.kind, known.kind)
    return Origin(name=name, text=known.text, href=safe_href(known.url))


def _view_change(change: ShownChange) -> ChangeView:
    return ChangeView(
        what=change.what,
        old=change.old,
        new=change.new,
        old_origin=_origin(change.old_source),
        new_origin=_origin(change.new_source),
    )


def _also(item: StoryItem, sources: Iterable[Source]) -> str | None:
    """``also 4 outlets, 3 of 5 independent``: the outlets beyond the cited ones; None if one outlet is all there is."""
    n_other = item.n_outlets - len({source.name for source in sources})
    if item.n_outlets <= 1:
        return None
    independent = f"{item.n_independent} of {item.n_outlets} independent"
    return f"also {words.plural(n_other, 'outlet')}, {independent}" if n_other > 0 else independent


def host_of(url: str | None) -> str | None:
    """The host name of a safe link, without ``www.``; None for everything else."""
    href = safe_href(url)
    if href is None:
        return None
    return clean_text(href.split("/")[2].rpartition("@")[2].removeprefix("www."))
