"""The labels of the demo world are complete and do not contradict each other."""

import re

import pytest

from monitor.demo import DemoArticle, load_articles, load_corpus

ARTICLES = load_articles()
BY_ID = {article.id: article for article in ARTICLES}
CORPUS = {f"corpus:{name.split('_')[0]}": text for name, text in load_corpus().items()}
KINDS = {
    "new-story",
    "follow-up",
    "update",
    "wire-copy",
    "corpus-copy",
    "rewrite",
    "roundup",
    "near-topic",
    "off-topic",
}

every_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)


def of_kind(*kinds: str) -> list[DemoArticle]:
    return [article for article in ARTICLES if article.kind in kinds]


def digits_of(text: str) -> str:
    return "".join(re.findall(r"\d+", text))


def test_the_world_is_large_enough_to_score_by():
    assert len(ARTICLES) >= 40
    assert sum(len(article.sentences) for article in ARTICLES) >= 300
    assert len({article.outlet for article in ARTICLES}) == 6
    assert {article.kind for article in ARTICLES} == KINDS
    assert len(CORPUS) == 4


def test_ids_and_times_are_unique():
    assert len(BY_ID) == len(ARTICLES)
    assert len({article.published_at for article in ARTICLES}) == len(ARTICLES)


@every_article
def test_an_article_is_complete(article: DemoArticle):
    assert 5 <= len(article.sentences) <= 20
    assert all((article.title, article.byline, article.section, article.story))
    assert article.published_at.utcoffset() is not None
    assert article.is_relevant == (article.kind not in {"near-topic", "off-topic"})
    assert all(sentence.text == sentence.text.strip() for sentence in article.sentences)
    assert all(sentence.text[-1] in '.?!"。' for sentence in article.sentences)


@every_article
def test_a_label_covers_one_sentence_only(article: DemoArticle):
    assert not [sentence.text for sentence in article.sentences if re.search(r"[.?!] [A-Z]|。.", sentence.text)]


@every_article
def test_a_novel_sentence_has_no_source(article: DemoArticle):
    assert not [sentence for sentence in article.sentences if sentence.is_novel and sentence.known_from]


@every_article
def test_known_from_names_an_earlier_text(article: DemoArticle):
    for source in {sentence.known_from for sentence in article.sentences} - {None}:
        assert source in CORPUS or BY_ID[source].published_at < article.published_at


@every_article
def test_known_from_names_a_text_that_brought_something_new(article: DemoArticle):
    for source in {sentence.known_from for sentence in article.sentences} - {None} - CORPUS.keys():
        assert any(sentence.is_novel for sentence in BY_ID[source].sentences)


@every_article
def test_no_sentence_is_novel_twice(article: DemoArticle):
    earlier = [other for other in ARTICLES if other.published_at < article.published_at]
    seen = {sentence.text for other in earlier for sentence in other.sentences}
    assert not [sentence.text for sentence in article.sentences if sentence.is_novel and sentence.text in seen]


@pytest.mark.parametrize("article", of_kind("corpus-copy"), ids=lambda article: article.id)
def test_a_corpus_copy_is_word_for_word_and_brings_nothing(article: DemoArticle):
    copied = [sentence.text for sentence in article.sentences if sentence.known_from == article.copy_of]
    assert copied
    assert all(text in CORPUS[article.copy_of or ""] for text in copied)
    assert not any(sentence.is_novel for sentence in article.sentences)


def test_the_corpus_is_copied_whole_framed_and_cut():
    whole, framed, cut = BY_ID["D08"], BY_ID["D15"], BY_ID["D27"]
    assert CORPUS["corpus:001"].rstrip().endswith("\n".join(whole.texts))
    assert "\n".join(framed.texts[1:-1]) in CORPUS["corpus:003"]
    assert {sentence.known_from for sentence in (*framed.paragraphs[0], *framed.paragraphs[-1])} == {None}
    assert "\n".join(cut.texts) in CORPUS["corpus:004"]
    assert not CORPUS["corpus:004"].rstrip().endswith(cut.texts[-1])


def test_a_roundup_prints_a_whole_corpus_text():
    roundup = next(article for article in of_kind("roundup") if article.copy_of)
    embedded = [text for text in roundup.texts if text in CORPUS["corpus:002"]]
    assert len(embedded) == 5
    assert len(embedded) < len(roundup.texts)


@pytest.mark.parametrize("article", of_kind("wire-copy"), ids=lambda article: article.id)
def test_a_wire_copy_adds_one_paragraph_at_the_end(article: DemoArticle):
    original = BY_ID[article.copy_of or ""]
    shared = article.texts[:-1]
    assert shared == original.texts[: len(shared)]
    assert article.outlet != original.outlet
    assert article.story == original.story
    assert {sentence.is_novel for sentence in article.sentences[: -len(article.paragraphs[-1])]} == {False}


@pytest.mark.parametrize("article", of_kind("update"), ids=lambda article: article.id)
def test_an_update_follows_a_version_of_the_same_outlet_and_story(article: DemoArticle):
    first = BY_ID[article.updates or ""]
    assert (first.outlet, first.story) == (article.outlet, article.story)
    assert first.published_at < article.published_at


@pytest.mark.parametrize(
    ("article", "change"),
    [(article, change) for article in ARTICLES for change in article.changed_figures],
    ids=lambda value: getattr(value, "id", None),
)
def test_a_changed_figure_is_in_its_article_and_the_old_one_in_its_source(article, change):
    old_text = CORPUS.get(change.old_from) or " ".join(BY_ID[change.old_from].texts)
    new_sentences = [sentence.text for sentence in article.sentences if sentence.is_novel]
    assert change.old != change.new
    assert change.old.casefold() in old_text.casefold()
    assert any(change.new in text or digits_of(change.new) in re.findall(r"\d+", text) for text in new_sentences)


def test_covered_stories_were_told_before():
    for article in of_kind("roundup"):
        told = {other.story for other in ARTICLES if other.published_at < article.published_at}
        assert article.covers
        assert set(article.covers) <= told


def test_two_retellings_bring_nothing_and_one_brings_a_fact_in_its_middle():
    novel = {
        article.id: [k for k, sentence in enumerate(article.sentences) if sentence.is_novel]
        for article in of_kind("rewrite")
    }
    assert sorted(map(len, novel.values())) == [0, 0, 1]
    (id_,) = (id_ for id_, positions in novel.items() if positions)
    assert 2 <= novel[id_][0] < len(BY_ID[id_].sentences) - 2


def test_an_event_is_told_in_chinese_twice_and_in_english():
    languages = [article.language for article in ARTICLES if article.story == "S01"]
    assert languages.count("zh") == 2
    assert "en" in languages


def test_one_fact_is_known_in_english_from_a_chinese_report_only():
    crossings = {
        sentence.known_from
        for article in ARTICLES
        if article.language == "en"
        for sentence in article.sentences
        if sentence.known_from in BY_ID and BY_ID[sentence.known_from].language == "zh"
    }
    assert crossings == {"D25"}


def test_one_corpus_file_carries_the_boilerplate_of_its_page():
    assert "Skip to content" in CORPUS["corpus:002"]
    assert "All rights reserved" in CORPUS["corpus:002"]
