"""Feeds that change their ids, lose their dates, answer with pages and worse: nothing is stored twice, nothing is lost.

Every scenario is a feed of its own, polled 50 times through the real polling, parsing, identity and store; only the
network is replaced. A scenario is a function from the number of the poll to what the server answers. The ledger holds
every report that a complete and readable answer carried; at the end each is stored once.

``FEED_POLLS`` sets another number of polls.
"""

from __future__ import annotations

import asyncio
import gzip
import html
import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from monitor import sources
from monitor.errors import FetchError
from monitor.model import Entry, Feed, Page, ParsedFeed, Request, Response
from monitor.pipeline import FetchReport, poll
from monitor.sources import Picking
from monitor.stages.identity import FLOOD
from monitor.store import open_store

N_POLLS = int(os.environ.get("FEED_POLLS", "50"))
START = datetime(2026, 6, 1, tzinfo=UTC)
SITE = "https://paper.example"
WINDOW = 20
"""Reports that a document shows; two are new in each poll."""

NUMBER = re.compile(r"Report (\d{4})")


@dataclass(frozen=True, kw_only=True)
class Served:
    """An answer of the server and the reports that a reader must have after it."""

    body: bytes
    numbers: tuple[int, ...]
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    moved_to: str | None = None
    further: tuple[tuple[str, bytes], ...] = ()


def shown(n: int) -> list[int]:
    """The numbers of the reports in poll *n*, newest first."""
    return list(range(2 * n + 5, max(0, 2 * n + 5 - WINDOW), -1))


def title(number: int) -> str:
    return f"Report {number:04} from the harbour"


def text(number: int) -> str:
    return f"The office says that crane {number} was moved {number * 3} metres on this day."


def date(number: int) -> str:
    return (START + timedelta(minutes=30 * number)).strftime("%a, %d %b %Y %H:%M:%S +0000")


def item(
    number: int, *, guid: str | None = None, link: str | None = None, dated: str | None = None, heading: str | None = None,
    body: str | None = None,
) -> str:  # fmt: skip
    """An RSS item; an empty string leaves an element out."""
    guid = f"paper-{number}" if guid is None else guid
    link = f"{SITE}/r/{number}" if link is None else link
    dated = date(number) if dated is None else dated
    parts = [f"<title>{title(number) if heading is None else heading}</title>"]
    parts += [f"<guid isPermaLink='false'>{guid}</guid>"] if guid else []
    parts += [f"<link>{html.escape(link)}</link>"] if link else []
    parts += [f"<pubDate>{dated}</pubDate>"] if dated else []
    parts.append(f"<description>{text(number) if body is None else body}</description>")
    return f"<item>{''.join(parts)}</item>"


def rss(items: Sequence[str], *, head: str = "<?xml version='1.0'?>") -> bytes:
    return f"{head}<rss version='2.0'><channel><title>Paper</title>{''.join(items)}</channel></rss>".encode()


