"""Which sentences and headline stand for a story, and why an article was left out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Outcome, Reason
from monitor.stages.excerpt import choose_headline, choose_sentences, count_words
from monitor.stages.ledger import describe, is_official
from tests.factories import article, judged_sentence

FACT = "Lumen Works will make 12,000 wafers a month in Bergen from the spring of 2028."
SAME = "Lumen Works will make 12,000 wafers a month in Bergen from spring 2028."
PLAIN = "The town is glad about it and hopes for many more visitors in the summer."
DANGLING = "They said on Tuesday that it would be done by the time that others had planned."


def chosen(*texts: str, limit: int = 3) -> list[str]:
    return [
        row.text
        for _, row in choose_sentences([(article(sentences=()), [judged_sentence(t) for t in texts])], limit=limit)
    ]


def test_names_and_figures_are_worth_more_than_plain_words() -> None:
    assert chosen(PLAIN, FACT, limit=1) == [FACT]


def test_a_sentence_that_leans_on_another_is_chosen_last() -> None:
    assert chosen(DANGLING, PLAIN, limit=1) == [PLAIN]


def test_two_sentences_that_say_the_same_are_not_both_chosen() -> None:
    assert chosen(FACT, SAME, PLAIN) == [FACT, PLAIN]


def test_chosen_sentences_stand_in_the_order_of_the_article() -> None:
    assert chosen(PLAIN, FACT) == [PLAIN, FACT]


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=8), st.integers(1, 4))
def test_at_least_one_and_at_most_the_limit_are_chosen_verbatim(texts: list[str], limit: int) -> None:
    found = chosen(*texts, limit=limit)
    assert 1 <= len(found) <= limit
    assert set(found) <= set(texts)


@pytest.mark.parametrize(
    ("text", "n"), [("One two three.", 3), ("", 0), ("芯片产量翻倍", 4), ("Lumen 芯片", 2), ("12,000 wafers", 2)]
)
def test_words_are_counted_as_a_reader_feels_them(text: str, n: int) -> None:
    assert count_words(text) == n


def test_the_headline_tells_names_and_figures_and_asks_no_question() -> None:
    rows = [article(id="a", title="What now?"), article(id="b", title="Lumen Works to make 12,000 wafers in Bergen")]
    assert choose_headline(rows, []) == rows[1].title


def test_without_any_title_the_first_sentence_is_the_headline() -> None:
    one = article(FACT)
    assert choose_headline([one], [(one, judged_sentence(FACT))]) == FACT
    assert choose_headline([replace(one, title="")], []) == "(no headline)"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.commerce.gov/rule", True),
        ("https://ec.europa.eu/x", True),
        ("https://www.gov.uk/x", True),
        ("https://service.gov.uk/x", True),
        ("https://gov.example/x", False),
        ("https://notgov/x", False),
        ("https://evil.example/www.commerce.gov/", False),
        (None, False),
    ],
)
def test_addresses_of_governments_are_official(url: str | None, *, expected: bool) -> None:
    assert is_official(url) == expected


@pytest.mark.parametrize(
    ("outcome", "because", "words"),
    [
        (
            Outcome.DUPLICATE,
            Reason(stage="dedup", signal="same_text", against="article:a1"),
            "the same text as article:a1",
        ),
        (Outcome.DUPLICATE, Reason(stage="address", signal="same_address"), "the same address came in another feed"),
        (Outcome.KNOWN, Reason(stage="age", signal="backfill"), "older than news may be when it was first seen"),
        (
            Outcome.OFF_TOPIC,
            Reason(stage="match", signal="chips:profile", score=0.2, threshold=0.5),
            "nearest chips with 0.20 of 0.50",
        ),
        (Outcome.FAILED, Reason(stage="read", signal="timeout"), "timeout"),
    ],
)
def test_the_deciding_reason_is_told_in_words(outcome: Outcome, because: Reason, words: str) -> None:
    assert words in describe(outcome, (because,))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_no_reason_at_all_is_told_too(outcome: Outcome) -> None:
    assert describe(outcome, ())
