"""One feed asked once, without storing anything: does it answer, what is it, and can its articles be read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.app.opening import open_client, open_reader
from monitor.config import FetchSettings
from monitor.errors import ExtractError, FetchError, ParseError
from monitor.model import Entry, Feed, FeedState, ParsedFeed, Request, Response
from monitor.pipeline import Progress, follow
from monitor.ports import Fetcher, Reader
from monitor.stages.reading import carries_full_text
from monitor.stages.schedule import plan_request

_STALE_DAYS = 60
"""A feed without an entry in two months is most often one that moved."""

_AHEAD = timedelta(days=1)

_STATUS_ADVICE = {
    401: "it wants a login, which this program does not have",
    403: "the server refuses programs like this one: `monitor feeds discover` with the site may find another feed",
    404: "look for its new address: `monitor feeds discover` with the site finds its feeds",
    410: "it is gone for good: remove it",
    429: "it was asked too often: give it a longer `every`",
}
_ADVICE = {
    "bad_url": "correct the address",
    "forbidden_address": "if it is yours, name its network under `fetch.allow_networks`",
    "dns": "is the host spelt right, and is there a network?",
    "tls": "its certificate is not valid: try the http address, or wait until it is mended",
    "timeout": "a longer `fetch.timeout` may help",
    "too_large": "a larger `fetch.max_bytes` lets it in",
    "truncated": "it breaks off; most often that passes",
    "empty": "nothing came back; most often that passes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFinding:
    """Whether the article pages of a feed can be read.

    ``word`` is ``in the feed`` (no page is needed), ``by wish`` (``full_text: false``), ``readable``, ``robots`` (shut out
    by robots.txt), ``failed`` (cannot be fetched), ``no text`` (a paywall, a consent page, nothing to read) or ``no
    entry``. ``url`` is the page that was tried.
    """

    word: str
    url: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCheck:
    """What a feed answered when it was asked once; ``status`` is the HTTP status, None without an answer.

    ``moved_to`` is where permanent redirects led; ``has_validators`` says that the server lets us ask "anything new?".
    ``n_dated`` and ``n_full_text`` count entries with a date, and with the whole article in the feed.
    """

    feed: Feed
    is_ok: bool
    kind: str | None = None
    title: str | None = None
    n_entries: int = 0
    newest_at: datetime | None = None
    status: int | None = None
    moved_to: str | None = None
    has_validators: bool = False
    n_dated: int = 0
    n_full_text: int = 0
    page: PageFinding = PageFinding(word="no entry")
    problems: tuple[str, ...] = ()


async def check_feeds(
    feeds: Sequence[Feed], *, wanted: FetchSettings, now: datetime, progress: Progress
) -> list[FeedCheck]:
    """Ask every feed once, without conditions, and one article page of each; answers in the given order."""
    n_done = 0
    async with open_client(wanted, now) as (fetcher, pages), open_reader() as reader:

        async def one(feed: Feed) -> FeedCheck:
            nonlocal n_done
            found = await _check_feed(feed, fetcher, pages, reader, now)
            n_done += 1
            progress("poll", n_done, len(feeds))
            return found

        return list(await asyncio.gather(*(one(feed) for feed in feeds)))


async def _check_feed(feed: Feed, fetcher: Fetcher, pages: Fetcher, reader: Reader, now: datetime) -> FeedCheck:
    status = None
    try:
        response = await fetcher.fetch(plan_request(feed, FeedState(url=feed.url)))
        status = response.status
        parsed = await reader.parse_feed(feed, response)
        kept, parsed = await follow(feed, response, parsed, fetcher=fetcher, reader=reader, since=None)
    except (FetchError, ParseError, ExtractError) as error:
        status = error.status if isinstance(error, FetchError) else status
        return FeedCheck(feed=feed, is_ok=False, title=feed.title, status=status, problems=(explain(error),))
    page = await _try_page(feed, parsed, pages, reader, now)
    newest_at = find_newest(parsed, now)
    return FeedCheck(
        feed=feed, is_ok=True, kind=parsed.kind, title=feed.title or parsed.title, n_entries=len(parsed.entries),
        newest_at=newest_at, status=status, moved_to=response.moved_to if response.moved_to != feed.url else None,
        has_validators=bool(kept.header("etag") or kept.header("last-modified")),
        n_dated=sum(_dated_at(entry) is not None for entry in parsed.entries),
        n_full_text=sum(carries_full_text(entry) for entry in parsed.entries), page=page,
        problems=tuple(_find_flaws(feed, response, parsed, page, newest_at, now)),
    )  # fmt: skip


def explain(error: FetchError | ParseError | ExtractError) -> str:
    """The error in one line, with what to do about it where that is known."""
    advice = _ADVICE.get(error.kind)
    if isinstance(error, FetchError) and error.status is not None:
        advice = _STATUS_ADVICE.get(error.status)
    line = f"{error.kind}: {error.detail}"
    return f"{line}; {advice}" if advice else line


def find_newest(parsed: ParsedFeed, now: datetime) -> datetime | None:
    """The newest date of an entry, dates in the future left out; None without any."""
    dates = (moment for entry in parsed.entries if (moment := _dated_at(entry)))
    return max((moment for moment in dates if moment <= now + _AHEAD), default=None)


def _dated_at(entry: Entry) -> datetime | None:
    return entry.updated_at or entry.published_at


async def _try_page(feed: Feed, parsed: ParsedFeed, pages: Fetcher, reader: Reader, now: datetime) -> PageFinding:
    """The newest entry's page, fetched and read as a poll would, if a poll would."""
    linked = [entry for entry in parsed.entries if entry.url]
    if not linked:
        return PageFinding(word="no entry")
    newest_at = find_newest(parsed, now)
    newest = next((entry for entry in linked if newest_at and _dated_at(entry) == newest_at), linked[0])
    if not feed.full_text:
        return PageFinding(word="by wish")
    if carries_full_text(newest):
        return PageFinding(word="in the feed")
    try:
        page = await reader.read_page(await pages.fetch(Request(url=newest.url or "")), newest)
    except (FetchError, ExtractError) as error:
        word = "robots" if error.kind == "robots" else "failed"
        return PageFinding(word=word, url=newest.url, detail=f"{error.kind}: {error.detail}")
    if page.problem is not None:
        return PageFinding(word="no text", url=newest.url, detail=page.problem)
    return PageFinding(word="readable", url=newest.url)


