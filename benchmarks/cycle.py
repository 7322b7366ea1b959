"""CPU seconds of polling many feeds on as many addresses: monitor, reader (PyPI), and feedparser over httpx by hand.

    python benchmarks/cycle.py [--feeds 1000] [--rounds 3] [--changed 0.05] [--only monitor,reader,plain]

Every feed has a loopback address of its own (127.x.y.z) on one port, served by a separate process that is not counted.
Three cycles: *first* (nothing known, 20 entries a feed), *unchanged* (each feed should answer 304), *changed* (a share
of the feeds has 3 new entries on top). Each cycle of each program is a process of its own, as a scheduled command is,
and the programs take turns within each round. Counted is the CPU time, user and system, of that process and its
children from exec to exit: start, imports, configuration, requests, parsing, storing. Not counted for monitor: article
pages and judgement, which the others do not do. Compiled modules are kept, as they are where a program is installed, and
one round of three feeds goes before, so that nobody pays for compiling. ``plain`` is the loop that everybody writes first: httpx with twenty
threads, conditional requests, feedparser, one SQLite file. It has no limits, no guard and syncs once at the end: a floor
for this combination. Printed are medians over the rounds and the server's own count of 200 and 304 answers.

``reader`` is in the dependency group ``bench``. Linux only: nothing else answers on all of 127.0.0.0/8.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from itertools import chain
from pathlib import Path
from random import Random
from statistics import median
from urllib.request import urlopen

N_ENTRIES = 20
N_ADDED = 3
CYCLES = ("first", "unchanged", "changed")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_NEWEST = datetime(2026, 9, 4, 6, tzinfo=UTC)
_WORDS = tuple(
    "harbour council vote bridge ferry budget report minister company output plant order energy price week market "  # noqa: SIM905 - a word list
    "research court agency storm river school station strike union contract survey launch satellite museum festival".split()
)


def address_of(number: int, port: int) -> str:
    """The feed's address; 127.0.x.x is left to others."""
    return f"http://127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}:{port}/feed.xml"


def feed_of(number: int, n_added: int) -> bytes:
    """An RSS document of 20 entries, *n_added* of them newer than those of the first cycle."""
    items = [_item(number, place) for place in range(N_ENTRIES + n_added)][::-1][:N_ENTRIES]
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Outlet {number}</title>'
    return f"{head}<link>https://outlet{number}.example/</link>{''.join(items)}</channel></rss>".encode()


def _item(number: int, place: int) -> str:
    random = Random(number * 1000 + place)
    title = " ".join(random.choices(_WORDS, k=8)).capitalize()
    summary = ". ".join(" ".join(random.choices(_WORDS, k=15)).capitalize() for _ in range(3))
    link = f"https://outlet{number}.example/{2026}/{place}/{title.lower().replace(' ', '-')}"
    date = format_datetime(_NEWEST - timedelta(hours=N_ENTRIES + N_ADDED - place), usegmt=True)
    return (
        f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><pubDate>{date}</pubDate>"
        f"<description>&lt;p&gt;{summary}.&lt;/p&gt;</description></item>"
    )


