"""Articles in files: the corpus the reader knows, and archives to import.

``.txt`` and ``.md`` hold one article as it was collected (``stages.clipping`` finds title, date and prose), ``.html``
a saved page, ``.json`` an article, a list of articles or ``{"articles": [...]}``, ``.jsonl`` one article a line. An
article as JSON has ``title``, ``text`` (paragraphs separated by a blank line) or ``html``, and optional ``url``,
``published``, ``language``, ``outlet``, ``authors``, ``id``. One file that cannot be read never stops the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.errors import CorpusError, ExtractError
from monitor.model import Article, Page
from monitor.ports import Reader
from monitor.stages.clipping import Clipping, read_clipping
from monitor.stages.reading import article_id, cut
from monitor.text.charset import decode
from monitor.text.language import detect

SUFFIXES = (".txt", ".md", ".html", ".htm", ".json", ".jsonl")
_MAX_BYTES = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryItem:
    """One article of a file. ``clipping`` tells what was left out of a collected text, None for other kinds."""

    article: Article
    path: Path
    clipping: Clipping | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What was read, and what could not be."""

    items: tuple[LibraryItem, ...]
    problems: tuple[CorpusError, ...]


async def load_library(paths: Iterable[Path], reader: Reader, *, is_corpus: bool) -> Library:
    """All articles in files and folders (searched in order of name, hidden files left out).

    Corpus articles get ids like ``corpus:003_name``; others an id made of their address.
    """
    items: list[LibraryItem] = []
    problems: list[CorpusError] = []
    for path in paths:
        for file in _files(path, problems):
            try:
                items += await _read_file(file, reader, is_corpus=is_corpus)
            except CorpusError as error:
                problems.append(error)
    return Library(items=tuple(_with_own_ids(items)) if is_corpus else tuple(items), problems=tuple(problems))


def _files(path: Path, problems: list[CorpusError]) -> Iterator[Path]:
    if path.is_file():
        if path.suffix.lower() in SUFFIXES:
            yield path
        else:
            problems.append(CorpusError(str(path), f"not one of {', '.join(SUFFIXES)}"))
    elif path.is_dir():
        for file in sorted(path.rglob("*")):
            is_hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if file.is_file() and not is_hidden and file.suffix.lower() in SUFFIXES:
                yield file
    else:
        problems.append(CorpusError(str(path), "there is no such file or folder"))


async def _read_file(file: Path, reader: Reader, *, is_corpus: bool) -> list[LibraryItem]:
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise CorpusError(str(file), f"larger than {_MAX_BYTES // 1_000_000} MB; split it into .jsonl files")
        raw = file.read_bytes()
    except OSError as error:
        raise CorpusError(str(file), error.strerror or str(error)) from error
    text, _ = decode(raw, http_charset=None, is_xml=False)
    match file.suffix.lower():
        case ".txt" | ".md":
            return _clipped(text, file, is_corpus=is_corpus)
        case ".html" | ".htm":
            page = await _page(text, None, reader, str(file))
            return [LibraryItem(article=_of_page(page, file.stem, {}, is_corpus=is_corpus), path=file)]
        case ".jsonl":
            return [item async for item in _of_lines(text, file, reader, is_corpus=is_corpus)]
        case _:
            return await _of_json(text, file, reader, is_corpus=is_corpus)


def _clipped(text: str, file: Path, *, is_corpus: bool) -> list[LibraryItem]:
    clipping = read_clipping(text)
    if not clipping.paragraphs:
        raise CorpusError(str(file), "no sentence of running text in it")
    starts = tuple(place == 0 for paragraph in clipping.paragraphs for place, _ in enumerate(paragraph))
    article = Article(
        id=f"corpus:{file.stem}" if is_corpus else article_id(None, str(file)),
        url=None, canonical_url=None, title=clipping.title, standfirst=None,
        sentences=tuple(sentence for paragraph in clipping.paragraphs for sentence in paragraph), starts=starts,
        outlet=None, language=clipping.language, published_at=clipping.published_at, is_corpus=is_corpus,
    )  # fmt: skip
    return [LibraryItem(article=article, path=file, clipping=clipping)]


