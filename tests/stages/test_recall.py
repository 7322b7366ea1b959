"""What the reader knew: one related line, or none."""

from __future__ import annotations

from monitor.model import KnownFrom
from monitor.stages.recall import choose_known, common_words
from tests.factories import article, topic

TOLD = [
    "Lumen Works doubles its plant in Bergen",
    "Lumen Works will make 24,000 wafers a month in Bergen from the spring of 2028.",
]
COMMON = common_words([topic(title="Norwegian chips", any_terms=("Lumen", "+wafer"))], [])


def source(text: str, *, kind: str = "corpus", url: str | None = None) -> KnownFrom:
    return KnownFrom(kind=kind, id="daily/2026-09-01" if kind == "edition" else "corpus:1", text=text, url=url)


def known(*sources: KnownFrom, own_urls: frozenset[str] = frozenset()) -> list[str]:
    return [one.text for one in choose_known(sources, told=TOLD, own_urls=own_urls, common=COMMON)]


def test_a_line_about_the_same_place_and_thing_is_quoted() -> None:
    text = "The plant in Bergen makes 12,000 wafers a month, all for phones."
    assert known(source("Norway has many fjords."), source(text)) == [text]


def test_what_every_article_of_the_subject_says_is_not_quoted() -> None:
    assert known(source("Lumen has been the largest maker of chips in Norway since the spring of the war.")) == []
    assert known(source("Lumen wafers are cheap.")) == []


def test_the_nearest_of_several_is_quoted_alone() -> None:
    near = "The plant in Bergen makes 12,000 wafers a month, and will until 2028."
    assert known(source("The plant in Bergen opened last spring."), source(near)) == [near]


def test_a_line_that_needs_its_context_is_not_quoted() -> None:
    assert known(source("It makes 12,000 wafers a month at the plant in Bergen.")) == []


def test_a_line_that_is_told_now_is_not_quoted() -> None:
    assert known(source(TOLD[1])) == []


def test_what_an_edition_told_of_the_story_needs_less_proof() -> None:
    text = "Lumen signed a lease for the plant on Tuesday, and wants it double the size by next spring."
    url = "https://outlet.example/1"
    assert known(source(text, kind="edition", url=url), own_urls=frozenset([url])) == [text]
    assert known(source(text, kind="edition", url="https://other.example/2"), own_urls=frozenset([url])) == []


def test_names_that_a_quarter_of_the_articles_share_are_common() -> None:
    texts = ["The minister met Haugen in Oslo."] * 5 + ["The minister met nobody."] * 5
    assert "haugen" in common_words([], [article(text) for text in texts])
    assert "haugen" not in common_words([], [article(text) for text in texts[3:]][2:])
