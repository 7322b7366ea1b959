"""robots.txt for article pages, by RFC 9309."""

from __future__ import annotations

import asyncio
import gzip
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from monitor.errors import FetchError
from monitor.fetch import FetchLimits, PageFetcher, RobotsGate
from monitor.fetch.robots import select_rules
from monitor.model import Request
from monitor.store import open_store

DENY_ALL = b"User-agent: *\nDisallow: /\n"


def is_allowed(body: bytes, url: str = "http://h.example/a/b", product: str = "monitor-news") -> bool:
    return Protego.parse(select_rules(body, product)).can_fetch(url, product)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", True),
        (b"User-agent: *\nDisallow: /a\n", False),
        (b"User-agent: *\nDisallow: /b\n", True),
        (b"User-agent: *\nDisallow:\n", True),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /a\n", False),
        (b"User-agent: *\r\nDisallow: /a\r\n", False),
        (b"User-agent: *\rDisallow: /a\r", False),
        (b"USER-AGENT: MONITOR-NEWS\nDISALLOW: /a\n", False),
        (b"user agent monitor-news # us\ndisallow /a\n", False),
        (b"User-agent: monitor-news/0.1\nDisallow: /a\n", False),
        (b"User-agent: otherbot\nDisallow: /\n", True),
        (b"User-agent: monitor\nDisallow: /\n", True),
        (b"User-agent: monitor-news-images\nDisallow: /\n", True),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: monitor-news\nAllow: /\n", True),
        (b"User-agent: otherbot\nUser-agent: monitor-news\nDisallow: /a\n", False),
        (b"User-agent: monitor-news\nDisallow: /x\n\nUser-agent: monitor-news\nDisallow: /a\n", False),
        (b"User-agent: *\nDisallow: /a\nAllow: /a/b\n", True),
        (b"User-agent: *\nDisallow: /a/b\nAllow: /a\n", False),
        (b"User-agent: *\nDisallow: /*b$\n", False),
        (b"User-agent: *\nDisallow: /*x$\n", True),
        (b"Disallow: /\n", True),
        (b"<html><body>Not found</body></html>", True),
        (b"\xff\xfe\x00\x01garbage\nUser-agent: *\nDisallow: /a", False),
    ],
)
def test_rules_are_read_as_the_rfc_says(body: bytes, expected: bool) -> None:
    assert is_allowed(body) is expected


def test_exactly_512_000_bytes_are_read() -> None:
    rule = b"User-agent: *\nDisallow: /a\n"
    padding = b"#" * (512_000 - len(rule) - 1) + b"\n"
    assert not is_allowed(padding + rule)
    assert is_allowed(b"#" * len(rule) + padding + rule)


def test_a_file_of_many_names_and_many_rules_does_not_multiply() -> None:
    body = b"".join(b"User-agent: b%d\n" % n for n in range(15_000))
    body += b"User-agent: *\n" + b"".join(b"Disallow: /%d\n" % n for n in range(12_000))
    rules = Protego.parse(select_rules(body, "monitor-news"))
    assert sum(len(rule_set._rules) for rule_set in rules._user_agents.values()) < 25_000
    assert not rules.can_fetch("http://h.example/7", "monitor-news")


class Visit:
    """A gate over a server, and a clock that can be moved. With *store* it remembers."""

    def __init__(self, kit: Any, fetcher: Any, store: Any = None) -> None:
        self.now = kit.now
        self.fetcher = fetcher
        memory = None if store is None else store.hosts
        self.gate = RobotsGate(fetcher, kit.user_agent, clock=lambda: self.now, memory=memory)
        self.pages = PageFetcher(fetcher, self.gate)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "expected"),
    [("200 OK", False), ("401 No", True), ("403 No", True), ("404 No", True), ("410 No", True), ("429 No", True),
     ("500 No", False), ("503 No", False), ("204 No", False)],
)  # fmt: skip
async def test_absent_rules_allow_and_unreachable_rules_forbid(kit: Any, status: str, expected: bool) -> None:
    async with kit.server({"/robots.txt": kit.answer(status, body=DENY_ALL)}) as server, kit.fetcher() as fetcher:
        assert await Visit(kit, fetcher).gate.allows(server.url("/a")) is expected


@pytest.mark.asyncio
async def test_a_dead_host_forbids(kit: Any) -> None:
    async with kit.server(kit.answer()) as server:
        url = server.url("/a")
    async with kit.fetcher() as fetcher:
        assert not await Visit(kit, fetcher).gate.allows(url)


@pytest.mark.asyncio
async def test_a_silent_host_forbids(kit: Any) -> None:
    async def hold(_: str, writer: asyncio.StreamWriter) -> None:
        await writer.wait_closed()

    limits = FetchLimits(total_s=0.2)
    async with kit.server(hold) as server, kit.fetcher(limits) as fetcher:
        assert not await Visit(kit, fetcher).gate.allows(server.url("/a"))


