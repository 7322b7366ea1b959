"""Web archives of others: what is a page comes out, what is none is named, what is broken costs itself alone."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor.extract import PoolLimits, ReaderPool
from monitor.extract.warc import MAX_BODY_BYTES, read_captures
from monitor.model import Capture

URL = "https://news.example/a"
DATE = "2026-09-04T07:30:00Z"
HTML = b"<html><p>The bridge opened on Monday.</p></html>"


class Maker:
    """Builds an archive in memory."""

    def __init__(self, *, is_gzip: bool = True) -> None:
        self.out = io.BytesIO()
        self.writer = WARCWriter(self.out, gzip=is_gzip, warc_version="WARC/1.1")

    def add(
        self, body: bytes = HTML, *, kind: str = "response", url: str = URL, status: str = "200 OK",
        headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),), has_http: bool = True,
        told: dict[str, str] | None = None,
    ) -> "Maker":  # fmt: skip
        http = StatusAndHeaders(status, list(headers), protocol="HTTP/1.1") if has_http else None
        self.writer.write_record(
            self.writer.create_warc_record(
                url,
                kind,
                payload=io.BytesIO(body),
                http_headers=http,
                warc_headers_dict={"WARC-Date": DATE, **(told or {})},
            )
        )
        return self

    def captures(self) -> list[Capture]:
        return captures(self.out.getvalue())


def captures(data: bytes) -> list[Capture]:
    return [capture for capture in read_captures(io.BytesIO(data)) if capture is not None]


def told(found: list[Capture]) -> list[str | bytes | None]:
    return [c.skipped or ("!" if c.problem else c.response and c.response.body) for c in found]


@pytest.mark.parametrize("is_gzip", [True, False])
def test_a_page_comes_out_with_address_headers_and_time(is_gzip: bool) -> None:
    (capture,) = Maker(is_gzip=is_gzip).add().captures()
    assert capture.response is not None
    assert (capture.response.url, capture.response.status, capture.response.body) == (URL, 200, HTML)
    assert capture.response.header("content-type") == "text/html; charset=utf-8"
    assert capture.captured_at == datetime(2026, 9, 4, 7, 30, tzinfo=UTC)


def test_what_is_no_page_is_skipped_under_its_name() -> None:
    made = (
        Maker()
        .add(kind="request")
        .add(kind="metadata", has_http=False)
        .add(status="404 Not Found")
        .add(status="301 Moved")
    )
    made.add(headers=(("Content-Type", "image/png"),)).add(kind="revisit").add(url="dns:news.example", has_http=False)
    made.add(headers=(("Content-Type", "text/html"), ("Content-Encoding", "br")))
    made.add(kind="conversion", has_http=False)
    assert told(made.captures()) == [
        "request", "metadata", "http_status", "http_status", "not_a_page", "revisit", "not_http", "coding", "conversion",
    ]  # fmt: skip


def test_a_page_kept_without_http_is_read() -> None:
    made = Maker().add(kind="resource", has_http=False, told={"Content-Type": "text/html"})
    assert told(made.captures()) == [HTML]


CODED = {
    "gzip": (gzip.compress(HTML), (("Content-Encoding", "gzip"),)),
    "deflate": (zlib.compress(HTML), (("Content-Encoding", "deflate"),)),
    "chunked": (b"5\r\n" + HTML[:5] + b"\r\n%x\r\n" % len(HTML[5:]) + HTML[5:] + b"\r\n0\r\n\r\n", (("Transfer-Encoding", "chunked"),)),
}  # fmt: skip


@pytest.mark.parametrize("name", CODED)
def test_a_coded_body_is_decoded(name: str) -> None:
    body, headers = CODED[name]
    (capture,) = Maker().add(body, headers=(("Content-Type", "text/html"), *headers)).captures()
    assert capture.response is not None
    assert capture.response.body == HTML
    assert capture.response.headers == (("content-type", "text/html"),)


def test_a_gzip_body_in_chunks_is_decoded() -> None:
    packed = gzip.compress(HTML)
    body = b"%x\r\n" % len(packed) + packed + b"\r\n0\r\n\r\n"
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
    assert told(Maker().add(body, headers=headers).captures()) == [HTML]


def test_a_body_that_is_too_large_or_a_bomb_is_skipped() -> None:
    bomb = gzip.compress(b"\0" * (MAX_BODY_BYTES + 10))
    made = (
        Maker()
        .add(b"x" * (MAX_BODY_BYTES + 1))
        .add(bomb, headers=(("Content-Type", "text/html"), ("Content-Encoding", "gzip")))
    )
    assert told(made.add().captures()) == ["too_large", "too_large", HTML]


@pytest.mark.parametrize("is_gzip", [True, False])
def test_a_damaged_record_is_told_and_the_next_ones_are_read(is_gzip: bool) -> None:
    ends = []
    made = Maker(is_gzip=is_gzip)
    for number in range(3):
        made.add(HTML + str(number).encode())
        ends.append(made.out.tell())
    data = bytearray(made.out.getvalue())
    data[ends[0] : ends[0] + 30] = b"\xff" * 30
    found = captures(bytes(data))
    assert told(found)[0] == HTML + b"0"
    assert told(found)[-1] == HTML + b"2"
    assert [bool(capture.problem) for capture in found] == [False, True, False]


@pytest.mark.parametrize("n_lost", [1, 20, 100, 300])
def test_a_file_that_ends_early_gives_what_is_whole(n_lost: int) -> None:
    data = Maker().add().add(b"<p>" + b"".join(b"%d " % n for n in range(1000))).out.getvalue()
    found = captures(data[:-n_lost])
    assert told(found)[0] == HTML
    assert all(capture.problem for capture in found[1:]) or told(found)[1].startswith(b"<p>0 1 2")


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive at all", b"\x1f\x8b\x08", gzip.compress(b"text", mtime=0), b"WARC/1.0\r\n\r\n", bytes(9999)],
)
def test_what_is_no_archive_gives_a_problem_or_nothing(data: bytes) -> None:
    assert all(capture.response is None for capture in captures(data))


@pytest_asyncio.fixture
async def pool() -> Iterator[ReaderPool]:
    async with ReaderPool(PoolLimits(n_workers=1)) as reader:
        yield reader


async def through(pool: ReaderPool, tmp_path: Path, data: bytes) -> list[Capture]:
    (tmp_path / "a.warc.gz").write_bytes(data)
    return [capture async for capture in pool.iter_captures(str(tmp_path / "a.warc.gz"))]


@pytest.mark.asyncio
async def test_a_worker_reads_an_archive_it_cannot_open_itself(pool: ReaderPool, tmp_path: Path) -> None:
    data = Maker().add(kind="request").add().add(b"<p>two").out.getvalue()
    assert told(await through(pool, tmp_path, data)) == ["request", HTML, b"<p>two"]


@pytest.mark.asyncio
async def test_a_record_that_ends_its_worker_is_told_and_the_rest_is_read(
    pool: ReaderPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Maker().add().add(b"<p>two").out.getvalue()
    captures_of: Callable = ReaderPool._captures
    places: list[int] = []

    async def dying(self: ReaderPool, path: str, fd: int, offset: int):
        places.append(offset)
        async for capture in captures_of(self, path, fd, offset):
            yield capture
            if len(places) == 1:
                self._running.copy().pop()._process.kill()
                await self._ask_child(next(iter(self._running)), path, b"\0" * 8)

    monkeypatch.setattr(ReaderPool, "_captures", dying)
    found = await through(pool, tmp_path, data)
    assert told(found) == [HTML, "!", b"<p>two"]
    assert places == [0, 1]


@pytest.mark.asyncio
async def test_a_missing_archive_is_an_error_of_the_system(pool: ReaderPool, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        [capture async for capture in pool.iter_captures(str(tmp_path / "nowhere.warc.gz"))]
