"""The examples of JSON have exactly the keys that the commands print."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.cli import run
from monitor.errors import CorpusError
from monitor.library import Library
from monitor.model import (
    Article,
    ArticleKeys,
    Change,
    JudgedArticle,
    JudgedSentence,
    KnownFrom,
    Match,
    Outcome,
    Reason,
    Role,
    Story,
    Verdict,
)
from monitor.pipeline import FetchReport
from monitor.render import edition_object
from monitor.store import open_store
from monitor.text.tokens import search_terms
from tests.docs.pages import page
from tests.render.editions import sample_edition

JSON = page("docs/json.md")
NOW = datetime(2026, 6, 4, 20, tzinfo=UTC)
TEXT = "Turbine 9 of the tidal station lost a blade late on Monday."


def example(title):
    return json.loads(JSON.section(title).blocks[0][1])


def keys(value, path=""):
    """Every path of keys in a JSON value; items of a list count as one."""
    if isinstance(value, list):
        return set().union(*(keys(item, f"{path}[]") for item in value))
    if isinstance(value, dict):
        return set().union(*({f"{path}.{key}"} | keys(child, f"{path}.{key}") for key, child in value.items()))
    return set()


def difference(told, real, *, open_maps=()):
    """Paths that only one side has, but for what hangs on a value that the other side leaves empty, and open mappings."""
    one, two = keys(told), keys(real)
    return {
        path
        for path in one ^ two
        if not path.startswith(tuple(f"{name}." for name in open_maps))
        and parent(path) in one & two | {""}
        and not is_leaf(parent(path), one, two)
    }


def parent(path):
    return path.rpartition(".")[0].removesuffix("[]")


def is_leaf(path, one, two):
    """True if one side has nothing under *path*: null or an empty list tells no keys."""
    return path != "" and any(not any(key.startswith((f"{path}.", f"{path}[]")) for key in side) for side in (one, two))


def judged_article():
    source = KnownFrom(kind="corpus", id="corpus:001", text="The station opened in 2023.", title="How it works")
    article = Article(
        id="a1", url="https://news.example/1", canonical_url="https://news.example/1", title="Turbine loses blade", standfirst=None,
        sentences=(TEXT, "It opened three years ago."), starts=(True, False), outlet="Example News", language="en",
        authors=("Energy desk",), published_at=NOW, first_seen_at=NOW, feed_url="http://127.0.0.1:9/feed",
    )  # fmt: skip
    verdict = Verdict(
        outcome=Outcome.NEW, matches=(Match(topic_id="tide", score=0.9),), story_id="s1",
        because=(Reason(stage="novelty", signal="newest_sentence", score=0.99, threshold=0.75),),
        sentences=(
            JudgedSentence(text=TEXT, is_novel=True, score=0.1, seen_at=NOW),
            JudgedSentence(text="It opened three years ago.", is_novel=False, score=0.9, known_from=source, seen_at=NOW),
        ),
        changes=(Change(what="loses megawatts", old="48", new="72", old_text="48", new_text="72", old_source=source),),
    )  # fmt: skip
    return JudgedArticle(article=article, verdict=verdict, judged_at=NOW)


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """An installation with one judged article, a corpus text and two feeds, of which nobody answers."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "seeds").mkdir()
    (folder / "seeds" / "001.md").write_text(
        "# How it works\n\nThe tidal station turns with the tide in the strait.\n", encoding="utf-8"
    )
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    path = folder / "feeds.yaml"
    path.write_text(
        "corpus: [seeds/]\ntopics: [{id: tide}]\nfetch: {allow_private: true}\n"
        f"feeds: ['http://127.0.0.1:{port}/feed']\ndigests: [{{id: daily, schedule: '0 7 * * *'}}]\n",
        encoding="utf-8",
    )
    store = open_store(f"sqlite:///{folder / 'monitor.db'}")
    judged = judged_article()
    story = Story(id="s1", headline="Turbine loses blade", first_seen_at=NOW, last_seen_at=NOW)
    for revision in (1, 2):
        store.articles.save_judged(
            replace(judged, revision=revision), ArticleKeys(url_key="news.example/1", text_hash="t", prints=b""), entry_seq=None,
            story=story, role=Role.LEAD, search_terms=search_terms(TEXT),
        )  # fmt: skip
    store.close()
    return path


