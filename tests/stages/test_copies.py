"""Copies and what only looks like one, in English and Chinese."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from monitor.model import Article, ArticleKeys, JudgedArticle, KnownRecord, Outcome, Verdict
from monitor.stages.copies import CopyFinding, find_changed_figure, find_copy, find_same_text
from monitor.stages.known import KnownBase
from monitor.text.fingerprints import prints, to_bytes
from monitor.text.normalise import text_hash
from tests.factories import Newsroom, article

WIRE = """Lumen Works will build a second chip plant in Bergen, the company said on Tuesday. The plant is to make
12,000 wafers a month from the spring of 2028, twice as many as the first one in Odda.

The state of Norway lends 1.4 billion crowns for twenty years at a fixed rate. A further 600 million come from a pension
fund in Oslo that already owns a tenth of the company.

Unions welcomed the plan but asked for apprenticeships. The head of the works council, who has worked there since the
first shift, said that every third colleague retires before 2030.

Neighbours have until the end of October to object. The council expects the most complaints about water, since the plant
takes as much from the lake as a town of nine thousand people."""

OTHER_WORDS = """A chip maker from the west of Norway is to double in size. On Tuesday Lumen Works announced a new factory
in Bergen which, from early 2028, should turn out 12,000 wafers every month.

Oslo puts up most of the money: a loan of 1.4 billion crowns, to be paid back within two decades. Pension savings of some
600 million complete the sum.

Not everybody is happy. People living along the lake fear for their water, and may file protests through October."""

AROUND = """The week in northern industry began quietly. Timber prices rose for a third month, sawmills in the valleys
reported, while exporters complained about the strong crown and about the missing railway link to the coast.

Fishing quotas were the talk of the coast. The ministry wants to cut the herring catch by a fifth, and skippers answered
with a blockade of three harbours which lasted until the early hours of Thursday."""

AROUND_TOO = " ".join(reversed(AROUND.split())) + "\n\n" + " ".join(word[::-1] for word in AROUND.split())

WIRE_ZH = """灯塔半导体周二宣布，将在卑尔根建设第二座芯片工厂。新工厂计划于2028年春季投产，月产能为一万两千片晶圆，是奥达首座工厂的两倍。

挪威政府将以固定利率提供十四亿克朗贷款，期限二十年。另外六亿克朗来自奥斯陆的一家养老基金，该基金已持有公司十分之一的股份。

工会对该计划表示欢迎，但要求公司增加学徒名额。职工委员会主席说，到2030年每三名同事中就有一人退休。

附近居民可在十月底之前提出异议。市议会预计，大部分意见将集中在用水问题上，因为工厂从湖中取水的数量相当于一座九千人的小镇。"""

OTHER_WORDS_ZH = """挪威西部的一家芯片制造商规模将扩大一倍。灯塔半导体本周公布建厂方案，地点选在卑尔根，2028年起每月可生产一万两千片晶圆。