@pytest.mark.asyncio
async def test_five_redirects_are_followed_and_a_sixth_means_no_rules(kit: Any) -> None:
    moves = {f"/{n}": kit.answer("302 Found", [("Location", f"/{n + 1}")]) for n in range(1, 6)}
    five = {**moves, "/robots.txt": kit.answer("301 Moved", [("Location", "/2")]), "/6": kit.answer(body=DENY_ALL)}
    six = {**five, "/robots.txt": kit.answer("301 Moved", [("Location", "/1")])}
    for pages, expected in ((five, False), (six, True)):
        async with kit.server(pages) as server, kit.fetcher() as fetcher:
            assert await Visit(kit, fetcher).gate.allows(server.url("/a")) is expected


@pytest.mark.asyncio
async def test_an_endless_file_is_read_only_at_its_start(kit: Any) -> None:
    async def pour(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + DENY_ALL)
        while True:
            writer.write(b"#" * 60_000 + b"\n")
            await writer.drain()

    async with kit.server(pour) as server, kit.fetcher() as fetcher:
        assert not await Visit(kit, fetcher).gate.allows(server.url("/a"))


@pytest.mark.asyncio
async def test_a_gzip_bomb_for_a_file_does_no_harm(kit: Any) -> None:
    body = gzip.compress(DENY_ALL + b"#" * 3_000_000)
    page = kit.answer(headers=[("Content-Encoding", "gzip")], body=body)
    async with kit.server({"/robots.txt": page}) as server, kit.fetcher() as fetcher:
        assert not await Visit(kit, fetcher).gate.allows(server.url("/a"))


@pytest.mark.asyncio
async def test_rules_are_asked_for_once_a_day_even_by_a_crowd(kit: Any) -> None:
    async with kit.server({"/robots.txt": kit.answer(body=DENY_ALL)}) as server, kit.fetcher() as fetcher:
        visit = Visit(kit, fetcher)
        await asyncio.gather(*(visit.gate.allows(server.url(f"/{n}")) for n in range(20)))
        visit.now += timedelta(hours=23)
        await visit.gate.allows(server.url())
        assert server.paths == ["/robots.txt"]
        visit.now += timedelta(hours=1)
        await visit.gate.allows(server.url())
        assert server.paths == ["/robots.txt"] * 2


@pytest.mark.asyncio
async def test_unreachable_rules_are_tried_again_after_an_hour(kit: Any) -> None:
    async with kit.server(kit.answer("500 Oops")) as server, kit.fetcher() as fetcher:
        visit = Visit(kit, fetcher)
        with pytest.raises(FetchError) as caught:
            await visit.pages.fetch(Request(url=server.url("/a")))
        assert (caught.value.kind, caught.value.permanent, caught.value.retry_after_s) == ("robots", False, 3_600.0)
        visit.now += timedelta(minutes=59)
        await visit.gate.allows(server.url())
        assert len(server.heads) == 1
        visit.now += timedelta(minutes=1)
        await visit.gate.allows(server.url())
        assert len(server.heads) == 2


@pytest.mark.asyncio
async def test_a_denied_page_is_never_asked_for(kit: Any) -> None:
    pages = {"/robots.txt": kit.answer(body=DENY_ALL), "/a": kit.answer(body=b"page")}
    async with kit.server(pages) as server, kit.fetcher() as fetcher:
        with pytest.raises(FetchError) as caught:
            await Visit(kit, fetcher).pages.fetch(Request(url=server.url("/a")))
    assert (caught.value.kind, caught.value.permanent) == ("robots", True)
    assert server.paths == ["/robots.txt"]


@pytest.mark.asyncio
async def test_an_allowed_page_is_fetched(kit: Any) -> None:
    pages = {"/robots.txt": kit.answer(body=b"User-agent: *\nDisallow: /b"), "/a": kit.answer(body=b"page")}
    async with kit.server(pages) as server, kit.fetcher() as fetcher:
        assert (await Visit(kit, fetcher).pages.fetch(Request(url=server.url("/a")))).body == b"page"
    assert "text/html" in server.headers()["accept"]


@pytest.mark.asyncio
async def test_a_redirect_to_a_denied_page_is_not_followed(kit: Any) -> None:
    there_pages = {"/robots.txt": kit.answer(body=DENY_ALL), "/": kit.answer(body=b"page")}
    async with kit.server(there_pages) as there:
        here_pages = {"/a": kit.answer("302 Found", [("Location", there.url())])}
        async with kit.server(here_pages) as here, kit.fetcher() as fetcher:
            with pytest.raises(FetchError) as caught:
                await Visit(kit, fetcher).pages.fetch(Request(url=here.url("/a")))
    assert caught.value.kind == "robots"
    assert there.paths == ["/robots.txt"]


