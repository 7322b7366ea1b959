"""Asks robots.txt before article pages (RFC 9309). Feeds are exempt: the reader named them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego

from monitor.errors import FetchError
from monitor.fetch.client import HttpFetcher
from monitor.fetch.limits import RefusedError
from monitor.fetch.targets import origin_of, parse_target
from monitor.model import Request, Response, RobotsRecord
from monitor.ports import HostStore

_MAX_BYTES = 512_000
"""RFC 9309 section 2.5: at least 500 KiB are to be parsed. The rest is not read."""
_KEPT_FOR = timedelta(hours=24)
"""RFC 9309 section 2.4."""
_RETRIED_AFTER = timedelta(hours=1)
"""How long the absence of an answer counts; the RFC leaves it open."""
_PATIENCE = timedelta(days=30)
"""RFC 9309 section 2.3.1.4: for how long unreachable rules forbid everything."""

_AGENT_LINE = re.compile(r"\s*user[ -]?agent\s*:?\s*(?P<name>\*|[a-z0-9_-]*)", re.IGNORECASE)
_RULE_LINE = re.compile(
    r"\s*+(?:(?:dis+al+ow|diasllow|disallaw|allow|[^:#]*:)|(?:crawl|request|visit)[ -])", re.IGNORECASE
)
_SITE_LINE = re.compile(r"\s*(?:site-?maps?|host)\b", re.IGNORECASE)
_PRODUCT = re.compile(r"[a-z0-9_-]+", re.IGNORECASE)
_ACCEPT_PAGE = ("Accept", "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What one origin said, ready for use. ``rules`` None means that it said nothing: all is allowed."""

    rules: Protego | None
    record: RobotsRecord

    def is_unreachable(self, now: datetime) -> bool:
        since = self.record.unreachable_since
        return since is not None and now - since < _PATIENCE


class RobotsGate:
    """The rules of every origin, asked for once a day through *fetcher* and kept in *memory* between runs.

    4xx and endless redirects mean "no rules"; 5xx, no connection and unreadable bytes mean "stay away for now", after
    30 days of them the last rules known hold again, or none. *user_agent* is the header as sent; its first word up to
    the slash is the name looked for in the files.
    """

    def __init__(
        self, fetcher: HttpFetcher, user_agent: str, *, clock: Callable[[], datetime], memory: HostStore | None = None
    ) -> None:
        found = _PRODUCT.match(user_agent)
        if found is None:
            raise ValueError(f"no product name at the start of {user_agent!r}")
        self._product = found[0].lower()
        self._fetcher = fetcher
        self._clock = clock
        self._memory = memory
        self._rules: dict[str, _Rules] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def allows(self, url: str) -> bool:
        """True if the page at *url* may be fetched. FetchError ``bad_url`` if it is no address."""
        try:
            await self.check(url)
        except FetchError as error:
            if error.kind == "robots":
                return False
            raise
        return True

    async def check(self, url: str) -> None:
        """FetchError ``robots`` if the page must not be fetched; permanent unless the rules could not be read."""
        try:
            target = parse_target(url)
        except RefusedError as error:
            raise FetchError(url, error.kind, error.detail, permanent=error.permanent) from error
        origin = origin_of(target)
        known = await self._load(origin)
        now = self._clock()
        if known.is_unreachable(now):
            wait_s = max(0.0, (known.record.until - now).total_seconds())
            raise FetchError(url, "robots", f"{origin}/robots.txt cannot be read", retry_after_s=wait_s)
        if known.rules is not None and not known.rules.can_fetch(str(target), self._product):
            raise FetchError(url, "robots", f"{origin}/robots.txt asks robots to stay away", permanent=True)

    async def _load(self, origin: str) -> _Rules:
        """The rules of *origin*, asked for by the first who needs them while the others wait."""
        async with self._locks.setdefault(origin, asyncio.Lock()):
            known = self._rules.get(origin)
            if known is None and self._memory is not None and (record := self._memory.find_robots(origin)) is not None:
                known = self._rules[origin] = _Rules(rules=await _prepare(record.rules), record=record)
            if known is None or not _is_fresh(known.record, self._clock()):
                known = self._rules[origin] = await self._ask(origin, known)
                if self._memory is not None:
                    self._memory.save_robots(known.record)
            return known

    async def _ask(self, origin: str, known: _Rules | None) -> _Rules:
        now = self._clock()
        try:
            answer = await self._fetcher.fetch_start(Request(url=f"{origin}/robots.txt"), _MAX_BYTES)
        except FetchError as error:
            if error.kind == "redirect" or (error.status is not None and 400 <= error.status < 500):
                record = RobotsRecord(origin=origin, rules=None, asked_at=now, until=now + _KEPT_FOR)
                return _Rules(rules=None, record=record)
            since = known.record.unreachable_since if known is not None else None
            record = RobotsRecord(
                origin=origin, rules=known.record.rules if known is not None else None, asked_at=now,
                until=now + _RETRIED_AFTER, unreachable_since=since or now,
            )  # fmt: skip
            return _Rules(rules=known.rules if known is not None else None, record=record)
        text = await asyncio.to_thread(select_rules, answer.body, self._product)
        record = RobotsRecord(origin=origin, rules=text, asked_at=now, until=now + _KEPT_FOR)
        return _Rules(rules=await _prepare(text), record=record)


def _is_fresh(record: RobotsRecord, now: datetime) -> bool:
    """True until its time; one that was asked for in the future was asked before the clock was set back."""
    return record.asked_at <= now < record.until


async def _prepare(text: str | None) -> Protego | None:
    return None if text is None else await asyncio.to_thread(Protego.parse, text)


def select_rules(body: bytes, product: str) -> str:
    """The lines of *body* that concern *product* (lower case): groups for it and for all, of its first 512,000 bytes.

    What is left is small enough to keep, and safe to parse: the parser copies every rule to every name above it, and a
    file of 20,000 names and 12,000 rules would become 240 million.
    """
    text = body[:_MAX_BYTES].decode("utf-8-sig", errors="replace")
    return "\n".join(_iter_concerning(text.splitlines(), (product, "*")))


def _iter_concerning(lines: list[str], names: tuple[str, str]) -> Iterator[str]:
    """The agent lines of *names* and the rules under them. A group is a run of agent lines and the rules up to the next.

    Lines about the whole site stand outside of groups (RFC 9309 section 2.2.4).
    """
    is_ours, is_in_rules = False, True
    for line in lines:
        if (found := _AGENT_LINE.match(line)) is not None:
            if is_in_rules:
                is_ours, is_in_rules = False, False
            if (name := found["name"].lower()) in names:
                is_ours = True
                yield f"User-agent: {name}"
        elif _RULE_LINE.match(line) and not _SITE_LINE.match(line):
            is_in_rules = True
            if is_ours:
                yield line.strip()


class PageFetcher:
    """Fetches article pages that robots.txt allows, redirects included; implements ``ports.Fetcher``."""

    def __init__(self, fetcher: HttpFetcher, gate: RobotsGate) -> None:
        self._fetcher = fetcher
        self._gate = gate

    async def fetch(self, request: Request) -> Response:
        """The page, status 200. FetchError ``robots`` if its host asks robots to stay away."""
        has_accept = any(name.lower() == "accept" for name, _ in request.headers)
        headers = request.headers if has_accept else (_ACCEPT_PAGE, *request.headers)
        return await self._fetcher.fetch_permitted(Request(url=request.url, headers=headers), self._gate.check)
