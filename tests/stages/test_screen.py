"""What is far from every topic is told by its words; whatever might be near is asked for its meaning."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model import Outcome
from monitor.stages.marking import Example
from tests.factories import FakeEmbedder, Newsroom, article, corpus_article, topic

CORPUS = """The tidal station in the strait has fourteen turbines of twelve megawatts. Its blades are glued from birch and
resin in a hall at the quay.

The operator paid the fishermen for lost nets. The licence for the station ends in nine years."""
FAR = """The rovers signed a goalkeeper from the second division. He saved three penalties in the cup last winter.

Supporters sang for him at the airport. The trainer expects him for the match on Sunday."""
NEAR = """Glued blades of birch and resin came back from the strait with cracks. The hall at the quay stands still, and
fishermen found splinters in their nets."""


class Room(Newsroom):
    def __init__(self, **changes: object) -> None:
        self.encoder = FakeEmbedder()
        wanted = topic(**{"any_terms": ("tidal station",), "threshold": 0.5, **changes})
        super().__init__(corpus_article(CORPUS), topics=(wanted,), embedder=self.encoder)
        self.before = self.encoder.n_embedded

    def is_encoded(self, text: str, **how: object) -> bool:
        self.judge.judge(article(text, id="a1", title=how.pop("title", None)), now=self.now, **how)
        return self.encoder.n_embedded > self.before


def test_what_is_far_is_off_topic_without_being_encoded_and_says_why() -> None:
    room = Room()
    verdict = room.read(article(FAR))
    assert (verdict.outcome, room.encoder.n_embedded) == (Outcome.OFF_TOPIC, room.before)
    (reason,) = verdict.because
    assert (reason.signal, reason.score, reason.threshold) == ("chips:far", 0.0, 0.5)
    assert [match.topic_id for match in verdict.matches] == ["chips"]
    assert len(verdict.sentences) == len(article(FAR).sentences)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (NEAR, None),
        (f"{FAR}\n\nHis brother works at the tidal station.", None),
        (FAR, "Goalkeeper visits tidal station"),
        ("足球俱乐部从乙级联赛签下一名门将。他去年冬天扑出三个点球。", None),
    ],
    ids=[
        "telling words of a known article",
        "a term in the text",
        "a term in the title",
        "a language of nothing known",
    ],
)
def test_what_might_be_near_is_encoded(text: str, title: str | None) -> None:
    assert Room().is_encoded(text, title=title)


def test_a_topic_that_takes_everything_has_everything_encoded() -> None:
    assert Room(threshold=0.0).is_encoded(FAR)


def test_what_a_reader_wants_is_encoded() -> None:
    assert Room().is_encoded(FAR, is_wanted=True)


def test_an_article_like_a_marked_one_is_encoded() -> None:
    room = Room()
    example = Example(analysis=room.analyse(article(FAR, id="marked")), is_wanted=True, topic_ids=frozenset({"chips"}))
    room.judge = replace(room.judge, profiles=tuple(replace(one, examples=(example,)) for one in room.judge.profiles))
    room.before = room.encoder.n_embedded
    assert room.is_encoded(FAR.replace("Sunday", "Monday"))


def test_back_fill_that_is_far_is_known_and_about_no_topic() -> None:
    room = Room()
    verdict = room.read(article(FAR), is_backfill=True)
    assert (verdict.outcome, verdict.matches, verdict.because[0].signal) == (Outcome.KNOWN, (), "backfill")
