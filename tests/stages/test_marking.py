"""A reader's mark: what it does to a verdict, and to the relevance of other articles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model import JudgedSentence, KnownFrom, Mark, MarkKind, Outcome, Verdict
from monitor.stages.marking import MAX_MOVE, Example, marked_verdict, move_of_marks, unmarked_verdict
from tests.factories import NOW, Newsroom, article, judged, topic

TIDE = """The tidal station in the strait lost a turbine blade on Monday night. Divers will look for it with sonar.

The operator stopped four turbines of the same batch. The station will lose a third of its power for weeks."""
TIDE_TOO = """Divers found the turbine blade of the tidal station in the strait. The operator of the station wants to start
the stopped turbines again within weeks."""
BREAD = """Bakers of the town raise the price of rye bread by a tenth. Flour became dearer after the poor harvest."""


def mark(kind: MarkKind) -> Mark:
    return Mark(article_id="a1", kind=kind, marked_at=NOW)


def example(text: str, *, is_wanted: bool) -> Example:
    return Example(
        analysis=Newsroom().analyse(article(text, id="marked")), is_wanted=is_wanted, topic_ids=frozenset({"chips"})
    )


def move(text: str, *examples: Example) -> float:
    return move_of_marks(Newsroom().analyse(article(text, id="other")), examples, "chips")[0]


@pytest.mark.parametrize(("kind", "outcome"), [(MarkKind.KNEW, Outcome.KNOWN), (MarkKind.OFF_TOPIC, Outcome.OFF_TOPIC)])
def test_what_the_reader_knew_or_does_not_want_has_no_news(kind: MarkKind, outcome: Outcome) -> None:
    before = judged(1, "The blade was lost.", "Divers look for it.").verdict
    after = marked_verdict(before, mark(kind))
    assert after.outcome is outcome
    assert not any(sentence.is_novel for sentence in after.sentences)
    assert [sentence.text for sentence in after.sentences] == [sentence.text for sentence in before.sentences]


def test_the_mark_is_the_first_reason_and_says_what_was_judged_before() -> None:
    reason = marked_verdict(judged(1, "A blade was lost.").verdict, mark(MarkKind.KNEW)).because[0]
    assert (reason.stage, reason.signal) == ("mark", "knew")
    assert "judged new before" in (reason.detail or "")


def test_what_is_called_new_is_kept_with_all_that_says_something() -> None:
    source = KnownFrom(kind="corpus", id="corpus:001", text="A blade was lost.")
    fresh = Verdict(
        outcome=Outcome.KNOWN,
        story_id="s1",
        sentences=(
            JudgedSentence(text="A blade was lost.", is_novel=False, score=0.9, known_from=source),
            JudgedSentence(text="Well then.", is_novel=False, score=0.9, is_filler=True),
        ),
    )
    after = marked_verdict(Verdict(outcome=Outcome.DUPLICATE, of="a9"), mark(MarkKind.NEW), fresh)
    assert after.outcome.is_kept
    assert [sentence.is_novel for sentence in after.sentences] == [True, False]


def test_what_is_wanted_keeps_the_news_that_judgement_found() -> None:
    fresh = judged(1, "A blade was lost.").verdict
    old = JudgedSentence(text="The station has 24 turbines.", is_novel=False, score=0.9)
    fresh = replace(fresh, sentences=(*fresh.sentences, old))
    after = marked_verdict(Verdict(outcome=Outcome.OFF_TOPIC), mark(MarkKind.WANTED), fresh)
    assert (after.outcome, [sentence.is_novel for sentence in after.sentences]) == (Outcome.NEW, [True, False])


def test_the_verdict_before_the_marks_is_found_again() -> None:
    plain = judged(1, "A blade was lost.")
    once = replace(plain, verdict=marked_verdict(plain.verdict, mark(MarkKind.KNEW)))
    twice = replace(plain, verdict=marked_verdict(once.verdict, mark(MarkKind.OFF_TOPIC)))
    later = judged(1, "A blade was lost.", "It was found.")
    assert unmarked_verdict([plain, once, twice]) == plain.verdict
    assert unmarked_verdict([plain, later, once]) == later.verdict
    assert unmarked_verdict([once]) is None


def test_articles_like_a_wanted_one_gain_and_like_an_unwanted_one_lose() -> None:
    assert 0 < move(TIDE_TOO, example(TIDE, is_wanted=True)) <= MAX_MOVE
    assert -MAX_MOVE <= move(TIDE_TOO, example(TIDE, is_wanted=False)) < 0


def test_articles_unlike_every_marked_one_are_not_moved() -> None:
    assert move_of_marks(Newsroom().analyse(article(BREAD)), [example(TIDE, is_wanted=True)], "chips") == (0.0, None)


def test_many_marks_move_no_further_than_one() -> None:
    assert move(TIDE_TOO, *[example(TIDE, is_wanted=True)] * 9) == move(TIDE_TOO, example(TIDE, is_wanted=True))


def test_a_mark_speaks_for_the_topics_of_its_article_only() -> None:
    one = replace(example(TIDE, is_wanted=True), topic_ids=frozenset({"bread"}))
    assert move(TIDE_TOO, one) == 0.0


def test_a_marked_article_does_not_move_itself() -> None:
    one = example(TIDE, is_wanted=False)
    assert move_of_marks(one.analysis, [one], "chips") == (0.0, None)


def test_the_relevance_names_the_marked_article_that_moved_it() -> None:
    room = Newsroom(topics=(topic(any_terms=("tidal station",), learn=False, threshold=0.5),))
    plain = room.judge.judge(article(TIDE_TOO, id="a2"), now=NOW).verdict
    profiles = tuple(replace(one, examples=(example(TIDE, is_wanted=False),)) for one in room.judge.profiles)
    moved = replace(room.judge, profiles=profiles).judge(article(TIDE_TOO, id="a2"), now=NOW).verdict
    assert moved.matches[0].score < plain.matches[0].score
    assert "article:marked" in {reason.against for reason in moved.because if reason.signal == "chips:marks"}
