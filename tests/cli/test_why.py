"""``monitor why``: articles, and entries that made none."""

from datetime import timedelta

import pytest

from monitor.model import Arrival, Entry, FeedState, Outcome, Reason
from monitor.store import open_store
from tests.cli.conftest import NOW

FEED = "https://one.example/rss"


def row_with(cli, home, outcome):
    return cli("--config", home.config, "articles", "--outcome", outcome, "--json").values[0]


@pytest.mark.parametrize("key", ["id", "url"])
def test_an_article_is_found_by_id_and_by_address(cli, home, key):
    row = row_with(cli, home, "new")
    done = cli("--config", home.config, "why", row[key], "--json")
    assert done.status == 0
    assert {name: done.value[name] for name in row} == row
    assert (done.value["state"], done.value["entries"]) == ("judged", [])
    assert [step["outcome"] for step in done.value["history"]] == ["new"]


def test_the_report_shows_scores_thresholds_and_each_sentence_with_its_source(cli, home):
    row = row_with(cli, home, "new")
    told = cli("--config", home.config, "why", row["id"]).out
    match = next(reason for reason in row["because"] if reason["stage"] == "match")
    assert f"{match['score']:.2f} (threshold {match['threshold']:.2f})" in told
    for sentence in row["sentences"]:
        assert sentence["text"] in told
        if sentence["known_from"]:
            assert f"< {sentence['known_from']['text']}" in told


def test_a_copy_names_its_original_by_title(cli, home):
    row = row_with(cli, home, "duplicate")
    told = cli("--config", home.config, "why", row["id"]).out
    assert f"[{row['of']}]" in told
    if not row["of"].startswith("corpus:"):
        original = cli("--config", home.config, "why", row["of"], "--json").value
        assert original["title"] in told


def test_an_unknown_address_fails_with_a_hint(cli, home):
    done = cli("--config", home.config, "why", "https://nowhere.example/x")
    assert (done.status, done.out) == (1, "")
    assert "nothing is known of https://nowhere.example/x" in done.err
    assert "monitor check" in done.err


@pytest.fixture
def queue(bare):
    """A store with one entry that waits, one that is put off, one that failed for good."""
    store = open_store(f"sqlite:///{bare.parent}/monitor.db")
    arrivals = [
        Arrival(
            entry=Entry(url=f"https://one.example/{name}", title=f"Title of {name}"),
            key=name,
            link_key=f"one.example/{name}",
            text_hash=name,
        )
        for name in ("fresh", "slow", "lost")
    ]
    store.feeds.save_poll(FeedState(url=FEED, title="One"), arrivals, now=NOW)
    seqs = {pending.key: pending.seq for pending in store.feeds.load_pending(limit=9, now=NOW)}
    timeout = Reason(stage="read", signal="timeout", detail="no answer in 20 s")
    missing = Reason(stage="read", signal="http_status", detail="404 Not Found")
    store.feeds.put_off(seqs["slow"], (timeout,), until=NOW + timedelta(minutes=30))
    store.feeds.close_entry(seqs["lost"], Outcome.FAILED, (missing,), article_id="alost", now=NOW)
    store.close()
    return bare


def test_an_entry_that_is_put_off_tells_why_and_until_when(cli, queue):
    done = cli("--config", queue, "why", "https://one.example/slow", "--json")
    assert (done.value["state"], done.value["outcome"], done.value["attempts"]) == ("pending", None, 1)
    assert done.value["put_off_until"] == "2026-06-02T20:30:00Z"
    assert done.value["because"][0]["detail"] == "no answer in 20 s"
    assert (
        "waits to be read again at 2026-06-02 20:30 UTC"
        in cli("--config", queue, "why", "https://one.example/slow").out
    )


def test_an_entry_that_was_never_read_says_so(cli, queue):
    assert "waits to be read" in cli("--config", queue, "why", "https://one.example/fresh").out


@pytest.mark.parametrize("ref", ["https://one.example/lost", "https://ONE.example/lost?utm_source=x", "alost"])
def test_an_entry_that_failed_for_good_tells_why(cli, queue, ref):
    done = cli("--config", queue, "why", ref, "--json")
    assert (done.value["state"], done.value["outcome"]) == ("closed", "failed")
    assert done.value["because"][0]["detail"] == "404 Not Found"
    assert "404 Not Found" in cli("--config", queue, "why", ref).out


def test_status_counts_what_waits(cli, queue):
    done = cli("--config", queue, "--now", NOW.isoformat(), "status", "--json")
    assert done.value["entries"] == {"pending": 2, "put_off": 1}
    assert done.value["articles"]["failed"] == 1
