"""``monitor init``."""

import io
import os
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.cli.init_file import Wishes, compose
from monitor.config import load_settings
from tests.web import serve

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
        "--feed", "https://one.example/rss", "--unchecked", "--opml", "mine.opml", "--at", "6:05",
        "--timezone", "Europe/Berlin",
    )  # fmt: skip
    assert done.status == 0
    settings = load_settings(tmp_path / "desk" / "feeds.yaml", env={})
    assert settings.topics[0].any_terms == ("Ascend", "昇腾")
    assert [feed.url for feed in settings.feeds] == ["https://one.example/rss", "https://two.example/rss"]
    assert (settings.digests[0].schedule, settings.digests[0].timezone) == ("5 6 * * *", "Europe/Berlin")
    assert (tmp_path / "desk" / "read").is_dir()


def answer(monkeypatch, *answers):
    monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{line}\n" for line in answers)))


def test_answers_on_a_terminal_stand_in_the_file(cli, tmp_path, monkeypatch):
    answer(monkeypatch, "Ascend, 昇腾", "", "", "https://one.example/rss", "", "", "08:30", "UTC")
    assert cli("init", tmp_path, "--unchecked").status == 0
    settings = load_settings(tmp_path / "feeds.yaml", env={})
    assert (settings.topics[0].id, settings.topics[0].title) == ("ascend", "Ascend")
    assert settings.topics[0].any_terms == ("Ascend", "昇腾")
    assert settings.feeds[0].url == "https://one.example/rss"
    assert [channel.kind for channel in settings.digests[0].channels] == ["html"]
    assert settings.digests[0].schedule == "30 8 * * *"


def test_a_wrong_answer_is_explained_and_asked_again(cli, tmp_path, monkeypatch):
    wrong = ("gone.opml", "news", "", "analyst", "", "7 am", "07:15", "Berlin", "Europe/Berlin")
    answer(monkeypatch, "tidal power", "", "", *wrong)
    done = cli("init", tmp_path, "--unchecked")
    assert done.status == 0
    for told in ("no OPML file", "not a web address", "not a mail address", "not a time of day", "no time zone"):
        assert told in done.out
    settings = load_settings(tmp_path / "feeds.yaml", env={})
    assert (settings.topics[0].title, settings.feeds) == ("Tidal power", ())
    assert (settings.digests[0].schedule, settings.digests[0].timezone) == ("15 7 * * *", "Europe/Berlin")


def test_a_mail_wish_makes_the_channel_and_the_server_but_writes_no_password(cli, tmp_path, monkeypatch):
    monkeypatch.delenv("SMTP_PASSWORD", raising=False)
    mail = ("reader@example.org, desk@example.org", "smtp.example.org", "robot@example.org", "")
    answer(monkeypatch, "Ascend", "", "", "", *mail, "", "UTC")
    done = cli("init", tmp_path)
    assert done.status == 0
    assert "export SMTP_PASSWORD=" in done.out
    assert "mail test" in done.out
    settings = load_settings(tmp_path / "feeds.yaml", env={"SMTP_PASSWORD": "secret"})
    targets = [channel.target for channel in settings.digests[0].channels if channel.kind == "email"]
    assert targets == ["reader@example.org", "desk@example.org"]
    assert settings.email is not None
    assert (settings.email.host, settings.email.port) == ("smtp.example.org", 587)
    assert (settings.email.username, settings.email.password) == ("robot@example.org", "secret")
    assert settings.email.sender == "robot@example.org"


@pytest.mark.parametrize(
    ("server", "user", "security"),
    [
        ("smtp.example.org:465", ("--smtp-user", "me"), "tls"),
        ("localhost:25", (), "none"),
        ("smtp.example.org:25", ("--smtp-user", "me"), "starttls"),
        ("smtp.example.org:2525", (), "starttls"),
    ],
)
def test_the_port_of_a_mail_server_tells_its_encryption(cli, tmp_path, monkeypatch, server, user, security):
    monkeypatch.setenv("SMTP_PASSWORD", "secret")
    done = cli("init", tmp_path, "--yes", "--mail", "a@example.org", "--smtp", server, *user)
    assert (done.status, "export" in done.out) == (0, False)
    settings = load_settings(tmp_path / "feeds.yaml", env={"SMTP_PASSWORD": "secret"})
    assert settings.email is not None
    assert (settings.email.security, settings.email.sender) == (security, "a@example.org")


HOME = """<html><head><title>The Gazette</title>
<link rel="alternate" type="application/rss+xml" href="/all.rss">
<link rel="alternate" type="application/rss+xml" href="/sport.rss"></head></html>"""