def atom(numbers: Sequence[int], *, updated: str | None = None) -> bytes:
    entries = "".join(
        f"<entry><title>{title(k)}</title><id>paper-{k}</id><link href='{SITE}/r/{k}'/><summary>{text(k)}</summary>"
        f"<updated>{updated or (START + timedelta(minutes=30 * k)).isoformat()}</updated></entry>"
        for k in numbers
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Paper</title>{entries}</feed>".encode()


def json_feed(numbers: Sequence[int]) -> bytes:
    items = [{"id": f"paper-{k}", "url": f"{SITE}/r/{k}", "title": title(k), "content_text": text(k)} for k in numbers]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Paper", "items": items}).encode()


def wordpress(numbers: Sequence[int]) -> bytes:
    posts = [
        {
            "id": k,
            "link": f"{SITE}/r/{k}",
            "title": {"rendered": title(k)},
            "excerpt": {"rendered": f"<p>{text(k)}</p>"},
        }
        for k in numbers
    ]
    return json.dumps(posts).encode()


def sitemap(numbers: Sequence[int]) -> bytes:
    urls = "".join(
        f"<url><loc>{SITE}/r/{k}</loc><news:news><news:title>{title(k)}</news:title></news:news></url>" for k in numbers
    )
    return (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        f"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{urls}</urlset>"
    ).encode()


def page(numbers: Sequence[int]) -> bytes:
    links = "".join(f"<li><a href='/news/2026/06/report-{k}'>{title(k)} today</a></li>" for k in numbers)
    return f"<!doctype html><html><title>Paper</title><body><ul>{links}</ul></body></html>".encode()


Scenario = Callable[[int], Served]


def of_items(make: Callable[[int, int], str]) -> Scenario:
    """RSS whose items *make* writes from the number of the report and that of the poll."""
    return lambda n: Served(body=rss([make(k, n) for k in shown(n)]), numbers=tuple(shown(n)))


def of_bytes(change: Callable[[bytes, int], bytes], make: Callable[[int, int], str] | None = None) -> Scenario:
    """The steady feed with its bytes changed."""
    make = make or (lambda k, n: item(k))
    return lambda n: Served(body=change(rss([make(k, n) for k in shown(n)]), n), numbers=tuple(shown(n)))


def of_numbers(write: Callable[[Sequence[int]], bytes], choose: Callable[[int], list[int]] = shown) -> Scenario:
    return lambda n: Served(body=write(choose(n)), numbers=tuple(choose(n)))


def every_third(bad: Served) -> Scenario:
    """Steady but for every third poll."""
    return lambda n: bad if n % 3 == 2 else steady(n)


def from_half(first: Scenario, then: Scenario) -> Scenario:
    return lambda n: first(n) if n < N_POLLS // 2 else then(n)


def steady(n: int) -> Served:
    return Served(body=rss([item(k) for k in shown(n)]), numbers=tuple(shown(n)))


def shuffled(n: int) -> list[int]:
    numbers = shown(n)
    random.Random(n).shuffle(numbers)
    return numbers


def flooding(n: int) -> Served:
    """From half time on the feed shows its archive of 250 reports more."""
    extra = list(range(5_000, 5_250)) if n >= N_POLLS // 2 else []
    numbers = [*shown(n), *extra]
    return Served(body=rss([item(k) for k in numbers]), numbers=tuple(numbers))


def index(n: int) -> Served:
    """A sitemap index with two packed sitemaps, dated by day."""
    numbers = shown(n)
    day = (START + timedelta(hours=n)).date().isoformat()
    names = [(f"{SITE}/a.xml.gz", numbers[::2]), (f"{SITE}/b.xml.gz", numbers[1::2])]
    listed = "".join(f"<sitemap><loc>{url}</loc><lastmod>{day}</lastmod></sitemap>" for url, _ in names)
    body = f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{listed}</sitemapindex>".encode()
    further = tuple((url, gzip.compress(sitemap(part), mtime=0)) for url, part in names)
    return Served(body=body, numbers=tuple(numbers), further=further)


def with_etag(n: int) -> Served:
    """Changes every second poll only; the server answers 304 to its own tag."""
    return Served(
        body=rss([item(k) for k in shown(n // 2 * 2)]),
        numbers=tuple(shown(n // 2 * 2)),
        headers=(("etag", f'W/"{n // 2}"'),),
    )


SCENARIOS: dict[str, Scenario] = {
    "steady rss": steady,
    "atom": of_numbers(atom),
    "json feed": of_numbers(json_feed),
    "wordpress": of_numbers(wordpress),
    "news sitemap": of_numbers(sitemap),
    "sitemap index, packed": index,
    "list page": of_numbers(page),
    "304 by etag": with_etag,
    "ids change with every poll": of_items(lambda k, n: item(k, guid=f"{k}-{n}")),
    "ids and texts change with every poll": of_items(lambda k, n: item(k, guid=f"{k}-{n}", body=f"{text(k)} {n} replies")),
    "ids begin to change": of_items(lambda k, n: item(k, guid=f"{k}-{n}" if n > N_POLLS // 2 else None)),
    "ids are lost": from_half(steady, of_items(lambda k, n: item(k, guid=""))),
    "ids are added": from_half(of_items(lambda k, n: item(k, guid="")), steady),
    "one id on all": of_items(lambda k, n: item(k, guid="paper")),
    "one id on all, no link": of_items(lambda k, n: item(k, guid="paper", link="")),
    "no ids": of_items(lambda k, n: item(k, guid="")),
    "no ids, no links": of_items(lambda k, n: item(k, guid="", link="")),
    "no ids, one link for all": of_items(lambda k, n: item(k, guid="", link=f"{SITE}/log")),
    "ids, one link for all": of_items(lambda k, n: item(k, link=f"{SITE}/log")),
    "ids flip between http and https": of_items(
        lambda k, n: item(k, guid=f"http{'s' * (n % 2)}://paper.example/r/{k}", link=f"http{'s' * (n % 2)}://paper.example/r/{k}")
    ),
    "links flip between hosts": of_items(lambda k, n: item(k, guid="", link=f"https://{'www.' * (n % 2)}paper.example/r/{k}")),
    "links carry the poll's campaign": of_items(lambda k, n: item(k, guid="", link=f"{SITE}/r/{k}?utm_campaign=p{n}&x=1")),
    "links carry session ids": of_items(lambda k, n: item(k, guid="", link=f"{SITE}/r/{k};jsessionid={n:032X}")),
    "ids with the poll in the fragment": of_items(lambda k, n: item(k, guid=f"{SITE}/r/{k}#{n}")),
    "links are relative": of_items(lambda k, n: item(k, guid="", link=f"/r/{k}")),
    "dates in the future": of_items(lambda k, n: item(k, dated="Mon, 01 Jan 2035 00:00:00 +0000")),
    "dates of 1970": of_items(lambda k, n: item(k, dated="Thu, 01 Jan 1970 00:00:00 +0000")),
    "no dates": of_items(lambda k, n: item(k, dated="")),
    "dates that are none": of_items(lambda k, n: item(k, dated="yesterday-ish")),
    "dates of the poll": of_items(lambda k, n: item(k, dated=date(2 * n))),
    "titles are corrected": of_items(lambda k, n: item(k, heading=f"{title(k)}{', corrected' if (k + n) % 3 else ''}")),
    "texts count something": of_items(lambda k, n: item(k, body=f"{text(k)} Read {n * 7} times.")),
    "shuffled": of_numbers(lambda numbers: rss([item(k) for k in numbers]), shuffled),
    "upside down": of_numbers(lambda numbers: rss([item(k) for k in numbers]), lambda n: shown(n)[::-1]),
    "every item twice": of_items(lambda k, n: item(k) * 2),
    "shrinks to three": of_numbers(lambda numbers: rss([item(k) for k in numbers]), lambda n: shown(n)[: 3 if n % 2 else WINDOW]),
    "empty in between": every_third(Served(body=rss([]), numbers=())),
    "a web page in between": every_third(Served(body=b"<!doctype html><html><body>Down</body></html>", numbers=())),
    "nothing in between": every_third(Served(body=b"", numbers=())),
    "an error in between": every_third(Served(body=b"", numbers=(), status=500)),
    "broken off in between": every_third(Served(body=rss([item(k) for k in range(9_000, 9_010)])[:-200], numbers=())),
    "byte order mark": of_bytes(lambda body, n: b"\xef\xbb\xbf" + body),
    "packed": of_bytes(lambda body, n: gzip.compress(body, mtime=0)),
    "packed twice": of_bytes(lambda body, n: gzip.compress(gzip.compress(body, mtime=0), mtime=0)),
    "windows-1252 called utf-8": of_bytes(lambda body, n: body.decode().replace("crane", "Größenänderung").encode("cp1252")),
    "utf-16": of_bytes(lambda body, n: body.decode().encode("utf-16")),
    "bare ampersands": of_bytes(lambda body, n: body.replace(b"office says", b"R&D office & others say")),
    "named entities": of_bytes(lambda body, n: body.replace(b"office says", b"caf&eacute;&nbsp;says")),
    "unclosed items": of_bytes(lambda body, n: body.replace(b"</item>", b"")),
    "unclosed descriptions": of_bytes(lambda body, n: body.replace(b"</description>", b"")),
    "warnings before the document": of_bytes(lambda body, n: f"Warning: line {n}\n".encode() + body),
    "control characters": of_bytes(lambda body, n: body.replace(b"metres", b"\x0bmetres\x1f")),
    "becomes atom": from_half(steady, of_numbers(atom)),
    "becomes json": from_half(steady, of_numbers(json_feed)),
    "moves for good": lambda n: Served(
        body=rss([item(k) for k in shown(n)]), numbers=tuple(shown(n)), moved_to=f"{SITE}/new.rss" if n > 3 else None
    ),
    "a flood": flooding,
}  # fmt: skip

KINDS = {"list page": "page"}


class Server:
    """Answers as the scenarios say; implements ``ports.Fetcher``. ``ledger`` is what was served whole."""

    def __init__(self) -> None:
        self.n = 0
        self.ledger: dict[str, set[int]] = {name: set() for name in SCENARIOS}
        self._further: dict[str, bytes] = {}

    async def fetch(self, request: Request) -> Response:
        if request.url in self._further:
            return Response(url=request.url, status=200, body=self._further[request.url])
        name = names_by_url[request.url] if request.url in names_by_url else "moves for good"
        served = SCENARIOS[name](self.n)
        self._further |= dict(served.further)
        if served.status != 200:
            raise FetchError(request.url, "http_status", "500", status=served.status)
        tag = dict(served.headers).get("etag")
        if tag is not None and ("If-None-Match", tag) in request.headers:
            return Response(url=request.url, status=304, headers=served.headers)
        self.ledger[name].update(served.numbers)
        return Response(url=request.url, status=200, headers=served.headers, body=served.body, moved_to=served.moved_to)


class Inline:
    """Parses in this process; implements ``ports.Reader`` as far as polling needs it."""

    async def parse_feed(self, feed: Feed, response: Response) -> ParsedFeed:
        picking = Picking(links=feed.links, selector=feed.selector) if feed.links or feed.selector else None
        return sources.parse(feed.kind, response, picking)

    async def read_page(self, response: Response, entry: Entry | None) -> Page:
        raise NotImplementedError

    async def read_html(self, html: str, url: str | None, entry: Entry | None) -> Page:
        raise NotImplementedError


FEEDS = {
    name: Feed(url=f"{SITE}/feeds/{number}", kind=KINDS.get(name, "auto")) for number, name in enumerate(SCENARIOS)
}
names_by_url = {feed.url: name for name, feed in FEEDS.items()}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was served and what is stored, by scenario, and the remarks of all polls."""

    ledger: dict[str, set[int]]
    stored: dict[str, list[int]]
    remarks: list[dict[str, object]]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    server = Server()
    report = FetchReport()
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('feeds')}/monitor.db")
    try:
        for n in range(N_POLLS):
            server.n = n
            asyncio.run(
                poll(
                    tuple(FEEDS.values()), store=store, fetcher=server, reader=Inline(), now=START + timedelta(hours=n),
                    max_age_s=7 * 86_400, report=report,
                )
            )  # fmt: skip
        stored: dict[str, list[int]] = {name: [] for name in SCENARIOS}
        for pending, _, _ in store.feeds.iter_waiting():
            found = NUMBER.search(f"{pending.entry.title} {pending.entry.url}")
            stored[names_by_url[pending.feed_url]].append(int(found[1]) if found else -1)
    finally:
        store.close()
    return Outcome(ledger=server.ledger, stored=stored, remarks=report.remarks)


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_report_is_stored_once(name: str, outcome: Outcome) -> None:
    stored = Counter(outcome.stored[name])
    assert outcome.ledger[name], "the scenario served nothing"
    assert {number: count for number, count in stored.items() if count > 1} == {}
    assert outcome.ledger[name] - set(stored) == set()
    assert set(stored) - outcome.ledger[name] == set()


@pytest.mark.slow
def test_a_flood_is_one_remark(outcome: Outcome) -> None:
    assert [(remark["feed"], remark["remark"]) for remark in outcome.remarks] == [(FEEDS["a flood"].url, "flood")]
    assert sum(number >= 5_000 for number in outcome.stored["a flood"]) == 250 > FLOOD
