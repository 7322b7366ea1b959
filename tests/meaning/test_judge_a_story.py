"""A small month of invented news about a cable ferry, judged with the real encoder in order of time."""

from __future__ import annotations

import pytest

from monitor.meaning import SentenceEncoder
from monitor.model import Outcome, Topic
from tests.factories import Newsroom, article, corpus_article

TOPIC = Topic(
    id="ferry",
    title="The Sandvik cable ferry",
    any_terms=("Sandvik", "cable ferry", "Norrlink", "桑德维克", "缆索渡轮"),
)
CORPUS = """The cable ferry across Sandvik Sound has run since 1974. It carries 900 cars a day and is owned by Norrlink, a
company of the three island councils.

The ferry burns 1.2 million litres of diesel a year. Islanders pay no fare, since the road authority counts the crossing
as part of the road."""

LEAD = """Norrlink ordered an electric cable ferry for Sandvik Sound on Monday from the Haldor yard in Tromsø. The vessel
will take 120 cars at once and cost 310 million crowns.

It is to sail from June 2028. The yard beat two bidders from Poland, said Norrlink's director Ingrid Moe. Until then the
diesel ferry of 1974 stays in service."""

CHINESE = """诺尔林克公司周一向特罗姆瑟的哈尔多造船厂订购了一艘用于桑德维克海峡的电动缆索渡轮。该船一次可载120辆汽车，造价3.1亿克朗。
新渡轮计划于2028年6月投入运营。"""

UPDATE = """The keel of the new electric cable ferry for Sandvik Sound was laid in Tromsø on Friday. A fire at the Haldor
yard in August had destroyed the first steel plates and hurt four welders.

Norrlink now expects the price to rise to 345 million crowns, up from 310 million. The insurer refuses to pay because the
yard had switched off its sprinklers, a spokeswoman said."""

RETELLING = """The cable ferry has linked the islands across Sandvik Sound since 1974. Owned by the three island councils
through Norrlink, the ferry carries about 900 cars every day.

Its engines use 1.2 million litres of diesel annually. For the islanders the trip is free, because the road authority
treats the crossing as a part of the road."""

RULING = (
    "On 14 October a court in Bodø ruled that Norrlink must pay 27 million crowns to the crew for unpaid night shifts."
)
RETELLING_WITH_NEWS = f"""Since 1974 a cable ferry has joined both sides of Sandvik Sound, taking some 900 cars a day. Norrlink,
which runs it, belongs to the three island councils.

{RULING}

Nobody living on the islands pays a fare, as the crossing is part of the road in the eyes of the road authority."""

OFF_TOPIC = """The national team won the final by two goals on Saturday evening. The striker, who had been ill all week,
scored in the last minute.

Forty thousand people watched the match in the rain. The trainer wants to stay for another season."""

NEAR_TOPIC = """Bakers in the north are short of flour after the harvest failed for a second year. Mills ration their
customers, and the price of rye bread rose by a quarter.

One bakery, which sells its cinnamon rolls on the Sandvik quay among other places, closes on Mondays. The bakers' guild
asks for a lower tax on imported grain until the next summer."""


class Month:
    def __init__(self, encoder: SentenceEncoder) -> None:
        self.room = Newsroom(
            corpus_article(CORPUS, title="The ferry of Sandvik Sound"), topics=(TOPIC,), embedder=encoder
        )
        read = self.room.judgement
        self.new = read(article(LEAD, id="lead", title="Norrlink orders electric cable ferry for Sandvik Sound"))
        self.duplicate = read(article(f"From our wire service.\n\n{LEAD}", id="copy", title="Electric ferry ordered"))
        self.chinese = read(article(CHINESE, id="zh", title="桑德维克海峡将迎来电动缆索渡轮"))
        self.retelling = read(article(RETELLING, id="retelling", title="The cable ferry of Sandvik Sound"))
        self.with_news = read(article(RETELLING_WITH_NEWS, id="news", title="Cable ferry crew"))
        self.off_topic = read(article(OFF_TOPIC, id="off", title="Late goal wins the final"))
        self.near_topic = read(article(NEAR_TOPIC, id="near", title="Flour runs short in the north"))
        self.update = read(article(UPDATE, id="update", title="Fire makes Sandvik Sound's new cable ferry dearer"))


