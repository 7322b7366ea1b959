"""What the judge decides, in what order, and what it remembers; meaning is played by hashed words."""

from __future__ import annotations

from datetime import timedelta

from monitor.model import Outcome, Topic
from tests.factories import NOW, Newsroom, article, corpus_article

LAMP = Topic(id="lamps", title="Lamps", any_terms=("Lumen",), learn=False)
TEXT = """Lumen Works opens a lamp factory in Odda. The works will make forty thousand lamps a week.

The town sells the land to Lumen for nine million crowns. Neighbours may object until October."""
OTHER = """Herring boats stayed in harbour all week. Skippers want a higher quota from the ministry in the capital.

Prices on the quay doubled within two days. Restaurants along the coast put cod on their menus instead of herring."""
LONG_OTHER = " ".join([OTHER.replace("\n\n", " "), " ".join(reversed(OTHER.replace(".", "").split())) + "."])


def test_the_same_text_is_a_duplicate_and_is_never_encoded() -> None:
    room = Newsroom(topics=(LAMP,))
    room.read(article(TEXT, id="a1"))
    before = room.embedder.n_embedded  # type: ignore[attr-defined]
    verdict = room.read(article(TEXT, id="a2"))
    assert (verdict.outcome, verdict.of) == (Outcome.DUPLICATE, "a1")
    assert room.embedder.n_embedded == before  # type: ignore[attr-defined]


def test_a_copy_of_a_corpus_article_is_a_duplicate_of_it() -> None:
    verdict = Newsroom(corpus_article(TEXT), topics=(LAMP,)).read(article(TEXT))
    assert (verdict.outcome, verdict.of) == (Outcome.DUPLICATE, "corpus:001")
    assert verdict.because[0].against == "corpus:001"


def test_a_copy_of_what_is_off_topic_is_off_topic() -> None:
    room = Newsroom(topics=(LAMP,))
    assert room.read(article(OTHER, id="a1")).outcome is Outcome.OFF_TOPIC
    assert room.read(article(OTHER, id="a2")).outcome is Outcome.OFF_TOPIC


def test_a_copy_of_an_old_article_that_was_off_topic_is_off_topic() -> None:
    room = Newsroom(topics=(LAMP,))
    room.read(article(OTHER, id="a1"), is_backfill=True)
    assert room.read(article(OTHER, id="a2")).outcome is Outcome.OFF_TOPIC


def test_a_copy_of_a_copy_is_a_duplicate_of_the_original() -> None:
    room = Newsroom(topics=(LAMP,))
    for name in ("a1", "a2"):
        room.read(article(TEXT, id=name))
    assert room.read(article(TEXT, id="a3")).of == "a1"


def test_back_fill_is_known_and_says_so() -> None:
    verdict = Newsroom(topics=(LAMP,)).read(article(TEXT), is_backfill=True)
    assert verdict.outcome is Outcome.KNOWN
    assert verdict.because[0].stage == "age"


def test_what_back_fill_told_is_known_later() -> None:
    room = Newsroom(topics=(LAMP,))
    room.read(article(TEXT, id="a1"), is_backfill=True)
    verdict = room.read(article(TEXT + " Lumen.", id="a2"))
    assert (verdict.outcome, verdict.of) == (Outcome.DUPLICATE, "a1")


def test_an_article_without_sentences_is_judged_by_its_title() -> None:
    room = Newsroom(topics=(LAMP,))
    assert room.read(article("", id="a1", title="Lumen opens a factory")).outcome in {Outcome.KNOWN, Outcome.OFF_TOPIC}
    assert room.read(article("", id="a2", title=None)).outcome is Outcome.OFF_TOPIC


def test_one_sentence_without_a_title_is_judged() -> None:
    verdict = Newsroom(topics=(LAMP,)).read(
        article("Lumen Works opens a lamp factory with forty thousand lamps a week in Odda.")
    )
    assert verdict.outcome is Outcome.NEW
    assert len(verdict.sentences) == 1


def test_a_chinese_article_is_judged_without_a_corpus() -> None:
    topic = Topic(id="lamps", title="", any_terms=("灯塔",), learn=False)
    verdict = Newsroom(topics=(topic,)).read(
        article("灯塔半导体周二宣布在卑尔根建设第二座工厂。灯塔预计2028年投产。", title="灯塔半导体建厂")
    )
    assert verdict.outcome is Outcome.NEW