def printed(capfdbinary, config, *words):
    """The first JSON value that a command prints."""
    status = run(["--config", str(config), "--now", NOW.isoformat(), *words, "--json"])
    out = capfdbinary.readouterr().out.decode()
    return status, json.JSONDecoder().raw_decode(out)[0]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("articles", ["articles"]),
        ("stories", ["stories"]),
        ("search", ["search", "turbine"]),
        ("corpus list", ["corpus", "list"]),
        ("feeds list", ["feeds", "list"]),
        ("feeds check", ["feeds", "check"]),
        ("feeds export", ["feeds", "export"]),
        ("config check", ["config", "check"]),
    ],
)
def test_the_example_of_a_command_has_the_keys_that_it_prints(title, words, config, capfdbinary):
    status, real = printed(capfdbinary, config, *words)
    assert status == 0
    assert difference(example(title), real) == set()


def test_the_example_of_why_has_keys_that_it_prints_beside_those_of_an_article(config, capfdbinary):
    _, real = printed(capfdbinary, config, "why", "a1")
    assert difference({**example("articles"), **example("why")}, real) == set()


def test_the_example_of_status_has_the_keys_that_it_prints(config, capfdbinary):
    _, real = printed(capfdbinary, config, "status")
    assert difference(example("status"), real, open_maps=[".articles", ".outbox"]) == set()


def test_the_example_of_fetch_has_the_keys_that_it_prints(config, capfdbinary):
    _, real = printed(capfdbinary, config, "fetch", "--all")
    assert real["errors"]
    assert difference(example("fetch"), real) == set()


def test_the_examples_of_changing_feeds_have_the_keys_that_are_printed(tmp_path, capfdbinary):
    from monitor.app.discovering import Offer
    from monitor.cli.feeds_find import offer_object
    from monitor.model import Feed

    path = tmp_path / "feeds.yaml"
    path.write_text("topics: [{id: tide}]\n", encoding="utf-8")
    (tmp_path / "a.opml").write_text(
        '<opml><body><outline xmlUrl="https://b.example/rss"/></body></opml>', encoding="utf-8"
    )
    for title, words in (
        ("feeds add", ["feeds", "add", "https://news.example/rss", "--unchecked"]),
        ("feeds import", ["feeds", "import", str(tmp_path / "a.opml")]),
        ("feeds remove", ["feeds", "remove", "https://news.example/rss"]),
    ):
        status, real = printed(capfdbinary, path, *words)
        assert status == 0
        assert difference(example(title), real) == set()
    offer = Offer(
        feed=Feed(url="https://news.example/rss"), how="given", kind="feed", title=None, n_entries=1, newest_at=NOW, n_full_text=0
    )  # fmt: skip
    assert example("feeds discover").keys() == offer_object(offer).keys()


def test_the_example_of_a_mistake_has_the_keys_that_are_printed(tmp_path, capfdbinary):
    path = tmp_path / "feeds.yaml"
    path.write_text("topics: [{id: tide, thresold: 1}]\n", encoding="utf-8")
    status, real = printed(capfdbinary, path, "config", "check")
    assert status == 2
    assert difference(example("config check"), real) == set()


def test_the_example_of_extract_has_the_keys_that_it_prints(tmp_path, config, capfdbinary):
    body = f"<html><title>Turbine</title><article><h1>Turbine loses blade</h1>{f'<p>{TEXT} {TEXT}</p>' * 3}</article></html>"
    (tmp_path / "page.html").write_text(body, encoding="utf-8")
    status, real = printed(capfdbinary, config, "extract", str(tmp_path / "page.html"))
    assert status == 0
    assert difference(example("extract"), real) == set()


def test_the_example_of_a_digest_has_the_keys_of_an_edition():
    assert difference(example("digest"), edition_object(sample_edition())) == set()


def test_the_example_of_import_has_the_keys_that_it_prints():
    from monitor.cli.objects import import_object

    library = Library(items=(), problems=(CorpusError("archive.jsonl:7", "not JSON"),))
    assert difference(example("import"), import_object(FetchReport(), library, 1.0)) == set()


def test_the_example_of_demo_has_the_keys_that_it_prints(tmp_path):
    from monitor.cli import demo

    day = demo._Day(at=NOW, report=FetchReport(), edition=sample_edition())
    assert (
        difference(example("demo"), demo._demo_object(tmp_path, tmp_path, [day]), open_maps=[".days[].articles"])
        == set()
    )


def test_every_command_that_prints_json_has_a_section():
    from tests.docs.test_commands import TREE, options_of

    with_json = {" ".join(path) for path, command in TREE.items() if path and "--json" in options_of(command)}
    assert with_json - {"check"} == {title for title in JSON.titles if title != "JSON"}
