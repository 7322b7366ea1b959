"""Hostile pages cost one worker, never the program; the next page is read as if nothing had been."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from monitor.errors import ExtractError, ParseError
from monitor.extract import PoolLimits, ReaderPool
from monitor.model import Entry, Feed, Page, Response

URL = "https://news.example/a"
GOOD = (
    "<html lang=en><head><title>Bridge opens</title></head><body><article><h1>Bridge opens</h1>"
    "<p>The new bridge over the river opened to traffic on Monday after four years of work.</p>"
    "<p>About nine thousand cars are expected to use it on every working day, the city said.</p>"
    "</article></body></html>"
)
RSS = (
    b'<rss version="2.0"><channel><title>News</title><item><title>One</title>'
    b"<link>https://news.example/one</link></item></channel></rss>"
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


def page_of(html: str | bytes, url: str = URL) -> Response:
    body = html if isinstance(html, bytes) else html.encode()
    return Response(url=url, status=200, headers=(("content-type", "text/html; charset=utf-8"),), body=body)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool() -> AsyncIterator[ReaderPool]:
    async with ReaderPool(PoolLimits(n_workers=1, timeout_s=1.5)) as reader:
        yield reader


async def reads_good(pool: ReaderPool) -> bool:
    page = await pool.read_page(page_of(GOOD), None)
    return page.title == "Bridge opens" and len(page.paragraphs) == 2


def children() -> set[int]:
    """The process ids of our live child processes."""
    return {
        int(pid)
        for tid in os.listdir("/proc/self/task")
        for pid in Path(f"/proc/self/task/{tid}/children").read_text().split()
    }


async def test_a_page_comes_back_as_an_article(pool: ReaderPool) -> None:
    page = await pool.read_page(page_of(GOOD), None)
    assert page == Page(
        url=URL,
        title="Bridge opens",
        paragraphs=(
            "The new bridge over the river opened to traffic on Monday after four years of work.",
            "About nine thousand cars are expected to use it on every working day, the city said.",
        ),
        language="en",
        outlet="news.example",
    )


async def test_html_from_a_feed_is_read_with_what_the_feed_knew(pool: ReaderPool) -> None:
    entry = Entry(url=URL, title="Bridge opens", authors=("Ada Vale",), language="en")
    html = "<p>The new bridge over the river opened to traffic on Monday after four years of work.</p>" * 2
    page = await pool.read_html(html, URL, entry)
    assert (page.title, page.authors) == ("Bridge opens", ("Ada Vale",))


async def test_a_feed_is_parsed_in_the_worker(pool: ReaderPool) -> None:
    feed = await pool.parse_feed(Feed(url=URL, kind="feed"), Response(url=URL, status=200, body=RSS))
    assert [entry.url for entry in feed.entries] == ["https://news.example/one"]


async def test_a_document_that_is_no_feed_is_a_parse_error_here_too(pool: ReaderPool) -> None:
    with pytest.raises(ParseError) as caught:
        await pool.parse_feed(Feed(url=URL, kind="feed"), Response(url=URL, status=200, body=b"plain words"))
    assert caught.value.url == URL


async def test_a_parse_error_keeps_the_worker(pool: ReaderPool) -> None:
    await reads_good(pool)
    before = children()
    with pytest.raises(ParseError):
        await pool.parse_feed(Feed(url=URL, kind="feed"), Response(url=URL, status=200, body=b"plain words"))
    await reads_good(pool)
    assert children() == before


BOMBS = {
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(150_000)) + ">x</p>",
    "links in one paragraph": "<p>" + "<a href=/x>one</a> two " * 90_000 + "</p>",
    "one long table row": "<table><tr>" + "<td>cell</td>" * 200_000 + "</tr></table>",
    "unclosed paragraphs": "<p>ab " * 400_000,
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_page_that_takes_too_long_or_too_much_ends_in_an_extract_error(pool: ReaderPool, name: str) -> None:
    with pytest.raises(ExtractError) as caught:
        await pool.read_page(page_of(BOMBS[name], url=f"https://hostile.example/{len(name)}"), None)
    assert caught.value.kind in ("timeout", "resources")
    assert await reads_good(pool)


HARMLESS = {
    "deep nesting": "<div>" * 60_000 + "x",
    "empty body": "",
    "only blanks": "  \n ",
    "random bytes": bytes(range(256)) * 300,
    "control characters": "<p>" + "\x00\x01\x0b word" * 200,
    "broken json-ld": '<script type="application/ld+json">' + '{"a":[' * 5000 + "</script><p>x",
    "doctype entities": '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/passwd">]><p>&a;&c;</p>',
    "a wide span": "<table><tr><td colspan=9007199254740991>x</td></tr></table>",
}


@pytest.mark.parametrize("name", HARMLESS)
async def test_a_page_without_an_article_says_so(pool: ReaderPool, name: str) -> None:
    page = await pool.read_page(page_of(HARMLESS[name]), None)
    assert page.problem is not None
    assert "root:" not in page.text


async def test_a_page_that_needs_more_memory_than_there_is_ends_in_resources() -> None:
    async with ReaderPool(PoolLimits(n_workers=1, timeout_s=20, memory_bytes=330_000_000)) as reader:
        with pytest.raises(ExtractError) as caught:
            await reader.read_page(page_of("<b>ab</b><i>c</i>" * 176_000), None)
        assert caught.value.kind == "resources"
        assert await reads_good(reader)


async def test_a_worker_killed_from_outside_is_replaced(pool: ReaderPool) -> None:
    await reads_good(pool)
    for pid in children():
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(ExtractError) as caught:
        await pool.read_page(page_of(GOOD, url="https://news.example/killed"), None)
    assert caught.value.kind == "crashed"
    assert await reads_good(pool)


async def test_a_page_that_ended_two_workers_is_not_tried_again() -> None:
    bomb = page_of(BOMBS["unclosed paragraphs"], url="https://hostile.example/twice")
    async with ReaderPool(PoolLimits(n_workers=1, timeout_s=0.4)) as reader:
        for _ in range(2):
            with pytest.raises(ExtractError):
                await reader.read_page(bomb, None)
        before = children()
        with pytest.raises(ExtractError, match="not tried again"):
            await reader.read_page(bomb, None)
        assert children() == before


async def test_a_worker_is_renewed_after_its_share_of_pages() -> None:
    before = children()
    async with ReaderPool(PoolLimits(n_workers=1, recycle_after=2)) as reader:
        await reads_good(reader)
        first = children() - before
        await reads_good(reader)
        await reads_good(reader)
        assert len(first) == 1
        assert first.isdisjoint(children())


async def test_workers_start_only_when_they_are_needed() -> None:
    before = children()
    async with ReaderPool(PoolLimits(n_workers=4)) as reader:
        assert children() == before
        await reads_good(reader)
        assert len(children() - before) == 1


async def test_closing_leaves_no_worker_behind() -> None:
    before = children()
    reader = ReaderPool(PoolLimits(n_workers=2))
    await asyncio.gather(reads_good(reader), reads_good(reader))
    await reader.close()
    assert children() == before


async def test_a_cancelled_read_ends_its_worker() -> None:
    before = children()
    async with ReaderPool(PoolLimits(n_workers=1)) as reader:
        await reads_good(reader)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await reader.read_page(page_of(BOMBS["unclosed paragraphs"]), None)
        assert children() == before


PARENT = """
import asyncio, sys
sys.path.insert(0, {root!r})
from monitor.extract import PoolLimits, ReaderPool

