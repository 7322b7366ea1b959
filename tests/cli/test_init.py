"""``monitor init``."""

import io
import os
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.cli.init import Wishes, compose
from monitor.config import load_settings

PRINTABLE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


class Terminal(io.StringIO):
    """A standard input that claims to be a keyboard."""

    def isatty(self) -> bool:
        return True


def test_a_first_configuration_is_right_as_it_stands(cli, tmp_path):
    done = cli("init", tmp_path, "--yes")
    assert done.status == 0
    assert (tmp_path / "seeds").is_dir()
    assert cli("--config", tmp_path / "feeds.yaml", "config", "check").status == 0


def test_without_words_the_topic_takes_everything(cli, tmp_path):
    cli("init", tmp_path, "--yes")
    topic = load_settings(tmp_path / "feeds.yaml", env={}).topics[0]
    assert (topic.threshold, topic.any_terms) == (0, ())


def test_options_stand_in_the_file(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.opml").write_text('<opml><body><outline xmlUrl="https://two.example/rss"/></body></opml>')
    done = cli(
        "init", "desk", "--yes", "--title", "Chips", "--word", "Ascend", "--word", "昇腾", "--corpus", "read/",
        "--feed", "https://one.example/rss", "--opml", "mine.opml", "--at", "6:05", "--timezone", "Europe/Berlin",
    )  # fmt: skip
    assert done.status == 0
    settings = load_settings(tmp_path / "desk" / "feeds.yaml", env={})
    assert settings.topics[0].any_terms == ("Ascend", "昇腾")
    assert [feed.url for feed in settings.feeds] == ["https://one.example/rss", "https://two.example/rss"]
    assert (settings.digests[0].schedule, settings.digests[0].timezone) == ("5 6 * * *", "Europe/Berlin")
    assert (tmp_path / "desk" / "read").is_dir()


def test_answers_on_a_terminal_stand_in_the_file(cli, tmp_path, monkeypatch):
    answers = ["Ascend, 昇腾", "", "", "https://one.example/rss", "08:30", "UTC"]
    monkeypatch.setattr(sys, "stdin", Terminal("\n".join(answers) + "\n"))
    assert cli("init", tmp_path).status == 0
    settings = load_settings(tmp_path / "feeds.yaml", env={})
    assert (settings.topics[0].id, settings.topics[0].title) == ("ascend", "Ascend")
    assert settings.topics[0].any_terms == ("Ascend", "昇腾")
    assert settings.feeds[0].url == "https://one.example/rss"
    assert settings.digests[0].schedule == "30 8 * * *"


def test_questions_that_are_broken_off_write_nothing(cli, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal("Ascend\n"))
    assert cli("init", tmp_path).status == 130
    assert not (tmp_path / "feeds.yaml").exists()


def test_a_file_that_is_there_stays_as_it_is(cli, tmp_path):
    (tmp_path / "feeds.yaml").write_text("mine")
    done = cli("init", tmp_path, "--yes")
    assert done.status == 2
    assert "is there already and stays as it is" in done.err
    assert (tmp_path / "feeds.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--at", "25:00", "not a time of day"),
        ("--timezone", "Europe/Atlantis", "no time zone"),
        ("--timezone", "../../etc/passwd", "no time zone"),
        ("--feed", "news", "not the address of a feed"),
        ("--opml", "gone.opml", "no OPML file"),
    ],
)
def test_an_impossible_answer_is_refused_and_nothing_is_written(cli, tmp_path, option, value, told):
    done = cli("init", tmp_path / "new", "--yes", option, value)
    assert done.status == 2
    assert told in done.err
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_cannot_be_written_is_named(cli, tmp_path):
    tmp_path.chmod(0o500)
    done = cli("init", tmp_path, "--yes")
    assert done.status == 1
    assert "cannot be written" in done.err


@example(title="${HOME}", words=["${X:-y}", '"', "\\", "昇腾"])
@settings(deadline=None, max_examples=60)
@given(title=PRINTABLE, words=st.lists(PRINTABLE.filter(lambda word: word.strip("+-")), max_size=4))
def test_any_title_and_words_are_read_back_as_they_were(tmp_path_factory, title, words):
    path = tmp_path_factory.mktemp("init") / "feeds.yaml"
    wishes = Wishes(title=title, words=tuple(words), corpus="./", feeds=(), opml=(), at="07:00", timezone="UTC")
    path.write_text(compose(wishes), encoding="utf-8")
    topic = load_settings(path, env={}).topics[0]
    assert (topic.title, topic.any_terms) == (title, tuple(words))
