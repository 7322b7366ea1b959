"""Sentences are cut where a reader would cut them, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.sentences import split_sentences


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "It rose. He left.", ["It rose.", "He left."]),
        ("en", "It rose 3.5 percent. Mr. Smith left.", ["It rose 3.5 percent.", "Mr. Smith left."]),
        ("en", "The U.S. firm fell. So it goes.", ["The U.S. firm fell.", "So it goes."]),
        ("en", '"Fine!" he said. She left.', ['"Fine!" he said.', "She left."]),
        ("en", "It opens on 3 May. The rest follows.", ["It opens on 3 May.", "The rest follows."]),
        ("en", "Will it hold? Nobody knows!", ["Will it hold?", "Nobody knows!"]),
        ("de", "Am 3. Mai kam er. Dann ging er.", ["Am 3. Mai kam er.", "Dann ging er."]),
        ("zh", "产量为30万台。2027年将翻倍。", ["产量为30万台。", "2027年将翻倍。"]),
        ("zh", "“很好。”他说。第二天他走了。", ["“很好。”他说。", "第二天他走了。"]),
        ("zh", "真的吗？是的！", ["真的吗？", "是的！"]),
        ("en", "No end mark here", ["No end mark here"]),
        ("en", "...", ["..."]),
        ("en", "  ", []),
        ("en", "", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(language: str, text: str, expected: list[str]) -> None:
    assert split_sentences(text, language) == expected


def test_a_language_without_rules_of_its_own_is_cut_all_the_same() -> None:
    assert split_sentences("One thing. Another thing.", "xx") == ["One thing.", "Another thing."]


PARAGRAPHS = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(["He said.", " ", "“", "”", "他说", "。", "！", '"', "May.", "3", "A", "b", "\n", "...", "\u2028", "\u200b"]),
        max_size=30,
    ).map("".join),
)  # fmt: skip


@given(PARAGRAPHS, st.sampled_from(["en", "de", "zh", "fr", None]))
def test_sentences_are_verbatim_slices_that_lose_no_character(text: str, language: str | None) -> None:
    found = split_sentences(text, language)
    place = 0
    for sentence in found:
        assert sentence
        assert sentence == sentence.strip()
        place = text.index(sentence, place) + len(sentence)
    assert "".join("".join(found).split()) == "".join(text.split())


@pytest.mark.parametrize("sentence", ["他说产量很高。", "A man said “no”. ", "“"])
def test_a_paragraph_longer_than_one_window_is_cut_the_same_way(sentence: str) -> None:
    found = split_sentences(sentence * 3000, "zh")
    assert "".join("".join(found).split()) == "".join((sentence * 3000).split())
    if sentence != "“":
        assert set(found) == {sentence.strip()}
