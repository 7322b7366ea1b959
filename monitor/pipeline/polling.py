"""Due feeds to pending entries: a feed's state and its entries in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.errors import ExtractError, FetchError, ParseError
from monitor.model import (
    Feed,
    FeedState,
    SeenEntry,
)
from monitor.pipeline.following import follow
from monitor.pipeline.report import FetchReport, Progress, quiet
from monitor.pipeline.saving import PollSaver
from monitor.ports import Fetcher, Reader, Store
from monitor.stages.identity import decide_arrivals, identify, lookup_keys
from monitor.stages.schedule import after_failure, after_success, plan_request


async def poll(
    feeds: Sequence[Feed],
    *,
    store: Store,
    fetcher: Fetcher,
    reader: Reader,
    now: datetime,
    max_age_s: float,
    report: FetchReport,
    progress: Progress = quiet,
) -> None:
    """Ask every feed once; its state and its new entries are stored in one transaction (``PollSaver``).

    Those that answered last time are asked first and those that failed last: they may hang, and nobody need wait.
    """
    states = store.feeds.load_states()
    ordered = sorted(feeds, key=lambda feed: _doubt(states.get(feed.url)))
    n_done = 0
    saver = PollSaver(store.feeds, n_polls=len(feeds), now=now)

    async def ask(feed: Feed) -> None:
        nonlocal n_done
        state = states.get(feed.url, FeedState(url=feed.url))
        await _poll_feed(
            feed, state, store=store, saver=saver, fetcher=fetcher, reader=reader, now=now, max_age_s=max_age_s,
            report=report,
        )  # fmt: skip
        n_done += 1
        progress("poll", n_done, len(feeds))

    try:
        async with asyncio.TaskGroup() as group:
            for feed in ordered:
                group.create_task(ask(feed))
    finally:
        report.new_entries += saver.n_added


def _doubt(state: FeedState | None) -> int:
    """0 for a feed that answered last time, 1 for one that was never asked, 2 for one that failed."""
    if state is None or not state.n_polls:
        return 1
    return 2 if state.n_failures else 0


async def _poll_feed(
    feed: Feed,
    state: FeedState,
    *,
    store: Store,
    saver: PollSaver,
    fetcher: Fetcher,
    reader: Reader,
    now: datetime,
    max_age_s: float,
    report: FetchReport,
) -> None:
    report.polled += 1
    try:
        response = await fetcher.fetch(plan_request(feed, state))
        if response.status == 304:
            report.not_modified += 1
            await saver.save(after_success(feed, state, response, None, n_new=0, now=now))
            return
        parsed = await reader.parse_feed(feed, response)
        response, parsed = await follow(feed, response, parsed, fetcher=fetcher, reader=reader, since=state.last_ok_at)
    except (FetchError, ParseError, ExtractError) as error:
        report.failed_feeds += 1
        report.errors.append(
            {
                "feed": feed.url,
                "error": error.kind,
                "detail": error.detail,
                "permanent": getattr(error, "permanent", False),
            }
        )
        await saver.save(after_failure(feed, state, error, now))
        return
    identified = identify(parsed)
    seen: Sequence[SeenEntry] = ()
    if state.last_ok_at is not None:  # else nothing of it was ever stored
        keys = lookup_keys(identified)
        seen = store.feeds.find_seen(feed.url, keys=keys.keys, link_keys=keys.link_keys, text_hashes=keys.text_hashes)
    found = decide_arrivals(
        identified, seen, is_first_poll=state.last_ok_at is None, now=now, max_age_s=max_age_s,
        has_unstable_ids=state.has_unstable_ids,
    )  # fmt: skip
    after = after_success(feed, state, response, parsed, n_new=len(found.arrivals), now=now)
    after = replace(after, has_unstable_ids=found.has_unstable_ids)
    await saver.save(after, found.arrivals)
    if found.is_flood:
        detail = f"{len(found.arrivals):,} new entries in one poll; all are stored"
        report.remarks.append({"feed": feed.url, "remark": "flood", "detail": detail})