@pytest.mark.asyncio
async def test_feeds_are_fetched_without_asking(kit: Any) -> None:
    pages = {"/robots.txt": kit.answer(body=DENY_ALL), "/feed": kit.answer(body=b"feed")}
    async with kit.server(pages) as server:
        assert (await kit.fetch(server.url("/feed"))).body == b"feed"
    assert server.paths == ["/feed"]


@pytest.mark.asyncio
async def test_an_address_that_is_none_is_refused_as_such(kit: Any) -> None:
    async with kit.fetcher() as fetcher:
        with pytest.raises(FetchError) as caught:
            await Visit(kit, fetcher).gate.allows("file:///etc/passwd")
    assert caught.value.kind == "bad_url"


def test_a_user_agent_without_a_product_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no product name"):
        RobotsGate(None, "(nobody)", clock=lambda: None)  # type: ignore[arg-type, return-value]


MATCHES = {
    "wildcards without end": (b"Disallow: /" + b"*a" * 5_000 + b"*b", "/" + "a" * 2_000),
    "wildcards and an end": (b"Disallow: /" + b"*a" * 500 + b"$", "/" + "a" * 2_000 + "b"),
    "stars alone": (b"Disallow: " + b"*" * 20_000 + b"b", "/" + "a" * 2_000),
    "ten thousand groups": (
        b"Disallow: /x" + b"".join(b"\nUser-agent: bot%d\nDisallow: /" % n for n in range(10_000)),
        "/a",
    ),
    "ten thousand rules": (b"\n".join(b"Disallow: /x%d" % n for n in range(10_000)), "/a"),
    "a long path": (b"Disallow: /*?*&*=", "/" + "a" * 7_900),
}


@pytest.mark.parametrize("name", MATCHES)
def test_matching_takes_less_than_five_milliseconds_of_the_processor(name: str) -> None:
    rules, path = MATCHES[name]
    parsed = Protego.parse(select_rules(b"User-agent: *\n" + rules, "monitor-news"))
    spent = []
    for _ in range(3):
        began = time.thread_time()
        assert parsed.can_fetch(f"http://h.example{path}", "monitor-news")
        spent.append(time.thread_time() - began)
    assert min(spent) < 0.005


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        # the examples of RFC 9309, sections 2.2.2, 2.2.3 and 5
        (b"User-agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/", "/example/a", False),
        (b"User-agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/", "/publications/a.gif", True),
        (b"User-agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/", "/a.gif", False),
        (b"User-agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/", "/a.gif?b", True),
        (b"User-Agent: monitor-news\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif",
         "/example/page/disallowed.gif", False),
        (b"User-Agent: monitor-news\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif", "/example/page/a", True),
        (b"User-agent: *\nDisallow: /\nAllow: /", "/a", True),
        (b"User-agent: *\nDisallow: /path/file-with-a-%2A.html", "/path/file-with-a-*.html", False),
        (b"User-agent: *\nDisallow: /foo/bar/\xe3\x83\x84", "/foo/bar/%E3%83%84", False),
        (b"User-agent: *\nDisallow: /foo/bar/%62%61%7A", "/foo/bar/baz", False),
        (b"User-agent: *\nDisallow: /A", "/a", True),
        (b"User-agent: *\nDisallow: /", "/robots.txt", True),
    ],
)  # fmt: skip
def test_the_examples_of_the_rfc(body: bytes, path: str, expected: bool) -> None:
    parsed = Protego.parse(select_rules(body, "monitor-news"))
    assert parsed.can_fetch(f"http://h.example{path}", "monitor-news") is expected


@pytest.mark.asyncio
async def test_fifty_megabytes_are_read_only_at_their_start(kit: Any) -> None:
    n_sent = 0

    async def pour(_: str, writer: asyncio.StreamWriter) -> None:
        nonlocal n_sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\nUser-agent: *\nDisallow: /a\n")
        for _piece in range(800):
            writer.write(b"#" * 62_500)
            await writer.drain()
            n_sent += 62_500

    async with kit.server(pour) as server, kit.fetcher() as fetcher:
        assert not await Visit(kit, fetcher).gate.allows(server.url("/a"))
    assert n_sent < 25_000_000


# what outlives a process


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db")
    yield opened
    opened.close()


@pytest.mark.asyncio
async def test_rules_hold_for_the_next_process_until_the_day_is_over(kit: Any, store: Any) -> None:
    rules = b"User-agent: *\nDisallow: /a\n"
    async with kit.server({"/robots.txt": kit.answer(body=rules)}) as server, kit.fetcher() as fetcher:
        for hours, n_asked in ((0, 1), (23, 1), (24, 2)):
            visit = Visit(kit, fetcher, store)
            visit.now += timedelta(hours=hours)
            assert not await visit.gate.allows(server.url("/a"))
            assert await visit.gate.allows(server.url("/b"))
            assert len(server.heads) == n_asked


