"""CPU time of feed parsing against feedparser, in one run, interleaved.

Usage: ``python benchmarks/feeds.py DATA [ROUNDS]`` where DATA holds ``real/``, a folder of feed documents. Prints JSON:
the best round of each, and the ratio. feedparser runs as it does out of the box, and once more with its sanitizer and
link resolver off, which is less than its users get.
"""

from __future__ import annotations

import io
import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import feedparser

from monitor import sources
from monitor.errors import ParseError
from monitor.model import Response


def main(data: Path, n_rounds: int) -> None:
    """Print the figures for the documents under *data*."""
    bodies = [path.read_bytes() for path in sorted((data / "real").iterdir()) if path.is_file()]
    ways: dict[str, Callable[[bytes], object]] = {"ours": _ours, "feedparser": _default, "feedparser_bare": _bare}
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(n_rounds):
        for name, parse in ways.items():
            start = time.process_time()
            for body in bodies:
                parse(body)
            best[name] = min(best[name], time.process_time() - start)
    report = {
        "machine": f"{platform.machine()} Python {platform.python_version()}",
        "n_feeds": len(bodies),
        "n_bytes": sum(map(len, bodies)),
        "cpu_s": {name: round(seconds, 4) for name, seconds in best.items()},
        "ratio": round(best["feedparser"] / best["ours"], 1),
        "ratio_bare": round(best["feedparser_bare"] / best["ours"], 1),
    }
    print(json.dumps(report, indent=1))


def _ours(body: bytes) -> object:
    try:
        return sources.parse("auto", Response(url="https://feeds.example/feed", status=200, body=body))
    except ParseError:
        return None


def _default(body: bytes) -> object:
    return feedparser.parse(io.BytesIO(body))


def _bare(body: bytes) -> object:
    return feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
