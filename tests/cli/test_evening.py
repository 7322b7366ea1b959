"""One evening of the demo world through fetch, digest, articles, stories, search, status, check and import."""

import json

import pytest

from tests.cli.conftest import NOW

ARTICLE_KEYS = {
    "id", "url", "canonical_url", "title", "outlet", "language", "authors", "published", "first_seen", "outcome", "of",
    "topics", "story", "because", "sentences",
}  # fmt: skip
OUTCOMES = {"new", "update", "duplicate", "known", "off_topic", "failed"}
AT = ("--now", NOW.isoformat())


def test_fetch_reports_feeds_entries_and_outcomes(home):
    assert home.fetched.status == 0
    report = home.fetched.value
    assert report["feeds"] == {"polled": 6, "not_modified": 0, "failed": 0}
    assert report["articles"].keys() == OUTCOMES
    assert sum(report["articles"].values()) == report["entries"]["new"] == 14
    assert report["errors"] == []
    assert home.fetched.err == ""


def test_digest_send_tells_where_the_edition_is(home):
    assert home.sent.status == 0
    assert home.sent.out == f"Edition daily/2026-06-02 is stored.\nDelivered: {home.folder}/site/index.html\n"
    assert (home.folder / "site" / "index.html").is_file()


def test_digest_send_without_news_says_where_the_editions_are(cli, home, tmp_path):
    config = home.copy(tmp_path / "again")
    done = cli("--config", config, *AT, "digest", "--send")
    assert done.status == 0
    assert done.out.startswith("Nothing new since the last edition")
    assert str(config.parent / "site" / "index.html") in done.out


def test_digest_preview_as_json_follows_the_contract_and_stores_nothing(cli, home):
    done = cli("--config", home.config, *AT, "digest", "--since", "1d", "--json")
    assert done.status == 0
    keys = {"id", "title", "from", "to", "reading_minutes", "topics", "ledger"}
    assert keys <= done.value.keys()
    assert done.value["topics"][0]["stories"]
    assert cli("--config", home.config, *AT, "digest", "--since", "1d", "--json").out == done.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["weekly"], "no digest 'weekly'; feeds.yaml has: daily"),
        (["--send", "--since", "1d"], "--send makes the next edition"),
        (["--format", "pdf"], "pdf"),
        (["--output", "/nowhere/x.txt"], "cannot write /nowhere/x.txt"),
    ],
)
def test_digest_refuses_what_does_not_exist(cli, home, arguments, told):
    done = cli("--config", home.config, *AT, "digest", *arguments)
    assert (done.status, done.out) == (2, "")
    assert told in done.err


def test_articles_as_json_follow_the_contract(cli, home):
    rows = cli("--config", home.config, "articles", "--json").values
    assert len(rows) == home.fetched.value["entries"]["new"]
    for row in rows:
        assert row.keys() >= ARTICLE_KEYS
        assert row["outcome"] in OUTCOMES
        assert row["because"]
        assert all(sentence.keys() == {"text", "novel", "score", "known_from"} for sentence in row["sentences"])


def test_articles_are_chosen_by_outcome(cli, home):
    rows = cli("--config", home.config, "articles", "--outcome", "off_topic", "--json").values
    assert {row["outcome"] for row in rows} == {"off_topic"}


def test_articles_since_an_age_count_from_the_given_now(cli, home):
    later = ("--now", "2026-06-03T20:00:00Z")
    assert cli("--config", home.config, *later, "articles", "--since", "25h").out
    assert cli("--config", home.config, *later, "articles", "--since", "23h").out == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--outcome", "good"], "no outcome 'good'"),
        (["--topic", "otters"], "no topic 'otters'"),
        (["--since", "soon"], "not a time"),
    ],
)
def test_articles_refuse_a_choice_that_does_not_exist(cli, home, arguments, told):
    done = cli("--config", home.config, "articles", *arguments)
    assert done.status == 2
    assert told in done.err


def test_stories_as_json_list_their_articles(cli, home):
    rows = cli("--config", home.config, "stories", "--json").values
    assert rows
    for row in rows:
        assert row.keys() == {"id", "headline", "first_seen", "last_seen", "articles"}
        assert {member["role"] for member in row["articles"]} <= {"lead", "reports", "copy"}


def test_search_finds_articles_and_corpus_texts_that_hold_all_words(cli, home):
    rows = cli("--config", home.config, "search", "Kessel", "Strait", "--json").values
    assert {row["kind"] for row in rows} == {"article", "corpus"}
    assert all("Kessel" in row["passage"] for row in rows)
    assert all((row["outcome"] is None) == (row["kind"] == "corpus") for row in rows)


def test_search_finds_chinese_words_inside_a_sentence(cli, home):
    rows = cli("--config", home.config, "search", "潮汐电站", "--json").values
    assert [row["language"] for row in rows] == ["zh"]


def test_search_holds_to_its_limit(cli, home):
    rows = cli("--config", home.config, "search", "Kessel", "--limit", "1", "--json").values
    assert [row["kind"] for row in rows] == ["article", "corpus"]


def test_search_without_a_hit_says_so_and_is_no_failure(cli, home):
    done = cli("--config", home.config, "search", "xylophone")
    assert (done.status, done.out) == (0, "")
    assert "nothing holds all of: xylophone" in done.err


