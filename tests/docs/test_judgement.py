"""Signals, thresholds and limits in the documentation are those in the code."""

from __future__ import annotations

import pytest

from monitor.extract import PoolLimits
from monitor.fetch import FetchLimits
from monitor.fetch import robots as robots_module
from monitor.model import Outcome
from monitor.stages import copies, fitted, fitting, identity, known, marking, novelty, schedule, screen, stories
from monitor.text import fingerprints
from tests.docs.pages import names_in, page

JUDGEMENT = page("docs/judgement.md")
RELIABILITY = page("docs/reliability.md")


@pytest.mark.parametrize(
    ("section", "models"),
    [
        ("Relevance", (fitted.RELEVANCE, fitted.RELEVANCE_TERMS_ONLY)),
        ("Stories", (fitted.SAME_EVENT, fitted.SAME_STORY)),
        ("Novelty", (fitted.NOVEL,)),
    ],
    ids=["relevance", "stories", "novelty"],
)
def test_exactly_the_signals_of_the_models_are_explained(section, models):
    explained = {name for row in JUDGEMENT.section(section).rows for name in names_in(row[0])}
    assert explained == {name for each in models for name in each.weights}


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("Copies", f"| {copies.COPY_SHARE:g} of the text"),
        ("Copies", f"| {copies.CONTAINED_SHARE:g} of a known text"),
        ("Copies", f"| {copies.PASSAGE_WORDS} words in a row"),
        ("Copies", f"| {fingerprints.SURELY_FOUND} words |"),
        ("Copies", f"| {known._MIN_SHARE:g} of the shorter text's fingerprints, or {known._MIN_SHARED} |"),
        ("Copies", f"Of every {fingerprints.WINDOW} runs in a row"),
        ("Relevance", f"at most {screen.MOST_SHARED} of its {screen.N_TELLING} most telling words"),
        ("Marks", f"by at most {marking.MAX_MOVE:g} in log odds"),
        ("Stories", f"The threshold is {stories.JOIN:g}."),
        ("Novelty", f"| a sentence is new | {novelty.NOVEL_FROM:g} |"),
        ("Novelty", f"| an article is news | {novelty.NEWS_FROM:g} "),
        ("Novelty", f"| an article that joins a story is news | {novelty.NEWS_FROM_IN_STORY:g} "),
        ("Novelty", f"| a background piece is news | {novelty.NEWS_FROM_IN_BACKGROUND:g} "),
        ("Novelty", f"a sentence of likeness {novelty._VETO_LIKENESS:g} or more"),
        ("Novelty", f"likeness {novelty._QUOTABLE:g}"),
        ("Age", f"its {identity.N_NEWEST_UNDATED} newest"),
    ],
)
def test_a_threshold_of_judgement_is_told_as_it_is(section, text):
    assert text in JUDGEMENT.section(section).text


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("When a feed is asked", f"at most {schedule.RETRY_AFTER_CAP_S // 86_400} days"),
        ("What one request may take", f"| redirects | {FetchLimits().max_redirects},"),
        ("What one request may take", f"| {FetchLimits().max_ratio} to 1 |"),
        ("What one request may take", f"| {robots_module._MAX_BYTES:,} bytes |"),
        ("Foreign pages", f"| workers | {PoolLimits().n_workers} |"),
        ("Foreign pages", f"| {PoolLimits().timeout_s:g} s |"),
        ("Foreign pages", f"| {PoolLimits().memory_bytes // 2**20} MB |"),
        ("Foreign pages", f"| {PoolLimits().max_html_bytes // 10**6} MB |"),
        ("Foreign pages", f"| {PoolLimits().recycle_after} |"),
        ("What an edition may hold", f"{fitting.MAX_WORDS} words"),
        ("What an edition may hold", f"{fitting.MAX_TOPIC_SHARE:.0%}".replace("%", " %")),
    ],
)
def test_a_limit_is_told_as_it_is(section, text):
    assert text in RELIABILITY.section(section).text


def test_every_outcome_is_explained():
    assert all(f"`{outcome.value}`" in JUDGEMENT.text for outcome in Outcome)


def test_every_kind_of_fetch_error_is_explained():
    from monitor.errors import FetchError

    kinds = {
        word.strip(" `\n")
        for word in FetchError.__doc__.partition("is one of")[2].partition(". ``permanent``")[0].split(",")
    }
    explained = {name for row in RELIABILITY.section("Errors").rows for name in names_in(row[0])}
    assert kinds <= explained
