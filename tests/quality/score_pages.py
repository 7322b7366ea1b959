"""Print how well pages with a known answer are read: ``python tests/quality/score_pages.py PAGES [--set news|web]``.

PAGES holds ``html/<id>.html.gz`` and ``gold.jsonl`` (id, url, set, title, authors, published, text, standfirst). Body
F1 is the mean over pages of word 4-grams (characters for Chinese and Japanese), the standfirst counted as body on both
sides; title and authors are shares of exact agreement after folding case and punctuation, date that of the day.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import gzip
import html
import json
import re
import sys
import time
import unicodedata
from pathlib import Path
from typing import Any

from monitor.errors import ExtractError
from monitor.extract import ReaderPool
from monitor.model import Page, Response

Row = dict[str, Any]
_WIDE = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\u0e00-\u0e7f])")


def grams(text: str) -> collections.Counter[tuple[str, ...]]:
    """Word 4-grams with their counts."""
    words = re.findall(r"\w+", _WIDE.sub(r" \1 ", text))
    return (
        collections.Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)))
        if words
        else collections.Counter()
    )


def f1(gold: str, found: str) -> float:
    """Agreement of two texts in [0, 1]."""
    a, b = grams(gold), grams(found)
    n_all = sum(a.values()) + sum(b.values())
    return 2 * sum((a & b).values()) / n_all if n_all else 1.0


def fold(text: str | None) -> str:
    """Text without case, entities and punctuation."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", html.unescape(text or "")).casefold()).strip()


def with_lead(lead: str | None, text: str) -> str:
    """The body with its standfirst, unless it repeats it."""
    return text if fold(lead) and fold(lead) in fold(text) else f"{lead or ''}\n{text}"


async def read_all(folder: Path, rows: list[Row]) -> dict[str, Page]:
    """Every page as the pool reads it; a page over its limits counts as empty."""
    pages: dict[str, Page] = {}
    async with ReaderPool() as pool:

        async def read(row: Row) -> None:
            body = gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes())
            try:
                pages[row["id"]] = await pool.read_page(Response(url=row["url"], status=200, body=body), None)
            except ExtractError as error:
                print(error, file=sys.stderr)
                pages[row["id"]] = Page(url=row["url"], problem=error.kind)

        await asyncio.gather(*map(read, rows))
    return pages


def score(rows: list[Row], pages: dict[str, Page]) -> dict[str, object]:
    """The figures, each a mean over the pages that have such an answer."""
    body = {
        r["id"]: f1(with_lead(r["standfirst"], r["text"]), with_lead(pages[r["id"]].standfirst, pages[r["id"]].text))
        for r in rows
    }
    titles = [fold(r["title"]) == fold(pages[r["id"]].title) for r in rows if r["title"]]
    names = [{*map(fold, r["authors"])} == {*map(fold, pages[r["id"]].authors)} for r in rows if r["authors"]]
    days = [str(pages[r["id"]].published_at or "")[:10] == r["published"][:10] for r in rows if r["published"]]

    def mean(values: list[Any]) -> float | None:
        return round(sum(values) / len(values), 4) if values else None

    return {
        "pages": len(rows),
        "body_f1": mean([*body.values()]),
        "near_perfect": mean([value > 0.995 for value in body.values()]),
        "below_0.5": sum(value < 0.5 for value in body.values()),
        "title": mean(titles),
        "authors": mean(names),
        "date": mean(days),
        "problems": dict(collections.Counter(p.problem for p in pages.values() if p.problem)),
        "worst": sorted((round(value, 3), page_id) for page_id, value in body.items())[:12],
    }


def main() -> None:
    """Read the arguments, score, print one JSON object."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("pages", type=Path)
    ask.add_argument("--set", choices=["news", "web"])
    ask.add_argument("--limit", type=int)
    args = ask.parse_args()
    rows = [json.loads(line) for line in (args.pages / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if not args.set or row["set"] == args.set][: args.limit]
    started = time.monotonic()
    figures = score(rows, asyncio.run(read_all(args.pages, rows)))
    print(json.dumps({**figures, "wall_s": round(time.monotonic() - started, 1)}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
