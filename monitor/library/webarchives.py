"""The articles in web archives: their pages, read as if they had been fetched then.

Feeds in them are read too. What they say of an entry completes its page, as it does in a fetch; an entry whose page is
not there is taken from the feed's own text. A page that was kept again with another text becomes a revision.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from monitor.errors import CorpusError, ExtractError, ParseError
from monitor.library.items import LibraryItem, article_of
from monitor.model import Article, Capture, Entry, Feed, Page, PendingEntry, Response
from monitor.ports import Reader
from monitor.stages.reading import article_from, article_id, carries_full_text, page_of_summary, with_summary
from monitor.text.urls import is_web_url, url_key

_SUFFIXES = (".warc", ".warc.gz")
_PAGES = frozenset(("", "text/html", "application/xhtml+xml"))
_AT_ONCE = 4
_EPOCH = datetime.min.replace(tzinfo=UTC)


def is_web_archive(path: Path) -> bool:
    """True for the names that web archives have."""
    return path.name.lower().endswith(_SUFFIXES)


@dataclass(slots=True, kw_only=True)
class _Told:
    """What a feed in the archive says of an entry; ``seen_at`` is when it was first kept."""

    entry: Entry
    feed_url: str
    feed_title: str | None
    seen_at: datetime
    is_read: bool = False


@dataclass(slots=True)
class _Shelf:
    """What the archives have brought so far; ``texts`` holds the latest of each article by its id."""

    path: Path
    told: dict[str, _Told] = field(default_factory=dict)
    items: list[LibraryItem] = field(default_factory=list)
    problems: list[CorpusError] = field(default_factory=list)
    n_skipped: Counter[str] = field(default_factory=Counter)
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)


async def read_web_archives(
    paths: Sequence[Path], reader: Reader
) -> tuple[list[LibraryItem], list[CorpusError], Counter[str]]:
    """The articles, what could not be read (by its place in bytes), and how many records were skipped for what.

    Give them in the order of their time: what a feed said in one is known in the next.
    """
    shelf = _Shelf(Path())
    for path in paths:
        shelf.path = path
        try:
            await _take_archive(shelf, reader)
        except OSError as error:
            shelf.problems.append(CorpusError(str(path), error.strerror or str(error)))
    for told in shelf.told.values():
        if not told.is_read:
            _put(shelf, await _article_of_entry(told, reader), told.seen_at)
    return shelf.items, shelf.problems, shelf.n_skipped


async def _take_archive(shelf: _Shelf, reader: Reader) -> None:
    waiting: list[Capture] = []
    async for capture in reader.iter_captures(str(shelf.path)):
        if capture.problem is not None:
            shelf.problems.append(CorpusError(f"{shelf.path}, byte {capture.offset:,}", capture.problem))
        elif capture.response is None:
            shelf.n_skipped[capture.skipped or "unknown"] += 1
        elif _media_type(capture.response) not in _PAGES:
            await _take_feed(shelf, capture, capture.response, reader)
        else:
            waiting.append(capture)
        if len(waiting) >= _AT_ONCE:
            await _take_pages(shelf, waiting, reader)
            waiting = []
    await _take_pages(shelf, waiting, reader)


async def _take_feed(shelf: _Shelf, capture: Capture, response: Response, reader: Reader) -> None:
    try:
        parsed = await reader.parse_feed(Feed(url=response.url, kind="auto"), response)
    except ParseError:
        shelf.n_skipped["not_a_page"] += 1
        return
    except ExtractError as error:
        shelf.problems.append(CorpusError(f"{shelf.path}, byte {capture.offset:,}", f"{response.url}: {error.detail}"))
        return
    for entry in parsed.entries:
        key = _key_of(entry.url) if is_web_url(entry.url or "") else None
        if key is None:
            continue
        known = shelf.told.get(key)
        if known is None:
            shelf.told[key] = _Told(
                entry=entry, feed_url=response.url, feed_title=parsed.title, seen_at=capture.captured_at or _EPOCH
            )
        else:
            known.entry = entry


async def _take_pages(shelf: _Shelf, captures: list[Capture], reader: Reader) -> None:
    """Read some pages at a time, put away in their order."""

    async def one(capture: Capture) -> Page | ExtractError:
        try:
            return await reader.read_page(_response(capture), _entry(shelf, capture))
        except ExtractError as error:
            return error

    for capture, page in zip(captures, await asyncio.gather(*map(one, captures)), strict=True):
        url = _response(capture).url
        told = shelf.told.get(_key_of(url) or "")
        if isinstance(page, ExtractError):
            shelf.problems.append(CorpusError(f"{shelf.path}, byte {capture.offset:,}", f"{url}: {page.detail}"))
        elif told is not None:
            told.is_read = True
            whole = page if page.paragraphs and page.problem is None else with_summary(page, told.entry)
            _put(shelf, _article_of_told(whole, told), capture.captured_at)
        elif urlsplit(url).path in ("", "/"):
            shelf.n_skipped["front_page"] += 1
        elif page.problem is not None or not page.paragraphs:
            shelf.n_skipped[page.problem or "no_text"] += 1
        else:
            _put(shelf, article_of(page, article_id(page.canonical_url or url, url)), capture.captured_at)


async def _article_of_entry(told: _Told, reader: Reader) -> Article:
    """An entry whose page is not in the archive: from the feed's full text, or else from its summary."""
    page = page_of_summary(told.entry)
    if told.entry.html and carries_full_text(told.entry):
        try:
            read = await reader.read_html(told.entry.html, told.entry.url, told.entry)
        except ExtractError:
            return _article_of_told(page, told)  # as a fetch does; the summary is the feed's own word
        page = read if read.paragraphs else page
    return _article_of_told(page, told)


def _article_of_told(page: Page, told: _Told) -> Article:
    pending = PendingEntry(
        seq=0, feed_url=told.feed_url, feed_title=told.feed_title, key=told.entry.guid or told.entry.url or "",
        entry=told.entry, first_seen_at=told.seen_at,
    )  # fmt: skip
    return article_from(page, pending, None, now=told.seen_at)


def _put(shelf: _Shelf, article: Article, captured_at: datetime | None) -> None:
    """Put an article away; one that was kept before with another text is a revision, dated by its capture."""
    is_revision = article.id in shelf.texts
    if shelf.texts.get(article.id) == article.sentences:
        return
    shelf.texts[article.id] = article.sentences
    moment = captured_at if captured_at not in (None, _EPOCH) else None
    at = moment if is_revision else article.published_at or moment
    shelf.items.append(
        LibraryItem(article=replace(article, first_seen_at=None), path=shelf.path, at=at, is_revision=is_revision)
    )


def _response(capture: Capture) -> Response:
    if capture.response is None:
        raise ValueError("a capture without an answer")
    return capture.response


def _entry(shelf: _Shelf, capture: Capture) -> Entry | None:
    told = shelf.told.get(_key_of(_response(capture).url) or "")
    return told.entry if told else None


def _key_of(url: str | None) -> str | None:
    return url_key(url) if url else None


def _media_type(response: Response) -> str:
    return (response.header("content-type") or "").split(";")[0].strip().lower()
