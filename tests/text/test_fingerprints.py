"""Copy fingerprints: what of a text stands in another."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.text.fingerprints import (
    SURELY_FOUND,
    WINDOW,
    copy_words,
    from_bytes,
    prints,
    run_hashes,
    spans,
    to_bytes,
    winnow,
)

WORDS = st.lists(st.sampled_from("alpha beta gamma delta epsilon zeta eta theta iota kappa 12 40".split()), max_size=80)


@given(st.text(max_size=300))
def test_prints_survive_the_store(text: str) -> None:
    assert np.array_equal(from_bytes(to_bytes(prints(text))), prints(text))


@given(WORDS)
def test_prints_are_ascending_and_distinct(words: list[str]) -> None:
    found = prints(" ".join(words)).tolist()
    assert found == sorted(set(found))


@given(
    st.lists(st.sampled_from([f"w{n}" for n in range(500)]), min_size=SURELY_FOUND, max_size=60, unique=True),
    WORDS,
    WORDS,
)
def test_a_passage_long_enough_shares_a_print_wherever_it_stands(
    passage: list[str], before: list[str], after: list[str]
) -> None:
    here = prints(" ".join([*before, *passage]))
    there = prints(" ".join([*after, *passage, *before]))
    assert set(here.tolist()) & set(there.tolist())


@given(st.text(max_size=300))
@example("İstanbul'un İzmir’le arası: don''t, l'été, '' 中'文")
def test_every_word_has_its_place_in_the_text(text: str) -> None:
    assert len(spans(text)) == len(copy_words(text))


@given(WORDS, st.integers(1, 8))
def test_there_is_one_hash_for_each_run(words: list[str], length: int) -> None:
    hashes = run_hashes(words, length).tolist()
    runs = [tuple(words[place : place + length]) for place in range(len(words) - length + 1)] or [tuple(words)] * bool(
        words
    )
    assert len(hashes) == len(runs)
    assert len(set(hashes)) == len(set(runs))


@given(
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=9)
    | st.lists(st.integers(0, 2**32 - 1), min_size=WINDOW, max_size=60)
)
def test_winnowing_takes_the_least_of_each_window(numbers: list[int]) -> None:
    hashes = np.array(numbers, dtype=np.uint32)
    windows = [numbers[place : place + WINDOW] for place in range(len(numbers) - WINDOW + 1)] or [numbers]
    assert winnow(hashes).tolist() == sorted({min(window) for window in windows})


def test_prints_do_not_see_case_punctuation_and_apostrophes() -> None:
    one = "The firm's plan, it said, wouldn't change before the second quarter of the year."
    assert np.array_equal(prints(one), prints(one.upper().replace("'", "’").replace(",", " -")))


def test_a_short_text_has_one_print_and_an_empty_one_none() -> None:
    assert len(prints("Two words")) == 1
    assert len(prints("…")) == 0


def test_half_of_a_characters_pair_does_not_stop_the_comparison() -> None:
    assert len(prints("a broken \ud800 character in an otherwise plain text")) > 0
