"""A day of the scheduler in minutes: memory, open files, and whether editions came on time.

    python benchmarks/soak.py [--minutes 10] [--feeds 300] [--restarts 3]

Serves invented feeds on loopback (5 % answer with an error, nonsense or nothing), runs the scheduler's ticks under a
clock that goes as fast as needed, and prints one line for every tenth of the day. An hourly digest is expected each
hour. Prints figures; passes or fails nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from monitor.config import load_settings
from monitor.jobs import Caretaker, ConfigWatch

DAY = timedelta(days=1)
START = datetime(2026, 9, 4, 0, 30, tzinfo=UTC)
WORDS = [
    "harbour",
    "turbine",
    "licence",
    "bridge",
    "council",
    "water",
    "storm",
    "train",
    "school",
    "market",
    "river",
    "engine",
    "permit",
    "record",
    "island",
]


class Clock:
    """Goes *speed* times as fast as the real one."""

    def __init__(self, speed: float) -> None:
        self.speed, self.began = speed, time.monotonic()

    def __call__(self) -> datetime:
        """The time now."""
        return START + timedelta(seconds=(time.monotonic() - self.began) * self.speed)


def feed(number: int, now: datetime) -> bytes:
    """A feed that brings one article every three hours, the last four of them."""
    turn = int(now.timestamp()) // 10_800
    items = []
    for n in range(turn - 3, turn + 1):
        words = [WORDS[(number * 7 + n * 5 + k * (1 + n % 3)) % len(WORDS)] for k in range(12)]
        text = f"The {words[0]} of region {number} got {n % 97 + 2} new {words[1]}s, the {words[2]} office said. " * 2
        items.append(
            f"<item><title>{' '.join(words[:5])} {number}-{n}</title><link>http://127.0.0.1/{number}/{n}</link>"
            f"<guid>{number}-{n}</guid><description>{text}{' '.join(words)}.</description></item>"
        )
    return f"<rss version='2.0'><channel><title>Feed {number}</title>{''.join(items)}</channel></rss>".encode()


def serve(clock: Clock) -> ThreadingHTTPServer:
    """A server on loopback; the number in the path chooses the feed, every twentieth one is hostile."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number = int(self.path.strip("/") or 0)
            if number % 20 == 7:
                kind = number // 20 % 3
                self.send_response((500, 200, 200)[kind])
                self.end_headers()
                self.wfile.write((b"", b"\x00\xff<<<nonsense" * 2000, b"<rss>" + b"<a>" * 20_000)[kind])
                return
            body = feed(number, clock())
            self.send_response(200)
            self.send_header("ETag", f'"{hash(body)}"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def soak(folder: Path, clock: Clock, n_restarts: int) -> None:
    """One day of ticks, with restarts."""
    span = DAY / (n_restarts + 1)
    print("hour  ticks  rss_mb  fds  tasks  articles  slots  editions  worst_late_s")
    n_ticks = 0
    for part in range(n_restarts + 1):
        watch = ConfigWatch(lambda: load_settings(folder / "feeds.yaml", env={}))
        caretaker = Caretaker(watch, store=None, clock=clock)
        end, shown_at = START + span * (part + 1), clock()
        while clock() < end:
            await caretaker.tick()
            n_ticks += 1
            await asyncio.sleep(min(30.0, caretaker.next_pause_s()) / clock.speed)
            if clock() >= shown_at:
                show(folder, clock, n_ticks)
                shown_at += DAY / 10
        if not await caretaker.close(patience_s=30):
            print("a task did not end")
        del caretaker
        gc.collect()
    show(folder, clock, n_ticks)


def show(folder: Path, clock: Clock, n_ticks: int) -> None:
    """One line of figures."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(folder / "monitor.db")) as connection:
        n_articles = connection.execute("SELECT count(*) FROM articles").fetchone()[0]
        rows = connection.execute("SELECT slot, decided_at, edition_id FROM slots ORDER BY slot").fetchall()[1:]
    late = [decided / 1e6 - datetime.fromisoformat(slot).replace(tzinfo=UTC).timestamp() for slot, decided, _ in rows]
    n_fds = len(list(Path("/proc/self/fd").iterdir()))
    hour = (clock() - START).total_seconds() / 3600
    editions = sum(edition is not None for *_, edition in rows)
    print(
        f"{hour:5.1f}  {n_ticks:5}  {resident_mb():6.0f}  {n_fds:3}  {threading.active_count():5}  {n_articles:8}  "
        f"{len(rows):5}  {editions:8}  {max(late, default=0):8.0f} ({max(late, default=0) / clock.speed:.1f} real)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--restarts", type=int, default=3)
    wanted = parser.parse_args()
    clock = Clock(24 * 60 / wanted.minutes)
    server = serve(clock)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        feeds = "\n".join(
            f"  - {{url: 'http://127.0.0.1:{server.server_port}/{n}', full_text: false, every: 1h}}"
            for n in range(wanted.feeds)
        )
        (folder / "feeds.yaml").write_text(
            "topics: [{id: all, threshold: 0}]\nfetch: {allow_private: true, host_gap: 0s, robots: false, per_host: 8}\n"
            "digests: [{id: hourly, topics: [all], schedule: '0 * * * *', timezone: UTC}]\n"
            f"feeds:\n{feeds}\n"
        )
        asyncio.run(soak(folder, clock, wanted.restarts))
    server.shutdown()


if __name__ == "__main__":
    main()
