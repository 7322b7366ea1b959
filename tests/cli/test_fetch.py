"""``monitor fetch`` and ``monitor extract`` where something goes wrong, and foreign text on the screen."""

import pytest

from monitor.model import Article, ArticleKeys, JudgedArticle, Outcome, Verdict
from monitor.store import open_store
from tests.cli.conftest import NOW


@pytest.fixture
def unreachable(bare):
    """A configuration with one feed on a port where nobody listens."""
    bare.write_text(f"{bare.read_text()}feeds: ['http://127.0.0.1:1025/rss', 'http://127.0.0.1:1025/rss']\n")
    return bare


def test_fetch_without_a_reachable_feed_points_to_the_demo(cli, unreachable):
    done = cli("--config", unreachable, "fetch")
    assert done.status == 0
    assert "1 feed asked, 0 unchanged, 1 failed" in done.out
    assert "failed: http://127.0.0.1:1025/rss" in done.err
    assert "no feed could be reached" in done.err
    assert "monitor demo" in done.err


def test_fetch_that_requires_a_feed_fails_without_one(cli, unreachable):
    done = cli("--config", unreachable, "fetch", "--require-any", "--json")
    assert done.status == 1
    assert done.value["feeds"] == {"polled": 1, "not_modified": 0, "failed": 1}
    assert done.value["errors"][0].keys() == {"feed", "error", "detail", "permanent"}


def test_fetch_that_requires_a_feed_is_content_when_none_is_due(cli, unreachable):
    cli("--config", unreachable, "fetch")
    assert cli("--config", unreachable, "fetch", "--require-any").status == 0


def test_fetch_tells_notes_of_the_configuration_only_with_v(cli, unreachable):
    assert "is listed more than once" not in cli("--config", unreachable, "fetch").err
    assert "is listed more than once" in cli("--config", unreachable, "-v", "fetch").err


def test_fetch_of_an_unknown_feed_is_refused(cli, bare):
    done = cli("--config", bare, "fetch", "--feed", "The Daily Otter")
    assert done.status == 2
    assert "The Daily Otter" in done.err


def test_titles_of_strangers_cannot_style_or_clear_the_screen(cli, bare):
    store = open_store(f"sqlite:///{bare.parent}/monitor.db")
    article = Article(
        id="a1", url="https://one.example/1", canonical_url=None, title="\x1b[2J[bold]Sale[/bold]\u202e", standfirst=None,
        sentences=(), starts=(), outlet="\x07Bell", language="en",
    )  # fmt: skip
    judged = JudgedArticle(article=article, verdict=Verdict(outcome=Outcome.NEW), judged_at=NOW)
    store.articles.save_judged(judged, ArticleKeys(url_key=None, text_hash=None), entry_seq=None, story=None)
    store.close()
    for command in ("articles", "why"):
        told = cli("--config", bare, command, *(["a1"] if command == "why" else [])).out
        assert "[2J[bold]Sale[/bold]" in told
        assert not {"\x1b", "\x07", "\u202e"} & set(told)


def test_extract_gives_one_object_a_page_in_the_given_order(cli, bare, world):
    urls = [world.url_of("D04"), world.url_of("D01")]
    done = cli("--config", bare, "extract", *urls, "--json")
    assert done.status == 0
    assert [row["url"] for row in done.values] == urls
    keys = {
        "url",
        "canonical_url",
        "title",
        "standfirst",
        "text",
        "authors",
        "published",
        "modified",
        "language",
        "outlet",
        "image",
    }
    assert all(row.keys() >= keys for row in done.values)


def test_extract_fails_for_a_missing_file_and_goes_on(cli, bare, world):
    done = cli("--config", bare, "extract", "gone.html", world.url_of("D01"))
    assert done.status == 1
    assert "failed: gone.html" in done.err
    assert "Kessel Strait tidal turbine loses blade" in done.out
