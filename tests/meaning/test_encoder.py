"""The sentence encoder: likeness of meaning across words and languages, and vectors kept in a store."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pytest

from monitor.meaning import CachingEmbedder, SentenceEncoder, VectorCache, background_sentences
from monitor.meaning.cache import key_of
from monitor.stages.analysis import analyse, parts_of, stacked
from tests.factories import FakeEmbedder, article


class Shelf:
    """Implements ``ports.VectorStore`` in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    def load(self, keys: Collection[str], *, model: str) -> dict[str, bytes]:
        return {key: self.kept[model, key] for key in keys if (model, key) in self.kept}

    def save(self, values: Mapping[str, bytes], *, model: str) -> None:
        for key, value in values.items():
            self.kept.setdefault((model, key), value)


def test_rows_have_length_one(encoder: SentenceEncoder) -> None:
    rows = encoder.embed(["A plant opens in Bergen.", "工厂在卑尔根开业。", "", "x" * 5000])
    assert rows.shape == (4, 512)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=0.01)


def test_the_same_meaning_is_near_in_other_words_and_languages(encoder: SentenceEncoder) -> None:
    plant, again, chinese, other = encoder.embed(
        [
            "The company will open a chip plant in Norway.",
            "A semiconductor factory is to start in Norway, the firm said.",
            "该公司将在挪威开设一家芯片工厂。",
            "Two goals in the last minute won the match.",
        ]
    )
    assert plant @ again > 0.5
    assert plant @ chinese > 0.6
    assert plant @ other < 0.2


def test_a_vector_does_not_depend_on_its_neighbours(encoder: SentenceEncoder) -> None:
    alone = encoder.embed(["A plant opens in Bergen."])[0]
    among = encoder.embed(["Rain is expected all over the country this week."] * 70 + ["A plant opens in Bergen."])[-1]
    assert np.allclose(alone, among, atol=0.002)


def test_nothing_to_encode_gives_no_rows(encoder: SentenceEncoder) -> None:
    assert encoder.embed([]).shape == (0, 512)


def test_a_rare_word_is_rarer_than_a_function_word(encoder: SentenceEncoder) -> None:
    assert encoder.rarity("the") < encoder.rarity("company") < encoder.rarity("lithium")


def test_the_background_sentences_are_distinct_and_short() -> None:
    rows = background_sentences()
    assert len(rows) == len(set(rows)) > 100
    assert all(0 < len(row) < 300 for row in rows)


def test_kept_vectors_and_words_come_back_as_they_were() -> None:
    shelf, one = Shelf(), article("A plant for 12 million opens in Bergen. It is the second one.", title="Plant opens")
    analysis = analyse(one, FakeEmbedder())
    rows = stacked(analysis).astype(np.float16).astype(np.float32)
    cache = VectorCache(shelf, "m/1")
    cache.keep(analysis)
    assert cache.find(one) is None
    cache.flush()
    later = VectorCache(shelf, "m/1")
    later.preload([one])
    found = later.find(one)
    assert found is not None
    assert np.array_equal(found, rows)
    assert later.find_parts(one) == parts_of(analysis)
    again = analyse(one, FakeEmbedder(), vectors=found, parts=later.find_parts(one))
    assert parts_of(again) == parts_of(analysis)


def test_words_that_other_code_took_apart_are_never_found(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, one = Shelf(), article("A plant opens in Bergen.")
    cache = VectorCache(shelf, "m/1")
    cache.keep(analyse(one, FakeEmbedder()))
    cache.flush()
    monkeypatch.setattr("monitor.meaning.cache._version_of_parts", lambda: "another")
    later = VectorCache(shelf, "m/1")
    later.preload([one])
    assert (later.find(one) is not None, later.find_parts(one)) == (True, None)


def test_what_was_released_is_not_stored_again() -> None:
    shelf, one = Shelf(), article("A plant opens in Bergen.")
    cache = VectorCache(shelf, "m/1")
    cache.keep(analyse(one, FakeEmbedder()))
    cache.flush()
    cache.release()
    before = dict(shelf.kept)
    cache.keep(analyse(one, FakeEmbedder()))
    cache.flush()
    assert (cache.find(one), shelf.kept) == (None, before)


def test_vectors_of_another_model_are_never_found() -> None:
    shelf, one = Shelf(), article("A plant opens in Bergen.")
    cache = VectorCache(shelf, "m/1")
    cache.keep(analyse(one, FakeEmbedder()))
    cache.flush()
    other = VectorCache(shelf, "m/2")
    other.preload([one])
    assert other.find(one) is None


def test_the_key_changes_with_the_text_and_not_with_the_address() -> None:
    one = article("A plant opens in Bergen.", id="a1")
    assert key_of(one) == key_of(article("A plant opens in Bergen.", id="a2"))
    assert key_of(one) != key_of(article("A plant closes in Bergen.", id="a1"))


def test_the_background_is_encoded_once_a_database() -> None:
    shelf, fake = Shelf(), FakeEmbedder()
    first = CachingEmbedder(fake, shelf).background()
    n_embedded = fake.n_embedded
    second = CachingEmbedder(fake, shelf).background()
    assert fake.n_embedded == n_embedded
    assert np.allclose(first, second, atol=0.001)


def test_stored_vectors_spare_the_encoding() -> None:
    fake, one = FakeEmbedder(), article("A plant opens in Bergen. It is the second one.", title="Plant opens")
    rows = stacked(analyse(one, fake))
    n_embedded = fake.n_embedded
    again = analyse(one, fake, vectors=rows)
    assert fake.n_embedded == n_embedded
    assert np.array_equal(stacked(again), rows)
