"""The articles of the demo world with their labels, and which of them stand at what address when."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

DATA: Traversable = files("monitor.demo") / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSentence:
    """One sentence and its label.

    ``known_from`` names an earlier source, an article's id or ``corpus:<number>``. A sentence that is neither
    novel nor known from anywhere carries no information.
    """

    text: str
    is_novel: bool
    known_from: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """A figure that replaces one known before; ``old_from`` names the source of the old value."""

    what: str
    old: str
    old_from: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """One article with its labels; ``data/README.md`` defines ``kind``, ``story``, ``copy_of`` and ``covers``.

    ``updates`` names the earlier version of the same outlet that this text replaces at the same address.
    """

    id: str
    outlet: str
    published_at: datetime
    language: str
    title: str
    byline: str
    section: str
    kind: str
    story: str
    is_relevant: bool
    copy_of: str | None
    updates: str | None
    covers: tuple[str, ...]
    paragraphs: tuple[tuple[DemoSentence, ...], ...]
    changed_figures: tuple[FigureChange, ...]

    @property
    def sentences(self) -> tuple[DemoSentence, ...]:
        """All sentences in reading order."""
        return tuple(sentence for paragraph in self.paragraphs for sentence in paragraph)

    @property
    def texts(self) -> tuple[str, ...]:
        """The paragraphs as running text; Chinese sentences are joined without a space."""
        joiner = "" if self.language == "zh" else " "
        return tuple(joiner.join(sentence.text for sentence in paragraph) for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveArticle:
    """What stands at one address at one moment: ``first`` gave the address, ``current`` gives the text."""

    first: DemoArticle
    current: DemoArticle


def load_articles() -> tuple[DemoArticle, ...]:
    """All articles of the world, oldest first."""
    rows = json.loads((DATA / "articles.json").read_text(encoding="utf-8"))
    return tuple(sorted(map(_article, rows), key=lambda article: article.published_at))


def load_corpus() -> dict[str, str]:
    """The texts that the reader knows already, by file name; ``001_….txt`` is ``corpus:001`` in the labels."""
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted((DATA / "corpus").iterdir(), key=lambda path: path.name)
    }


def iter_live(articles: Iterable[DemoArticle], until: datetime) -> Iterator[LiveArticle]:
    """What is published at *until*, oldest address first; *articles* must be sorted by time."""
    live: dict[str, LiveArticle] = {}
    address_of: dict[str, str] = {}
    for article in articles:
        if article.published_at > until:
            break
        key = address_of.get(article.updates, article.updates) if article.updates else article.id
        address_of[article.id] = key
        live[key] = LiveArticle(first=live[key].first if key in live else article, current=article)
    yield from live.values()


def _article(row: Mapping[str, Any]) -> DemoArticle:
    return DemoArticle(
        id=row["id"],
        outlet=row["outlet"],
        published_at=datetime.fromisoformat(row["published"]),
        language=row["lang"],
        title=row["title"],
        byline=row["byline"],
        section=row["section"],
        kind=row["kind"],
        story=row["story"],
        is_relevant=row["relevant"],
        copy_of=row.get("copy_of"),
        updates=row.get("updates"),
        covers=tuple(row.get("covers", ())),
        paragraphs=tuple(tuple(map(_sentence, paragraph)) for paragraph in row["paragraphs"]),
        changed_figures=tuple(FigureChange(**change) for change in row.get("changed_figures", ())),
    )


def _sentence(row: Mapping[str, Any]) -> DemoSentence:
    return DemoSentence(text=row["text"], is_novel=row["novel"], known_from=row["known_from"])
