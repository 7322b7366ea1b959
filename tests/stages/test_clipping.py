"""Collected texts in the shapes in which people collect them: title, date and prose found, furniture left out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages.clipping import is_furniture, is_prose, read_clipping, read_date_line

FIRST = "The harbour council voted on Tuesday to close the old ferry dock for good."
SECOND = "Repairs would have cost 4.2 million, twice what the council set aside in March."
THIRD = "A new pier for electric boats is to open beside the fish market in 2028."
TITLE = "Council closes the old ferry dock after forty years"
HAN = "港口委员会周二投票决定永久关闭旧渡轮码头。维修费用估计为四百二十万元，是三月预算的两倍。"


def prose(text: str) -> list[str]:
    return [sentence for paragraph in read_clipping(text).paragraphs for sentence in paragraph]


def test_the_headline_is_found_below_a_category_line() -> None:
    clipping = read_clipping(f"Harbour\n{TITLE}\n\n{FIRST}\n{SECOND}")
    assert clipping.title == TITLE
    assert clipping.paragraphs == ((FIRST,), (SECOND,))


def test_a_text_without_a_headline_has_no_title() -> None:
    clipping = read_clipping(f"{FIRST} {SECOND}\n\n{THIRD}")
    assert clipping.title is None
    assert clipping.paragraphs == ((FIRST, SECOND), (THIRD,))


def test_a_heading_between_paragraphs_is_neither_title_nor_prose() -> None:
    clipping = read_clipping(f"{FIRST}\nFrom Dock to Pier\n{SECOND}")
    assert clipping.title is None
    assert clipping.paragraphs == ((FIRST,), (SECOND,))


def test_a_date_line_gives_the_date_and_stays_out_of_the_prose() -> None:
    clipping = read_clipping(f"{TITLE}\n\nJune 11, 2025, 5:58 am\n{FIRST}")
    assert clipping.published_at == datetime(2025, 6, 11, 5, 58, tzinfo=UTC)
    assert prose(f"{TITLE}\n\nJune 11, 2025, 5:58 am\n{FIRST}") == [FIRST]


def test_company_cards_are_furniture() -> None:
    cards = "Northpier\nNorthpier\nDataHardwareServiceStorage\nLocation: Norway, Bergen\nEmployees: 10001+\nFounded date: 1987"
    clipping = read_clipping(f"{TITLE}\n\n{cards}\n{FIRST}")
    assert clipping.title == TITLE
    assert clipping.paragraphs == ((FIRST,),)


@pytest.mark.parametrize("line", ["Advertisements", "Advertisement", "Anzeige", "广告", "Sponsored content"])
def test_an_advertisement_line_between_paragraphs_is_left_out(line: str) -> None:
    assert prose(f"{TITLE}\n{line}\n{FIRST}\n{line}\n{SECOND}") == [FIRST, SECOND]


def test_a_list_of_other_headlines_is_left_out_even_if_one_ends_like_a_sentence() -> None:
    links = "Articles You May Like\n\nA Quiet Week for the Fleet: A Sign of Calm Ahead?\nBread prices fall for the third month."
    assert prose(f"{FIRST}\n{SECOND}\n\nAI\n\n{links}") == [FIRST, SECOND]


def test_the_article_goes_on_after_a_list_of_links_in_its_middle() -> None:
    long = f"{THIRD[:-1]}, and the ferries that still run are to be sold to an island operator in the north."
    assert prose(f"{FIRST}\nRelated articles\nA Quiet Week for the Fleet\n{long}") == [FIRST, long]


def test_a_comment_form_is_left_out() -> None:
    form = "Leave a Reply\n\nYour email address will not be published. Required fields are marked *"
    assert prose(f"{FIRST}\n\n{form}") == [FIRST]


def test_a_credit_line_is_left_out() -> None:
    assert prose(f"{FIRST}\n\n{TITLE} (Image Credits: Northpier/X)") == [FIRST]


def test_a_byline_is_left_out() -> None:
    clipping = read_clipping(f"{TITLE}\nBy Marta Lind, harbour correspondent\n{FIRST}")
    assert (clipping.title, clipping.paragraphs) == (TITLE, ((FIRST,),))


def test_an_article_pasted_twice_counts_once() -> None:
    clipping = read_clipping(f"{TITLE}\n{FIRST}\n{SECOND}\n\n{TITLE}\n{FIRST}\n{SECOND}")
    assert clipping.paragraphs == ((FIRST,), (SECOND,))
    assert clipping.n_repeated == 2


def test_a_second_paste_that_joins_the_paragraphs_counts_once() -> None:
    clipping = read_clipping(f"{FIRST}\n{SECOND}\n{THIRD}\n\n{FIRST} {SECOND} {THIRD}")
    assert clipping.paragraphs == ((FIRST,), (SECOND,), (THIRD,))
    assert clipping.n_repeated == 3


def test_sentences_glued_by_the_paste_are_parted() -> None:
    assert prose(FIRST + SECOND + " " + THIRD) == [FIRST, SECOND, THIRD]


def test_a_markdown_heading_is_the_title_whatever_it_looks_like() -> None:
    clipping = read_clipping(f"# Dock\n\n## Why\n\n{FIRST}")
    assert clipping.title == "Dock"
    assert clipping.paragraphs == ((FIRST,),)


def test_chinese_prose_and_headline_are_found() -> None:
    clipping = read_clipping(f"新闻\n旧渡轮码头将永久关闭\n来源：海港日报\n2026年9月4日\n{HAN}\n责任编辑：林一")
    assert clipping.title == "旧渡轮码头将永久关闭"
    assert clipping.language == "zh"
    assert clipping.published_at == datetime(2026, 9, 4, tzinfo=UTC)
    assert [len(paragraph) for paragraph in clipping.paragraphs] == [2]


def test_german_prose_and_headline_are_found() -> None:
    text = "Der Hafenrat hat am Dienstag beschlossen, den alten Fähranleger für immer zu schließen."
    clipping = read_clipping(
        f"Hafen\nAlter Fähranleger schließt nach vierzig Jahren\nVon Marta Lind\n4. September 2026\n{text}"
    )
    assert clipping.title == "Alter Fähranleger schließt nach vierzig Jahren"
    assert (clipping.language, clipping.paragraphs) == ("de", ((text,),))


@pytest.mark.parametrize("text", ["", " \n\n ", "\ufeff", "Menu\nHome\nShare this"])
def test_a_text_without_prose_gives_no_paragraphs(text: str) -> None:
    assert read_clipping(text).paragraphs == ()


def test_line_ends_of_all_systems_are_lines() -> None:
    assert prose(f"{FIRST}\r\n{SECOND}\r{THIRD}") == [FIRST, SECOND, THIRD]


def test_a_sentence_about_copyright_is_prose() -> None:
    line = "Copyright is where the first clash is expected, because publishers have sued over training data in four countries."
    assert is_prose(line)


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("June 11, 2025, 5:58 am", datetime(2025, 6, 11, 5, 58, tzinfo=UTC)),
        ("Published: 4 September 2026", datetime(2026, 9, 4, tzinfo=UTC)),
        ("Updated on Sept 4, 2026 at 7:05 pm CEST", datetime(2026, 9, 4, 17, 5, tzinfo=UTC)),
        ("2026-09-04 07:30", datetime(2026, 9, 4, 7, 30, tzinfo=UTC)),
        ("2026年9月4日 07:30", datetime(2026, 9, 4, 7, 30, tzinfo=UTC)),
        ("4. März 2026", datetime(2026, 3, 4, tzinfo=UTC)),
        ("12. Dezember 2025", datetime(2025, 12, 12, tzinfo=UTC)),
        ("Friday, September 4, 2026", datetime(2026, 9, 4, tzinfo=UTC)),
    ],
)
def test_a_line_that_is_a_date_is_read(line: str, moment: datetime) -> None:
    assert read_date_line(line) == moment


@pytest.mark.parametrize(
    "line",
    ["2026-13-45", "September 2026", "On September 4, 2026, the council voted.", "Room 2026", "February 30, 2026",
     "4 September 2026, 99:99", "1 Jan 0000", "Jan 1, 0001 3:00 CET"],
)  # fmt: skip
def test_a_line_that_is_no_possible_date_and_little_else_is_not(line: str) -> None:
    assert read_date_line(line) is None


@pytest.mark.parametrize(
    "line", ["Home | News | Sport", "5 min read", "Subscribe to our newsletter", "© 2026 Harbour Times"]
)
def test_page_furniture_is_known_by_its_words(line: str) -> None:
    assert is_furniture(line)


LINES = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.sampled_from(
            [TITLE, FIRST, SECOND, THIRD, HAN, FIRST + SECOND, f"{FIRST} {THIRD}", "Related", "Advertisement", "",
             "# Dock", "## Why", "June 11, 2025", "1 Jan 0001 3:00 CEST", "12/31/9999", "31 Dec 9999 23:00 PST"]
        ),
    ),
    max_size=14,
).map("\n".join)  # fmt: skip


@given(LINES)
def test_every_sentence_stands_verbatim_in_the_text(text: str) -> None:
    flat = "".join(text.split())
    for paragraph in read_clipping(text).paragraphs:
        for sentence in paragraph:
            assert "".join(sentence.split()) in flat


@given(LINES)
def test_no_sentence_is_kept_twice(text: str) -> None:
    sentences = prose(text)
    assert len(sentences) == len(set(sentences))


@given(st.lists(st.sampled_from([FIRST, SECOND, THIRD, HAN, f"{FIRST} {THIRD}", FIRST + SECOND]), max_size=6))
def test_the_prose_of_a_clipping_is_a_clipping_of_itself(lines: list[str]) -> None:
    once = read_clipping("\n".join(lines))
    parted = "\n".join(
        "".join(paragraph) if paragraph[0][0] > "\u3000" else " ".join(paragraph) for paragraph in once.paragraphs
    )
    assert read_clipping(parted).paragraphs == once.paragraphs
