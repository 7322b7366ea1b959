"""A judge of feed readers on loopback: serves feeds of many characters, writes down every request, and grades.

The criteria are those by which publishers judge readers in public (Rachel Kroll's "feed reader score", and the RFCs
behind it), one method a criterion. Time is the judge's own and stands for the true one; the reader's clock may be wrong.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
START = datetime(2026, 3, 1, tzinfo=UTC)
SLACK = timedelta(seconds=1)

CHARACTERS = (
    "strong etag", "weak etag", "odd last-modified", "both", "no validators", "max-age", "expires", "two days fresh",
    "busy in seconds", "busy until a date", "busy for a month", "moved", "moved twice", "moved for now", "gone",
    "broken at times", "cut at times", "hangs up at times", "html at times", "never new", "other etag each time",
    "validators vanish", "gzip", "skips hours", "etag with quotes inside", "moves and dies",
)  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """One request, and what it was answered: ``wait`` is how long the reader was told or has to stay away."""

    at: datetime
    path: str
    headers: dict[str, str]
    status: int
    is_whole: bool
    etag: str | None
    modified: str | None
    wait: timedelta
    n_starts: int
    knows_hour: bool


@dataclass
class Reply:
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    cut: int | None = None
    wait: timedelta = HOUR


@dataclass
class Judge:
    """The server with its book. ``now`` is moved by the one who plays; ``jumps`` are the reader's clock set forward."""

    now: datetime = START
    port: int = 0
    visits: dict[int, list[Visit]] = field(default_factory=dict)
    jumps: list[datetime] = field(default_factory=list)
    n_starts: int = 0
    knows_hour: bool = True
    n_open: int = 0
    n_open_at_most: int = 0
    _listener: asyncio.Server | None = None

    def feeds(self, n_feeds: int) -> list[str]:
        return [f"http://127.0.0.1:{self.port}/{number}/rss?key=a%20b&x" for number in range(n_feeds)]

    async def __aenter__(self) -> Judge:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._listener is not None
        self._listener.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.n_open += 1
        self.n_open_at_most = max(self.n_open_at_most, self.n_open)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            writer.write(self._answer(head))
            await writer.drain()
        writer.close()
        self.n_open -= 1

    def _answer(self, head: str) -> bytes:
        lines = head.split("\r\n")
        path = lines[0].split(" ")[1]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        number = int(path.split("/")[1])
        book = self.visits.setdefault(number, [])
        reply = self._decide(number, path, headers, len(book))
        sent = dict(reply.headers)
        book.append(
            Visit(
                at=self.now, path=path, headers=headers, status=reply.status, is_whole=reply.cut is None,
                etag=sent.get("ETag"), modified=sent.get("Last-Modified"), wait=reply.wait, n_starts=self.n_starts,
                knows_hour=self.knows_hour,
            )
        )  # fmt: skip
        if reply.cut == 0:
            return b""
        named = [("Date", format_datetime(self.now, usegmt=True)), *reply.headers, ("Content-Length", len(reply.body))]
        start = "\r\n".join([f"HTTP/1.1 {reply.status} X", *(f"{name}: {value}" for name, value in named)])
        return start.encode("latin-1") + b"\r\n\r\n" + reply.body[: reply.cut]

    def _decide(self, number: int, path: str, headers: dict[str, str], n_before: int) -> Reply:
        character = CHARACTERS[number % len(CHARACTERS)]
        age = self.now - START
        reply = Reply()
        issue = 0 if character == "never new" else age // timedelta(hours=1 + number % 11)
        etag, modified = f'"{number}-{issue}"', format_datetime(START + issue * HOUR, usegmt=True)
        match character:
            case "weak etag":
                etag = f'W/"{number}-{issue}-ü"'
            case "odd last-modified":
                etag, modified = "", f"issue {issue}, about noon"
            case "etag with quotes inside":
                etag = f'{number} "{issue}"  x'
            case "no validators":
                etag = modified = ""
            case "validators vanish" if age > 2 * DAY:
                etag = modified = ""
            case "other etag each time":
                etag, modified = f'"{n_before}"', ""
            case "max-age":
                reply = Reply(headers=[("Cache-Control", "public, max-age=18000")], wait=5 * HOUR)
            case "two days fresh":
                reply = Reply(headers=[("Cache-Control", "max-age=172800")], wait=2 * DAY)
            case "expires":
                expires = format_datetime(self.now + 3 * HOUR, usegmt=True)
                reply = Reply(headers=[("Expires", expires)], wait=3 * HOUR)
            case "busy in seconds" if n_before % 4 == 2:
                return Reply(429, [("Retry-After", "36000")], wait=10 * HOUR)
            case "busy until a date" if n_before % 4 == 2:
                until = format_datetime(self.now + 30 * HOUR, usegmt=True)
                return Reply(503, [("Retry-After", until)], wait=30 * HOUR)
            case "busy for a month" if n_before == 1:
                return Reply(503, [("Retry-After", str(30 * 86_400))], wait=WEEK)
            case "moved" | "moves and dies" if not path.startswith(f"/{number}/new") and age > DAY / 2:
                return Reply(301, [("Location", f"/{number}/new?k=1")], wait=timedelta(0))
            case "moves and dies" if path.startswith(f"/{number}/new") and age > DAY:
                return Reply(404)
            case "moved twice" if not path.startswith(f"/{number}/new"):
                target = f"/{number}/new" if path.startswith(f"/{number}/mid") else f"/{number}/mid"
                return Reply(308, [("Location", target)], wait=timedelta(0))
            case "moved for now" if not path.startswith(f"/{number}/temp"):
                return Reply(302, [("Location", f"/{number}/temp?at={n_before}")], wait=timedelta(0))
            case "gone" if age > DAY:
                return Reply(410, wait=3_650 * DAY)
            case "broken at times" if n_before % 5 in (2, 3):
                return Reply(500, body=b"oops")
            case "html at times" if n_before % 3 == 1:
                return Reply(200, [("Content-Type", "text/html"), ("ETag", '"wrong"')], b"<html>Sorry</html>", None)
            case "hangs up at times" if n_before % 3 == 1:
                return Reply(cut=0)
        held = headers.get("if-none-match") == etag if etag else headers.get("if-modified-since") == modified
        if (etag or modified) and held:
            reply.status = 304
            return reply
        reply.headers += [pair for pair in (("ETag", etag), ("Last-Modified", modified)) if pair[1]]
        if not (etag or modified):
            reply.wait = max(reply.wait, DAY)
        reply.body = make_rss(number, issue, skips=character == "skips hours")
        if character == "gzip":
            reply.headers.append(("Content-Encoding", "gzip"))
            reply.body = gzip.compress(reply.body)
        if character == "cut at times" and n_before % 3 == 1:
            reply.cut = len(reply.body) // 2
        return reply

    # --- the criteria ----------------------------------------------------------------------------------

    def grade(self) -> dict[str, list[str]]:
        """What was broken, by criterion; every list is empty for a polite reader."""
        criteria = {
            "conditions": self._grade_conditions, "gap": self._grade_gap, "wait": self._grade_wait,
            "headers": self._grade_headers, "address": self._grade_address, "gone": self._grade_gone,
            "restart": self._grade_restart, "quiet": self._grade_quiet,
        }  # fmt: skip
        found: dict[str, list[str]] = {name: [] for name in criteria}
        for number, book in sorted(self.visits.items()):
            for name, criterion in criteria.items():
                character = CHARACTERS[number % len(CHARACTERS)]
                found[name] += [f"feed {number} ({character}): {fault}" for fault in criterion(number, book)]
        return found

    def _grade_conditions(self, number: int, book: list[Visit]) -> Iterator[str]:
        """The first request has none; later ones send the last validators byte for byte, and nothing else."""
        held: tuple[str | None, str | None] = (None, None)
        for visit in book:
            sent = (visit.headers.get("if-none-match"), visit.headers.get("if-modified-since"))
            if sent != held and not (sent == (None, None) and self._has_given_up(number, book, visit)):
                yield f"{visit.at:%d %H:%M} {visit.path} sent {sent} and holds {held}"
            if visit.status == 200 and visit.is_whole and visit.etag != '"wrong"':
                held = (visit.etag, visit.modified)
            elif sent == (None, None):
                held = (None, None)

    @staticmethod
    def _has_given_up(number: int, book: list[Visit], visit: Visit) -> bool:
        """True if a new address failed so long before that the reader was right to forget what came from it."""
        polls = [one.status for one in book[: book.index(visit)] if one.status not in (301, 308)]
        return polls[-5:] == [404] * 5

    def _grade_gap(self, number: int, book: list[Visit]) -> Iterator[str]:
        """Never two polls within an hour; without validators not within a day."""
        for one, two in pairwise(self._polls(book)):
            if two.at - one.at < HOUR - SLACK and not self._is_excused(one, two):
                yield f"asked at {one.at:%d %H:%M} and {two.at:%d %H:%M}"

    def _grade_wait(self, number: int, book: list[Visit]) -> Iterator[str]:
        """``Retry-After``, ``max-age``, ``Expires`` and the day without validators are waited for."""
        for one, two in pairwise(self._polls(book)):
            if two.at - one.at < one.wait - SLACK and not self._is_excused(one, two):
                yield f"told to wait {one.wait} at {one.at:%d %H:%M}, came at {two.at:%d %H:%M}"

    def _grade_headers(self, number: int, book: list[Visit]) -> Iterator[str]:
        """An honest name with an address to write to, gzip, and nothing that follows anybody around."""
        for visit in book:
            agent = visit.headers.get("user-agent", "")
            if not re.fullmatch(r"monitor/[0-9][0-9.]* \(\+[^ ()]+\)", agent):
                yield f"user agent {agent!r}"
            if visit.headers.get("accept-encoding") != "gzip":
                yield "does not offer gzip"
            yield from (f"sends {name}" for name in ("cookie", "referer", "x-forwarded-for") if name in visit.headers)

    def _grade_address(self, number: int, book: list[Visit]) -> Iterator[str]:
        """The address as it was given, nothing added; after a permanent redirect only the new one."""
        known = {f"/{number}/rss?key=a%20b&x", f"/{number}/new?k=1", f"/{number}/new", f"/{number}/mid"}
        moved = False
        for visit in book:
            if visit.path not in known and not visit.path.startswith(f"/{number}/temp?at="):
                yield f"asked for {visit.path}"
            is_old = visit.status in (301, 308) and "/mid" not in visit.path
            if is_old and moved and not self._has_given_up(number, book, visit):
                yield f"asked the old address again at {visit.at:%d %H:%M}"
            moved = moved or is_old

    def _grade_gone(self, number: int, book: list[Visit]) -> Iterator[str]:
        """Nothing after 410."""
        statuses = [visit.status for visit in book]
        if 410 in statuses and statuses.index(410) != len(statuses) - 1:
            yield f"{len(statuses) - 1 - statuses.index(410)} requests after 410"

    def _grade_restart(self, number: int, book: list[Visit]) -> Iterator[str]:
        """A start of the reader is no reason to ask."""
        for one, two in pairwise(self._polls(book)):
            if one.n_starts != two.n_starts and two.at - one.at < HOUR - SLACK and not self._is_excused(one, two):
                yield f"asked again at {two.at:%d %H:%M} after a restart"

    def _grade_quiet(self, number: int, book: list[Visit]) -> Iterator[str]:
        """``skipHours`` are left out, as far as the reader knows the hour."""
        if CHARACTERS[number % len(CHARACTERS)] == "skips hours":
            told = [visit for visit in book[1:] if visit.knows_hour]
            yield from (f"came at {visit.at:%d %H:%M}" for visit in told if visit.at.hour in (1, 2, 3))

    @staticmethod
    def _polls(book: list[Visit]) -> list[Visit]:
        """One visit a poll, the last one: redirects are followed at once."""
        return [visit for visit in book if visit.status not in (301, 302, 308)]

    def _is_excused(self, one: Visit, two: Visit) -> bool:
        """True if the reader's clock was set forward between the two: it cannot tell that from time that passed."""
        return any(one.at <= jump <= two.at for jump in self.jumps)


def make_rss(number: int, issue: int, *, skips: bool) -> bytes:
    """The feed at that issue: its last five entries."""
    items = "".join(
        f"<item><guid>{number}-{one}</guid><title>Entry {one} of {number}</title>"
        f"<link>http://news.example/{number}/{one}</link></item>"
        for one in range(issue, max(-1, issue - 5), -1)
    )
    quiet = "<skipHours><hour>1</hour><hour>2</hour><hour>3</hour></skipHours>" if skips else ""
    return f'<rss version="2.0"><channel><title>Feed {number}</title>{quiet}{items}</channel></rss>'.encode()


def describe(found: dict[str, list[str]]) -> dict[str, Any]:
    """Only what was broken, at most three faults a criterion."""
    return {name: faults[:3] for name, faults in found.items() if faults}
