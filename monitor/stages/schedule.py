"""When a feed is asked, with which conditions, and what is remembered of the answer.

The rules are those by which publishers judge feed readers: validators go back exactly as they came, are replaced with
every 200 and kept on a 304; a reader that sends conditions comes at most once an hour, one that cannot once a day;
``Retry-After``, ``max-age`` and ``Expires`` are obeyed, permanent redirects remembered, 410 ends the subscription.
Nothing here is random: waits only ever get longer than the rules ask, and equal inputs give equal plans.

A clock that is set back is noticed by a last poll that lies in the future. Then the wait begins anew (``reanchor``): to
ask at once would break the promised gap, and to wait for the old moment could take years. A clock that is set forward
cannot be told from time that passed; it costs one early request a feed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.errors import ExtractError, FetchError, ParseError
from monitor.model import Feed, FeedState, ParsedFeed, Request, Response
from monitor.stages.freshness import find_freshness_s
from monitor.stages.quiet import leave_quiet

HOUR_S = 3_600
FLOOR_S = HOUR_S
"""Least wait of an adaptive feed; also what large feed fetchers hold themselves to on average."""
CEILING_S = 24 * HOUR_S
"""Longest wait of a healthy feed, and the wait of one without validators, where each poll costs a whole document."""
RETRY_AFTER_CAP_S = 7 * 24 * HOUR_S
"""A server that asks for more is tried again after a week: the value is more likely a mistake than a wish."""
FRESHNESS_CAP_S = 7 * 24 * HOUR_S
"""An answer that stays fresh for longer is taken for one with the lifetime of an image: it counts for a day."""
MOVED_PATIENCE = 5
"""Failures in a row, 31 hours of them, after which the address before a permanent redirect is tried again."""
SILENT_AFTER = timedelta(days=30)
"""A healthy feed without news for this long is silent: abandoned, or moved without saying so."""
GROWTH = 1.5
"""By how much a poll without news lengthens the wait: from an hour to a day in eight polls, two days in all."""

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
    "application/json;q=0.8, text/html;q=0.5, */*;q=0.1"
)

_GONE = 410
_OK = 200


def plan_request(feed: Feed, state: FeedState) -> Request:
    """The next request for *feed*: at its address after permanent redirects, on the conditions last received."""
    return Request(url=state.fetch_url or feed.url, headers=(("Accept", ACCEPT), *plan_conditions(state)))


def plan_conditions(state: FeedState) -> tuple[tuple[str, str], ...]:
    """The conditional headers that *state* allows, byte for byte as stored; none on the first request."""
    lines = (("If-None-Match", state.etag), ("If-Modified-Since", state.last_modified))
    return tuple((name, value) for name, value in lines if value is not None)


def is_due(feed: Feed, state: FeedState, now: datetime) -> bool:
    """True if *feed* is to be polled at *now*, which must not lie before its last poll: see ``reanchor``."""
    if not feed.is_enabled or state.is_gone:
        return False
    return state.next_poll_at is None or state.next_poll_at <= now


def reanchor(state: FeedState, now: datetime) -> FeedState:
    """The state with its wait begun at *now*, if its last poll lies in the future; else the state itself.

    The clock was set back since. No request is made earlier than the wait that was decided, and none later than that
    wait after the change was noticed.
    """
    if state.last_polled_at is None or state.last_polled_at <= now:
        return state
    if state.next_poll_at is None:
        return replace(state, last_polled_at=now)
    wait = max(timedelta(0), state.next_poll_at - state.last_polled_at)
    return replace(state, last_polled_at=now, next_poll_at=_leave_quiet(state, now + wait))


def is_silent(state: FeedState, now: datetime) -> bool:
    """True if the feed answers well and has brought nothing new for 30 days; a failing one is not silent."""
    if state.error is not None or state.last_news_at is None:
        return False
    return now - state.last_news_at >= SILENT_AFTER


def after_success(
    feed: Feed, state: FeedState, response: Response, parsed: ParsedFeed | None, *, n_new: int, now: datetime
) -> FeedState:
    """The state after an answer that was understood; *parsed* is None for a 304, *n_new* counts entries never seen.

    ``interval_s`` is the feed's own rhythm; ``next_poll_at`` adds how long the answer says that it stays fresh.
    """
    if parsed is not None:
        state = replace(
            state,
            etag=response.header("etag") or None,
            last_modified=response.header("last-modified") or None,
            title=parsed.title or state.title,
            kind=parsed.kind,
            skip_hours=parsed.skip_hours,
            skip_days=parsed.skip_days,
        )
    if response.moved_to is not None:
        state = replace(state, fetch_url=None if response.moved_to == feed.url else response.moved_to)
    interval_s = _decide_interval(feed, state, parsed, n_new=n_new, now=now)
    wait_s = max(interval_s, _freshness_s(response, now, is_wished=feed.every_s is not None))
    return replace(
        state,
        n_polls=state.n_polls + 1,
        n_failures=0,
        last_polled_at=now,
        last_ok_at=now,
        last_news_at=now if n_new else state.last_news_at,
        next_poll_at=_leave_quiet(state, now + timedelta(seconds=wait_s)),
        interval_s=interval_s,
        last_status=response.status,
        error=None,
        error_detail=None,
        is_gone=False,
    )


def after_failure(
    feed: Feed, state: FeedState, error: FetchError | ParseError | ExtractError, now: datetime
) -> FeedState:
    """The state after a poll that brought nothing: validators and rhythm unchanged, so that nothing is lost.

    Waits 1 h, doubling to 24 h, or as long as the server asks (7 days at most). A document without validators is not
    loaded again within 24 h of the last complete one. 410 ends the polling. When an address that the feed had moved to
    fails for long, the one before is tried again, with nothing that the new one issued.
    """
    status = error.status if isinstance(error, FetchError) else _OK
    n_failures = state.n_failures + 1
    failed = replace(
        state,
        n_polls=state.n_polls + 1,
        n_failures=n_failures,
        last_polled_at=now,
        last_status=status,
        error=error.kind,
        error_detail=error.detail,
    )
    if status == _GONE:
        return replace(failed, is_gone=True, next_poll_at=None)
    if state.fetch_url is not None and n_failures >= MOVED_PATIENCE:
        failed = replace(failed, fetch_url=None, etag=None, last_modified=None)
    asked_s = (error.retry_after_s or 0.0) if isinstance(error, FetchError) else 0.0
    wait_s = max(_back_off_s(n_failures), min(RETRY_AFTER_CAP_S, asked_s))
    next_poll_at = now + timedelta(seconds=wait_s)
    if not plan_conditions(state) and state.last_ok_at is not None and feed.every_s is None:
        rested_at = state.last_ok_at + timedelta(seconds=CEILING_S)
        # a last success in the future is a clock that was set back
        next_poll_at = max(next_poll_at, rested_at) if state.last_ok_at <= now else next_poll_at
    return replace(failed, next_poll_at=_leave_quiet(state, next_poll_at))


def _leave_quiet(state: FeedState, moment: datetime) -> datetime:
    return leave_quiet(moment, skip_hours=state.skip_hours, skip_days=state.skip_days)


def _freshness_s(response: Response, now: datetime, *, is_wished: bool) -> float:
    """Seconds for which the answer says that it stays fresh, as far as it is believed; a day at most if *is_wished*.

    A reader who wrote ``every`` does not mean to miss a week of news because a server caches its files for a week.
    """
    fresh_s = find_freshness_s(response, now)
    if fresh_s > FRESHNESS_CAP_S or is_wished:
        return min(CEILING_S, fresh_s)
    return fresh_s


def _back_off_s(n_failures: int) -> int:
    """1 h after the first failure, twice as long after each further one, at most 24 h."""
    return min(CEILING_S, HOUR_S << min(n_failures - 1, 5))


def _decide_interval(feed: Feed, state: FeedState, parsed: ParsedFeed | None, *, n_new: int, now: datetime) -> int:
    """Seconds until the next poll as the feed's own rhythm suggests; the user's ``every`` overrides it.

    News: half the mean time between new entries since the last news, so that an entry waits a quarter of that time
    on average. No news: half as long again as before.
    """
    if feed.every_s is not None:
        return feed.every_s
    if not plan_conditions(state):
        return CEILING_S
    if not n_new:
        rhythm_s = (state.interval_s or FLOOR_S / GROWTH) * GROWTH
    elif state.last_news_at is None:
        rhythm_s = FLOOR_S
    else:
        rhythm_s = (now - state.last_news_at).total_seconds() / n_new / 2
    wished_s = (parsed.ttl_s if parsed is not None else None) or 0
    return round(min(CEILING_S, max(FLOOR_S, rhythm_s, wished_s)))
