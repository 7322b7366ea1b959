"""What a sentence adds, from where it was known, and which figures changed; meaning is played by hashed words."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import KnownFrom
from monitor.stages.figures import find_changes
from monitor.stages.novelty import (
    NEWS_FROM,
    NEWS_FROM_IN_BACKGROUND,
    NEWS_FROM_IN_STORY,
    find_neighbours,
    has_news,
    judge_sentences,
    news_threshold,
)
from monitor.text.normalise import text_hash
from tests.factories import Newsroom, article, corpus_article, judged_sentence

KNOWN = "Lumen Works makes 600,000 lamps a year in its factory in Odda. The town lies on a fjord."


def test_without_anything_known_every_sentence_is_new() -> None:
    room = Newsroom()
    one = room.analyse(article(KNOWN))
    near = find_neighbours(one, room.known)
    assert [neighbours.sentences for neighbours in near] == [(), ()]
    assert all(row.is_novel and row.known_from is None for row in judge_sentences(one, near, room.known))


def test_a_known_sentence_names_its_source() -> None:
    room = Newsroom(corpus_article(KNOWN, title="Lumen"))
    one = room.analyse(article(KNOWN.partition(" The")[0]))
    (row,) = judge_sentences(one, find_neighbours(one, room.known), room.known)
    assert not row.is_novel
    assert row.known_from is not None
    assert (row.known_from.kind, row.known_from.id, row.known_from.title) == ("corpus", "corpus:001", "Lumen")
    assert row.known_from.text == article(KNOWN).sentences[0]


def test_what_an_edition_has_shown_is_known_from_that_edition() -> None:
    room = Newsroom(corpus_article(KNOWN))
    room.known.shown[text_hash(article(KNOWN).sentences[0])] = "daily/2026-09-01"
    one = room.analyse(article(KNOWN))
    row = judge_sentences(one, find_neighbours(one, room.known), room.known)[0]
    assert row.known_from is not None
    assert (row.known_from.kind, row.known_from.id) == ("edition", "daily/2026-09-01")


def test_a_sentence_that_stands_twice_in_an_article_is_new_once() -> None:
    room = Newsroom()
    text = "Lumen Works will build a plant in Voss."
    one = room.analyse(article(sentences=(text, "It rained all day.", text), starts=(True,) * 3))
    rows = judge_sentences(one, find_neighbours(one, room.known), room.known)
    assert [row.is_novel for row in rows if row.text == text] == [True, False]


def test_nearest_neighbours_come_first() -> None:
    room = Newsroom(*(corpus_article(f"{'lamp ' * n}{'herring ' * (9 - n)}.", id=f"corpus:{n}") for n in range(1, 9)))
    (near,) = find_neighbours(room.analyse(article("lamp lamp lamp.")), room.known)
    assert list(near.cosines) == sorted(near.cosines, reverse=True)
    assert len(near.cosines) == len(room.known.sentences)


def test_news_needs_one_sentence_beyond_reasonable_doubt() -> None:
    assert not has_news([judged_sentence("x", score=1 - NEWS_FROM + 0.01)] * 5, NEWS_FROM)
    assert has_news([judged_sentence("x", score=1 - NEWS_FROM - 0.01)], NEWS_FROM)
    assert not has_news([], NEWS_FROM)


def test_a_retelling_of_the_corpus_needs_the_surest_news_and_a_follow_up_the_least() -> None:
    known_from = KnownFrom(kind="corpus", id="corpus:1", text="x")
    told = replace(judged_sentence("x", score=0.9), is_novel=False, known_from=known_from)
    fresh = judged_sentence("y", score=0.4)
    assert news_threshold([told, fresh], joins_story=True) == NEWS_FROM_IN_BACKGROUND
    assert news_threshold([fresh], joins_story=True) == NEWS_FROM_IN_STORY
    assert news_threshold([fresh], joins_story=False) == NEWS_FROM
    assert NEWS_FROM_IN_STORY < NEWS_FROM < NEWS_FROM_IN_BACKGROUND


def test_a_changed_figure_is_new_however_near_the_rest_of_the_sentence_is() -> None:
    room = Newsroom(
        corpus_article("Huawei plans an output of 600,000 Ascend chips in the coming year, the ministry said.")
    )
    analysis = room.analyse(
        article("Huawei plans an output of 805,000 Ascend chips in the coming year, the ministry said.")
    )
    (sentence,) = judge_sentences(analysis, find_neighbours(analysis, room.known), room.known)
    assert sentence.is_novel
    dated = room.analyse(
        article("On 3 May Huawei planned an output of 600,000 Ascend chips in the coming year, the ministry said.")
    )
    (joined,) = judge_sentences(dated, find_neighbours(dated, room.known), room.known)
    assert not joined.is_novel
    again = room.analyse(
        article("Huawei plans an output of 600,000 Ascend chips in the coming year, the ministry said.")
    )
    (same,) = judge_sentences(again, find_neighbours(again, room.known), room.known)
    assert not same.is_novel


def changes(known: str, new: str) -> list[tuple[str, str, str]]:
    """Old value, new value and source of each change in one sentence that was judged new."""
    room = Newsroom(corpus_article(known))
    one = room.analyse(article(new))
    near = find_neighbours(one, room.known)
    rows = [judged_sentence(text) for text in one.article.sentences]
    found = find_changes(one, rows, near, room.known, story_id=None)
    return [(change.old, change.new, change.old_source.id) for change in found]


def test_a_changed_figure_is_found_with_both_values_as_written() -> None:
    found = changes(KNOWN, "Lumen Works makes 805,000 lamps a year in its factory in Odda.")
    assert found == [("600,000", "805,000", "corpus:001")]


def test_the_same_figure_in_another_spelling_is_no_change() -> None:
    assert changes(KNOWN, "Lumen Works makes 0.6 million lamps a year in its factory in Odda.") == []


def test_a_figure_of_another_thing_is_no_change() -> None:
    assert changes(KNOWN, "Herring boats landed 805,000 fish on the coast in the north this week.") == []
