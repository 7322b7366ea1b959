"""Articles in files: the corpus the reader knows, and archives to import.

``.txt`` and ``.md`` hold one article as it was collected (``stages.clipping`` finds title, date and prose), ``.html``
a saved page, ``.json`` an article, a list of articles or ``{"articles": [...]}``, ``.jsonl`` one article a line. An
article as JSON has ``title``, ``text`` (paragraphs separated by a blank line) or ``html``, and optional ``url``,
``published``, ``language``, ``outlet``, ``authors``, ``id``. One file or row that cannot be read never stops the others.

Files are taken apart by the reader's workers. JSON Lines are handed over some lines at a time, so that an archive may
be of any size, and a row that breaks a worker is found by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from monitor.errors import CorpusError, ExtractError
from monitor.library.items import SUFFIXES, Library, LibraryItem, article_of
from monitor.library.webarchives import is_web_archive, read_web_archives
from monitor.model import Article, Clipping, Document, Page
from monitor.ports import Reader
from monitor.stages.reading import article_id

_MAX_BYTES = 50_000_000
_MAX_LINE_BYTES = 20_000_000
_CHUNK_BYTES = 500_000
_CHUNK_LINES = 50
"""Lines read together: with a whole page in each they take a worker one of its ten seconds."""
_FILES_AT_ONCE = 4


async def load_library(paths: Iterable[Path], reader: Reader, *, is_corpus: bool) -> Library:
    """All articles in files and folders (searched in order of name, hidden files left out).

    Corpus articles get ids like ``corpus:003_name``; others an id made of their address.
    """
    problems: list[CorpusError] = []
    files = [file for path in paths for file in _files(path, problems, is_corpus=is_corpus)]
    archives = [file for file in files if is_web_archive(file)]
    files = [file for file in files if not is_web_archive(file)]
    items, failures, n_skipped = await read_web_archives(archives, reader)
    problems += failures
    for start in range(0, len(files), _FILES_AT_ONCE):
        together = files[start : start + _FILES_AT_ONCE]
        for found, failed in await asyncio.gather(
            *(_read_file(file, reader, is_corpus=is_corpus) for file in together)
        ):
            items += found
            problems += failed
    named = tuple(_with_own_ids(items)) if is_corpus else tuple(items)
    return Library(items=named, problems=tuple(problems), n_skipped=n_skipped)


def _files(path: Path, problems: list[CorpusError], *, is_corpus: bool) -> Iterator[Path]:
    """The files to read; web archives are imported, and are no corpus."""

    def is_readable(file: Path) -> bool:
        return file.suffix.lower() in SUFFIXES or (is_web_archive(file) and not is_corpus)

    if path.is_file():
        if is_readable(path):
            yield path
        else:
            problems.append(
                CorpusError(str(path), f"not one of {', '.join(SUFFIXES)}{'' if is_corpus else ', .warc.gz'}")
            )
    elif path.is_dir():
        for file in sorted(path.rglob("*")):
            is_hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if file.is_file() and not is_hidden and is_readable(file):
                yield file
    else:
        problems.append(CorpusError(str(path), "there is no such file or folder"))


async def _read_file(file: Path, reader: Reader, *, is_corpus: bool) -> tuple[list[LibraryItem], list[CorpusError]]:
    """The articles of one file, and what of it could not be read."""
    items: list[LibraryItem] = []
    problems: list[CorpusError] = []
    documents = _read_lines(file, reader) if file.suffix.lower() == ".jsonl" else _read_whole(file, reader)
    try:
        async for document in documents:
            if document.problem is not None:
                problems.append(CorpusError(_place(file, document), document.problem))
            else:
                items.append(_item(document, file, is_corpus=is_corpus))
    except CorpusError as error:
        problems.append(error)
    except OSError as error:
        problems.append(CorpusError(str(file), error.strerror or str(error)))
    return items, problems


async def _read_whole(file: Path, reader: Reader) -> AsyncIterator[Document]:
    if file.stat().st_size > _MAX_BYTES:
        raise CorpusError(str(file), f"larger than {_MAX_BYTES // 1_000_000} MB; write it as JSON Lines (.jsonl)")
    try:
        found = await reader.read_documents(file.read_bytes(), file.suffix.lower(), name=str(file))
    except ExtractError as error:
        raise CorpusError(str(file), f"{error.kind}: {error.detail}") from error
    for document in found:
        yield document


async def _read_lines(file: Path, reader: Reader) -> AsyncIterator[Document]:
    """The rows of a JSON Lines file; what breaks a worker is tried line by line and named."""
    for first, lines in _chunks(file):
        try:
            found = await reader.read_documents(b"".join(lines), ".jsonl", name=str(file))
        except ExtractError as error:
            if len(lines) > 1:
                found = [
                    document for n, line in enumerate(lines) for document in await _read_line(file, n, line, reader)
                ]
            else:
                found = (Document(number=1, problem=f"{error.kind}: {error.detail}"),)
        for document in found:
            yield replace(document, number=first + (document.number or 1) - 1)


async def _read_line(file: Path, place: int, line: bytes, reader: Reader) -> Sequence[Document]:
    try:
        found = await reader.read_documents(line, ".jsonl", name=str(file))
    except ExtractError as error:
        return (Document(number=place + 1, problem=f"{error.kind}: {error.detail}"),)
    return [replace(document, number=place + 1) for document in found]


def _chunks(file: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Some lines at a time with the number of the first; a file in UTF-16 at one go."""
    with file.open("rb") as stream:
        if stream.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            stream.seek(0)
            yield 1, [stream.read(_MAX_BYTES)]
            return
        stream.seek(0)
        first, number, n_bytes, lines = 1, 0, 0, list[bytes]()
        while line := stream.readline(_MAX_LINE_BYTES):
            number += 1
            if lines and (n_bytes + len(line) > _CHUNK_BYTES or len(lines) >= _CHUNK_LINES):
                yield first, lines
                first, n_bytes, lines = number, 0, []
            lines.append(line)
            n_bytes += len(line)
        if lines:
            yield first, lines


def _place(file: Path, document: Document) -> str:
    return str(file) if document.number is None else f"{file}:{document.number}"


def _item(document: Document, file: Path, *, is_corpus: bool) -> LibraryItem:
    if document.clipping is not None:
        return LibraryItem(
            article=_of_clipping(document.clipping, file, is_corpus=is_corpus),
            path=file,
            clipping=document.clipping,
            at=document.clipping.published_at,
        )
    page = document.page or Page(url=None)
    given = document.id or (None if document.number is None else f"{file.stem}-{document.number}")
    name = f"corpus:{given or file.stem}" if is_corpus else article_id(page.url, document.id or _place(file, document))
    article = article_of(page, name, is_corpus=is_corpus)
    return LibraryItem(article=article, path=file, at=article.published_at)


def _of_clipping(clipping: Clipping, file: Path, *, is_corpus: bool) -> Article:
    starts = tuple(place == 0 for paragraph in clipping.paragraphs for place, _ in enumerate(paragraph))
    return Article(
        id=f"corpus:{file.stem}" if is_corpus else article_id(None, str(file)),
        url=None, canonical_url=None, title=clipping.title, standfirst=None,
        sentences=tuple(sentence for paragraph in clipping.paragraphs for sentence in paragraph), starts=starts,
        outlet=None, language=clipping.language, published_at=clipping.published_at, is_corpus=is_corpus,
    )  # fmt: skip


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
