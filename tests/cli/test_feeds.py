"""``monitor feeds``."""

from datetime import timedelta

import pytest

from monitor.model import FeedState
from monitor.store import open_store
from tests.cli.conftest import NOW

CHECK_KEYS = {"url", "ok", "kind", "title", "entries", "newest", "status", "problems"}


def test_check_asks_every_feed_and_stores_nothing(cli, world, tmp_path):
    config = world.write_config(tmp_path)
    done = cli("--config", config, "--now", NOW.isoformat(), "feeds", "check", "--json")
    assert done.status == 0
    assert [row["title"] for row in done.values] == [feed.title for feed in world.feeds]
    for row in done.values:
        assert row.keys() == CHECK_KEYS
        assert (row["ok"], row["status"], row["problems"]) == (True, 200, [])
        assert row["entries"] > 0
        assert row["newest"].startswith("2026-06-0")
    assert "6 of 6 feeds" in done.err
    assert not (tmp_path / "monitor.db").exists()


def test_check_tells_what_is_wrong_with_an_address(cli, bare, world):
    home = world.feeds[0].url.replace("rss.xml", "")
    done = cli("--config", bare, "feeds", "check", home, f"{home}gone.xml", "--json")
    assert done.status == 0
    page, gone = done.values
    assert (page["ok"], page["status"]) == (False, 200)
    assert f"its feeds: {world.feeds[0].url}" in page["problems"][0]
    assert (gone["ok"], gone["status"], gone["kind"]) == (False, 404, None)
    assert "http_status" in gone["problems"][0]


def test_check_says_that_a_feed_is_stale(cli, bare, world):
    later = NOW + timedelta(days=100)
    done = cli("--config", bare, "--now", later.isoformat(), "feeds", "check", world.feeds[0].url)
    assert "its newest entry is 100 days old" in done.out


def test_check_of_an_unknown_title_is_refused(cli, bare):
    done = cli("--config", bare, "feeds", "check", "The Daily Otter")
    assert done.status == 2
    assert "no feed has the title 'The Daily Otter'" in done.err


def test_list_tells_when_each_feed_was_asked_and_is_asked_again(cli, home, world):
    done = cli("--config", home.config, "--now", NOW.isoformat(), "feeds", "list", "--json")
    assert done.status == 0
    assert [row["url"] for row in done.values] == [feed.url for feed in world.feeds]
    for row in done.values:
        assert (row["state"], row["enabled"], row["topics"], row["error"]) == ("waiting", True, None, None)
        assert row["last_poll"] == "2026-06-02T20:00:00Z"
        assert row["next_poll"] > row["last_poll"]


@pytest.fixture
def troubled(bare):
    """Feeds in every state."""
    names = ("fresh", "due", "failing", "gone", "off")
    feeds = "\n".join(
        f"  - url: https://{name}.example/rss\n    enabled: {str(name != 'off').lower()}" for name in names
    )
    bare.write_text(f"{bare.read_text()}feeds:\n{feeds}\n")
    store = open_store(f"sqlite:///{bare.parent}/monitor.db")
    asked = {"n_polls": 1, "last_polled_at": NOW, "next_poll_at": NOW + timedelta(hours=1)}
    failed = {"error": "dns", "error_detail": "no such host", "last_ok_at": NOW - timedelta(days=3)}
    for state in (
        FeedState(url="https://due.example/rss", **{**asked, "next_poll_at": NOW}),
        FeedState(url="https://failing.example/rss", **asked, **failed),
        FeedState(
            url="https://gone.example/rss", n_polls=1, error="http_status", error_detail="410 Gone", is_gone=True
        ),
    ):
        store.feeds.save_poll(state, (), now=NOW)
    store.close()
    return bare


def test_list_names_the_state_of_every_feed(cli, troubled):
    done = cli("--config", troubled, "--now", NOW.isoformat(), "feeds", "list", "--json")
    assert [row["state"] for row in done.values] == ["new", "due", "failing", "gone", "off"]
    assert done.values[2]["detail"] == "no such host"


def test_status_counts_feeds_and_tells_troubles_since_when(cli, troubled):
    done = cli("--config", troubled, "--now", NOW.isoformat(), "status", "--json")
    feeds = done.value["feeds"]
    assert (feeds["total"], feeds["due"], feeds["failing"], feeds["gone"], feeds["off"]) == (5, 2, 1, 1, 1)
    assert feeds["troubles"][0] == {
        "url": "https://failing.example/rss", "title": None, "error": "dns", "detail": "no such host",
        "since": "2026-05-30T20:00:00Z",
    }  # fmt: skip


def test_list_without_feeds_says_where_they_go(cli, bare):
    assert "`monitor feeds add URL` adds one" in cli("--config", bare, "feeds", "list").err
