"""The articles in a file's bytes: a collected text, a saved page, JSON or JSON Lines. Pure; run it in a worker process.

What cannot be read comes as a ``Document`` with a ``problem``, so that one bad row never costs its file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.model import Document, Page
from monitor.stages.clipping import read_clipping
from monitor.stages.extract import extract_page
from monitor.text.charset import decode


class _RowError(Exception):
    """Why a row is no article; only within this module."""


def read_documents(body: bytes, suffix: str) -> tuple[Document, ...]:
    """Every article of a file, in order; *suffix* is one of those of ``monitor.library``. Never empty but for files without rows."""
    text, _ = decode(body, http_charset=None, is_xml=False)
    match suffix:
        case ".txt" | ".md":
            return (_clipped(text),)
        case ".html" | ".htm":
            return (_document(None, lambda: (_page_of_html(text, None), None)),)
        case ".jsonl":
            return tuple(_of_lines(text))
        case _:
            return tuple(_of_json(text))


def _clipped(text: str) -> Document:
    clipping = read_clipping(text)
    return Document(clipping=clipping, problem=None if clipping.paragraphs else "no sentence of running text in it")


def _of_lines(text: str) -> Iterator[Document]:
    for number, line in enumerate(text.split("\n"), start=1):  # other line ends may stand inside a JSON string
        if line.strip():
            yield _document(number, lambda line=line: _page_of_row(_parsed(line)))


def _of_json(text: str) -> Iterator[Document]:
    try:
        value = _parsed(text)
        rows = value.get("articles", [value]) if isinstance(value, dict) else value
        if not isinstance(rows, list):
            raise _RowError('neither an article, a list of articles nor {"articles": [...]}')
    except _RowError as error:
        yield Document(problem=str(error))
        return
    for number, row in enumerate(rows, start=1):
        yield _document(number, lambda row=row: _page_of_row(row))


def _document(number: int | None, read: Any) -> Document:
    try:
        page, name = read()
    except _RowError as error:
        return Document(number=number, problem=str(error))
    return Document(number=number, page=page, id=name)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _RowError(f"not JSON: {error}") from error


def _page_of_row(row: object) -> tuple[Page, str | None]:
    if not isinstance(row, dict):
        raise _RowError("not an object with title and text")
    url = _text(row, "url")
    if isinstance(row.get("text"), str) and row["text"].strip():
        page = Page(url=url, paragraphs=_paragraphs(_whole(row["text"])))
    elif isinstance(row.get("html"), str) and row["html"].strip():
        page = _page_of_html(row["html"], url)
    else:
        raise _RowError('has neither "text" nor "html"')
    authors = row.get("authors")
    stated = Page(
        url=url or page.url,
        canonical_url=page.canonical_url or url,
        title=_text(row, "title") or page.title,
        standfirst=page.standfirst,
        paragraphs=page.paragraphs,
        authors=tuple(_whole(str(name)) for name in authors) if isinstance(authors, list) else page.authors,
        published_at=_moment(row) or page.published_at,
        language=_text(row, "language") or page.language,
        outlet=_text(row, "outlet") or page.outlet,
    )
    return stated, _whole(str(row["id"])) if row.get("id") else None


def _page_of_html(html: str, url: str | None) -> Page:
    page = extract_page(html.encode("utf-8", "replace"), url=url, charset="utf-8", entry=None)
    if not page.paragraphs:
        raise _RowError(page.problem or "no running text found on the page")
    return page


def _paragraphs(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip())
    return tuple(part.strip() for part in parts[0].split("\n") if part.strip()) if len(parts) == 1 else parts


def _text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    return _whole(value).strip() or None if isinstance(value, str) else None


def _whole(text: str) -> str:
    """*text* with a question mark for each half of a character that JSON escapes can leave behind."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _moment(row: Mapping[str, Any]) -> datetime | None:
    value = _text(row, "published")
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise _RowError(f'"published" is no ISO 8601 time: {value!r}') from error
