"""Plain text of feed fields, and the forms in which texts are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.normalise import fold, plain_text, text_hash


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("A <b>bold</b> claim", "A bold claim"),
        ("H<sub>2</sub>O", "H2O"),
        ("<p>one</p><p>two</p>", "one two"),
        ("one<br/>two", "one two"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("don&amp;#8217;t", "don’t"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("5 < 6 and 7 > 4", "5 < 6 and 7 > 4"),
        ("std::vector<int> explained", "std::vector<int> explained"),
        ("R&D budgets", "R&D budgets"),
        ("a<!-- b --> c", "a c"),
        ("a<script>b()</script> c", "a c"),
        ("a<SCRIPT src=x>b</ScRiPt > c", "a c"),
        ("a<!-- never closed", "a"),
        ("a <![CDATA[b]]> c", "a b c"),
        ("  many \n\t blanks&nbsp;here ", "many blanks here"),
        ("don\x92t", "don’t"),
        ("a\x00b\x0bc", "abc"),
        ("新华社<b>北京</b>电", "新华社北京电"),
    ],
)
def test_markup_becomes_the_text_a_reader_sees(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@given(st.text(alphabet="ab <>/&;#!-[]'\"pscritx19\n\x00", max_size=80))
def test_any_markup_becomes_text_without_controls_or_double_blanks(markup: str) -> None:
    text = plain_text(markup)
    assert text == " ".join(text.split())
    assert "\x00" not in text


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_fold_unifies_quotes_dashes_width_and_case() -> None:
    assert fold("“Ｎｅｗｓ” — it’s  HERE…") == '"news" - it\'s here...'


def test_hash_ignores_case_blanks_and_punctuation() -> None:
    assert text_hash("Rates rise, again!") == text_hash("rates  rise again")


def test_hash_tells_numbers_apart() -> None:
    assert text_hash("12 killed") != text_hash("13 killed")


def test_hash_tells_chinese_texts_apart() -> None:
    assert text_hash("第十二批") != text_hash("第十三批")


@given(st.text(max_size=60))
def test_hash_of_the_folded_text_is_the_hash(text: str) -> None:
    assert text_hash(fold(text)) == text_hash(text)


def test_hash_has_32_hex_digits() -> None:
    assert len(text_hash("")) == 32
    int(text_hash("x"), 16)
