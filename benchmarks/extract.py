"""Print what reading a page costs beside trafilatura: ``python benchmarks/extract.py PAGES [--set news|web] [--rounds 3]``.

PAGES holds ``html/<id>.html.gz`` and ``gold.jsonl`` (id, url, set). Each page is read by both, one after the other in
turning order, so that the ratio does not depend on what else the machine does; the least CPU time of the rounds counts.
The peer is ``trafilatura.bare_extraction`` with metadata and its defaults, which also gives text, title, authors and date.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from trafilatura import bare_extraction
from trafilatura.meta import reset_caches

from monitor.stages.extract import extract_page, prune


def ours(body: bytes, url: str) -> None:
    """Read a page as the product does."""
    extract_page(body, url=url, charset=None, entry=None)


def peer(body: bytes, url: str) -> None:
    """Read a page as trafilatura does."""
    bare_extraction(body, url=url, with_metadata=True)


def cpu_ms(read: Callable[[bytes, str], None], body: bytes, url: str) -> float:
    """CPU time of one reading in milliseconds."""
    started = time.process_time()
    read(body, url)
    return (time.process_time() - started) * 1000


def main() -> None:
    """Read the arguments, measure, print one JSON object for each set."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("pages", type=Path)
    ask.add_argument("--set", choices=["news", "web"])
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--every", type=int, default=1, help="only each n-th page")
    args = ask.parse_args()
    rows = [json.loads(line) for line in (args.pages / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    for name in [args.set] if args.set else ["news", "web"]:
        pages = []
        for row in [row for row in rows if row["set"] == name][:: args.every]:
            body = gzip.decompress((args.pages / "html" / f"{row['id']}.html.gz").read_bytes())
            pages.append((body, row["url"], [], []))
        for turn in range(args.rounds):
            reset_caches()  # a page that was read before would cost the peer less
            prune.meaning_of_word.cache_clear()
            prune.meaning_of_marks.cache_clear()
            for n, (body, url, mine, theirs) in enumerate(pages):
                both = [(ours, mine), (peer, theirs)]
                for read, times in both if (turn + n) % 2 else reversed(both):
                    times.append(cpu_ms(read, body, url))
        mine_ms = [min(page[2]) for page in pages]
        theirs_ms = [min(page[3]) for page in pages]
        figures = {
            "set": name,
            "pages": len(pages),
            "kb": round(sum(len(page[0]) for page in pages) / len(pages) / 1000),
            "ms": round(statistics.mean(mine_ms), 1),
            "median_ms": round(statistics.median(mine_ms), 1),
            "p99_ms": round(sorted(mine_ms)[int(0.99 * (len(mine_ms) - 1))], 1),
            "trafilatura_ms": round(statistics.mean(theirs_ms), 1),
            "ratio": round(sum(mine_ms) / sum(theirs_ms), 3),
        }
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
