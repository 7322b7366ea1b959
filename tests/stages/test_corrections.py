"""What a sentence says of a figure that changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages.corrections import find_corrections, old_keys, says_change, says_until_now
from monitor.text.numbers import keys_of, quantities


def plain(text: str, language: str = "en") -> set[tuple[str, str]]:
    """New key and possible old key of what is stated plainly."""
    return {
        (correction.new.key, key)
        for correction in find_corrections(text, language)
        if correction.is_plain
        for key in old_keys(correction)
    }


@pytest.mark.parametrize(
    ("text", "language", "new", "old"),
    [
        ("The order covers 48 ferries instead of 43.", "en", "48", "43"),
        ("The strike lasted 60 days and not 90.", "en", "60", "90"),
        ("Norrlink now counts 11,520 seats, up from 8,960.", "en", "11520", "8960"),
        ("The plant will make 8,200 tonnes, rather than the 7,500 tonnes once planned.", "en", "8200", "7500"),
        ("The average came down to 1.34 now that all have reported, from 1.36 before.", "en", "1.34", "1.36"),
        ("Die Werft baut 110 statt 80 Kabinen.", "de", "110", "80"),
        ("渡轮数量由8艘增至12艘。", "zh", "12", "8"),
    ],
)
def test_a_value_put_in_the_place_of_another_is_a_plain_correction(
    text: str, language: str, new: str, old: str
) -> None:
    assert (new, old) in plain(text, language)


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [
        ("The price has risen from 43 to 48 billion won.", "48000000000", "43000000000"),
        ("The deadline was moved from 2 to 16 September.", "d9-16", "d9-2"),
        ("The start moves from March to June 2027.", "m2027-6", "m2027-3"),
    ],
)
def test_what_two_values_share_need_be_said_once(text: str, new: str, old: str) -> None:
    assert (new, old) in plain(text)


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [
        ("The notice lists 17 permits, three more than first reported.", "17", "14"),
        ("The lake stands at 28 percent, three points lower than in May.", "28%", "31%"),
        ("The bill rises by $70 million to $1.42 billion.", "1420000000", "1350000000"),
        ("The yard postponed the launch by five months to March 2027.", "m2027-3", "m2026-10"),
        ("Comments are open until 22 September, a week longer than announced.", "d9-22", "d9-15"),
    ],
)
def test_a_difference_tells_the_old_value(text: str, new: str, old: str) -> None:
    assert (new, old) in plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "The ferry takes 120 cars and 400 passengers.",
        "Of the 1,130 members 212 live on the islands.",
        "Four yards supplied 41 customers.",
    ],
)
def test_values_that_merely_stand_side_by_side_are_no_correction(text: str) -> None:
    assert plain(text) == set()


def test_a_difference_is_no_old_value() -> None:
    assert ("9", "2") not in plain("China issued nine permits, two more than first reported.")


def test_a_sentence_can_tell_how_things_stood() -> None:
    assert says_until_now("Until now it had spoken of 890 million crowns.")
    assert not says_until_now("The board signed off on 1.02 billion crowns.")


def test_words_of_change_are_told_from_a_mere_state() -> None:
    assert says_change("The yard has lowered the figure to 34 percent.")
    assert not says_change("The figure is 34 percent.")


@given(st.integers(1, 12), st.integers(1, 28), st.integers(-40, 40))
def test_a_shifted_day_has_a_key_that_reads_back_as_that_day(month: int, day: int, shift: int) -> None:
    names = "January February March April May June July August September October November December".split()
    (quantity,) = quantities(f"{day} {names[month - 1]}")
    assert quantity.value is not None
    for key in keys_of(quantity, quantity.value + shift):
        number, rest = key.removeprefix("d").split("-")
        (moved,) = quantities(f"{rest} {names[int(number) - 1]}")
        assert moved.value == (quantity.value + shift - 1) % 366 + 1


@given(st.integers(1990, 2080), st.integers(1, 12), st.integers(-30, 30))
def test_a_shifted_month_has_a_key_that_reads_back_as_that_month(year: int, month: int, shift: int) -> None:
    (quantity,) = quantities(f"{year}年{month}月", "zh")
    assert quantity.value is not None
    key = keys_of(quantity, quantity.value + shift)[0]
    other_year, other_month = map(int, key.removeprefix("m").split("-"))
    assert 12 * other_year + other_month == 12 * year + month + shift


@given(
    st.text(alphabet="0123456789.,%$ abfmnorst从至到由改为-万亿年月日", max_size=120),
    st.sampled_from(["en", "de", "zh"]),
)
def test_no_text_breaks_the_reading(text: str, language: str) -> None:
    for correction in find_corrections(text, language):
        assert (correction.old is None) != (correction.difference is None)
        old_keys(correction)
