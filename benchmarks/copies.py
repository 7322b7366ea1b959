"""Copies among stored articles, beside two libraries of locality-sensitive hashing, in one run, interleaved.

Usage: ``python benchmarks/copies.py [SIZE ...]`` (20000 200000; add 1000000 for the whole run, 15 minutes and 8 GB).
Texts are made up: 300 to 500 words by Zipf's law, one in eight Chinese, sixty characters of it to forty words. Prints
JSON, for each size: CPU microseconds to ask for and take in one article (median of 2,000 new ones), memory and bytes
written an article, seconds to load the index, and how many planted copies of each kind are found, and how many articles
that copy nothing are called copies. Needs the ``bench`` dependencies.
"""

from __future__ import annotations

import gc
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path

import gaoya
import numpy as np
from datasketch import MinHash, MinHashLSH
from texts import HAN, WORDS, article_of, resident_bytes, words_of

from monitor.model import Article, ArticleKeys, JudgedArticle, KnownRecord, Outcome, Verdict
from monitor.stages.copies import find_copy
from monitor.stages.known import KnownBase
from monitor.store import open_store
from monitor.text.fingerprints import prints, to_bytes

_N_ASKED = 2_000
_N_PLANTED = 150
_SLOW_FROM = 100_000  # datasketch takes a millisecond an article


class MadeUpArchive:
    """Makes the text of an article whenever it is asked for, as the store would read it; implements ``Archive``."""

    def load_known(self, seqs: Collection[int]) -> list[KnownRecord]:
        verdict = Verdict(outcome=Outcome.KNOWN)
        return [
            KnownRecord(
                seq=seq, judged=JudgedArticle(article=article_of(seq, words_of(seq)), verdict=verdict),
                keys=ArticleKeys(url_key=None, text_hash=None),
            )
            for seq in seqs
        ]  # fmt: skip

    def find_known(self, *, article_id: str | None = None, text_hash: str | None = None) -> KnownRecord | None:
        return None


def swapped(words: list[str], random: np.random.Generator, every: int) -> list[str]:
    """One word in *every* replaced by another."""
    items = HAN if words[0] >= "一" else WORDS
    hits = random.random(len(words)) < 1 / every
    others = random.integers(len(items), size=len(words)).tolist()
    return [items[other] if hit else word for word, hit, other in zip(words, hits, others, strict=True)]


