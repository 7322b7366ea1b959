"""Feeds that spread their entries over several documents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor import sources
from monitor.errors import FetchError
from monitor.model import Feed, ParsedFeed, Request, Response
from monitor.pipeline import follow
from monitor.pipeline.following import MAX_DOCUMENTS

pytestmark = pytest.mark.asyncio

SITE = "https://a.example"
FEED = Feed(url=f"{SITE}/index.xml", kind="sitemap")
NOW = datetime(2026, 3, 9, tzinfo=UTC)


def index(*listed: str) -> str:
    rows = (row.partition(" ") for row in listed)
    return "<sitemapindex>" + "".join(
        f"<sitemap><loc>{SITE}/{name}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>" for name, _, day in rows
    ) + "</sitemapindex>"  # fmt: skip


def urlset(*listed: str) -> str:
    rows = (row.partition(" ") for row in listed)
    return f"<urlset>{''.join(f'<url><loc>{SITE}/{name}</loc><lastmod>{day}</lastmod></url>' for name, _, day in rows)}</urlset>"


class Site:
    """Documents by name; plays fetcher and reader."""

    def __init__(self, **documents: str) -> None:
        self.documents = documents
        self.asked: list[str] = []

    async def fetch(self, request: Request) -> Response:
        name = request.url.rpartition("/")[2]
        self.asked.append(name)
        if name not in self.documents:
            raise FetchError(request.url, "http_status", "404 Not Found", status=404)
        headers = (("etag", '"1"'), ("cache-control", "max-age=60"))
        return Response(url=request.url, status=200, headers=headers, body=self.documents[name].encode())

    async def parse_feed(self, feed: Feed, response: Response) -> ParsedFeed:
        return sources.parse(feed.kind, response)

    async def read(self, since: datetime | None = None) -> tuple[Response, ParsedFeed]:
        response = await self.fetch(Request(url=f"{SITE}/index"))
        self.asked.clear()
        return await follow(FEED, response, sources.parse("sitemap", response), fetcher=self, reader=self, since=since)  # type: ignore[arg-type]


def names(feed: ParsedFeed) -> list[str]:
    return [(entry.url or "").rpartition("/")[2] for entry in feed.entries]


async def test_entries_of_all_sitemaps_come_newest_first_and_once() -> None:
    site = Site(
        index=index("a 2026-03-08", "b 2026-03-07"), a=urlset("1 2026-03-05", "3 2026-03-08"), b=urlset("2 2026-03-07", "1 2026-03-05")
    )  # fmt: skip
    response, feed = await site.read()
    assert names(feed) == ["3", "2", "1"]
    assert [entry.position for entry in feed.entries] == [0, 1, 2]
    assert response.header("etag") == '"1"'
    assert feed.further == ()


async def test_sitemaps_that_did_not_change_since_the_last_good_poll_are_not_asked() -> None:
    site = Site(index=index("a 2026-03-08", "b 2026-03-01"), a=urlset("1 2026-03-08"), b=urlset("2 2026-03-01"))
    _, feed = await site.read(since=NOW)
    assert site.asked == ["a"]
    assert names(feed) == ["1"]


async def test_index_without_dates_keeps_no_validators_but_its_other_headers() -> None:
    site = Site(index=index("a 2026-03-08", "b"), a=urlset("1 2026-03-08"), b=urlset("2 2026-03-01"))
    response, feed = await site.read(since=NOW)
    assert sorted(names(feed)) == ["1", "2"]
    assert (response.header("etag"), response.header("cache-control")) == (None, "max-age=60")


async def test_one_sitemap_that_fails_costs_the_validators_and_is_named() -> None:
    response, feed = await Site(index=index("a 2026-03-08", "b 2026-03-08"), a=urlset("1 2026-03-08")).read()
    assert names(feed) == ["1"]
    assert response.header("etag") is None
    assert feed.problems == (f"{SITE}/b cannot be read: http_status: 404 Not Found",)


async def test_if_all_sitemaps_fail_the_poll_fails() -> None:
    with pytest.raises(FetchError):
        await Site(index=index("a 2026-03-08", "b")).read()


async def test_indexes_inside_of_indexes_are_followed_and_circles_end() -> None:
    site = Site(
        index=index("inner 2026-03-08"), inner=index("index 2026-03-08", "a 2026-03-08"), a=urlset("1 2026-03-08")
    )
    _, feed = await site.read()
    assert names(feed) == ["1"]


async def test_requests_of_one_poll_are_capped() -> None:
    inner = {f"i{n}": index(*(f"i{n}x{k} 2026-03-08" for k in range(5))) for n in range(5)}
    leaves = {f"i{n}x{k}": urlset(f"{n}{k} 2026-03-08") for n in range(5) for k in range(5)}
    site = Site(index=index(*(f"i{n} 2026-03-08" for n in range(5))), **inner, **leaves)
    await site.read()
    assert len(site.asked) == MAX_DOCUMENTS