def test_search_for_no_word_is_refused(cli, home):
    assert cli("--config", home.config, "search", "?!").status == 2


def test_status_tells_store_feeds_articles_editions_and_outbox(cli, home):
    value = cli("--config", home.config, *AT, "status", "--json").value
    assert value["store"]["address"] == f"sqlite:///{home.folder}/monitor.db"
    assert value["store"]["bytes"] > 10_000
    assert value["feeds"]["total"] == 6
    assert value["articles"] == home.fetched.value["articles"]
    assert value["digests"] == [
        {
            "id": "daily", "last": {"id": "daily/2026-06-02", "to": "2026-06-02T20:00:00Z"},
            "next": "2026-06-03T20:00:00Z", "timezone": "UTC",
        }
    ]  # fmt: skip
    assert {state: n for state, n in value["outbox"].items() if n} == {"sent": 1}


def test_status_reads_well_on_an_empty_installation(cli, bare):
    done = cli("--config", bare, *AT, "status")
    assert done.status == 0
    assert "daily: no edition yet; next 2026-06-03 07:00 UTC" in done.out


def test_check_of_a_corpus_text_names_it_as_the_original(cli, home):
    done = cli(
        "--config", home.config, *AT, "check", home.folder / "corpus" / "001_kessel-strait-station.txt", "--json"
    )
    assert done.status == 0
    assert (done.value["outcome"], done.value["of"]) == ("duplicate", "corpus:001_kessel-strait-station")


def test_check_of_an_address_reads_the_page_and_stores_nothing(cli, home, world):
    before = cli("--config", home.config, "articles", "--json").out
    done = cli("--config", home.config, *AT, "check", world.url_of("D01"), "--json")
    assert done.status == 0
    assert done.value.keys() >= ARTICLE_KEYS
    assert done.value["url"] == world.url_of("D01")
    assert (done.value["outcome"], done.value["of"]) == ("known", None)  # by what followed; itself is left out
    assert cli("--config", home.config, "articles", "--json").out == before


def test_check_of_a_text_on_stdin_shows_what_is_new_in_it(cli, home, stdin):
    stdin(
        b"Brinewell moves its tidal turbines to a new port\n\nBrinewell Power will move the workshop for its tidal "
        b"turbines to Larch Harbour in October 2031, its director Odo Fenn said. The move costs 61 million crowns.\n"
    )
    done = cli("--config", home.config, *AT, "check", "-", "--json")
    assert done.value["url"] is None
    assert done.value["title"] == "Brinewell moves its tidal turbines to a new port"
    assert done.value["topics"][0]["id"] == "tidal-power"
    assert any(sentence["novel"] for sentence in done.value["sentences"])


@pytest.mark.parametrize(
    ("source", "status", "told"),
    [
        ("gone.txt", 2, "gone.txt: No such file"),
        ("list.jsonl", 2, "monitor import"),
        ("gone.html", 2, "gone.html"),
        ("-", 1, "no running text"),
    ],
)
def test_check_refuses_what_holds_no_text(cli, home, stdin, source, status, told):
    stdin(b" \n")
    done = cli("--config", home.config, "check", source)
    assert (done.status, done.out) == (status, "")
    assert told in done.err


def archive(folder, *rows):
    path = folder / "archive.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


ROW = {
    "url": "https://archive.example/port",
    "title": "Brinewell moves its tidal turbines to a new port",
    "text": "Brinewell Power will move the workshop for its tidal turbines to Larch Harbour in October 2031.\n\n"
    "The move costs 61 million crowns, its director Odo Fenn said.",
    "published": "2026-06-01T10:00:00Z",
}


def test_import_judges_an_archive_as_if_it_had_been_fetched(cli, home, tmp_path):
    config = home.copy(tmp_path / "desk")
    done = cli("--config", config, *AT, "import", archive(tmp_path, ROW), "--json")
    assert done.status == 0
    assert done.value["read"] == 1
    assert done.value["articles"].keys() == OUTCOMES
    kept = cli("--config", config, "why", ROW["url"], "--json").value
    assert kept["outcome"] in {"new", "update"}
    assert kept["judged"] == ROW["published"]


def test_import_as_known_brings_no_news(cli, home, tmp_path):
    config = home.copy(tmp_path / "desk")
    done = cli("--config", config, *AT, "import", "--as-known", archive(tmp_path, ROW))
    assert done.status == 0
    assert "1 known" in done.out
    assert cli("--config", config, "why", ROW["url"], "--json").value["outcome"] == "known"


@pytest.mark.parametrize(
    ("name", "told"),
    [("gone.jsonl", "there is no such file or folder"), ("gone.warc.gz", "there is no such file or folder")],
)
def test_import_refuses_what_it_cannot_read(cli, bare, tmp_path, name, told):
    done = cli("--config", bare, "import", tmp_path / name)
    assert done.status == 2
    assert told in done.err


def test_import_of_a_folder_without_articles_fails(cli, bare, tmp_path):
    (tmp_path / "empty").mkdir()
    done = cli("--config", bare, "import", tmp_path / "empty", "--json")
    assert done.status == 1
    assert done.value["read"] == 0
    assert "no article found" in done.err
