"""``monitor feeds``."""

from datetime import timedelta

import pytest

from monitor.model import FeedState
from monitor.store import open_store
from tests.cli.conftest import NOW
from tests.web import serve

CHECK_KEYS = {
    "url", "ok", "kind", "title", "entries", "newest", "status", "problems", "moved_to", "validators", "dated", "full_text",
    "page",
}  # fmt: skip
ARTICLE = "<html><title>R</title><article><h1>Report on the harbour</h1>{}</article></html>".format(
    "<p>The office says that the second crane was moved to the new quay on Monday, as the plan of May said.</p>" * 6
)


def rss(*links, dated=True):
    date = "<pubDate>Mon, 01 Jun 2026 07:00:00 GMT</pubDate>" if dated else ""
    items = "".join(f"<item><title>Report</title><link>{link}</link>{date}</item>" for link in links)
    return f"<rss version='2.0'><channel><title>Gazette</title>{items}</channel></rss>"


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


def test_check_tells_what_works_and_what_to_do(cli, bare):
    with serve() as web:
        web.put("/robots.txt", "User-agent: *\nDisallow: /shut/\n")
        web.put("/r/1", ARTICLE, Content_Type="text/html")
        web.put("/wall", "<html><title>Log in</title><p>Log in.</p></html>", Content_Type="text/html")
        web.put("/good.rss", rss("/r/1"), ETag='"1"')
        web.put("/shut.rss", rss("/shut/1"))
        web.put("/wall.rss", rss("/wall", dated=False))
        web.put("/moved.rss", "", status=301, Location="/good.rss")
        names = ("good", "shut", "wall", "moved")
        done = cli(
            "--config",
            bare,
            "--now",
            NOW.isoformat(),
            "feeds",
            "check",
            "--json",
            *(web.url(f"/{n}.rss") for n in names),
        )
        good, shut, wall, moved = done.values
        assert (good["page"], good["validators"], good["dated"], good["problems"]) == ("readable", True, 1, [])
        assert (shut["page"], shut["validators"]) == ("robots", False)
        assert "robots.txt shuts out its article pages" in shut["problems"][0]
        assert (wall["page"], wall["dated"]) == ("no text", 0)
        assert ["no entry has a date" in problem for problem in wall["problems"]] == [True, False]
        assert moved["moved_to"] == web.url("/good.rss")
        assert moved["problems"] == [f"moved for good: write {web.url('/good.rss')} into the configuration"]
        shown = cli("--config", bare, "--now", NOW.isoformat(), "feeds", "check", web.url("/good.rss")).out
        assert "newest 2026-06-01 07:00 UTC, 1 day ago · asks for changes only · article pages readable" in shown


def test_check_of_a_missing_feed_says_how_to_find_another(cli, bare):
    with serve() as web:
        done = cli("--config", bare, "feeds", "check", web.url("/rss"))
    assert "http_status: 404 Not Found; look for its new address: `monitor feeds discover`" in done.out


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


def test_list_says_since_when_and_why_a_feed_fails_or_is_silent(cli, troubled):
    later = NOW + timedelta(days=40)
    store = open_store(f"sqlite:///{troubled.parent}/monitor.db")
    store.feeds.save_poll(
        FeedState(url="https://fresh.example/rss", last_polled_at=later, last_ok_at=later, last_news_at=NOW),
        (),
        now=later,
    )
    store.close()
    shown = cli("--config", troubled, "--now", later.isoformat(), "feeds", "list").out
    assert "silent since 2026-06-02 20:00 UTC: 40 days without a new entry" in shown
    assert "fails since 2026-05-30 20:00 UTC: dns: no such host" in shown


def test_list_without_feeds_says_where_they_go(cli, bare):
    assert "`monitor feeds add URL` adds one" in cli("--config", bare, "feeds", "list").err