async def main():
    pool = ReaderPool(PoolLimits(timeout_s=60))
    await pool.read_html("<p>x", None, None)
    html = "<p " + " ".join(f"a{{n}}=1" for n in range({n_attributes})) + ">"
    busy = asyncio.create_task(pool.read_html(html, None, None)) if {n_attributes} else None
    while busy and not pool._running:
        await asyncio.sleep(0)
    child = (pool._idle or [*pool._running])[0]
    while child._process.stdin.transport.get_write_buffer_size():
        await asyncio.sleep(0)
    print(child.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("n_attributes", [0, 200_000], ids=["idle", "busy"])
async def test_a_worker_ends_when_its_parent_is_killed(tmp_path: Path, n_attributes: int) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT.format(root=str(Path(__file__).parents[2]), n_attributes=n_attributes))
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    watch = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(watch, ended.set)
    async with asyncio.timeout(5):
        await ended.wait()
    asyncio.get_running_loop().remove_reader(watch)
    os.close(watch)


async def test_the_event_loop_stays_free_while_a_page_is_read(pool: ReaderPool) -> None:
    ticks = 0

    async def count() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    with pytest.raises(ExtractError):
        await pool.read_page(page_of(BOMBS["attributes"], url="https://hostile.example/loop"), None)
    counting.cancel()
    assert ticks > 1000