async def _of_lines(text: str, file: Path, reader: Reader, *, is_corpus: bool) -> Any:
    for number, line in enumerate(text.split("\n"), start=1):  # other line ends may stand inside a JSON string
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CorpusError(f"{file}:{number}", f"not JSON: {error}") from error
        yield await _of_row(row, file, number, reader, is_corpus=is_corpus)


async def _of_json(text: str, file: Path, reader: Reader, *, is_corpus: bool) -> list[LibraryItem]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CorpusError(str(file), f"not JSON: {error}") from error
    rows = value.get("articles", [value]) if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise CorpusError(str(file), 'neither an article, a list of articles nor {"articles": [...]}')
    return [await _of_row(row, file, number, reader, is_corpus=is_corpus) for number, row in enumerate(rows, start=1)]


async def _of_row(row: object, file: Path, number: int, reader: Reader, *, is_corpus: bool) -> LibraryItem:
    place = f"{file}:{number}"
    if not isinstance(row, dict):
        raise CorpusError(place, "not an object with title and text")
    fallback = str(row.get("id") or f"{file.stem}-{number}")
    if isinstance(row.get("text"), str) and row["text"].strip():
        paragraphs = tuple(
            part.strip() for part in _whole(row["text"]).replace("\r\n", "\n").split("\n\n") if part.strip()
        )
        if len(paragraphs) == 1:
            paragraphs = tuple(part.strip() for part in paragraphs[0].split("\n") if part.strip())
        page = Page(url=_text(row, "url"), paragraphs=paragraphs)
    elif isinstance(row.get("html"), str) and row["html"].strip():
        page = await _page(row["html"], _text(row, "url"), reader, place)
    else:
        raise CorpusError(place, 'has neither "text" nor "html"')
    return LibraryItem(article=_of_page(page, fallback, row, is_corpus=is_corpus, place=place), path=file)


async def _page(html: str, url: str | None, reader: Reader, place: str) -> Page:
    try:
        page = await reader.read_html(html, url, None)
    except ExtractError as error:
        raise CorpusError(place, f"{error.kind}: {error.detail}") from error
    if not page.paragraphs:
        raise CorpusError(place, page.problem or "no running text found on the page")
    return page


def _of_page(page: Page, fallback: str, row: Mapping[str, Any], *, is_corpus: bool, place: str = "") -> Article:
    language = _text(row, "language") or page.language or detect(" ".join(page.paragraphs))
    sentences, starts = cut(page, language)
    url = _text(row, "url") or page.url
    authors = row.get("authors")
    return Article(
        id=f"corpus:{fallback}" if is_corpus else article_id(url, str(row.get("id") or f"{place} {fallback}")),
        url=url,
        canonical_url=page.canonical_url or url,
        title=_text(row, "title") or page.title,
        standfirst=page.standfirst,
        sentences=sentences,
        starts=starts,
        outlet=_text(row, "outlet") or page.outlet,
        language=language,
        authors=tuple(str(author) for author in authors) if isinstance(authors, list) else page.authors,
        published_at=_moment(row, place) or page.published_at,
        is_corpus=is_corpus,
    )


def _text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    return _whole(value).strip() or None if isinstance(value, str) else None


def _whole(text: str) -> str:
    """*text* with a question mark for each half of a character that JSON escapes can leave behind."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _moment(row: Mapping[str, Any], place: str) -> datetime | None:
    value = _text(row, "published")
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise CorpusError(place, f'"published" is no ISO 8601 time: {value!r}') from error


def _with_own_ids(items: Sequence[LibraryItem]) -> Iterator[LibraryItem]:
    """The items with ids made distinct: two files of one name in different folders are two articles."""
    used: set[str] = set()
    for item in items:
        name, number = item.article.id, 1
        while name in used:
            number += 1
            name = f"{item.article.id}-{number}"
        used.add(name)
        yield item if name == item.article.id else replace(item, article=replace(item.article, id=name))
