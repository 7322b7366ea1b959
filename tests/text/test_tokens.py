"""Words of a text in comparable form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.tokens import characters_and_words, cjk_share, has_cjk, search_terms, stems, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Huawei's Ascend 910C costs 1,250 yuan", ["huawei", "ascend", "910c", "costs", "1,250", "yuan"]),
        ("the firms’ plan", ["the", "firms", "plan"]),
        ("don’t and don't", ["don't", "and", "don't"]),
        ("3.5 percent.", ["3.5", "percent"]),
        ("snake_case", ["snake", "case"]),
        ("半导体产业", ["半导体", "产业"]),
        ("华为Ascend芯片", ["华为", "ascend", "芯片"]),
        ("", []),
        ("…—!", []),
    ],
)
def test_tokens_are_words_as_a_reader_counts_them(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_straight_and_curly_apostrophes_make_the_same_words_for_copies() -> None:
    assert characters_and_words("They don’t know") == characters_and_words("They don't know")


def test_han_characters_stand_alone_for_copies() -> None:
    assert characters_and_words("产业A1") == ["产", "业", "a1"]


def test_search_finds_a_chinese_word_by_its_characters_too() -> None:
    assert search_terms("半导体 chip") == ["半导体", "半", "导", "体", "chip"]


def test_stems_join_inflections_by_language() -> None:
    assert stems("factories factory", "en") == ["factori", "factori"]
    assert len(set(stems("Häuser Hauses", "de"))) == 1


@given(st.text(max_size=80), st.sampled_from(["en", "de", "ru", "zh", None]))
def test_stems_and_tokens_go_together(text: str, language: str | None) -> None:
    assert len(stems(text, language)) == len(tokens(text))


@given(st.text(max_size=80))
def test_the_share_of_han_is_a_share(text: str) -> None:
    assert 0.0 <= cjk_share(text) <= 1.0
    assert (cjk_share(text) > 0) == (has_cjk(text) and any(char.isalpha() for char in text))