def test_an_article_may_match_several_topics_and_a_feed_may_name_its_own() -> None:
    towns = Topic(id="towns", title="", any_terms=("Odda",), threshold=0.0)
    room = Newsroom(topics=(LAMP, towns))
    both = room.read(article(TEXT, id="a1", title="Lumen opens a factory"))
    assert {match.topic_id for match in both.matches} == {"lamps", "towns"}
    one = Newsroom(topics=(LAMP, towns)).read(
        article(TEXT, id="a1", title="Lumen opens a factory"), topic_ids=("towns",)
    )
    assert [match.topic_id for match in one.matches] == ["towns"]


def test_without_any_topic_for_a_feed_its_articles_are_off_topic() -> None:
    assert Newsroom(topics=(LAMP,)).read(article(TEXT), topic_ids=()).outcome is Outcome.OFF_TOPIC


def test_every_sentence_of_the_article_is_in_the_verdict_in_order() -> None:
    room = Newsroom(topics=(LAMP,))
    for text in (TEXT, OTHER, TEXT):
        one = article(text, id=text[:3] + str(room.now))
        assert tuple(row.text for row in room.read(one).sentences) == one.sentences


def test_a_template_with_another_number_is_no_duplicate() -> None:
    twelfth = """The council of Odda adopted its 12th package of measures against the smugglers of Lumen lamps. It lists 47 ships
    and 18 agents, who may neither land nor insure their cargo. The measures take effect on 3 March and run for six months."""
    room = Newsroom(topics=(LAMP,))
    room.read(article(twelfth, id="a1", title="Lumen measures"))
    thirteenth = twelfth.replace("12th", "13th").replace("47", "52").replace("3 March", "8 September")
    assert room.read(article(thirteenth, id="a2", title="Lumen measures")).outcome is not Outcome.DUPLICATE


def test_a_page_that_holds_a_known_text_among_other_subjects_is_a_duplicate() -> None:
    room = Newsroom(topics=(LAMP,))
    room.read(article(TEXT, id="a1", title="Lumen opens a factory"))
    verdict = room.read(article(f"{LONG_OTHER}\n\n{TEXT}", id="a2", title="The week"))
    assert (verdict.outcome, verdict.of) == (Outcome.DUPLICATE, "a1")


def test_a_page_that_holds_a_known_text_and_own_news_of_the_topic_is_judged() -> None:
    room = Newsroom(topics=(LAMP,))
    room.read(article(TEXT, id="a1", title="Lumen opens a factory"))
    own = """Lumen also buys the glass works of Voss for 77 million crowns. Lumen hires its 212 blowers and pays them a bonus of
    4,000 crowns. A strike at Lumen in Stord ended after 16 days. Lumen gives the drivers there two more days of leave. Lumen
    closes its shop in Bergen, where rents rose by 31 percent. Lumen moves the lamps museum to Odda by May 2027."""
    verdict = room.read(article(f"{own}\n\n{TEXT}", id="a2", title="Lumen buys glass works"))
    assert verdict.outcome.is_kept
    assert any("glass works" in row.text and row.is_novel for row in verdict.sentences)


def test_sentences_of_the_earlier_revision_keep_their_verdict_in_todays_spelling() -> None:
    room = Newsroom(topics=(LAMP,))
    first = room.read(article(TEXT, id="a1"))
    revised = TEXT.replace("Odda. The", "Odda! The") + " The king is to come on the 17th of May."
    again = room.read(article(revised, id="a1"), earlier=first.sentences)
    assert tuple(row.text for row in again.sentences) == article(revised).sentences
    assert [row.is_novel for row in again.sentences[:-1]] == [row.is_novel for row in first.sentences]
    assert [row.seen_at for row in again.sentences[:-1]] == [row.seen_at for row in first.sentences]
    assert again.sentences[-1].is_novel


def test_a_revision_without_change_keeps_outcome_and_story() -> None:
    room = Newsroom(topics=(LAMP,))
    first = room.read(article(TEXT, id="a1"))
    again = room.read(article(TEXT, id="a1"), earlier=first.sentences)
    assert (again.outcome, again.story_id) == (first.outcome, first.story_id)


def test_an_article_of_3000_sentences_is_judged() -> None:
    text = " ".join(f"Lumen lamp number{n} went to street{n % 700} in week {n}." for n in range(3000))
    verdict = Newsroom(topics=(LAMP,)).read(article(sentences=tuple(text.split(". ")), starts=(True,) * 3000, text=""))
    assert len(verdict.sentences) == 3000


def test_undated_articles_are_judged_by_their_first_sight() -> None:
    room = Newsroom(topics=(LAMP,))
    room.read(article(TEXT, id="a1", published_at=None, first_seen_at=NOW - timedelta(days=1)))
    assert room.read(article(OTHER.replace("Herring", "Lumen"), id="a2", published_at=None, first_seen_at=None)).because
