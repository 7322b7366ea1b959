"""CPU milliseconds an article of each stage of judgement, beside trafilatura on the same article's page, interleaved.

Usage: ``PYTHONPATH=. python benchmarks/stages.py [SET ...] [--pages FOLDER]`` (demo). SET is as in ``tests/quality/labelled``.
trafilatura reads the pages of FOLDER in turn (real ones have 50 kB and more), or else a bare page made of the article. Prints JSON: the median over articles of what became off topic, a copy, and was kept or
known; the ratio is all stages to trafilatura with metadata. Reading feeds and pages and storing are not in it.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from itertools import cycle
from pathlib import Path
from typing import Any

import trafilatura

from monitor.meaning import SentenceEncoder
from monitor.model import Outcome
from monitor.stages import judge as judge_module
from tests.quality import playing
from tests.quality.labelled import Labelled, load_set

_STAGES = {
    "prints": ("prints",),
    "copies": ("find_same_text", "find_copy"),
    "words": ("take_apart",),
    "screen": ("find_far_topics",),
    "meaning": ("analyse",),
    "topic": ("match_topic",),
    "story": ("choose_story",),
    "novelty": ("find_neighbours", "judge_sentences"),
    "figures": ("find_changes",),
}
_NAVIGATION = "".join(f'<li><a href="/section/{number}">Section {number}</a></li>' for number in range(30))


@dataclass(slots=True)
class Clock:
    """CPU seconds of the article at hand, by stage."""

    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    depth: int = 0

    def wrap(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """*function*, its time counted for *stage* unless it runs inside another stage."""

        def timed(*args: Any, **named: Any) -> Any:
            began, self.depth = time.process_time(), self.depth + 1
            try:
                return function(*args, **named)
            finally:
                self.depth -= 1
                if not self.depth:
                    self.spent[stage] += time.process_time() - began

        return timed


@contextmanager
def timed_stages(clock: Clock) -> Iterator[None]:
    """While it lasts, the stages that the judge calls report to *clock*."""
    before = {name: getattr(judge_module, name) for names in _STAGES.values() for name in names}
    for stage, names in _STAGES.items():
        for name in names:
            setattr(judge_module, name, clock.wrap(stage, before[name]))
    try:
        yield
    finally:
        for name, function in before.items():
            setattr(judge_module, name, function)


def page_of(article: Labelled) -> str:
    """The article as an outlet lays it out, with navigation, boxes and links around the text."""
    text = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in article.texts)
    related = "".join(f'<li><a href="/{n}/x.html">{escape(article.title)} {n}</a></li>' for n in range(12))
    return (
        f"<html lang={article.language}><head><title>{escape(article.title)} - {escape(article.outlet)}</title>"
        f'<meta property="og:title" content="{escape(article.title)}"><meta name="author" content="Staff">'
        f'<meta property="article:published_time" content="{article.published_at.isoformat()}"></head><body>'
        f"<nav><ul>{_NAVIGATION}</ul></nav><main><article><h1>{escape(article.title)}</h1>{text}</article>"
        f"<aside><h2>More</h2><ul>{related}</ul></aside></main><footer><p>All rights reserved.</p></footer></body></html>"
    )


def measure(name: str, encoder: SentenceEncoder, pages: Sequence[str]) -> dict[str, dict[str, object]]:
    """Play a set and give the figures by what became of the articles."""
    clock = Clock()
    rows: dict[str, list[dict[str, float]]] = defaultdict(list)
    read = playing._read  # noqa: SLF001
    real = cycle(pages)

    def timed_read(app: Any, desk: Any, labelled: Labelled) -> None:
        page = next(real, None) or page_of(labelled)
        began = time.process_time()
        trafilatura.bare_extraction(page, with_metadata=True)
        extraction = time.process_time() - began
        clock.spent.clear()
        read(app, desk, labelled)
        outcome = app.store.articles.find_judged(labelled.address).verdict.outcome
        kind = {Outcome.OFF_TOPIC: "off topic", Outcome.DUPLICATE: "copy"}.get(outcome, "kept or known")
        rows[kind].append({"trafilatura": extraction, **clock.spent})

    playing._read = timed_read  # noqa: SLF001
    try:
        with timed_stages(clock):
            playing.play(load_set(name), encoder, with_copies=False)
    finally:
        playing._read = read  # noqa: SLF001
    return {kind: _summary(found) for kind, found in sorted(rows.items())}


def _summary(found: list[dict[str, float]]) -> dict[str, object]:
    names = ("trafilatura", *_STAGES)
    medians = {name: statistics.median(row.get(name, 0.0) for row in found) for name in names}
    ratios = [sum(row.get(stage, 0.0) for stage in _STAGES) / row["trafilatura"] for row in found]
    milliseconds = {name: round(1e3 * seconds, 2) for name, seconds in medians.items()}
    return {"articles": len(found), "ms": milliseconds, "ratio": round(statistics.median(ratios), 2)}


def main() -> None:
    """Print the figures of each set."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("sets", nargs="*", default=["demo"])
    ask.add_argument("--pages", type=Path)
    args = ask.parse_args()
    files = sorted(path for path in args.pages.iterdir() if path.is_file())[:200] if args.pages else []
    pages = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    encoder = SentenceEncoder()
    encoder.embed(["the model is loaded once a process"])
    encoder.background()
    report: dict[str, object] = {"machine": f"{platform.machine()} Python {platform.python_version()}"}
    report |= {name.rpartition("/")[2]: measure(name, encoder, pages) for name in args.sets}
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