资金大头由国家承担，贷款总额十四亿克朗，二十年内还清，其余来自养老储蓄。湖边居民担心水源，十月底前可以递交反对意见。"""


def find(one: Article, *known: Article) -> CopyFinding | None:
    room = Newsroom(*known)
    return find_copy(one, prints(" ".join(one.sentences)), room.known)


def found_copy(text: str, known: str) -> bool:
    finding = find(article(text, id="copy"), article(known, id="known"))
    return finding is not None and finding.is_copy


def paragraphs(text: str) -> list[str]:
    return text.split("\n\n")


BOTH = pytest.mark.parametrize("wire", [WIRE, WIRE_ZH], ids=["english", "chinese"])


@BOTH
def test_the_same_text_is_found_by_its_hash(wire: str) -> None:
    room = Newsroom(article(wire, id="known"))
    same = find_same_text(article(wire.replace("\n", "  \n"), id="copy"), room.known)
    assert same is not None
    assert same.article.id == "known"


@BOTH
def test_the_same_text_is_a_copy(wire: str) -> None:
    assert found_copy(wire, wire)


@BOTH
def test_a_text_in_a_frame_of_other_words_is_a_copy(wire: str) -> None:
    framed = (
        f"Our correspondent sends this from the north.\n\n{wire}\n\nMore about it in the evening edition of this paper."
    )
    assert found_copy(framed, wire)


@BOTH
def test_a_text_cut_to_its_first_part_is_a_copy(wire: str) -> None:
    assert found_copy("\n\n".join(paragraphs(wire)[:2]), wire)


@BOTH
def test_a_wire_text_with_one_paragraph_cut_and_one_added_is_a_copy(wire: str) -> None:
    own = (
        "The mayor told this paper that she would rather have a school."
        if wire is WIRE
        else "市长对本报表示，她更希望建一所学校。"
    )
    assert found_copy("\n\n".join([*paragraphs(wire)[:1], own, *paragraphs(wire)[2:]]), wire)


def test_a_text_with_single_words_exchanged_is_a_copy() -> None:
    edited = (
        WIRE.replace("company said", "firm said")
        .replace("Unions welcomed", "Labour welcomed")
        .replace("a town of", "a city of")
    )
    assert edited != WIRE
    assert found_copy(edited, WIRE)


def test_curly_and_straight_apostrophes_make_no_difference() -> None:
    straight = WIRE.replace("the company said", "the company's owners didn't say")
    assert found_copy(straight.replace("'", "’"), straight)


@BOTH
def test_a_text_inside_a_longer_page_is_held_by_it(wire: str) -> None:
    finding = find(article(f"{AROUND}\n\n{wire}\n\n{AROUND_TOO}", id="page"), article(wire, id="known"))
    assert finding is not None
    assert finding.is_container
    assert finding.holds == 1.0


@pytest.mark.parametrize(("one", "two"), [(OTHER_WORDS, WIRE), (OTHER_WORDS_ZH, WIRE_ZH)], ids=["english", "chinese"])
def test_two_reports_of_one_event_in_own_words_are_no_copies(one: str, two: str) -> None:
    assert find(article(one, id="copy"), article(two, id="known")) is None


PACKAGE = """The council adopted its 12th package of measures against the smugglers on Monday. It lists 47 ships and 18
harbour agents, who may neither land nor insure their cargo.

