"""Web archives as they are written: readable by another library, whole after a crash, and never in a fetch's way."""

import asyncio
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from monitor.archive import ArchivingFetcher, WarcFolder
from monitor.archive.folder import find_end
from monitor.errors import FetchError
from monitor.extract.warc import read_captures
from monitor.model import Request, Response

NOW = datetime(2026, 9, 4, 7, 30, tzinfo=UTC)
URL = "https://news.example/a?b=c"


def answer(body: bytes = b"<p>Body", url: str = URL) -> Response:
    headers = (("content-type", "text/html"), ("content-encoding", "gzip"), ("content-length", "3"), ("etag", '"x"'))
    return Response(url=url, status=200, headers=headers, body=body)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[WarcFolder]:
    opened = WarcFolder(tmp_path / "warc", max_bytes=1_000_000, software="monitor/test")
    yield opened
    opened.close()


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "warc").iterdir())


def bodies(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return [
            r.content_stream().read() for r in ArchiveIterator(file, check_digests="raise") if r.rec_type == "response"
        ]


def test_an_answer_is_read_back_by_another_library(folder: WarcFolder, tmp_path: Path) -> None:
    folder.write(answer(), asked=URL, now=NOW)
    folder.close()
    with files(tmp_path)[0].open("rb") as file:
        about, record = ((r, r.content_stream().read()) for r in ArchiveIterator(file, check_digests="raise"))
    assert about[0].rec_type == "warcinfo"
    assert b"software: monitor/test" in about[1]
    headers = record[0].http_headers
    assert record[0].rec_headers.get_header("WARC-Target-URI") == URL
    assert record[0].rec_headers.get_header("WARC-Date") == "2026-09-04T07:30:00Z"
    assert (headers.get_statuscode(), headers.get_header("etag"), record[1]) == ("200", '"x"', b"<p>Body")
    assert headers.get_header("content-encoding") is None
    assert headers.get_header("x-archive-orig-content-encoding") == "gzip"
    assert headers.get_header("content-length") == "7"


def test_a_day_has_its_own_file(folder: WarcFolder, tmp_path: Path) -> None:
    folder.write(answer(), asked=URL, now=NOW)
    folder.write(answer(), asked=URL, now=NOW + timedelta(days=1))
    assert [path.name for path in files(tmp_path)] == ["monitor-20260904-0001.warc.gz", "monitor-20260905-0001.warc.gz"]


def test_a_full_file_is_followed_by_another(tmp_path: Path) -> None:
    folder = WarcFolder(tmp_path / "warc", max_bytes=1_500, software="monitor/test")
    for number in range(6):
        folder.write(answer(str(number).encode() * 10), asked=URL, now=NOW)
    folder.close()
    assert len(files(tmp_path)) > 1
    assert [body[:1] for path in files(tmp_path) for body in bodies(path)] == [b"0", b"1", b"2", b"3", b"4", b"5"]


def test_the_next_run_goes_on_in_the_file_of_the_day(folder: WarcFolder, tmp_path: Path) -> None:
    for body in (b"one", b"two"):
        folder.write(answer(body), asked=URL, now=NOW)
        folder.close()
    (path,) = files(tmp_path)
    assert bodies(path) == [b"one", b"two"]


@pytest.mark.parametrize("n_lost", [1, 8, 60, 250])
def test_what_follows_a_crash_in_the_middle_of_a_record_can_be_read(
    folder: WarcFolder, tmp_path: Path, n_lost: int
) -> None:
    for body in (b"one", b"two"):
        folder.write(answer(body), asked=URL, now=NOW)
    folder.close()
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-n_lost])
    with path.open("rb") as file:
        left = [capture for capture in read_captures(file) if capture and capture.response]
    assert left[0].response.body == b"one"
    folder.write(answer(b"three"), asked=URL, now=NOW)
    folder.close()
    assert bodies(path) == [b"one", b"three"]


def test_the_end_is_found_at_every_cut(tmp_path: Path) -> None:
    members = [gzip.compress(text) for text in (b"one", b"two" * 500, b"")]
    whole = b"".join(members)
    ends = [sum(map(len, members[:n])) for n in range(4)]
    for cut in range(len(whole) + 1):
        (tmp_path / "cut").write_bytes(whole[:cut])
        with (tmp_path / "cut").open("rb", buffering=0) as file:
            assert find_end(file) == max(end for end in ends if end <= cut)


def test_two_writers_never_share_a_file(folder: WarcFolder, tmp_path: Path) -> None:
    other = WarcFolder(tmp_path / "warc", max_bytes=1_000_000, software="monitor/test")
    folder.write(answer(b"one"), asked=URL, now=NOW)
    other.write(answer(b"two"), asked=URL, now=NOW)
    other.close()
    folder.close()
    assert [bodies(path) for path in files(tmp_path)] == [[b"one"], [b"two"]]


class Fetcher:
    """Answers with what it was given."""

    def __init__(self, *answers: Response | FetchError) -> None:
        self.answers = list(answers)

    async def fetch(self, request: Request) -> Response:
        given = self.answers.pop(0)
        if isinstance(given, FetchError):
            raise given
        return given


def test_a_fetcher_keeps_what_it_brings_and_nothing_else(folder: WarcFolder, tmp_path: Path) -> None:
    unchanged = Response(url=URL, status=304)
    inner = Fetcher(answer(b"one"), unchanged, FetchError(URL, "dns", "x"))
    failures: list[str] = []
    fetcher = ArchivingFetcher(inner, folder, clock=lambda: NOW, on_failure=failures.append)
    assert asyncio.run(fetcher.fetch(Request(url=URL))).body == b"one"
    assert asyncio.run(fetcher.fetch(Request(url=URL))) is unchanged
    with pytest.raises(FetchError):
        asyncio.run(fetcher.fetch(Request(url=URL)))
    folder.close()
    assert bodies(files(tmp_path)[0]) == [b"one"]
    assert failures == []


def test_a_fetch_succeeds_and_the_failure_is_told_when_the_archive_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "warc").write_text("a file where the folder should be")
    folder = WarcFolder(tmp_path / "warc", max_bytes=1_000_000, software="monitor/test")
    failures: list[str] = []
    fetcher = ArchivingFetcher(Fetcher(answer()), folder, clock=lambda: NOW, on_failure=failures.append)
    assert asyncio.run(fetcher.fetch(Request(url=URL))).body == b"<p>Body"
    (told,) = failures
    assert told.startswith(f"{URL} is not in the archive: ")


def test_a_record_that_the_disk_takes_only_half_of_is_taken_back(folder: WarcFolder, tmp_path: Path) -> None:
    folder.write(answer(b"one"), asked=URL, now=NOW)
    assert folder._file is not None
    size = files(tmp_path)[0].stat().st_size

    class FullDisk:
        def __init__(self, file) -> None:
            self.file, self.n = file, 0

        def write(self, data) -> int:
            self.n += 1
            if self.n > 1:
                raise OSError(28, "No space left on device")
            return self.file.write(data[:100])

        def __getattr__(self, name):
            return getattr(self.file, name)

    whole, folder._file = folder._file, FullDisk(folder._file)
    with pytest.raises(OSError, match="No space"):
        folder.write(answer(b"two"), asked=URL, now=NOW)
    folder._file = whole
    assert files(tmp_path)[0].stat().st_size == size
    folder.write(answer(b"three"), asked=URL, now=NOW)
    folder.close()
    assert bodies(files(tmp_path)[0]) == [b"one", b"three"]
