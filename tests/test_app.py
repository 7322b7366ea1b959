"""The wiring: which feeds, which digest, what an edition is made from, and a desk that is the same after a restart."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import (
    App,
    check,
    choose_feeds,
    draft_edition,
    find_digest,
    find_troubles,
    import_articles,
    open_app,
    open_desk,
    send_edition,
)
from monitor.config import load_settings
from monitor.errors import UsageError
from monitor.model import FeedState, JudgedArticle, Outcome, Page
from monitor.pipeline import Desk, save_judgement
from monitor.stages.copies import find_copy
from monitor.text.fingerprints import prints
from tests.factories import FakeEmbedder, article

NOW = datetime(2026, 9, 4, 7, tzinfo=UTC)
FIRST = "The storm tore the roof from the grain hall in Ellmouth harbour."
SECOND = "Nineteen fishing boats sank at their moorings before midnight."
ADDED = "Engineers reopened the coastal railway after replacing forty sleepers."
TRAINS = "Trains between Ellmouth and Corran run hourly again from Thursday morning."
CONFIG = """\
topics: [{id: all, title: Everything, learn: false, threshold: 0}]
feeds:
  - {url: "https://news.example/rss", title: News}
  - {url: "https://mirror.example/rss", title: Mirror}
  - {url: "https://old.example/rss", title: Old, enabled: false}
digests:
  - {id: daily, title: Daily, topics: [all], deliver: [{html: site/}]}
store: sqlite:///monitor.db
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    path = tmp_path / "feeds.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    with open_app(load_settings(path, env={}), now=NOW) as opened:
        yield opened


def bring(app: App, *rows: dict, as_known: bool = False):
    """Import articles; of each only what is said."""
    path = app.settings.path.parent / "articles.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return asyncio.run(import_articles(app, [path], as_known=as_known, embedder=FakeEmbedder()))[0]


def story(name: str, *sentences: str, hours_ago: float = 1) -> dict:
    moment = NOW - timedelta(hours=hours_ago)
    return {
        "url": f"https://news.example/{name}",
        "title": f"About the {name}",
        "text": "\n\n".join(sentences),
        "language": "en",
        "published": moment.isoformat(),
    }


def judged(app: App) -> dict[str, JudgedArticle]:
    return {each.article.url.rpartition("/")[2]: each for _, each in app.store.articles.iter_judged()}


def shown(app: App) -> list[str]:
    return [sentence.text for _, sentence in app.store.editions.load_shown()]


# --- choosing ------------------------------------------------------------------------------------------


def test_feeds_are_chosen_by_address_or_title(app):
    found = choose_feeds(app, only=["News", "https://old.example/rss"])
    assert [feed.title for feed in found] == ["News", "Old"]


def test_a_feed_that_is_not_subscribed_is_named(app):
    with pytest.raises(UsageError, match="Nws"):
        choose_feeds(app, only=["News", "Nws"])


def test_all_feeds_are_those_that_are_enabled(app):
    assert [feed.title for feed in choose_feeds(app, all_feeds=True)] == ["News", "Mirror"]


def test_a_feed_is_due_from_its_next_poll_on(app):
    state = FeedState(url="https://news.example/rss", next_poll_at=NOW + timedelta(minutes=1))
    app.store.feeds.save_poll(state, (), now=NOW)
    assert [feed.title for feed in choose_feeds(app)] == ["Mirror"]
    later = replace(app, now=NOW + timedelta(minutes=1))
    assert [feed.title for feed in choose_feeds(later)] == ["News", "Mirror"]


def test_troubles_are_the_enabled_feeds_whose_last_poll_failed(app):
    for url in ("https://mirror.example/rss", "https://old.example/rss"):
        app.store.feeds.save_poll(FeedState(url=url, error="timeout", error_detail="20 s"), (), now=NOW)
    assert [(trouble.title, trouble.error) for trouble in find_troubles(app)] == [("Mirror", "timeout")]


def test_the_only_digest_need_not_be_named(app):
    assert find_digest(app, None).id == "daily"


def test_a_digest_that_does_not_exist_is_answered_with_those_that_do(app):
    with pytest.raises(UsageError, match="daily"):
        find_digest(app, "weekly")