@pytest.mark.asyncio
async def test_the_absence_of_rules_holds_for_the_next_process_too(kit: Any, store: Any) -> None:
    async with kit.server({}) as server, kit.fetcher() as fetcher:
        for _ in range(3):
            assert await Visit(kit, fetcher, store).gate.allows(server.url("/a"))
        assert server.paths == ["/robots.txt"]


@pytest.mark.asyncio
async def test_a_clock_that_was_set_back_does_not_keep_old_rules_for_years(kit: Any, store: Any) -> None:
    async with kit.server({"/robots.txt": kit.answer(body=DENY_ALL)}) as server, kit.fetcher() as fetcher:
        visit = Visit(kit, fetcher, store)
        visit.now += timedelta(days=3_650)
        await visit.gate.allows(server.url("/a"))
        await Visit(kit, fetcher, store).gate.allows(server.url("/a"))
        assert len(server.heads) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(("earlier", "expected"), [(None, True), (DENY_ALL, False)])
async def test_after_thirty_days_unreachable_rules_are_those_last_known_or_none(
    kit: Any, store: Any, earlier: bytes | None, expected: bool
) -> None:
    pages: dict[str, bytes] = {}
    async with kit.server(pages) as server, kit.fetcher() as fetcher:
        start = kit.now
        if earlier is not None:
            pages["/robots.txt"] = kit.answer(body=earlier)
            await Visit(kit, fetcher, store).gate.allows(server.url("/a"))
            start += timedelta(days=1)
        pages["/robots.txt"] = kit.answer("503 Busy")
        for days in (0, 10, 29):
            visit = Visit(kit, fetcher, store)
            visit.now = start + timedelta(days=days)
            assert not await visit.gate.allows(server.url("/a"))
        visit = Visit(kit, fetcher, store)
        visit.now = start + timedelta(days=30)
        assert await visit.gate.allows(server.url("/a")) is expected


@pytest.mark.asyncio
async def test_one_answer_ends_the_count_of_the_thirty_days(kit: Any, store: Any) -> None:
    pages = {"/robots.txt": kit.answer("503 Busy")}
    async with kit.server(pages) as server, kit.fetcher() as fetcher:
        for days, page, expected in (
            (0, None, False),
            (20, kit.answer(), True),
            (22, kit.answer("503 Busy"), False),
            (40, None, False),
        ):
            pages["/robots.txt"] = page or pages["/robots.txt"]
            visit = Visit(kit, fetcher, store)
            visit.now += timedelta(days=days)
            assert await visit.gate.allows(server.url("/a")) is expected


# the lines that are kept

NAMES = st.sampled_from(["*", "monitor-news", "MONITOR-NEWS", "otherbot", "monitor", "", "monitor-news/0.1"])
LINES = st.one_of(
    st.builds("User-agent: {}".format, NAMES),
    st.builds("user agent {}".format, NAMES),
    st.builds("{}: {}".format, st.sampled_from(["Disallow", "Allow", "disallow", "Dissallow"]),
              st.sampled_from(["/", "/a", "/a/b", "/*b$", "", "/a # no", "/c"])),
    st.builds("disallow {}".format, st.sampled_from(["/a", "/"])),
    st.sampled_from(["", "# User-agent: *", "Sitemap: https://h.example/s.xml", "Host: h.example", "Crawl-delay: 5",
                     "junk", "junk: more", "<html>", "  ", "Sitemap"]),
)  # fmt: skip


@given(st.lists(LINES, max_size=14), st.sampled_from(["/a", "/a/b", "/c", "/x?b"]))
def test_what_is_left_out_never_changes_the_answer(lines: list[str], path: str) -> None:
    whole = "\n".join(_rename(line) for line in lines)
    kept = select_rules("\n".join(lines).encode(), "monitor-news")
    url = f"http://h.example{path}"
    expected = Protego.parse(whole).can_fetch(url, "monitor-news")
    assert Protego.parse(kept).can_fetch(url, "monitor-news") is expected
    assert select_rules(kept.encode(), "monitor-news") == kept


def _rename(line: str) -> str:
    """The line with product names as RFC 9309 section 2.2.1 compares them, since the parser finds "monitor" too."""
    found = re.match(r"user[ -]agent:? *(\*|[a-z0-9_-]*)", line, re.IGNORECASE)
    if found is None:
        return line
    name = found[1].lower()
    return f"User-agent: {name if name in ('*', 'monitor-news') else 'other'}"
