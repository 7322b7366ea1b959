"""The feeds of a site, found from any of its pages and tried one by one.

In this order, and only as far as needed: the address itself; feeds that the page announces; links in the page that look
like feeds; places where the common programs put them; the page itself, if it lists articles. What the reader named
or the page offers is asked as a feed; guessed places are asked only where robots.txt allows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.app.opening import open_client, open_reader
from monitor.app.probing import explain, find_newest, is_search_engine
from monitor.config import FetchSettings
from monitor.errors import ExtractError, FetchError, ParseError
from monitor.model import Feed, FeedState, ParsedFeed, Request, Response
from monitor.pipeline import Progress, follow
from monitor.ports import Fetcher, Reader
from monitor.sources import request_headers, usual_places
from monitor.stages.reading import carries_full_text
from monitor.stages.schedule import plan_request
from monitor.text.urls import url_key

MAX_TRIED = 12
"""Offered feeds that are tried; section pages of large papers link to a hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A feed that was tried and answers. ``how`` is ``given``, ``announced``, ``linked``, ``usual place`` or ``page``.

    ``feed`` is what would stand in the configuration; ``n_full_text`` counts entries with the whole article.
    """

    feed: Feed
    how: str
    kind: str
    title: str | None
    n_entries: int
    newest_at: datetime | None
    n_full_text: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Offers, best first, and what was tried in vain: (address, why)."""

    offers: tuple[Offer, ...]
    failures: tuple[tuple[str, str], ...]


async def discover(url: str, *, wanted: FetchSettings, now: datetime, progress: Progress) -> Discovery:
    """The feeds that can be found from the page (or feed) at *url*. FetchError if it does not answer.

    Costs one request for a feed, one more for each feed that the page offers (12 at most), and for a page that offers
    none up to 17 at the usual places.
    """
    async with _open_scout(wanted, now, progress) as scout:
        return await scout.discover(url)


async def try_feed(feed: Feed, *, wanted: FetchSettings, now: datetime, progress: Progress) -> Offer:
    """*feed* as it is, of the kind it states. FetchError, ParseError or ExtractError if it cannot be read."""
    async with _open_scout(wanted, now, progress) as scout:
        return await scout.read(feed, await scout.fetcher.fetch(plan_request(feed, FeedState(url=feed.url))), "given")


@asynccontextmanager
async def _open_scout(wanted: FetchSettings, now: datetime, progress: Progress) -> AsyncIterator[_Scout]:
    async with open_client(wanted, now) as (fetcher, pages), open_reader() as reader:
        yield _Scout(fetcher, pages, reader, now, progress)


class _Scout:
    """Tries addresses, and remembers what failed."""

    def __init__(self, fetcher: Fetcher, pages: Fetcher, reader: Reader, now: datetime, progress: Progress) -> None:
        self.fetcher = fetcher
        self._pages = pages
        self._reader = reader
        self._now = now
        self._progress = progress
        self._failures: list[tuple[str, str]] = []

    async def discover(self, url: str) -> Discovery:
        response = await self.fetcher.fetch(Request(url=url, headers=request_headers("auto")))
        try:
            return self._answer([await self.read(Feed(url=url), response, "given")])
        except (ParseError, ExtractError) as error:
            self._failures.append((url, explain(error)))
        offers = await self._try_offered(response)
        if not offers:
            offers = await self._try_usual_places(response.url)
        if not offers:
            offers = await self._try_page(url, response)
        return self._answer(offers)

    def _answer(self, offers: Sequence[Offer]) -> Discovery:
        first: dict[str, Offer] = {}
        for offer in offers:
            first.setdefault(url_key(offer.feed.url) or offer.feed.url, offer)
        # the site's own order is kept among equals; a feed without entries is no use
        ordered = sorted(first.values(), key=lambda offer: offer.n_entries == 0)
        return Discovery(offers=tuple(ordered), failures=tuple(self._failures))

    async def _try_offered(self, response: Response) -> list[Offer]:
        try:
            offered = await self._reader.parse_feed(Feed(url=response.url, kind="offers"), response)
        except (ParseError, ExtractError):
            return []  # the page offers none, or is no page; what it is instead was noted before
        entries = [entry for entry in offered.entries if entry.url][:MAX_TRIED]
        n_done = 0

        async def one(url: str, title: str | None, how: str) -> Offer | None:
            nonlocal n_done
            found = await self._try(url, title, how, self.fetcher)
            n_done += 1
            self._progress("discover", n_done, len(entries))
            return found

        tried = await asyncio.gather(
            *(one(entry.url or "", entry.title, entry.summary or "linked") for entry in entries)
        )
        return [offer for offer in tried if offer is not None]

    async def _try_usual_places(self, url: str) -> list[Offer]:
        places = usual_places(url)
        for number, place in enumerate(places, start=1):
            self._progress("discover", number, len(places))
            found = await self._try(place, None, "usual place", self._pages)
            if found is not None and found.n_entries:
                return [found]
        return []

    async def _try_page(self, url: str, response: Response) -> list[Offer]:
        try:
            return [await self.read(Feed(url=url, kind="page"), response, "page")]
        except (ParseError, ExtractError) as error:
            self._failures.append((url, explain(error)))
            return []

    async def _try(self, url: str, title: str | None, how: str, fetcher: Fetcher) -> Offer | None:
        try:
            response = await fetcher.fetch(Request(url=url, headers=request_headers("auto")))
            found = await self.read(Feed(url=url), response, how)
        except (FetchError, ParseError, ExtractError) as error:
            self._failures.append((url, explain(error)))
            return None
        return found if found.title else replace(found, title=title)

    async def read(self, feed: Feed, response: Response, how: str) -> Offer:
        """The offer that *feed* makes with *response*; errors as of the reader."""
        parsed = await self._reader.parse_feed(feed, response)
        _, parsed = await follow(feed, response, parsed, fetcher=self.fetcher, reader=self._reader, since=None)
        return self._offer(feed, response, parsed, how)

    def _offer(self, feed: Feed, response: Response, parsed: ParsedFeed, how: str) -> Offer:
        kind = feed.kind
        if kind == "auto" and (parsed.kind == "search" or is_search_engine(feed.url)):
            kind = "search"
        return Offer(
            feed=replace(feed, url=response.moved_to or feed.url, kind=kind), how=how, kind=parsed.kind,
            title=parsed.title, n_entries=len(parsed.entries), newest_at=find_newest(parsed, self._now),
            n_full_text=sum(carries_full_text(entry) for entry in parsed.entries),
        )  # fmt: skip
