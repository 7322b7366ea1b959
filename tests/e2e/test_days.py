"""Three days of a labelled world: what is known stays out, what is new comes through once, and a repeat changes nothing."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.request import urlopen

import pytest

from monitor.demo import DemoArticle, DemoWorld
from monitor.text.normalise import text_hash
from monitor.text.urls import url_key
from tests.e2e.conftest import play
from tests.e2e.days import Play, files, new_sentences, succeeded, tables

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def outcomes(world: DemoWorld, played: Play) -> dict[str, str]:
    """The outcome of each labelled article by its id, the first version standing for its address."""
    listed = succeeded(played.desk.run(world.days[-1], "articles", "--json")).stdout.splitlines()
    by_key = {url_key(row["url"]): row["outcome"] for row in map(json.loads, listed)}
    return {article.id: by_key[url_key(world.url_of(article.id))] for article in world.articles if not article.updates}


def labelled(world: DemoWorld, *kinds: str) -> list[DemoArticle]:
    return [article for article in world.articles if article.kind in kinds and not article.updates]


def test_every_article_of_the_world_is_judged_and_none_fails(world, played, outcomes):
    assert set(outcomes) == {article.id for article in world.articles if not article.updates}
    assert [report["errors"] for report in played.reports] == [[], [], []]


def test_every_copy_of_known_background_is_left_out(world, outcomes):
    assert {outcomes[article.id] for article in labelled(world, "corpus-copy")} <= {"duplicate", "known"}


def test_every_copy_of_a_wire_report_is_left_out(world, outcomes):
    assert {outcomes[article.id] for article in labelled(world, "wire-copy")} <= {"duplicate", "known"}


def test_what_is_off_topic_is_never_kept(world, outcomes):
    wrong = {article.id: outcomes[article.id] for article in world.articles if not article.is_relevant}
    assert set(wrong.values()) == {"off_topic"}, wrong


def test_no_story_is_lost(world, outcomes):
    first = {}
    for article in labelled(world, "new-story"):
        first.setdefault(article.story, article)
    lost = {id_: outcomes[id_] for id_ in (a.id for a in first.values()) if outcomes[id_] not in ("new", "update")}
    assert first
    assert lost == {}


def test_no_sentence_is_shown_twice(played):
    shown = Counter(text_hash(new["text"]) for edition in played.editions for new in new_sentences(edition))
    assert shown
    assert [count for count in shown.values() if count > 1] == []


def test_every_new_sentence_is_verbatim_on_its_page(world, played):
    for evening, edition in zip(world.days, played.editions, strict=True):
        world.set_clock(evening)
        for new in new_sentences(edition):
            with urlopen(new["article"], timeout=10) as answer:
                page = unescape(re.sub(r"<[^>]+>", " ", answer.read().decode()))
            assert " ".join(new["text"].split()) in " ".join(page.split())


def test_every_new_sentence_is_one_of_the_article_and_not_of_its_frame(world, played):
    texts: dict[str | None, str] = {}
    for article in world.articles:
        key = url_key(world.url_of(article.id))
        texts[key] = texts.get(key, "") + "\n".join(article.texts) + "\n"
    shown = [new for edition in played.editions for new in new_sentences(edition)]
    assert [new["text"] for new in shown if new["text"] not in texts[url_key(new["article"])]] == []


def test_every_poll_but_the_first_is_conditional(world, played):
    for feed in world.feeds:
        path = "/" + feed.url.split("/", 3)[3]
        host = feed.url.split("/")[2]
        polls = [row for row in played.requests if row.path == path and row.header("host") == host]
        conditions = [bool(row.header("if-none-match") or row.header("if-modified-since")) for row in polls]
        assert conditions == [False, True, True]


def test_every_page_is_asked_for_once_a_version(world, played):
    feeds = {feed.url for feed in world.feeds}
    asked = Counter(
        f"http://{row.header('host')}{row.path}" for row in played.requests if not row.path.endswith("/robots.txt")
    )
    n_versions = Counter(url_key(world.url_of(article.id)) for article in world.articles)
    too_often = {url: n for url, n in asked.items() if url not in feeds and n > n_versions[url_key(url)]}
    assert too_often == {}


def test_every_edition_has_its_page_in_the_folder(played):
    site = files(played.desk.folder / "site")
    for edition in played.editions:
        assert f"{edition['id']}.html" in site
        assert edition["id"].partition("/")[2] in site["index.html"].decode()
    assert "digests.atom" in site


def test_the_ledger_of_each_edition_adds_up(played):
    for edition in played.editions:
        ledger = edition["ledger"]
        parts = [ledger[name] for name in ("shown", "duplicate", "known", "off_topic", "failed")]
        assert ledger["fetched"] == sum(parts) + ledger.get("waiting", 0)


def test_every_edition_can_be_finished_and_every_page_is_small(played):
    assert [edition["id"] for edition in played.editions if edition["n_words"] > 900] == []
    site = played.desk.folder / "site"
    pages = [*site.rglob("*.html")]
    assert {path.parent.name for path in pages} >= {"daily", "stories", "topics"}
    assert [path.name for path in pages if path.stat().st_size > 80_000] == []


def test_an_edition_that_was_sent_is_shown_again_as_it_was(played):
    edition = played.editions[0]
    again = succeeded(played.desk.run(datetime(2030, 1, 1, tzinfo=UTC), "digest", "--edition", edition["id"], "--json"))
    assert again.value == edition


def repeat_last_day(world: DemoWorld, played: Play, folder: Path) -> None:
    """Fetch and send again on the last evening, and compare everything with what was there before."""
    evening = world.days[-1]
    world.set_clock(evening)
    before, site = tables(played.desk.store), files(folder / "site")
    report = played.desk.fetch(evening)
    assert report["entries"]["new"] == 0
    assert report["feeds"]["not_modified"] == len(world.feeds)
    told = succeeded(played.desk.run(evening, "digest", "daily", "--send")).stdout
    assert "nothing sent" in told
    assert tables(played.desk.store) == before
    assert files(folder / "site") == site


def test_the_last_day_a_second_time_changes_nothing(world, played, tmp_path):
    desk = played.evenings[-1].copy_to(tmp_path / "desk")
    again = Play(desk=desk)
    repeat_last_day(world, again, desk.folder)


@pytest.mark.long
def test_the_days_on_postgresql_bring_the_same_editions(world, played, server, tmp_path):
    served = play(world, tmp_path / "desk", server)
    assert served.editions == played.editions
    assert [report["articles"] for report in served.reports] == [report["articles"] for report in played.reports]
    repeat_last_day(world, served, served.desk.folder)
