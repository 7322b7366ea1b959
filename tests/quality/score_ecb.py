"""Prints how well articles about look-alike events are put into stories: B-cubed, by the way of ``monitor import``.

    PYTHONPATH=. python tests/quality/score_ecb.py FILE.jsonl [--cache FILE] [--limit N]

One article a line with ``id``, ``text``, ``story`` (the label) and ``topic``; no dates. The topic of the program takes
everything, there is no corpus, and the articles come in the order of the file.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from monitor.app import App, import_articles
from monitor.config import load_settings
from monitor.model import Outcome
from monitor.ports import Embedder
from monitor.stages.reading import article_id
from monitor.store import open_store
from tests.quality.measures import bcubed
from tests.quality.playing import RememberingEncoder

CONFIG = """\
topics: [{id: all, title: Everything, threshold: 0, any: [news]}]
"""


def score(path: Path, encoder: Embedder, *, limit: int | None = None) -> dict[str, Any]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()][:limit]
    began = time.process_time()
    with TemporaryDirectory() as folder, closing(open_store("sqlite://")) as store:
        config, lines = Path(folder) / "feeds.yaml", Path(folder) / "articles.jsonl"
        config.write_text(CONFIG, encoding="utf-8")
        lines.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        app = App(settings=load_settings(config, env={}), store=store, now=datetime(2026, 9, 1, tzinfo=UTC))
        asyncio.run(import_articles(app, [lines], as_known=False, embedder=encoder))
        found = {judged.article.id: judged.verdict for _, judged in store.articles.iter_judged()}
    # Two rows with one text are one article only if they have one address, and these have none.
    verdicts = {row["id"]: found[article_id(None, row["id"])] for row in rows}
    stories = {id: verdict.story_id or f"alone-{id}" for id, verdict in verdicts.items()}
    report = bcubed({row["id"]: row["story"] for row in rows}, stories)
    outcomes = [verdict.outcome for verdict in verdicts.values()]
    report["outcomes"] = {outcome.value: outcomes.count(outcome) for outcome in Outcome if outcome in outcomes}
    report["alone"] = sum(verdict.story_id is None for verdict in verdicts.values())
    report["stories"] = f"{len(set(stories.values()))} for {len({row['story'] for row in rows})}"
    report["seconds"] = round(time.process_time() - began, 1)
    return report


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("file", type=Path)
    ask.add_argument("--cache", type=Path)
    ask.add_argument("--limit", type=int)
    args = ask.parse_args()
    encoder = RememberingEncoder(args.cache)
    print(json.dumps(score(args.file, encoder, limit=args.limit), indent=1))
    encoder.save()


if __name__ == "__main__":
    main()