class Server:
    """All feeds behind one port; knows a feed by the address it was asked at."""

    def __init__(self, n_feeds: int, changed: float) -> None:
        self._bodies = [(feed_of(n, 0), feed_of(n, N_ADDED)) for n in range(n_feeds)]
        self._n_changed = round(n_feeds * changed)
        self._is_changed = False
        self._counts = {200: 0, 304: 0}

    async def serve(self, port: int) -> None:
        """Until killed."""
        server = await asyncio.start_server(self._answer, "0.0.0.0", port, backlog=1024)
        print("ready", flush=True)
        await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(self._reply(head, writer.get_extra_info("sockname")[0]))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def _reply(self, head: bytes, host: str) -> bytes:
        path = head.split(b" ", 2)[1].decode()
        if path.startswith("/control"):
            told = json.dumps(self._counts).encode()
            self._counts = {200: 0, 304: 0}
            self._is_changed = path.endswith("/changed")
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(told) + told
        _, one, two, three = map(int, host.split("."))
        number = (one - 1) * 62500 + two * 250 + three - 1
        body = self._bodies[number][self._is_changed and number < self._n_changed]
        etag = f'"{sha256(body).hexdigest()[:16]}"'.encode()
        lines = b"ETag: %s\r\nLast-Modified: Fri, 04 Sep 2026 06:00:00 GMT\r\n" % etag
        if b"if-none-match: " + etag in head.lower():
            self._counts[304] += 1
            return b"HTTP/1.1 304 Not Modified\r\n%s\r\n" % lines
        self._counts[200] += 1
        kind = b"Content-Type: application/rss+xml; charset=utf-8\r\n"
        return b"HTTP/1.1 200 OK\r\n%s%sContent-Length: %d\r\n\r\n" % (kind, lines, len(body)) + body


def poll_with_monitor(folder: Path, urls: list[str]) -> None:
    """``monitor fetch --all`` up to where reading pages begins: the program's own configuration, store, client, pool."""
    from monitor import pipeline
    from monitor.app.opening import open_app, open_client, open_reader
    from monitor.config import load_settings

    settings = load_settings(folder / "feeds.yaml", env={})

    async def run() -> None:
        with open_app(settings, now=datetime.now(UTC)) as app:
            report = pipeline.FetchReport()
            async with open_client(settings.fetch, app.now) as (fetcher, _), open_reader() as reader:
                await pipeline.poll(
                    settings.feeds, store=app.store, fetcher=fetcher, reader=reader, now=app.now,
                    max_age_s=settings.fetch.max_age_s, report=report,
                )  # fmt: skip
            if report.failed_feeds:
                raise SystemExit(f"monitor: {report.failed_feeds} feeds failed: {report.errors[:3]}")

    asyncio.run(run())


def poll_with_reader(folder: Path, urls: list[str]) -> None:
    """The way its manual shows."""
    from reader import make_reader

    with closing(make_reader(str(folder / "reader.sqlite"))) as reader:
        if not (folder / "added").exists():
            for url in urls:
                reader.add_feed(url)
            (folder / "added").touch()
        failed = [
            result
            for result in reader.update_feeds_iter(scheduled=False, workers=20)
            if isinstance(result.value, Exception)
        ]
        if failed:
            raise SystemExit(f"reader: {len(failed)} feeds failed: {failed[0]}")


def poll_plainly(folder: Path, urls: list[str]) -> None:
    """What a first script does."""
    import io
    import sqlite3
    from concurrent.futures import ThreadPoolExecutor

    import feedparser
    import httpx

    base = sqlite3.connect(folder / "plain.sqlite")
    base.execute("create table if not exists feeds (url text primary key, etag text, modified text)")
    base.execute(
        "create table if not exists entries (feed text, id text, title text, body text, primary key (feed, id))"
    )
    known = {url: (etag, modified) for url, etag, modified in base.execute("select * from feeds")}
    with httpx.Client(timeout=20) as client, ThreadPoolExecutor(20) as pool:

        def ask(url: str) -> tuple[str, httpx.Response]:
            etag, modified = known.get(url, (None, None))
            headers = {"If-None-Match": etag, "If-Modified-Since": modified} if etag else {}
            return url, client.get(url, headers=headers)

        for url, answer in pool.map(ask, urls):
            if answer.status_code == 304:
                continue
            parsed = feedparser.parse(io.BytesIO(answer.content))
            rows = [(url, entry.get("id"), entry.get("title"), entry.get("summary")) for entry in parsed.entries]
            base.executemany("insert or ignore into entries values (?, ?, ?, ?)", rows)
            marks = (url, answer.headers.get("etag"), answer.headers.get("last-modified"))
            base.execute("insert or replace into feeds values (?, ?, ?)", marks)
    base.commit()