def planted(kind: str, source: list[str], random: np.random.Generator) -> list[str]:
    """A copy of *source* of a kind."""
    own = [source[place] for place in random.integers(len(source), size=900).tolist()]
    third = len(source) // 3
    match kind:
        case "exact":
            return source
        case "framed":
            return [*own[:25], *source, *own[25:60]]
        case "first 60 %":
            return source[: 6 * len(source) // 10]
        case "first third":
            return source[:third]
        case "one paragraph out, one in":
            return [*source[:60], *own[:60], *source[120:]]
        case "paragraphs in another order":
            return [*source[third:], *source[:third]]
        case "one word in 15 replaced":
            return swapped(source, random, 15)
        case "one word in 10 replaced":
            return swapped(source, random, 10)
        case "inside a page of three times its length":
            return [*own[:400], *source, *own[400:]]
        case _:  # one paragraph of 60 words in a page
            return [*own[:400], *source[100:160], *own[400:]]


KINDS = ("exact", "framed", "first 60 %", "first third", "one paragraph out, one in", "paragraphs in another order",
         "one word in 15 replaced", "one word in 10 replaced", "inside a page of three times its length",
         "one paragraph of 60 words in a page")  # fmt: skip


class Ours:
    """The known base as it is used: a text is asked for, then taken in."""

    def __init__(self) -> None:
        self.known = KnownBase(archive=MadeUpArchive())

    def add(self, number: int, article: Article) -> None:
        self.known.add(
            article, outcome=Outcome.OFF_TOPIC, prints=prints(" ".join(article.sentences)), hash_of_text=None,
            address=None, analysis=None, seq=number,
        )  # fmt: skip

    def ask(self, article: Article) -> set[int]:
        finding = find_copy(article, prints(" ".join(article.sentences)), self.known)
        return {int(finding.document.article.id[1:])} if finding is not None else set()

    def ask_and_add(self, number: int, article: Article) -> None:
        found = prints(" ".join(article.sentences))
        find_copy(article, found, self.known)
        self.known.add(article, outcome=Outcome.OFF_TOPIC, prints=found, hash_of_text=None, address=None,
                       analysis=None, seq=number)  # fmt: skip


class Gaoya:
    """MinHash in Rust: 42 bands of 3, runs of three words, Jaccard coefficient above 0.5."""

    def __init__(self) -> None:
        self.index = gaoya.minhash.MinHashStringIndex(32, 0.5, 42, 3, None, "word", True, (3, 3))

    def add(self, number: int, article: Article) -> None:
        self.index.insert_document(number, _spaced(article))

    def ask(self, article: Article) -> set[int]:
        return set(self.index.query(_spaced(article)))

    def ask_and_add(self, number: int, article: Article) -> None:
        text = _spaced(article)
        self.index.query(text)
        self.index.insert_document(number, text)


class Datasketch:
    """MinHash in Python and numpy, 128 permutations, Jaccard coefficient above 0.5."""

    def __init__(self) -> None:
        self.index = MinHashLSH(threshold=0.5, num_perm=128)

    def add(self, number: int, article: Article) -> None:
        self.index.insert(number, self._hash(article), check_duplication=False)

    def ask(self, article: Article) -> set[int]:
        return set(self.index.query(self._hash(article)))

    def ask_and_add(self, number: int, article: Article) -> None:
        hashed = self._hash(article)
        self.index.query(hashed)
        self.index.insert(number, hashed, check_duplication=False)

    @staticmethod
    def _hash(article: Article) -> MinHash:
        words = _spaced(article).lower().split()
        hashed = MinHash(num_perm=128)
        hashed.update_batch([" ".join(words[place : place + 3]).encode() for place in range(len(words) - 2)])
        return hashed


def _spaced(article: Article) -> str:
    """The text with blanks between Chinese characters, which neither library puts there."""
    text = " ".join(article.sentences)
    return " ".join(text) if article.language == "zh" else text


def measure(n_stored: int) -> dict[str, object]:
    """Fill each index with *n_stored* articles, then ask all of them in turn."""
    makers: dict[str, Callable[[], Ours | Gaoya | Datasketch]] = {"ours": Ours, "gaoya": Gaoya}
    if n_stored < _SLOW_FROM:
        makers["datasketch"] = Datasketch
    report: dict[str, dict[str, object]] = {}
    indexes = {}
    for name, make in makers.items():
        gc.collect()
        before = resident_bytes()
        index = indexes[name] = make()
        for number in range(1, n_stored + 1):
            index.add(number, article_of(number, words_of(number)))
        gc.collect()
        report[name] = {"memory_an_article": round((resident_bytes() - before) / n_stored)}
    took: dict[str, list[float]] = {name: [] for name in indexes}
    for number in range(n_stored + 1, n_stored + 1 + _N_ASKED):
        article = article_of(number, words_of(number))
        for name, index in indexes.items():
            began = time.process_time()
            index.ask_and_add(number, article)
            took[name].append(time.process_time() - began)
    for name, seconds in took.items():
        report[name]["us_an_article"] = round(statistics.median(seconds) * 1e6)
        report[name]["us_an_article_mean"] = round(statistics.mean(seconds) * 1e6)
    for name, index in indexes.items():
        report[name] |= quality(index, n_stored)
    report["ours"]["load_s"] = load_seconds(n_stored)
    return dict(report)


def quality(index: Ours | Gaoya | Datasketch, n_stored: int) -> dict[str, object]:
    """Share of the planted copies that are found by kind, and how many of 1,000 other articles are called copies."""
    random = np.random.default_rng(7)
    recall = {}
    for kind in KINDS:
        sources = random.integers(1, n_stored, size=_N_PLANTED).tolist()
        hits = [source in index.ask(article_of(0, planted(kind, words_of(source), random))) for source in sources]
        recall[kind] = round(sum(hits) / len(hits), 3)
    others = range(10**8, 10**8 + 1_000)
    wrong = sum(bool(index.ask(article_of(other, words_of(other)))) for other in others)
    return {"recall": recall, "called_copies_of_1000_others": wrong}


def load_seconds(n_stored: int) -> float:
    """CPU seconds to load the fingerprints of that many articles at a start, without reading the database."""
    some = [to_bytes(prints(" ".join(words_of(number)))) for number in range(1, 1_001)]
    pages = [(list(range(start, start + 1_000)), some) for start in range(0, n_stored, 1_000)]
    began = time.process_time()
    KnownBase().load_prints(pages)
    return round(time.process_time() - began, 2)


def bytes_written() -> dict[str, int]:
    """Bytes that storing an article writes, one transaction each, with and without its fingerprints."""
    found = {}
    for name in ("with", "without"):
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(f"sqlite:///{folder}/news.db")
            before = _wchar()
            for number in range(1, 401):
                article = article_of(number, words_of(number))
                raw = to_bytes(prints(" ".join(article.sentences))) if name == "with" else b""
                judged = JudgedArticle(article=article, verdict=Verdict(outcome=Outcome.OFF_TOPIC))
                keys = ArticleKeys(url_key=article.id, text_hash=article.id, prints=raw)
                store.articles.save_judged(judged, keys, entry_seq=None, story=None)
            store.close()
            found[name] = (_wchar() - before) // 400
    return {"bytes_written_an_article": found["with"], "of_them_for_copies": found["with"] - found["without"]}


def _wchar() -> int:
    for line in Path("/proc/self/io").read_text(encoding="utf-8").splitlines():
        if line.startswith("wchar:"):
            return int(line.split()[1])
    return 0


def main(sizes: list[int]) -> None:
    """Print the figures for each size."""
    report: dict[str, object] = {"machine": f"{platform.machine()} Python {platform.python_version()}"}
    report |= bytes_written()
    for size in sizes:
        report[str(size)] = measure(size)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [20_000, 200_000])
