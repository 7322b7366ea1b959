"""The language is that of the text; what the document says of itself only settles doubts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.language import LANGUAGES, cjk_share, code, detect

TEXTS = {
    "en": "The ferry between the town and the outer islands will run again from October, the harbour board said.",
    "de": "Die Fähre zwischen der Stadt und den äußeren Inseln fährt ab Oktober wieder, teilte der Hafen mit.",
    "fr": "Le ferry entre la ville et les îles circulera de nouveau à partir du mois d'octobre, a annoncé le port.",
    "es": "El transbordador entre la ciudad y las islas volverá a funcionar a partir de octubre, dijo el puerto.",
    "pl": "Prom między miastem a wyspami znów będzie kursował od października, poinformował zarząd portu.",
    "ru": "Паром между городом и островами снова начнет ходить с октября, сообщило управление порта.",
    "zh": "港务局周五表示，通往外岛的渡轮将于十月恢复运行。",
    "ja": "港湾局は金曜日、離島へのフェリーが十月に再開すると発表しました。",
    "ko": "항만청은 금요일 외곽 섬으로 가는 여객선이 10월에 다시 운항한다고 밝혔다.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_sentence_is_recognised(language: str) -> None:
    assert detect(TEXTS[language]) == language


@pytest.mark.parametrize("language", TEXTS)
def test_a_wrong_declaration_does_not_change_that(language: str) -> None:
    assert detect(TEXTS[language], declared="it-IT") == language


def test_a_short_text_is_in_the_declared_language() -> None:
    assert detect("Berlin 2026", declared="de-AT") == "de"


def test_chinese_needs_no_length() -> None:
    assert detect("华为发布新芯片", declared="en") == "zh"


def test_a_chinese_article_full_of_latin_names_is_chinese() -> None:
    assert detect("华为的 Ascend 910C 与 Nvidia H20 相比，在 DeepSeek 模型上的表现接近，公司周五这样表示。") == "zh"


def test_near_relatives_are_told_apart_by_the_declaration() -> None:
    text = "Fergen mellom byen og øyene skal gå igjen fra oktober, sa havnestyret på fredag."
    assert detect(text, declared="nb-NO") == "no"


def test_a_text_without_letters_has_the_declared_language_or_none() -> None:
    assert (detect("123 456", declared="en"), detect("123 456")) == ("en", None)


@pytest.mark.parametrize(
    ("tag", "short"),
    [
        ("de-AT", "de"),
        ("zh_Hans", "zh"),
        ("EN", "en"),
        ("nb", "no"),
        ("iw", "he"),
        ("x-klingon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_language_tag_is_cut_to_two_letters(tag: str | None, short: str | None) -> None:
    assert code(tag) == short


@given(st.text(max_size=200), st.none() | st.text(max_size=10))
def test_any_text_gives_a_known_code_or_none(text: str, declared: str | None) -> None:
    assert detect(text, declared=declared) in {None, *LANGUAGES}


def test_the_share_of_chinese_letters_counts_letters_only() -> None:
    assert (cjk_share("芯片 AB 123"), cjk_share("123")) == (0.5, 0.0)
