"""CPU seconds to open the desk on a full database: what every ``monitor fetch`` with news pays before it judges.

Usage: ``python benchmarks/start.py [SIZE ...]`` (20000 200000). Makes a SQLite database with so many judged articles of
made-up text, 8 % of them on topic over a year, each with vectors and a story, and opens the desk twice: the first time
takes the on-topic articles apart, the second finds them stored. Prints JSON with the memory it took.
"""

from __future__ import annotations

import json
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from texts import article_of, resident_bytes, words_of

from monitor.app import App, open_desk
from monitor.config import load_settings
from monitor.meaning import SentenceEncoder
from monitor.meaning.cache import key_of
from monitor.model import JudgedSentence, Match, Outcome, Role, Verdict
from monitor.store import open_store, schema
from monitor.store.bodies import pack
from monitor.text.fingerprints import prints, to_bytes

_NOW = datetime(2026, 9, 4, 7, tzinfo=UTC)
_ON_TOPIC = 12  # one article in so many
_CONFIG = "topics: [{id: all, title: Everything, threshold: 0, any: [news]}]\n"


def fill(address: str, n_articles: int, model: str) -> None:
    """Put the articles into a new store, a thousand a transaction."""
    store = open_store(address)
    random = np.random.default_rng(3)
    for start in range(1, n_articles + 1, 1_000):
        numbers = range(start, min(start + 1_000, n_articles + 1))
        rows = [_rows(number, n_articles, random, model) for number in numbers]
        with store.database.write() as connection:
            for table in (
                schema.stories,
                schema.articles,
                schema.judgements,
                schema.matches,
                schema.prints,
                schema.vectors,
            ):
                values = [found[table.name] for found in rows if table.name in found]
                if values:
                    connection.execute(table.insert(), values)
    store.close()


def _rows(number: int, n_articles: int, random: np.random.Generator, model: str) -> dict[str, dict[str, object]]:
    article = article_of(number, words_of(number))
    is_on_topic = number % _ON_TOPIC == 0
    outcome = Outcome.NEW if is_on_topic else Outcome.OFF_TOPIC
    at = _NOW - timedelta(days=365) * (1 - number / n_articles)
    sentences = tuple(JudgedSentence(text=text, is_novel=is_on_topic, score=0.1) for text in article.sentences)
    matches = (Match(topic_id="all", score=0.9),) if is_on_topic else ()
    verdict = Verdict(
        outcome=outcome, matches=matches, story_id=article.id if is_on_topic else None, sentences=sentences
    )
    row = {
        "articles": {
            "id": article.id, "seq": number, "url_key": article.id, "text_hash": article.id, "title": None, "language": "en",
            "outcome": outcome, "role": Role.LEAD, "story_id": verdict.story_id, "body": pack(article), "sort_at": at,
        },
        "judgements": {
            "seq": number, "article_id": article.id, "revision": 1, "judged_at": at, "outcome": outcome, "verdict": pack(verdict),
        },
        "prints": {"seq": number, "data": to_bytes(prints(" ".join(article.sentences)))},
    }  # fmt: skip
    if is_on_topic:
        vectors = random.normal(size=(len(article.sentences) + 1, 512))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        row["stories"] = {"id": article.id, "headline": article.id, "first_seen_at": at, "last_seen_at": at}
        row["matches"] = {"article_id": article.id, "topic_id": "all", "score": 0.9}
        row["vectors"] = {"key": key_of(article), "model": model, "data": vectors.astype("<f2").tobytes()}
    return row


def main(sizes: list[int]) -> None:
    """Print the figures for each size."""
    encoder = SentenceEncoder()
    encoder.embed(["the model is loaded once a process"])
    report: dict[str, object] = {"machine": f"{platform.machine()} Python {platform.python_version()}"}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "feeds.yaml"
            config.write_text(_CONFIG, encoding="utf-8")
            address = f"sqlite:///{folder}/news.db"
            fill(address, size, encoder.name)
            took = []
            before = resident_bytes()
            for _ in range(2):
                store = open_store(address)
                began = time.process_time()
                desk = open_desk(
                    App(settings=load_settings(config, env={}), store=store, now=_NOW), [], embedder=encoder
                )
                took.append(round(time.process_time() - began, 2))
                held = resident_bytes() - before
                n_sentences = len(desk.judge.known.sentences)
                store.close()
            bytes_stored = (Path(folder) / "news.db").stat().st_size
        report[str(size)] = {
            "open_desk_s": took, "memory_mb": round(held / 1e6), "sentences": n_sentences, "database_mb": round(bytes_stored / 1e6),
        }  # fmt: skip
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [20_000, 200_000])
