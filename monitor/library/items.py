"""What is taken out of files: articles with their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from monitor.errors import CorpusError
from monitor.model import Article, Clipping, Page
from monitor.stages.reading import cut
from monitor.text.language import detect

SUFFIXES = (".txt", ".md", ".html", ".htm", ".json", ".jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryItem:
    """One article of a file. ``clipping`` tells what was left out of a collected text, None for other kinds.

    ``at`` is the moment to judge it at (publication, or when it was kept), None if the file states none.
    ``is_revision`` says that an earlier item is the same article with another text.
    """

    article: Article
    path: Path
    clipping: Clipping | None = None
    at: datetime | None = None
    is_revision: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What was read, and what could not be. ``n_skipped`` counts records of web archives that are no pages, by why."""

    items: tuple[LibraryItem, ...]
    problems: tuple[CorpusError, ...]
    n_skipped: Mapping[str, int] = field(default_factory=dict)


def article_of(page: Page, name: str, *, is_corpus: bool = False) -> Article:
    """The article with the id *name* that a page holds."""
    language = page.language or detect(" ".join(page.paragraphs))
    sentences, starts = cut(page, language)
    return Article(
        id=name, url=page.url, canonical_url=page.canonical_url or page.url, title=page.title,
        standfirst=page.standfirst, sentences=sentences, starts=starts, outlet=page.outlet, language=language,
        authors=page.authors, published_at=page.published_at, is_corpus=is_corpus,
    )  # fmt: skip
