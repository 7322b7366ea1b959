"""Feeds that spread their entries over several documents: a sitemap index with its sitemaps.

The further documents are asked by the same client, so its manners hold for them too. The first document's validators
vouch for all of them only if it dates each one: a sitemap that changes then changes the index. Otherwise they are
dropped, since a 304 for the index would hide the news in a sitemap, and the feed counts as one without validators.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from monitor.errors import ExtractError, FetchError, ParseError
from monitor.model import Entry, Feed, FurtherDocument, ParsedFeed, Request, Response
from monitor.ports import Fetcher, Reader
from monitor.sources import request_headers
from monitor.text.urls import url_key

MAX_DOCUMENTS: Final = 8
"""Further documents asked in one poll, indexes inside of indexes included."""

MAX_ENTRIES: Final = 2_000

_VALIDATORS = frozenset({"etag", "last-modified"})
_SLACK = timedelta(days=2)
"""Many sitemaps date their changes by the day alone, in any time zone."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def follow(
    feed: Feed, response: Response, parsed: ParsedFeed, *, fetcher: Fetcher, reader: Reader, since: datetime | None
) -> tuple[Response, ParsedFeed]:
    """*parsed* with the entries of its further documents, newest first, and *response* with the validators it may keep.

    Documents that did not change after *since* (the last good poll) are left out. One that fails is named in
    ``problems`` and costs the validators, so that the next poll asks again; if all fail, the first error is raised.
    Unchanged values where there is nothing to follow.
    """
    if not parsed.further:
        return response, parsed
    waiting = list(parsed.further)
    entries, problems = list(parsed.entries), list(parsed.problems)
    asked = {response.url, feed.url}
    errors: list[FetchError | ParseError | ExtractError] = []
    n_asked, title, is_dated = 0, parsed.title, True
    while waiting and n_asked < MAX_DOCUMENTS:
        document = waiting.pop(0)
        is_dated = is_dated and document.changed_at is not None
        if document.url in asked or _is_unchanged(document, since):
            continue
        asked.add(document.url)
        n_asked += 1
        try:
            found = await _ask(feed, document.url, fetcher, reader)
        except (FetchError, ParseError, ExtractError) as error:
            errors.append(error)
            problems.append(f"{document.url} cannot be read: {error.kind}: {error.detail}")
            continue
        entries += found.entries
        waiting = [*found.further, *waiting]
        title = title or found.title
    if errors and len(errors) == n_asked:
        raise errors[0]
    if errors or not is_dated:
        response = _without_validators(response)
    return response, replace(parsed, title=title, entries=_newest(entries), problems=tuple(problems), further=())


async def _ask(feed: Feed, url: str, fetcher: Fetcher, reader: Reader) -> ParsedFeed:
    answer = await fetcher.fetch(Request(url=url, headers=request_headers("sitemap")))
    return await reader.parse_feed(replace(feed, kind="sitemap"), answer)


def _is_unchanged(document: FurtherDocument, since: datetime | None) -> bool:
    return since is not None and document.changed_at is not None and document.changed_at < since - _SLACK


def _without_validators(response: Response) -> Response:
    return replace(response, headers=tuple(line for line in response.headers if line[0] not in _VALIDATORS))


def _newest(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """At most 2,000 entries, each address once, newest first where they are dated."""
    first: dict[str, Entry] = {}
    for entry in entries:
        first.setdefault(url_key(entry.url or "") or str(entry), entry)
    ordered = sorted(
        first.values(), key=lambda entry: entry.published_at or entry.updated_at or _LONG_AGO, reverse=True
    )
    return tuple(replace(entry, position=position) for position, entry in enumerate(ordered[:MAX_ENTRIES]))
