"""``monitor feeds remove``, ``import`` and ``export``."""

from __future__ import annotations

import pytest

from monitor.config import load_settings
from monitor.model import FeedState
from monitor.sources.opml import parse_opml
from monitor.store import open_store
from tests.cli.conftest import NOW

TEMPLATE = """topics:
  - {id: all, threshold: 0}
opml: [more.opml]

feeds:
  - url: https://a.example/rss
    title: A

  # about b
  - https://b.example/rss   # short

  - url: https://c.example/press
    title: A
    kind: page
    every: 6h
    links: /press/*
    enabled: false
"""
OPML = """<opml version="2.0"><body><outline text="Folder"><outline text="Listed" xmlUrl="https://listed.example/rss"/>
<outline text="D" xmlUrl="https://d.example/rss"/><outline text="B" xmlUrl="http://www.b.example/rss/"/></outline>
<outline text="D again" xmlUrl="http://d.example/rss"/><outline text="Odd" xmlUrl="gopher://x"/></body></opml>"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "more.opml").write_text(
        '<opml version="2.0"><body><outline text="L" xmlUrl="https://listed.example/rss"/></body></opml>'
    )
    path = tmp_path / "feeds.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def urls(config):
    return [feed.url for feed in load_settings(config, env={}).feeds]


def test_remove_takes_a_feed_with_its_comment_by_any_spelling_of_its_address(cli, config):
    done = cli("--config", config, "feeds", "remove", "http://www.b.example/rss/", "--json")
    assert done.value == {"file": str(config), "removed": ["https://b.example/rss"]}
    assert config.read_text(encoding="utf-8") == TEMPLATE.replace(
        "\n  # about b\n  - https://b.example/rss   # short\n", ""
    )


def test_remove_knows_the_title_that_the_feed_gives_itself(cli, config):
    store = open_store(f"sqlite:///{config.parent}/monitor.db")
    store.feeds.save_poll(FeedState(url="https://b.example/rss", title="The B Times"), (), now=NOW)
    store.close()
    assert cli("--config", config, "feeds", "remove", "The B Times").out == "removed https://b.example/rss\n"
    assert "https://b.example/rss" not in urls(config)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Nobody", "no feed has the address or title 'Nobody'"),
        ("A", "2 feeds have the title 'A'"),
        ("https://listed.example/rss", "in an OPML file"),
    ],
)
def test_remove_says_what_it_cannot_do(name, said, cli, config):
    done = cli("--config", config, "feeds", "remove", name)
    assert (done.status, said in done.err) == (2, True)
    assert config.read_text(encoding="utf-8") == TEMPLATE


def test_remove_of_several_takes_all_or_none(cli, config):
    assert cli("--config", config, "feeds", "remove", "https://b.example/rss", "Nobody").status == 2
    assert config.read_text(encoding="utf-8") == TEMPLATE
    assert cli("--config", config, "feeds", "remove", "https://a.example/rss", "https://c.example/press").status == 0
    assert urls(config) == ["https://b.example/rss", "https://listed.example/rss"]


def test_import_adds_what_is_new_and_counts_doubles(cli, config, tmp_path):
    (tmp_path / "other.opml").write_text(OPML, encoding="utf-8")
    done = cli("--config", config, "feeds", "import", tmp_path / "other.opml", "--json")
    assert done.value["added"] == ["https://d.example/rss"]
    assert done.value["doubles"] == 3
    assert done.value["problems"] == ['"Odd" has no web address and is left out']
    assert config.read_text(encoding="utf-8") == f"{TEMPLATE}\n  - url: https://d.example/rss\n    title: D\n"


def test_import_of_what_is_no_opml_is_refused(cli, config, tmp_path):
    (tmp_path / "feed.xml").write_text("<rss/>", encoding="utf-8")
    done = cli("--config", config, "feeds", "import", tmp_path / "feed.xml")
    assert done.status == 1
    assert "is a feed, not a list of feeds" in done.err
    assert cli("--config", config, "feeds", "import", tmp_path / "none.opml").status == 2


def test_export_writes_what_import_reads_back(cli, config, tmp_path):
    assert cli("--config", config, "feeds", "export", "--output", tmp_path / "out.opml").err.startswith(
        "4 feeds written"
    )
    before = load_settings(config, env={}).feeds
    assert parse_opml((tmp_path / "out.opml").read_bytes(), name="out").feeds[2] == before[2]
    other = tmp_path / "other.yaml"
    other.write_text("topics: [{id: all, threshold: 0}]\n", encoding="utf-8")
    assert cli("--config", other, "feeds", "import", tmp_path / "out.opml").status == 0
    after = load_settings(other, env={}).feeds
    assert [(f.url, f.kind, f.every_s, f.links, f.is_enabled) for f in after] == [
        (f.url, f.kind, f.every_s, f.links, f.is_enabled) for f in before
    ]


def test_export_goes_to_standard_output(config, capfdbinary):
    from monitor.cli import run

    assert run(["--config", str(config), "feeds", "export"]) == 0
    assert parse_opml(capfdbinary.readouterr().out, name="stdout").feeds[0].url == "https://a.example/rss"
