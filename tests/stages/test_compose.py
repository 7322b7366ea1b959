"""Editions: finishable, in a stable order, nothing twice, and an account that adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import (
    Change,
    Digest,
    Dropped,
    FeedTrouble,
    JudgedArticle,
    KnownFrom,
    Match,
    Outcome,
    Reason,
    Story,
    Topic,
)
from monitor.stages.compose import MAX_WAIT, Composition, Material, compose, edition_id
from monitor.stages.drafting import Past, shown_key
from monitor.stages.fitting import MAX_BRIEF, MAX_FULL, MAX_RECORD
from tests.factories import NOW, judged, judged_sentence, story_of

SINCE = NOW - timedelta(days=1)
AT = NOW - timedelta(hours=3)
DIGEST = Digest(id="daily", title="What is new", topic_ids=("chips", "rules"), timezone="Europe/Berlin")
TOPICS = (Topic(id="chips", title="Chips"), Topic(id="rules", title="Rules"), Topic(id="sea", title="Sea"))


def material(
    *articles: JudgedArticle, stories: Sequence[Story] = (), shown: Sequence[str] = (), **rest: object
) -> Material:
    plain = Material(
        judged=tuple(enumerate(articles, start=1)), stories={story.id: story for story in stories},
        past=Past(sentences=frozenset(map(shown_key, shown))), trends={}, topics=TOPICS,
    )  # fmt: skip
    return replace(plain, **rest)  # type: ignore[arg-type]


def edition_of(*articles: JudgedArticle, digest: Digest = DIGEST, **rest: object) -> Composition:
    return compose(digest, material(*articles, **rest), edition_id="daily/x", since_at=SINCE, to_at=NOW)  # type: ignore[arg-type]


def report(number: int, *, n_sentences: int = 2, n_words: int = 20, **how: object) -> JudgedArticle:
    """A kept article of its own story whose sentences share no words with any other."""
    texts = [
        " ".join(f"Word{number}x{at}x{word}" for word in range(n_words - 1)) + " end." for at in range(n_sentences)
    ]
    return judged(number, *texts, **{"at": AT, **how})  # type: ignore[arg-type]


def test_nothing_new_makes_an_edition_without_topics() -> None:
    empty = edition_of().edition
    assert (empty.topics, empty.bottom_line, empty.n_words, empty.reading_minutes) == ((), (), 0, 0)
    assert empty.ledger.fetched == 0


def test_at_most_five_stories_are_full_and_ten_are_brief_and_the_rest_waits() -> None:
    made = edition_of(*(report(n, n_sentences=1, n_words=8) for n in range(1, 31)))
    full = [story for story in made.edition.stories if not story.is_brief]
    assert len(full) == MAX_FULL
    assert len(made.edition.stories) - len(full) == MAX_BRIEF
    assert len(made.waiting) == 15


def test_an_edition_stays_under_900_words() -> None:
    made = edition_of(*(report(n, n_sentences=3, n_words=45) for n in range(1, 31)))
    assert 600 < made.edition.n_words <= 900
    assert made.waiting


def test_a_story_in_brief_shows_one_sentence_and_counts_the_others() -> None:
    made = edition_of(*(report(n, n_sentences=3, n_words=10) for n in range(1, 9)))
    brief = [story for story in made.edition.stories if story.is_brief]
    assert brief
    assert all(len(story.new) == 1 and story.n_more == 2 for story in brief)


def test_no_topic_takes_more_than_two_of_five_full_stories_while_others_have_news() -> None:
    many = [report(n, n_sentences=3, n_words=10) for n in range(1, 9)]
    others = [report(n, n_sentences=1, n_words=10, topics=("rules",)) for n in range(11, 14)]
    full = [story for story in edition_of(*many, *others).edition.stories if not story.is_brief]
    assert len(full) == 4
    section = {
        section.id: sum(not s.is_brief for s in section.stories)
        for section in edition_of(*many, *others).edition.topics
    }
    assert section == {"chips": 2, "rules": 2}


def test_a_topic_alone_may_fill_the_edition() -> None:
    made = edition_of(*(report(n, n_words=10) for n in range(1, 9)))
    assert sum(not story.is_brief for story in made.edition.stories) == MAX_FULL


def test_what_waited_goes_before_younger_news_among_the_one_liners() -> None:
    rows = [(n, report(n, n_sentences=2 if n < 20 else 1, n_words=8)) for n in range(1, 31)]
    made = edition_of(judged=rows, waited=frozenset({29, 30}))
    assert {29, 30}.isdisjoint(made.waiting)
    assert sum(not story.is_brief and story.id in {"s29", "s30"} for story in made.edition.stories) == 0


def test_news_that_found_no_room_for_a_week_is_left_out_with_that_reason() -> None:
    old = [(n, report(n, n_sentences=1, n_words=8, at=NOW - MAX_WAIT - timedelta(hours=1))) for n in range(1, 31)]
    made = edition_of(judged=old, waited=frozenset(range(1, 31)))
    assert made.waiting == ()
    assert (made.edition.ledger.no_room, made.edition.ledger.shown) == (15, 15)
    assert {drop.reason for drop in made.edition.dropped} == {"found no room in any edition for a week"}


def test_what_waits_is_listed_with_its_reason() -> None:
    made = edition_of(*(report(n, n_sentences=1, n_words=8) for n in range(1, 17)))
    (left,) = made.edition.dropped
    assert left.reason == "no room in this edition; offered again with the next"
    assert left.outcome is Outcome.NEW


def test_one_full_story_is_kept_for_news_of_a_single_source() -> None:
    wide = []
    for n in range(1, 7):
        lead, other = (
            judged(10 * n + k, f"Word{n}x{k} was built in Bergen by {n * 7 + k} men.", story=f"w{n}", at=AT)
            for k in (0, 1)
        )
        wide += [lead, other]
    single = judged(99, "A lone outlet tells of 12 lamps.", at=AT)
    stories = [story_of(wide[at], wide[at + 1], first_seen_at=AT) for at in range(0, 12, 2)]
    full = [story.id for story in edition_of(*wide, single, stories=stories).edition.stories if not story.is_brief]
    assert len(full) == MAX_FULL
    assert "s99" in full


def test_a_round_up_is_a_one_liner() -> None:
    one = report(1, n_sentences=3)
    made = edition_of(replace(one, verdict=replace(one.verdict, is_roundup=True)), report(2, title="The week in lamps"))
    assert all(story.is_brief for story in made.edition.stories)


def test_what_waited_comes_next_time_and_is_still_new() -> None:
    articles = [report(n, n_sentences=1, n_words=8) for n in range(1, 31)]
    stories = [story_of(one, first_seen_at=AT) for one in articles]
    first = compose(DIGEST, material(*articles, stories=stories), edition_id="daily/1", since_at=SINCE, to_at=NOW)
    shown = [sentence.text for story in first.edition.stories for sentence in story.new]
    left = [(seq, article) for seq, article in enumerate(articles, start=1) if seq in first.waiting]
    later = material(stories=stories, shown=shown, judged=left)
    second = compose(DIGEST, later, edition_id="daily/2", since_at=NOW, to_at=NOW + timedelta(days=1))
    assert len(second.edition.stories) == 15
    assert not any(story.is_update for story in second.edition.stories)


def test_a_sentence_that_was_shown_is_not_shown_again() -> None:
    one = report(1, n_sentences=2)
    first = one.verdict.sentences[0].text
    made = edition_of(one, shown=[first])
    assert [sentence.text for story in made.edition.stories for sentence in story.new] == [
        one.verdict.sentences[1].text
    ]
    assert made.edition.stories[0].is_update


def test_a_story_that_an_earlier_edition_told_is_an_update() -> None:
    old = judged(1, "The works in Bergen will close.", story="s", at=SINCE - timedelta(hours=1))
    again = judged(2, "Lumen will build another in Odda.", story="s", at=AT)
    past = Past(sentences=frozenset(), articles=frozenset({"a1"}))
    (item,) = edition_of(again, stories=[story_of(old, again, first_seen_at=AT)], past=past).edition.stories
    assert item.is_update


def test_a_sentence_is_the_same_with_and_without_its_dateline() -> None:
    text = "Lumen Works will build a second plant in Bergen by 2028."
    made = edition_of(judged(1, f"OSLO, Sept 3 (NTB) - {text}", at=AT))
    assert made.edition.stories[0].new[0].text == text
    assert edition_of(judged(1, f"OSLO, Sept 3 (NTB) - {text}", at=AT), shown=[text]).edition.stories == ()


def test_a_headline_is_linked_to_its_own_article() -> None:
    one = judged(1, "Lumen will build.", story="s", at=AT, title="Things happen")
    two = judged(2, "Bergen gets a works with 400 posts.", story="s", at=AT, title="Lumen Works to hire 400 in Bergen")
    (item,) = edition_of(one, two, stories=[story_of(one, two, first_seen_at=AT)]).edition.stories
    assert (item.headline, item.headline_of) == ("Lumen Works to hire 400 in Bergen", "a2")


def test_a_copy_is_listed_with_what_it_is_a_copy_of() -> None:
    first = report(1, title="Lumen to build")
    copy = judged(2, "x", outcome=Outcome.DUPLICATE, at=AT)
    copy = replace(
        copy,
        verdict=replace(
            copy.verdict, of="a1",
            because=(Reason(stage="dedup", signal="containment", against="article:a1", detail="90% stands there"),),
        ),
    )  # fmt: skip
    (drop,) = edition_of(first, copy).edition.dropped
    assert (drop.reason, drop.of_title) == ("copy of another article: 90% stands there", "Lumen to build")


def test_an_article_whose_news_was_all_shown_is_counted_as_known() -> None:
    one = report(1)
    made = edition_of(one, shown=[sentence.text for sentence in one.verdict.sentences])
    assert made.edition.stories == ()
    assert made.edition.ledger.known == 1
    assert made.edition.dropped[0].reason == "an earlier edition showed all of its news"


def test_the_same_sentence_in_two_reports_of_a_story_is_printed_once() -> None:
    text = "Lumen Works will build a second plant in Bergen by 2028, it said on Tuesday."
    made = edition_of(judged(1, text, story="s", at=AT), judged(2, text, story="s", at=AT))
    assert [sentence.text for story in made.edition.stories for sentence in story.new] == [text]


def test_the_same_sentence_in_two_stories_is_printed_once() -> None:
    text = "Lumen Works will build a second plant in Bergen by 2028, it said on Tuesday."
    made = edition_of(judged(1, text, at=AT), judged(2, text, at=AT))
    assert [sentence.text for story in made.edition.stories for sentence in story.new] == [text]
    assert made.edition.ledger.fetched == 2


def test_a_story_seen_before_is_an_update() -> None:
    update = judged(2, "The plant will be twice as large.", outcome=Outcome.UPDATE, story="s", at=AT)
    story = story_of(judged(1, "x", story="s"), update, first_seen_at=SINCE - timedelta(days=2))
    assert edition_of(update, stories=[story]).edition.stories[0].is_update


def test_a_story_that_began_since_the_last_edition_is_new_with_all_its_updates() -> None:
    lead = judged(1, "Lumen Works will build a plant in Bergen.", story="s", at=AT)
    update = judged(2, "The plant will be twice as large.", outcome=Outcome.UPDATE, story="s", at=AT)
    (item,) = edition_of(lead, update, stories=[story_of(lead, update, first_seen_at=AT)]).edition.stories
    assert not item.is_update
    assert {sentence.article_id for sentence in item.new} == {"a1", "a2"}


def test_of_a_revised_article_only_what_was_added_is_news() -> None:
    old = judged_sentence("Lumen Works will build a plant in Bergen.", seen_at=SINCE - timedelta(days=1))
    added = judged_sentence("The minister is to lay the first stone on Friday.", seen_at=AT)
    lead = judged_sentence("Lumen Works is the largest maker of lamps in the north.", seen_at=SINCE - timedelta(days=1))
    revised = judged(1, lead, old, added, revision=2, at=AT)
    (item,) = edition_of(revised, shown=[lead.text]).edition.stories
    assert [sentence.text for sentence in item.new] == [added.text]


def test_an_article_revised_while_it_waited_is_shown_whole() -> None:
    old = judged_sentence("Lumen Works will build a plant in Bergen.", seen_at=SINCE - timedelta(days=1))
    added = judged_sentence("The minister is to lay the first stone on Friday.", seen_at=AT)
    (item,) = edition_of(judged(1, old, added, revision=2, at=AT)).edition.stories
    assert {sentence.text for sentence in item.new} == {old.text, added.text}


def test_all_outlets_of_a_large_story_are_counted_though_not_all_are_listed() -> None:
    lead = judged(1, "Lumen Works will build a plant in Bergen.", story="s", at=AT)
    others = [judged(n, "x", story="s") for n in range(2, 31)]
    (item,) = edition_of(lead, stories=[story_of(lead, *others)]).edition.stories
    assert item.n_outlets == 30
    assert len(item.articles) == 12
    assert item.articles[0].article_id == "a1"


def test_a_story_the_store_does_not_know_yet_has_one_lead() -> None:
    (item,) = edition_of(
        judged(1, "One plant opens.", story="s", at=AT), judged(2, "Ten closed.", story="s", at=AT)
    ).edition.stories
    assert [member.role.value for member in item.articles] == ["lead", "reports"]


def test_each_article_goes_to_the_digests_topic_that_it_matches_best() -> None:
    one = judged(1, "Lumen Works will build a plant.", at=AT)
    matches = (
        Match(topic_id="sea", score=0.99),
        Match(topic_id="chips", score=0.6),
        Match(topic_id="rules", score=0.8),
    )
    made = edition_of(replace(one, verdict=replace(one.verdict, matches=matches)))
    assert [section.id for section in made.edition.topics] == ["rules"]


def test_an_article_of_another_digests_topic_is_off_topic_here() -> None:
    one = judged(1, "The herring came late.", topics=("sea",), at=AT)
    here, there = edition_of(one), edition_of(one, digest=replace(DIGEST, id="sea", topic_ids=("sea",)))
    assert (here.edition.ledger.off_topic, here.edition.ledger.shown) == (1, 0)
    assert here.edition.dropped[0].reason == "not about this digest's topics"
    assert (there.edition.ledger.off_topic, there.edition.ledger.shown) == (0, 1)


def test_topics_stand_in_the_order_of_the_digest() -> None:
    made = edition_of(report(1, topics=("rules",)), report(2, topics=("chips",)))
    assert [section.title for section in made.edition.topics] == ["Chips", "Rules"]


def test_official_record_comes_first_among_equals() -> None:
    plain, official = report(1), report(2, url="https://www.commerce.gov/rule")
    made = edition_of(plain, official).edition
    assert [line.story_id for line in made.bottom_line] == ["s2", "s1"]
    assert {story.id: story.is_official for story in made.stories} == {"s1": False, "s2": True}


def test_a_paper_stands_in_the_record_by_itself_beside_the_story_it_belongs_to() -> None:
    press = judged(1, "The ministry will ask for licences from May, it said on Tuesday.", story="s", at=AT)
    paper = judged(
        2, "The rule, 91 FR 12345, takes effect on 15 October.", story="s", at=AT, url="https://www.commerce.gov/rule"
    )
    made = edition_of(press, paper, stories=[story_of(press, paper, first_seen_at=AT)]).edition
    full, record = made.stories
    assert (full.id, full.is_official, full.is_brief) == ("s", False, False)
    assert (record.id, record.is_official, record.documents) == ("a2", True, ("91 FR 12345",))
    assert made.ledger.shown == 2


def test_papers_have_room_of_their_own() -> None:
    papers = [report(n, n_sentences=1, n_words=8, url=f"https://www.commerce.gov/{n}") for n in range(1, 8)]
    others = [report(n, n_sentences=1, n_words=8) for n in range(11, 31)]
    made = edition_of(*papers, *others)
    kinds = Counter((story.is_official, story.is_brief) for story in made.edition.stories)
    assert kinds == {(True, True): MAX_RECORD, (False, False): MAX_FULL, (False, True): MAX_BRIEF}


def test_a_changed_figure_is_shown_with_both_sources_and_leads_the_bottom_line() -> None:
    text = "Lumen Works now plans 805,000 chips."
    old = KnownFrom(kind="corpus", id="corpus:1", text="It plans 600,000 chips.")
    one = judged(1, text, at=AT)
    change = Change(what="chips", old="600,000", new="805,000", old_text=old.text, new_text=text, old_source=old)
    made = edition_of(replace(one, verdict=replace(one.verdict, changes=(change,)))).edition
    (shown,) = made.stories[0].changed
    assert (shown.old_source, shown.new_source.url) == (old, one.article.url)
    assert made.bottom_line[0].tag == "CHANGED"
    assert "600,000 → 805,000" in made.bottom_line[0].text


def test_a_changed_figure_does_not_lead_without_its_sentence_in_sight() -> None:
    texts = [
        "Lumen Works will build a plant in Bergen for 40 million crowns.",
        "The minister of trade is to lay the first stone on Friday at noon.",
        "Norway had offered the firm 3 hectares of land beside the harbour.",
        "They had signed 100 orders so far.",
    ]
    one = judged(1, *texts, at=AT)
    plain = edition_of(one).edition
    (hidden,) = set(texts) - {sentence.text for sentence in plain.stories[0].new}
    old = KnownFrom(kind="corpus", id="corpus:1", text="It signed 90 orders.")
    change = Change(what="orders", old="90", new="100", old_text=old.text, new_text=hidden, old_source=old)
    made = edition_of(replace(one, verdict=replace(one.verdict, changes=(change,)))).edition
    assert made.stories[0].changed
    assert made.bottom_line[0].tag == "NEW"


def test_what_the_reader_knew_is_quoted_once_and_never_from_this_story() -> None:
    source = KnownFrom(kind="corpus", id="corpus:1", text="The plant in Bergen opens to 40 Lumen welders.")
    other = KnownFrom(kind="article", id="a9", text="An article of yesterday.")
    known = [
        judged_sentence(f"Known {n}.", is_novel=False, known_from=from_)
        for n, from_ in enumerate((source, source, other))
    ]
    (item,) = edition_of(judged(1, "The plant opens in Bergen with 400 welders.", *known, at=AT)).edition.stories
    assert item.known == (source,)


def test_what_another_digest_showed_is_not_what_the_reader_knew() -> None:
    text = "The plant in Bergen opens to 40 welders of Lumen."
    for digest, expected in (("weekly", 0), ("daily", 1)):
        source = KnownFrom(kind="edition", id=f"{digest}/2026-09-01", text=text)
        known = judged_sentence("Known.", is_novel=False, known_from=source)
        (item,) = edition_of(judged(1, "The plant opens in Bergen with 400 welders.", known, at=AT)).edition.stories
        assert len(item.known) == expected


def test_troubles_and_closed_entries_are_in_the_account() -> None:
    gone = Dropped(article_id="a", url=None, title=None, outlet=None, outcome=Outcome.FAILED, reason="404")
    trouble = FeedTrouble(url="https://outlet.example/rss", title=None, error="http_status", detail="503", since=None)
    ledger = edition_of(report(1), closed=[gone], troubles=[trouble]).edition.ledger
    assert (ledger.fetched, ledger.shown, ledger.failed, ledger.feeds_failing) == (2, 1, 1, 1)


def test_a_sentence_too_long_for_any_edition_does_not_wait_for_ever() -> None:
    made = edition_of(judged(1, " ".join(f"cell{n}" for n in range(2000)) + ".", at=AT))
    assert made.waiting == ()
    assert made.edition.n_words <= 900
    assert made.edition.ledger.shown == 1


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], "daily/2026-09-04"),
        (["daily/2026-09-04"], "daily/2026-09-04-2"),
        (["daily/2026-09-04", "daily/2026-09-04-2"], "daily/2026-09-04-3"),
        (["weekly/2026-09-04"], "daily/2026-09-04"),
    ],
)
def test_further_editions_of_a_day_are_numbered(taken: list[str], expected: str) -> None:
    assert edition_id(DIGEST, NOW, taken) == expected


def test_an_edition_is_dated_by_the_readers_day() -> None:
    late = NOW.replace(hour=22, minute=30)
    assert edition_id(DIGEST, late, []) == "daily/2026-09-05"
    assert edition_id(replace(DIGEST, timezone="America/New_York"), late, []) == "daily/2026-09-04"


@st.composite
def judged_articles(draw: st.DrawFn) -> list[JudgedArticle]:
    rows = []
    for number in range(1, draw(st.integers(0, 25)) + 1):
        outcome = draw(st.sampled_from([*Outcome, Outcome.NEW, Outcome.UPDATE]))
        texts = draw(
            st.lists(
                st.integers(0, 40).map(lambda n: f"Works {n} of Lumen made {n * 37} chips on day {n}."), max_size=3
            )
        )
        topics = draw(st.sampled_from([("chips",), ("rules",), ("sea",), ("chips", "rules"), ()]))
        story = draw(st.sampled_from([None, "s1", "s2", "s3"]))
        rows.append(judged(number, *texts, outcome=outcome, topics=topics, story=story, at=AT))
    return rows


@settings(max_examples=40)
@given(judged_articles(), st.sets(st.integers(0, 40)))
def test_the_account_adds_up_and_nothing_is_printed_twice(articles: list[JudgedArticle], shown: set[int]) -> None:
    before = [f"Works {n} of Lumen made {n * 37} chips on day {n}." for n in shown]
    made = edition_of(*articles, shown=before)
    edition, ledger = made.edition, made.edition.ledger
    assert ledger.fetched == len(articles)
    assert ledger.fetched == (
        ledger.shown
        + ledger.waiting
        + ledger.no_room
        + ledger.duplicate
        + ledger.known
        + ledger.off_topic
        + ledger.failed
    )
    texts = [sentence.text for story in edition.stories for sentence in story.new]
    assert max(Counter(texts).values(), default=1) == 1
    assert not set(texts) & set(before)
    by_id = {one.article.id: one.article for one in articles}
    for story in edition.stories:
        assert story.new
        for sentence in story.new:
            assert sentence.text in by_id[sentence.article_id].sentences
    assert edition.n_words <= 900
    assert len(edition.bottom_line) <= 3


@settings(max_examples=25)
@given(judged_articles(), st.randoms(use_true_random=False))
def test_the_order_of_stories_does_not_depend_on_the_order_of_the_material(
    articles: list[JudgedArticle], random: object
) -> None:
    distinct = [replace(one, verdict=replace(one.verdict, story_id=f"s{n}")) for n, one in enumerate(articles)]
    rows = list(enumerate(distinct, start=1))
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    first, second = edition_of(judged=rows), edition_of(judged=mixed)
    assert [story.id for story in first.edition.stories] == [story.id for story in second.edition.stories]
    assert first.waiting == second.waiting
