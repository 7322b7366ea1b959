"""The headline among those the outlets gave."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Role, StoryMember
from monitor.stages.headline import choose_headline, clean_headline, is_roundup_title
from tests.factories import NOW, article, judged_sentence

FACT = "Lumen Works will make 12,000 wafers a month in Bergen from the spring of 2028."


def titled(id: str, title: str, *, language: str = "en") -> object:
    return replace(article(FACT, id=id, title=title), language=language)


def lead(title: str) -> StoryMember:
    return StoryMember(
        article_id="lead",
        url=None,
        title=title,
        outlet="Harbour Times",
        published_at=NOW,
        language="en",
        role=Role.LEAD,
    )


def test_names_and_figures_tell_more_than_a_question() -> None:
    rows = [titled("a", "What now?"), titled("b", "Lumen Works to make 12,000 wafers in Bergen")]
    assert choose_headline(rows, []).article_id == "b"


def test_what_the_chosen_sentences_tell_counts() -> None:
    rows = [titled("a", "Notes from a harbour town in rain"), titled("b", "Wafers from Bergen: a works by spring")]
    assert choose_headline(rows, [(rows[0], judged_sentence(FACT))]).article_id == "b"


def test_a_headline_in_the_readers_language_goes_before_any_other() -> None:
    rows = [titled("a", "卢门在卑尔根建厂 月产1.2万片晶圆", language="zh"), titled("b", "A works for Bergen, at last")]
    assert choose_headline(rows, []).article_id == "b"
    assert choose_headline(rows, [], language="zh").article_id == "a"


def test_the_lead_of_the_story_helps_out_where_no_fresh_headline_can_be_read() -> None:
    rows = [titled("a", "卢门在卑尔根建厂", language="zh")]
    assert (
        choose_headline(rows, [], lead=lead("Lumen Works to build in Bergen")).text == "Lumen Works to build in Bergen"
    )
    english = [titled("a", "Lumen hires 40 welders in Bergen")]
    assert choose_headline(english, [], lead=lead("Lumen Works to build in Bergen")).article_id == "a"


def test_a_foreign_headline_alone_keeps_its_language() -> None:
    found = choose_headline([titled("a", "卢门在卑尔根建厂", language="zh")], [])
    assert (found.text, found.language) == ("卢门在卑尔根建厂", "zh")


def test_without_any_title_the_first_sentence_is_the_headline() -> None:
    one = article("BERGEN (NTB) - " + FACT)
    found = choose_headline([one], [(one, judged_sentence("BERGEN (NTB) - " + FACT))])
    assert (found.text, found.article_id) == (FACT, one.id)
    assert choose_headline([replace(one, title="")], []).text == "(no headline)"


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("Updated: Works to close", "Works to close"),
        ("UPDATE 2-Works to close", "Works to close"),
        ("Breaking news: Works to close", "Works to close"),
        ("快讯：工厂关闭", "工厂关闭"),
        ("Works to close (updated)", "Works to close"),
        ("Live: ", "Live:"),
        ("Update on the works", "Update on the works"),
        (None, ""),
    ],
)
def test_status_words_are_cut(title: str | None, clean: str) -> None:
    assert clean_headline(title) == clean


@given(st.text(max_size=60))
def test_a_cleaned_headline_stands_in_the_title(title: str) -> None:
    assert clean_headline(title) in title


@pytest.mark.parametrize("title", ["The week in racks", "Docket digest: three rulings", "Morning briefing", "每日早报"])
def test_round_ups_are_told_by_their_title(title: str) -> None:
    assert is_roundup_title(title)
    assert not is_roundup_title("Works to close next week in Bergen")