def _find_flaws(
    feed: Feed, response: Response, parsed: ParsedFeed, page: PageFinding, newest_at: datetime | None, now: datetime
) -> Iterator[str]:
    yield from parsed.problems
    if response.moved_to is not None and response.moved_to != feed.url:
        yield f"moved for good: write {response.moved_to} into the configuration"
    if not parsed.entries:
        yield "has no entries"
    elif newest_at is None:
        yield "no entry has a date: entries count as new when they are first seen"
    elif (now - newest_at).days > _STALE_DAYS:
        yield f"its newest entry is {(now - newest_at).days} days old: it may have moved or ended"
    yield from _find_page_flaws(page)
    if (feed.kind == "auto" and parsed.kind == "search") or (is_search_engine(feed.url) and feed.kind != "search"):
        yield "is a search: write `kind: search`, so that articles count for their own outlets"


def _find_page_flaws(page: PageFinding) -> Iterator[str]:
    instead = "articles are judged by headline and summary; `full_text: false` says that this is meant"
    if page.word == "robots":
        yield f"robots.txt shuts out its article pages: {instead}"
    elif page.word == "failed":
        yield f"its newest article cannot be fetched ({page.detail}): {page.url}"
    elif page.word == "no text":
        yield f"its newest article shows no text ({page.detail}): {instead}"


def is_search_engine(url: str) -> bool:
    """True for the news searches whose terms and limits are known to this program."""
    return (urlsplit(url).hostname or "") in {"news.google.com", "api.gdeltproject.org"}
