"""``monitor config``."""


def test_check_of_a_right_file_says_what_is_in_it(cli, home):
    done = cli("--config", home.config, "config", "check")
    assert done.status == 0
    assert "no mistakes; 1 topic, 6 feeds, 1 digest, 1 corpus path" in done.out


def test_check_shows_all_mistakes_with_their_places(cli, tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text("topics:\n  - id: chips\n    treshold: 0.5\nfeeds:\n  - ftp://news.example/rss\n")
    done = cli("--config", path, "config", "check")
    assert (done.status, done.out) == (2, "")
    assert f"{path}:3:5: topics[0].treshold: is not a known key" in done.err
    assert 'did you mean "threshold"?' in done.err
    assert f"{path}:5:5: feeds[0]" in done.err


def test_check_as_json_gives_mistakes_as_data(cli, tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text("topics: []\n")
    done = cli("--config", path, "config", "check", "--json")
    assert done.status == 2
    assert done.err == ""
    assert done.value["ok"] is False
    assert [(problem["line"], problem["path"]) for problem in done.value["problems"]] == [(1, "topics")]


def test_check_tells_notes(cli, tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text("topics: [{id: a}]\nfeeds: [https://news.example/rss, https://news.example/rss]\n")
    assert "is listed more than once" in cli("--config", path, "config", "check").err
    assert cli("--config", path, "config", "check", "--json").value["notes"] == [
        "https://news.example/rss is listed more than once: the first entry counts"
    ]


def test_schema_is_a_json_schema_of_the_top_level_keys(cli):
    done = cli("config", "schema")
    assert done.status == 0
    assert {"topics", "feeds", "digests", "corpus", "store"} <= done.value["properties"].keys()