PROGRAMS: dict[str, Callable[[Path, list[str]], None]] = {
    "monitor": poll_with_monitor,
    "reader": poll_with_reader,
    "plain": poll_plainly,
}


def main() -> None:
    """Start the server, play the rounds, print the table."""
    options = _read_options()
    if options.serve:
        asyncio.run(Server(options.feeds, options.changed).serve(options.port))
    elif options.child:
        PROGRAMS[options.child](options.folder, [address_of(n, options.port) for n in range(options.feeds)])
    else:
        _play(options)


def _play(options: argparse.Namespace) -> None:
    command = [sys.executable, __file__, "--feeds", str(options.feeds), "--changed", str(options.changed)]
    command += ["--port", str(options.port)]
    programs = options.only.split(",")
    spent: dict[tuple[str, str], list[tuple[float, float]]] = {}
    answers: dict[tuple[str, str], dict[str, int]] = {}
    with subprocess.Popen([*command, "--serve"], stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()
            with tempfile.TemporaryDirectory() as folder:
                few = argparse.Namespace(**{**vars(options), "feeds": 3})
                _play_round(Path(folder), few, [*command, "--feeds", "3"], programs, {}, {})
            for number in range(options.rounds):
                with tempfile.TemporaryDirectory() as folder:
                    _play_round(Path(folder), options, command, programs, spent, answers)
                print(f"round {number + 1} of {options.rounds} done", file=sys.stderr)
        finally:
            server.kill()
    print(f"{options.feeds} feeds, {options.rounds} rounds, {platform.platform()}, {os.cpu_count()} cores, ", end="")
    print(f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}; median CPU s (wall s) a cycle")
    print(f"{'':10}" + "".join(f"{cycle:>30}" for cycle in CYCLES))
    for name in programs:
        cells = []
        for cycle in CYCLES:
            cpu, wall = (median(values) for values in zip(*spent[name, cycle], strict=True))
            counts = answers[name, cycle]
            cells.append(f"{cpu:.2f} ({wall:.1f}) 200:{counts['200']} 304:{counts['304']}".rjust(30))
        print(f"{name:10}" + "".join(cells))
    if {"monitor", "reader"} <= set(programs):
        for cycle in CYCLES:
            pairs = zip(spent["monitor", cycle], spent["reader", cycle], strict=True)
            print(f"monitor / reader, {cycle}: {median(ours[0] / theirs[0] for ours, theirs in pairs):.2f}")


def _play_round(
    folder: Path, options: argparse.Namespace, command: list[str], programs: list[str],
    spent: dict[tuple[str, str], list[tuple[float, float]]], answers: dict[tuple[str, str], dict[str, int]],
) -> None:  # fmt: skip
    control = f"http://127.0.0.1:{options.port}/control"
    urls = (f"  - {address_of(number, options.port)}" for number in range(options.feeds))
    lines = chain(["topics: [{id: all, threshold: 0}]", "fetch: {allow_private: true}", "feeds:"], urls)
    for name in programs:
        (folder / name).mkdir()
        (folder / name / "feeds.yaml").write_text("\n".join(lines if name == "monitor" else []))
    for cycle in CYCLES:
        for name in programs:
            _ask(f"{control}/{cycle}")
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            subprocess.run([*command, "--child", name, "--folder", str(folder / name)], check=True, env=ENVIRONMENT)
            after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            spent.setdefault((name, cycle), []).append((cpu, wall))
            answers[name, cycle] = _ask(f"{control}/{cycle}")


def _ask(url: str) -> dict[str, int]:
    with urlopen(url, timeout=10) as answer:
        return json.load(answer)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--changed", type=float, default=0.05)
    parser.add_argument("--only", default=",".join(PROGRAMS))
    parser.add_argument("--port", type=int, default=18080)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