@pytest.fixture(scope="module")
def web():
    with serve() as site:
        item = "<item><title>Report</title><link>/r</link></item>"
        site.put("/", HOME, Content_Type="text/html")
        for name, title in (("all", "The Gazette"), ("sport", "Sport ${HOME}")):
            site.put(f"/{name}.rss", f"<rss version='2.0'><channel><title>{title}</title>{item}</channel></rss>")
        site.put("/empty/", "<html><title>Empty</title><p>Nothing.</p></html>")
        yield site


def feeds_of(folder):
    return [(feed.url, feed.title) for feed in load_settings(folder / "feeds.yaml", env={}).feeds]


def test_a_page_of_a_site_becomes_its_first_feed_with_its_title(cli, tmp_path, web):
    done = cli("init", tmp_path, "--yes", "--allow-private", "--feed", web.url("/"), "--feed", web.url("/all.rss"))
    assert done.status == 0
    assert "has 2 feeds, the first is taken" in done.err
    assert feeds_of(tmp_path) == [(web.url("/all.rss"), "The Gazette")]
    assert load_settings(tmp_path / "feeds.yaml", env={}).fetch.allow_private


def test_on_a_terminal_one_of_several_feeds_is_chosen_and_private_networks_are_asked_for(
    cli, tmp_path, monkeypatch, web
):
    answer(monkeypatch, "Ascend", "", "", web.url("/"), "y", "3", "2", web.url("/empty/"), "n", "", "", "", "UTC")
    done = cli("init", tmp_path)
    assert done.status == 0
    assert feeds_of(tmp_path) == [(web.url("/sport.rss"), "Sport ${HOME}")]
    assert load_settings(tmp_path / "feeds.yaml", env={}).fetch.allow_private


@pytest.mark.parametrize(
    ("path", "options", "told"),
    [
        ("/all.rss", (), "--allow-private"),
        ("/gone.rss", ("--allow-private",), "could not be asked: http_status"),
        ("/empty/", ("--allow-private",), "no feed was found there"),
    ],
    ids=["private", "gone", "no feed"],
)
def test_an_address_that_gives_no_feed_is_taken_as_it_is_with_a_note(cli, tmp_path, web, path, options, told):
    done = cli("init", tmp_path, "--yes", "--feed", web.url(path), *options)
    assert done.status == 0
    assert f"{web.url(path)} is taken as it is" in done.err
    assert told in done.err
    assert feeds_of(tmp_path) == [(web.url(path), None)]


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
        ("--feed", "news", "not a web address"),
        ("--opml", "gone.opml", "no OPML file"),
        ("--opml", str(Path(__file__).with_name("conftest.py")), "a subscription list that a feed reader exported"),
        ("--mail", "a@example.org", "--smtp"),
        ("--smtp", "smtp.example.org", "--mail ADDRESS"),
    ],
)
def test_an_impossible_answer_is_refused_and_nothing_is_written(cli, tmp_path, option, value, told):
    done = cli("init", tmp_path / "new", "--yes", option, value)
    assert done.status == 2
    assert told in done.err
    assert not (tmp_path / "new").exists()


def test_force_makes_a_new_file_and_keeps_every_old_one(cli, tmp_path):
    for text in ("mine", "mine too"):
        (tmp_path / "feeds.yaml").write_text(text)
        assert cli("init", tmp_path, "--yes", "--force").status == 0
    assert (tmp_path / "feeds.yaml.before-init").read_text() == "mine"
    assert (tmp_path / "feeds.yaml.before-init-2").read_text() == "mine too"
    assert load_settings(tmp_path / "feeds.yaml", env={}).topics


def test_a_new_file_that_is_refused_leaves_the_old_one_in_its_place(cli, tmp_path):
    (tmp_path / "feeds.yaml").write_text("mine")
    done = cli("init", tmp_path, "--yes", "--force", "--word", "+")
    assert done.status == 2
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["feeds.yaml"]
    assert (tmp_path / "feeds.yaml").read_text() == "mine"


@pytest.mark.parametrize(("reply", "status"), [("n", 2), ("y", 0)])
def test_on_a_terminal_replacing_a_file_is_asked_for(cli, tmp_path, monkeypatch, reply, status):
    (tmp_path / "feeds.yaml").write_text("mine")
    answer(monkeypatch, reply, "Ascend", "", "", "", "", "", "UTC")
    assert cli("init", tmp_path).status == status
    kept = tmp_path / ("feeds.yaml" if status else "feeds.yaml.before-init")
    assert kept.read_text() == "mine"


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
    wishes = Wishes(
        title=title, words=tuple(words), corpus="./", feeds=(), opml=(), mail=None, at="07:00", timezone="UTC"
    )
    path.write_text(compose(wishes), encoding="utf-8")
    topic = load_settings(path, env={}).topics[0]
    assert (topic.title, topic.any_terms) == (title, tuple(words))
