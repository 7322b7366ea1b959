"""The reader's own words, matched the way people mean them; and the rules that decide without a score."""

from __future__ import annotations

import pytest

from monitor.model import Outcome, Topic
from monitor.stages.terms import compile_terms
from tests.factories import Newsroom, article, corpus_article


@pytest.mark.parametrize(
    ("term", "text", "is_found"),
    [
        ("Ascend", "The Ascend chip sold out.", True),
        ("Ascend", "Prices ascend slowly.", False),
        ("Ascend", "ASCEND SOLD OUT", True),
        ("chip", "New chips for old", True),
        ("chip", "Chip maker grows", True),
        ("chip", "The chipmunk slept.", False),
        ("昇腾", "华为昇腾芯片", True),
        ("Ascend", "华为Ascend芯片", True),
        ("export controls", "Export-controls were eased.", True),
        ("Nvidia China", "Nvidia may not sell to China.", True),
        ("Nvidia China", "Nvidia may sell to Japan.", False),
        ("C++", "He writes C++ every day.", True),
        ("iPhone", "IPHONES SOLD OUT", False),
    ],
)
def test_a_term_is_found_where_a_reader_means_it(term: str, text: str, *, is_found: bool) -> None:
    terms = compile_terms(Topic(id="t", title="", any_terms=(term,)), ())
    assert bool(terms.find(text)) == is_found


def test_an_alias_stands_for_the_name_in_other_languages() -> None:
    terms = compile_terms(Topic(id="t", title="", any_terms=("+Ascend",)), [("ascend", "昇腾")])
    assert terms.find("昇腾芯片") == {"昇腾"}
    assert terms.find_missing(["昇腾芯片"]) is None
    assert terms.find_missing(["a plain text"]) == "Ascend"


def test_a_misleading_word_spoils_the_sentence_it_stands_in() -> None:
    terms = compile_terms(Topic(id="t", title="", any_terms=("Pangu",), none_terms=("pangolin",)), ())
    assert terms.find("Pangu the pangolin was fed.") == frozenset()
    assert terms.find("Pangu is a model.") == {"Pangu"}


def test_an_empty_term_is_no_term() -> None:
    assert compile_terms(Topic(id="t", title="", any_terms=("", "+", "- ")), ()).wanted == ()


TEXT = "Lumen opens a lamp factory in Odda. The works will make forty thousand lamps a week."


@pytest.mark.parametrize(
    ("any_terms", "none_terms", "signal"),
    [(("Lumen", "-Odda"), (), "never"), (("Lumen", "+Voss"), (), "must"), (("Lumen",), ("factory",), "none")],
)
def test_a_rule_of_the_topic_overrules_every_score(
    any_terms: tuple[str, ...], none_terms: tuple[str, ...], signal: str
) -> None:
    topic = Topic(id="t", title="", any_terms=any_terms, none_terms=none_terms, threshold=0.01)
    verdict = Newsroom(corpus_article("Another text entirely."), topics=(topic,)).read(
        article(TEXT, title="Lumen grows")
    )
    assert verdict.outcome is Outcome.OFF_TOPIC
    assert verdict.because[-1].signal == f"t:{signal}"


def test_a_topic_with_threshold_zero_takes_everything() -> None:
    topic = Topic(id="t", title="", threshold=0.0)
    assert Newsroom(topics=(topic,)).read(article(TEXT)).outcome is Outcome.NEW


@pytest.mark.parametrize("learn", [True, False])
def test_an_empty_corpus_leaves_the_terms(*, learn: bool) -> None:
    topic = Topic(id="t", title="", any_terms=("Lumen",), learn=learn)
    other = article("Herring boats stayed in harbour. Skippers want a higher quota.", id="a2")
    room = Newsroom(topics=(topic,))
    assert room.read(article(TEXT, title="Lumen grows")).outcome is Outcome.NEW
    assert room.read(other).outcome is Outcome.OFF_TOPIC


def test_a_topic_that_does_not_learn_ignores_the_corpus() -> None:
    topic = Topic(id="t", title="", any_terms=("Herring",), learn=False)
    room = Newsroom(corpus_article(TEXT), topics=(topic,))
    assert (
        room.read(article("Lumen opens another lamp factory in Voss. It will make many lamps.")).outcome
        is Outcome.OFF_TOPIC
    )
