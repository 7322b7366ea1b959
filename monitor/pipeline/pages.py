"""An article's page fetched and read, and the pages on which it goes on."""

from __future__ import annotations

from dataclasses import replace

from monitor.errors import ExtractError, FetchError
from monitor.model import Entry, Page, Reason, Request
from monitor.ports import Fetcher, Reader
from monitor.stages.paging import MAX_PAGES, joined, page_number

_HEADERS = (("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"),)


async def read_article(
    url: str, entry: Entry | None, *, pages: Fetcher, reader: Reader
) -> tuple[Page, tuple[Reason, ...]]:
    """The article at *url* as one page, at most five joined, and why it is not whole if a later one cannot be had.

    FetchError or ExtractError if the first page cannot be had.
    """
    page = await reader.read_page(await pages.fetch(Request(url=url, headers=_HEADERS)), entry)
    because: tuple[Reason, ...] = ()
    for number in range(2, MAX_PAGES + 1):
        next_url = page.next_url
        if next_url is None or page.problem is not None or page_number(page.url or url, next_url) != number:
            break
        try:
            further = await reader.read_page(await pages.fetch(Request(url=next_url, headers=_HEADERS)), None)
        except (FetchError, ExtractError) as error:
            detail = f"page {number} ({next_url}) is missing: {error.detail}"
            because = (Reason(stage="read", signal="pages", detail=detail),)
            break
        whole = joined(page, further)
        if whole is None:
            break
        page = whole
    return replace(page, next_url=None), because