# --- editions ------------------------------------------------------------------------------------------


def test_an_empty_edition_is_not_stored(app):
    stored, report = send_edition(app, draft_edition(app, find_digest(app, None)))
    assert (stored, report.sent) == (None, [])
    assert app.store.editions.load_editions("daily") == ()


def test_an_empty_edition_is_sent_once_a_day_where_the_digest_wants_it(app):
    daily = replace(find_digest(app, None), send_empty=True)
    app = replace(app, settings=replace(app.settings, digests=(daily,)))
    editions = [send_edition(app, draft_edition(app, daily))[0] for _ in range(2)]
    assert [edition and edition.id for edition in editions] == ["daily/2026-09-04", None]


def test_what_an_edition_has_shown_is_not_in_the_next(app):
    bring(app, story("storm", FIRST, SECOND))
    first, _ = send_edition(app, draft_edition(app, find_digest(app, None)))
    assert first
    assert sorted(shown(app)) == sorted([FIRST, SECOND])
    assert draft_edition(app, find_digest(app, None)).is_empty


def test_a_preview_stores_nothing(app):
    bring(app, story("storm", FIRST, SECOND))
    assert not draft_edition(app, find_digest(app, None)).is_empty
    assert (shown(app), app.store.editions.load_outbox(now=NOW)) == ([], ())


def test_two_drafts_of_the_same_news_become_one_edition(app):
    bring(app, story("storm", FIRST, SECOND))
    tomorrow = replace(app, now=NOW + timedelta(days=1))
    drafts = [(each, draft_edition(each, find_digest(each, None))) for each in (app, tomorrow)]
    stored = [send_edition(each, draft)[0] for each, draft in drafts]
    assert [edition and edition.id for edition in stored] == ["daily/2026-09-04", None]
    assert sorted(shown(app)) == sorted([FIRST, SECOND])


def test_what_was_judged_while_a_digest_waited_for_its_turn_is_in_it(app):
    bring(app, story("storm", FIRST, SECOND))
    draft = draft_edition(app, find_digest(app, None))
    bring(app, story("railway", ADDED))
    edition, _ = send_edition(app, draft)
    assert {sentence.text for item in edition.stories for sentence in item.new} == {FIRST, SECOND, ADDED}


def test_the_first_edition_reaches_back_to_the_first_judgement_if_the_last_day_brought_nothing(app):
    bring(app, story("storm", FIRST, SECOND, hours_ago=100))
    edition = draft_edition(app, find_digest(app, None)).composition.edition
    assert edition.from_at < NOW - timedelta(hours=100)
    assert [sentence.text for item in edition.stories for sentence in item.new] == [FIRST, SECOND]


# --- judging -------------------------------------------------------------------------------------------


def test_imported_articles_are_judged_in_the_order_of_their_publication(app):
    bring(app, story("copy", FIRST, SECOND, hours_ago=1), story("storm", FIRST, SECOND, hours_ago=9))
    found = judged(app)
    assert (found["storm"].verdict.outcome, found["copy"].verdict.outcome) == (Outcome.NEW, Outcome.DUPLICATE)
    assert found["copy"].verdict.of == found["storm"].article.id


def test_importing_a_file_again_changes_nothing(app):
    rows = [story("storm", FIRST, SECOND), story("railway", ADDED)]
    bring(app, *rows)
    before = judged(app)
    assert bring(app, *rows).outcomes == {Outcome.DUPLICATE: 2}
    assert judged(app) == before


def test_what_is_imported_as_known_is_no_news_and_makes_later_copies_known(app):
    bring(app, story("storm", FIRST, SECOND, hours_ago=9), as_known=True)
    bring(app, story("copy", FIRST, SECOND))
    assert {name: each.verdict.outcome for name, each in judged(app).items()} == {
        "storm": Outcome.KNOWN,
        "copy": Outcome.DUPLICATE,
    }
    assert draft_edition(app, find_digest(app, None)).is_empty


LONG_TAIL = " ".join(f"and then village number {n} counted its windows" for n in range(12))


