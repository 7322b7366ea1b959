"""The index of fingerprints answers like a plain dict, however it was filled."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages import postings
from monitor.stages.postings import PostingIndex
from monitor.text.fingerprints import Prints, to_bytes

VALUES = st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 20), max_size=30, unique=True)
DOCUMENTS = st.lists(VALUES, max_size=40)


def prints(values: list[int]) -> Prints:
    return np.array(sorted(values), dtype=np.uint32)


def answer(index: PostingIndex, query: list[int]) -> dict[int, int]:
    numbers, counts = index.find(prints(query))
    return dict(zip(numbers.tolist(), counts.tolist(), strict=True))


def plain_answer(documents: list[list[int]], query: list[int]) -> dict[int, int]:
    holders = defaultdict(list)
    for number, values in enumerate(documents):
        for value in values:
            holders[value].append(number)
    return dict(Counter(number for value in query for number in holders[value]))


@pytest.fixture
def small_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "_HEAD", 50)


@given(documents=DOCUMENTS, n_loaded=st.integers(0, 40), query=VALUES)
def test_it_answers_like_a_dict_whether_filled_at_once_or_one_by_one(
    documents: list[list[int]], n_loaded: int, query: list[int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "_HEAD", 50)
        index = PostingIndex()
        loaded = documents[:n_loaded]
        index.load(0, [to_bytes(prints(values)) for values in loaded])
        for number, values in enumerate(documents[n_loaded:], start=len(loaded)):
            index.add(number, prints(values))
        assert answer(index, query) == plain_answer(documents, query)
        assert len(index) == sum(map(len, documents))


@pytest.mark.usefixtures("small_head")
def test_runs_stay_few_and_each_is_much_larger_than_the_next() -> None:
    index = PostingIndex()
    random = np.random.default_rng(1)
    for number in range(2_000):
        index.add(number, prints(random.integers(0, 2**32, size=7).tolist()))
        sizes = [len(run) for run in index._runs]
        assert all(larger >= 8 * smaller for larger, smaller in zip(sizes, sizes[1:], strict=False))
    assert len(index._runs) <= 4


@pytest.mark.usefixtures("small_head")
def test_a_print_that_hundreds_of_documents_hold_is_passed_over() -> None:
    index = PostingIndex()
    for number in range(400):
        index.add(number, prints([7, 1_000 + number]))
    index._flush()
    assert answer(index, [7, 1_003]) == {3: 1}


def test_the_largest_print_and_the_largest_number_are_found() -> None:
    index = PostingIndex()
    index.add(postings.MAX_NUMBER, prints([0, 2**32 - 1]))
    index._flush()
    assert answer(index, [0, 2**32 - 1]) == {postings.MAX_NUMBER: 2}


def test_an_empty_index_knows_nothing() -> None:
    index = PostingIndex()
    index.load(0, [])
    index.load(0, [b"", b""])
    assert answer(index, [1, 2]) == {}
