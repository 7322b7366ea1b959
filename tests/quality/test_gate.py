"""What the judgement reaches on labelled news, held: a change that lowers a measure must say so here.

Two invented subjects, judged in process with the shipped models and the real encoder. The figures are floors; raise them
when a change earns it. ``docs/judgement.md`` says what the measures mean and how the larger sets do.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from tests.quality.labelled import load_set
from tests.quality.measures import measure
from tests.quality.playing import RememberingEncoder, play

CAVERNS = Path(__file__).parent / "data" / "caverns"
HASHES = {"caverns": "1101f7c792da3124", "demo": "74f5cd351aef1916"}
FLOORS: dict[str, dict[str, float]] = {
    "caverns": {"relevance": 0.96, "stories": 0.88, "novelty": 0.77, "figures": 1.0, "kept rewrites": 1.0},
    "demo": {"relevance": 1.0, "stories": 0.65, "novelty": 0.80, "figures": 3 / 8, "kept rewrites": 0.0},
}
FALSE_COPIES = {"caverns": 2, "demo": 0}

Report = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def report() -> Report:
    encoder, found = RememberingEncoder(), {}

    def of(name: str) -> dict[str, Any]:
        if name not in found:
            labelled = load_set(str(CAVERNS) if name == "caverns" else name)
            found[name] = measure(labelled, play(labelled, encoder))
        return found[name]

    return of


both = pytest.mark.parametrize("name", FLOORS)


def share(text: str) -> Fraction:
    hit, of = map(int, text.split("/"))
    return Fraction(hit, of) if of else Fraction(1)


def test_the_labelled_articles_are_those_that_were_measured() -> None:
    found = {}
    for name in HASHES:
        articles = load_set(str(CAVERNS) if name == "caverns" else name).articles
        texts = [f"{one.id}\0{one.novel}\0{one.story}\0{one.sentences}" for one in articles]
        found[name] = blake2b("\0".join(texts).encode(), digest_size=8).hexdigest()
    assert found == HASHES


@both
def test_what_is_on_topic_is_told_from_what_is_not(report: Report, name: str) -> None:
    assert report(name)["relevance"]["f1"] >= FLOORS[name]["relevance"]


@both
def test_every_copy_is_told_whole_framed_cut_embedded_and_with_words_replaced(report: Report, name: str) -> None:
    copies = report(name)["copies"]
    assert copies["missed"] == []
    assert {"exact", "framed", "cut", "embedded", "wire-copy"} == set(copies["recall"])


@both
def test_reports_with_news_are_not_dropped_as_copies_or_known(report: Report, name: str) -> None:
    assert len(report(name)["copies"]["false_ids"]) <= FALSE_COPIES[name]


@both
def test_retellings_without_news_are_dropped_and_those_with_news_kept(report: Report, name: str) -> None:
    rewrites = report(name)["rewrites"]
    assert share(rewrites["without_news_dropped"]) == 1
    assert share(rewrites["with_news_kept"]) >= FLOORS[name]["kept rewrites"]


@both
def test_reports_of_one_event_make_one_story(report: Report, name: str) -> None:
    assert report(name)["stories"]["f1"] >= FLOORS[name]["stories"]


@both
def test_new_sentences_are_told_from_known_ones(report: Report, name: str) -> None:
    assert report(name)["novelty"]["f1"] >= FLOORS[name]["novelty"]


@both
def test_changed_figures_are_shown(report: Report, name: str) -> None:
    assert share(report(name)["figures"]["found"]) >= FLOORS[name]["figures"]


@both
def test_no_sentence_is_shown_twice(report: Report, name: str) -> None:
    assert report(name)["digests"]["repeats"] == 0
    assert report(name)["digests"]["shown_sentences"] > 0
