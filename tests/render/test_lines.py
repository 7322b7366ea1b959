"""Wrapping to columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.render.lines import COLUMNS, text_width, wrap_text

MIXED = st.text(st.sampled_from("ab ,。（中文字）é\u0301 👩-—"), max_size=300)


@given(MIXED, st.integers(8, 100))
def test_no_line_is_wider_than_asked(text: str, width: int) -> None:
    assert all(text_width(line) <= width for line in wrap_text(text, first="* ", rest="    ", width=width))


@given(MIXED)
def test_wrapping_loses_nothing_but_blanks(text: str) -> None:
    assert "".join("".join(wrap_text(text)).split()) == "".join(text.split())


@given(st.lists(st.text("abc", min_size=1, max_size=9), max_size=60))
def test_latin_words_are_never_cut(words: list[str]) -> None:
    assert " ".join(wrap_text(" ".join(words))).split() == words


def test_chinese_counts_two_columns_a_character() -> None:
    lines = wrap_text("字" * 40)
    assert [text_width(line) for line in lines] == [COLUMNS, 2]


def test_a_chinese_line_does_not_open_with_a_full_stop() -> None:
    lines = wrap_text("字" * 39 + "。" + "文")
    assert lines == ("字" * 38, "字。文")


def test_a_word_longer_than_a_line_is_cut() -> None:
    assert wrap_text("x" * 100, width=40) == ("x" * 40, "x" * 40, "x" * 20)


def test_empty_text_is_one_line_with_its_lead_in() -> None:
    assert wrap_text("", first="* ") == ("*",)
