"""Which sentences and headline stand for a story, and why an article was left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Outcome, Reason
from monitor.stages.excerpt import choose_sentences, count_words, cut_dateline, leans_on_context, quote_around
from monitor.stages.ledger import describe
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


@pytest.mark.parametrize(
    "text",
    [
        "Of those, 396 compiled and gave the right answer.",
        "In a six-week trial it caught 31 of 33 walls.",
        "One of them, Lumen, is still waiting for its masts.",
        "First, the yield affair took up most of the week.",
        '"We will build it, the minister said on Tuesday.',
        "and so the works in Bergen will close in May.",
        "The works in Bergen will close because of",
        "其中四成涉及动态形状支持。",
        "Zudem soll das Werk in Bergen schließen.",
    ],
)
def test_a_sentence_that_needs_the_one_before_is_told(text: str) -> None:
    assert leans_on_context(text)


@pytest.mark.parametrize(
    "text",
    [
        "In May Lumen said it would close the works in Bergen.",
        "Lumen Works will make 12,000 wafers a month (and more later).",
        'The minister called it "a good day".',
        "江北大学周一公示采购结果。",
    ],
)
def test_a_sentence_that_stands_alone_is_told(text: str) -> None:
    assert not leans_on_context(text)


def test_a_leaning_sentence_may_follow_the_one_it_leans_on() -> None:
    after = "They will be packed in Bergen and shipped to 14 ports by May 2029."
    one = article(sentences=(FACT, after, PLAIN), starts=(True, False, False))
    found = choose_sentences([(one, [judged_sentence(text) for text in (FACT, after, PLAIN)])], limit=2)
    assert [row.text for _, row in found] == [FACT, after]


def test_a_sentence_in_the_readers_language_goes_first() -> None:
    english = article(FACT, id="a")
    chinese = article("卑尔根工厂将于2028年春季开始每月生产12000片晶圆，投资40亿元。", id="b", language="zh")
    rows = [(one, [judged_sentence(one.sentences[0])]) for one in (chinese, english)]
    assert choose_sentences(rows, limit=1)[0][0].id == "a"
    assert choose_sentences(rows, limit=1, language="zh")[0][0].id == "b"


def test_a_figure_that_was_corrected_since_is_not_chosen() -> None:
    other = "The factory in Bergen will now make only 9,000 wafers a month, Lumen said."
    rows = [(article(sentences=()), [judged_sentence(FACT), judged_sentence(other)])]
    found = choose_sentences(rows, limit=1, outdated={FACT}, wanted={other})
    assert [row.text for _, row in found] == [other]


def test_one_person_alone_tells_no_news() -> None:
    mine = "I rented a card from Lumen in Bergen for 19 crowns an hour and ran 500 tests."
    assert chosen(mine, PLAIN, limit=1) == [PLAIN]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("BEIJING, Sept 3 (Reuters) - Lumen will close its works.", "Lumen will close its works."),
        ("WASHINGTON — Lumen will close its works.", "Lumen will close its works."),
        ("By Jane Doe HONG KONG (AP) — Lumen will close its works.", "Lumen will close its works."),
        ("Berlin (dpa) - Lumen schließt das Werk in Bergen.", "Lumen schließt das Werk in Bergen."),
        ("新华社北京9月3日电（记者张三）国务院周四宣布新的出口规定。", "国务院周四宣布新的出口规定。"),
        ("Lumen - a maker of lamps - will close its works.", "Lumen - a maker of lamps - will close its works."),
        ("OSLO - Yes.", "OSLO - Yes."),
    ],
)
def test_a_dateline_is_cut_off(text: str, rest: str) -> None:
    assert cut_dateline(text) == rest


@given(st.text(max_size=120))
def test_what_is_left_of_a_dateline_stands_in_the_text(text: str) -> None:
    rest = cut_dateline(text)
    assert rest in text
    assert cut_dateline(rest) == rest


@given(st.text(max_size=200), st.text(min_size=1, max_size=10), st.text(max_size=200))
def test_a_quotation_holds_the_figure_and_stands_in_the_text(before: str, part: str, after: str) -> None:
    text = before + part + after
    quoted = quote_around(text, part)
    assert part.strip() in quoted
    assert quoted.removeprefix("…").removesuffix("…").strip() in text


def test_a_figure_is_quoted_with_the_words_around_it() -> None:
    text = (
        "Directors of the terminal have cut the price of their computing deal to N$187 million from the price of May."
    )
    assert (
        quote_around(text, "N$187 million")
        == "…have cut the price of their computing deal to N$187 million from the price of May."
    )
    assert quote_around("Nothing here.", "7") == "Nothing here."


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
