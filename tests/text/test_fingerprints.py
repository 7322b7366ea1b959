"""Copy fingerprints: what of a text stands in another."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.fingerprints import containment, from_bytes, prints, to_bytes

WORDS = st.lists(st.sampled_from("alpha beta gamma delta epsilon zeta eta theta iota kappa 12 40".split()), max_size=80)


@given(st.text(max_size=300))
def test_prints_survive_the_store(text: str) -> None:
    assert np.array_equal(from_bytes(to_bytes(prints(text))), prints(text))


@given(WORDS)
def test_prints_are_ascending_and_distinct(words: list[str]) -> None:
    found = prints(" ".join(words)).tolist()
    assert found == sorted(set(found))


@given(WORDS, WORDS)
def test_a_text_is_contained_in_what_is_put_around_it(words: list[str], around: list[str]) -> None:
    text = " ".join(words)
    longer = " ".join([*around, *words, *around])
    if len(prints(text)) > 1:
        assert containment(prints(text), prints(longer)) == 1.0


def test_prints_do_not_see_case_punctuation_and_apostrophes() -> None:
    one = "The firm's plan, it said, wouldn't change before the second quarter of the year."
    assert np.array_equal(prints(one), prints(one.upper().replace("'", "’").replace(",", " -")))


def test_a_short_text_has_one_print_and_an_empty_one_none() -> None:
    assert len(prints("Two words")) == 1
    assert len(prints("…")) == 0
    assert containment(prints(""), prints("something")) == 0.0


def test_half_of_a_characters_pair_does_not_stop_the_comparison() -> None:
    assert len(prints("a broken \ud800 character in an otherwise plain text")) > 0
