"""A language model's line is printed only if the sentences it cites bear it out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Abstract
from monitor.stages.abstract import Answers, add_abstracts, ask_about, find_unsupported, read_answer
from tests.render.editions import edition, sample_edition, story, topic

FACTS = (
    "Lumen Works will make 12,000 wafers a month in Bergen from the spring of 2028, Astrid Moe said.",
    'The minister called the plant "a gift to the coast" and put its cost at 40 million crowns.',
    "卢门公司周四宣布，将在卑尔根投资4亿元建设新厂。",
)


@pytest.mark.parametrize(
    "text",
    [
        "Lumen Works will make 12,000 wafers a month in Bergen from 2028.",
        "From spring 2028 Lumen will make 12,000 wafers a month in Bergen.",
        'The minister called the plant "a gift to the coast".',
        "The plant costs 40 million crowns.",
        "卢门公司将在卑尔根投资4亿元建设新厂。",
    ],
)
def test_a_line_that_says_less_than_its_sentences_is_borne_out(text: str) -> None:
    assert find_unsupported(text, FACTS) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Lumen Works will make 15,000 wafers a month in Bergen.", "figure '15,000"),
        ("Lumen Works will make 12,000 wafers a month in Oslo.", "name 'Oslo'"),
        ("Halden will make 12,000 wafers a month in Bergen.", "name 'Halden'"),
        ('The minister called the plant "a gift to the nation".', "quotation"),
        ("Lumen Works will not make 12,000 wafers a month in Bergen.", "denies"),
        ("Lumen Works fears strikes, protests, lawsuits and delays there.", "too many of its words"),
        ("Lumen Works in Bergen, see https://lumen.example/.", "address or markup"),
        ("Lumen Works <b>will</b> make wafers in Bergen.", "address or markup"),
        (" ".join(["Lumen Works will make wafers in Bergen"] * 6), "longer than"),
        ("卢门公司将在卑尔根投资9亿元建设新厂。", "figure"),
    ],
)
def test_a_line_that_says_more_is_not(text: str, problem: str) -> None:
    assert problem in (find_unsupported(text, FACTS) or "")


@given(st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    assert find_unsupported(text, FACTS) is None or find_unsupported(text, FACTS)


def question() -> object:
    item = story(1, new=tuple(replace(story(1).new[0], text=text) for text in FACTS))
    return ask_about(edition(topic(item)))[0]


def answer(text: str, cites: object) -> str:
    return json.dumps({"abstract": text, "cites": cites})


def test_an_answer_is_found_among_other_words() -> None:
    said = "Sure! ```json\n" + answer("The plant costs 40 million crowns.", [2]) + "\n```"
    assert read_answer(said, question()) == Abstract(text="The plant costs 40 million crowns.", cites=(2,))


@pytest.mark.parametrize(
    "said",
    [
        "", "I cannot do that.", "{", '{"abstract": 7, "cites": [1]}', '{"abstract": "x"}', "[1, 2]", "{}" * 1000,
        answer("The plant costs 40 million crowns.", []), answer("The plant costs 40 million crowns.", [9]),
        answer("The plant costs 40 million crowns.", ["2"]), answer("The plant costs 40 million crowns.", [True]),
        answer("The plant costs 40 million crowns.", [1]), answer("", [1]),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_used_has_its_reason(said: str) -> None:
    assert isinstance(read_answer(said, question()), str)


def test_only_full_stories_are_asked_about_and_get_their_line() -> None:
    made = sample_edition()
    questions = ask_about(made)
    full = [one for one in made.stories if not one.is_brief and not one.is_official]
    assert len(questions) == len(full)
    line = Abstract(text="One line.", cites=(1,))
    done = add_abstracts(made, Answers(lines={questions[0].key: line}, remarks=("a remark",)))
    assert [one.abstract for one in done.stories if one.abstract] == [line]
    assert (done.n_words, done.remarks) == (made.n_words + 2, ("a remark",))


def test_lines_that_would_make_the_edition_too_long_are_left_out() -> None:
    made = replace(sample_edition(), n_words=899)
    lines = {one.key: Abstract(text="Two words.", cites=(1,)) for one in ask_about(made)}
    assert not any(one.abstract for one in add_abstracts(made, Answers(lines=lines)).stories)