The measures take effect on 3 March and run for six months. Ambassadors had argued about the list of ships for 9 weeks."""


def test_the_same_template_with_other_figures_is_no_copy() -> None:
    thirteenth = PACKAGE.replace("12th", "13th").replace("47", "52").replace("3 March", "8 September")
    finding = find(article(thirteenth, id="new"), article(PACKAGE, id="known"))
    assert finding is None or finding.changed is not None
    assert finding is None or not (finding.is_copy or finding.is_container)


def test_a_changed_figure_in_a_chinese_template_vetoes() -> None:
    other = WIRE_ZH.replace("一万两千片", "三万片").replace("第二座", "第三座")
    finding = find(article(other, id="new"), article(WIRE_ZH, id="known"))
    assert finding is not None
    assert finding.changed is not None
    assert not (finding.is_copy or finding.is_container)


def test_the_veto_names_both_sentences_in_the_reason() -> None:
    finding = find(article(WIRE.replace("12,000", "18,000"), id="new"), article(WIRE, id="known"))
    assert finding is not None
    assert "18,000" in (finding.reason().detail or "")
    assert "12,000" in (finding.reason().detail or "")


def test_the_same_figure_in_another_spelling_is_no_change() -> None:
    assert found_copy(WIRE.replace("1.4 billion", "1,400 million"), WIRE)


def test_a_sentence_is_compared_with_its_own_original_not_with_a_sibling_of_the_same_pattern() -> None:
    rows = [
        f"Dealers in {town} sold {n},000 electric cars in May, which is {n} percent more than in the same month last year."
        for town, n in (("Bergen", 12), ("Odda", 14), ("Voss", 17), ("Stord", 19))
    ]
    text = " ".join(rows)
    edited = text.replace("Dealers in Odda sold", "Showrooms in Odda sold")
    assert find_changed_figure(article(edited).sentences, article(text).sentences, "en") is None


def test_a_round_up_that_holds_one_paragraph_is_no_copy() -> None:
    finding = find(article(f"{AROUND}\n\n{paragraphs(WIRE)[0]}\n\n{AROUND_TOO}", id="page"), article(WIRE, id="known"))
    assert finding is None or not (finding.is_copy or finding.is_container)


def test_a_few_words_are_never_called_a_copy() -> None:
    assert not found_copy("The plant is to open.", WIRE)


def test_an_article_is_no_copy_of_its_own_earlier_revision() -> None:
    room = Newsroom(article(WIRE, id="a1"))
    revised = article(WIRE + "\n\nThe minister comes on Friday.", id="a1")
    assert find_copy(revised, prints(" ".join(revised.sentences)), room.known) is None


def test_what_is_on_topic_is_preferred_over_a_longer_text_that_is_not() -> None:
    room = Newsroom()
    room.learn(room.analyse(article(f"{AROUND}\n\n{AROUND_TOO}", id="other")), outcome=Outcome.OFF_TOPIC)
    room.learn(room.analyse(article(WIRE, id="wanted")))
    page = article(f"{AROUND}\n\n{WIRE}\n\n{AROUND_TOO}", id="page")
    finding = find_copy(page, prints(" ".join(page.sentences)), room.known)
    assert finding is not None
    assert finding.document.article.id == "wanted"


def test_own_sentences_are_those_that_stand_nowhere_else() -> None:
    own = "She would rather have a school there, the mayor told this paper after the vote in the town hall."
    page = article(f"{paragraphs(WIRE)[0]}\n\n{own}", id="page")
    finding = find(page, article(WIRE, id="known"))
    assert finding is not None
    assert finding.own == (len(page.sentences) - 1,)


def test_an_article_without_sentences_is_no_copy() -> None:
    empty = article("", id="empty")
    room = Newsroom(article("", id="known"))
    assert find_same_text(empty, room.known) is None
    assert find_copy(empty, prints(""), room.known) is None


def test_looking_for_changed_figures_in_hundreds_of_edited_sentences_ends() -> None:
    one = [
        f"On day {n} the works of {n:x}a in Bergen made {n} wafers and sold most of them to Voss." for n in range(600)
    ]
    two = [sentence.replace("sold", "gave") for sentence in one]
    assert find_changed_figure(one, two, "en") is None


def swapped(text: str, every: int) -> str:
    """Every so many words another one."""
    words = text.split(" ")
    return " ".join(
        "otherwise" if place % every == every - 1 and word.isalpha() and word != "million" else word
        for place, word in enumerate(words)
    )


def test_a_text_with_every_eleventh_word_replaced_is_a_copy() -> None:
    assert swapped(WIRE, 11) != WIRE
    assert found_copy(swapped(WIRE, 11), WIRE)


def test_a_text_whose_paragraphs_changed_their_order_is_a_copy() -> None:
    assert found_copy("\n\n".join(reversed(paragraphs(WIRE))), WIRE)


def test_a_page_that_holds_one_paragraph_of_a_wire_names_it_without_calling_itself_a_copy() -> None:
    page = article(f"{AROUND}\n\n{paragraphs(WIRE)[2]}\n\n{AROUND_TOO}", id="page")
    finding = find(page, article(WIRE, id="known"))
    assert finding is not None
    assert not (finding.is_copy or finding.is_container)
    assert finding.reason().signal == "passage"
    assert "apprenticeships" in finding.passage[1]


@BOTH
def test_the_longest_shared_passage_is_quoted_as_each_side_writes_it(wire: str) -> None:
    upper = wire.upper()
    finding = find(article(f"{AROUND}\n\n{upper}", id="page"), article(wire, id="known"))
    assert finding is not None
    own, other = finding.passage
    assert "".join(upper.split()).startswith("".join(own.split()).removesuffix("…"))
    assert "".join(wire.split()).startswith("".join(other.split()).removesuffix("…"))


def test_the_reason_quotes_both_sides() -> None:
    finding = find(article(WIRE, id="copy"), article(WIRE, id="known"))
    assert finding is not None
    reason = finding.reason()
    assert (reason.passage or "").startswith("Lumen Works will build")
    assert reason.own_passage == reason.passage


def test_of_two_known_texts_the_one_that_stands_here_whole_is_named() -> None:
    room = Newsroom(article(WIRE, id="whole"), article(f"{paragraphs(WIRE)[0]}\n\n{OTHER_WORDS}", id="part"))
    copy = article(f"Our correspondent sends this.\n\n{WIRE}", id="copy")
    finding = find_copy(copy, prints(" ".join(copy.sentences)), room.known)
    assert finding is not None
    assert finding.document.article.id == "whole"


def test_a_copy_of_a_copy_is_told_from_the_original() -> None:
    room = Newsroom()
    room.read(article(WIRE, id="original"))
    n_postings = len(room.known._postings)
    for number in range(3):
        verdict = room.read(article(f"Paper {number} has this from the wire tonight.\n\n{WIRE}", id=f"copy{number}"))
        assert (verdict.outcome, verdict.of) == (Outcome.DUPLICATE, "original")
    assert len(room.known._postings) == n_postings  # a copy needs no fingerprints of its own


class Shelf:
    """An archive that counts what is fetched from it; implements ``ports.Archive``."""

    def __init__(self, *records: KnownRecord) -> None:
        self.records = records
        self.fetched: list[int] = []

    def load_known(self, seqs: Collection[int]) -> list[KnownRecord]:
        self.fetched += seqs
        return [record for record in self.records if record.seq in seqs]

    def find_known(self, *, article_id: str | None = None, text_hash: str | None = None) -> KnownRecord | None:
        return next(
            (r for r in self.records if text_hash == r.keys.text_hash or article_id == r.judged.article.id), None
        )


def record(seq: int, one: Article) -> KnownRecord:
    text = " ".join(one.sentences)
    keys = ArticleKeys(url_key=None, text_hash=text_hash(text), prints=to_bytes(prints(text)))
    return KnownRecord(
        seq=seq, judged=JudgedArticle(article=one, verdict=Verdict(outcome=Outcome.OFF_TOPIC)), keys=keys
    )


def known_from(*records: KnownRecord) -> tuple[KnownBase, Shelf]:
    shelf = Shelf(*records)
    known = KnownBase(archive=shelf)
    known.load_prints([([r.seq for r in records], [r.keys.prints for r in records])])
    return known, shelf


def test_a_copy_of_what_only_the_archive_holds_is_found_and_nothing_else_is_fetched() -> None:
    known, shelf = known_from(record(3, article(WIRE, id="wire")), record(4, article(AROUND, id="other")))
    copy = article(f"From our wire service.\n\n{WIRE}", id="copy")
    finding = find_copy(copy, prints(" ".join(copy.sentences)), known)
    assert finding is not None
    assert (finding.document.article.id, finding.document.is_on_topic, shelf.fetched) == ("wire", False, [3])


def test_the_same_text_is_found_in_the_archive() -> None:
    known, _ = known_from(record(3, article(WIRE, id="wire")))
    same = find_same_text(article(WIRE, id="copy"), known)
    assert same is not None
    assert same.article.id == "wire"


def test_a_document_that_is_gone_from_the_archive_is_ignored() -> None:
    known, shelf = known_from(record(3, article(WIRE, id="wire")))
    shelf.records = ()
    copy = article(WIRE, id="copy")
    assert find_copy(copy, prints(" ".join(copy.sentences)), known) is None