def test_a_desk_rebuilt_after_a_restart_judges_as_the_one_that_went_on(app, tmp_path):
    rows = [
        story("storm", FIRST, SECOND, hours_ago=9),
        story("container", FIRST, SECOND, f"The mayor thanked everybody {LONG_TAIL}.", hours_ago=7),
        story("more", FIRST.replace("tore", "ripped"), ADDED, hours_ago=5),
        story("copy", FIRST, SECOND, hours_ago=3),
        story("last", f"The mayor thanked everybody again {LONG_TAIL}.", TRAINS, hours_ago=1),
    ]
    bring(app, *rows)
    with open_app(app.settings, now=NOW, store=f"sqlite:///{tmp_path}/other.db") as other:
        for row in rows:
            bring(other, row)
        assert judged(other) == judged(app)
    assert judged(app)["container"].verdict.outcome is Outcome.DUPLICATE


def test_what_a_later_version_left_out_is_still_known_after_a_restart(app):
    desk = open_desk(app, (), embedder=FakeEmbedder())
    judge_version(app, desk, FIRST, SECOND, revision=1)
    judge_version(app, desk, FIRST, ADDED, revision=2)
    later = article(id="other", sentences=(SECOND, TRAINS), starts=(True, True), url="https://mirror.example/other")
    reopened = open_desk(app, (), embedder=FakeEmbedder())
    verdict = reopened.judge.judge(later, now=NOW).verdict
    assert [sentence.is_novel for sentence in verdict.sentences] == [False, True]
    assert verdict == desk.judge.judge(later, now=NOW).verdict


def judge_version(app: App, desk: Desk, *sentences: str, revision: int) -> None:
    version = article(sentences=sentences, starts=tuple(True for _ in sentences))
    before = app.store.articles.find_judged(version.id)
    judgement = desk.judge.judge(version, now=NOW, earlier=before.verdict.sentences if before else ())
    save_judgement(desk, judgement, store=app.store, entry_seq=None, revision=revision, now=NOW)


def test_a_check_says_what_is_new_and_stores_nothing(app):
    bring(app, story("storm", FIRST, SECOND))
    before = judged(app)
    page = Page(url=None, title="Railway", paragraphs=(FIRST, f"{ADDED} {TRAINS}"), language="en")
    verdict = asyncio.run(check(app, page, embedder=FakeEmbedder())).verdict
    assert [sentence.text for sentence in verdict.sentences if sentence.is_novel] == [ADDED, TRAINS]
    assert judged(app) == before


def test_a_check_of_a_stored_address_does_not_find_the_article_itself(app):
    bring(app, story("storm", FIRST, SECOND))
    stored = judged(app)["storm"].article
    page = Page(url=stored.url, title="About the storm", paragraphs=(FIRST, SECOND), language="en")
    found = asyncio.run(check(app, page, embedder=FakeEmbedder()))
    assert (found.article.id, found.verdict.outcome, found.verdict.of) == (stored.id, Outcome.NEW, None)
    elsewhere = replace(page, url="https://other.example/storm")
    copy = asyncio.run(check(app, elsewhere, embedder=FakeEmbedder())).verdict
    assert (copy.outcome, copy.of) == (Outcome.DUPLICATE, stored.id)


def test_a_start_reads_no_text_that_is_off_topic_and_still_knows_its_copies(app):
    judge_version(app, open_desk(app, (), embedder=FakeEmbedder()), FIRST, SECOND, revision=1)
    (one,) = judged(app).values()
    off = replace(one, verdict=replace(one.verdict, outcome=Outcome.OFF_TOPIC), judged_at=NOW + timedelta(minutes=1))
    keys = app.store.articles.find_known(article_id=one.article.id).keys
    app.store.articles.save_judged(off, keys, entry_seq=None, story=None)
    known = open_desk(app, (), embedder=FakeEmbedder()).judge.known
    assert known.documents == []
    text = f"Our harbour desk writes this morning. {FIRST} {SECOND}"
    copy = replace(article(text), id="copy")
    finding = find_copy(copy, prints(" ".join(copy.sentences)), known)
    assert finding is not None
    assert (finding.is_copy, finding.document.is_on_topic) == (True, False)
