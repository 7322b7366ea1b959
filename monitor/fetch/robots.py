"""Asks robots.txt before article pages (RFC 9309). Feeds are exempt: the reader named them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego

from monitor.errors import FetchError
from monitor.fetch.client import HttpFetcher
from monitor.fetch.limits import RefusedError
from monitor.fetch.targets import origin_of, parse_target
from monitor.model import Request, Response

_MAX_BYTES = 512_000
"""RFC 9309 section 2.5: at least 500 KiB are to be parsed. The rest is not read."""
_KEPT_FOR = timedelta(hours=24)
"""RFC 9309 section 2.4."""
_RETRIED_AFTER = timedelta(hours=1)
"""How long the absence of an answer counts; the RFC leaves it open."""

_AGENT_LINE = re.compile(r"\s*user[ -]?agent\s*:?\s*(?P<name>\*|[a-z0-9_-]*)", re.IGNORECASE)
_PRODUCT = re.compile(r"[a-z0-9_-]+", re.IGNORECASE)
_ACCEPT_PAGE = ("Accept", "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What one origin said. ``rules`` None means that it said nothing: all is allowed, or nothing if unreachable."""

    rules: Protego | None
    is_reachable: bool
    until: datetime


class RobotsGate:
    """The rules of every origin, asked for once a day through *fetcher*.

    4xx and endless redirects mean "no rules"; 5xx, no connection and unreadable bytes mean "stay away for now".
    *user_agent* is the header as sent; its first word up to the slash is the name looked for in the files.
    """

    def __init__(self, fetcher: HttpFetcher, user_agent: str, *, clock: Callable[[], datetime]) -> None:
        found = _PRODUCT.match(user_agent)
        if found is None:
            raise ValueError(f"no product name at the start of {user_agent!r}")
        self._product = found[0].lower()
        self._fetcher = fetcher
        self._clock = clock
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
        if not known.is_reachable:
            wait_s = max(0.0, (known.until - self._clock()).total_seconds())
            raise FetchError(url, "robots", f"{origin}/robots.txt cannot be read", retry_after_s=wait_s)
        if known.rules is not None and not known.rules.can_fetch(str(target), self._product):
            raise FetchError(url, "robots", f"{origin}/robots.txt asks robots to stay away", permanent=True)

    async def _load(self, origin: str) -> _Rules:
        """The rules of *origin*, asked for by the first who needs them while the others wait."""
        async with self._locks.setdefault(origin, asyncio.Lock()):
            known = self._rules.get(origin)
            if known is None or known.until <= self._clock():
                known = self._rules[origin] = await self._ask(origin)
            return known

    async def _ask(self, origin: str) -> _Rules:
        now = self._clock()
        try:
            answer = await self._fetcher.fetch_start(Request(url=f"{origin}/robots.txt"), _MAX_BYTES)
        except FetchError as error:
            is_absent = error.kind == "redirect" or (error.status is not None and 400 <= error.status < 500)
            until = now + (_KEPT_FOR if is_absent else _RETRIED_AFTER)
            return _Rules(rules=None, is_reachable=is_absent, until=until)
        rules = await asyncio.to_thread(parse_robots, answer.body, self._product)
        return _Rules(rules=rules, is_reachable=True, until=now + _KEPT_FOR)


def parse_robots(body: bytes, product: str) -> Protego:
    """The rules in *body* that concern *product* (lower case), at most 512,000 bytes of them.

    Groups for other robots are given one common name first: the parser copies every rule to every name above it,
    and a file of 20,000 names and 12,000 rules would become 240 million.
    """
    text = body[:_MAX_BYTES].decode("utf-8-sig", errors="replace")
    return Protego.parse("\n".join(_rename_agent(line, product) for line in text.splitlines()))


def _rename_agent(line: str, product: str) -> str:
    found = _AGENT_LINE.match(line)
    if found is None:
        return line
    name = found["name"].lower()
    return f"User-agent: {name if name in ('*', product) else 'other'}"


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
