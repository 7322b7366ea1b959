"""A story arranged for reading: its sentences with numbered sources, what was known, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.model import KnownFrom, Role, ShownChange, ShownSentence, StoryItem, StoryMember
from monitor.render import words
from monitor.render.clean import clean_text, find_language, safe_href
from monitor.render.places import make_anchor, page_name, story_name


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
    """Where a known sentence or a figure stands, ready to be linked.

    ``edition`` is the file of the edition that showed it, beside those of its digest, None if none did.
    """

    name: str
    text: str
    href: str | None
    edition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A changed figure with both origins; ``what`` is the figure with the words around it, or in a few words."""

    what: str
    old: str
    new: str
    old_origin: Origin
    new_origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """One story: ``sources`` are the cited articles, primary first; ``others`` the rest; ``also`` sums the rest up.

    ``page`` is the file of the story's own page; ``foreign`` names the language of a headline that is not in the
    reader's; ``abstract`` is a line that a language model wrote from the sentences of ``abstract_sources``.
    """

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
    page: str
    foreign: str | None
    documents: tuple[str, ...]
    abstract: str | None
    abstract_sources: tuple[Source, ...]


def view_story(item: StoryItem, topic: str, language: str = "en") -> StoryView:
    """*item* with its sources numbered: the lead article first if it is cited, then as the reader meets them.

    *language* is the reader's.
    """
    members = {member.article_id: member for member in item.articles}
    cited = [sentence.article_id for sentence in item.new] or [member.article_id for member in item.articles[:1]]
    cited.sort(key=lambda article_id: article_id not in members or members[article_id].role is not Role.LEAD)
    numbers = {article_id: number for number, article_id in enumerate(dict.fromkeys(cited), start=1)}
    by_sentence = {sentence.article_id: sentence for sentence in reversed(item.new)}
    sources = {
        article_id: _source(number, members.get(article_id), by_sentence.get(article_id))
        for article_id, number in numbers.items()
    }
    rest = [member for member in item.articles if member.article_id not in numbers]
    first = sources[cited[0]] if cited else None
    named = members.get(item.headline_of or "")
    titled = first if named is None else sources.get(named.article_id) or _source(0, named, None)
    return StoryView(
        anchor=make_anchor("story", item.id),
        topic=topic,
        tag="UPDATE" if item.is_update else "NEW",
        headline=item.headline,
        href=titled.href if titled else None,
        language=titled.language if titled else None,
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
        page=story_name(item.id),
        foreign=foreign_name(titled.language if titled else None, language),
        documents=item.documents,
        abstract=item.abstract.text if item.abstract else None,
        abstract_sources=_cited_by(item, sources),
    )


def foreign_name(code: str | None, language: str) -> str | None:
    """The name of the language *code* if it is another than the reader's, else None."""
    found = "en" if code is not None and code.lower().split("-")[0] == "en" else find_language(code)
    return None if found is None or found.lower().split("-")[0] == language else words.language_name(found)


def _cited_by(item: StoryItem, sources: Mapping[str, Source]) -> tuple[Source, ...]:
    """The sources of the sentences that the abstract rests on, each once."""
    if item.abstract is None:
        return ()
    ids = [item.new[number - 1].article_id for number in item.abstract.cites if 0 < number <= len(item.new)]
    return tuple(sources[article_id] for article_id in dict.fromkeys(ids))


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
    digest = known.id.rpartition("/")[0]
    edition = page_name(known.id, digest) if known.kind == "edition" and digest else None
    return Origin(name=name, text=known.text, href=safe_href(known.url), edition=edition)


def _view_change(change: ShownChange) -> ChangeView:
    return ChangeView(
        what=change.context or change.what,
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
