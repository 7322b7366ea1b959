"""What is sent and what comes back."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from monitor.errors import FetchError
from monitor.fetch import FetchLimits
from monitor.model import Request


@pytest.mark.asyncio
async def test_a_page_comes_back_whole(kit: Any) -> None:
    page = kit.answer(headers=[("ETag", '"a"'), ("Content-Type", "text/html")], body=b"<p>hello")
    async with kit.server(page) as server:
        answer = await kit.fetch(server.url("/x?y=%20#part"))
    assert (answer.status, answer.body, answer.moved_to) == (200, b"<p>hello", None)
    assert answer.url == server.url("/x?y=%20#part")
    assert answer.header("ETag") == '"a"'
    assert server.paths == ["/x?y=%20"]


@pytest.mark.asyncio
async def test_only_polite_headers_are_sent(kit: Any) -> None:
    async with kit.server(kit.answer()) as server:
        await kit.fetch(server.url())
    assert server.headers() == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": kit.user_agent,
        "accept-encoding": "gzip",
        "accept": "*/*",
    }


@pytest.mark.asyncio
async def test_conditions_are_sent_byte_for_byte(kit: Any) -> None:
    headers = (
        ("Accept", "text/xml"),
        ("If-None-Match", 'W/"a b,é\xff"--gzip'),
        ("If-Modified-Since", "yesterday, ok?"),
    )
    async with kit.server(kit.answer("304 Not Modified")) as server, kit.fetcher() as fetcher:
        answer = await fetcher.fetch(Request(url=server.url(), headers=headers))
    assert (answer.status, answer.body) == (304, b"")
    for name, value in headers:
        assert server.headers()[name.lower()] == value


@pytest.mark.asyncio
async def test_validators_come_back_as_they_were_received(kit: Any) -> None:
    etag = 'W/"é\xff"  x'
    async with kit.server(kit.answer(headers=[("ETag", etag)])) as server:
        answer = await kit.fetch(server.url())
    assert answer.header("etag") == etag


@pytest.mark.asyncio
async def test_a_header_that_would_split_the_request_is_refused(kit: Any) -> None:
    for value in ("a\r\nX: y", "a\nX: y", "a\0", "€"):
        async with kit.server(kit.answer()) as server, kit.fetcher() as fetcher:
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(Request(url=server.url(), headers=(("If-None-Match", value),)))
        assert caught.value.kind == "protocol"
        assert server.heads == []


@pytest.mark.asyncio
async def test_cookies_are_neither_kept_nor_sent(kit: Any) -> None:
    pages = {
        "/": kit.answer("302 Found", [("Set-Cookie", "a=b"), ("Location", "/next")]),
        "/next": kit.answer(headers=[("Set-Cookie", "c=d")]),
    }
    async with kit.server(pages) as server, kit.fetcher() as fetcher:
        await fetcher.fetch(Request(url=server.url()))
        await fetcher.fetch(Request(url=server.url(), headers=(("Cookie", "x=y"), ("Referer", "http://x.example"))))
    assert len(server.heads) == 4
    assert not any("cookie" in head.lower() or "referer" in head.lower() for head in server.heads)


@pytest.mark.asyncio
async def test_gzip_is_undone(kit: Any) -> None:
    page = kit.answer(headers=[("Content-Encoding", "gzip")], body=gzip.compress(b"hello" * 1_000))
    async with kit.server(page) as server:
        assert (await kit.fetch(server.url())).body == b"hello" * 1_000


@pytest.mark.asyncio
async def test_a_chain_of_permanent_redirects_is_reported(kit: Any) -> None:
    pages = {
        "/old": kit.answer("301 Moved Permanently", [("Location", "/newer")]),
        "/newer": kit.answer("308 Permanent Redirect", [("Location", "new?a=ü".encode().decode("latin-1"))]),
        "/new?a=%C3%BC": kit.answer(body=b"feed"),
    }
    async with kit.server(pages) as server:
        answer = await kit.fetch(server.url("/old"))
    assert answer.moved_to == answer.url == server.url("/new?a=%C3%BC")


@pytest.mark.asyncio
async def test_a_passing_redirect_ends_the_permanent_chain(kit: Any) -> None:
    pages = {
        "/a": kit.answer("301 Moved Permanently", [("Location", "/b")]),
        "/b": kit.answer("302 Found", [("Location", "/c")]),
        "/c": kit.answer("301 Moved Permanently", [("Location", "/d")]),
        "/d": kit.answer(),
    }
    async with kit.server(pages) as server:
        assert (await kit.fetch(server.url("/a"))).moved_to == server.url("/b")
        assert (await kit.fetch(server.url("/b"))).moved_to is None


@pytest.mark.asyncio
async def test_conditions_travel_with_redirects_and_credentials_stay_at_home(kit: Any) -> None:
    headers = (("If-None-Match", '"a"'), ("Authorization", "secret"))
    async with kit.server(kit.answer("304 Not Modified")) as there:
        pages = {
            "/": kit.answer("302 Found", [("Location", "/near")]),
            "/near": kit.answer("302 Found", [("Location", there.url())]),
        }
        async with kit.server(pages) as here, kit.fetcher() as fetcher:
            await fetcher.fetch(Request(url=here.url(), headers=headers))
    assert [server.headers(n).get("authorization") for server, n in ((here, 0), (here, 1), (there, 0))] == [
        "secret",
        "secret",
        None,
    ]
    assert there.headers()["if-none-match"] == '"a"'


@pytest.mark.asyncio
async def test_conditions_stay_behind_when_a_feed_moves_to_another_host_for_good(kit: Any) -> None:
    headers = (("If-None-Match", '"a"'), ("If-Modified-Since", "noon"))
    moves = {
        "/away": ("301 Moved Permanently", "http://other.localhost:{}/rss"),
        "/near": ("301 Moved Permanently", "http://127.0.0.1:{}/rss"),
        "/now": ("302 Found", "http://other.localhost:{}/rss"),
    }
    async with kit.server(kit.answer()) as there:
        pages = {
            path: kit.answer(status, [("Location", where.format(there.port))])
            for path, (status, where) in moves.items()
        }
        async with kit.server(pages) as here, kit.fetcher(resolver=lambda _: ["127.0.0.1"]) as fetcher:
            for path in moves:
                await fetcher.fetch(Request(url=here.url(path), headers=headers))
    assert ["if-none-match" in there.headers(n) for n in range(3)] == [False, True, True]
    assert ["if-modified-since" in there.headers(n) for n in range(3)] == [False, True, True]


@pytest.mark.asyncio
async def test_a_retry_date_counts_from_the_date_of_the_answer(kit: Any) -> None:
    headers = [("Date", "Sun, 01 Mar 2099 12:00:00 GMT"), ("Retry-After", "Sun, 01 Mar 2099 14:00:00 GMT")]
    async with kit.server(kit.answer("503 Service Unavailable", headers)) as server:
        assert (await kit.fail(server.url())).retry_after_s == 7_200.0


@pytest.mark.asyncio
async def test_five_redirects_are_followed_and_six_are_not(kit: Any) -> None:
    pages = {f"/{n}": kit.answer("302 Found", [("Location", f"/{n + 1}")]) for n in range(6)}
    pages["/6"] = kit.answer()
    async with kit.server(pages) as server:
        assert (await kit.fetch(server.url("/1"))).status == 200
        assert (await kit.fail(server.url("/0"))).kind == "redirect"


@pytest.mark.asyncio
@pytest.mark.parametrize("location", [[], [("Location", "")], [("Location", "  ")]])
async def test_a_redirect_to_nowhere_is_an_error(kit: Any, location: list[tuple[str, str]]) -> None:
    async with kit.server(kit.answer("302 Found", location)) as server:
        assert (await kit.fail(server.url())).kind == "redirect"


@pytest.mark.asyncio
@pytest.mark.parametrize("status", ["204 No Content", "206 Partial Content", "300 Multiple Choices", "400 Bad Request",
    "401 Unauthorized", "403 Forbidden", "404 Not Found", "429 Too Many Requests", "500 Internal Server Error",
    "503 Service Unavailable", "599 What"])  # fmt: skip
async def test_every_other_status_is_an_error_that_may_pass(kit: Any, status: str) -> None:
    async with kit.server(kit.answer(status)) as server:
        error = await kit.fail(server.url())
    assert (error.kind, error.status, error.permanent) == ("http_status", int(status[:3]), False)
    assert error.url == server.url()


@pytest.mark.asyncio
async def test_gone_is_permanent(kit: Any) -> None:
    async with kit.server(kit.answer("410 Gone")) as server:
        error = await kit.fail(server.url())
    assert (error.detail, error.permanent) == ("410 Gone", True)


@pytest.mark.asyncio
async def test_the_reason_phrase_is_ours_and_not_the_servers(kit: Any) -> None:
    async with kit.server(kit.answer("404 <script>alert(1)</script>")) as server:
        assert (await kit.fail(server.url())).detail == "404 Not Found"


@pytest.mark.asyncio
async def test_retry_after_is_read_in_seconds_and_as_a_date(kit: Any) -> None:
    for value, expected in (("120", 120.0), ("Sun, 01 Mar 2026 12:05:00 GMT", 300.0), ("soon", None)):
        async with kit.server(kit.answer("503 Service Unavailable", [("Retry-After", value)])) as server:
            assert (await kit.fail(server.url())).retry_after_s == expected


@pytest.mark.asyncio
async def test_304_without_conditions_is_a_protocol_error(kit: Any) -> None:
    async with kit.server(kit.answer("304 Not Modified")) as server:
        assert (await kit.fail(server.url())).kind == "protocol"


@pytest.mark.asyncio
async def test_a_closed_port_is_a_connect_error(kit: Any) -> None:
    async with kit.server(kit.answer()) as server:
        url = server.url()
    assert (await kit.fail(url)).kind == "connect"


@pytest.mark.asyncio
async def test_the_start_of_a_body_can_be_asked_for(kit: Any) -> None:
    async with kit.server(kit.answer(body=b"x" * 100_000)) as server, kit.fetcher(FetchLimits(max_bytes=5)) as fetcher:
        answer = await fetcher.fetch_start(Request(url=server.url()), 1_000)
    assert answer.body == b"x" * 1_000


@pytest.mark.asyncio
async def test_a_fetcher_that_was_not_entered_says_so(kit: Any) -> None:
    with pytest.raises(RuntimeError, match="context manager"):
        await kit.fetcher().fetch(Request(url="http://127.0.0.1/"))