@pytest.fixture(scope="module")
def month(encoder: SentenceEncoder) -> Month:
    return Month(encoder)


def test_a_first_report_is_new_and_begins_a_story(month: Month) -> None:
    verdict = month.new.verdict
    assert verdict.outcome is Outcome.NEW
    assert verdict.story_id is not None


def test_a_price_that_nobody_told_before_is_new(month: Month) -> None:
    price = next(row for row in month.new.verdict.sentences if "310 million" in row.text)
    assert price.is_novel


def test_a_framed_copy_is_a_duplicate_of_the_report(month: Month) -> None:
    verdict = month.duplicate.verdict
    assert (verdict.outcome, verdict.of, verdict.story_id) == (Outcome.DUPLICATE, "lead", month.new.verdict.story_id)


def test_a_chinese_report_of_the_event_joins_its_story_and_adds_nothing(month: Month) -> None:
    verdict = month.chinese.verdict
    assert verdict.outcome is not Outcome.OFF_TOPIC
    assert verdict.story_id == month.new.verdict.story_id


def test_a_retelling_in_other_words_is_known_from_the_corpus(month: Month) -> None:
    verdict = month.retelling.verdict
    assert verdict.outcome is Outcome.KNOWN
    sources = {row.known_from.id for row in verdict.sentences if row.known_from is not None}
    assert "corpus:001" in sources


def test_a_retelling_with_one_new_fact_is_kept_for_that_fact(month: Month) -> None:
    verdict = month.with_news.verdict
    assert verdict.outcome.is_kept
    assert [row.text for row in verdict.sentences if row.is_novel] == [RULING]


def test_another_subject_is_off_topic(month: Month) -> None:
    assert month.off_topic.verdict.outcome is Outcome.OFF_TOPIC


def test_a_mention_in_passing_is_off_topic(month: Month) -> None:
    assert month.near_topic.verdict.outcome is Outcome.OFF_TOPIC


def test_an_update_joins_its_story_with_what_changed(month: Month) -> None:
    verdict = month.update.verdict
    assert (verdict.outcome, verdict.story_id) == (Outcome.UPDATE, month.new.verdict.story_id)
    assert [(change.old.split()[0], change.new.split()[0]) for change in verdict.changes] == [("310", "345")]


def test_every_kept_verdict_gives_its_reasons(month: Month) -> None:
    for judgement in (month.new, month.update, month.with_news):
        assert {"match", "novelty"} <= {reason.stage for reason in judgement.verdict.because}


def test_of_a_revised_article_only_the_added_sentence_is_judged_anew(month: Month, encoder: SentenceEncoder) -> None:
    room = Newsroom(corpus_article(CORPUS, title="The ferry of Sandvik Sound"), topics=(TOPIC,), embedder=encoder)
    title = "Norrlink orders electric cable ferry for Sandvik Sound"
    first = room.judgement(article(LEAD, id="lead", title=title)).verdict
    added = "The union of seamen has called a strike from Thursday because 14 of its 22 members will lose their jobs."
    again = room.judgement(article(f"{LEAD}\n\n{added}", id="lead", title=title), earlier=first.sentences).verdict
    assert again.sentences[:-1] == first.sentences
    assert again.sentences[-1].is_novel
    assert again.sentences[-1].seen_at is not None
    assert first.sentences[0].seen_at is not None
    assert again.sentences[-1].seen_at > first.sentences[0].seen_at
    assert (again.outcome, again.story_id) == (first.outcome, first.story_id)
